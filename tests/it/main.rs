//! The one integration test binary: fast, deterministic, no network but loopback.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests say what they expect")]

mod support;

mod content_guard;
mod dialects;
mod lifecycle;
mod ops;
mod tidy;
