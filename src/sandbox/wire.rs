//! How values are written on the wire: instants, and the other spellings of `rewrite=yes`. Pure text.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dialect::Dialect;

/// An instant in whole seconds, as in the vendor's examples: `2026-02-12T10:00:00Z`; with `rewrite`, with an
/// offset and microseconds, as `FastAPI` writes it.
pub fn stamp(at: Timestamp, dialect: &Dialect) -> Value {
    let seconds = Timestamp::from_second(at.as_second()).unwrap_or(at).to_string();
    if dialect.rewrite { json!(seconds.replace('Z', ".000000+00:00")) } else { json!(seconds) }
}

/// An instant that may be absent.
pub fn stamp_if(at: Option<Timestamp>, dialect: &Dialect) -> Value {
    at.map_or(Value::Null, |at| stamp(at, dialect))
}

/// A day later, for `next_run=day_off`.
pub fn day_later(at: Timestamp) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(24)).unwrap_or(at)
}

/// Names of weekdays and months as numbers: `0 9 * * MON,THU` is `0 9 * * 1,4`.
pub fn numeric_cron(expression: &str) -> String {
    const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    const MONTHS: [&str; 12] =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let mut upper = expression.to_uppercase();
    if upper.starts_with('@') {
        return expression.to_owned();
    }
    for (number, day) in DAYS.iter().enumerate() {
        upper = upper.replace(day, &number.to_string());
    }
    for (index, month) in MONTHS.iter().enumerate() {
        upper = upper.replace(month, &(index + 1).to_string());
    }
    upper
}

/// A zone by another of its names, where it has one; two names for each, so that none stays itself.
pub fn other_zone_name(name: &str) -> &str {
    const PAIRS: [(&str, &str); 16] = [
        ("UTC", "Etc/UTC"),
        ("Asia/Jerusalem", "Asia/Tel_Aviv"),
        ("America/New_York", "US/Eastern"),
        ("America/Chicago", "US/Central"),
        ("America/Denver", "US/Mountain"),
        ("America/Los_Angeles", "US/Pacific"),
        ("America/Sao_Paulo", "Brazil/East"),
        ("America/Mexico_City", "Mexico/General"),
        ("America/Argentina/Buenos_Aires", "America/Buenos_Aires"),
        ("Europe/London", "GB"),
        ("Europe/Dublin", "Eire"),
        ("Europe/Lisbon", "Portugal"),
        ("Europe/Istanbul", "Turkey"),
        ("Asia/Kolkata", "Asia/Calcutta"),
        ("Asia/Singapore", "Singapore"),
        ("Australia/Sydney", "Australia/NSW"),
    ];
    for (one, other) in PAIRS {
        if name == one {
            return other;
        }
        if name == other {
            return one;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewritten_values_mean_the_same() {
        assert_eq!(numeric_cron("0 9 * JAN MON,thu"), "0 9 * 1 1,4");
        assert_eq!(numeric_cron("@daily"), "@daily");
        assert_eq!(other_zone_name("Asia/Jerusalem"), "Asia/Tel_Aviv");
        assert_eq!(other_zone_name("Asia/Tokyo"), "Asia/Tokyo");
        let at: Timestamp = "2026-02-12T10:00:00.5Z".parse().unwrap();
        assert_eq!(stamp(at, &Dialect::default()), json!("2026-02-12T10:00:00Z"));
        let rewritten = stamp(at, &Dialect::parse("rewrite=yes").unwrap());
        assert_eq!(rewritten, json!("2026-02-12T10:00:00.000000+00:00"));
    }
}
