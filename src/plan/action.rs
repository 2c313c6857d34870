//! What the executor does for a change, with all the values it needs: it decides nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ledger::ScheduleSpec;
use crate::model::{Audience, Content, Id, Phone, PhoneSet, Timing, WaGroupRef};

/// What the executor does for a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Nothing: refused, held, expired or over.
    None,
    /// Recover this run of the send.
    Recover {
        /// The run.
        run: String,
    },
    /// `POST /bulk-send/{id}/pause`.
    PauseJob {
        /// The job.
        job: Id,
    },
    /// Pause a job because someone in it is newly suppressed; it is not resumed by an apply.
    PauseForSuppressed {
        /// The run it belongs to.
        run: String,
        /// The job.
        job: Id,
    },
    /// `POST /bulk-send/{id}/resume`.
    ResumeJob {
        /// The job.
        job: Id,
    },
    /// `POST /bulk-send/{id}/cancel`.
    CancelJob {
        /// The run it belongs to.
        run: String,
        /// The job.
        job: Id,
    },
    /// Tie a group.
    AdoptGroup {
        /// The group.
        id: Id,
        /// Its name on the account.
        name: String,
    },
    /// Tie a schedule, as observed.
    AdoptSchedule {
        /// The schedule.
        id: Id,
        /// What is known of it, where the API shows all of it.
        spec: Option<ScheduleSpec>,
    },
    /// Record that the object is no longer there.
    ForgetGone {
        /// Its id.
        id: Id,
    },
    /// Create a group with its members.
    CreateGroup(GroupTarget),
    /// Create a group from WhatsApp groups, then add the members.
    ImportGroup {
        /// What it shall be.
        target: GroupTarget,
        /// From where; session keys.
        import: Vec<WaGroupRef>,
    },
    /// Import WhatsApp groups into a group that is there, through a temporary one.
    Reimport {
        /// From where; session keys.
        import: Vec<WaGroupRef>,
    },
    /// Delete the temporary group that an import left.
    DropImport,
    /// Rename a group.
    RenameGroup {
        /// New name.
        name: String,
    },
    /// Add members.
    AddMembers {
        /// Whom, with names.
        target: GroupTarget,
    },
    /// Remove members; the suppressed first.
    RemoveMembers {
        /// Whom.
        phones: PhoneSet,
        /// Of these, the suppressed.
        suppressed: PhoneSet,
    },
    /// Delete the group that was made for one attempt of a snapshot send.
    DeleteSnapshot {
        /// The run.
        run: String,
        /// The attempt.
        attempt: u32,
        /// The group.
        id: Id,
    },
    /// Delete a group.
    DeleteGroup {
        /// The group.
        id: Id,
    },
    /// Create a schedule.
    CreateSchedule {
        /// As desired.
        order: ScheduleOrder,
    },
    /// Change a schedule.
    UpdateSchedule {
        /// The schedule.
        id: Id,
        /// The fields that change.
        patch: SchedulePatch,
        /// All of it, after.
        order: ScheduleOrder,
    },
    /// Cancel, confirm, create anew.
    ReplaceSchedule {
        /// The old one; `None` when it is already cancelled and only the create is left to do.
        old: Id,
        /// As desired.
        order: ScheduleOrder,
    },
    /// `POST /scheduled-messages/{id}/pause`.
    PauseSchedule {
        /// The schedule.
        id: Id,
    },
    /// `POST /scheduled-messages/{id}/resume`.
    ResumeSchedule {
        /// The schedule.
        id: Id,
    },
    /// `POST /scheduled-messages/{id}/cancel`.
    CancelSchedule {
        /// The schedule.
        id: Id,
    },
    /// `DELETE /scheduled-messages/{id}` and those it replaced.
    DeleteSchedule {
        /// The schedule, where it is still there.
        id: Option<Id>,
        /// Cancelled ones that it replaced.
        retired: Vec<Id>,
    },
    /// Send, by the protocol.
    Send(SendOrder),
}

/// Members to be written to a group.
#[derive(Clone, PartialEq)]
pub struct GroupTarget {
    /// Name on the account.
    pub name: String,
    /// Whom to add.
    pub phones: PhoneSet,
    /// Names of those.
    pub names: BTreeMap<Phone, String>,
}

impl std::fmt::Debug for GroupTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GroupTarget({} members)", self.phones.len())
    }
}

/// A schedule to be written. Ids are looked up when it is done: the group may be created in the same apply.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleOrder {
    /// Name on the account.
    pub name: String,
    /// The group's key.
    pub group: String,
    /// The session's key.
    pub session: String,
    /// The session's id.
    pub session_id: Id,
    /// What it says.
    pub content: Content,
    /// When.
    pub timing: Timing,
    /// IANA zone.
    pub timezone: String,
    /// Pause it right after it was created (a replacement of a paused one).
    pub paused: bool,
}

/// Fields of a schedule that PATCH is known to take (`api.md`, *Scheduled messages*).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SchedulePatch {
    /// `name`.
    pub name: Option<String>,
    /// `message_content`.
    pub text: Option<String>,
    /// `scheduled_time`, local.
    pub scheduled_time: Option<jiff::civil::DateTime>,
    /// `cron_expression`.
    pub cron: Option<String>,
    /// `timezone`.
    pub timezone: Option<String>,
}

impl SchedulePatch {
    /// Nothing to change.
    pub fn is_empty(&self) -> bool {
        let Self { name, text, scheduled_time, cron, timezone } = self;
        name.is_none() && text.is_none() && scheduled_time.is_none() && cron.is_none() && timezone.is_none()
    }
}

/// One send, with all that its gates compare.
#[derive(Debug, Clone, PartialEq)]
pub struct SendOrder {
    /// The run.
    pub run: String,
    /// The group's key.
    pub group: String,
    /// The session's key.
    pub session: String,
    /// The session's id.
    pub session_id: Id,
    /// What it says.
    pub content: Content,
    /// The planned audience: the group read back must be this.
    pub audience: PhoneSet,
    /// Direct or by a snapshot.
    pub via: Audience,
    /// Not started after this.
    pub send_by: Option<Timestamp>,
    /// The zone of the campaign, for quiet hours.
    pub timezone: String,
    /// Messages left this month at plan time, where known.
    pub quota_left: Option<u64>,
}
