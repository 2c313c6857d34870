//! Times and durations in words. Owns three small forms that plans, reports and errors share.

use jiff::{SignedDuration, Timestamp};

use super::zone::Zone;

/// A duration in its two largest units, rounded to the second of these: `45 s`, `12 min 30 s`, `2 h 5 min`,
/// `3 d 4 h`. Negative ones begin with a minus.
pub fn duration_words(duration: SignedDuration) -> String {
    let minus = if duration.is_negative() && duration.as_secs() != 0 { "-" } else { "" };
    let rounded_to = |unit: u64| {
        let seconds = duration.as_secs().unsigned_abs();
        seconds.saturating_add(unit / 2) / unit * unit
    };
    let two = |value: u64, large: (u64, &str), small: (u64, &str)| {
        let (whole, rest) = (value / large.0, value % large.0 / small.0);
        if rest == 0 {
            format!("{minus}{whole} {}", large.1)
        } else {
            format!("{minus}{whole} {} {rest} {}", large.1, small.1)
        }
    };
    let (second, minute, hour, day) = ((1, "s"), (60, "min"), (3_600, "h"), (86_400, "d"));
    let seconds = rounded_to(second.0);
    if seconds < minute.0 {
        format!("{minus}{seconds} s")
    } else if seconds < hour.0 {
        two(seconds, minute, second)
    } else if rounded_to(minute.0) < day.0 {
        two(rounded_to(minute.0), hour, minute)
    } else {
        two(rounded_to(hour.0), day, hour)
    }
}

/// RFC 3339 in the zone, to the second, always with a numeric offset: `2026-12-01T09:00:00-05:00`.
pub fn with_offset(at: Timestamp, zone: &Zone) -> String {
    at.to_zoned(zone.tz().clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// For people: `Tue 1 Dec 2026 09:00 (-05:00)`. Seconds are shown only when there are any.
pub fn local_words(at: Timestamp, zone: &Zone) -> String {
    let local = at.to_zoned(zone.tz().clone());
    let form = if local.second() == 0 { "%a %-d %b %Y %H:%M (%:z)" } else { "%a %-d %b %Y %H:%M:%S (%:z)" };
    local.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_at_most_two_units() {
        for (seconds, words) in [
            (0, "0 s"),
            (45, "45 s"),
            (60, "1 min"),
            (750, "12 min 30 s"),
            (3_600, "1 h"),
            (7_500, "2 h 5 min"),
            (7_529, "2 h 5 min"),
            (7_530, "2 h 6 min"),
            (86_399, "1 d"),
            (273_600, "3 d 4 h"),
            (-90, "-1 min 30 s"),
        ] {
            assert_eq!(duration_words(SignedDuration::from_secs(seconds)), words, "{seconds}");
        }
        assert!(!duration_words(SignedDuration::MAX).is_empty());
        assert!(!duration_words(SignedDuration::MIN).is_empty());
        assert_eq!(duration_words(SignedDuration::from_millis(-400)), "0 s");
    }

    #[test]
    fn instants_carry_their_offset() {
        let at: Timestamp = "2026-12-01T14:00:00Z".parse().unwrap();
        let new_york = Zone::parse("America/New_York").unwrap();
        assert_eq!(with_offset(at, &new_york), "2026-12-01T09:00:00-05:00");
        assert_eq!(local_words(at, &new_york), "Tue 1 Dec 2026 09:00 (-05:00)");
        assert_eq!(with_offset(at, &Zone::utc()), "2026-12-01T14:00:00+00:00");
    }
}
