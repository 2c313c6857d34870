//! Texts with a form: times of day, durations, shares, days of the month.

use jiff::SignedDuration;

use crate::config::read::Parse;
use crate::config::timing;
use crate::model::MaxDelete;
use crate::time::TimeOfDay;

/// `09:00`.
#[derive(Debug, Clone)]
pub struct Clock;

impl Parse for Clock {
    type Value = TimeOfDay;
    const CODE: &'static str = "bad-time";
    const SEVERAL: Option<&'static str> =
        Some("write one time; for several, write in place of the key for example cron: \"0 9,18 * * *\"");
    const INTEGER: Option<(u64, u64)> = None;
    const PATTERN: &'static str = "^([01][0-9]|2[0-3]):[0-5][0-9]$|\\$\\{";

    fn parse(text: &str) -> Result<TimeOfDay, (String, String)> {
        timing::time_of_day(text)
    }
}

/// `60s`, `24h`, `7d`.
#[derive(Debug, Clone)]
pub struct Span;

impl Parse for Span {
    type Value = SignedDuration;
    const CODE: &'static str = "bad-duration";
    const INTEGER: Option<(u64, u64)> = None;
    const PATTERN: &'static str = "^[0-9]+(s|m|h|d)$|\\$\\{";

    fn parse(text: &str) -> Result<SignedDuration, (String, String)> {
        let wrong = || {
            (
                "is not a duration".to_owned(),
                "write a number and a unit, s, m, h or d: 60s, 24h, 7d; at most 366d".to_owned(),
            )
        };
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let number: i64 = text
            .strip_suffix(unit)
            .filter(|digits| digits.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(wrong)?;
        let seconds = match unit {
            's' => number,
            'm' => number * 60,
            'h' => number * 3_600,
            'd' => number * 86_400,
            _ => return Err(wrong()),
        };
        if seconds > 366 * 86_400 {
            return Err(wrong());
        }
        Ok(SignedDuration::from_secs(seconds))
    }
}

/// `30%` or a number of items.
#[derive(Debug, Clone)]
pub struct Share;

impl Parse for Share {
    type Value = MaxDelete;
    const CODE: &'static str = "bad-share";
    const INTEGER: Option<(u64, u64)> = Some((0, 1_000_000_000_000));
    const PATTERN: &'static str = "^([0-9]|[1-9][0-9]|100)%$|^[0-9]+$|\\$\\{";

    fn parse(text: &str) -> Result<MaxDelete, (String, String)> {
        let wrong = || {
            ("is no share".to_owned(), "write a percentage from 0% to 100%, or a number of items".to_owned())
        };
        let digits = text.strip_suffix('%').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        if text.ends_with('%') {
            let percent: u8 = digits.parse().map_err(|_| wrong())?;
            return if percent <= 100 { Ok(MaxDelete::Percent(percent)) } else { Err(wrong()) };
        }
        digits.parse().map(MaxDelete::Items).map_err(|_| wrong())
    }
}

/// A day of the month, 1 to 31.
#[derive(Debug, Clone)]
pub struct MonthDay;

impl Parse for MonthDay {
    type Value = u8;
    const CODE: &'static str = "bad-day";
    const SEVERAL: Option<&'static str> =
        Some("write one day; for several, write in place of `monthly:` for example cron: \"0 9 1,15 * *\"");
    const INTEGER: Option<(u64, u64)> = Some((1, 31));
    const PATTERN: &'static str = "^([1-9]|[12][0-9]|3[01])$|\\$\\{";

    fn parse(text: &str) -> Result<u8, (String, String)> {
        text.parse::<u8>()
            .ok()
            .filter(|day| (1..=31).contains(day))
            .ok_or_else(|| ("is not a day of the month".to_owned(), "write a number from 1 to 31".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_shares() {
        assert_eq!(Span::parse("60s").unwrap(), SignedDuration::from_secs(60));
        assert_eq!(Span::parse("7d").unwrap(), SignedDuration::from_hours(168));
        for bad in ["60", "s", "-1s", "1w", "999999999d", "1.5h", ""] {
            assert!(Span::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Share::parse("30%").unwrap(), MaxDelete::Percent(30));
        assert_eq!(Share::parse("12").unwrap(), MaxDelete::Items(12));
        for bad in ["101%", "-1", "x", "%", "30 %"] {
            assert!(Share::parse(bad).is_err(), "{bad}");
        }
    }
}
