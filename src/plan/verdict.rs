//! Whether a change is done, and if not, why: every outcome is a variant with its reason.

/// Whether a change is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is done.
    Go,
    /// The plan stops the whole apply.
    Refused(Refusal),
    /// Not now; everything else is done, the next apply tries again.
    Blocked(Block),
    /// A person must settle it.
    Held(Hold),
    /// `send_by` has passed. Shown, exit 0.
    Expired,
    /// Its time is in the past. Shown, exit 0.
    Over,
}

/// Why the whole apply is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A stable name of the rule, such as `max_delete`.
    pub rule: &'static str,
    /// What is wrong, with the numbers.
    pub text: String,
    /// The ways on, each a sentence or a command.
    pub ways: Vec<String>,
    /// Only a flag (`--confirm-audience`, `--allow-delete`) is missing: the digest does not depend on it.
    pub only_flag: bool,
}

/// Why it cannot be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// A stable name, such as `session_not_working`.
    pub rule: &'static str,
    /// What is in the way, and what to do.
    pub text: String,
}

/// What is not known, and how to end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What is not known, and why.
    pub text: String,
    /// The evidence, a line each.
    pub evidence: Vec<String>,
    /// The commands that end it.
    pub ways: Vec<String>,
}
