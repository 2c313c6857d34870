//! The reader against everything that is not a good ledger.

use proptest::prelude::*;

use super::journal::record;
use super::testing::{accepted, any_event, arm, at, bound};
use super::{Event, LedgerError, MAX_LINE, Record, State, Torn, encode, fold};

fn lines(events: Vec<Event>) -> Vec<Vec<u8>> {
    (1..).zip(events).map(|(seq, event)| encode(&record(seq, at(1), "run", event)).unwrap()).collect()
}

fn sample() -> Vec<Vec<u8>> {
    lines(vec![bound(), arm("a", 1), accepted("a", "job-1")])
}

fn error_of(bytes: &[u8]) -> LedgerError {
    fold(bytes, "here").unwrap_err()
}

#[test]
fn a_ledger_cut_at_every_byte_of_its_last_record_loses_exactly_that() {
    let lines = sample();
    let before: Vec<u8> = lines[..2].concat();
    let (expected, _) = fold(&before, "here").unwrap();
    let last = &lines[2];
    for cut in 0..last.len() {
        let bytes = [before.as_slice(), &last[..cut]].concat();
        let (state, extent) = fold(&bytes, "here").unwrap();
        assert_eq!(state, expected, "{cut}");
        assert_eq!((extent.records, extent.bytes), (2, before.len() as u64), "{cut}");
        let torn = (cut > 0).then_some(Torn { line: 3, bytes: cut as u64 });
        assert_eq!(extent.torn, torn, "{cut}");
    }
    let (whole, extent) = fold(&lines.concat(), "here").unwrap();
    assert_eq!((whole.seq, extent.torn), (3, None));
}

#[test]
fn a_damaged_line_is_named_and_its_content_is_not_shown() {
    for damage in ["+15550123456 secret", "{\"v\":1,\"secret\":", "null", "", "{}", "\u{0}\u{0}", "{\"v\":0}"]
    {
        for position in 0..3 {
            let mut lines = sample();
            lines[position] = format!("{damage}\n").into_bytes();
            let error = error_of(&lines.concat());
            let line = position as u64 + 1;
            assert!(
                matches!(&error, LedgerError::Damaged { line: l, .. } if *l == line),
                "{damage}: {error}"
            );
            let text = format!("{error} {error:?} {}", error.hint());
            assert!(!text.contains("secret") && !text.contains("555"), "{text}");
            assert!(text.contains("ledger verify") && text.contains(&format!("line {line}")), "{text}");
        }
    }
}

#[test]
fn every_flipped_byte_in_the_middle_is_an_error_or_is_in_a_value() {
    let lines = sample();
    for at in 0..lines[1].len() {
        let mut bad = lines.clone();
        bad[1][at] ^= 0x80;
        assert!(fold(&bad.concat(), "here").is_err(), "no byte of it is UTF-8 any more: {at}");
    }
}

#[test]
fn gaps_and_repeats_are_errors() {
    let lines = sample();
    for (order, expected, found) in
        [(vec![0, 2], 2, 3), (vec![0, 1, 1], 3, 2), (vec![1], 1, 2), (vec![0, 1, 0], 3, 1)]
    {
        let bytes: Vec<u8> = order.iter().flat_map(|i| lines[*i].clone()).collect();
        let error = error_of(&bytes);
        assert!(
            matches!(error, LedgerError::Sequence { expected: e, found: f, .. } if e == expected && f == found),
            "{order:?}: {error}"
        );
    }
}

#[test]
fn a_later_format_says_to_upgrade() {
    let good = String::from_utf8(sample().remove(0)).unwrap();
    for bad in [good.replace("\"v\":1", "\"v\":2"), "{\"v\":7,\"anything\":[1]}\n".to_owned()] {
        let error = error_of(bad.as_bytes());
        assert!(matches!(error, LedgerError::Newer { line: 1, ours: 1, .. }), "{error}");
        assert!(error.hint().contains("upgrade"));
    }
    for bad in [
        good.replace("\"type\":\"bound\"", "\"type\":\"blessed\""),
        good.replace("\"project\":", "\"colour\":1,\"project\":"),
        good.replace("\"run_id\":", "\"colour\":1,\"run_id\":"),
    ] {
        let error = error_of(bad.as_bytes());
        assert!(matches!(error, LedgerError::UnknownEvent { line: 1, .. }), "{bad}: {error}");
        assert!(error.hint().contains("upgrade") && !format!("{error:?}").contains("blessed"));
    }
}

#[test]
fn lines_are_bounded() {
    let mut long = vec![b'x'; 3 * MAX_LINE];
    let (_, extent) = fold(&long, "here").unwrap();
    assert_eq!(extent.torn, Some(Torn { line: 1, bytes: 3 * MAX_LINE as u64 }));
    long.push(b'\n');
    assert!(matches!(error_of(&long), LedgerError::LineTooLong { line: 1, .. }));
    let event = Event::ProjectRenamed { project: "x".repeat(MAX_LINE) };
    assert!(matches!(encode(&record(1, at(0), "run", event)), Err(LedgerError::EventTooLong { .. })));
}

#[test]
fn windows_line_ends_are_read() {
    let text = String::from_utf8(sample().concat()).unwrap().replace('\n', "\r\n");
    assert_eq!(fold(text.as_bytes(), "here").unwrap().0.seq, 3);
}

#[test]
fn clocks_that_go_back_change_nothing() {
    let bytes: Vec<u8> = [(1, 900, bound()), (2, 100, arm("a", 1))]
        .into_iter()
        .flat_map(|(seq, second, event)| encode(&record(seq, at(second), "run", event)).unwrap())
        .collect();
    assert_eq!(fold(&bytes, "here").unwrap().0.seq, 2);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = fold(&bytes, "here");
    }

    /// No line is passed over: what was read has an event for each line feed, or it is an error.
    #[test]
    fn nothing_is_passed_over(
        events in prop::collection::vec(any_event(), 1..8),
        cut in any::<prop::sample::Index>(),
        put in prop::option::of((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..20))),
    ) {
        let mut bytes = lines(events).concat();
        bytes.truncate(cut.index(bytes.len() + 1));
        if let Some((at, junk)) = put {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, junk);
        }
        if let Ok((_, extent)) = fold(&bytes, "here") {
            let feeds = bytes.split(|b| *b == b'\n').count() - 1;
            prop_assert_eq!(extent.records, feeds as u64);
            prop_assert_eq!(extent.bytes + extent.torn.map_or(0, |t| t.bytes), bytes.len() as u64);
        }
    }

    #[test]
    fn a_damaged_ledger_is_read_without_a_panic(
        events in prop::collection::vec(any_event(), 1..6),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = lines(events).concat();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = fold(&bytes, "here");
    }

    #[test]
    fn events_read_back_as_written(events in prop::collection::vec(any_event(), 0..40)) {
        let records: Vec<Record> =
            (1..).zip(events).map(|(seq, event)| record(seq, at(i64::try_from(seq).unwrap()), "run", event)).collect();
        let bytes: Vec<u8> = records.iter().flat_map(|record| encode(record).unwrap()).collect();
        let mut state = State::default();
        for record in &records {
            state.apply(record);
        }
        prop_assert_eq!(fold(&bytes, "here").unwrap().0, state);
    }
}
