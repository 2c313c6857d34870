//! The JSON of a forecast. Moments are RFC 3339 with the offset of their zone.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Forecast, LoadForecast, MonthForecast, OverlapForecast, ScheduleForecast, SendForecast};
use crate::render::figures::rfc3339;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Forecast")]
pub(super) struct ForecastJson {
    /// For each send that goes out.
    sends: Vec<SendJson>,
    /// For each schedule that will be active.
    schedules: Vec<ScheduleJson>,
    /// The account's calendar month in UTC; null where nothing is known.
    month: Option<MonthJson>,
    /// How the audiences of all these overlap; null where nothing goes out.
    overlap: Option<OverlapJson>,
    /// Messages for one person against `max_per_recipient`; null without that policy.
    load: Option<LoadJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForecastSend")]
struct SendJson {
    address: String,
    recipients: u64,
    /// Seconds, if every gap is short.
    shortest_seconds: i64,
    /// Seconds, on average.
    expected_seconds: i64,
    /// Seconds, if every gap is long.
    longest_seconds: i64,
    /// When it is expected to end, if it starts now.
    ends: String,
    /// IANA zone.
    timezone: String,
    /// Messages left this month; null where not known.
    quota: Option<QuotaJson>,
    /// How many are expected to get it inside their quiet hours, if it starts now; null without that policy.
    in_quiet_hours: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForecastQuota")]
struct QuotaJson {
    before: u64,
    /// Below zero: as many are missing.
    after: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForecastSchedule")]
struct ScheduleJson {
    address: String,
    /// People each time.
    recipients: u64,
    /// The next firings, at most three.
    next: Vec<String>,
    /// IANA zone.
    timezone: String,
    /// Messages in the next month, from now to the same day and time of it.
    messages_per_month: u64,
    /// Firings of the next month that start inside somebody's quiet hours; null without that policy.
    in_quiet_hours: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForecastMonth")]
struct MonthJson {
    limit: u64,
    /// Null where not known.
    used: Option<u64>,
    /// What this plan's sends and the schedules use until the month ends.
    planned: u64,
    /// When the limit is passed, in the campaign's time zone; null: it is not.
    runs_out: Option<String>,
    /// The campaign's time zone.
    timezone: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForecastOverlap")]
struct OverlapJson {
    /// People who get anything, each once.
    people: u64,
    /// Of these, those who are in more than one of what goes out.
    in_several: u64,
    /// The most of these that one person is in.
    most: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ForecastLoad")]
struct LoadJson {
    /// The limit: messages.
    messages: u64,
    /// The limit: in so many days.
    days: u32,
    /// People who would get more than that. Past sends are counted for who is in their group now.
    people_over: u64,
    /// The most that one of these would get; 0 where nobody would.
    most: u64,
    /// Weeks that were looked ahead.
    weeks: u32,
}

impl ForecastJson {
    pub(super) fn of(forecast: &Forecast) -> Self {
        let Forecast { sends, schedules, month, overlap, load } = forecast;
        Self {
            sends: sends.iter().map(SendJson::of).collect(),
            schedules: schedules.iter().map(ScheduleJson::of).collect(),
            month: month.as_ref().map(MonthJson::of),
            overlap: overlap.as_ref().map(|overlap| {
                let OverlapForecast { people, several, most } = *overlap;
                OverlapJson { people, in_several: several, most }
            }),
            load: load.as_ref().map(|load| {
                let LoadForecast { messages, days, people_over, most, weeks } = *load;
                LoadJson { messages, days, people_over, most, weeks }
            }),
        }
    }
}

impl SendJson {
    fn of(forecast: &SendForecast) -> Self {
        let SendForecast {
            address,
            recipients,
            shortest,
            expected,
            longest,
            ends,
            timezone,
            quota,
            in_quiet_hours,
        } = forecast;
        let [shortest_seconds, expected_seconds, longest_seconds] =
            [shortest, expected, longest].map(SignedDuration::as_secs);
        Self {
            address: address.to_string(),
            recipients: *recipients,
            shortest_seconds,
            expected_seconds,
            longest_seconds,
            ends: rfc3339(*ends, timezone),
            timezone: timezone.clone(),
            quota: quota.map(|(before, after)| QuotaJson { before, after }),
            in_quiet_hours: *in_quiet_hours,
        }
    }
}

impl ScheduleJson {
    fn of(forecast: &ScheduleForecast) -> Self {
        let ScheduleForecast { address, recipients, next, timezone, per_month, in_quiet_hours } = forecast;
        Self {
            address: address.to_string(),
            recipients: *recipients,
            next: next.iter().map(|at| rfc3339(*at, timezone)).collect(),
            timezone: timezone.clone(),
            messages_per_month: *per_month,
            in_quiet_hours: *in_quiet_hours,
        }
    }
}

impl MonthJson {
    fn of(forecast: &MonthForecast) -> Self {
        let MonthForecast { limit, used, planned, runs_out, timezone } = forecast;
        Self {
            limit: *limit,
            used: *used,
            planned: *planned,
            runs_out: runs_out.map(|at| rfc3339(at, timezone)),
            timezone: timezone.clone(),
        }
    }
}
