//! What a place for a ledger can do: be read by anybody, be locked by one, and be appended to by the one.

use jiff::Timestamp;

use super::codec::{Extent, Torn};
use super::compaction::Compaction;
use super::error::LedgerError;
use super::event::{Event, Record};
use super::holder::Holder;
use super::state::State;
use super::stops::{StopEvent, Stops};

/// A ledger as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The fold of its events.
    pub state: State,
    /// What a crash in mid-write left, dropped; to be said.
    pub torn: Option<Torn>,
    /// How many events it has.
    pub records: u64,
    /// Whether it has any event: a file that is missing or empty did not exist before (`product.md`, *The
    /// ledger's place*: `--allow-new-ledger`).
    pub existed: bool,
}

/// A place for a ledger and its operator's stops.
pub trait Store: Send + Sync {
    /// Where it is, for people.
    fn place(&self) -> String;

    /// Reads it, event by event, without a lock. Nothing is written. Each event before an error was given to `each`.
    fn read(&self, each: &mut dyn FnMut(Record)) -> Result<Extent, LedgerError>;

    /// Reads it into its state, without a lock. A missing ledger is an empty one.
    fn load(&self) -> Result<Loaded, LedgerError> {
        let mut state = State::default();
        let extent = self.read(&mut |record| state.apply(&record))?;
        Ok(Loaded { state, torn: extent.torn, records: extent.records, existed: extent.records > 0 })
    }

    /// Reads all that is there of it, also what a plan has no need of, and finds what is missing or damaged. Without
    /// a lock; nothing is written.
    fn verify(&self) -> Result<Loaded, LedgerError> {
        self.load()
    }

    /// Takes the lock at once or fails with [`LedgerError::Locked`], then reads the ledger again: the writer's
    /// state is what is there now. The lock goes with the writer, or with the process.
    fn lock(&self, holder: &Holder) -> Result<Box<dyn Writer>, LedgerError>;

    /// Takes the lock and rewrites the ledger without what later events have superseded. Its state stays the same.
    fn compact(&self, holder: &Holder, now: Timestamp) -> Result<Compaction, LedgerError>;

    /// The operator's stops, as of now. Needs no lock.
    fn stops(&self) -> Result<Stops, LedgerError>;

    /// Adds an operator's stop or resume, durably. Needs no lock.
    fn add_stop(&self, event: &StopEvent) -> Result<(), LedgerError>;
}

/// The one who may write.
pub trait Writer: Send {
    /// Adds one event and returns it once it is durable. After any error but [`LedgerError::EventTooLong`] and
    /// [`LedgerError::Encode`], every later append is refused with [`LedgerError::Poisoned`]: what is on the disk
    /// is then no longer certain, and the run has to stop.
    fn append(&mut self, event: Event, now: Timestamp) -> Result<Record, LedgerError>;

    /// Whether the lock is still this run's, asked now: it may have been broken by hand, or taken over. Asked before
    /// each change, and not only before each event, since not every change is announced by one.
    ///
    /// # Errors
    /// That it is not, or that it could not be asked.
    fn still_ours(&self) -> Result<(), LedgerError> {
        Ok(())
    }

    /// The state with all events appended so far.
    fn state(&self) -> &State;

    /// What a crash in mid-write had left when the lock was taken.
    fn torn(&self) -> Option<Torn>;

    /// The run that had the lock before and died with it, where that is known.
    fn taken_over(&self) -> Option<&Holder>;
}
