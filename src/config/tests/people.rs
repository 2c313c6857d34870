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

/// Names of groups, of schedules and of the account are in the ledger, which has no phone in it. A session's is not:
/// it is looked up by it.
#[test]
fn a_name_that_the_ledger_keeps_has_no_phone_in_it() {
    for yaml in [
        "groups:\n  g: {name: \"For +12125550131\", members: []}\n",
        "groups:\n  g: {name: 12125550131, members: []}\n",
        "account: {name: \"Jane +1 212 555 0131\"}\n",
        "groups:\n  \"+12125550131\": {}\n",
        "groups:\n  12125550131: {members: []}\n",
        "sends:\n  \"12125550131\": {}\n",
        "schedules:\n  \"+1 212 555 0131\": {}\n",
        "sessions: {m: {name: x}}\ngroups:\n  g: {members: []}\nschedules:\n  s: {group: g, session: m, timezone: UTC, \
         message: x, daily: \"09:00\", name: \"To +12125550131\"}\n",
    ] {
        let told = told(yaml);
        assert!(told.contains("phone-in-name") && told.contains("take the number out"), "{yaml}\n{told}");
        assert!(!told.contains("2125550131") && !told.contains("555 0131"), "{yaml}\n{told}");
    }
    for yaml in [
        "sessions: {m: {name: \"+12125550131\"}}\n",
        "groups:\n  g: {name: \"Sale 202612010900 +20 %\", members: [\"+12124567890\"]}\n",
    ] {
        let loaded = load_text(&format!("{TOP}{yaml}"));
        assert_eq!(loaded.diagnostics.errors(), 0, "{yaml}\n{}", shown(&loaded));
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

#[test]
fn people_are_masked_beside_a_file_of_people() {
    for (yaml, seen) in [
        (
            "groups:\n  vip: {members: [{phone: nobody, name: Zelda Secret}], members_from: [{csv: x.csv}], membership: exakt}\n",
            &["x.csv", "membership: exakt"][..],
        ),
        ("suppress: [{phone: nobody, name: Zelda Secret}, {csv: x.csv, nmae: Zelda Secret}]\n", &["x.csv"]),
        ("suppress:\n  - {csv: x.csv, nmae: Zelda Secret}\n", &["x.csv"]),
        ("groups:\n  vip:\n    members: [{csv: Zelda Secret, name: Zelda}]\n", &[]),
        ("groups:\n  vip:\n    members:\n      - nobody  # Zelda Secret\n", &[]),
        ("groups:\n  vip: {members: [nobody]} # csv: Zelda Secret\n", &[]),
        (
            "groups:\n  vip: {members: [nobody], members: [{phone: x, name: Zelda Secret}], members_from: [{csv: x}]}\n",
            &[],
        ),
        ("groups:\n  vip: {members: [{phone: x, name: Zelda Secret}], members_from: [{csv: x}]\n", &[]),
    ] {
        let told = told(yaml);
        assert!(!told.contains("Zelda") && !told.contains("Secret"), "{yaml}\n{told}");
        assert!(told.contains("\"masked\":true") || told.contains("\"masked\": true"), "{yaml}\n{told}");
        for text in seen {
            assert!(told.contains(text), "{text}: {told}");
        }
    }
}
