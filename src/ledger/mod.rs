//! The ledger: append-only events, each durable before the next step; state is their fold.
//!
//! Owns the meaning of the events (`send-safety.md`, *The ledger*), the stores and the lock. Never holds a phone,
//! a person's name, a message text or a credential.

mod event;
mod fold;
mod state;

pub use event::{
    Armed, Event, ExecutionEnd, GroupObservation, HoldEvidence, NotSentWhy, Record, Resolution, ScheduleSpec,
};
pub use state::{Binding, Creating, GroupState, Phase, RunHistory, ScheduleState, SendState, SentJob, State};
