//! The words and signs of changes: one place, so that every rendering says the same.

use crate::apply::ChangeResult;
use crate::plan::{ChangeKind, Step, Verdict};

/// The sign before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Something comes to be.
    Add,
    /// Something is changed.
    Change,
    /// Something ends.
    Remove,
    /// People get a message.
    Send,
}

impl Sign {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Change => "~",
            Self::Remove => "-",
            Self::Send => "►",
        }
    }
}

/// In which number of the closing line a change is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tally {
    Create,
    Change,
    Send,
    Cancel,
    Delete,
}

/// What the renderings know of a kind of change.
pub(super) struct KindWords {
    pub(super) sign: Sign,
    pub(super) tally: Tally,
    /// `create the group`: what is done, where no more is known.
    pub(super) plain: &'static str,
    /// `created`: what was done.
    pub(super) done: &'static str,
}

/// The words of a kind.
pub(super) fn of_kind(kind: ChangeKind) -> KindWords {
    use ChangeKind as K;
    let (sign, tally, plain, done) = match kind {
        K::Recover => (Sign::Change, Tally::Change, "find out whether this went out", "found out"),
        K::CreateGroup => (Sign::Add, Tally::Create, "create the group", "created"),
        K::ImportGroup => (Sign::Add, Tally::Create, "create the group from WhatsApp groups", "created"),
        K::RenameGroup => (Sign::Change, Tally::Change, "rename the group", "renamed"),
        K::AddMembers => (Sign::Add, Tally::Change, "add members", "members added"),
        K::RemoveMembers => (Sign::Remove, Tally::Change, "remove members", "members removed"),
        K::DeleteGroup => (Sign::Remove, Tally::Delete, "delete the group", "deleted"),
        K::CreateSchedule => (Sign::Add, Tally::Create, "create the schedule", "created"),
        K::ScheduleAgain => (Sign::Add, Tally::Create, "schedule it again for a new time", "scheduled again"),
        K::UpdateSchedule => (Sign::Change, Tally::Change, "change the schedule", "changed"),
        K::PauseSchedule => (Sign::Change, Tally::Change, "pause the schedule", "paused"),
        K::ResumeSchedule => (Sign::Change, Tally::Change, "resume the schedule", "resumed"),
        K::ReplaceSchedule => {
            (Sign::Change, Tally::Change, "replace the schedule: cancel it, then create it anew", "replaced")
        }
        K::CancelSchedule => (Sign::Remove, Tally::Cancel, "cancel the schedule", "cancelled"),
        K::DeleteSchedule => (Sign::Remove, Tally::Delete, "delete the schedule", "deleted"),
        K::Send => (Sign::Send, Tally::Send, "send", "accepted for sending"),
        K::SendAgain => (Sign::Send, Tally::Send, "send again", "accepted for sending again"),
        K::Adopt => (Sign::Add, Tally::Change, "take over what is already on the account", "taken over"),
        K::PauseJob => (Sign::Change, Tally::Change, "pause the running send", "paused"),
        K::ResumeJob => (Sign::Change, Tally::Change, "resume the paused send", "resumed"),
        K::CancelJob => (Sign::Remove, Tally::Cancel, "cancel the running send", "cancelled"),
        K::Forget => (Sign::Remove, Tally::Change, "forget it: it is no longer on the account", "forgotten"),
    };
    KindWords { sign, tally, plain, done }
}

/// One and many of a kind, as they are summed up: `320 groups created`.
pub(super) fn counted(kind: ChangeKind) -> (&'static str, &'static str) {
    use ChangeKind as K;
    match kind {
        K::Recover => ("doubtful send looked into", "doubtful sends looked into"),
        K::CreateGroup => ("group created", "groups created"),
        K::ImportGroup => ("group created from WhatsApp groups", "groups created from WhatsApp groups"),
        K::RenameGroup => ("group renamed", "groups renamed"),
        K::AddMembers => ("group given members", "groups given members"),
        K::RemoveMembers => ("group losing members", "groups losing members"),
        K::DeleteGroup => ("group deleted", "groups deleted"),
        K::CreateSchedule => ("schedule created", "schedules created"),
        K::ScheduleAgain => ("schedule set again", "schedules set again"),
        K::UpdateSchedule => ("schedule changed", "schedules changed"),
        K::PauseSchedule => ("schedule paused", "schedules paused"),
        K::ResumeSchedule => ("schedule resumed", "schedules resumed"),
        K::ReplaceSchedule => ("schedule replaced", "schedules replaced"),
        K::CancelSchedule => ("schedule cancelled", "schedules cancelled"),
        K::DeleteSchedule => ("schedule deleted", "schedules deleted"),
        K::Send => ("send", "sends"),
        K::SendAgain => ("send again", "sends again"),
        K::Adopt => ("thing taken over", "things taken over"),
        K::PauseJob => ("send paused", "sends paused"),
        K::ResumeJob => ("send resumed", "sends resumed"),
        K::CancelJob => ("send cancelled", "sends cancelled"),
        K::Forget => ("thing forgotten", "things forgotten"),
    }
}

/// Whether nothing was there before, so that a field without an old value is no change.
pub(super) fn is_new(kind: ChangeKind) -> bool {
    matches!(of_kind(kind).tally, Tally::Create | Tally::Send)
}

/// The sign and word of a change that is not simply done; `None` for one that is.
pub(super) fn marker(verdict: &Verdict) -> Option<(&'static str, &'static str)> {
    match verdict {
        Verdict::Go => None,
        Verdict::Refused(_) => Some(("✗", "refused")),
        Verdict::Blocked(_) => Some(("‖", "blocked")),
        Verdict::Held(_) => Some(("?", "held")),
        Verdict::Expired => Some(("·", "expired")),
        Verdict::Over => Some(("·", "over")),
    }
}

/// A sentence for the verdicts that carry none.
pub(super) const EXPIRED: &str = "its send_by has passed: it is not sent";
/// The same, for a time in the past.
pub(super) const OVER: &str = "its time has passed: nothing is done";

/// The sign and word of a result; `None` for a plain *done*.
pub(super) fn result_marker(result: &ChangeResult) -> Option<(&'static str, &'static str)> {
    match result {
        ChangeResult::Done { note: _ } => None,
        ChangeResult::Failed { error: _ } => Some(("✗", "failed")),
        ChangeResult::Skipped { because: _ } => Some(("·", "skipped")),
        ChangeResult::Blocked { why: _ } => Some(("‖", "blocked")),
        ChangeResult::Held(_) => Some(("?", "held")),
        ChangeResult::Expired => Some(("·", "expired")),
        ChangeResult::Unknown { why: _ } => Some(("?", "unknown")),
        ChangeResult::Nothing => Some(("·", "over")),
    }
}

/// What a result says in one sentence; `None` where there is no more than its word.
pub(super) fn result_text(result: &ChangeResult) -> Option<&str> {
    match result {
        ChangeResult::Done { note } => note.as_deref(),
        ChangeResult::Failed { error } => Some(error),
        ChangeResult::Skipped { because } => Some(because),
        ChangeResult::Blocked { why } | ChangeResult::Unknown { why } => Some(why),
        ChangeResult::Held(hold) => Some(&hold.text),
        ChangeResult::Expired => Some(EXPIRED),
        ChangeResult::Nothing => Some(OVER),
    }
}

/// A stable name of a step, for JSON.
pub(super) fn step(step: Step) -> &'static str {
    match step {
        Step::Stop => "stop",
        Step::Recover => "recover",
        Step::Adopt => "adopt",
        Step::ClearSchedules => "clear_schedules",
        Step::MakeRoom => "make_room",
        Step::RemoveMembers => "remove_members",
        Step::Groups => "groups",
        Step::AddMembers => "add_members",
        Step::Schedules => "schedules",
        Step::Send => "send",
        Step::ResumeJobs => "resume_jobs",
        Step::DeleteSchedules => "delete_schedules",
        Step::DeleteGroups => "delete_groups",
    }
}

/// A project with its environment, where that is not the default one.
pub(super) fn project(project: &str, environment: &str) -> String {
    if environment == "default" { project.to_owned() } else { format!("{project} ({environment})") }
}
