//! CSV files that are not what they seem: nobody is swallowed without a word.

use super::{load_path, project, shown};
use crate::model::Phone;

/// A project with a CSV file of members and the same one of the suppressed.
fn with(source: &str, bytes: &str) -> super::Loaded {
    let yaml = format!(
        "version: 1\nproject: a\nsuppress: [{{csv: s.csv}}]\ngroups: {{vip: {{members_from: [{source}]}}}}\n"
    );
    let directory = project(&yaml);
    std::fs::write(directory.path().join("f.csv"), bytes).unwrap();
    std::fs::write(directory.path().join("s.csv"), "phone\n+4930123456\n").unwrap();
    load_path(directory.path())
}

fn members(bytes: &str) -> usize {
    let loaded = with("{csv: f.csv}", bytes);
    let Some(desired) = &loaded.desired else { panic!("{}", shown(&loaded)) };
    desired.groups["vip"].members.iter().map(Phone::e164).count()
}

#[test]
fn a_stray_quote_swallows_nobody() {
    for (bytes, at) in [
        ("phone,reason\n+4915112345678,\"asked to stop\n+4915112345679,complained\n", "f.csv:2:16"),
        ("phone,reason\n+4915112345678,\"asked to stop\n+4915112345679,\"complained\n", "f.csv:2:16"),
        ("phone,reason\n+4915112345678,\"asked to stop\n+4915112345679,complained\"\n", "f.csv:2:16"),
        ("phone,reason\n+4915112345678,\"asked\n\"+4915112345679\",complained\n", "f.csv:2:16"),
        (
            "phone,note,name\n+4915112345678,\"call later,A\n+4915112345679,,B\n+4915112345680,\"\",C\n+4915112345681,x,D\n",
            "f.csv:2:16",
        ),
        ("phone,name\n+4915112345678,\"Jane", "f.csv:2:16"),
        ("phone,\"note\n+4915112345678,a\n", "f.csv:1:7"),
        ("phone,\"note\n+4915112345678,\"a\"\n", "f.csv:1:7"),
        ("phone,note\n\"+4915112345678,a\n+4915112345679,b\n", "f.csv:2:1"),
    ] {
        let loaded = with("{csv: f.csv}", bytes);
        let told = shown(&loaded);
        assert!(loaded.desired.is_none() && told.contains("error[open-quote]"), "{bytes}\n{told}");
        assert!(
            told.contains(at) && told.contains("a quote was opened here and not closed"),
            "{bytes}\n{told}"
        );
        assert!(!told.contains("later") && !told.contains("151"), "{told}");
    }
    // Where the numbers of suppressed people are read, it is the same.
    let directory = project("version: 1\nproject: a\nsuppress: [{csv: f.csv}]\n");
    let bytes = "phone,reason\n+4915112345678,\"asked to stop\n+4915112345679,complained\n";
    std::fs::write(directory.path().join("f.csv"), bytes).unwrap();
    assert!(shown(&load_path(directory.path())).contains("error[open-quote]"));
}

#[test]
fn notes_of_several_lines_are_read() {
    assert_eq!(
        members(
            "phone,\"note\r\n(internal)\",name\r\n+4915112345678,\"called, no answer\r\ncall again\",A\r\n+4915112345679,\"said \"\"no\"\"\n2026-12-01, again\",B\r\n"
        ),
        2
    );
}

#[test]
fn rows_have_the_columns_of_the_header() {
    let loaded = with("{csv: f.csv}", "phone,name\n+4915112345678,Doe, Jane\n");
    let told = shown(&loaded);
    assert!(loaded.desired.is_none() && told.contains("f.csv:2:1") && told.contains("3 columns"), "{told}");

    assert_eq!(members("phone,name\n+4915112345678,Jane,,\n+4915112345679,, \n"), 2);

    let loaded = with("{csv: f.csv}", "phone,name\n+4915112345678\n+4915112345679\n");
    let told = shown(&loaded);
    assert!(
        loaded.desired.is_some() && told.contains("f.csv:2:1") && told.contains("2 rows have fewer"),
        "{told}"
    );
}

#[test]
fn two_columns_of_one_name_are_refused() {
    for (source, bytes) in [
        ("{csv: f.csv}", "phone,phone\n+4915112345678,+4915112345679\n"),
        ("{csv: f.csv}", "Phone,PHONE\n+4915112345678,+4915112345679\n"),
        ("{csv: f.csv}", "phone,name,name\n+4915112345678,A,B\n"),
        ("{csv: f.csv, phone: Mobile}", "Mobile,Mobile\n+4915112345678,+4915112345679\n"),
    ] {
        let loaded = with(source, bytes);
        let told = shown(&loaded);
        assert!(loaded.desired.is_none() && told.contains("error[two-columns]"), "{told}");
    }
}

#[test]
fn a_column_that_is_not_there_is_named_by_its_own_key() {
    let told = shown(&with("{csv: f.csv, name: Nmae}", "phone,name\n+4915112345678,A\n"));
    assert!(told.contains("Write {csv: …, name: name}"), "{told}");
}

#[test]
fn what_a_spreadsheet_makes_of_numbers_is_read_or_named() {
    assert_eq!(members("phone,name\n=\"+14155552671\",Jane\n=\"+442079460018\",Joe\n"), 2);
    for error in ["#NAME?", "#n/a", " #VALUE! "] {
        let told = shown(&with("csv: f.csv", &format!("phone,name\n{error},Jane\n")));
        assert!(
            told.contains("error[bad-phone]") && told.contains("a spreadsheet has an error here"),
            "{told}"
        );
    }
}
