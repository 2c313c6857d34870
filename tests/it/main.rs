//! The one integration test binary: fast, deterministic, no network but loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

mod canary;
mod cli;
mod content_guard;
mod contract_openapi;
mod contract_rate;
mod crash;
mod dialects;
mod faults;
mod faults_pairs;
mod faults_project;
mod hostile;
mod lifecycle;
mod object_store;
mod object_store_proxy;
mod requests;
mod seed_walkthrough;
mod sim;
mod snapshots;
mod tidy;
