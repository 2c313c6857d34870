//! The second reading (`libraries.md`): what other programs in common use make of an expression.
//!
//! The vendor's cron dialect and zone data are not known. So each expression is also evaluated as a
//! Quartz-style server would (the `cron` crate, translated naively, with `chrono-tz`'s older zone data), and
//! in the two places where croniter and the first Vixie cron leave our reading. Owns the comparison and the
//! advice; whether it is a warning is the caller's business.

mod compare;
mod disagreement;
mod quartz;

pub use compare::compare;
pub use disagreement::{Cause, Difference, Disagreement, Reading};

#[cfg(test)]
mod tests;
