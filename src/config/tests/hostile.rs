//! Input that means harm, or that was damaged: an error, quickly, in bounded memory, and never a panic.

use super::{load_path, load_text, project, shown};

fn codes(yaml: &str) -> Vec<&'static str> {
    load_text(yaml).diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn bombs_and_depths_end_quickly() {
    let mut bomb = "version: 1\nproject: a\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..30 {
        let list = vec![format!("*a{}", i - 1); 10].join(", ");
        bomb.push_str(&format!("a{i}: &a{i} [{list}]\n"));
    }
    assert_eq!(codes(&bomb), ["too-large"]);
    assert_eq!(codes(&"[".repeat(5 << 20)), ["yaml"]);
    assert_eq!(codes(&"- ".repeat(1_000)), ["yaml"]);
    assert_eq!(codes(&"{a: ".repeat(1_000)), ["yaml"]);
    let blocks: String = (0..1_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    assert_eq!(codes(&blocks), ["yaml"]);
    assert_eq!(codes(&"? ".repeat(100_000)), ["yaml"]);
    assert_eq!(codes("a: &a [*a]\n"), ["yaml"]);
}

#[test]
fn bytes_that_are_no_text_have_a_place() {
    let directory = project("");
    let path = directory.path().join("campaign.yaml");
    for (bytes, line, column) in [
        (b"version: 1\nproject: a\0b\n".as_slice(), 2, 11),
        (b"version: 1\nproject: \xc3\xa4\xff\n", 2, 11),
        (b"\xff\xfev\0e\0", 1, 1),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let loaded = load_path(&path);
        let places: Vec<_> = loaded.diagnostics.iter().map(|d| (d.code, d.line, d.column)).collect();
        assert_eq!(places, [("encoding", line, column)]);
    }
}

#[test]
fn large_files_are_refused_before_they_are_read() {
    let directory = project("");
    let path = directory.path().join("campaign.yaml");
    // A hole: it takes no room on the disk.
    std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let loaded = load_path(&path);
    assert_eq!(loaded.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["too-large"]);
}

#[test]
fn a_hundred_thousand_mistakes_are_counted_and_some_are_shown() {
    let mut yaml = "version: 1\nproject: a\ngroups:\n  vip:\n    members:\n".to_owned();
    for _ in 0..20_000 {
        yaml.push_str("    - nobody\n");
    }
    let loaded = load_text(&yaml);
    assert_eq!(loaded.diagnostics.errors(), 20_000);
    assert_eq!(loaded.diagnostics.iter().len(), 200);
    assert!(
        shown(&loaded).ends_with("20000 errors (19800 not shown: mend these first)\n"),
        "{}",
        shown(&loaded).len()
    );
}

#[test]
fn long_chains_of_groups_do_not_overflow() {
    let mut yaml = "version: 1\nproject: a\ngroups:\n  g0: {members: [\"+14155552671\"]}\n".to_owned();
    for i in 1..3_000 {
        yaml.push_str(&format!("  g{i}: {{members_from: [{{group: g{}}}]}}\n", i - 1));
    }
    let loaded = load_text(&yaml);
    assert_eq!(loaded.desired.unwrap().groups["g2999"].members.len(), 1);
    yaml.push_str("  g3000: {members_from: [{group: g3000}]}\n");
    assert_eq!(codes(&yaml), ["group-circle"]);
}

#[test]
fn annotations_are_one_line_each() {
    let loaded = load_text("version: 1\nproject: \"a\\nb:c,d\"\n");
    let told = super::super::github(&loaded.diagnostics, &str::to_owned).to_string();
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(
        told.starts_with("::error file=") && told.contains(",line=2,col=10,title=bad-project::"),
        "{told}"
    );
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let loaded = load_text("version: 1\nproject: a\n\"k\\e[31m\": 1\n");
    assert!(!shown(&loaded).contains('\u{1b}'));
    let loaded = load_text("version: 1\nproject: \"\\e[31mx\"\n");
    assert!(!shown(&loaded).contains('\u{1b}'));
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in "[-a-z:{}\\[\\]\"'&*|>#!%@\\\\ \n\t0-9é]{0,200}") {
        let _ = shown(&load_text(&format!("version: 1\nproject: a\n{text}")));
        let _ = shown(&load_text(&text));
    }

    #[test]
    fn no_section_panics(
        key in "(groups|sends|schedules|messages|sessions|policy|moved|suppress|account|environments|defaults)",
        text in "[a-z:{},\\[\\]\" 0-9]{0,60}",
    ) {
        let _ = shown(&load_text(&format!("version: 1\nproject: a\n{key}: {{{text}}}\n")));
        let _ = shown(&load_text(&format!("version: 1\nproject: a\n{key}:\n  a:\n    b: {text}\n")));
    }
}

#[test]
fn many_of_anything_stay_linear() {
    // Each of these took quadratic time in some draft.
    let many = |line: &dyn Fn(usize) -> String| (0..20_000).map(line).collect::<String>();
    let moved = many(&|i| format!("- {{from: group.a{i}, to: group.a{}}}\n", i + 1));
    let loaded = load_text(&format!("version: 1\nproject: a\nmoved:\n{moved}"));
    assert_eq!(loaded.diagnostics.errors(), 0);
    let keys = many(&|i| format!("key{i}: 1\n"));
    assert_eq!(load_text(&format!("version: 1\nproject: a\n{keys}")).diagnostics.errors(), 20_000);
    let groups = many(&|i| format!("  g{i}: {{without: [none{i}]}}\n"));
    assert_eq!(load_text(&format!("version: 1\nproject: a\ngroups:\n{groups}")).diagnostics.errors(), 20_000);
    // All on one line: each place was counted from the line's beginning.
    let groups = (0..50_000).map(|i| format!("g{i}: {{}}, ")).collect::<String>();
    let loaded = load_text(&format!("{{version: 1, project: a, groups: {{{groups}}}}}\n"));
    assert_eq!(loaded.desired.unwrap().groups.len(), 50_000);
    let loaded = load_text(&format!("{{version: 1, project: a, {groups}}}\n"));
    assert_eq!((loaded.diagnostics.errors(), loaded.diagnostics.iter().len()), (50_000, 200));
}
