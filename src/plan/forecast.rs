//! Who gets what and when, and what it uses: the forecast of a plan.

use jiff::{SignedDuration, Timestamp};

use crate::model::Address;

/// The forecast of a whole plan. Not part of the digest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Forecast {
    /// For each send that goes out, in plan order.
    pub sends: Vec<SendForecast>,
    /// For each schedule that will be active, by address.
    pub schedules: Vec<ScheduleForecast>,
    /// The account's month.
    pub month: Option<MonthForecast>,
    /// How the audiences of what goes out overlap; `None` where nothing goes out.
    pub overlap: Option<OverlapForecast>,
    /// Messages for one person against `policy.max_per_recipient`; `None` without that policy.
    pub load: Option<LoadForecast>,
}

/// One send.
#[derive(Debug, Clone, PartialEq)]
pub struct SendForecast {
    /// The send.
    pub address: Address,
    /// How many people.
    pub recipients: u64,
    /// At the vendor's pacing, if every gap is short.
    pub shortest: SignedDuration,
    /// On average.
    pub expected: SignedDuration,
    /// If every gap is long.
    pub longest: SignedDuration,
    /// When it is expected to end, if it starts now.
    pub ends: Timestamp,
    /// The campaign's zone, for showing that.
    pub timezone: String,
    /// Messages left this month before and after, where known.
    pub quota: Option<(u64, i64)>,
    /// How many are expected to get it inside their quiet hours, if it starts now; `None` without that policy.
    pub in_quiet_hours: Option<u64>,
}

/// One schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleForecast {
    /// The schedule.
    pub address: Address,
    /// How many people each time.
    pub recipients: u64,
    /// The next three firings.
    pub next: Vec<Timestamp>,
    /// Its zone.
    pub timezone: String,
    /// Messages in the next month, from now to the same day and time of it.
    pub per_month: u64,
    /// Firings of the next month that start inside somebody's quiet hours; `None` without that policy.
    pub in_quiet_hours: Option<u64>,
}

/// The account's calendar month, which is counted in UTC.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthForecast {
    /// The limit.
    pub limit: u64,
    /// Used so far, where the API says.
    pub used: Option<u64>,
    /// What this plan's sends and the schedules use until the month ends.
    pub planned: u64,
    /// The moment at which the limit is passed, if it is.
    pub runs_out: Option<Timestamp>,
    /// The campaign's zone, for showing that.
    pub timezone: String,
}

/// How the audiences of the sends of this plan and of its schedules overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OverlapForecast {
    /// People who get anything, each once.
    pub people: u64,
    /// Of these, those who are in more than one of what goes out.
    pub several: u64,
    /// The most of these that one person is in.
    pub most: u64,
}

/// Messages for one person over the next weeks, by calendar days; past sends are counted for who is in their group
/// now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadForecast {
    /// The limit: messages.
    pub messages: u64,
    /// The limit: in so many days.
    pub days: u32,
    /// People who would get more than that.
    pub people_over: u64,
    /// The most that one of these would get in so many days; 0 where nobody would.
    pub most: u64,
    /// Weeks that were looked ahead.
    pub weeks: u32,
}
