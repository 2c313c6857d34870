//! What every writer keeps: the state, the next number, and whether a write has failed.

use jiff::Timestamp;

use super::codec;
use super::error::LedgerError;
use super::event::{Event, Record};
use super::state::State;

/// The writer's side of the fold, the same over every medium.
#[derive(Debug)]
pub(super) struct Journal {
    place: String,
    run_id: String,
    state: State,
    poisoned: bool,
}

impl Journal {
    pub(super) fn new(place: String, run_id: String, state: State) -> Self {
        Self { place, run_id, state, poisoned: false }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Makes the next record, has `write` make its line durable, and only then adds it to the state.
    pub(super) fn append(
        &mut self,
        event: Event,
        now: Timestamp,
        write: impl FnOnce(&[u8]) -> Result<(), LedgerError>,
    ) -> Result<Record, LedgerError> {
        if self.poisoned {
            return Err(LedgerError::Poisoned { place: self.place.clone() });
        }
        let record = record(self.state.seq.saturating_add(1), now, &self.run_id, event);
        let line = codec::encode(&record)?;
        // Poisoned until proved durable, also when `write` unwinds.
        self.poisoned = true;
        write(&line)?;
        self.poisoned = false;
        self.state.apply(&record);
        Ok(record)
    }
}

/// A record of this program.
pub(super) fn record(seq: u64, at: Timestamp, run_id: &str, event: Event) -> Record {
    Record {
        v: Record::VERSION,
        seq,
        at,
        tool: concat!("campaignctl ", env!("CARGO_PKG_VERSION")).to_owned(),
        run_id: run_id.to_owned(),
        event,
    }
}
