//! Numbers, durations and moments as people read them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub(super) use crate::model::grouped as count;

/// A length or a position as the number it is; there is no platform on which it does not fit.
pub(super) fn wide(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// `1 member`, `1,240 members`.
pub(super) fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// `1,240 people`.
pub(super) fn people(n: u64) -> String {
    plural(n, "person", "people")
}

/// `45 s`, `12 min`, `26 h 20 min`, `4 days 3 h`: two units at most, rounded to the smaller one.
pub(super) fn duration(length: SignedDuration) -> String {
    let seconds = length.as_secs().unsigned_abs();
    if seconds < 60 {
        return format!("{seconds} s");
    }
    let minutes = (seconds + 30) / 60;
    if minutes < 60 {
        return format!("{minutes} min");
    }
    if minutes < 72 * 60 {
        let (h, min) = (minutes / 60, minutes % 60);
        return if min == 0 { format!("{h} h") } else { format!("{h} h {min} min") };
    }
    let hours = (minutes + 30) / 60;
    let (days, h) = (hours / 24, hours % 24);
    if h == 0 { format!("{days} days") } else { format!("{days} days {h} h") }
}

/// How long the requests take: below five seconds nobody waits.
pub(super) fn request_time(length: SignedDuration) -> String {
    if length.as_secs() < 5 { "a few seconds".to_owned() } else { format!("about {}", duration(length)) }
}

/// `Thu 3 Dec 2026, 09:00 -05:00` in that zone; in UTC where the zone is not known.
pub(super) fn moment(at: Timestamp, zone: &str) -> String {
    at.to_zoned(time_zone(zone)).strftime("%a %-d %b %Y, %H:%M %:z").to_string()
}

/// `2026-12-03T09:00:00-05:00` in that zone; in UTC where the zone is not known.
pub(super) fn rfc3339(at: Timestamp, zone: &str) -> String {
    at.to_zoned(time_zone(zone)).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn time_zone(zone: &str) -> TimeZone {
    TimeZone::get(zone).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (n, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), shown);
        }
        assert_eq!(people(1), "1 person");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, shown) in [
            (0, "0 s"),
            (59, "59 s"),
            (61, "1 min"),
            (3_600, "1 h"),
            (94_800, "26 h 20 min"),
            (4 * 86_400 + 3 * 3_600, "4 days 3 h"),
        ] {
            assert_eq!(duration(SignedDuration::from_secs(seconds)), shown);
        }
    }

    #[test]
    fn moments_carry_their_offset() {
        let at: Timestamp = "2026-12-03T14:00:00Z".parse().unwrap();
        assert_eq!(moment(at, "America/New_York"), "Thu 3 Dec 2026, 09:00 -05:00");
        assert_eq!(rfc3339(at, "America/New_York"), "2026-12-03T09:00:00-05:00");
        assert_eq!(moment(at, "Nowhere/At_All"), "Thu 3 Dec 2026, 14:00 +00:00");
    }
}
