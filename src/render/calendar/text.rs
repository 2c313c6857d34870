//! For people: day by day, each time as it is in the calendar's zone and, where that is another, in its own.

use std::fmt;

use super::days::{MANY, Row, clock, days};
use super::span::{cut, resting};
use super::{CalendarSpan, own_time, people_words};
use crate::plan::{Calendar, Occasion};

/// A calendar as text.
pub struct CalendarText<'a> {
    calendar: &'a Calendar,
    span: CalendarSpan<'a>,
}

impl<'a> CalendarText<'a> {
    /// The text of what goes out in `span`.
    pub fn new(calendar: &'a Calendar, span: CalendarSpan<'a>) -> Self {
        Self { calendar, span }
    }

    fn line(&self, row: &Row<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { first, last, times } = row;
        let zone = self.span.zone;
        let time = match (times, first.occasion) {
            (_, Occasion::NextApply) => "next apply".to_owned(),
            (1, _) => clock(first.at, zone),
            _ => format!("{}-{}", clock(first.at, zone), clock(last.at, zone)),
        };
        write!(f, "  {time:<10}  {}  {}", first.address, people_words(first))?;
        if *times > 1 {
            write!(f, " each time, {times} times")?;
        }
        if first.occasion == Occasion::Sent {
            f.write_str(", sent")?;
        }
        match own_time(first, zone) {
            Some(own) => writeln!(f, "  ({own})"),
            None => writeln!(f),
        }
    }
}

impl fmt::Display for CalendarText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for day in days(self.calendar, self.span.zone, MANY) {
            writeln!(f, "{}", day.date.strftime("%A, %-d %B %Y"))?;
            for row in &day.rows {
                self.line(row, f)?;
            }
            writeln!(f)?;
        }
        writeln!(f, "{}", self.span.totals(self.calendar))?;
        for sentence in resting(self.calendar).into_iter().chain(cut(self.calendar, self.span.zone)) {
            writeln!(f, "{sentence}")?;
        }
        Ok(())
    }
}
