//! For programs: `{"entries": [{"address", "at", "recipients", …}]}`, in order of time. Written entry by entry, so that
//! a long calendar is not held as JSON.

use std::fmt;
use std::io;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::CalendarSpan;
use crate::model::Address;
use crate::plan::{Calendar, Entry, Occasion, RecipientTime};
use crate::time::Zone;
use crate::time::format::with_offset;

/// The most times of the recipients of one entry; what is beyond is one more, from its earliest to its latest.
const MOST_TIMES: usize = 8;
/// The most zones that are named for one of them.
const MOST_ZONES: usize = 8;

/// A calendar as indented JSON.
pub struct CalendarJson<'a> {
    calendar: &'a Calendar,
    span: CalendarSpan<'a>,
}

impl<'a> CalendarJson<'a> {
    /// The calendar of `span`.
    pub fn new(calendar: &'a Calendar, span: CalendarSpan<'a>) -> Self {
        Self { calendar, span }
    }
}

impl Serialize for CalendarJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let CalendarSpan { from, until, zone } = self.span;
        let Calendar { entries, resting, cut, clocks: _, quiet_hours: _, paces: _ } = self.calendar;
        let mut all = serializer.serialize_struct("calendar", 6)?;
        all.serialize_field("from", &with_offset(from, zone))?;
        all.serialize_field("until", &with_offset(until, zone))?;
        all.serialize_field("timezone", zone.name())?;
        all.serialize_field("entries", &Entries(self.calendar, entries))?;
        all.serialize_field("resting", resting)?;
        all.serialize_field("cut", cut)?;
        all.end()
    }
}

impl fmt::Display for CalendarJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sink = Sink { f, held: String::new() };
        serde_json::to_writer_pretty(&mut sink, self).map_err(|_| fmt::Error)?;
        sink.held.push('\n');
        sink.f.write_str(&sink.held)
    }
}

/// Bytes of JSON that go on to a formatter.
const HELD: usize = 8_192;

/// Text goes on to a formatter, many pieces at once. They are UTF-8 and cut between characters: its writer
/// is given strings.
struct Sink<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    held: String,
}

impl io::Write for Sink<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.push_str(std::str::from_utf8(bytes).map_err(io::Error::other)?);
        if self.held.len() >= HELD {
            self.f.write_str(&self.held).map_err(io::Error::other)?;
            self.held.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Entries<'a>(&'a Calendar, &'a [Entry]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.1.iter().map(|entry| EntryJson::of(self.0, entry)))
    }
}

#[derive(Serialize)]
struct EntryJson<'a> {
    address: &'a Address,
    at: String,
    ends: String,
    timezone: &'a str,
    kind: &'static str,
    group: String,
    recipients: u64,
    or_more: bool,
    recipient_times: Vec<TimeJson>,
    /// Recipients inside their quiet hours when it begins; null without that policy, and for what was sent.
    in_quiet_hours: Option<u64>,
}

/// People who have the same time when it begins, or whose numbers leave the same choice.
#[derive(Serialize)]
struct TimeJson {
    /// Where they may be; not all where there are more than eight.
    zones: Vec<&'static str>,
    more_zones: usize,
    earliest: String,
    latest: String,
    people: u64,
    /// Of these, those whose numbers tell no place, and so count as being in the entry's own zone.
    assumed: u64,
}

impl<'a> EntryJson<'a> {
    fn of(calendar: &Calendar, entry: &'a Entry) -> Self {
        let Entry { address, at, ends, timezone, occasion, group, group_name: _, recipients, or_more } =
            entry;
        let zone = Zone::parse(timezone).unwrap_or_else(|_| Zone::utc());
        Self {
            address,
            at: with_offset(*at, &zone),
            ends: with_offset(*ends, &zone),
            timezone,
            kind: match occasion {
                Occasion::Firing => "firing",
                Occasion::NextApply => "next_apply",
                Occasion::Sent => "sent",
            },
            group: format!("group.{group}"),
            recipients: *recipients,
            or_more: *or_more,
            recipient_times: times(calendar.recipient_times(entry), *at),
            in_quiet_hours: calendar.in_quiet_hours(entry),
        }
    }
}

fn times(mut all: Vec<RecipientTime>, at: Timestamp) -> Vec<TimeJson> {
    if all.len() > MOST_TIMES + 1 {
        let rest = all.split_off(MOST_TIMES);
        all.extend(rest.into_iter().reduce(joined));
    }
    let clock =
        |offset: Offset| at.to_zoned(offset.to_time_zone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let json = |time: RecipientTime| {
        let RecipientTime { earliest, latest, people, assumed, mut zones, places: _ } = time;
        let more_zones = zones.len().saturating_sub(MOST_ZONES);
        zones.truncate(MOST_ZONES);
        TimeJson { zones, more_zones, earliest: clock(earliest), latest: clock(latest), people, assumed }
    };
    all.into_iter().map(json).collect()
}

fn joined(mut one: RecipientTime, other: RecipientTime) -> RecipientTime {
    one.earliest = one.earliest.min(other.earliest);
    one.latest = one.latest.max(other.latest);
    one.people += other.people;
    one.assumed += other.assumed;
    for zone in other.zones {
        if !one.zones.contains(&zone) {
            one.zones.push(zone);
        }
    }
    one.places.extend(other.places);
    one
}
