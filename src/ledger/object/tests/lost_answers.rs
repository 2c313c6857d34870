//! Answers that were lost, requests that were lost, and requests that come late.

use super::faulty::Faults;
use super::*;
use crate::ledger::testing::{accepted, arm, bound};

#[test]
fn a_write_whose_answer_was_lost_is_known_again() {
    let ways: [fn() -> Faults; 3] = [
        || Faults { on: "/events/", lost_answers: 1, ..Faults::default() },
        || Faults { on: "/events/", repeated: 1, ..Faults::default() },
        || Faults { on: "/events/", lost_requests: 2, ..Faults::default() },
    ];
    for fault in ways {
        let store = store();
        let ledger = ledger(&store);
        let mut writer = lock(&ledger, "r");
        store.set(fault());
        writer.append(bound(), at(1)).unwrap();
        writer.append(arm("a", 1), at(2)).unwrap();
        assert_eq!(ledger.load().unwrap().records, 2);
    }
}

#[test]
fn a_lost_answer_and_a_failed_look_are_tried_again() {
    let store = store();
    let ledger = ledger(&store);
    let mut writer = lock(&ledger, "r");
    store.set(Faults { on: "/events/", lost_answers: 1, failed_reads: 1, ..Faults::default() });
    writer.append(bound(), at(1)).unwrap();
    assert_eq!(ledger.load().unwrap().records, 1);
}

#[test]
fn a_store_that_never_answers_ends_the_run() {
    let store = store();
    let ledger = ledger(&store);
    let mut writer = lock(&ledger, "r");
    writer.append(bound(), at(1)).unwrap();
    store.set(Faults { on: "/events/", lost_requests: u32::MAX, ..Faults::default() });
    let error = writer.append(arm("a", 1), at(2)).unwrap_err();
    assert!(error.to_string().contains("connection reset"), "{error}");
    assert!(error.hint().contains("checks anything that was under way"), "{}", error.hint());
    store.set(Faults::default());
    assert!(matches!(writer.append(arm("a", 1), at(3)), Err(LedgerError::Poisoned { .. })));
}

#[tokio::test]
async fn a_request_that_comes_late_takes_its_place_or_none() {
    // Before the next run reads: it is an event like any other, of a run that died after it.
    let early = store();
    let one = ledger(&early);
    let mut writer = lock(&one, "dead");
    early.set(Faults { on: "/events/", lost_requests: u32::MAX, keeps_lost: true, ..Faults::default() });
    assert!(writer.append(arm("a", 1), at(1)).is_err());
    drop(writer);
    early.set(Faults::default());
    assert_eq!(early.land().await, [true, false, false, false], "the same event, once");
    assert_eq!(lock(&one, "next").state().seq, 1);

    // After the next run has read: the next run stops at its next event.
    let late = store();
    let one = ledger(&late);
    let mut writer = lock(&one, "dead");
    late.set(Faults { on: "/events/", lost_requests: u32::MAX, keeps_lost: true, ..Faults::default() });
    assert!(writer.append(arm("a", 1), at(1)).is_err());
    drop(writer);
    late.set(Faults::default());
    let mut next = lock(&one, "next");
    assert!(late.land().await[0]);
    let error = next.append(accepted("b", "j"), at(2)).unwrap_err();
    assert!(error.to_string().contains("event 1 is of run dead"), "{error}");

    // After the next run has written: it finds no place.
    let last = store();
    let one = ledger(&last);
    let mut writer = lock(&one, "dead");
    last.set(Faults { on: "/events/", lost_requests: u32::MAX, keeps_lost: true, ..Faults::default() });
    assert!(writer.append(arm("a", 1), at(1)).is_err());
    drop(writer);
    last.set(Faults::default());
    append(&one, [bound()]);
    assert!(!last.land().await.contains(&true));
    assert_eq!(one.load().unwrap().records, 1);
}

#[test]
fn a_lease_whose_answer_was_lost_is_ours() {
    let ways: [fn() -> Faults; 3] = [
        || Faults { on: "lease.json", lost_answers: 1, ..Faults::default() },
        || Faults { on: "lease.json", repeated: 1, ..Faults::default() },
        || Faults { on: "lease.json", lost_requests: 1, ..Faults::default() },
    ];
    for fault in ways {
        let store = store();
        let ledger = ledger(&store);
        for run in ["first", "second"] {
            store.set(fault());
            let mut writer = lock(&ledger, run);
            writer.append(bound(), at(1)).unwrap();
            drop(writer);
        }
        assert_eq!(ledger.load().unwrap().records, 2);
    }
}

#[test]
fn a_self_test_whose_answers_were_lost_accuses_nobody() {
    for (lost_answers, repeated) in [(1, 0), (3, 0), (0, 1), (9, 0)] {
        let store = store();
        store.set(Faults { on: "/probe/", lost_answers, repeated, ..Faults::default() });
        match ledger(&store).lock(&holder("r")) {
            Ok(_) => {}
            Err(error) => assert!(!matches!(object_error(&error), ObjectError::Unsafe { .. }), "{error}"),
        }
    }
}

#[test]
fn a_lease_is_given_back_although_the_answers_are_lost() {
    let store = store();
    let ledger = ledger(&store);
    let writer = lock(&ledger, "r");
    store.set(Faults { on: "lease.json", repeated: 1, ..Faults::default() });
    drop(writer);
    lock(&ledger, "next");
}
