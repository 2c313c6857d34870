//! The `cron` crate with `chrono-tz`, as a server would use them. Owns the translation between the two
//! worlds of types; judges nothing.

use core::str::FromStr;

use chrono::{DateTime, Offset, TimeZone, Utc};
use jiff::Timestamp;

use super::disagreement::Difference;

/// An expression and a zone as that server has them.
pub(super) struct Quartz {
    schedule: ::cron::Schedule,
    tz: chrono_tz::Tz,
}

impl Quartz {
    /// Translated naively: five fields get a zero for seconds in front, short forms stay as they are.
    pub(super) fn read(source: &str, zone: &str) -> Result<Self, Difference> {
        let text = if source.starts_with('@') { source.to_owned() } else { format!("0 {source}") };
        let schedule = ::cron::Schedule::from_str(&text)
            .map_err(|error| Difference::Refused { reason: one_line(&error.to_string()) })?;
        let tz = tz(zone)
            .ok_or_else(|| Difference::Refused { reason: format!("{zone} is not in its time zone data") })?;
        Ok(Self { schedule, tz })
    }

    /// Its firings after `from` up to `until`, at most `cap`, in order of time. (On a day when clocks go
    /// back the crate gives them out of order, and some twice.)
    pub(super) fn firings(&self, from: Timestamp, until: Timestamp, cap: usize) -> Vec<Timestamp> {
        let Some(after) = chrono(from) else { return Vec::new() };
        let mut firings: Vec<Timestamp> = self
            .schedule
            .after(&after.with_timezone(&self.tz))
            .take(cap)
            .map_while(|at| Timestamp::from_second(at.timestamp()).ok())
            .take_while(|at| *at <= until)
            .filter(|at| *at > from)
            .collect();
        firings.sort_unstable();
        firings.dedup();
        firings
    }
}

/// The zone in the older data.
pub(super) fn tz(zone: &str) -> Option<chrono_tz::Tz> {
    chrono_tz::Tz::from_str(zone).ok()
}

/// Its offset from UTC in seconds at an instant.
pub(super) fn offset_seconds(tz: chrono_tz::Tz, at: Timestamp) -> Option<i32> {
    chrono(at).map(|at| tz.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
}

fn chrono(at: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at.as_second(), 0)
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
