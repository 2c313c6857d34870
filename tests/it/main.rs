//! The one integration test binary: fast, deterministic, no network but loopback.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::items_after_statements,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    clippy::unused_async,
    clippy::if_not_else,
    reason = "a test that cannot go on fails and says so; models of servers keep one shape for all their answers"
)]

mod support;

mod agency;
mod at_the_gate;
mod canary;
mod cli;
mod content_guard;
mod contract_coverage;
mod contract_endpoints;
mod contract_import;
mod contract_openapi;
mod contract_rate;
mod contract_readings;
mod crash;
mod dialects;
mod faults;
mod faults_pairs;
mod faults_project;
mod gitops;
mod hostile;
mod html;
mod late_jobs;
mod late_stops;
mod ledger_faults;
mod lifecycle;
mod locked_down;
mod manual;
mod object_store;
mod object_store_proxy;
mod ops;
mod outputs;
mod policy;
mod reader;
mod requests;
mod seed_walkthrough;
mod signals;
mod sim;
mod snapshots;
mod stale_lists;
mod tidy;
mod two_months;
