//! What time it is for the recipients, by their numbers: the clocks of each group's members at any moment of a
//! calendar.
//!
//! Owns the counting by clock; the words are `render`'s. Members are counted once for each group, and the offsets of
//! each zone are looked up once, so that an entry costs a walk over the places of its group, whatever its size. Whose
//! number belongs to no place has the zone of the schedule or send, as in [`super::quiet`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::model::{PhoneSet, QuietHours, Region};
use crate::time::Zone;

/// The zones that most people mean where several have the same clock, as Guernsey and London have.
const WELL_KNOWN: [&str; 19] = [
    "America/New_York",
    "America/Los_Angeles",
    "America/Chicago",
    "America/Denver",
    "America/Mexico_City",
    "America/Sao_Paulo",
    "America/Toronto",
    "Asia/Almaty",
    "Asia/Jakarta",
    "Asia/Ulaanbaatar",
    "Australia/Sydney",
    "Europe/Helsinki",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Moscow",
    "Europe/Oslo",
    "Europe/Rome",
    "Indian/Reunion",
    "Pacific/Auckland",
];

/// Recipients for whom it is the same time, or whose numbers leave the same choice of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientTime {
    /// The clock that is least far, as an offset from UTC.
    pub earliest: Offset,
    /// The clock that is farthest; the same one where the numbers tell the time.
    pub latest: Offset,
    /// How many people; at least 1.
    pub people: u64,
    /// Of these, those whose numbers tell no place: they count as having the zone of the schedule or send.
    pub assumed: u64,
    /// The IANA names of all zones in which they may be, those with most people first; at least one.
    pub zones: Vec<&'static str>,
    /// The same places as a person would name them, those with most people first: without those `assumed`, and so
    /// perhaps none.
    pub places: Vec<RecipientPlace>,
}

impl RecipientTime {
    /// Whether their numbers tell the time.
    pub fn is_told(&self) -> bool {
        self.earliest == self.latest
    }
}

/// Where people are: the zone of the earliest clock and that of the latest, which are mostly the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecipientPlace {
    /// An IANA name.
    pub earliest: &'static str,
    /// An IANA name.
    pub latest: &'static str,
}

/// The clocks of some groups from one moment to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clocks {
    dials: Vec<Dial>,
    by_name: BTreeMap<String, usize>,
    groups: BTreeMap<String, Vec<Place>>,
}

/// The offsets of a zone, each from a moment on; the first from the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dial {
    name: &'static str,
    /// Less for the better known.
    rank: usize,
    offsets: Vec<(Timestamp, Offset)>,
}

/// People who have the same zones; none where their numbers belong to no place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    dials: Vec<usize>,
    people: u64,
}

impl Clocks {
    /// Those of `groups`, whose schedules and sends are meant in `timezones`, from `from` up to `until`.
    pub fn of<'a>(
        groups: impl IntoIterator<Item = (&'a str, &'a PhoneSet)>,
        timezones: impl IntoIterator<Item = &'a str>,
        from: Timestamp,
        until: Timestamp,
    ) -> Self {
        let mut clocks = Self::default();
        for name in timezones {
            clocks.dial(name, from, until);
        }
        clocks.dial("UTC", from, until);
        for (key, members) in groups {
            let places = Region::tally(members)
                .into_iter()
                .map(|(region, people)| {
                    let names = region.map_or(&[][..], Region::zones);
                    let dials = names.iter().filter_map(|name| clocks.dial(name, from, until)).collect();
                    Place { dials, people }
                })
                .collect();
            clocks.groups.insert(key.to_owned(), places);
        }
        clocks
    }

    /// The dial of a zone, made where it is not there yet.
    fn dial(&mut self, name: &str, from: Timestamp, until: Timestamp) -> Option<usize> {
        if let Some(index) = self.by_name.get(name) {
            return Some(*index);
        }
        let zone = Zone::parse(name).ok()?;
        self.dials.push(Dial::new(&zone, from, until));
        let index = self.dials.len() - 1;
        self.by_name.insert(name.to_owned(), index);
        Some(index)
    }

    /// What time it is for the members of a group at `at`: who has the same in one, those of most people first. The
    /// numbers that tell no place have `timezone`.
    pub(super) fn at(&self, group: &str, timezone: &str, at: Timestamp) -> Vec<RecipientTime> {
        let fallback = self.fallback(timezone);
        let mut found: BTreeMap<(Offset, Offset), Together> = BTreeMap::new();
        for place in self.groups.get(group).into_iter().flatten() {
            let (mut low, mut high) = (None, None);
            for (index, dial) in self.dials(place, fallback) {
                let (offset, rank) = (dial.at(at), dial.rank);
                low = low.into_iter().chain([(offset, rank, index)]).min();
                high = high.into_iter().chain([(Reverse(offset), rank, index)]).min();
            }
            let (Some((earliest, _, first)), Some((Reverse(latest), _, last))) = (low, high) else {
                continue;
            };
            let together = found.entry((earliest, latest)).or_default();
            for (index, _) in self.dials(place, fallback) {
                *together.zones.entry(index).or_insert(0) += place.people;
            }
            together.people += place.people;
            if place.dials.is_empty() {
                together.assumed += place.people;
            } else {
                *together.places.entry((first, last)).or_insert(0) += place.people;
            }
        }
        let mut times: Vec<RecipientTime> =
            found.into_iter().map(|((earliest, latest), who)| self.time(earliest, latest, who)).collect();
        times.sort_by_key(|time| (Reverse(time.people), !time.is_told(), time.earliest, time.latest));
        times
    }

    fn time(&self, earliest: Offset, latest: Offset, who: Together) -> RecipientTime {
        let Together { people, assumed, zones, places } = who;
        let place = |(first, last)| RecipientPlace { earliest: self.name(first), latest: self.name(last) };
        RecipientTime {
            earliest,
            latest,
            people,
            assumed,
            zones: by_people(zones.into_iter().map(|(index, people)| (self.name(index), people))),
            places: by_people(places.into_iter().map(|(ends, people)| (place(ends), people))),
        }
    }

    /// How many members of a group are inside `rule` at `at`: the number that the plan warns of.
    pub(super) fn inside(&self, rule: QuietHours, group: &str, timezone: &str, at: Timestamp) -> u64 {
        let fallback = self.fallback(timezone);
        let mut known: BTreeMap<Offset, bool> = BTreeMap::new();
        let mut is_quiet = |offset: Offset| {
            *known.entry(offset).or_insert_with(|| rule.contains(offset.to_datetime(at).time()))
        };
        let places = self.groups.get(group).into_iter().flatten();
        let inside =
            places.filter(|place| self.dials(place, fallback).any(|(_, dial)| is_quiet(dial.at(at))));
        inside.map(|place| place.people).sum()
    }

    /// The zone of those whose numbers belong to no place.
    fn fallback(&self, timezone: &str) -> Option<usize> {
        self.by_name.get(timezone).or_else(|| self.by_name.get("UTC")).copied()
    }

    /// The zones in which the people of a place may be.
    fn dials<'a>(
        &'a self,
        place: &'a Place,
        fallback: Option<usize>,
    ) -> impl Iterator<Item = (usize, &'a Dial)> + 'a {
        let assumed = fallback.filter(|_| place.dials.is_empty());
        place.dials.iter().copied().chain(assumed).filter_map(|i| Some((i, self.dials.get(i)?)))
    }

    fn name(&self, index: usize) -> &'static str {
        self.dials.get(index).map_or("UTC", |dial| dial.name)
    }
}

/// People of one clock; zones are places in [`Clocks::dials`].
#[derive(Default)]
struct Together {
    people: u64,
    assumed: u64,
    zones: BTreeMap<usize, u64>,
    places: BTreeMap<(usize, usize), u64>,
}

impl Dial {
    fn new(zone: &Zone, from: Timestamp, until: Timestamp) -> Self {
        let changes = zone.tz().following(from).take_while(|change| change.timestamp() < until);
        let first = (Timestamp::MIN, zone.tz().to_offset(from));
        let offsets = std::iter::once(first)
            .chain(changes.map(|change| (change.timestamp(), change.offset())))
            .collect();
        let name = zone.name();
        let rank = WELL_KNOWN.iter().position(|known| *known == name).unwrap_or(WELL_KNOWN.len());
        Self { name, rank, offsets }
    }

    fn at(&self, at: Timestamp) -> Offset {
        let next = self.offsets.partition_point(|(from, _)| *from <= at);
        next.checked_sub(1).and_then(|i| self.offsets.get(i)).map_or(Offset::UTC, |(_, offset)| *offset)
    }
}

/// Those of most people first; else by name.
fn by_people<K: Copy + Ord>(counts: impl Iterator<Item = (K, u64)>) -> Vec<K> {
    let mut all: Vec<(K, u64)> = counts.collect();
    all.sort_unstable_by_key(|(key, people)| (Reverse(*people), *key));
    all.into_iter().map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Phone;
    use crate::plan::quiet::QuietAudience;
    use jiff::SignedDuration;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn phones(texts: &[&str]) -> PhoneSet {
        texts.iter().map(|text| Phone::parse(text).unwrap()).collect()
    }

    fn clocks(members: &PhoneSet) -> Clocks {
        let year = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        Clocks::of([("all", members)], ["Asia/Jerusalem", "America/New_York"], year.0, year.1)
    }

    /// `09:00 2: New York`, `06:00-09:30 1: Perth to Sydney`, a line for each; `?` where it is assumed.
    fn told(clocks: &Clocks, timezone: &str, moment: &str) -> Vec<String> {
        let moment = at(moment);
        let clock = |offset: Offset| offset.to_datetime(moment).strftime("%a %H:%M").to_string();
        let line = |time: RecipientTime| {
            let places: Vec<String> = time
                .places
                .iter()
                .map(|place| {
                    if place.earliest == place.latest {
                        place.earliest.to_owned()
                    } else {
                        format!("{} to {}", place.earliest, place.latest)
                    }
                })
                .collect();
            let until = if time.is_told() { String::new() } else { format!(" to {}", clock(time.latest)) };
            let assumed = if time.assumed > 0 { format!(" ({}?)", time.assumed) } else { String::new() };
            format!("{}{until}: {}{assumed} {}", clock(time.earliest), time.people, places.join(", "))
        };
        clocks.at("all", timezone, moment).into_iter().map(|time| line(time).trim_end().to_owned()).collect()
    }

    #[test]
    fn who_has_the_same_time_is_counted_together() {
        let members = phones(&[
            "+12125550123",
            "+13055550123",
            "+16135550140",
            "+4930123456",
            "+33123456789",
            "+33123456780",
            "+972501234567",
        ]);
        let clocks = clocks(&members);
        assert_eq!(
            told(&clocks, "UTC", "2026-12-01T05:30:00Z"),
            [
                "Tue 00:30: 3 America/New_York, America/Toronto",
                "Tue 06:30: 3 Europe/Paris, Europe/Berlin",
                "Tue 07:30: 1 Asia/Jerusalem"
            ]
        );
        assert_eq!(
            told(&clocks, "UTC", "2026-12-01T04:30:00Z")[0],
            "Mon 23:30: 3 America/New_York, America/Toronto"
        );
        assert_eq!(clocks.at("nobody", "UTC", at("2026-12-01T05:30:00Z")), []);
    }

    #[test]
    fn a_number_that_does_not_tell_has_a_range() {
        let australian = clocks(&phones(&["+61412345678"]));
        // Cocos has UTC+6:30, Sydney and Lord Howe UTC+11 in summer; in winter Lord Howe is ahead.
        assert_eq!(
            told(&australian, "UTC", "2026-12-01T00:00:00Z"),
            ["Tue 06:30 to Tue 11:00: 1 Indian/Cocos to Australia/Sydney"]
        );
        assert_eq!(
            told(&australian, "UTC", "2026-06-01T00:00:00Z"),
            ["Mon 06:30 to Mon 10:30: 1 Indian/Cocos to Australia/Lord_Howe"]
        );
        // Several zones with one clock are no range, and the one that is meant is named.
        let british = clocks(&phones(&["+447700900123"]));
        assert_eq!(told(&british, "UTC", "2026-06-01T00:00:00Z"), ["Mon 01:00: 1 Europe/London"]);
        let zones = &british.at("all", "UTC", at("2026-06-01T00:00:00Z"))[0].zones;
        assert_eq!(zones.len(), 4, "{zones:?}");
    }

    #[test]
    fn a_number_of_no_place_has_the_campaigns_zone() {
        let clocks = clocks(&phones(&["+15550123456", "+972501234567"]));
        let moment = "2026-12-01T07:00:00Z";
        assert_eq!(told(&clocks, "Asia/Jerusalem", moment), ["Tue 09:00: 2 (1?) Asia/Jerusalem"]);
        assert_eq!(
            told(&clocks, "America/New_York", moment),
            ["Tue 02:00: 1 (1?)", "Tue 09:00: 1 Asia/Jerusalem"]
        );
        assert_eq!(told(&clocks, "no zone", moment)[0], "Tue 07:00: 1 (1?)");
    }

    /// When it is 09:00 in New York: the United States change on 8 March and 1 November 2026, Europe on 29 March and
    /// 25 October, Israel on 27 March and 25 October, Chile on 5 April and 6 September, India never.
    #[test]
    fn in_the_weeks_between_the_changes_of_the_clock_the_distance_is_another() {
        let members = [
            ("+4930123456", "Berlin"),
            ("+972501234567", "Jerusalem"),
            ("+56221234567", "Santiago"),
            ("+919812345678", "Calcutta"),
        ];
        for (moment, expected) in [
            ("2026-03-07T14:00:00Z", ["15:00", "16:00", "11:00", "19:30"]),
            ("2026-03-08T13:00:00Z", ["14:00", "15:00", "10:00", "18:30"]),
            ("2026-03-26T13:00:00Z", ["14:00", "15:00", "10:00", "18:30"]),
            ("2026-03-27T13:00:00Z", ["14:00", "16:00", "10:00", "18:30"]),
            ("2026-03-29T13:00:00Z", ["15:00", "16:00", "10:00", "18:30"]),
            ("2026-04-05T13:00:00Z", ["15:00", "16:00", "09:00", "18:30"]),
            ("2026-09-06T13:00:00Z", ["15:00", "16:00", "10:00", "18:30"]),
            ("2026-10-24T13:00:00Z", ["15:00", "16:00", "10:00", "18:30"]),
            ("2026-10-25T13:00:00Z", ["14:00", "15:00", "10:00", "18:30"]),
            ("2026-11-01T14:00:00Z", ["15:00", "16:00", "11:00", "19:30"]),
        ] {
            for ((phone, place), clock) in members.iter().zip(expected) {
                let told = told(&clocks(&phones(&[phone])), "UTC", moment);
                assert!(
                    told[0].contains(&format!(" {clock}: 1")) && told[0].ends_with(place),
                    "{moment} {told:?}"
                );
            }
        }
    }

    #[test]
    fn quiet_hours_are_counted_as_the_plan_counts_them() {
        let members = phones(&[
            "+12125550123",
            "+4930123456",
            "+972501234567",
            "+919812345678",
            "+61412345678",
            "+15550123456",
            "+18005550123",
        ]);
        let clocks = clocks(&members);
        for (from, to) in [((21, 0), (8, 0)), ((12, 30), (14, 0))] {
            let time = |(hour, minute)| jiff::civil::time(hour, minute, 0, 0);
            let rule = QuietHours { from: time(from), to: time(to) };
            let (start, end) = (at("2026-10-20T00:00:00Z"), at("2026-11-05T00:00:00Z"));
            let plan = QuietAudience::new(&rule, &members, "America/New_York", start, end);
            let mut seen = std::collections::BTreeSet::new();
            for step in 0..(16 * 24 * 4) {
                let moment = start + SignedDuration::from_mins(15 * step);
                let inside = clocks.inside(rule, "all", "America/New_York", moment);
                assert_eq!(inside, plan.inside_at(moment), "{moment}");
                seen.insert(inside);
            }
            assert!(seen.len() > 3, "{seen:?}");
        }
    }

    #[test]
    fn a_dial_shows_what_the_zone_shows() {
        let (from, until) = (at("2026-01-01T00:00:00Z"), at("2031-01-01T00:00:00Z"));
        for name in ["Europe/Berlin", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kolkata"] {
            let zone = Zone::parse(name).unwrap();
            let dial = Dial::new(&zone, from, until);
            assert!(dial.offsets.len() <= 12, "{name}");
            for hour in 0..(5 * 365 * 24) {
                let moment = from + SignedDuration::from_hours(hour);
                assert_eq!(dial.at(moment), zone.tz().to_offset(moment), "{name} {moment}");
            }
        }
    }

    #[test]
    fn every_well_known_zone_is_one_of_the_maps() {
        let table = include_str!("../model/regions.tsv");
        for name in WELL_KNOWN {
            assert!(table.contains(name) && Zone::parse(name).is_ok(), "{name}");
        }
    }
}
