//! The one integration test binary: fast, deterministic, no network but loopback.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests say what they expect")]

mod support;

mod content_guard;
mod contract_coverage;
mod contract_endpoints;
mod contract_import;
mod contract_openapi;
mod contract_rate;
mod contract_readings;
mod dialects;
mod lifecycle;
mod requests;
mod seed_walkthrough;
mod tidy;
