//! The one integration test binary: fast, deterministic, no network but loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

mod cli;
mod content_guard;
mod dialects;
mod lifecycle;
mod snapshots;
mod tidy;
