//! What a person is told when a command cannot go on: what happened, why, what to do next, and the exit code.
//! The typed errors of the layers become this here and nowhere else.

use std::error::Error;

use super::exit::Exit;
use crate::api::{ApiError, SetupError};
use crate::ledger::LedgerError;
use crate::sandbox::SandboxError;

/// Why a command ended, in the user's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    /// How the program ends.
    pub exit: Exit,
    /// What happened; empty where it has been said already.
    pub message: String,
    /// What it is about, a line each.
    pub details: Vec<String>,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to do next, a sentence or a command each.
    pub hints: Vec<String>,
}

impl CliError {
    /// Nothing was changed (exit 1).
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: message.into(),
            details: Vec::new(),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Refused: nothing was changed (exit 3).
    pub fn refused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, ..Self::failed(message) }
    }

    /// Everything there is to say has been said.
    pub fn said(exit: Exit) -> Self {
        Self { exit, ..Self::failed("") }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A line about it, shown as it is below the message.
    #[must_use]
    pub fn detail(mut self, line: String) -> Self {
        self.details.push(line);
        self
    }

    /// The error below it and those below that, without what was said before.
    #[must_use]
    pub fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            let said = |before: &String| before.contains(&text);
            if !said(&self.message) && !self.causes.iter().any(said) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    fn of(error: &(dyn Error + 'static)) -> Self {
        Self::failed(error.to_string()).because(error)
    }
}

impl From<LedgerError> for CliError {
    fn from(error: LedgerError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Failed };
        Self { exit, ..Self::of(&error) }.hint(error.hint())
    }
}

impl From<ApiError> for CliError {
    fn from(error: ApiError) -> Self {
        Self::of(&error).hint(error.hint())
    }
}

impl From<SetupError> for CliError {
    fn from(error: SetupError) -> Self {
        Self::of(&error).hint(error.hint())
    }
}

/// The texts of these say what to do themselves.
impl From<SandboxError> for CliError {
    fn from(error: SandboxError) -> Self {
        Self::of(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Holder;

    #[test]
    fn a_cause_is_said_once() {
        let inner = std::io::Error::other("the disk is gone");
        let error = CliError::failed("cannot write a.jsonl: the disk is gone").because(&inner);
        assert!(error.causes.is_empty());
        let error = CliError::failed("cannot write a.jsonl").because(&inner);
        assert_eq!(error.causes, ["the disk is gone"]);
    }

    #[test]
    fn a_locked_ledger_is_refused_and_anything_else_failed() {
        let holder = Holder::here("apply", "r1".to_owned(), jiff::Timestamp::UNIX_EPOCH);
        let locked = LedgerError::Locked { place: "l".into(), lock: None, holder: Some(Box::new(holder)) };
        let error = CliError::from(locked);
        assert_eq!(error.exit, Exit::Refused);
        assert_eq!(error.hints.len(), 1);
        let damaged = LedgerError::Damaged { place: "l".into(), line: 3, column: None };
        assert_eq!(CliError::from(damaged).exit, Exit::Failed);
    }
}
