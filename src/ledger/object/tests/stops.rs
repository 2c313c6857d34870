//! The operator's stops as objects.

use super::faulty::Faults;
use super::*;
use crate::ledger::{StopEvent, StopKind, StopTarget};
use crate::model::Address;

fn event(second: i64, kind: StopKind, target: &str) -> StopEvent {
    let address = match target {
        "all" => StopTarget::All,
        text => StopTarget::Address(text.parse().unwrap()),
    };
    StopEvent::new(at(second), "ada", kind, address)
}

#[test]
fn the_last_word_counts_and_needs_no_lease() {
    let store = store();
    let (one, two) = (ledger(&store), ledger(&store));
    let _apply = lock(&one, "apply");
    assert!(one.stops().unwrap().is_empty());
    two.add_stop(&event(1, StopKind::Pause, "all")).unwrap();
    two.add_stop(&event(2, StopKind::Resume, "send.a")).unwrap();
    one.add_stop(&event(3, StopKind::Cancel, "send.b")).unwrap();
    for ledger in [&one, &two] {
        let stops = ledger.stops().unwrap();
        assert_eq!(stops.stopped(&Address::send("a")), None);
        assert!(stops.stopped(&Address::send("b")).is_some_and(|stop| stop.cancel));
        assert!(stops.stopped(&Address::schedule("c")).is_some_and(|stop| stop.all));
    }
    store.requests();
    one.stops().unwrap();
    assert_eq!(store.requests().len(), 1, "what was read is kept");
    two.add_stop(&event(4, StopKind::Resume, "all")).unwrap();
    assert!(one.stops().unwrap().is_empty(), "and what is new is seen");
}

#[test]
fn of_many_at_once_none_is_lost() {
    let store = store();
    let ledgers: Vec<_> = (0..8).map(|_| ledger(&store)).collect();
    std::thread::scope(|scope| {
        for (n, ledger) in ledgers.iter().enumerate() {
            scope.spawn(move || {
                ledger.add_stop(&event(1, StopKind::Pause, &format!("send.s{n}"))).unwrap();
            });
        }
    });
    assert_eq!(ledgers[0].stops().unwrap().addresses().count(), 8);
}

#[test]
fn a_stop_whose_answer_was_lost_is_there_once() {
    let store = store();
    store.set(Faults { on: "/stops/", lost_answers: 1, ..Faults::default() });
    let one = ledger(&store);
    one.add_stop(&event(1, StopKind::Pause, "send.a")).unwrap();
    one.add_stop(&event(2, StopKind::Resume, "send.a")).unwrap();
    assert!(one.stops().unwrap().is_empty());
    store.set(Faults { on: "/stops/", lost_requests: u32::MAX, ..Faults::default() });
    assert!(one.add_stop(&event(3, StopKind::Pause, "all")).is_err(), "it says so when it was not recorded");
}

#[tokio::test]
async fn a_stop_of_a_later_version_is_never_passed_over() {
    let store = store();
    let one = ledger(&store);
    one.add_stop(&event(1, StopKind::Pause, "send.a")).unwrap();
    let good = String::from_utf8(read(&store, "stops/0000000000000001.json").await.to_vec()).unwrap();
    for bad in ["", "rubbish", &good.replace("\"v\":1", "\"v\":2"), &good.replace("pause", "freeze")] {
        write(&store, "stops/0000000000000002.json", bad.to_owned()).await;
        let error = one.stops().unwrap_err();
        assert!(error.may_be_a_stop(), "{bad}: {error}");
    }
}

#[tokio::test]
async fn a_damaged_stop_counts_until_there_is_a_word_on_all() {
    let store = store();
    let one = ledger(&store);
    one.add_stop(&event(1, StopKind::Resume, "send.a")).unwrap();
    write(&store, "stops/0000000000000002.json", "rubbish".to_owned()).await;
    one.add_stop(&event(3, StopKind::Resume, "send.a")).unwrap();
    for _ in 0..2 {
        let error = one.stops().unwrap_err();
        assert!(matches!(&error, LedgerError::DamagedStop { .. }), "{error}");
        assert!(error.to_string().contains("0000000000000002"), "{error}");
    }
    one.add_stop(&event(4, StopKind::Resume, "all")).unwrap();
    assert!(one.stops().unwrap().is_empty());
}
