//! campaignctl: campaigns as code for the MoltFlow outreach API.
//!
//! The flow, in ten lines:
//! 1. [`config`] reads YAML into a [`model::Desired`], or reports every mistake at its place;
//! 2. [`ledger`] folds its append-only events into a [`ledger::State`];
//! 3. [`api`] reads the account into a [`model::Observed`];
//! 4. [`plan`] compares the three, purely, and says what would change, what is refused, blocked or held;
//! 5. [`render`] shows that plan;
//! 6. the person or the pipeline says yes;
//! 7. [`apply`] does exactly what was shown, each send by the protocol of `send-safety.md`;
//! 8. every step is in the ledger before the next one begins;
//! 9. [`sandbox`] is the same API on loopback, for trying and for tests;
//! 10. [`cli`] is the shell round it: arguments, prompts, exit codes.
//!
//! Each layer uses only those above it in this list of modules (`tests/it/tidy.rs` holds that).

pub mod api;
pub mod apply;
pub mod cli;
pub mod config;
pub mod ledger;
pub mod model;
pub mod plan;
pub mod render;
pub mod sandbox;
pub mod time;
