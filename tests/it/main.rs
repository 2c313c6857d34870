//! The one integration test binary: fast, deterministic, no network but loopback.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests say what they expect")]

mod support;

mod content_guard;
mod faults;
mod faults_pairs;
mod faults_project;
mod hostile;
mod lifecycle;
mod tidy;
