//! The executor: does exactly what the plan says, each send by the protocol of `send-safety.md`.
//!
//! Owns the order of requests and ledger events, and the report. Makes no decision that the plan can make.

mod report;

pub use report::{ChangeResult, Outcome, Report};
