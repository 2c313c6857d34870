//! The ledger: append-only events, each durable before the next step; state is their fold.
//!
//! Owns the meaning of the events (`send-safety.md`, *The ledger*), the stores and the lock. Never holds a phone,
//! a person's name, a message text or a credential.

mod codec;
mod compaction;
mod disk;
mod error;
mod event;
mod event_values;
mod file_store;
mod file_writer;
mod fold;
mod history;
mod holder;
mod imports;
mod journal;
mod location;
mod lock_file;
mod memory;
mod network;
#[cfg(feature = "object-store")]
mod object;
mod random;
mod state;
mod stop_file;
mod stops;
mod store;
mod supersede;

pub use codec::{Extent, MAX_LINE, Torn, encode, fold};
pub use compaction::Compaction;
pub use disk::HOME;
pub use error::LedgerError;
pub use event::{
    Armed, Event, ExecutionEnd, GroupObservation, HoldEvidence, NotSentWhy, Record, Resolution, ScheduleSpec,
};
pub use file_store::FileStore;
pub use holder::{Holder, UNKNOWN, login_name};
pub use imports::{ImportState, TemporaryGroup};
pub use location::{Location, default_path};
pub use memory::{Failure, MemoryStore};
pub use network::{NetworkError, check_network, proxy_variable};
#[cfg(feature = "object-store")]
pub use object::{ObjectError, ObjectLedger};
pub use random::{new_run_id, new_salt};
pub use state::{
    Binding, Creating, DoubtedCreate, GoneSchedule, GroupState, Phase, RunHistory, ScheduleState, SendState,
    SentJob, State,
};
pub use stops::{Stop, StopEvent, StopKind, StopTarget, Stops};
pub use store::{Loaded, Store, Writer};

#[cfg(test)]
mod codec_tests;
#[cfg(test)]
mod fold_tests;
#[cfg(test)]
mod store_tests;
#[cfg(test)]
mod testing;
