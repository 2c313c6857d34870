//! `daily:`, `weekly:` and `monthly:` to cron (`product.md`, *Cron*). Owns times of day and weekday names;
//! expressions are [`Cron`]'s.

use core::fmt;

use super::cron::{Cron, Field, Rule};

/// A time of day to the minute, 00:00 to 23:59, on a 24-hour clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

/// A day of the week; ordered from Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A time of day, weekday or day of the month that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// Not `HH:MM`.
    #[error("not a time of day; write HH:MM on a 24-hour clock, in quotes: \"{}\"", suggestion.as_deref().unwrap_or("09:00"))]
    TimeOfDay {
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// Not a weekday.
    #[error(
        "{word:?} is not a day of the week{}; write monday, tuesday, wednesday, thursday, friday, saturday or sunday",
        suggestion.map_or(String::new(), |day| format!(" (did you mean {day}?)"))
    )]
    Weekday {
        /// The word as written, cut when long.
        word: String,
        /// What was probably meant.
        suggestion: Option<Weekday>,
    },
    /// An empty list of weekdays.
    #[error("no day of the week is given; write at least one, such as on: [monday]")]
    NoWeekday,
    /// Not 1-31.
    #[error("there is no day {day} in any month; allowed: 1-31")]
    DayOfMonth {
        /// The day as written.
        day: u8,
    },
}

impl TimeOfDay {
    /// Hour 0-23 and minute 0-59; `None` outside of these.
    pub fn new(hour: u8, minute: u8) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self { hour, minute })
    }

    /// Reads `HH:MM`: two digits each, nothing else.
    ///
    /// # Errors
    /// For anything else, with what was probably meant (`9:00`, `9:30pm`).
    pub fn parse(text: &str) -> Result<Self, CompileError> {
        let strict = text.len() == 5
            && text
                .bytes()
                .enumerate()
                .all(|(i, byte)| if i == 2 { byte == b':' } else { byte.is_ascii_digit() });
        let time = if strict { Self::lenient(text) } else { None };
        time.ok_or_else(|| CompileError::TimeOfDay {
            suggestion: Self::lenient(text).map(|time| time.to_string()),
        })
    }

    /// `9:00`, `9.30`, `9 pm`, `09:00:00`: only ever used to suggest.
    fn lenient(text: &str) -> Option<Self> {
        let lower = text.trim().get(..text.trim().len().min(12))?.to_ascii_lowercase();
        let (clock, half) = match (lower.strip_suffix("pm"), lower.strip_suffix("am")) {
            (Some(clock), _) => (clock.trim(), Some(12)),
            (None, Some(clock)) => (clock.trim(), Some(0)),
            (None, None) => (lower.as_str(), None),
        };
        let mut parts = clock.split([':', '.']);
        let hour: u8 = parts.next()?.parse().ok()?;
        let minute: u8 = parts.next().map_or(Some(0), |minute| minute.parse().ok())?;
        if parts.next().is_some_and(|seconds| seconds != "00") {
            return None;
        }
        match half {
            Some(half) if (1..=12).contains(&hour) => Self::new(hour % 12 + half, minute),
            Some(_) => None,
            None => Self::new(hour, minute),
        }
    }

    /// 0-23.
    pub fn hour(self) -> u8 {
        self.hour
    }

    /// 0-59.
    pub fn minute(self) -> u8 {
        self.minute
    }

    /// The same as the calendar library's time.
    pub fn to_civil(self) -> jiff::civil::Time {
        jiff::civil::Time::new(self.hour.cast_signed(), self.minute.cast_signed(), 0, 0).unwrap_or_default()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl Weekday {
    /// All seven, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// Reads a full English name or its first three letters, in either case.
    ///
    /// # Errors
    /// For any other word, with the day that was probably meant.
    pub fn parse(word: &str) -> Result<Self, CompileError> {
        let lower: String = word.trim().chars().take(24).collect::<String>().to_ascii_lowercase();
        let known = Self::ALL.into_iter().find(|day| lower == day.name() || lower == day.name()[..3]);
        known.ok_or_else(|| {
            let near = Self::ALL.into_iter().map(|day| (strsim::levenshtein(day.name(), &lower), day)).min();
            let starts = Self::ALL.into_iter().find(|day| lower.len() >= 2 && day.name().starts_with(&lower));
            let suggestion = starts.or(near.filter(|(distance, _)| *distance <= 2).map(|(_, day)| day));
            CompileError::Weekday { word: lower, suggestion }
        })
    }

    /// The full name in lower case, as written in YAML.
    pub fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    /// 0 for Sunday to 6 for Saturday, as cron counts.
    pub(super) fn cron_number(self) -> u8 {
        match self {
            Self::Sunday => 0,
            Self::Monday => 1,
            Self::Tuesday => 2,
            Self::Wednesday => 3,
            Self::Thursday => 4,
            Self::Friday => 5,
            Self::Saturday => 6,
        }
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Every day at `at`: `0 9 * * *`.
pub fn daily(at: TimeOfDay) -> Cron {
    Cron::from_rule(every_day(at))
}

/// On these weekdays at `at`: `0 9 * * MON,THU`, with names, which every reader takes the same way.
///
/// # Errors
/// When no weekday is given: that would never fire.
pub fn weekly(on: &[Weekday], at: TimeOfDay) -> Result<Cron, CompileError> {
    if on.is_empty() {
        return Err(CompileError::NoWeekday);
    }
    let weekdays = on.iter().map(|day| day.cron_number()).collect();
    Ok(Cron::from_rule(Rule { weekdays, ..every_day(at) }))
}

/// On this day of each month at `at`: `0 9 1 * *`. Months without the day are left out
/// ([`monthly_skips`]).
///
/// # Errors
/// When `day` is not 1-31.
pub fn monthly(day: u8, at: TimeOfDay) -> Result<Cron, CompileError> {
    if !(1..=31).contains(&day) {
        return Err(CompileError::DayOfMonth { day });
    }
    let rule = Rule { days: core::iter::once(day).collect(), ..every_day(at) };
    rule.by_meaning().map(Cron::from_rule).ok_or(CompileError::DayOfMonth { day })
}

/// Whether some month of some year does not have this day: true for 29, 30 and 31.
pub fn monthly_skips(day: u8) -> bool {
    day > 28
}

fn every_day(at: TimeOfDay) -> Rule {
    Rule {
        minutes: core::iter::once(at.minute).collect(),
        hours: core::iter::once(at.hour).collect(),
        days: Field::DayOfMonth.all(),
        months: Field::Month.all(),
        weekdays: Field::DayOfWeek.all(),
        both: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nine() -> TimeOfDay {
        TimeOfDay::parse("09:00").unwrap()
    }

    #[test]
    fn times_of_day_are_strict_and_suggest() {
        assert_eq!(TimeOfDay::parse("23:59").unwrap().to_string(), "23:59");
        for (text, meant) in [
            ("9:00", Some("09:00")),
            ("9pm", Some("21:00")),
            ("12 am", Some("00:00")),
            ("09:00:00", Some("09:00")),
            ("9.30", Some("09:30")),
            ("24:00", None),
            ("09:60", None),
            ("", None),
            ("noon", None),
            ("+9:00", Some("09:00")),
            ("é9:00", None),
        ] {
            let suggestion = meant.map(str::to_owned);
            assert_eq!(TimeOfDay::parse(text), Err(CompileError::TimeOfDay { suggestion }), "{text}");
        }
    }

    #[test]
    fn weekdays_by_full_and_short_name() {
        assert_eq!(Weekday::parse("monday"), Ok(Weekday::Monday));
        assert_eq!(Weekday::parse("Thu"), Ok(Weekday::Thursday));
        for (word, suggestion) in [
            ("thurs", Some(Weekday::Thursday)),
            ("wensday", Some(Weekday::Wednesday)),
            ("1", None),
            ("lundi", None),
        ] {
            let expected = CompileError::Weekday { word: word.to_owned(), suggestion };
            assert_eq!(Weekday::parse(word), Err(expected), "{word}");
        }
    }

    #[test]
    fn compiled_expressions_say_what_was_written() {
        assert_eq!(daily(nine()).source(), "0 9 * * *");
        let both = weekly(&[Weekday::Thursday, Weekday::Monday, Weekday::Monday], nine()).unwrap();
        assert_eq!(both.source(), "0 9 * * MON,THU");
        assert_eq!(both, Cron::parse("0 9 * * 4,1").unwrap());
        assert_eq!(weekly(&Weekday::ALL, nine()).unwrap(), daily(nine()));
        assert_eq!(weekly(&[], nine()), Err(CompileError::NoWeekday));
        assert_eq!(monthly(1, nine()).unwrap().source(), "0 9 1 * *");
        assert_eq!(monthly(31, nine()).unwrap(), Cron::parse("0 9 31 * *").unwrap());
        assert_eq!(monthly(0, nine()), Err(CompileError::DayOfMonth { day: 0 }));
        assert_eq!(monthly(32, nine()), Err(CompileError::DayOfMonth { day: 32 }));
        assert!(monthly_skips(29) && !monthly_skips(28));
    }

    #[test]
    fn compiled_expressions_read_back_as_themselves() {
        for day in 1..=31 {
            let cron = monthly(day, nine()).unwrap();
            assert_eq!(Cron::parse(cron.source()).unwrap(), cron);
        }
    }
}
