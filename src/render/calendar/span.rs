//! What a calendar shows beside its days: the time it covers, and how much is in it. The same for text and HTML.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::days::day_of;
use crate::model::Address;
use crate::plan::{Calendar, Occasion};
use crate::time::Zone;

/// From when to when, by the days of a zone.
#[derive(Debug, Clone, Copy)]
pub struct CalendarSpan<'a> {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
    /// Whose days these are.
    pub zone: &'a Zone,
}

impl CalendarSpan<'_> {
    pub(in crate::render) fn first_day(&self) -> Date {
        day_of(self.from, self.zone)
    }

    pub(in crate::render) fn last_day(&self) -> Date {
        let end = day_of(self.until, self.zone);
        end.yesterday().unwrap_or(end)
    }

    /// `2 firings and 1 send, 12 messages in all, from 22 Nov 2026 to 5 Dec 2026 (Asia/Jerusalem).`
    pub(in crate::render) fn totals(&self, calendar: &Calendar) -> String {
        let entries = &calendar.entries;
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let firings = entries.iter().filter(|entry| entry.occasion == Occasion::Firing).count();
        let messages: u64 = entries.iter().map(|entry| entry.recipients).sum();
        format!(
            "{} and {}, {} in all, from {} to {} ({}).",
            count(firings, "firing"),
            count(entries.len() - firings, "send"),
            count(usize::try_from(messages).unwrap_or(usize::MAX), "message"),
            self.first_day().strftime("%-d %b %Y"),
            self.last_day().strftime("%-d %b %Y"),
            self.zone.name(),
        )
    }
}

/// What has no entry, and what has not all of them; a sentence each.
pub(in crate::render) fn left_out(calendar: &Calendar) -> Vec<String> {
    let Calendar { entries: _, resting, cut } = calendar;
    let list = |all: &BTreeSet<Address>| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut sentences = Vec::new();
    if !resting.is_empty() {
        sentences
            .push(format!("Paused, cancelled, expired or not settled, and so not here: {}.", list(resting)));
    }
    if !cut.is_empty() {
        sentences.push(format!("Too many firings to show all, ask for fewer weeks: {}.", list(cut)));
    }
    sentences
}
