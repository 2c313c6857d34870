//! What the events add up to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::event::{Armed, ExecutionEnd, GroupObservation, HoldEvidence, ScheduleSpec};
use super::imports::ImportState;
use crate::model::{ContentHash, Id, Salt};

/// A schedule that was deleted so long before a send was armed cannot have fired after it, whatever the clocks say.
const GONE_SHORTLY: SignedDuration = SignedDuration::from_mins(10);

/// Whose ledger it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Project.
    pub project: String,
    /// Account name.
    pub account: String,
    /// Host with port, or `sandbox`.
    pub host: String,
    /// The environment, where it was noted.
    pub environment: Option<String>,
}

impl Binding {
    /// The environment that it belongs to, where that is another than `environment`: what was sent in staging is not
    /// sent in production.
    pub fn other_environment(&self, environment: &str) -> Option<&str> {
        self.environment.as_deref().filter(|own| *own != environment)
    }
}

/// A create that has begun and whose end is not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creating<T> {
    /// What is being created.
    pub what: T,
    /// Ids that had the same name before.
    pub before: Vec<Id>,
    /// When it began.
    pub at: Timestamp,
    /// The API did not answer clearly.
    pub in_doubt: bool,
}

/// What is known of a group that is, was or may be ours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupState {
    /// The id, while it is ours.
    pub id: Option<Id>,
    /// The name last written.
    pub name: String,
    /// `protect:` as last applied.
    pub protect: bool,
    /// A create that has not ended; its value is the name.
    pub creating: Option<Creating<String>>,
    /// The last full read, unless members were changed since.
    pub observed: Option<(Timestamp, GroupObservation)>,
    /// How many entries were no phone, when last read.
    pub redacted: u64,
    /// Every id this key ever had, with that of today.
    pub past_ids: BTreeSet<Id>,
    /// Imports from WhatsApp groups.
    pub imports: ImportState,
}

/// A create of a schedule that was ever in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtedCreate {
    /// What it asked for.
    pub spec: ScheduleSpec,
    /// Schedules that were there before it, and so are not its work.
    pub before: Vec<Id>,
}

/// What is known of a schedule that is, was or may be ours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScheduleState {
    /// The id, while it is ours.
    pub id: Option<Id>,
    /// As last written.
    pub spec: Option<ScheduleSpec>,
    /// A change has begun and its end is not recorded: the fields are not known.
    pub updating: bool,
    /// A create that has not ended.
    pub creating: Option<Creating<ScheduleSpec>>,
    /// A replacement that has not ended: the old id and what is to come.
    pub replacing: Option<(Id, ScheduleSpec)>,
    /// What the creates of this key that were ever in doubt asked for: twins of each are looked for in every plan,
    /// also after the schedule was renamed or given another time.
    pub doubted: Vec<DoubtedCreate>,
    /// The one-time firing is over: seen completed, or given up as sent or missed.
    pub completed: bool,
    /// Cancelled by us while its id is still ours.
    pub cancelled: bool,
    /// Ids of ours that were replaced and still lie, cancelled, on the account.
    pub retired: BTreeSet<Id>,
}

/// A schedule of ours that is no longer on the account, with the history of what it fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneSchedule {
    /// When it was found or made gone, by the writer's clock.
    pub at: Timestamp,
    /// Its session and group, where they are known.
    pub place: Option<(Id, Id)>,
}

/// Where a run of a send stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nothing was sent: never begun, not sent, rejected, or settled as not sent.
    #[default]
    Open,
    /// The POST may have left.
    Armed,
    /// The POST left and its fate is not known.
    InDoubt {
        /// Why.
        why: String,
        /// A job that was read and is not what was armed.
        wrong_job: Option<Id>,
    },
    /// A person must settle it.
    Held(HoldEvidence),
    /// There is a job for it.
    Accepted,
}

/// A job that a run made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentJob {
    /// The job's id.
    pub job: Id,
    /// What was armed for it; `None` where a person tied a job that was never armed here.
    pub armed: Option<Armed>,
    /// When it was accepted.
    pub at: Timestamp,
    /// Its end, once it was seen.
    pub end: Option<ExecutionEnd>,
    /// A person said that this job is it, whatever it looks like.
    pub settled: bool,
}

/// One send key: address and run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunHistory {
    /// Where it stands.
    pub phase: Phase,
    /// How many attempts were armed.
    pub attempts: u32,
    /// The last `armed`, and the writer's clock at it.
    pub armed: Option<(Timestamp, Armed)>,
    /// How many of [`State::gone_schedules`] were gone when it was last armed.
    pub gone_before: usize,
    /// The jobs it made; more than one only by `on_change: resend`, oldest first.
    pub jobs: Vec<SentJob>,
    /// A hold was recorded for the present attempt, at this time.
    pub held_at: Option<Timestamp>,
    /// Hash of a changed text that was said and ignored.
    pub ignored: Option<ContentHash>,
    /// A session other than the one it went out from, that was said and let be.
    pub session_said: Option<Id>,
    /// This job was paused by us because someone in it is newly suppressed.
    pub paused_for_suppressed: Option<Id>,
    /// Settled as new by a person: jobs found on the account are not it. Until it is armed again.
    pub settled_new: bool,
    /// The attempts since its last job, or since a person settled it as new, that were taken for not sent although
    /// something may have left, each with the writer's clock at its `armed`, oldest first: a request may arrive late,
    /// so no later attempt goes out while the account has a job that may be one of theirs.
    pub unsent: Vec<(Timestamp, Armed)>,
    /// Jobs that a hold had shown to the person who then said that nothing was sent, or that another one is it:
    /// these are something else.
    pub judged: BTreeSet<Id>,
    /// Snapshot groups of ours that are still there, by attempt; `None` while being created.
    pub snapshots: BTreeMap<u32, (String, Option<Id>)>,
    /// The ids of those that are gone: a list that shows one is older than its end.
    pub snapshots_gone: BTreeSet<Id>,
    /// The names of all snapshot groups that were ever begun: a create whose answer was lost may still arrive.
    pub snapshot_names: BTreeSet<String>,
    /// HTTP status of the last refusal, if that is how the last attempt ended.
    pub rejected: Option<u16>,
    /// Jobs that were read and are not what was armed. Recovery adopts none of them, ever; only a person's
    /// `resolve` does (`send-safety.md`, step 5). Unlike [`Phase::InDoubt`], this outlasts a hold.
    pub wrong_jobs: BTreeSet<Id>,
}

impl RunHistory {
    /// The job of the last attempt that was accepted.
    pub fn last_job(&self) -> Option<&SentJob> {
        self.jobs.last()
    }

    /// Of [`RunHistory::wrong_jobs`], those that wait for a person. What was settled says nothing of later attempts.
    pub fn open_wrong_jobs(&self) -> impl Iterator<Item = &Id> {
        self.wrong_jobs.difference(&self.judged)
    }

    /// Every attempt that may have made a job which the ledger does not know: those that were taken for not sent, and
    /// the open one. With the writer's clock at each `armed`, oldest first.
    pub fn open_attempts(&self) -> impl Iterator<Item = &(Timestamp, Armed)> {
        let open = self.armed.as_ref().filter(|armed| self.is_unsettled() && !self.unsent.contains(armed));
        self.unsent.iter().chain(open)
    }

    /// Armed, in doubt or held: its fate is open.
    pub fn is_unsettled(&self) -> bool {
        matches!(self.phase, Phase::Armed | Phase::InDoubt { .. } | Phase::Held(_))
    }
}

/// All runs of one send address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SendState {
    /// By `run`.
    pub runs: BTreeMap<String, RunHistory>,
}

/// The fold of all events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Whose it is; `None` for a ledger without events.
    pub binding: Option<Binding>,
    /// Key of the audience digests.
    pub salt: Option<Salt>,
    /// Session ids seen, with the last key each had.
    pub sessions: BTreeMap<Id, String>,
    /// Groups by key.
    pub groups: BTreeMap<String, GroupState>,
    /// Schedules by key.
    pub schedules: BTreeMap<String, ScheduleState>,
    /// Sends by key.
    pub sends: BTreeMap<String, SendState>,
    /// Schedules of ours that were deleted, in the order of the events.
    pub gone_schedules: Vec<GoneSchedule>,
    /// Jobs that `try` made: nobody's send.
    pub tried: BTreeSet<Id>,
    /// Sequence number of the last event; 0 when there is none.
    pub seq: u64,
}

impl GroupState {
    /// Whether `id` is, or once was, the group of this key.
    pub fn has_been(&self, id: &Id) -> bool {
        self.past_ids.contains(id)
    }
}

impl State {
    /// The group's id, while it is ours.
    pub fn group_id(&self, key: &str) -> Option<&Id> {
        self.groups.get(key)?.id.as_ref()
    }

    /// The schedule's id, while it is ours.
    pub fn schedule_id(&self, key: &str) -> Option<&Id> {
        self.schedules.get(key)?.id.as_ref()
    }

    /// Whether a schedule on the session and group of the last `armed` has been deleted since, or so shortly before
    /// that it may have fired within the slack of the clocks. What it fired may be on the account as a job, and no
    /// history says any more that it was a firing.
    pub fn schedule_gone_since_armed(&self, history: &RunHistory) -> bool {
        let Some((armed_at, armed)) = &history.armed else { return false };
        let here = |gone: &GoneSchedule| {
            gone.place
                .as_ref()
                .is_none_or(|(session, group)| *session == armed.session_id && *group == armed.group_id)
        };
        let (before, since) =
            self.gone_schedules.split_at(history.gone_before.min(self.gone_schedules.len()));
        let shortly = |gone: &&GoneSchedule| armed_at.duration_since(gone.at).abs() <= GONE_SHORTLY;
        since.iter().any(here) || before.iter().rev().take_while(shortly).any(here)
    }

    /// The run's history.
    pub fn run(&self, send: &str, run: &str) -> Option<&RunHistory> {
        self.sends.get(send)?.runs.get(run)
    }

    /// Every run of every send, in order of address and run.
    pub fn runs(&self) -> impl Iterator<Item = (&str, &str, &RunHistory)> {
        self.sends
            .iter()
            .flat_map(|(send, state)| state.runs.iter().map(move |(run, h)| (send.as_str(), run.as_str(), h)))
    }

    /// The key of the group that owns `id`.
    pub fn group_of(&self, id: &Id) -> Option<&str> {
        self.groups.iter().find(|(_, g)| g.id.as_ref() == Some(id)).map(|(key, _)| key.as_str())
    }

    /// The key of the schedule that owns `id`.
    pub fn schedule_of(&self, id: &Id) -> Option<&str> {
        self.schedules
            .iter()
            .find(|(_, s)| s.id.as_ref() == Some(id) || s.retired.contains(id))
            .map(|(key, _)| key.as_str())
    }

    /// The key and run that claim `job`.
    pub fn job_of(&self, job: &Id) -> Option<(&str, &str)> {
        self.runs().find(|(_, _, h)| h.jobs.iter().any(|j| j.job == *job)).map(|(send, run, _)| (send, run))
    }

    /// The ids of all jobs that some key claims, and of those that `try` made.
    pub fn claimed_jobs(&self) -> BTreeSet<Id> {
        let claimed = self.runs().flat_map(|(_, _, h)| h.jobs.iter().map(|j| j.job.clone()));
        claimed.chain(self.tried.iter().cloned()).collect()
    }
}
