//! Everything that can be wrong with the objects.

use super::*;
use crate::ledger::testing::{arm, bound};

#[tokio::test]
async fn an_event_that_is_not_one_is_never_passed_over() {
    let event = "events/0000000000000002.json";
    let store = store();
    let one = ledger(&store);
    append(&one, [bound(), arm("a", 1), arm("b", 1)]);
    let good = read(&store, event).await;
    let first = read(&store, "events/0000000000000001.json").await;
    let newer = String::from_utf8(good.to_vec()).unwrap().replace("\"v\":1", "\"v\":2");
    let mut two_lines = good.to_vec();
    two_lines.extend_from_slice(&good);
    let rubbish: Vec<Bytes> = vec![
        Bytes::new(),
        "\n".into(),
        "rubbish\n".into(),
        good.slice(..good.len() - 1),
        two_lines.into(),
        first,
        newer.into(),
        vec![b' '; 2 << 20].into(),
    ];
    for bytes in rubbish {
        write(&store, event, bytes).await;
        let error = one.load().unwrap_err();
        let text = format!("{error} {}", error.hint());
        assert!(text.contains("0000000000000002.json"), "{text}");
        assert!(one.lock(&holder("r")).is_err());
    }
    write(&store, event, good).await;
    lock(&one, "the lease was given back each time");
}

#[tokio::test]
async fn a_gap_is_an_error() {
    let store = store();
    let one = ledger(&store);
    append(&one, [bound(), arm("a", 1), arm("b", 1)]);
    delete(&store, "events/0000000000000002.json").await;
    assert!(matches!(one.load(), Err(LedgerError::Sequence { expected: 2, found: 3, .. })));
}

#[tokio::test]
async fn a_missing_end_is_noticed_by_whoever_wants_to_write() {
    let store = store();
    let one = ledger(&store);
    append(&one, [bound(), arm("a", 1), arm("b", 1)]);
    delete(&store, "events/0000000000000003.json").await;
    let error = refusal(&one);
    assert!(matches!(object_error(&error), ObjectError::Lost { found: 2, expected: 3, .. }), "{error}");
    let error = refusal(&one);
    assert!(matches!(object_error(&error), ObjectError::Lost { .. }), "it is not forgotten: {error}");
}

/// What a plan does not see: the end, and what a snapshot covers.
#[tokio::test]
async fn verify_names_what_is_missing() {
    let says = |one: &ObjectLedger| one.verify().unwrap_err().to_string();
    let store = store();
    let one = ledger(&store);
    assert!(!one.verify().unwrap().existed);
    append(&one, (1..=8).map(|n| if n == 1 { bound() } else { arm("a", n) }));
    assert_eq!(one.verify().unwrap(), one.load().unwrap());
    let last = read(&store, "events/0000000000000008.json").await;
    delete(&store, "events/0000000000000008.json").await;
    assert_eq!(one.load().unwrap().records, 7, "a plan does not see it");
    assert!(says(&one).contains("1 event is missing: events/0000000000000008.json"), "{}", says(&one));
    write(&store, "events/0000000000000008.json", last).await;

    one.compact(&holder("c"), at(9)).unwrap();
    assert_eq!(one.verify().unwrap(), one.load().unwrap());
    write(&store, "events/0000000000000002.json", "rubbish").await;
    assert!(says(&one).contains("0000000000000002.json"), "{}", says(&one));
    for number in [2, 3, 6] {
        delete(&store, &format!("events/{number:016}.json")).await;
    }
    assert!(one.load().is_ok());
    let text = says(&one);
    assert!(
        text.contains(
            "3 events are missing: events/0000000000000002.json to events/0000000000000003.json, \
             events/0000000000000006.json"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn verify_reads_what_a_snapshot_covers() {
    let store = store();
    let one = ledger(&store);
    append(&one, [bound(), arm("a", 1)]);
    one.compact(&holder("c"), at(9)).unwrap();
    let other = String::from_utf8(read(&store, "events/0000000000000002.json").await.to_vec()).unwrap();
    write(&store, "events/0000000000000002.json", other.replace("\"a\"", "\"b\"")).await;
    let error = one.verify().unwrap_err().to_string();
    assert!(error.contains("snapshots/0000000000000002.jsonl") && error.contains("its events"), "{error}");
}

#[tokio::test]
async fn what_is_not_ours_is_let_alone() {
    let store = store();
    let one = ledger(&store);
    append(&one, [bound()]);
    for name in ["events/.keep", "events/2.json", "events/sub/0000000000000002.json", "notes.txt", "stops/x"]
    {
        write(&store, name, "x").await;
    }
    assert_eq!(one.load().unwrap().records, 1);
    assert!(one.stops().unwrap().is_empty());
    append(&one, [arm("a", 1)]);
    assert_eq!(one.load().unwrap().records, 2);
}

#[tokio::test]
async fn a_lease_of_rubbish_is_somebodys_until_it_lapses() {
    let store = store();
    let one = ledger(&store);
    append(&one, [bound()]);
    write(&store, "lease.json", "rubbish").await;
    let error = refusal(&one);
    assert!(matches!(object_error(&error), ObjectError::Leased { holder: None, .. }), "{error}");
    store.faults().lease_is_old = 3600;
    append(&one, [arm("a", 1)]);
}

#[test]
fn no_debug_output_shows_the_client() {
    let store = store();
    let one = ledger(&store);
    let text = format!("{one:?}");
    assert!(text.contains("Bucket(s3://bucket/team/acme)") && !text.contains("Faulty"), "{text}");
}
