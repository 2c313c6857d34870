//! Snapshots: they save reading, and decide nothing.

use super::faulty::Faults;
use super::*;
use crate::ledger::testing::{any_event, arm, bound};
use proptest::prelude::*;

fn rename(name: &str) -> Event {
    Event::GroupRenamed { group: "g".to_owned(), name: name.to_owned() }
}

#[tokio::test]
async fn a_snapshot_is_read_instead_of_its_events() {
    let store = store();
    let one = ledger(&store);
    append(&one, [bound(), rename("a"), rename("b"), arm("a", 1), rename("c")]);
    let before = one.load().unwrap();
    let done = one.compact(&holder("c"), at(9)).unwrap();
    assert_eq!((done.events_before, done.events_after), (5, 3));
    append(&one, [arm("b", 1)]);
    store.requests();
    let after = ledger(&store).load().unwrap();
    assert_eq!(store.requests().len(), 4, "two lists, the snapshot, one event");
    assert_eq!((after.records, after.state.seq), (4, 6));
    assert_eq!(after.state.groups, before.state.groups);
    // Without it, everything is read from the events, which are all still there.
    delete(&store, "snapshots/0000000000000005.jsonl").await;
    let whole = ledger(&store).load().unwrap();
    assert_eq!((whole.records, &whole.state), (6, &after.state));
}

#[test]
fn a_run_that_slept_through_a_compaction_finds_its_position_taken() {
    let store = store();
    let (one, two) = (ledger(&store), ledger(&store));
    let mut asleep = lock(&one, "asleep");
    asleep.append(bound(), at(1)).unwrap();
    store.faults().lease_is_old = 3600;
    append(&two, [rename("a"), rename("b"), arm("a", 1)]);
    two.compact(&holder("c"), at(9)).unwrap();
    assert!(asleep.append(arm("a", 1), at(2)).is_err());
    assert_eq!(two.load().unwrap().state.seq, 4);
}

#[test]
fn a_crash_in_making_a_snapshot_leaves_the_ledger_as_it_was() {
    let store = store();
    let one = ledger(&store);
    append(&one, [bound(), rename("a"), rename("b")]);
    let before = one.load().unwrap();
    store.set(Faults { on: "/snapshots/", lost_requests: u32::MAX, ..Faults::default() });
    assert!(one.compact(&holder("c"), at(9)).is_err());
    store.set(Faults { on: "/snapshots/", lost_answers: 1, ..Faults::default() });
    assert_eq!(one.load().unwrap(), before);
    assert_eq!(one.compact(&holder("c"), at(9)).unwrap().events_after, 2);
    assert_eq!(one.load().unwrap().state, before.state);
    let again = one.compact(&holder("c"), at(9)).unwrap();
    assert_eq!(again.events_before, again.events_after, "nothing to gain");
}

#[tokio::test]
async fn many_events_are_gathered_without_being_asked() {
    let store = store();
    let one = ledger(&store);
    append(&one, (0..501).map(|_| arm("a", 1)));
    assert_eq!(store.inner.len_of("snapshots").await, 0);
    let writer = lock(&one, "next");
    assert_eq!(writer.state().seq, 501, "no number is used up");
    drop(writer);
    assert_eq!(store.inner.len_of("snapshots").await, 1);
    assert_eq!(store.inner.len_of("events").await, 501);
    store.requests();
    assert_eq!(one.load().unwrap().state.seq, 501);
    assert_eq!(store.requests().len(), 3);
}

#[tokio::test]
async fn old_snapshots_are_deleted_but_the_last_one_before() {
    let store = store();
    let one = ledger(&store);
    for n in 1..=4 {
        append(&one, [arm("a", n)]);
        one.compact(&holder("c"), at(9)).unwrap();
    }
    assert_eq!(store.inner.len_of("snapshots").await, 2);
    assert_eq!(one.load().unwrap().state.seq, 4);
}

#[tokio::test]
async fn a_damaged_snapshot_is_said_and_may_be_deleted() {
    let store = store();
    let one = ledger(&store);
    append(&one, [bound(), rename("a"), rename("b"), arm("a", 1)]);
    let state = one.load().unwrap().state;
    one.compact(&holder("c"), at(9)).unwrap();
    let name = "snapshots/0000000000000004.jsonl";
    let good = read(&store, name).await;
    for cut in 0..good.len() {
        write(&store, name, good.slice(..cut)).await;
        assert!(one.load().is_err(), "{cut}");
    }
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.to_vec();
        bad[at] ^= 1;
        write(&store, name, bad).await;
        // A change that still is one whole snapshot with its digest is no damage.
        if let Ok(loaded) = one.load() {
            assert_eq!(loaded.state, state, "{at}");
        }
    }
    write(&store, name, "{}\n").await;
    let error = one.load().unwrap_err();
    assert!(error.hint().contains("Delete that snapshot"), "{error}: {}", error.hint());
    delete(&store, name).await;
    assert_eq!(one.load().unwrap().state, state);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_snapshot_keeps_the_state(
        events in prop::collection::vec(any_event(), 0..60),
        more in prop::collection::vec(any_event(), 0..20),
    ) {
        let store = store();
        let one = ledger(&store);
        append(&one, events);
        let before = one.load().unwrap();
        let done = one.compact(&holder("c"), at(9)).unwrap();
        let after = one.load().unwrap();
        prop_assert_eq!(&after.state, &before.state);
        prop_assert_eq!(after.records, done.events_after);
        append(&one, more);
        let before = one.load().unwrap().state;
        one.compact(&holder("c"), at(9)).unwrap();
        prop_assert_eq!(one.load().unwrap().state, before);
    }
}
