//! The plan as a value: changes, verdicts, notes, and what the ledger learns without a request.

use jiff::{SignedDuration, Timestamp};

use super::change::Change;
use super::forecast::Forecast;
use super::verdict::{Refusal, Verdict};
use crate::ledger::Event;
use crate::model::{Address, Id, PhoneSet, Sha256Hex};

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
    /// Requests that read back what was written, which belong to no single change.
    pub read_back: u64,
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
        self.refusals.iter().map(|r| (None, r)).chain(self.changes.iter().flat_map(|change| {
            let first = match &change.verdict {
                Verdict::Refused(refusal) => Some(refusal),
                _ => None,
            };
            first.into_iter().chain(&change.also_refused).map(|refusal| (Some(&change.address), refusal))
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

    /// Requests that an apply makes once it was agreed to: writes, the gates of sends, and reading back what was
    /// written. Exact where nothing fails and the server does as its documents say; the reads that this plan was
    /// made from are over and not in it.
    pub fn requests(&self) -> u64 {
        self.doable().map(|c| c.requests).sum::<u64>() + self.read_back
    }

    /// How long these take at the account's rate: a minute's worth goes at once, and then the rest of that minute has
    /// to be waited for, as the API's `X-RateLimit-Reset` says.
    pub fn request_time(&self) -> SignedDuration {
        let per_minute = u64::from(self.requests_per_minute.max(1));
        let waits = self.requests().saturating_sub(1) / per_minute;
        SignedDuration::from_secs(i64::try_from(waits.saturating_mul(60)).unwrap_or(i64::MAX))
    }
}
