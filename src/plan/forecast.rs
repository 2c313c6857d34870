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
    /// Messages in the next 30 days.
    pub per_month: u64,
}

/// The account's calendar month (UTC).
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
}
