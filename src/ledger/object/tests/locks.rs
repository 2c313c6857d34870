//! Who may write: one at a time, and never two at one position.

use std::time::Duration;

use proptest::prelude::*;

use super::faulty::Faults;
use super::*;
use crate::ledger::testing::{accepted, arm, bound};
use crate::ledger::{Location, Record};

#[test]
fn what_is_appended_is_read_back_elsewhere() {
    let store = store();
    let here = ledger(&store);
    assert!(!here.load().unwrap().existed);
    let mut writer = lock(&here, "r");
    let first = writer.append(bound(), at(1)).unwrap();
    assert_eq!((first.seq, first.run_id.as_str()), (1, "r"));
    writer.append(arm("a", 1), at(2)).unwrap();
    let elsewhere = ledger(&store);
    let loaded = elsewhere.load().unwrap();
    assert_eq!(&loaded.state, writer.state());
    assert_eq!((loaded.records, loaded.existed, loaded.torn), (2, true, None));
    drop(writer);
    let mut writer = lock(&elsewhere, "s");
    assert_eq!(writer.taken_over(), None, "it was given back");
    writer.append(accepted("a", "j1"), at(3)).unwrap();
    assert_eq!(here.load().unwrap().state.seq, 3);
    assert_eq!(here.place(), "s3://bucket/team/acme");
}

#[test]
fn reading_writes_nothing() {
    let store = store();
    append(&ledger(&store), [bound()]);
    store.requests();
    let ledger = ledger(&store);
    ledger.load().unwrap();
    ledger.stops().unwrap();
    let requests = store.requests();
    assert!(requests.iter().all(|r| !r.starts_with("put")), "{requests:?}");
    assert_eq!(
        requests.len(),
        4,
        "one list each of snapshots, events and stops, and the event: {requests:?}"
    );
}

#[tokio::test]
async fn it_may_be_used_inside_a_runtime() {
    let store = store();
    let ledger = ledger(&store);
    let mut writer = lock(&ledger, "r");
    writer.append(bound(), at(1)).unwrap();
    drop(writer);
    assert_eq!(ledger.load().unwrap().records, 1);
    let text = String::from_utf8(read(&store, "lease.json").await.to_vec()).unwrap();
    assert!(text.contains("\"released\":true") && text.contains("\"seq\":1"), "{text}");
    assert_eq!(store.inner.len_of("probe").await, 0, "the self-test cleans up");
}

#[test]
fn a_second_run_is_told_who_works_since_when_and_how_to_break_it() {
    let store = store();
    let (one, two) = (ledger(&store), ledger(&store));
    let first = lock(&one, "first");
    store.faults().lease_is_old = 40;
    let error = refusal(&two);
    assert!(error.is_refusal());
    let text = format!("{error} {}", error.hint());
    for part in [
        "run first",
        "since 1970-01-01",
        "renewed 40 s ago",
        "after 60 s",
        "s3://bucket/team/acme/lease.json",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(matches!(two.compact(&holder("c"), at(9)), Err(LedgerError::Object(ObjectError::Leased { .. }))));
    drop(first);
    lock(&two, "second");
}

#[test]
fn a_run_that_died_is_taken_over_and_cannot_write_if_it_lives() {
    let store = store();
    let (one, two) = (ledger(&store), ledger(&store));
    let mut asleep = lock(&one, "asleep");
    asleep.append(bound(), at(1)).unwrap();
    store.faults().lease_is_old = 3600;
    let mut awake = lock(&two, "awake");
    assert_eq!(awake.taken_over().map(|who| who.run_id.as_str()), Some("asleep"));
    awake.append(arm("a", 1), at(2)).unwrap();
    let error = asleep.append(arm("a", 1), at(3)).unwrap_err();
    assert!(error.to_string().contains("event 2 is of run awake"), "{error}");
    assert!(!error.is_refusal(), "something was done before");
    assert!(matches!(asleep.append(bound(), at(4)), Err(LedgerError::Poisoned { .. })));
    drop(asleep);
    awake.append(accepted("a", "j"), at(5)).unwrap();
    assert_eq!(two.load().unwrap().records, 3);
}

#[test]
fn the_one_who_comes_first_has_the_position_whoever_has_the_lease() {
    let store = store();
    let (one, two) = (ledger(&store), ledger(&store));
    let mut old = lock(&one, "old");
    store.faults().lease_is_old = 3600;
    let mut new = lock(&two, "new");
    old.append(bound(), at(1)).unwrap();
    let error = new.append(bound(), at(1)).unwrap_err();
    assert!(matches!(object_error(&error), ObjectError::TakenOver { .. }));
    assert_eq!(two.load().unwrap().records, 1);
}

#[tokio::test]
async fn a_lease_that_was_deleted_or_taken_is_noticed_before_the_next_change() {
    let store = store();
    let (one, two) = (ledger(&store), ledger(&store));
    let writer = lock(&one, "old");
    writer.still_ours().unwrap();
    // No renewal comes by in this test.
    delete(&store, "lease.json").await;
    let error = writer.still_ours().unwrap_err();
    assert!(error.to_string().contains("its lease was deleted"), "{error}");
    drop(writer);
    let mut old = lock(&one, "old");
    store.faults().lease_is_old = 3600;
    let new = lock(&two, "new");
    let error = old.still_ours().unwrap_err();
    assert!(error.to_string().contains("run new"), "{error}");
    new.still_ours().unwrap();
    assert!(old.append(bound(), at(1)).is_err(), "and it is not forgotten");
    write(&store, "lease.json", "rubbish").await;
    assert!(new.still_ours().unwrap_err().to_string().contains("its lease was changed"));
}

#[test]
fn of_many_runs_at_once_one_gets_the_lease() {
    let store = store();
    let ledgers: Vec<_> = (0..8).map(|_| ledger(&store)).collect();
    let results: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = ledgers
            .iter()
            .enumerate()
            .map(|(n, ledger)| scope.spawn(move || ledger.lock(&holder(&format!("run{n}")))))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for error in lost.into_iter().filter_map(Result::err) {
        assert!(error.is_refusal(), "{error}");
    }
}

#[tokio::test]
async fn a_lease_is_renewed_while_the_run_lives_and_missed_when_it_is_deleted() {
    let store = store();
    let ledger = ledger_with(&store, Timing { renew: Duration::from_millis(2), ..TIMING });
    let mut writer = lock(&ledger, "r");
    writer.append(bound(), at(1)).unwrap();
    let renewed = || async { String::from_utf8(read(&store, "lease.json").await.to_vec()).unwrap() };
    let mut text = renewed().await;
    while !text.contains("\"seq\":1") {
        tokio::task::yield_now().await;
        text = renewed().await;
    }
    assert!(text.contains("\"released\":false"), "{text}");
    delete(&store, "lease.json").await;
    let error = loop {
        match writer.append(arm("a", 1), at(2)) {
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("its lease was deleted"), "{error}");
    drop(writer);
    assert!(store.inner.head(&Path::from("team/acme/lease.json")).await.is_err(), "it stays deleted");
}

#[test]
fn stores_that_lie_are_refused() {
    let faults: [fn() -> Faults; 3] = [
        || Faults { ignores_create: true, ..Faults::default() },
        || Faults { ignores_update: true, ..Faults::default() },
        || Faults { is_slow_to_check: true, ..Faults::default() },
    ];
    for fault in faults {
        let store = store();
        store.set(fault());
        let error = refusal(&ledger(&store));
        assert!(matches!(object_error(&error), ObjectError::Unsafe { .. }), "{:?} {error:?}", fault());
        assert!(error.to_string().contains("cannot hold a ledger"), "{error}");
        assert!(
            error.hint().contains("Amazon S3") && error.hint().contains("--ledger PATH"),
            "{}",
            error.hint()
        );
        let requests = store.requests();
        assert!(
            requests.iter().all(|r| r.contains("/probe/")),
            "nothing but the test was written: {requests:?}"
        );
    }
}

#[test]
fn places_are_opened_by_their_url() {
    let location = Location::parse("s3://bucket/acme", std::path::Path::new("/")).unwrap();
    assert_eq!(location.open().unwrap().place(), "s3://bucket/acme");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Runs take over, sleep, wake up and write as they like: what was acknowledged is there, once, in order, and
    /// each knew everything before its own.
    #[test]
    fn acknowledged_events_are_one_row(steps in prop::collection::vec((0..4usize, any::<bool>()), 1..40)) {
        let store = store();
        store.faults().lease_is_old = 3600;
        let ledgers: Vec<_> = (0..4).map(|_| ledger(&store)).collect();
        let mut writers: Vec<Option<Box<dyn Writer>>> = (0..4).map(|_| None).collect();
        let mut acknowledged: Vec<Record> = Vec::new();
        for (step, (who, again)) in steps.into_iter().enumerate() {
            if again || writers[who].is_none() {
                writers[who] = None;
                writers[who] = Some(lock(&ledgers[who], &format!("{who}-{step}")));
            }
            if let Some(writer) = &mut writers[who] {
                let known = writer.state().seq;
                if let Ok(record) = writer.append(arm("a", 1), at(1)) {
                    prop_assert_eq!(record.seq, known + 1);
                    acknowledged.push(record);
                }
            }
        }
        let mut there = Vec::new();
        ledgers[0].read(&mut |record| there.push(record)).unwrap();
        prop_assert_eq!(there, acknowledged);
    }
}
