//! `file:///…`: a directory keeps the promises of a store, and lets no killed run stand in the way.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path as FilePath, PathBuf};

use super::*;
use crate::ledger::Location;
use crate::ledger::object::directory::Directory;
use crate::ledger::object::names::EVENTS;
use crate::ledger::testing::{arm, bound};

fn ledger_in(directory: &FilePath) -> ObjectLedger {
    ObjectLedger::open(&url::Url::from_file_path(directory).unwrap()).unwrap()
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledgers #1/acme %41");
    (dir, path)
}

#[test]
fn it_lives_in_a_directory() {
    let (_dir, path) = place();
    let here = ledger_in(&path);
    assert!(!here.load().unwrap().existed);
    here.stops().unwrap();
    assert!(!path.exists(), "reading makes nothing");
    append(&here, [bound(), arm("a", 1)]);
    assert_eq!(ledger_in(&path).load().unwrap().state.seq, 2);
    let event = path.join("events/0000000000000002.json");
    for (path, mode) in [(&event, 0o600), (&path.join("lease.json"), 0o600), (&path, 0o700)] {
        let permissions = std::fs::metadata(path).unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, mode, "{}", path.display());
    }
    here.compact(&holder("c"), at(3)).unwrap();
    here.verify().unwrap();
    append(&here, [arm("b", 1)]);
    std::fs::remove_file(event).unwrap();
    assert!(here.verify().is_err(), "an event that is gone is missed");
    assert!(ledger_in(&path).load().is_ok(), "the snapshot has it");
}

#[test]
fn one_run_at_a_time_and_a_killed_one_is_taken_over_at_once() {
    let (_dir, path) = place();
    let here = ledger_in(&path);
    let writer = lock(&here, "r");
    let lease = std::fs::read(path.join("lease.json")).unwrap();
    let error = refusal(&ledger_in(&path));
    assert!(
        matches!(&error, LedgerError::Locked { holder: Some(holder), .. } if holder.run_id == "r"),
        "{error:?}"
    );
    drop(writer);
    // As a killed run leaves it: the kernel's lock is free, and the lease was not given back.
    std::fs::write(path.join("lease.json"), &lease).unwrap();
    let writer = lock(&here, "s");
    assert_eq!(writer.taken_over().map(|holder| holder.run_id.as_str()), Some("r"));
    drop(writer);
    // One of another machine may be alive.
    let elsewhere = String::from_utf8(lease).unwrap().replace(&holder("r").host, "elsewhere");
    std::fs::write(path.join("lease.json"), elsewhere).unwrap();
    let error = refusal(&here);
    assert!(matches!(object_error(&error), ObjectError::Leased { .. }), "{error:?}");
}

#[test]
fn numbers_come_in_order_page_by_page() {
    let (_dir, path) = place();
    std::fs::create_dir_all(path.join("events")).unwrap();
    for number in (1..=40).rev() {
        std::fs::write(path.join(EVENTS.object(number)), "x").unwrap();
    }
    let bucket = Bucket::new(Arc::new(Directory::new(path)), Path::default(), "file:///x", TIMING);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let numbers = |after| runtime.block_on(bucket.numbers(EVENTS, after, 15)).unwrap();
    assert_eq!(numbers(0), (1..=15).collect::<Vec<u64>>());
    assert_eq!(numbers(15), (16..=30).collect::<Vec<u64>>());
    assert_eq!(numbers(30), (31..=40).collect::<Vec<u64>>());
}

#[test]
fn a_file_is_no_directory_and_a_failing_disk_says_so() {
    let (_dir, path) = place();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "").unwrap();
    let url = url::Url::from_file_path(&path).unwrap();
    let error = Location::parse(url.as_str(), &path).unwrap().open().map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("it is a file"), "{error}");
    assert!(error.hint().contains("--ledger /srv/ledgers/acme.jsonl"), "{}", error.hint());

    let below = ledger_in(&path.join("deeper"));
    let error = refusal(&below);
    assert!(!error.hint().contains("network"), "{error}: {}", error.hint());
}
