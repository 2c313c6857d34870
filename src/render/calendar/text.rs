//! For people: day by day, each time as it is in the calendar's zone, where that is another in its own, and on the
//! phones of the recipients.

use std::fmt;

use super::days::{MANY, Row, clock, days};
use super::phones::{ASSUMED, inside_quiet_hours, is_assumed, on_their_phones};
use super::span::{cut, resting};
use super::{CalendarSpan, own_time, people_words};
use crate::plan::{Calendar, Occasion};
use crate::render::TextOptions;
use crate::render::text::page::Page;

/// From this width on, what belongs to a time stands in a column beside it.
const WIDE: usize = 60;

/// A calendar as text.
pub struct CalendarText<'a> {
    calendar: &'a Calendar,
    span: CalendarSpan<'a>,
    options: TextOptions,
}

impl<'a> CalendarText<'a> {
    /// The text of what goes out in `span`.
    pub fn new(calendar: &'a Calendar, span: CalendarSpan<'a>, options: &TextOptions) -> Self {
        Self { calendar, span, options: *options }
    }

    /// Puts the lines of a row; whether they speak of people whose time is assumed.
    fn row(&self, row: &Row<'_>, page: &mut Page) -> bool {
        let Row { first, last, times, all: _ } = row;
        let zone = self.span.zone;
        let time = match (times, first.occasion) {
            (_, Occasion::NextApply) => "next apply".to_owned(),
            (1, _) => clock(first.at, zone),
            _ => format!("{}-{}", clock(first.at, zone), clock(last.at, zone)),
        };
        let (lead, hang) = if self.options.columns() < WIDE {
            (format!("  {time}  "), 4)
        } else {
            (format!("  {time:<10}  "), 14)
        };
        let mut line = format!("{}  {}", first.address, people_words(first));
        if *times > 1 {
            line = format!("{line} each time, {times} times");
        }
        if first.occasion == Occasion::Sent {
            line.push_str(", sent");
        }
        if let Some(own) = own_time(first, zone) {
            line = format!("{line}  ({own})");
        }
        page.say(&lead, hang, &line);
        let gutter = " ".repeat(hang);
        let said = [on_their_phones(self.calendar, row, zone), inside_quiet_hours(self.calendar, row)];
        for more in said.iter().flatten() {
            page.say(&gutter, hang + 2, more);
        }
        said.iter().any(Option::is_some) && is_assumed(self.calendar, first)
    }
}

impl fmt::Display for CalendarText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut assumed = false;
        for day in days(self.calendar, self.span.zone, MANY) {
            // A day at a time, so that a long calendar is not held as text.
            let mut page = Page::new(&self.options);
            page.say("", 0, &day.date.strftime("%A, %-d %B %Y").to_string());
            for row in &day.rows {
                assumed |= self.row(row, &mut page);
            }
            writeln!(f, "{}", page.finish())?;
        }
        let mut page = Page::new(&self.options);
        page.say("", 0, &self.span.totals(self.calendar));
        let assumed = assumed.then(|| ASSUMED.to_owned());
        for sentence in
            resting(self.calendar).into_iter().chain(cut(self.calendar, self.span.zone)).chain(assumed)
        {
            page.say("", 0, &sentence);
        }
        f.write_str(&page.finish())
    }
}
