//! The one integration test binary: fast, deterministic, no network but loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

mod cli;
mod content_guard;
mod contract_rate;
mod dialects;
mod faults;
mod faults_pairs;
mod faults_project;
mod hostile;
mod lifecycle;
mod reader;
mod requests;
mod sim;
mod snapshots;
mod tidy;
