//! The ledger as the executor writes it: shared by the tasks of one apply, each event durable before it returns.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::ledger::{Event, LedgerError, State, Writer};

/// The one writer, behind a lock. The state is read through [`Journal::with`].
pub(super) struct Journal {
    writer: Mutex<Box<dyn Writer>>,
}

impl Journal {
    pub(super) fn new(writer: Box<dyn Writer>) -> Self {
        Self { writer: Mutex::new(writer) }
    }

    /// Appends, durably.
    pub(super) fn append(&self, event: Event, now: Timestamp) -> Result<(), LedgerError> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).append(event, now).map(drop)
    }

    /// Whether this run may go on, asked before each change.
    pub(super) fn still_ours(&self) -> Result<(), LedgerError> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).still_ours()
    }

    /// Looks at the state as it is now.
    pub(super) fn with<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(self.writer.lock().unwrap_or_else(PoisonError::into_inner).state())
    }
}
