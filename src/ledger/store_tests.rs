//! The stores: durability, locks, and everything that can be wrong with a place.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::testing::{accepted, any_event, arm, at, bound, holder};
use super::{Event, Failure, FileStore, LedgerError, MemoryStore, Store, encode};

fn place() -> (tempfile::TempDir, FileStore) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(".campaignctl/default/acme.jsonl");
    (dir, FileStore::open(path))
}

fn append(store: &dyn Store, events: Vec<Event>) {
    let mut writer = store.lock(&holder("r")).unwrap();
    for event in events {
        writer.append(event, at(1)).unwrap();
    }
}

#[test]
fn what_is_appended_is_read_back() {
    let (_dir, store) = place();
    assert!(!store.load().unwrap().existed);
    assert!(!store.path().parent().unwrap().exists(), "reading creates nothing");
    let mut writer = store.lock(&holder("r")).unwrap();
    assert!(!store.path().exists(), "a lock without an event creates no ledger");
    let first = writer.append(bound(), at(1)).unwrap();
    assert_eq!((first.seq, first.run_id.as_str()), (1, "r"));
    writer.append(arm("a", 1), at(2)).unwrap();
    let loaded = store.load().unwrap();
    assert_eq!(&loaded.state, writer.state());
    assert_eq!((loaded.records, loaded.existed, loaded.torn), (2, true, None));
    drop(writer);
    append(&store, vec![accepted("a", "j1")]);
    assert_eq!(store.load().unwrap().state.seq, 3);
}

#[test]
#[cfg(unix)]
fn files_are_private_and_ignored_by_git() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, store) = place();
    append(&store, vec![bound()]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(store.path()), 0o600);
    assert_eq!(mode(&store.path().with_file_name("acme.jsonl.lock")), 0o600);
    let home = dir.path().join(".campaignctl");
    assert_eq!((mode(&home), mode(&home.join("default"))), (0o700, 0o700));
    assert_eq!(fs::read_to_string(home.join(".gitignore")).unwrap(), "*\n");
    fs::remove_file(home.join(".gitignore")).unwrap();
    append(&store, vec![arm("a", 1)]);
    assert!(!home.join(".gitignore").exists(), "only one of its own making");
}

#[test]
fn a_torn_line_is_cut_away_by_the_next_append() {
    let (_dir, store) = place();
    append(&store, vec![bound()]);
    let good = fs::read(store.path()).unwrap();
    let record = super::journal::record(2, at(1), "r", arm("a", 1));
    let line = encode(&record).unwrap();
    for cut in 1..line.len() {
        fs::write(store.path(), [good.as_slice(), &line[..cut]].concat()).unwrap();
        let mut writer = store.lock(&holder("r")).unwrap();
        assert_eq!(writer.torn().map(|torn| torn.bytes), Some(cut as u64));
        writer.append(accepted("b", "j"), at(2)).unwrap();
        let loaded = store.load().unwrap();
        assert_eq!((loaded.records, loaded.torn), (2, None), "{cut}");
        assert!(loaded.state.run("a", "1").is_none());
    }
}

#[test]
fn a_second_run_is_told_who_holds_the_lock() {
    let (_dir, store) = place();
    let first = store.lock(&holder("first")).unwrap();
    let error = store.lock(&holder("second")).map(|_| ()).unwrap_err();
    assert!(error.is_refusal());
    assert!(
        matches!(&error, LedgerError::Locked { holder: Some(who), .. }
            if who.run_id == "first" && who.pid == std::process::id()),
        "{error:?}"
    );
    let lock = store.path().with_file_name("acme.jsonl.lock");
    assert!(error.to_string().contains("1970-01-01"), "{error}");
    assert!(error.hint().contains(&lock.display().to_string()) && error.hint().contains("Wait"));
    drop(first);
    let second = store.lock(&holder("second")).unwrap();
    assert_eq!(second.taken_over(), None, "it was given back");
}

#[test]
#[cfg(unix)]
fn a_link_to_the_ledger_has_the_same_lock() {
    let (dir, store) = place();
    append(&store, vec![bound()]);
    let link = dir.path().join("link.jsonl");
    std::os::unix::fs::symlink(store.path(), &link).unwrap();
    let _held = store.lock(&holder("r")).unwrap();
    assert!(FileStore::open(link).lock(&holder("q")).is_err());
}

/// The other process of the next test: locks, says so, and waits to be killed.
#[test]
#[ignore = "run by a_killed_process_is_taken_over_at_once"]
fn helper_that_holds_a_lock() {
    let Ok(path) = std::env::var("CAMPAIGNCTL_TEST_LEDGER") else { return };
    let mut writer = FileStore::open(path).lock(&holder("killed")).unwrap();
    writer.append(bound(), at(1)).unwrap();
    println!("\nlocked");
    let _ = std::io::stdin().read_line(&mut String::new());
}

#[test]
fn a_killed_process_is_taken_over_at_once() {
    let (_dir, store) = place();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--exact", "ledger::store_tests::helper_that_holds_a_lock"])
        .env("CAMPAIGNCTL_TEST_LEDGER", store.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap() == "locked"));
    let error = store.lock(&holder("r")).map(|_| ()).unwrap_err();
    assert!(
        matches!(&error, LedgerError::Locked { holder: Some(who), .. } if who.pid == child.id()),
        "{error}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let writer = store.lock(&holder("r")).unwrap();
    assert_eq!(writer.taken_over().map(|who| who.run_id.as_str()), Some("killed"));
    assert_eq!(writer.state().seq, 1);
}

/// The other process of the next test: writes until it can write no more.
#[test]
#[ignore = "run by a_file_that_cannot_grow_keeps_what_was_acknowledged"]
fn helper_that_fills_a_file() {
    let Ok(path) = std::env::var("CAMPAIGNCTL_TEST_LEDGER") else { return };
    let mut writer = FileStore::open(path).lock(&holder("full")).unwrap();
    let error = loop {
        if let Err(error) = writer.append(arm("a", 1), at(1)) {
            break error;
        }
    };
    assert!(matches!(error, LedgerError::Io { action: "write", .. }), "{error:?}");
    assert!(matches!(writer.append(bound(), at(1)), Err(LedgerError::Poisoned { .. })));
    println!("\nacknowledged {}", writer.state().seq);
}

/// A limit on the size of files makes a real write stop in the middle of a line, as a full disk does.
#[test]
#[cfg(unix)]
fn a_file_that_cannot_grow_keeps_what_was_acknowledged() {
    let (_dir, store) = place();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 10; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--exact", "ledger::store_tests::helper_that_fills_a_file"])
        .env("CAMPAIGNCTL_TEST_LEDGER", store.path())
        .output()
        .unwrap();
    let loaded = store.load().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains(&format!("acknowledged {}\n", loaded.records)),
        "{said}"
    );
    assert!(loaded.records > 1 && loaded.torn.is_none(), "the half line was taken back");
    append(&store, vec![accepted("a", "j1")]);
    assert_eq!(store.load().unwrap().records, loaded.records + 1);
}

#[test]
fn a_lock_file_of_rubbish_is_no_obstacle() {
    let (_dir, store) = place();
    append(&store, vec![bound()]);
    fs::write(store.path().with_file_name("acme.jsonl.lock"), vec![0xff; 100_000]).unwrap();
    assert_eq!(store.lock(&holder("r")).unwrap().taken_over(), None);
}

#[test]
fn a_writer_whose_lock_or_ledger_was_replaced_writes_no_more() {
    let (_dir, store) = place();
    append(&store, vec![bound()]);
    let changed = |spoil: &dyn Fn()| {
        let mut writer = store.lock(&holder("r")).unwrap();
        spoil();
        let error = writer.append(arm("a", 1), at(1)).unwrap_err();
        assert!(matches!(error, LedgerError::Changed { .. }), "{error}");
        assert!(matches!(writer.append(arm("a", 1), at(1)), Err(LedgerError::Poisoned { .. })));
    };
    let copy = store.path().with_file_name("copy");
    changed(&|| fs::remove_file(store.path().with_file_name("acme.jsonl.lock")).unwrap());
    changed(&|| {
        fs::copy(store.path(), &copy).unwrap();
        fs::rename(&copy, store.path()).unwrap();
    });
    changed(&|| fs::write(store.path(), "").unwrap());
    changed(&|| fs::remove_file(store.path()).unwrap());
    assert!(!store.path().exists());
}

#[test]
fn places_that_cannot_be_used_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    let below = FileStore::open(file.join("sub/acme.jsonl"));
    assert!(matches!(below.load(), Err(LedgerError::Io { action: "read", .. })));
    let error = below.lock(&holder("r")).map(|_| ()).unwrap_err();
    assert!(matches!(&error, LedgerError::Io { .. }), "{error:?}");
    assert!(error.hint().contains("is a file where a directory is needed"), "{}", error.hint());
    let directory = FileStore::open(dir.path());
    assert!(matches!(directory.load(), Err(LedgerError::NotAFile { .. })));
    assert!(matches!(directory.lock(&holder("r")).map(|_| ()), Err(LedgerError::NotAFile { .. })));
    assert!(matches!(FileStore::open("/dev/null").load(), Err(LedgerError::NotAFile { .. })));
}

#[test]
#[cfg(unix)]
fn a_read_only_directory_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    // The superuser may write everywhere; the test before this one stands in for it there.
    if fs::write(dir.path().join("probe"), "").is_err() {
        let store = FileStore::open(dir.path().join("acme.jsonl"));
        assert!(!store.load().unwrap().existed);
        let error = store.lock(&holder("r")).map(|_| ()).unwrap_err();
        assert!(error.hint().contains("permissions"), "{error}: {}", error.hint());
    }
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_damaged_ledger_gives_no_lock() {
    let (_dir, store) = place();
    append(&store, vec![bound()]);
    fs::write(store.path(), "rubbish\n").unwrap();
    assert!(matches!(store.lock(&holder("r")).map(|_| ()), Err(LedgerError::Damaged { line: 1, .. })));
    assert_eq!(fs::read(store.path()).unwrap(), b"rubbish\n");
}

#[test]
fn a_failed_write_or_sync_ends_the_writer() {
    for failure in [Failure::Write(0), Failure::Write(17), Failure::Write(usize::MAX), Failure::Sync] {
        let store = MemoryStore::new();
        let mut writer = store.lock(&holder("r")).unwrap();
        writer.append(bound(), at(1)).unwrap();
        store.fail_next(failure);
        assert!(writer.append(arm("a", 1), at(2)).is_err());
        assert!(matches!(writer.append(arm("a", 1), at(3)), Err(LedgerError::Poisoned { .. })));
        assert_eq!(writer.state().seq, 1, "the state has only what is durable");
        store.crash(0);
        let mut writer = store.lock(&holder("q")).unwrap();
        assert_eq!((writer.state().seq, writer.taken_over().is_some()), (1, true));
        writer.append(arm("a", 1), at(4)).unwrap();
        drop(writer);
        assert_eq!(store.load().unwrap().records, 2);
    }
}

#[test]
fn a_crash_in_mid_write_leaves_a_torn_line_in_memory_too() {
    let store = MemoryStore::new();
    append(&store, vec![bound()]);
    let mut writer = store.lock(&holder("r")).unwrap();
    store.fail_next(Failure::Write(40));
    assert!(writer.append(arm("a", 1), at(2)).is_err());
    store.crash(30);
    assert_eq!(store.load().unwrap().torn.map(|torn| torn.bytes), Some(30));
    append(&store, vec![accepted("b", "j")]);
    assert_eq!(store.load().unwrap().torn, None);
}

#[test]
fn guards_can_be_switched_off_and_are_then_missed() {
    let store = MemoryStore::new();
    store.skip_sync(true);
    append(&store, vec![bound(), arm("a", 1)]);
    store.crash(0);
    assert_eq!(store.load().unwrap().records, 0, "nothing was durable");
    store.skip_lock(true);
    let mut one = store.lock(&holder("1")).unwrap();
    let mut two = store.lock(&holder("2")).unwrap();
    one.append(bound(), at(1)).unwrap();
    two.append(bound(), at(1)).unwrap();
    assert!(matches!(store.load(), Err(LedgerError::Sequence { .. })));
}

#[test]
fn a_writer_from_before_a_crash_is_dead() {
    let store = MemoryStore::new();
    let mut dead = store.lock(&holder("1")).unwrap();
    store.crash(0);
    let mut alive = store.lock(&holder("2")).unwrap();
    assert!(matches!(dead.append(bound(), at(1)), Err(LedgerError::Changed { .. })));
    drop(dead);
    alive.append(bound(), at(1)).unwrap();
    assert!(store.lock(&holder("3")).is_err(), "the dead one's end gave no lock back");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn compaction_keeps_the_state(events in prop::collection::vec(any_event(), 0..100)) {
        let store = MemoryStore::new();
        append(&store, events);
        let before = store.load().unwrap();
        let first = store.compact(&holder("c"), at(9)).unwrap();
        let after = store.load().unwrap();
        prop_assert_eq!(after.records, first.events_after);
        prop_assert!(after.state.seq >= before.state.seq, "numbers never repeat");
        let mut same = after.state.clone();
        same.seq = before.state.seq;
        prop_assert_eq!(&same, &before.state);
        append(&store, vec![arm("a", 9)]);
        store.compact(&holder("c"), at(9)).unwrap();
        prop_assert_eq!(store.load().unwrap().state.run("a", "1").unwrap().attempts, 9);
    }
}

#[test]
fn compaction_of_a_file_leaves_out_what_was_superseded() {
    let (_dir, store) = place();
    let rename = |name: &str| Event::GroupRenamed { group: "g".to_owned(), name: name.to_owned() };
    append(&store, vec![bound(), rename("a"), rename("b"), arm("a", 1), rename("c")]);
    let torn = [fs::read(store.path()).unwrap(), b"{\"v\":".to_vec()].concat();
    fs::write(store.path(), torn).unwrap();
    let before = store.load().unwrap().state;
    let done = store.compact(&holder("c"), at(9)).unwrap();
    assert_eq!((done.events_before, done.events_after), (5, 4));
    assert!(done.bytes_after > 0 && done.bytes_before > 0);
    let after = store.load().unwrap();
    assert_eq!((after.state.seq, after.torn), (9, None));
    assert_eq!((after.state.groups, after.state.sends), (before.groups, before.sends));
    assert!(!store.path().with_file_name("acme.jsonl.new").exists());
    let again = store.compact(&holder("c"), at(9)).unwrap();
    assert_eq!(again.events_before, again.events_after);
    append(&store, vec![accepted("a", "j")]);
    assert_eq!(store.load().unwrap().state.seq, 10);
    let _held = store.lock(&holder("r")).unwrap();
    assert!(matches!(store.compact(&holder("c"), at(9)), Err(LedgerError::Locked { .. })));
}
