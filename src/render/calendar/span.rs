//! What a calendar shows beside its days: the time it covers, and how much is in it. The same for text and HTML.

use jiff::Timestamp;
use jiff::civil::Date;

use super::days::day_of;
use crate::model::Address;
use crate::plan::{Calendar, Occasion};
use crate::render::figures::{plural, wide};
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
        let firings = entries.iter().filter(|entry| entry.occasion == Occasion::Firing).count();
        let messages: u64 = entries.iter().map(|entry| entry.recipients).sum();
        format!(
            "{}{} and {}, {} in all, from {} to {} ({}).",
            if calendar.cut.is_empty() { "" } else { "At least " },
            plural(wide(firings), "firing", "firings"),
            plural(wide(entries.len() - firings), "send", "sends"),
            plural(messages, "message", "messages"),
            self.first_day().strftime("%-d %b %Y"),
            self.last_day().strftime("%-d %b %Y"),
            self.zone.name(),
        )
    }
}

/// What has no entry at all.
pub(in crate::render) fn resting(calendar: &Calendar) -> Option<String> {
    let all: Vec<String> = calendar.resting.iter().map(ToString::to_string).collect();
    (!all.is_empty())
        .then(|| format!("Paused, cancelled, expired or not settled, and so not here: {}.", all.join(", ")))
}

/// What has not all of its entries, and from when on they are missing.
pub(in crate::render) fn cut(calendar: &Calendar, zone: &Zone) -> Option<String> {
    let last = |address: &Address| {
        let last = calendar.entries.iter().rfind(|entry| entry.address == *address);
        last.map_or_else(
            || format!("{address} (none is shown)"),
            |entry| format!("{address} (shown up to {})", day_of(entry.at, zone).strftime("%-d %b %Y")),
        )
    };
    let all: Vec<String> = calendar.cut.iter().map(last).collect();
    (!all.is_empty())
        .then(|| format!("Too many firings to show all, ask for fewer weeks: {}.", all.join(", ")))
}
