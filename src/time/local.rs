//! Local times: reading `at:` texts, and what instants a local time stands for. Owns no policy: what to do
//! with a time that exists twice is the caller's business.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset};

use super::zone::Zone;

/// The instants that a local time in a zone stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// Exactly one.
    Unique(Timestamp),
    /// None: clocks jump over it. Each reading uses the offset of one side of the gap; both are earlier or
    /// later by the length of the gap when written as local times.
    Gap {
        /// As if clocks had already changed: before the gap on the clock (01:30 for a lost 02:30).
        before: Timestamp,
        /// As if clocks had not changed yet: after the gap on the clock (03:30 for a lost 02:30).
        after: Timestamp,
    },
    /// Two: clocks are set back over it.
    Overlap {
        /// The first time round.
        earlier: Timestamp,
        /// The second time round.
        later: Timestamp,
    },
}

/// What instants `local` is in `zone`. Saturates at the ends of the calendar (years -9999 and 9999).
pub fn resolve(local: DateTime, zone: &Zone) -> Local {
    let ambiguous = || zone.tz().to_ambiguous_timestamp(local);
    let bound = if local.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let earlier = ambiguous().earlier().unwrap_or(bound);
    let later = ambiguous().later().unwrap_or(bound);
    match ambiguous().offset() {
        AmbiguousOffset::Unambiguous { .. } => Local::Unique(earlier),
        AmbiguousOffset::Gap { .. } => Local::Gap { before: earlier, after: later },
        AmbiguousOffset::Fold { .. } => Local::Overlap { earlier, later },
    }
}

/// A time as written for `at:` or `send_by:` (`product.md`, *Times*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Without an offset: local to the time zone of the schedule or send.
    Local(DateTime),
    /// With an offset or `Z`: one instant, and the offset as written.
    Fixed(Timestamp, Offset),
}

impl At {
    /// The instants it stands for in `zone`; one with an offset is always unique.
    pub fn resolve(self, zone: &Zone) -> Local {
        match self {
            Self::Local(local) => resolve(local, zone),
            Self::Fixed(at, _) => Local::Unique(at),
        }
    }
}

/// A text that is not a time of the form `2026-12-01T09:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AtError {
    /// A date alone.
    #[error("the time of day is missing; write it after the date, such as 2026-12-01T09:00")]
    NoTime,
    /// Another form.
    #[error(
        "not a time; write YYYY-MM-DDTHH:MM, such as 2026-12-01T09:00, or with an offset: 2026-12-01T09:00+02:00"
    )]
    Form,
    /// `[Europe/Berlin]` or a zone's name at the end.
    #[error("a time zone's name cannot stand here; leave it out and give it as timezone:")]
    ZoneName,
    /// A part out of its range.
    #[error("the {part} is out of range; allowed: {allowed}")]
    OutOfRange {
        /// Which part: `month`, `hour`…
        part: &'static str,
        /// Its range in words.
        allowed: &'static str,
    },
    /// A day that the month does not have.
    #[error("there is no such day: the month has {days} days that year; write a day from 1 to {days}")]
    NoSuchDay {
        /// How many it has.
        days: i8,
    },
}

/// Reads `2026-12-01T09:00`, with `T` or one space, with or without seconds, an offset (`+02:00`) or `Z`.
///
/// # Errors
/// For anything else; years from 1970 to 9998, offsets up to 14 hours.
pub fn parse_at(text: &str) -> Result<At, AtError> {
    let mut rest = Rest(text.trim().as_bytes());
    let date = rest.date()?;
    if rest.0.is_empty() {
        return Err(AtError::NoTime);
    }
    if !(rest.take(b'T') || rest.take(b' ')) {
        return Err(AtError::Form);
    }
    let hour = rest.number(2, 0..=23, "hour", "00-23")?;
    rest.expect(b':')?;
    let minute = rest.number(2, 0..=59, "minute", "00-59")?;
    let second = if rest.take(b':') { rest.number(2, 0..=59, "second", "00-59")? } else { 0 };
    let narrow = |value: i16| i8::try_from(value).map_err(|_| AtError::Form);
    let time = Time::new(narrow(hour)?, narrow(minute)?, narrow(second)?, 0).map_err(|_| AtError::Form)?;
    let local = date.to_datetime(time);
    match rest.offset()? {
        None => Ok(At::Local(local)),
        Some(offset) => {
            let at = offset.to_timestamp(local).map_err(|_| AtError::Form)?;
            Ok(At::Fixed(at, offset))
        }
    }
}

/// What is left to read.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn take(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), AtError> {
        if self.take(byte) { Ok(()) } else { Err(AtError::Form) }
    }

    /// Exactly `width` digits.
    fn number(
        &mut self,
        width: usize,
        range: core::ops::RangeInclusive<i16>,
        part: &'static str,
        allowed: &'static str,
    ) -> Result<i16, AtError> {
        let (digits, rest) = self.0.split_at_checked(width).ok_or(AtError::Form)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(AtError::Form);
        }
        self.0 = rest;
        let value = digits.iter().fold(0_i16, |value, digit| value * 10 + i16::from(digit - b'0'));
        if range.contains(&value) { Ok(value) } else { Err(AtError::OutOfRange { part, allowed }) }
    }

    fn date(&mut self) -> Result<Date, AtError> {
        let year = self.number(4, 1970..=9998, "year", "1970-9998")?;
        self.expect(b'-')?;
        let month = self.number(2, 1..=12, "month", "01-12")?;
        self.expect(b'-')?;
        let day = self.number(2, 1..=31, "day", "01-31")?;
        let (month, day) = (month.to_le_bytes()[0].cast_signed(), day.to_le_bytes()[0].cast_signed());
        let first = Date::new(year, month, 1).map_err(|_| AtError::Form)?;
        Date::new(year, month, day).map_err(|_| AtError::NoSuchDay { days: first.days_in_month() })
    }

    fn offset(&mut self) -> Result<Option<Offset>, AtError> {
        let sign = match self.0.first() {
            None => return Ok(None),
            Some(b'Z') if self.0.len() == 1 => return Ok(Some(Offset::UTC)),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(b'[') => return Err(AtError::ZoneName),
            Some(b' ') if self.0.get(1).is_some_and(u8::is_ascii_alphabetic) => {
                return Err(AtError::ZoneName);
            }
            Some(_) => return Err(AtError::Form),
        };
        self.0 = &self.0[1..];
        let hours = self.number(2, 0..=14, "offset", "-14:00 to +14:00")?;
        self.expect(b':')?;
        let minutes = self.number(2, 0..=59, "offset", "-14:00 to +14:00")?;
        if hours == 14 && minutes > 0 {
            return Err(AtError::OutOfRange { part: "offset", allowed: "-14:00 to +14:00" });
        }
        match self.0.first() {
            None => {}
            Some(b'[') => return Err(AtError::ZoneName),
            Some(_) => return Err(AtError::Form),
        }
        let seconds = sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60);
        Offset::from_seconds(seconds).map(Some).map_err(|_| AtError::Form)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn local_times_with_and_without_seconds() {
        let nine = At::Local(datetime(2026, 12, 1, 9, 0, 0, 0));
        for text in ["2026-12-01T09:00", "2026-12-01 09:00", "2026-12-01T09:00:00", " 2026-12-01T09:00 "] {
            assert_eq!(parse_at(text), Ok(nine), "{text}");
        }
        assert_eq!(parse_at("2026-12-01T09:00:07"), Ok(At::Local(datetime(2026, 12, 1, 9, 0, 7, 0))));
    }

    #[test]
    fn fixed_times() {
        let two = Offset::from_seconds(7200).unwrap();
        let expected = at("2026-12-01T07:00:00Z");
        assert_eq!(parse_at("2026-12-01T09:00+02:00"), Ok(At::Fixed(expected, two)));
        assert_eq!(parse_at("2026-12-01 07:00Z"), Ok(At::Fixed(expected, Offset::UTC)));
        assert_eq!(
            parse_at("2026-12-01T09:00:00-03:30"),
            Ok(At::Fixed(at("2026-12-01T12:30:00Z"), Offset::from_seconds(-12600).unwrap()))
        );
    }

    #[test]
    fn mistakes_are_told_apart() {
        use AtError::{Form, NoSuchDay, NoTime, OutOfRange, ZoneName};
        let range = |part, allowed| OutOfRange { part, allowed };
        for (text, error) in [
            ("2026-12-01", NoTime),
            ("", Form),
            ("tomorrow", Form),
            ("01.12.2026 09:00", Form),
            ("2026-12-01T9:00", Form),
            ("2026-12-01  09:00", Form),
            ("2026-12-01t09:00", Form),
            ("2026-12-01T09:00.5", Form),
            ("2026-12-01T09:00+0200", Form),
            ("2026-12-01T09:00z", Form),
            ("2026-12-01T09:00Zx", Form),
            ("2026-12-01T09:00 +02:00", Form),
            ("2026-12-01T09:00[Europe/Berlin]", ZoneName),
            ("2026-12-01T09:00+01:00[Europe/Berlin]", ZoneName),
            ("2026-12-01T09:00 CET", ZoneName),
            ("2026-13-01T09:00", range("month", "01-12")),
            ("2026-12-00T09:00", range("day", "01-31")),
            ("2026-12-01T24:00", range("hour", "00-23")),
            ("2026-12-01T09:60", range("minute", "00-59")),
            ("2026-12-01T09:00:60", range("second", "00-59")),
            ("0001-12-01T09:00", range("year", "1970-9998")),
            ("2026-12-01T09:00+14:30", range("offset", "-14:00 to +14:00")),
            ("2026-02-29T09:00", NoSuchDay { days: 28 }),
            ("2026-04-31T09:00", NoSuchDay { days: 30 }),
            ("２026-12-01T09:00", Form),
        ] {
            assert_eq!(parse_at(text), Err(error), "{text}");
        }
    }

    #[test]
    fn gaps_and_overlaps_have_two_readings() {
        let new_york = Zone::parse("America/New_York").unwrap();
        assert_eq!(
            resolve(datetime(2026, 3, 8, 2, 30, 0, 0), &new_york),
            Local::Gap { before: at("2026-03-08T01:30:00-05:00"), after: at("2026-03-08T03:30:00-04:00") }
        );
        assert_eq!(
            resolve(datetime(2026, 11, 1, 1, 30, 0, 0), &new_york),
            Local::Overlap {
                earlier: at("2026-11-01T01:30:00-04:00"),
                later: at("2026-11-01T01:30:00-05:00")
            }
        );
        assert_eq!(
            resolve(datetime(2026, 3, 8, 3, 0, 0, 0), &new_york),
            Local::Unique(at("2026-03-08T03:00:00-04:00"))
        );
        assert_eq!(resolve(DateTime::MAX, &new_york), Local::Unique(Timestamp::MAX));
        let fixed = parse_at("2026-11-01T01:30-05:00").unwrap();
        assert_eq!(fixed.resolve(&new_york), Local::Unique(at("2026-11-01T06:30:00Z")));
    }
}
