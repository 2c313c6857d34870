//! Firings that one RRULE says exactly (RFC 5545, 3.8.5.3): the same step between all of them, counted in UTC, so that
//! no zone and no clock change can make another set of it. Where a zone's clocks change, one series ends and the next
//! begins; what has no such step is told firing by firing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use crate::model::Address;
use crate::plan::{Calendar, Entry, Occasion, Pace};
use crate::time::Zone;

/// One event of the file: a firing or send by itself, or several firings at one step.
pub(super) struct Series<'a> {
    /// In order of time; at least one.
    pub entries: Vec<&'a Entry>,
    /// Their step; `None`: one by itself.
    pub step: Option<Step>,
}

/// The step, with all that tells a series of one schedule from its others, whichever weeks are looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    lane: Lane,
    /// The last clock change of the schedule's zone before it, in seconds since 1970.
    since: i64,
}

/// Where a firing stands in its day, week or month, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Day(Time),
    /// The weekday as its number from Monday.
    Week(i8, Time),
    Month(i8, Time),
}

impl Step {
    /// The rule for so many firings.
    pub(super) fn rule(&self, count: usize) -> String {
        let often = match self.lane {
            Lane::Day(_) => "DAILY",
            Lane::Week(..) => "WEEKLY",
            Lane::Month(..) => "MONTHLY",
        };
        format!("FREQ={often};COUNT={count}")
    }
}

/// As it goes into the UID.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lane, since } = self;
        match lane {
            Lane::Day(time) => write!(f, "daily {time} {since}"),
            Lane::Week(day, time) => write!(f, "weekly {day} {time} {since}"),
            Lane::Month(day, time) => write!(f, "monthly {day} {time} {since}"),
        }
    }
}

/// All entries of a calendar, each in one event, in order of their first time and address.
pub(super) fn series(calendar: &Calendar) -> Vec<Series<'_>> {
    let mut lanes: BTreeMap<(&Address, Step), Vec<&Entry>> = BTreeMap::new();
    let mut all = Vec::new();
    for entry in &calendar.entries {
        match step(calendar, entry) {
            Some(step) => lanes.entry((&entry.address, step)).or_default().push(entry),
            None => all.push(Series { entries: vec![entry], step: None }),
        }
    }
    for ((_, step), entries) in lanes {
        // The first unbroken row is the series. More than one would need another name than the step.
        let unbroken = 1 + entries.windows(2).take_while(|pair| follows(step.lane, pair[0], pair[1])).count();
        let (row, rest) = entries.split_at(unbroken.min(entries.len()));
        all.push(Series { entries: row.to_vec(), step: Some(step) });
        all.extend(rest.iter().map(|entry| Series { entries: vec![*entry], step: None }));
    }
    let first = |series: &Series<'_>| series.entries.first().map(|entry| (entry.at, entry.address.clone()));
    all.sort_by_key(first);
    all
}

fn step(calendar: &Calendar, entry: &Entry) -> Option<Step> {
    if entry.occasion != Occasion::Firing {
        return None;
    }
    let zone = Zone::parse(&entry.timezone).ok()?;
    let (local, utc) = (entry.at.to_zoned(zone.tz().clone()), entry.at.to_zoned(TimeZone::UTC));
    let time = utc.time();
    let lane = match calendar.paces.get(&entry.address)? {
        Pace::Daily => Lane::Day(time),
        Pace::Weekly => Lane::Week(Weekday::to_monday_zero_offset(utc.weekday()), time),
        // A day that every month has, and that is the same one in UTC.
        Pace::Monthly if utc.day() <= 28 && utc.date() == local.date() => Lane::Month(utc.day(), time),
        Pace::Monthly => return None,
    };
    let since = zone.tz().preceding(entry.at).next().map_or(0, |change| change.timestamp().as_second());
    Some(Step { lane, since })
}

/// Whether the second is the next one after the first, by the rule.
fn follows(lane: Lane, first: &Entry, second: &Entry) -> bool {
    let step = second.at.duration_since(first.at);
    match lane {
        Lane::Day(_) => step == SignedDuration::from_hours(24),
        Lane::Week(..) => step == SignedDuration::from_hours(24 * 7),
        Lane::Month(..) => {
            let next = first.at.to_zoned(TimeZone::UTC).checked_add(1.month());
            next.is_ok_and(|next| next.timestamp() == second.at)
        }
    }
}

impl<'a> Series<'a> {
    /// What `words` says of all its entries; the second value: it does not say the same of all.
    pub(super) fn common(&self, words: impl Fn(&'a Entry) -> Option<String>) -> (Option<String>, bool) {
        let mut said: BTreeSet<Option<String>> = self.entries.iter().map(|entry| words(entry)).collect();
        match said.len() {
            1 => (said.pop_first().flatten(), false),
            _ => (None, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::time::Cron;

    fn calendar(cron: &str, zone: &str, pace: Pace) -> Calendar {
        let (cron, parsed) = (Cron::parse(cron).unwrap(), Zone::parse(zone).unwrap());
        let mut at: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let until = at + SignedDuration::from_hours(24 * 7 * 60);
        let mut entries = Vec::new();
        while let Some(next) = cron.next_after(&parsed, at).filter(|next| *next < until) {
            entries.push(Entry {
                address: Address::schedule("s"),
                at: next,
                ends: next,
                timezone: zone.to_owned(),
                occasion: Occasion::Firing,
                group: "g".to_owned(),
                group_name: "g".to_owned(),
                recipients: 1,
                or_more: false,
            });
            at = next;
        }
        Calendar { entries, paces: BTreeMap::from([(Address::schedule("s"), pace)]), ..Calendar::default() }
    }

    /// As a calendar program does it, from the first time and the rule alone.
    fn expanded(series: &Series<'_>) -> Vec<Timestamp> {
        let first = series.entries[0].at;
        let Some(step) = &series.step else { return vec![first] };
        let rule = step.rule(series.entries.len());
        let count: i64 = rule.split_once("COUNT=").unwrap().1.parse().unwrap();
        let start = first.to_zoned(TimeZone::UTC);
        let every = |n: i64| match rule.split(';').next().unwrap() {
            "FREQ=DAILY" => start.checked_add(n.days()).unwrap(),
            "FREQ=WEEKLY" => start.checked_add(n.weeks()).unwrap(),
            _ => start.checked_add(n.months()).unwrap(),
        };
        (0..count).map(|n| every(n).timestamp()).collect()
    }

    #[test]
    fn the_rules_say_just_the_firings_in_any_zone() {
        let crons = [
            ("30 1 * * *", Pace::Daily),
            ("30 2 * * *", Pace::Daily),
            ("0 9 * * MON,THU", Pace::Weekly),
            ("15 0 * * SUN", Pace::Weekly),
            ("0 9 1 * *", Pace::Monthly),
            ("0 1 15 * *", Pace::Monthly),
            ("0 9 31 * *", Pace::Monthly),
            ("0 9,17 1,15 * *", Pace::Monthly),
            ("0,30 9,17 * * *", Pace::Daily),
            ("*/30 9-17 * * MON-FRI", Pace::Weekly),
        ];
        let zones = [
            "UTC",
            "Asia/Kolkata",
            "Asia/Tokyo",
            "America/New_York",
            "Europe/London",
            "Australia/Lord_Howe",
            "Pacific/Chatham",
            "Africa/Casablanca",
        ];
        for (cron, pace) in crons {
            for zone in zones {
                let calendar = calendar(cron, zone, pace);
                let found = series(&calendar);
                let mut times: Vec<Timestamp> = found.iter().flat_map(expanded).collect();
                times.sort();
                let wanted: Vec<Timestamp> = calendar.entries.iter().map(|entry| entry.at).collect();
                assert_eq!(times, wanted, "{cron} {zone}");
                let names: BTreeSet<_> = found.iter().filter_map(|s| s.step.clone()).collect();
                assert_eq!(names.len(), found.iter().filter(|s| s.step.is_some()).count(), "{cron} {zone}");
            }
        }
        let daily = calendar("0 9 * * *", "Asia/Kolkata", Pace::Daily);
        assert_eq!(series(&daily).len(), 1, "no clock changes there");
        let changing = calendar("0 9 * * *", "Europe/London", Pace::Daily);
        assert_eq!(series(&changing).len(), 3, "winter, summer, winter");
    }

    /// A file of next week has the same name for the same series as one of this week.
    #[test]
    fn a_series_keeps_its_name_whichever_weeks_are_looked_at() {
        let whole = calendar("0 9 * * MON", "Europe/London", Pace::Weekly);
        let later = Calendar { entries: whole.entries[5..].to_vec(), ..whole.clone() };
        let name = |calendar: &Calendar| series(calendar)[0].step.clone().unwrap();
        assert_eq!(name(&whole), name(&later));
    }
}
