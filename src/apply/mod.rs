//! The executor: does exactly what the plan says, each send by the protocol of `send-safety.md`.
//!
//! Owns the order of requests and ledger events, and the report. Makes no decision that the plan can make.

mod confirm;
mod executor;
mod groups;
mod interrupt;
mod jobs;
mod journal;
mod neighbours;
mod observe;
mod progress;
mod recover;
mod reimport;
mod report;
mod schedules;
mod send;
mod snapshot;
mod stops;
mod verify;

pub use executor::{Executor, Settings};
pub use interrupt::Interrupt;
pub use observe::{ObserveError, observe};
pub use progress::Progress;
pub use report::{ChangeResult, Outcome, Report};
