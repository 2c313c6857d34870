//! The meaning of an expression: sets of values, and the local calendar they select. Owns neither text nor
//! time zones.

use jiff::civil::{Date, DateTime};
use jiff::{ToSpan, Unit};

use super::bits::Bits;
use super::field::Field;

/// Which local minutes an expression selects. Built by [`Rule::by_meaning`], two rules are equal exactly
/// when they select the same minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Rule {
    pub(crate) minutes: Bits,
    pub(crate) hours: Bits,
    pub(crate) days: Bits,
    pub(crate) months: Bits,
    pub(crate) weekdays: Bits,
    /// A day must satisfy both day fields (one of them began with a star); else either is enough.
    pub(crate) both: bool,
}

/// The search for a matching day gives up after this many years: 29 February on one weekday is at most 40
/// years away.
const SEARCH_YEARS: i16 = 50;

impl Rule {
    /// The same minutes in the one form that stands for them; `None` if there are none.
    pub(crate) fn by_meaning(mut self) -> Option<Self> {
        let longest = self.months.iter().map(month_length).max()?;
        let possible = Bits::range(1..=longest);
        self.days = self.days.and(possible);
        if !self.both {
            if self.days == possible || self.weekdays == Field::DayOfWeek.all() {
                self.days = Field::DayOfMonth.all();
                self.weekdays = Field::DayOfWeek.all();
                self.both = true;
            } else if self.days.is_empty() {
                // 30 February or Monday: only the Mondays are left.
                self.days = Field::DayOfMonth.all();
                self.both = true;
            } else if self.weekdays.is_empty() {
                self.weekdays = Field::DayOfWeek.all();
                self.both = true;
            }
        }
        if self.both {
            if possible.is_subset_of(self.days) {
                self.days = Field::DayOfMonth.all();
            }
            let earliest = self.days.first()?;
            self.months = self.months.iter().filter(|month| month_length(*month) >= earliest).collect();
        }
        let empty = self.minutes.is_empty() || self.hours.is_empty();
        let no_day = self.months.is_empty() || self.weekdays.is_empty();
        if empty || no_day { None } else { Some(self) }
    }

    /// Whether the rule fires at all on this day.
    pub(crate) fn matches_day(&self, date: Date) -> bool {
        let day = self.days.contains(date.day().unsigned_abs());
        let weekday = self.weekdays.contains(date.weekday().to_sunday_zero_offset().unsigned_abs());
        let month = self.months.contains(date.month().unsigned_abs());
        month && if self.both { day && weekday } else { day || weekday }
    }

    /// The first selected minute at or after `from`. Bounded; `None` only near the end of the calendar.
    pub(crate) fn first_from(&self, from: DateTime) -> Option<DateTime> {
        let whole = from.time().second() == 0 && from.time().subsec_nanosecond() == 0;
        let from = if whole { from } else { next_minute(from)? };
        let last_year = from.year().saturating_add(SEARCH_YEARS);
        let mut date = from.date();
        let (mut hour, mut minute) = (from.hour().unsigned_abs(), from.minute().unsigned_abs());
        while date.year() <= last_year {
            if self.matches_day(date)
                && let Some((hour, minute)) = self.time_from(hour, minute)
            {
                return Some(date.at(hour.cast_signed(), minute.cast_signed(), 0, 0));
            }
            date = if self.months.contains(date.month().unsigned_abs()) {
                date.tomorrow().ok()?
            } else {
                date.first_of_month().checked_add(1.month()).ok()?
            };
            (hour, minute) = (0, 0);
        }
        None
    }

    fn time_from(&self, hour: u8, minute: u8) -> Option<(u8, u8)> {
        if self.hours.contains(hour)
            && let Some(minute) = self.minutes.at_least(minute)
        {
            return Some((hour, minute));
        }
        Some((self.hours.at_least(hour + 1)?, self.minutes.first()?))
    }

    /// Whether the hour field leaves every hour open. Such a rule follows the clock through a gap.
    pub(crate) fn every_hour(&self) -> bool {
        self.hours == Field::Hour.all()
    }
}

/// The start of the next minute, strictly after `time`.
pub(crate) fn next_minute(time: DateTime) -> Option<DateTime> {
    let start =
        time.round(jiff::civil::DateTimeRound::new().smallest(Unit::Minute).mode(jiff::RoundMode::Trunc));
    start.ok()?.checked_add(1.minute()).ok()
}

/// The most days the month can have; February counts as 29.
pub(crate) fn month_length(month: u8) -> u8 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
