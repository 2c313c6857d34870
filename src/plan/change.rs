//! The plan as a value: changes with their reasons, verdicts and everything the executor needs.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::forecast::Forecast;
use super::order::Step;
use crate::ledger::{Event, ScheduleSpec};
use crate::model::{Address, Audience, Content, Id, Phone, PhoneSet, Sha256Hex, WaGroupRef};

/// What a plan says.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The project.
    pub project: String,
    /// The environment, or `default`.
    pub environment: String,
    /// The account's name.
    pub account: String,
    /// Host with port of the API, or `sandbox`.
    pub host: String,
    /// The moment it was made for.
    pub now: Timestamp,
    /// Every change, in the order in which they are done.
    pub changes: Vec<Change>,
    /// What is said and not done.
    pub notes: Vec<Note>,
    /// Refusals that belong to no single change (another account, emptying everything).
    pub refusals: Vec<Refusal>,
    /// Who gets what and when, and what it uses.
    pub forecast: Forecast,
    /// How many objects stay as they are.
    pub unchanged: usize,
    /// Requests a minute of the account, for the estimate of the duration.
    pub requests_per_minute: u32,
    /// The digest: what `apply --expect` compares.
    pub digest: Sha256Hex,
    /// What the ledger learns without any request: renamed keys, observations, ends of jobs.
    pub records: Vec<LedgerNote>,
}

/// Something to be recorded that changes nothing on the account.
#[derive(Debug, Clone, PartialEq)]
pub enum LedgerNote {
    /// An event as it is.
    Event(Event),
    /// A group that was read in full and is as desired.
    Seen(SeenGroup),
}

/// A group as read; the executor makes digests of it, with the ledger's salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenGroup {
    /// Key.
    pub group: String,
    /// Id.
    pub id: Id,
    /// Entries that are no phone.
    pub redacted: u64,
    /// Who is there.
    pub phones: PhoneSet,
    /// Who is wanted.
    pub wanted: PhoneSet,
    /// Who is suppressed.
    pub suppressed: PhoneSet,
}

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

/// One line under a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// A field, old → new. `None`: there was none, or there will be none.
    Field {
        /// Its name in the YAML.
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
    pub timing: crate::model::Timing,
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

/// How loud a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteLevel {
    /// Good to know.
    Info,
    /// Look at this.
    Warning,
}

/// Something said and not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about; `None`: the project.
    pub address: Option<Address>,
    /// How loud.
    pub level: NoteLevel,
    /// A stable name, such as `job_cancelled`.
    pub code: &'static str,
    /// In the user's words.
    pub text: String,
}

impl Plan {
    /// Whether anything is refused: the whole apply is stopped.
    pub fn is_refused(&self) -> bool {
        !self.refusals.is_empty() || self.changes.iter().any(|c| matches!(c.verdict, Verdict::Refused(_)))
    }

    /// Every refusal, those of changes with their address.
    pub fn all_refusals(&self) -> impl Iterator<Item = (Option<&Address>, &Refusal)> {
        self.refusals.iter().map(|r| (None, r)).chain(self.changes.iter().filter_map(|c| match &c.verdict {
            Verdict::Refused(refusal) => Some((Some(&c.address), refusal)),
            _ => None,
        }))
    }

    /// Whether anything is held.
    pub fn is_held(&self) -> bool {
        self.changes.iter().any(|c| matches!(c.verdict, Verdict::Held(_)))
    }

    /// The changes that an apply does.
    pub fn doable(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|c| c.verdict == Verdict::Go)
    }

    /// Whether there are changes, done or blocked (`plan --detailed-exitcode`).
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|c| matches!(c.verdict, Verdict::Go | Verdict::Blocked(_)))
    }

    /// Requests that an apply needs.
    pub fn requests(&self) -> u64 {
        self.doable().map(|c| c.requests).sum()
    }

    /// How long these take at the account's rate: the first minute's worth goes at once.
    pub fn request_time(&self) -> SignedDuration {
        let per_minute = u64::from(self.requests_per_minute.max(1));
        let beyond = self.requests().saturating_sub(per_minute);
        SignedDuration::from_secs(i64::try_from(beyond * 60 / per_minute).unwrap_or(i64::MAX))
    }
}
