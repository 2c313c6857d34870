//! The lines of a calendar: by day, and a schedule that fires often on one day in one line. The same for text and
//! HTML.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::Address;
use crate::plan::{Calendar, Entry};
use crate::time::Zone;

/// A schedule that fires more often than this on one day has one line for the day.
pub(in crate::render) const MANY: usize = 4;

/// A day on which something goes out.
pub(in crate::render) struct Day<'a> {
    pub(in crate::render) date: Date,
    pub(in crate::render) rows: Vec<Row<'a>>,
}

/// One line: one entry, or all of a schedule on that day.
pub(in crate::render) struct Row<'a> {
    pub(in crate::render) first: &'a Entry,
    pub(in crate::render) last: &'a Entry,
    /// How many entries; from 1.
    pub(in crate::render) times: usize,
    /// All of them, in order.
    pub(in crate::render) all: Vec<&'a Entry>,
}

impl Row<'_> {
    /// Messages of the line, where all go out.
    pub(in crate::render) fn messages(&self) -> u64 {
        self.first.recipients.saturating_mul(crate::render::figures::wide(self.times))
    }
}

/// The days of `zone` on which something goes out, in order. What has more than `many` entries on a day has one line
/// for the day, where its first entry stands.
pub(in crate::render) fn days<'a>(calendar: &'a Calendar, zone: &Zone, many: usize) -> Vec<Day<'a>> {
    let mut found = Vec::new();
    let mut rest = calendar.entries.as_slice();
    while let Some(first) = rest.first() {
        let date = day_of(first.at, zone);
        let end = rest.iter().position(|entry| day_of(entry.at, zone) != date).unwrap_or(rest.len());
        let (today, later) = rest.split_at(end);
        found.push(Day { date, rows: rows(today, many) });
        rest = later;
    }
    found
}

fn rows(entries: &[Entry], many: usize) -> Vec<Row<'_>> {
    let mut of_address: BTreeMap<&Address, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        of_address.entry(&entry.address).or_default().push(entry);
    }
    let mut rows = Vec::new();
    for entry in entries {
        match of_address.get(&entry.address).map(Vec::as_slice) {
            Some(all @ [first, .., last]) if all.len() > many => {
                if std::ptr::eq(*first, entry) {
                    rows.push(Row { first, last, times: all.len(), all: all.to_vec() });
                }
            }
            _ => rows.push(Row { first: entry, last: entry, times: 1, all: vec![entry] }),
        }
    }
    rows
}

/// The day of `zone` on which this moment is.
pub(in crate::render) fn day_of(at: Timestamp, zone: &Zone) -> Date {
    at.to_zoned(zone.tz().clone()).date()
}

/// `09:00` in that zone.
pub(in crate::render) fn clock(at: Timestamp, zone: &Zone) -> String {
    at.to_zoned(zone.tz().clone()).strftime("%H:%M").to_string()
}
