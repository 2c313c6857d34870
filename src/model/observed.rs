//! What the account has, as read: the API's objects turned into values that can be compared.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Id, Phone, PhoneSet, PlanName, ScheduleType};

/// Everything that was read for one plan. Lists are complete: a read that was cut short is an error, never here.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// All sessions.
    pub sessions: Vec<ObservedSession>,
    /// All groups; members only where they were read.
    pub groups: Vec<ObservedGroup>,
    /// All schedules.
    pub schedules: Vec<ObservedSchedule>,
    /// All bulk-send jobs.
    pub jobs: Vec<ObservedJob>,
    /// The subscription, where the key may read it.
    pub subscription: Option<Subscription>,
    /// Past firings of schedules, where a plan depends on them: to tell a firing's job from a send's.
    pub firings: BTreeMap<Id, Vec<Timestamp>>,
    /// For live jobs, where the list of the suppressed has changed since their group was last read: how many of the
    /// suppressed are in it and have yet to get it; `None` where the API does not say who is in it.
    pub suppressed_in: BTreeMap<Id, Option<u64>>,
    /// The server's clock minus ours, in seconds, by the `Date` header; 0 when unknown.
    pub clock_skew_seconds: i64,
}

/// Status of a WhatsApp session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Connected; the only one that can send.
    Working,
    /// Any other, as the API says it.
    Other(String),
}

/// A WhatsApp number of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedSession {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: SessionStatus,
}

/// A custom group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedGroup {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// `member_count`, where the list has it.
    pub member_count: Option<u64>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// Its members, where they were read.
    pub members: Option<ObservedMembers>,
}

/// The members of one group, read in full.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ObservedMembers {
    /// The phones.
    pub phones: PhoneSet,
    /// Names, where given.
    pub names: BTreeMap<Phone, String>,
    /// Member ids, where given (`api.md`: a third form of removal needs them).
    pub ids: BTreeMap<Phone, Id>,
    /// How many entries read `REDACTED` or are otherwise no phone.
    pub redacted: u64,
}

impl std::fmt::Debug for ObservedMembers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ObservedMembers({}, redacted {})", self.phones.len(), self.redacted)
    }
}

/// Status of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleStatus {
    /// Fires.
    Active,
    /// Does not fire until resumed.
    Paused,
    /// Final.
    Cancelled,
    /// Final: the last firing is over.
    Completed,
    /// Not known to this program: shown as it is, never touched.
    Unknown(String),
}

impl ScheduleStatus {
    /// Cancelled or completed.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Completed)
    }

    /// The API's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::Unknown(word) => word,
        }
    }
}

/// A scheduled message. A field that the API did not show is `None`: compared by the ledger instead.
#[derive(Clone, PartialEq, Eq)]
pub struct ObservedSchedule {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: ScheduleStatus,
    /// The session it sends from.
    pub session_id: Option<Id>,
    /// The group it sends to.
    pub group_id: Option<Id>,
    /// Its type.
    pub schedule_type: Option<ScheduleType>,
    /// `message_content`, where shown.
    pub text: Option<String>,
    /// `media_url`, where shown.
    pub media: Option<String>,
    /// Whether the API shows content fields on this object at all (then an absent one means: there is none).
    pub shows_content: bool,
    /// `cron_expression`, as given.
    pub cron: Option<String>,
    /// `scheduled_time`, as given.
    pub scheduled_time: Option<String>,
    /// `timezone`, as given.
    pub timezone: Option<String>,
    /// `next_run_at`.
    pub next_run_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
}

impl std::fmt::Debug for ObservedSchedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ObservedSchedule({}, {})", self.id, self.status.as_str())
    }
}

/// Status of a bulk-send job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Accepted, not begun.
    Pending,
    /// Sending.
    Running,
    /// Stopped for now.
    Paused,
    /// Final: done.
    Completed,
    /// Final: stopped for good.
    Cancelled,
    /// Final: failed.
    Failed,
    /// Not known to this program: shown as it is, never touched.
    Unknown(String),
}

impl JobStatus {
    /// Completed, cancelled or failed.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Failed)
    }

    /// Pending, running or paused: can still be cancelled.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Pending | Self::Running | Self::Paused)
    }

    /// The API's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Unknown(word) => word,
        }
    }
}

/// A bulk-send job.
#[derive(Clone, PartialEq, Eq)]
pub struct ObservedJob {
    /// Its id.
    pub id: Id,
    /// The session it sends from; `None` where the API did not say.
    pub session_id: Option<Id>,
    /// The group it sends to; `None` where the API did not say.
    pub group_id: Option<Id>,
    /// Its status.
    pub status: JobStatus,
    /// Recipients in all, where given.
    pub total: Option<u64>,
    /// Sent so far.
    pub sent: u64,
    /// Failed so far. A normal number (`api.md`).
    pub failed: u64,
    /// When it was created, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// `message_content`, where echoed.
    pub text: Option<String>,
    /// `media_url`, where echoed.
    pub media: Option<String>,
    /// Whether the API echoes content on this object at all.
    pub echoes_content: bool,
}

impl std::fmt::Debug for ObservedJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ObservedJob({}, {})", self.id, self.status.as_str())
    }
}

/// `GET /billing/subscription`, as far as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscription {
    /// The plan, where its name is known.
    pub plan: Option<PlanName>,
    /// `limits.max_groups`.
    pub max_groups: Option<u64>,
    /// `limits.max_messages_per_month`.
    pub max_messages_per_month: Option<u64>,
    /// Requests a minute, where given.
    pub requests_per_minute: Option<u32>,
    /// `usage.messages_this_month`.
    pub messages_this_month: Option<u64>,
    /// `usage.groups`.
    pub groups: Option<u64>,
}
