//! The account: its name in the YAML, its plan, its limits.

use serde::{Deserialize, Serialize};

/// The vendor's plans (`api.md`, the table of limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanName {
    /// 2 groups, 50 messages, 10 requests a minute; no sends, no schedules.
    Free,
    /// 5 groups, 500 messages, 20 requests a minute.
    Starter,
    /// 20 groups, 1,500 messages, 40 requests a minute.
    Pro,
    /// 100 groups, 3,000 messages, 60 requests a minute.
    Business,
}

/// What an account may do. Counts; requests a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Custom groups.
    pub groups: u64,
    /// Messages a calendar month.
    pub messages_per_month: u64,
    /// API requests a minute for the whole account.
    pub requests_per_minute: u32,
    /// WhatsApp numbers.
    pub sessions: u64,
    /// Whether bulk sends and scheduled messages are allowed.
    pub outreach: bool,
}

impl PlanName {
    /// All plans, smallest first.
    pub const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Pro, Self::Business];

    /// The name in the YAML and in `plan_id`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Pro => "pro",
            Self::Business => "business",
        }
    }

    /// The plan of that name, in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.as_str().eq_ignore_ascii_case(text))
    }

    /// The vendor's numbers (`api.md`, the table of limits).
    pub fn limits(self) -> Limits {
        let (groups, messages_per_month, requests_per_minute, sessions) = match self {
            Self::Free => (2, 50, 10, 1),
            Self::Starter => (5, 500, 20, 1),
            Self::Pro => (20, 1_500, 40, 5),
            Self::Business => (100, 3_000, 60, 15),
        };
        Limits { groups, messages_per_month, requests_per_minute, sessions, outreach: self != Self::Free }
    }
}

impl std::fmt::Display for PlanName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `account:` of the YAML, resolved: the plan's limits with what differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name; `default` unless the YAML says. Never derived from a credential.
    pub name: String,
    /// The plan, where the YAML names one.
    pub plan: Option<PlanName>,
    /// The plan's limits (business where none is named), with `limits:` laid over.
    pub limits: Limits,
}
