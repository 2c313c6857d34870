//! What the executor tells while it runs.

use crate::model::Address;
use crate::plan::ChangeKind;

use super::report::Outcome;

/// One thing to show. The shell shows it; nothing here prints.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// A change begins.
    Started {
        /// Its number, from 1.
        number: usize,
        /// Of so many.
        of: usize,
        /// What.
        address: Address,
        /// How.
        kind: ChangeKind,
    },
    /// A change ended.
    Ended {
        /// Its number, from 1.
        number: usize,
        /// Of so many.
        of: usize,
        /// What became of it.
        outcome: Outcome,
    },
    /// Waiting, and why: settle time, rate limit.
    Waiting {
        /// Until when this lasts, in words.
        why: String,
    },
}
