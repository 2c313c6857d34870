//! People where none belong, and people written in ways of their own: their lines are masked all the same.

use super::{load_text, shown};

const TOP: &str = "version: 1\nproject: a\n";

/// What is told about a file, without the words of the helps.
fn told(yaml: &str) -> String {
    let loaded = load_text(&format!("{TOP}{yaml}"));
    assert!(loaded.diagnostics.errors() > 0, "{yaml}");
    format!("{}{}", shown(&loaded), super::super::json(&loaded.diagnostics))
}

#[test]
fn people_are_masked_wherever_they_stand() {
    for yaml in [
        "x: &m [\"+442079460001\", Zelda]\ngroups:\n  g: {members: *m}\n",
        "x:\n  - &p {phone: nobody, name: Zelda}\ngroups:\n  g: {members: [*p]}\n",
        "x: &s\n  - Zelda: \"+442079460001\"\nsuppress: *s\n",
        "groups:\n  g:\n    members_from:\n      - phone: \"+442079460001\"\n        name: Zelda\n",
        "groups:\n  g:\n    members_from:\n      - phone: nobody\n        name: Zelda\n",
        "groups:\n  g:\n    members_from:\n      - Zelda\n      - Zelda: 1\n",
        "groups:\n  g:\n    members_from: [{Zelda: \"+442079460001\"}]\n",
        "groups:\n  g: [\"+442079460001\", Zelda]\n",
        "groups:\n  g: Zelda\n",
        "gruops: [\"+442079460001\", Zelda]\n",
        "groups:\n  - Zelda\n",
        "groups:\n  g:\n    members:\n      - ${Zelda442079460001}\n",
        "groups:\n  g:\n    members:\n      - {phone: \"+442079460001\", name: \"${Zelda}\"}\n",
        "suppress:\n  - phone: ${Zelda442079460001}\n",
        "suppress:\n  - Zelda: \"+442079460001\"\n",
        "suppress:\n  - Zelda\n",
    ] {
        let told = told(yaml);
        assert!(!told.contains("Zelda") && !told.contains("7946"), "{yaml}\n{told}");
    }
}

#[test]
fn what_is_no_person_stays_readable() {
    let told = told(
        "groups:\n  g:\n    members_from:\n      - group: staffx\n    without: [friends]\n    mebmership: exact\n",
    );
    for text in ["staffx", "friends", "mebmership: exact"] {
        assert!(told.contains(text), "{told}");
    }
}
