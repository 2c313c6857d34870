//! Slips, and the words that mend them.

use super::{load_path, load_text, load_with, project, shown};

const TOP: &str = "version: 1\nproject: b\ndefaults: {session: main, timezone: Europe/Berlin}\n\
                   sessions: {main: {name: Main Line}}\ngroups: {vip: {members: [\"+493090182123\"]}}\n";

fn told(yaml: &str) -> String {
    shown(&load_text(&format!("{TOP}{yaml}")))
}

#[test]
fn each_slip_is_told_with_its_way_out() {
    for (yaml, words) in [
        (
            "environments: {prod: {sessions: {mian: {name: X}}}}\n",
            &["[unused-session]", "did you mean \"main\"?"][..],
        ),
        ("policy: {max_per_recipient: {messages: 0, days: 7}}\n", &["error[bad-limit]", "1 or more"]),
        ("policy: {max_audience: {wrn: 500}}\n", &["\"wrn\"", "did you mean \"warn\"?"]),
        (
            "schedules: {s: {group: vip, message: Hi, monthly: {on: [1, 15], at: \"09:00\"}}}\n",
            &["one value belongs here", "0 9 1,15 * *"],
        ),
        ("schedules: {s: {group: vip, message: Hi, daily: [\"09:00\", \"18:00\"]}}\n", &["0 9,18 * * *"]),
        (
            "schedules: {s: {group: vip, message: Hi, weekly: {on: [Mon], at: \"09:00\"}}}\n",
            &["did you mean \"monday\"?"],
        ),
        ("schedules: {s: {group: vip, message: Hi, daily: \"${T:-9}\"}}\n", &["the value of \"${T:-9}\""]),
        ("suppress: [{csv: x.csv, nmae: Name}]\n", &["\"nmae\" is no key", "did you mean \"name\"?"]),
        (
            "sends: {s: {group: vip, message: \"${NOPE} ${} ${1A} ${A-b\"}}\n",
            &["no variable NOPE", "4 errors"],
        ),
    ] {
        let told = told(yaml);
        for word in words {
            assert!(told.contains(word), "{word}\n{told}");
        }
    }
}

#[test]
fn sessions_of_an_environment_that_are_used_are_fine() {
    let yaml = format!("{TOP}environments: {{prod: {{sessions: {{main: {{name: X}}}}}}}}\n");
    assert!(!told("environments: {prod: {sessions: {main: {name: X}}}}\n").contains("unused-session"));
    let directory = project(&yaml);
    assert!(!shown(&load_with(directory.path(), &[], Some("prod"))).contains("unused-session"));
    let directory = project(&yaml.replace("{main: {name: X}}}}", "{mian: {name: X}}}}"));
    assert!(shown(&load_with(directory.path(), &[], Some("prod"))).contains("unused-session"));
}

#[test]
fn only_near_variables_are_proposed() {
    let with = |name: &str| {
        let yaml = format!("{TOP}sends: {{s: {{group: vip, message: \"${{{name}}}\"}}}}\n");
        shown(&load_with(project(&yaml).path(), &[("HOME", "/root"), ("CITY_NAME", "Bonn")], None))
    };
    assert!(!with("NOPE").contains("HOME"), "{}", with("NOPE"));
    assert!(with("CTIY_NAMES").contains("did you mean ${CITY_NAME}?"), "{}", with("CTIY_NAMES"));
}

#[test]
fn a_byte_order_mark_of_a_text_is_no_column() {
    let directory = project(&format!("{TOP}sends: {{s: {{group: vip, message: {{file: m.txt}}}}}}\n"));
    std::fs::write(directory.path().join("m.txt"), "\u{feff}Hi {name}").unwrap();
    let told = shown(&load_path(directory.path()));
    assert!(told.contains("m.txt:1:4"), "{told}");
}

#[test]
fn entries_of_json_are_read_or_told() {
    let with = |json: &str| {
        let directory = project("version: 1\nproject: b\ngroups: {vip: {members_from: [{json: f.json}]}}\n");
        std::fs::write(directory.path().join("f.json"), json).unwrap();
        shown(&load_path(directory.path()))
    };
    for (json, words) in [
        (
            "[{\"phone\": \"+493090182123\", \"nmae\": \"Zelda\"}]",
            &["warning[unknown-key]", "did you mean \"name\"?"][..],
        ),
        (
            "[{\"phone\": \"+493090182123\", \"phone\": \"+493090182124\"}]",
            &["error[duplicate-key]", "f.json:1:30"],
        ),
        ("[]", &["warning[empty-source]"]),
        ("[{\"phone\": 4.9e12}]", &["a spreadsheet has shortened"]),
    ] {
        let told = with(json);
        assert!(!told.contains("Zelda"), "{told}");
        for word in words {
            assert!(told.contains(word), "{word}\n{told}");
        }
    }
    assert_eq!(with("\u{feff}[{\"phone\": \"+493090182123\"}]"), "", "a byte order mark");
    let told = with("[{\"phone\": \"+493090182123\", \"note\": 1, \"Name\": \"A\", \"name\": \"B\"}]");
    assert_eq!(told, "", "{told}");
}

#[test]
fn a_run_and_a_key_are_the_same_however_they_are_composed() {
    let yaml = |run: &str, key: &str| {
        format!(
            "version: 1\nproject: a\ndefaults: {{session: m}}\nsessions: {{m: {{name: x}}}}\ngroups: {{g: {{members: []}}}}\n\
             messages: {{{key}: Hello}}\nsends:\n  {key}: {{group: g, message: {{use: caf\u{e9}}}, run: \"{run}\"}}\n"
        )
    };
    for (run, key) in [("\u{e9}t\u{e9} 1", "caf\u{e9}"), ("e\u{301}te\u{301} 1", "cafe\u{301}")] {
        let loaded = super::load_text(&yaml(run, key));
        let sends = loaded.desired.unwrap_or_else(|| panic!("{run}")).sends;
        assert_eq!(sends["caf\u{e9}"].run, "\u{e9}t\u{e9} 1");
    }
}

#[test]
fn zones_that_are_not_what_their_names_say_are_warned_of() {
    for (zone, said) in [
        ("EST", Some("America/New_York")),
        ("mst", Some("America/Denver")),
        ("HST", Some("Pacific/Honolulu")),
        ("Etc/GMT+5", Some("Etc/GMT+5 is 5 hours behind UTC")),
        ("etc/gmt-1", Some("Etc/GMT-1 is 1 hour ahead of UTC")),
        ("Etc/GMT-14", Some("Etc/GMT+14")),
        ("Etc/GMT+0", None),
        ("Etc/GMT", None),
        ("EST5EDT", None),
        ("America/New_York", None),
    ] {
        let loaded = super::load_text(&format!("version: 1\nproject: a\ndefaults: {{timezone: {zone}}}\n"));
        let shown = super::shown(&loaded);
        assert_eq!(loaded.diagnostics.errors(), 0, "{shown}");
        assert_eq!(shown.contains("fixed-timezone"), said.is_some(), "{zone}: {shown}");
        assert!(said.is_none_or(|said| shown.contains(said)), "{zone}: {shown}");
    }
}
