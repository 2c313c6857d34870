//! Snapshots: all events up to one of them in one object, without what later ones supersede.
//!
//! A snapshot is a function of events that never change and are never deleted. So it may be written at any time by
//! anybody, two of the same number mean the same, and losing one loses nothing.

use bytes::Bytes;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::bridge::Bridge;
use super::bucket::{Bucket, Pieces};
use super::error::ObjectError;
use super::events::{MAX_EVENT, Reach};
use super::names::SNAPSHOTS;
use crate::ledger::codec;
use crate::ledger::compaction::Compaction;
use crate::ledger::error::LedgerError;
use crate::ledger::event::Record;
use crate::ledger::state::State;
use crate::ledger::supersede::Superseded;

/// The version written today.
const VERSION: u32 = 1;
/// More snapshots than these are never listed; older ones are deleted as new ones are made.
const LISTED: usize = 10_000;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    v: u32,
    /// The number of the last event in it.
    snapshot: u64,
    /// How many lines follow.
    events: u64,
    /// How many events were left out.
    left_out: u64,
    /// SHA-256 over the lines that follow, in hexadecimal digits.
    digest: String,
}

/// Gives the records of the newest snapshot; none where there is no snapshot.
pub(super) fn read_newest(
    bridge: &Bridge,
    bucket: &Bucket,
    each: &mut dyn FnMut(Record, &[u8]),
) -> Result<Reach, LedgerError> {
    // A newer one may be made, and this one deleted, between the listing and the reading.
    for _ in 0..4 {
        let from = bucket.clone();
        let opened = bridge.run(async move {
            let Some(newest) = from.numbers(SNAPSHOTS, 0, LISTED).await?.pop() else { return Ok(None) };
            let name = SNAPSHOTS.object(newest);
            let pieces = from.open(&name).await?;
            Ok::<_, ObjectError>(Some((newest, name, pieces)))
        })??;
        match opened {
            None => return Ok(Reach::default()),
            Some((_, _, None)) => {}
            Some((number, name, Some(pieces))) => {
                let lines = Lines { bridge, bucket, name: &name, pieces: Some(pieces), rest: Bytes::new() };
                return read_lines(lines, number, each);
            }
        }
    }
    let object = bucket.address(SNAPSHOTS.name);
    Err(ObjectError::Snapshot { object, why: "it is listed and not there" }.into())
}

fn read_lines(
    mut lines: Lines<'_>,
    number: u64,
    each: &mut dyn FnMut(Record, &[u8]),
) -> Result<Reach, LedgerError> {
    let place = lines.bucket.address(lines.name);
    let damaged = |why| LedgerError::from(ObjectError::Snapshot { object: place.clone(), why });
    let mut line = Vec::new();
    lines.next(&mut line)?;
    let head: Head =
        serde_json::from_slice(&line).map_err(|_| damaged("its first line is not a snapshot's"))?;
    if head.v != VERSION {
        return Err(LedgerError::Newer { place, line: 1, version: head.v, ours: VERSION });
    }
    let mut reach = Reach::default();
    let mut hash = Sha256::new();
    while lines.next(&mut line)? {
        let record = codec::decode(&line, &place, reach.records + 2)?;
        if record.seq <= reach.last || record.seq > number {
            return Err(damaged("its events are out of order"));
        }
        hash.update(&line);
        reach.last = record.seq;
        reach.records += 1;
        reach.bytes += line.len() as u64;
        each(record, &line);
    }
    let whole = head.snapshot == number && reach.last == number && head.events == reach.records;
    if whole && head.digest == hex(&hash.finalize()) { Ok(reach) } else { Err(damaged("it is not whole")) }
}

/// Writes the snapshot of a whole ledger that was read as these records, and deletes old ones. `None` when there is
/// nothing to gain: no events, or all are in a snapshot already and none can be left out.
pub(super) fn write(
    bridge: &Bridge,
    bucket: &Bucket,
    records: &[(Record, Vec<u8>)],
    reach: Reach,
    state: &State,
) -> Result<Compaction, LedgerError> {
    let mut superseded = Superseded::default();
    for (record, _) in records {
        superseded.add(record);
    }
    let dropped = superseded.numbers;
    let unchanged = Compaction {
        events_before: reach.records,
        events_after: reach.records,
        bytes_before: reach.bytes,
        bytes_after: reach.bytes,
    };
    if reach.last == 0 || (dropped.is_empty() && reach.loose == 0) {
        return Ok(unchanged);
    }
    let kept = || records.iter().filter(|(record, _)| !dropped.contains(&record.seq));
    let mut folded = State::default();
    let mut body = Vec::new();
    let mut events = 0;
    for (record, line) in kept() {
        folded.apply(record);
        body.extend_from_slice(line);
        events += 1;
    }
    if folded != *state {
        return Err(LedgerError::Compaction { place: bucket.place().to_owned() });
    }
    let head = Head {
        v: VERSION,
        snapshot: reach.last,
        events,
        left_out: dropped.len() as u64,
        digest: hex(&Sha256::digest(&body)),
    };
    let mut bytes = serde_json::to_vec(&head).map_err(LedgerError::Encode)?;
    bytes.push(b'\n');
    bytes.append(&mut body);
    let bytes_after = bytes.len() as u64;
    let (to, last) = (bucket.clone(), reach.last);
    bridge.run(async move { put(&to, last, bytes.into()).await })??;
    Ok(Compaction { events_after: events, bytes_after, ..unchanged })
}

/// Puts it, and deletes all older ones but one: somebody may be reading that.
async fn put(bucket: &Bucket, number: u64, bytes: Bytes) -> Result<(), ObjectError> {
    // Another's snapshot of the same number means the same.
    bucket.claim(&SNAPSHOTS.object(number), &bytes).await?;
    let mut older = bucket.numbers(SNAPSHOTS, 0, LISTED).await?;
    older.retain(|other| *other < number);
    older.pop();
    for other in older {
        // Best effort: it only takes space.
        if let Err(error) = bucket.delete(&SNAPSHOTS.object(other)).await {
            tracing::debug!(%error, "an old snapshot was not deleted");
            break;
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The lines of an object as they come, each bounded.
struct Lines<'a> {
    bridge: &'a Bridge,
    bucket: &'a Bucket,
    name: &'a str,
    pieces: Option<Pieces>,
    rest: Bytes,
}

impl Lines<'_> {
    /// The next whole line with its line feed; `false` at the end.
    fn next(&mut self, line: &mut Vec<u8>) -> Result<bool, ObjectError> {
        line.clear();
        let damaged = |why| ObjectError::Snapshot { object: self.bucket.address(self.name), why };
        loop {
            let end = self.rest.iter().position(|byte| *byte == b'\n').map_or(self.rest.len(), |at| at + 1);
            line.extend_from_slice(&self.rest.split_to(end));
            if line.len() > MAX_EVENT {
                return Err(damaged("a line is too long"));
            }
            if line.last() == Some(&b'\n') {
                return Ok(true);
            }
            match self.piece()? {
                Some(piece) => self.rest = piece,
                None if line.is_empty() => return Ok(false),
                None => return Err(damaged("its last line is not whole")),
            }
        }
    }

    fn piece(&mut self) -> Result<Option<Bytes>, ObjectError> {
        let Some(mut pieces) = self.pieces.take() else { return Ok(None) };
        let limit = self.bucket.timing.request;
        let (pieces, piece) = self.bridge.run(async move {
            let piece = tokio::time::timeout(limit, pieces.next()).await;
            (pieces, piece)
        })?;
        match piece {
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => {
                self.pieces = Some(pieces);
                Ok(Some(piece))
            }
            Ok(Some(Err(error))) => Err(self.bucket.failed("read", self.name, &error)),
            Err(_) => Err(self.bucket.unsure("read", self.name, "no answer in time")),
        }
    }
}
