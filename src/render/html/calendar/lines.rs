//! How much of a calendar a page can hold, and what is summarised to keep to it.

use crate::plan::Calendar;
use crate::render::calendar::CalendarSpan;
use crate::render::calendar::days::{Day, MANY, Row, days};
use crate::render::figures::{count, wide};

/// The most lines of a page, about 300 bytes each.
const MOST: usize = 4_000;

/// The lines of a page.
pub(super) struct Lines<'a> {
    pub(super) days: Vec<Day<'a>>,
    /// Lines of a day; what is beyond is counted.
    a_day: usize,
    /// Each schedule has one line a day.
    joined: bool,
}

impl<'a> Lines<'a> {
    /// As many as the text has, unless these are too many for a page.
    pub(super) fn of(calendar: &'a Calendar, span: &CalendarSpan<'_>) -> Self {
        let usual = days(calendar, span.zone, MANY);
        if lines(&usual) <= MOST {
            return Self { days: usual, a_day: usize::MAX, joined: false };
        }
        let days = days(calendar, span.zone, 1);
        let a_day = if lines(&days) <= MOST { usize::MAX } else { (MOST / days.len().max(1)).max(3) };
        Self { days, a_day, joined: true }
    }

    /// The lines of a day that are shown, and those that are only counted.
    pub(super) fn shown<'b>(&self, day: &'b Day<'a>) -> (&'b [Row<'a>], &'b [Row<'a>]) {
        day.rows.split_at(day.rows.len().min(self.a_day))
    }

    /// What was done for length; a sentence each.
    pub(super) fn shortened(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.joined {
            sentences.push(
                "For length, a schedule that goes out several times on a day has one line for the day; ask for \
                 fewer weeks to see each time."
                    .to_owned(),
            );
        }
        if self.days.iter().any(|day| day.rows.len() > self.a_day) {
            let most = count(wide(self.a_day));
            sentences.push(format!(
                "For length, a day shows at most {most} lines and counts the rest; ask for fewer weeks to see all, or \
                 for --format json."
            ));
        }
        sentences
    }
}

fn lines(days: &[Day<'_>]) -> usize {
    days.iter().map(|day| day.rows.len()).sum()
}
