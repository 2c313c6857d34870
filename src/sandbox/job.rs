//! One bulk send: its snapshot of recipients, its pace, its states (`api.md`: pending → running → completed |
//! paused | cancelled | failed). Owns the transitions; must not know quota or HTTP.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::firing;
use super::side::Side;

/// How long a new job is `pending`.
const START_DELAY_MS: i64 = 5_000;

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Accepted, nothing has left.
    Pending,
    /// Messages leave at their pace.
    Running,
    /// Stands still until resumed.
    Paused,
    /// All done.
    Completed,
    /// Stopped by request.
    Cancelled,
    /// Stopped because its session stopped working.
    Failed,
}

impl JobStatus {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Failed)
    }
}

/// What a message says: a text, a medium, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// `text` or `media`.
    pub kind: String,
    /// At most 4,096 characters.
    pub content: Option<String>,
    /// http or https.
    pub media_url: Option<String>,
}

/// Who gets a job's message, and what became of each so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipients {
    /// In the order in which they are written to; 0 is an erased person.
    pub phones: Vec<u64>,
    /// Names at creation.
    pub names: BTreeMap<u64, String>,
    /// One for each message that left, in the same order.
    pub outcomes: Vec<Outcome>,
    /// Milliseconds from the start for each message; drawn again from the seed when needed.
    #[serde(skip)]
    offsets: Vec<i64>,
}

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// When it left.
    pub at: Timestamp,
    /// Whether it was sent (else failed).
    pub sent: bool,
}

/// One bulk send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// The number it is sent from.
    pub session_id: Uuid,
    /// The group whose members it was made for.
    pub custom_group_id: Uuid,
    /// What it says.
    pub message: Message,
    /// Its state.
    pub status: JobStatus,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it began to run.
    pub started_at: Option<Timestamp>,
    /// When it became final.
    pub ended_at: Option<Timestamp>,
    paused_at: Option<Timestamp>,
    /// How long it stood still in all.
    shift_ms: i64,
    pace_seed: u64,
    /// The month whose quota it took, as `2026-11`.
    pub quota_month: String,
    /// The schedule whose firing it is.
    pub schedule: Option<Uuid>,
    /// How many it was made for.
    pub total: u64,
    /// How many were sent.
    pub sent: u64,
    /// How many failed.
    pub failed: u64,
    /// The snapshot taken at creation.
    pub recipients: Side<Recipients>,
}

/// What a new job is made of.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: Uuid,
    /// The number it is sent from.
    pub session_id: Uuid,
    /// The group.
    pub custom_group_id: Uuid,
    /// What it says.
    pub message: Message,
    /// Who gets it.
    pub phones: Vec<u64>,
    /// Their names.
    pub names: BTreeMap<u64, String>,
    /// From which the pauses are drawn.
    pub pace_seed: u64,
    /// The month whose quota it takes.
    pub quota_month: String,
    /// The schedule whose firing it is.
    pub schedule: Option<Uuid>,
}

impl Job {
    /// A pending job.
    pub fn new(new: NewJob, now: Timestamp) -> Self {
        let NewJob {
            id,
            session_id,
            custom_group_id,
            message,
            phones,
            names,
            pace_seed,
            quota_month,
            schedule,
        } = new;
        Self {
            id,
            session_id,
            custom_group_id,
            message,
            status: JobStatus::Pending,
            created_at: now,
            started_at: None,
            ended_at: None,
            paused_at: None,
            shift_ms: 0,
            pace_seed,
            quota_month,
            schedule,
            total: phones.len() as u64,
            sent: 0,
            failed: 0,
            recipients: Side::new(Recipients { phones, names, ..Recipients::default() }),
        }
    }

    /// Messages that have not left.
    pub fn unused(&self) -> u64 {
        self.total.saturating_sub(self.sent + self.failed)
    }

    /// When it starts to run, with the time it stood still.
    fn start(&self) -> Timestamp {
        after(self.created_at, START_DELAY_MS.saturating_add(self.shift_ms))
    }

    /// Does what is due up to `until`. A message that is due while the session does not work fails the job.
    /// Gives whether anything changed.
    pub fn run(&mut self, until: Timestamp, session_works: bool) -> bool {
        let start = self.start();
        let mut changed = false;
        if self.status == JobStatus::Pending && start <= until {
            self.status = JobStatus::Running;
            self.started_at = Some(start);
            changed = true;
        }
        if self.status != JobStatus::Running {
            return changed;
        }
        let mut next = usize::try_from(self.sent + self.failed).unwrap_or(usize::MAX);
        loop {
            let Some(due) = self.due(next) else {
                let last = self.recipients.get().outcomes.last().map_or(start, |outcome| outcome.at);
                self.end(JobStatus::Completed, last);
                return true;
            };
            if due > until {
                return changed;
            }
            changed = true;
            if !session_works {
                self.end(JobStatus::Failed, due);
                return true;
            }
            let recipients = self.recipients.get_mut();
            let sent = is_deliverable(recipients.phones[next]);
            recipients.outcomes.push(Outcome { at: due, sent });
            if sent {
                self.sent += 1;
            } else {
                self.failed += 1;
            }
            next += 1;
        }
    }

    /// When the next thing happens by itself, if anything will.
    pub fn next_event(&mut self) -> Option<Timestamp> {
        match self.status {
            JobStatus::Pending => Some(self.start()),
            JobStatus::Running => self.due(usize::try_from(self.sent + self.failed).unwrap_or(usize::MAX)),
            _ => None,
        }
    }

    /// When message `index` leaves; `None` after the last.
    fn due(&mut self, index: usize) -> Option<Timestamp> {
        let start = self.start();
        let count = self.recipients.get().phones.len();
        if index >= count {
            return None;
        }
        if self.recipients.get().offsets.len() != count {
            let offsets = firing::pace(self.pace_seed, count);
            self.recipients.set_quietly(|recipients| recipients.offsets = offsets);
        }
        self.recipients.get().offsets.get(index).map(|offset| after(start, *offset))
    }

    /// Stands still. Only for a pending or running job.
    pub fn pause(&mut self, now: Timestamp) -> bool {
        let may = matches!(self.status, JobStatus::Pending | JobStatus::Running);
        if may {
            self.status = JobStatus::Paused;
            self.paused_at = Some(now);
        }
        may
    }

    /// Goes on, each message later by the time it stood still. Only for a paused job.
    pub fn resume(&mut self, now: Timestamp) -> bool {
        let may = self.status == JobStatus::Paused;
        if may {
            let stood =
                self.paused_at.take().map_or(0, |since| now.as_millisecond() - since.as_millisecond());
            self.shift_ms = self.shift_ms.saturating_add(stood.max(0));
            self.status = if self.started_at.is_some() { JobStatus::Running } else { JobStatus::Pending };
        }
        may
    }

    /// Stops for good. Only for a job that is not final.
    pub fn cancel(&mut self, now: Timestamp) -> bool {
        let may = !self.status.is_final();
        if may {
            self.end(JobStatus::Cancelled, now);
        }
        may
    }

    fn end(&mut self, status: JobStatus, at: Timestamp) {
        self.status = status;
        self.ended_at = Some(at);
        self.paused_at = None;
    }

    /// Erases a person from the snapshot; a message still to leave fails.
    pub fn erase(&mut self, phone: u64) -> bool {
        if !self.recipients.get().phones.contains(&phone) {
            return false;
        }
        let recipients = self.recipients.get_mut();
        recipients.names.remove(&phone);
        for slot in recipients.phones.iter_mut().filter(|slot| **slot == phone) {
            *slot = 0;
        }
        true
    }
}

/// The vendor filters what goes out, so some messages fail in every real job (`api.md`). Here it is whoever's
/// number ends in 9999, and an erased person.
fn is_deliverable(phone: u64) -> bool {
    phone != 0 && phone % 10_000 != 9_999
}

fn after(at: Timestamp, ms: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_millis(ms)).unwrap_or(Timestamp::MAX)
}
