//! What became of each change.

use jiff::{SignedDuration, Timestamp};

use crate::model::Address;
use crate::plan::{ChangeKind, Hold, Verdict};

/// The report of one apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The digest of the plan that was run.
    pub digest: String,
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub took: SignedDuration,
    /// Requests made, all told.
    pub requests: u64,
    /// One entry a change, in plan order.
    pub outcomes: Vec<Outcome>,
    /// It was interrupted, and something was left: not begun, not waited for, or not tried again.
    pub interrupted: bool,
    /// Something that stopped the whole run, such as a ledger that cannot be written.
    pub stopped: Option<String>,
    /// What else to know.
    pub notes: Vec<String>,
}

/// One change and its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What.
    pub address: Address,
    /// How.
    pub kind: ChangeKind,
    /// What became of it.
    pub result: ChangeResult,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum ChangeResult {
    /// Done; with anything worth saying.
    Done {
        /// Such as the job's id.
        note: Option<String>,
    },
    /// The API or the network said no.
    Failed {
        /// What it said, and what to do.
        error: String,
    },
    /// Not begun.
    Skipped {
        /// Why.
        because: String,
    },
    /// Cannot go now; the next apply tries again.
    Blocked {
        /// What is in the way.
        why: String,
    },
    /// A person must settle it.
    Held(Hold),
    /// `send_by` had passed.
    Expired,
    /// Begun, and its end is not known; the next plan finds out.
    Unknown {
        /// What is not known.
        why: String,
    },
    /// Shown in the plan, nothing to do (over).
    Nothing,
}

impl Report {
    /// How many changes ended so.
    pub fn count(&self, matches: impl Fn(&ChangeResult) -> bool) -> usize {
        self.outcomes.iter().filter(|o| matches(&o.result)).count()
    }

    /// Anything held.
    pub fn is_held(&self) -> bool {
        self.count(|r| matches!(r, ChangeResult::Held(_))) > 0
    }

    /// Anything that was to be done and was not.
    pub fn is_partial(&self) -> bool {
        self.stopped.is_some()
            || self.count(|r| {
                matches!(
                    r,
                    ChangeResult::Failed { .. }
                        | ChangeResult::Skipped { .. }
                        | ChangeResult::Blocked { .. }
                        | ChangeResult::Unknown { .. }
                )
            }) > 0
    }
}

impl ChangeResult {
    /// The result of a change that the plan itself does not do; `None` for one that is done.
    pub fn of_verdict(verdict: &Verdict) -> Option<Self> {
        match verdict {
            Verdict::Go => None,
            Verdict::Refused(refusal) => Some(Self::Skipped { because: refusal.text.clone() }),
            Verdict::Blocked(block) => Some(Self::Blocked { why: block.text.clone() }),
            Verdict::Held(hold) => Some(Self::Held(hold.clone())),
            Verdict::Expired => Some(Self::Expired),
            Verdict::Over => Some(Self::Nothing),
        }
    }
}
