//! `policy:` of the YAML: what is broken is refused, or warned of.

use jiff::SignedDuration;
use jiff::civil::Time;

/// A rule with its weight: `VALUE` refuses, `{warn: VALUE}` only warns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule<T> {
    /// What the rule says.
    pub value: T,
    /// Only warn.
    pub warn: bool,
}

impl<T> Rule<T> {
    /// A rule that refuses.
    pub const fn refuse(value: T) -> Self {
        Self { value, warn: false }
    }

    /// A rule that only warns.
    pub const fn warn(value: T) -> Self {
        Self { value, warn: true }
    }
}

/// `max_delete`: the largest share that one apply may delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxDelete {
    /// In percent, 0 to 100.
    Percent(u8),
    /// In items.
    Items(u64),
}

/// `quiet_hours`: local times between which nobody is written to. May pass midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// First quiet minute.
    pub from: Time,
    /// First minute after it.
    pub to: Time,
}

impl QuietHours {
    /// Whether `time` is quiet.
    pub fn contains(&self, time: Time) -> bool {
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }
}

/// `max_per_recipient`: at most `messages` in any `days` days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxPerRecipient {
    /// Messages.
    pub messages: u64,
    /// In this many days.
    pub days: u32,
}

/// An entry of `require:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requirement {
    /// Media must be https.
    HttpsMedia,
    /// Weekdays in cron expressions must be names.
    NamedWeekdays,
}

/// `suppress_running`: what to do about a newly suppressed person in a job that still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressRunning {
    /// Pause the job.
    Pause,
    /// Only say so.
    Warn,
}

/// `in_doubt`: what recovery does when the list shows no job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InDoubt {
    /// Hold (the default): a person settles it.
    Hold,
    /// A later apply may send again after a second settle time.
    Retry,
}

/// The whole policy, with the defaults of `product.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Groups, schedules, and members of each group, counted apart; from 10 items up.
    pub max_delete: Rule<MaxDelete>,
    /// A larger send needs `--confirm-audience`.
    pub max_audience: Option<Rule<u64>>,
    /// Nobody is written to between these.
    pub quiet_hours: Option<Rule<QuietHours>>,
    /// Load on one person.
    pub max_per_recipient: Option<Rule<MaxPerRecipient>>,
    /// Requirements on the YAML.
    pub require: Rule<Vec<Requirement>>,
    /// A newly suppressed person in a running job.
    pub suppress_running: SuppressRunning,
    /// One job a session at a time.
    pub one_job_per_session: Rule<bool>,
    /// Recovery that finds no job.
    pub in_doubt: InDoubt,
    /// How long after `armed` recovery waits before it looks.
    pub settle: SignedDuration,
    /// A group of an active schedule is read in full at least this often.
    pub recheck: SignedDuration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_delete: Rule::refuse(MaxDelete::Percent(30)),
            max_audience: None,
            quiet_hours: None,
            max_per_recipient: None,
            require: Rule::refuse(Vec::new()),
            suppress_running: SuppressRunning::Pause,
            one_job_per_session: Rule::warn(true),
            in_doubt: InDoubt::Hold,
            settle: SignedDuration::from_secs(60),
            recheck: SignedDuration::from_hours(24),
        }
    }
}
