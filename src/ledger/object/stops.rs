//! The operator's stops as objects: numbered, put-if-absent, each written once and never changed.
//!
//! Needs no lease and no self-test: an emergency does not wait. A running apply asks before each change, so what
//! was read is kept, and only what came since is read again.

use bytes::Bytes;

use super::bucket::{Bucket, Claim};
use super::error::ObjectError;
use super::names::STOPS;
use crate::ledger::error::LedgerError;
use crate::ledger::stops::{StopEvent, Stops, Unread};

/// The longest stop, in bytes.
const MAX: usize = 4096;
/// Stops read at a time.
const PAGE: usize = 1000;

/// What has been read so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Read {
    pub(super) stops: Stops,
    last: u64,
}

/// The objects of stops after those that were read.
pub(super) async fn newer(bucket: Bucket, after: u64) -> Result<Vec<(u64, Bytes)>, ObjectError> {
    let mut all = Vec::new();
    let mut last = after;
    loop {
        let numbers = bucket.numbers(STOPS, last, PAGE).await?;
        let is_last_page = numbers.len() < PAGE;
        last = numbers.last().copied().unwrap_or(last);
        // One that was deleted by hand was taken back by hand.
        let read = bucket.read_all(STOPS, numbers, MAX).await?;
        all.extend(read.into_iter().filter_map(|(number, bytes)| Some((number, bytes?))));
        if is_last_page {
            return Ok(all);
        }
    }
}

impl Read {
    /// The number of the last one read.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Adds what was read since.
    pub(super) fn add(&mut self, bucket: &Bucket, newer: Vec<(u64, Bytes)>) -> Result<(), LedgerError> {
        for (number, bytes) in newer {
            if number <= self.last {
                continue;
            }
            // One that is not understood may be a stop, so it is never passed over.
            match StopEvent::parse(bytes.trim_ascii()) {
                Ok(event) => self.stops.apply(&event),
                Err(Unread::Damaged) => self.stops.damage(number),
                Err(Unread::Later) => {
                    let path = bucket.address(&STOPS.object(number)).into();
                    return Err(LedgerError::UnknownStop { path, line: 1 });
                }
            }
            self.last = number;
        }
        match self.stops.damaged() {
            None => Ok(()),
            Some(number) => {
                Err(LedgerError::DamagedStop { path: bucket.address(&STOPS.object(number)).into(), line: 1 })
            }
        }
    }
}

/// Adds one after all there are.
pub(super) async fn add(bucket: Bucket, after: u64, line: Bytes) -> Result<(), ObjectError> {
    let mut last = after;
    loop {
        loop {
            let numbers = bucket.numbers(STOPS, last, PAGE).await?;
            last = numbers.last().copied().unwrap_or(last);
            if numbers.len() < PAGE {
                break;
            }
        }
        // Equal bytes of another operator would say the same at the same nanosecond: as good as ours.
        match bucket.claim(&STOPS.object(last.saturating_add(1)), &line).await? {
            Claim::Ours => return Ok(()),
            // Somebody else stops something, too: after that one, then.
            Claim::Theirs(_) => {}
        }
    }
}
