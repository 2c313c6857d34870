//! The exit codes (`product.md`, *Commands*) and which one wins. Nothing else decides an exit code.

use std::process::ExitCode;

use crate::apply::Report;
use crate::plan::{Plan, Verdict};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; or nothing to do.
    Done,
    /// Failed before anything was changed.
    Failed,
    /// `plan --detailed-exitcode`: there are changes.
    Changes,
    /// Refused (nothing was changed), or "no" at the prompt.
    Refused,
    /// Partly applied; the report says what.
    Partial,
    /// Something is held and needs a person.
    Held,
    /// SIGINT or SIGTERM; what was begun was finished or recorded.
    Interrupted,
}

impl Exit {
    /// All of them, in order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Changes,
        Self::Refused,
        Self::Partial,
        Self::Held,
        Self::Interrupted,
    ];

    /// What it means, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done; or nothing to do",
            Self::Failed => {
                "failed before anything was changed: usage, mistakes in the YAML, no key, API not reachable"
            }
            Self::Changes => "`plan --detailed-exitcode`: there are changes",
            Self::Refused => "refused (nothing was changed), or \"no\" at the prompt",
            Self::Partial => {
                "partly applied: something failed, was skipped or is blocked; the report says what"
            }
            Self::Held => "something is held and needs a person",
            Self::Interrupted => "interrupted; what was begun was finished or recorded",
        }
    }

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Refused => 3,
            Self::Partial => 4,
            Self::Held => 5,
            Self::Interrupted => 130,
        }
    }

    /// Of a plan: 3, 5, 2; with `detailed` a plan with only blocked changes gives 2 as well.
    pub fn of_plan(plan: &Plan, detailed: bool) -> Self {
        Self::plan(plan.is_refused(), plan.is_held(), detailed && plan.has_changes())
    }

    /// Of a report: 130, 5, 4. A refused apply has no report.
    pub fn of_report(report: &Report) -> Self {
        Self::report(report.interrupted, report.is_held(), report.is_partial())
    }

    /// Of an apply whose plan has nothing to do: what is held or blocked still is.
    pub fn of_nothing(plan: &Plan) -> Self {
        let blocked = plan.changes.iter().any(|c| matches!(c.verdict, Verdict::Blocked(_)));
        Self::report(false, plan.is_held(), blocked)
    }

    fn plan(refused: bool, held: bool, changes: bool) -> Self {
        match (refused, held, changes) {
            (true, ..) => Self::Refused,
            (_, true, _) => Self::Held,
            (.., true) => Self::Changes,
            _ => Self::Done,
        }
    }

    fn report(interrupted: bool, held: bool, partial: bool) -> Self {
        match (interrupted, held, partial) {
            (true, ..) => Self::Interrupted,
            (_, true, _) => Self::Held,
            (.., true) => Self::Partial,
            _ => Self::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_gives_3_then_5_then_2() {
        for (refused, held, changes, code) in [
            (true, true, true, 3),
            (true, false, false, 3),
            (false, true, true, 5),
            (false, true, false, 5),
            (false, false, true, 2),
            (false, false, false, 0),
        ] {
            assert_eq!(Exit::plan(refused, held, changes).code(), code);
        }
    }

    #[test]
    fn an_apply_gives_130_then_5_then_4() {
        for (interrupted, held, partial, code) in [
            (true, true, true, 130),
            (true, false, false, 130),
            (false, true, true, 5),
            (false, true, false, 5),
            (false, false, true, 4),
            (false, false, false, 0),
        ] {
            assert_eq!(Exit::report(interrupted, held, partial).code(), code);
        }
    }
}
