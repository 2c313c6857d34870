//! Files that YAML names: members and texts, and where they may be.

use super::{load_path, project, shown};
use crate::model::Phone;

const GROUP: &str = "version: 1\nproject: a\ngroups:\n  vip:\n    members_from:\n      - ";

fn with(source: &str, file: &str, bytes: &[u8]) -> super::Loaded {
    let directory = project(&format!("{GROUP}{source}\n"));
    std::fs::write(directory.path().join(file), bytes).unwrap();
    load_path(directory.path())
}

fn phones(loaded: &super::Loaded) -> Vec<String> {
    let Some(desired) = &loaded.desired else { panic!("{}", shown(loaded)) };
    desired.groups["vip"].members.iter().map(Phone::e164).collect()
}

#[test]
fn what_spreadsheets_export_is_read() {
    for (source, bytes) in [
        ("csv: f.csv", b"\xef\xbb\xbfPhone , Name\r\n+14155552671,Jane\r\n,\r\n".as_slice()),
        ("csv: f.csv", b"sep=;\nname;phone\n\"a;b\";+1 415 555 2671\n"),
        ("{csv: f.csv, delimiter: tab}", b"phone\tname\n14155552671\tx\n"),
        ("{csv: f.csv, delimiter: \"|\", phone: mobile}", b"MOBILE|x\n14155552671|"),
        ("json: f.csv", b"[{\"name\": null, \"phone\": 14155552671}]"),
    ] {
        let loaded = with(source, "f.csv", bytes);
        assert_eq!(phones(&loaded), ["+14155552671"], "{source}");
    }
}

/// Cells of several lines are common in what spreadsheets export; what is no name is told, and nobody's is dropped
/// without a word.
#[test]
fn a_name_of_two_lines_is_one_name_whatever_it_comes_from() {
    let json = br#"[{"phone": "+14155552671", "name": "Jane\nDoe"}]"#.as_slice();
    for (source, bytes) in [
        ("csv: f", b"name,phone\r\n\"Jane\r\nDoe\",+14155552671\r\n".as_slice()),
        ("csv: f", b"phone,name\n+14155552671,\"Jane \n Doe\n\"\n"),
        ("json: f", json),
    ] {
        let loaded = with(source, "f", bytes);
        assert_eq!(phones(&loaded), ["+14155552671"], "{source}");
        let names = &loaded.desired.as_ref().unwrap().groups["vip"].names;
        assert_eq!(names.values().map(|name| &**name).collect::<Vec<_>>(), ["Jane Doe"], "{source}");
    }
    let long = "x".repeat(256);
    for (source, text) in [
        ("csv: f", format!("phone,name\n+14155552671,{long}\n")),
        ("json: f", format!(r#"[{{"phone": "+14155552671", "name": "{long}"}}]"#)),
        ("json: f", r#"[{"phone": "+14155552671", "name": "Jane\u001b[31m"}]"#.to_owned()),
    ] {
        let loaded = with(source, "f", text.as_bytes());
        assert!(shown(&loaded).contains("bad-name"), "{}", shown(&loaded));
    }
}

#[test]
fn lines_of_a_csv_are_the_files_own() {
    let loaded =
        with("csv: f.csv", "f.csv", b"sep=,\nnote,phone\n\"two\nlines\",+14155552671\nx,0501234567\n");
    assert!(shown(&loaded).contains("f.csv:5:3"), "{}", shown(&loaded));
}

#[test]
fn a_row_without_end_is_an_error_soon() {
    let mut bytes = b"phone,name\n+14155552671,\"".to_vec();
    bytes.resize(4 << 20, b'x');
    let loaded = with("csv: f.csv", "f.csv", &bytes);
    assert!(shown(&loaded).contains("a quote is opened"), "{}", shown(&loaded));
}

#[test]
fn many_bad_rows_are_counted() {
    let loaded = with("csv: f.csv", "f.csv", format!("phone\n{}", "x\n".repeat(500)).as_bytes());
    assert_eq!(loaded.diagnostics.errors(), 500);
    assert_eq!(loaded.diagnostics.not_shown(), 479);
    assert!(shown(&loaded).contains("480 more rows"), "{}", shown(&loaded));
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_project_is_read() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("people.csv"), "phone\n+14155552671\n").unwrap();
    let directory = project(&format!("{GROUP}csv: link.csv\n"));
    std::os::unix::fs::symlink(outside.path().join("people.csv"), directory.path().join("link.csv")).unwrap();
    assert!(shown(&load_path(directory.path())).contains("leads out"));

    for path in ["/etc/passwd", "../people.csv", "a/../../people.csv", "/dev/stdin"] {
        let directory = project(&format!("{GROUP}csv: {path}\n"));
        assert!(shown(&load_path(directory.path())).contains("leads out"), "{path}");
    }

    let directory = project("version: 1\nproject: a\n");
    std::os::unix::fs::symlink(outside.path(), directory.path().join("dir")).unwrap();
    std::fs::write(outside.path().join("x.yaml"), "version: 1\n").unwrap();
    std::os::unix::fs::symlink(outside.path().join("x.yaml"), directory.path().join("x.yaml")).unwrap();
    assert!(shown(&load_path(directory.path())).contains("leads out"));
}

#[cfg(unix)]
#[test]
fn a_stray_link_hides_no_other_mistake() {
    let directory = project("version: 1\nproject: a\ngruops: {}\nsends: {x: {group: none, message: Hi}}\n");
    std::fs::create_dir(directory.path().join("s")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", directory.path().join("s/l.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere.yaml", directory.path().join("s/m.yaml")).unwrap();
    std::os::unix::fs::symlink("n.yaml", directory.path().join("s/n.yaml")).unwrap();
    let loaded = load_path(directory.path());
    let mut codes: Vec<_> = loaded.diagnostics.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        ["bad-link", "bad-link", "missing-key", "unknown-key", "unreadable-file"],
        "{}",
        shown(&loaded)
    );
    for text in ["s/l.yaml", "s/m.yaml", "leads out of the project's directory", "a file that is not there"] {
        assert!(shown(&loaded).contains(text), "{}", shown(&loaded));
    }
    // Only links: still no panic, and both are told.
    std::fs::remove_file(directory.path().join("campaign.yaml")).unwrap();
    std::fs::remove_file(directory.path().join("s/n.yaml")).unwrap();
    let loaded = load_path(directory.path());
    assert_eq!((loaded.diagnostics.errors(), loaded.desired.is_none()), (2, true), "{}", shown(&loaded));
}

#[test]
fn a_file_ending_in_capitals_is_not_passed_over() {
    let directory = project("version: 1\nproject: a\ngroups: {b: {members: [\"+14155552670\"]}}\n");
    let suppressed = "version: 1\nsuppress: [{phone: \"+14155552671\"}]\n";
    std::fs::write(directory.path().join("dnc.YAML"), suppressed).unwrap();
    let loaded = load_path(directory.path());
    let codes: Vec<_> = loaded.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["file-ending"], "{}", shown(&loaded));
    assert!(shown(&loaded).contains("write the ending in small letters"), "{}", shown(&loaded));
    std::fs::write(directory.path().join(".campaignignore"), "*.YAML\n").unwrap();
    let codes: Vec<_> = load_path(directory.path()).diagnostics.iter().map(|d| d.code).collect();
    assert!(!codes.contains(&"file-ending"), "{codes:?}");
}

#[test]
fn a_file_that_git_ignores_says_so() {
    let directory = project(&format!("{GROUP}csv: private/people.csv\n"));
    let git = |arguments: &[&str]| {
        std::process::Command::new("git").arg("-C").arg(directory.path()).args(arguments).output().is_ok()
    };
    if !git(&["init", "--quiet"]) {
        return;
    }
    std::fs::write(directory.path().join(".gitignore"), "private/\n").unwrap();
    let told = shown(&load_path(directory.path()));
    assert!(told.contains("git ignores it") && told.contains("pipeline"), "{told}");
}

#[test]
fn unions_and_differences_know_equivalent_forms() {
    let yaml = "version: 1\nproject: a\ngroups:\n  a: {members: [\"+525512345678\", \"+14155552671\"]}\n  b: {members: [{phone: \"+5215512345678\", name: B}]}\n  both: {members_from: [{group: a}, {group: b}]}\n  less: {members_from: [{group: a}], without: [b]}\n";
    let loaded = super::load_text(yaml);
    let desired = loaded.desired.unwrap();
    let of = |key: &str| desired.groups[key].members.iter().map(Phone::e164).collect::<Vec<_>>();
    assert_eq!(of("both"), ["+14155552671", "+525512345678"]);
    assert_eq!(desired.groups["both"].names.len(), 1);
    assert_eq!(of("less"), ["+14155552671"]);
}

#[test]
fn numbers_with_dots_of_people_are_read_and_those_of_programs_are_not() {
    for text in ["+1.415.555.2671", "1.415.555.2671", "1415.5552671", "+1 (415) 555.2671", "+1415555.2671"] {
        assert_eq!(
            phones(&with("csv: f.csv", "f.csv", format!("phone\n{text}\n").as_bytes())),
            ["+14155552671"]
        );
    }
    for (source, text) in [
        ("csv: f.csv", "phone\n436641234567.0\n"),
        ("csv: f.csv", "phone\n\"+436641234567,0\"\n"),
        ("csv: f.csv", "phone\n 436641234567.00 \n"),
        ("json: f.csv", "[{\"phone\": 436641234567.0}]"),
        ("json: f.csv", "[{\"phone\": \"436641234567.0\"}]"),
    ] {
        let loaded = with(source, "f.csv", text.as_bytes());
        assert!(loaded.desired.is_none() && shown(&loaded).contains("decimal number"), "{}", shown(&loaded));
    }
}
