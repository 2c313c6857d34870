//! Reading a ledger: the newest snapshot, then the events after it, in order and without gaps.

use bytes::Bytes;

use super::bridge::Bridge;
use super::bucket::Bucket;
use super::error::ObjectError;
use super::names::EVENTS;
use super::snapshot;
use crate::ledger::codec;
use crate::ledger::error::LedgerError;
use crate::ledger::event::Record;

/// The longest event, in bytes.
pub(super) const MAX_EVENT: usize = codec::MAX_LINE;
/// Names listed at a time: a page of every store.
pub(super) const PAGE: usize = 1000;
/// Events in memory at a time.
const BATCH: usize = 64;

/// How far a ledger goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// Events given.
    pub(super) records: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// The number of the last one.
    pub(super) last: u64,
    /// How many came from objects of their own.
    pub(super) loose: u64,
}

/// Reads it, record by record, each with its line.
pub(super) fn read(
    bridge: &Bridge,
    bucket: &Bucket,
    each: &mut dyn FnMut(Record, &[u8]),
) -> Result<Reach, LedgerError> {
    let reach = snapshot::read_newest(bridge, bucket, each)?;
    read_on(bridge, bucket, reach, u64::MAX, each)
}

/// Reads on from there, up to the event of that number.
pub(super) fn read_on(
    bridge: &Bridge,
    bucket: &Bucket,
    mut reach: Reach,
    until: u64,
    each: &mut dyn FnMut(Record, &[u8]),
) -> Result<Reach, LedgerError> {
    loop {
        let (from, asked) = (bucket.clone(), reach.last);
        let mut numbers = bridge.run(async move { from.numbers(EVENTS, asked, PAGE).await })??;
        let is_last_page = numbers.len() < PAGE || numbers.last().is_some_and(|last| *last >= until);
        numbers.retain(|number| *number <= until);
        for batch in numbers.chunks(BATCH) {
            let (from, batch) = (bucket.clone(), batch.to_vec());
            let objects = bridge.run(async move { from.read_all(EVENTS, batch, MAX_EVENT).await })??;
            for (number, line) in objects {
                let expected = reach.last + 1;
                if number != expected {
                    return Err(LedgerError::Sequence {
                        place: bucket.place().to_owned(),
                        line: expected,
                        expected,
                        found: number,
                    });
                }
                let (record, line) = decode(bucket, number, line)?;
                each(record, &line);
                reach.records += 1;
                reach.bytes += line.len() as u64;
                reach.last = number;
                reach.loose += 1;
            }
        }
        if is_last_page {
            return Ok(reach);
        }
    }
}

/// One object as the one event it has to be.
fn decode(bucket: &Bucket, number: u64, line: Option<Bytes>) -> Result<(Record, Bytes), LedgerError> {
    let place = bucket.address(&EVENTS.object(number));
    let damaged = |object, why| ObjectError::Damaged { object, why };
    let Some(line) = line else {
        return Err(damaged(place, "it was there a moment ago and is gone").into());
    };
    if line.iter().position(|byte| *byte == b'\n') != line.len().checked_sub(1) {
        return Err(damaged(place, "it is not one whole line").into());
    }
    let record = codec::decode(&line, &place, 1)?;
    if record.seq != number {
        return Err(LedgerError::Sequence { place, line: 1, expected: number, found: record.seq });
    }
    Ok((record, line))
}
