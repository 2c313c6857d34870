//! For people: day by day, each time as it is in the calendar's zone and, where that is another, in its own.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use super::people_words;
use crate::model::Address;
use crate::plan::{Calendar, Entry, Occasion};
use crate::time::Zone;

/// A schedule that fires more often than this on one day has one line for the day.
const MANY: usize = 4;

/// A calendar as text.
pub struct CalendarText<'a> {
    calendar: &'a Calendar,
    zone: &'a Zone,
    from: Timestamp,
    until: Timestamp,
}

impl<'a> CalendarText<'a> {
    /// From `from` to `until`, by the days of `zone`.
    pub fn new(calendar: &'a Calendar, from: Timestamp, until: Timestamp, zone: &'a Zone) -> Self {
        Self { calendar, zone, from, until }
    }

    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.tz().clone()).date()
    }

    fn line(&self, entries: &[&Entry], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
        let clock = |at: Timestamp, zone: &Zone| at.to_zoned(zone.tz().clone()).strftime("%H:%M").to_string();
        let time = match (entries.len(), first.occasion) {
            (_, Occasion::NextApply) => "next apply".to_owned(),
            (1, _) => clock(first.at, self.zone),
            _ => format!("{}-{}", clock(first.at, self.zone), clock(last.at, self.zone)),
        };
        write!(f, "  {time:<10}  {}  {}", first.address, people_words(first))?;
        if entries.len() > 1 {
            write!(f, " each time, {} times", entries.len())?;
        }
        if first.occasion == Occasion::Sent {
            f.write_str(", sent")?;
        }
        match Zone::parse(&first.timezone) {
            Ok(own) if own != *self.zone && first.occasion == Occasion::Firing => {
                writeln!(f, "  ({} in {})", clock(first.at, &own), own.name())
            }
            _ => writeln!(f),
        }
    }
}

impl fmt::Display for CalendarText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Calendar { entries, resting, cut } = self.calendar;
        for day in entries.chunk_by(|a, b| self.day(a.at) == self.day(b.at)) {
            let Some(first) = day.first() else { continue };
            writeln!(f, "{}", self.day(first.at).strftime("%A, %-d %B %Y"))?;
            let mut counts: BTreeMap<&Address, Vec<&Entry>> = BTreeMap::new();
            for entry in day {
                counts.entry(&entry.address).or_default().push(entry);
            }
            for entry in day {
                match counts.get(&entry.address) {
                    Some(all) if all.len() > MANY => {
                        if all.first() == Some(&entry) {
                            self.line(all, f)?;
                        }
                    }
                    _ => self.line(&[entry], f)?,
                }
            }
            writeln!(f)?;
        }
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let firings = entries.iter().filter(|entry| entry.occasion == Occasion::Firing).count();
        let messages: u64 = entries.iter().map(|entry| entry.recipients).sum();
        writeln!(
            f,
            "{} and {}, {} in all, from {} to {} ({}).",
            count(firings, "firing"),
            count(entries.len() - firings, "send"),
            count(usize::try_from(messages).unwrap_or(usize::MAX), "message"),
            self.day(self.from).strftime("%-d %b %Y"),
            self.day(self.until).yesterday().unwrap_or(self.day(self.until)).strftime("%-d %b %Y"),
            self.zone.name(),
        )?;
        let list = |all: &std::collections::BTreeSet<Address>| {
            all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        if !resting.is_empty() {
            writeln!(f, "Paused, cancelled, expired or not settled, and so not here: {}.", list(resting))?;
        }
        if !cut.is_empty() {
            writeln!(f, "Too many firings to show all, ask for fewer weeks: {}.", list(cut))?;
        }
        Ok(())
    }
}
