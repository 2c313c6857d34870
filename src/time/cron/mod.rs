//! Cron expressions as servers read them (Vixie), compared by meaning.
//!
//! Owns the grammar, the meaning ([`Cron`]'s equality), the local calendar and the rule that maps local
//! times to instants when clocks change. Does not own what other programs make of an expression: that is
//! [`super::second`].

mod bits;
mod error;
mod expression;
mod field;
mod firings;
mod gap;
mod parse;
mod rule;
mod write;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod tests;

pub use error::{CronError, CronProblem};
pub use expression::Cron;
pub use field::Field;
pub use firings::Firings;

pub(crate) use parse::{Dialect, parse_rule};
pub(crate) use rule::Rule;
