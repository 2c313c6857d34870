//! Appending: an event is the one object at its position, or the run stops.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::bridge::Bridge;
use super::bucket::{Bucket, Claim};
use super::error::ObjectError;
use super::lease::Lease;
use super::names::EVENTS;
use crate::ledger::codec::Torn;
use crate::ledger::error::LedgerError;
use crate::ledger::event::{Event, Record};
use crate::ledger::holder::Holder;
use crate::ledger::journal::Journal;
use crate::ledger::state::State;
use crate::ledger::store::Writer;
use crate::model::one_line;

/// The writer of an [`super::ObjectLedger`].
#[derive(Debug)]
pub(super) struct ObjectWriter {
    pub(super) journal: Journal,
    pub(super) lease: Lease,
    pub(super) bridge: Arc<Bridge>,
    pub(super) bucket: Bucket,
}

impl Writer for ObjectWriter {
    fn append(&mut self, event: Event, now: Timestamp) -> Result<Record, LedgerError> {
        let Self { journal, lease, bridge, bucket } = self;
        let number = journal.state().seq.saturating_add(1);
        let record = journal.append(event, now, |line| {
            if let Some(by) = lease.lost() {
                return Err(taken_over(bucket, by).into());
            }
            let (to, line) = (bucket.clone(), Bytes::copy_from_slice(line));
            match bridge.run(async move { to.claim(&EVENTS.object(number), &line).await })?? {
                Claim::Ours => Ok(()),
                Claim::Theirs(object) => {
                    let by = serde_json::from_slice::<Record>(&object.bytes).map_or_else(
                        |_| format!("event {number} is not this run's"),
                        |record| format!("event {number} is of run {}", one_line(&record.run_id, 60)),
                    );
                    Err(taken_over(bucket, by).into())
                }
            }
        })?;
        lease.note(record.seq);
        Ok(record)
    }

    fn still_ours(&self) -> Result<(), LedgerError> {
        match self.lease.lost_now()? {
            None => Ok(()),
            Some(by) => Err(taken_over(&self.bucket, by).into()),
        }
    }

    fn state(&self) -> &State {
        self.journal.state()
    }

    /// Objects are whole or not there.
    fn torn(&self) -> Option<Torn> {
        None
    }

    fn taken_over(&self) -> Option<&Holder> {
        self.lease.before.as_ref()
    }
}

fn taken_over(bucket: &Bucket, by: String) -> ObjectError {
    ObjectError::TakenOver { place: bucket.place().to_owned(), by: Some(by) }
}
