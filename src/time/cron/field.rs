//! The five fields of an expression: their names, ranges and the words they allow. Owns no parsing.

use core::fmt;
use core::ops::RangeInclusive;

use super::bits::Bits;

/// One of the five fields of a cron expression, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// 0-59.
    Minute,
    /// 0-23.
    Hour,
    /// 1-31.
    DayOfMonth,
    /// 1-12 or `JAN`-`DEC`.
    Month,
    /// 0-7 or `SUN`-`SAT`; 0 and 7 are both Sunday.
    DayOfWeek,
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
pub(crate) const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Field {
    /// All five, in order.
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::DayOfMonth, Self::Month, Self::DayOfWeek];

    /// What may stand in this field, in words for an error: `0-59`, `1-12 or JAN-DEC`.
    pub fn allowed(self) -> &'static str {
        match self {
            Self::Minute => "0-59",
            Self::Hour => "0-23",
            Self::DayOfMonth => "1-31",
            Self::Month => "1-12 or JAN-DEC",
            Self::DayOfWeek => "0-7 or SUN-SAT (0 and 7 are Sunday)",
        }
    }

    /// The highest number that may be written; also the largest step that means anything.
    pub(crate) fn highest(self) -> u8 {
        match self {
            Self::Minute => 59,
            Self::Hour => 23,
            Self::DayOfMonth => 31,
            Self::Month => 12,
            Self::DayOfWeek => 7,
        }
    }

    /// The distinct values: weekdays are 0-6, because 7 is read as 0.
    pub(crate) fn values(self) -> RangeInclusive<u8> {
        match self {
            Self::DayOfMonth | Self::Month => 1..=self.highest(),
            Self::DayOfWeek => 0..=6,
            Self::Minute | Self::Hour => 0..=self.highest(),
        }
    }

    /// Every value of the field.
    pub(crate) fn all(self) -> Bits {
        Bits::range(self.values())
    }

    fn names(self) -> (&'static [&'static str], u8) {
        match self {
            Self::Month => (&MONTHS, 1),
            Self::DayOfWeek => (&WEEKDAYS, 0),
            Self::Minute | Self::Hour | Self::DayOfMonth => (&[], 0),
        }
    }

    /// The value of a three-letter name, in either case.
    pub(crate) fn value_of_name(self, name: &str) -> Option<u8> {
        let (names, first) = self.names();
        let index = names.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        u8::try_from(index).ok().map(|index| index + first)
    }

    /// The name meant by a longer or misspelled word, for a suggestion; none when several are as near.
    pub(crate) fn name_meant(self, word: &str) -> Option<&'static str> {
        let upper = word.to_ascii_uppercase();
        let elsewhere = MONTHS.iter().chain(&WEEKDAYS).any(|name| *name == upper);
        if upper.len() < 3 || elsewhere {
            return None;
        }
        let (names, _) = self.names();
        let letters = |name: &str| {
            let mut letters: Vec<char> = name.chars().collect();
            letters.sort_unstable();
            letters
        };
        let full = names.iter().find(|name| upper.starts_with(**name));
        let swapped = || names.iter().find(|name| letters(name) == letters(&upper));
        let near = || {
            let mut near = names.iter().filter(|name| strsim::levenshtein(name, &upper) == 1);
            let first = near.next();
            if near.next().is_none() { first } else { None }
        };
        full.or_else(swapped).or_else(near).copied()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::DayOfWeek => "day of week",
        })
    }
}
