//! Projects with mistakes in them: each is shown with its line, and with nobody in it.

use super::place::Place;
use super::planted::{CSV, LINES, YAML};

const BROKEN: [(&str, &str); 12] = [
    ("+12120173942", "+1212017394x"),
    ("+12120173942\"", "+12120173942"),
    ("name: Zaphodina Beeblebrocks", "nmae: Zaphodina Beeblebrocks"),
    ("name: Zaphodina Beeblebrocks", "name: [Zaphodina, Beeblebrocks]"),
    ("group: vip\n    message: \"Xylophone sale", "group: vpi\n    message: \"Xylophone {name} sale"),
    ("message: Marimba lessons", "message: {text: Marimba, txt: lessons"),
    ("phone: \"+12120173955\"", "phone: 012120173955"),
    ("OFFER}", "NO_SUCH_VARIABLE}"),
    ("csv: private/vip.csv", "csv: private/campaign.csv.age"),
    ("members:\n      - {phone", "membres:\n      - {phone"),
    ("    members:\n      - {phone: \"+12120173942\"", "    members:\n\t  - {phone: \"+12120173942\""),
    ("suppress:\n  - phone", "suppress:\n  phone"),
];

const ROWS: [&str; 7] = [
    "phone;name\n+12120173966;Ford Beeblebrocks\n",
    "+12120173966,Ford Beeblebrocks\n",
    "phone,name\n0173966,Ford Beeblebrocks\n",
    "phone,name\n\"+12120173966,Ford Beeblebrocks\n",
    "phone,name\n+12120173966,\u{0}Beeblebrocks\n",
    "phone,name\n+12120173966,Ford Beeblebrocks,Zaphodina\n",
    "phone,phone\n+12120173966,+12120173942\n",
];

#[test]
fn broken_projects_show_nobody() {
    let place = Place::new("http://127.0.0.1:9");
    for (from, to) in BROKEN {
        assert!(YAML.contains(from), "{from}");
        place.write(&YAML.replacen(from, to, 1));
        for format in ["text", "json"] {
            place.mistaken(&["validate", "--format", format], LINES);
        }
        place.mistaken(&["plan"], LINES);
        place.mistaken(&["calendar"], LINES);
    }
    place.write(YAML);
    for csv in ROWS {
        std::fs::write(place.project().join("private/vip.csv"), csv).unwrap();
        for format in ["text", "json"] {
            place.mistaken(&["validate", "--format", format], LINES);
        }
    }
    std::fs::write(place.project().join("private/vip.csv"), CSV).unwrap();
}

/// Whoever may propose a change of the YAML would read them in the plan's comment, and people on their phones.
#[test]
fn credentials_of_the_environment_cannot_be_written_into_a_message() {
    let place = Place::new("http://127.0.0.1:9");
    for name in [
        "MOLTFLOW_API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "CAMPAIGNCTL_AGE_IDENTITY",
        "GITHUB_TOKEN",
    ] {
        place.write(&YAML.replace("OFFER", name));
        for arguments in [&["validate"][..], &["plan", "--sandbox"], &["apply", "--sandbox", "--yes"]] {
            let ended = place.mistaken(arguments, LINES);
            assert_eq!(ended.code, 1, "{}", ended.said);
            assert!(ended.said.contains("never taken from the environment"), "{}", ended.said);
        }
    }
}
