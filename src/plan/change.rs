//! One change of a plan: what, how, why, at what cost, after which others.

use super::action::Action;
use super::order::Step;
use super::verdict::{Refusal, Verdict};
use crate::model::{Address, PhoneSet};

/// The position of a change in its plan.
pub type ChangeId = usize;

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What it changes.
    pub address: Address,
    /// How.
    pub kind: ChangeKind,
    /// When, in the order table.
    pub step: Step,
    /// Whether it is done.
    pub verdict: Verdict,
    /// What else it is refused for, beside the verdict's own refusal: whoever mends one rule is not to meet the next.
    pub also_refused: Vec<Refusal>,
    /// Why, in the user's words; empty where the details say all.
    pub reason: String,
    /// Old and new.
    pub details: Vec<Detail>,
    /// Requests to the API that it costs.
    pub requests: u64,
    /// Changes of this plan that must be done before; when one of them fails, this is skipped.
    pub needs: Vec<ChangeId>,
    /// What the executor does.
    pub action: Action,
}

/// The kinds of changes (`product.md`, *Plan*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Find out what became of a send.
    Recover,
    /// Create a group.
    CreateGroup,
    /// Create a group from WhatsApp groups.
    ImportGroup,
    /// Give it another name.
    RenameGroup,
    /// Add members.
    AddMembers,
    /// Remove members.
    RemoveMembers,
    /// Delete a group.
    DeleteGroup,
    /// Create a schedule.
    CreateSchedule,
    /// Create a one-time schedule again that already went out.
    ScheduleAgain,
    /// Change a schedule in place.
    UpdateSchedule,
    /// Pause a schedule.
    PauseSchedule,
    /// Resume a schedule.
    ResumeSchedule,
    /// Cancel a schedule and create it anew.
    ReplaceSchedule,
    /// Cancel a schedule.
    CancelSchedule,
    /// Delete a cancelled or completed schedule.
    DeleteSchedule,
    /// Send.
    Send,
    /// Send again to people who have the older text.
    SendAgain,
    /// Tie an object of the account to its address.
    Adopt,
    /// Pause a job.
    PauseJob,
    /// Resume a job.
    ResumeJob,
    /// Cancel a job.
    CancelJob,
    /// Untie what is gone.
    Forget,
}

impl ChangeKind {
    /// A stable name, for JSON and the digest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recover => "recover",
            Self::CreateGroup => "group_create",
            Self::ImportGroup => "group_import",
            Self::RenameGroup => "group_rename",
            Self::AddMembers => "group_add_members",
            Self::RemoveMembers => "group_remove_members",
            Self::DeleteGroup => "group_delete",
            Self::CreateSchedule => "schedule_create",
            Self::ScheduleAgain => "schedule_again",
            Self::UpdateSchedule => "schedule_update",
            Self::PauseSchedule => "schedule_pause",
            Self::ResumeSchedule => "schedule_resume",
            Self::ReplaceSchedule => "schedule_replace",
            Self::CancelSchedule => "schedule_cancel",
            Self::DeleteSchedule => "schedule_delete",
            Self::Send => "send",
            Self::SendAgain => "send_again",
            Self::Adopt => "adopt",
            Self::PauseJob => "job_pause",
            Self::ResumeJob => "job_resume",
            Self::CancelJob => "job_cancel",
            Self::Forget => "forget",
        }
    }
}

/// One line under a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// A field, old → new. `None`: there was none, or there will be none.
    Field {
        /// Its name in the YAML; `when` for `daily:`, `weekly:` and `monthly:`.
        name: &'static str,
        /// Before.
        old: Option<String>,
        /// After.
        new: Option<String>,
    },
    /// The message text. Where the old one is not shown by the API, `old` is `None` and `hidden` is set.
    Text {
        /// Before.
        old: Option<String>,
        /// After.
        new: Option<String>,
        /// The old text is there and cannot be shown: *changed*.
        hidden: bool,
    },
    /// Members added.
    Added(PhoneSet),
    /// Members removed.
    Removed(PhoneSet),
    /// Of those removed, the suppressed.
    Suppressed(PhoneSet),
    /// Anything else to know.
    Info(String),
}
