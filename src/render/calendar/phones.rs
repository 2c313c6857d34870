//! What the clocks on the recipients' phones show, in words. The same for text, HTML and iCalendar: counts and places,
//! never a number.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::days::{Row, clock};
use super::own_time;
use crate::plan::{Calendar, Entry, Occasion, RecipientPlace, RecipientTime, people};
use crate::render::figures::{count, plural, wide};
use crate::time::Zone;

/// Times that are told one by one; what is beyond is told together.
const TOLD: usize = 3;
/// Places that are named for one time.
const NAMED: usize = 2;
/// Cities that the map of numbers has by an old name, or by one that is no name.
const NOW_CALLED: [(&str, &str); 10] = [
    ("Asmera", "Asmara"),
    ("Calcutta", "Kolkata"),
    ("Center", "North Dakota"),
    ("Enderbury", "Kanton"),
    ("Faeroe", "the Faroe Islands"),
    ("Godthab", "Nuuk"),
    ("Katmandu", "Kathmandu"),
    ("Ponape", "Pohnpei"),
    ("Rangoon", "Yangon"),
    ("Truk", "Chuuk"),
];

/// Said once below a calendar in which it matters.
pub(in crate::render) const ASSUMED: &str =
    "Numbers that tell no place count as being in the time zone of their schedule or send.";

/// `on their phones: 09:00 for 120 people in New York, 15:00 for 3 in Berlin`. `None` where all phones show a time
/// that the line shows already.
pub(in crate::render) fn on_their_phones(calendar: &Calendar, row: &Row<'_>, zone: &Zone) -> Option<String> {
    let entry = row.first;
    let shown = zone.tz().to_offset(entry.at);
    let own = Zone::parse(&entry.timezone).ok().filter(|_| own_time(entry, zone).is_some());
    let own = own.map(|own| own.tz().to_offset(entry.at));
    let words = other_times(calendar, entry, shown, own)?;
    Some(match (entry.occasion, row.all.len()) {
        (Occasion::NextApply, _) => {
            format!("if sent at {}, on their phones: {words}", clock(entry.at, zone))
        }
        (_, 1) => format!("on their phones: {words}"),
        _ => format!("the first on their phones: {words}"),
    })
}

/// `09:00 for 120 people in New York, 15:00 for 3 in Berlin`: who does not see the time that is `shown`. `None` where
/// all see that, or `own`, which is shown beside it.
pub(super) fn other_times(
    calendar: &Calendar,
    entry: &Entry,
    shown: Offset,
    own: Option<Offset>,
) -> Option<String> {
    let mut times = calendar.recipient_times(entry);
    let is = |time: &RecipientTime, offset: Offset| time.is_told() && time.earliest == offset;
    if times.iter().all(|time| is(time, shown) || own.is_some_and(|own| is(time, own))) {
        return None;
    }
    times.retain(|time| !is(time, shown));
    let told = if times.len() == TOLD + 1 { TOLD + 1 } else { TOLD.min(times.len()) };
    let (first, rest) = times.split_at(told);
    let mut words: Vec<String> = first
        .iter()
        .enumerate()
        .map(|(i, time)| {
            let who = if i == 0 { people(time.people) } else { count(time.people) };
            format!("{} for {who} {}", hours(entry.at, shown, time.earliest, time.latest), whereabouts(time))
        })
        .collect();
    let earliest = rest.iter().map(|time| time.earliest).min();
    let latest = rest.iter().map(|time| time.latest).max();
    if let (Some(earliest), Some(latest)) = (earliest, latest) {
        let who = count(rest.iter().map(|time| time.people).sum());
        let places =
            plural(wide(rest.iter().map(|time| time.places.len()).sum()), "more place", "more places");
        words.push(format!("and {} for {who} in {places}", hours(entry.at, shown, earliest, latest)));
    }
    Some(words.join(", "))
}

/// `inside their quiet hours (21:00 to 08:00): 3 of 12 people`; `None` where nobody is.
pub(in crate::render) fn inside_quiet_hours(calendar: &Calendar, row: &Row<'_>) -> Option<String> {
    let hours = calendar.quiet_hours_words()?;
    let inside: Vec<u64> =
        row.all.iter().filter_map(|entry| calendar.in_quiet_hours(entry)).filter(|n| *n > 0).collect();
    let most = *inside.iter().max()?;
    let all = people(row.first.recipients);
    let who = match row.first.recipients {
        1 => all,
        everyone if everyone == most => format!("all {all}"),
        _ => format!("{} of {all}", count(most)),
    };
    Some(match row.all.len() {
        1 => format!("inside their quiet hours ({hours}): {who}"),
        times => {
            let up_to = if inside.iter().all(|n| *n == most) { "" } else { "up to " };
            let often = if inside.len() == times {
                "each time".to_owned()
            } else {
                format!("{} of the {} times", count(wide(inside.len())), count(wide(times)))
            };
            format!("inside their quiet hours ({hours}): {up_to}{who}, {often}")
        }
    })
}

/// Whether some of an entry's people have their time by assumption.
pub(in crate::render) fn is_assumed(calendar: &Calendar, entry: &Entry) -> bool {
    calendar.recipient_times(entry).iter().any(|time| time.assumed > 0)
}

/// `09:00`, `Tue 01:00` where it is not the day of the `shown` clock, `06:00 to 09:30`.
fn hours(at: Timestamp, shown: Offset, earliest: Offset, latest: Offset) -> String {
    let day = shown.to_datetime(at).date();
    let clock = |offset: Offset| {
        let local = offset.to_datetime(at);
        local.strftime(if local.date() == day { "%H:%M" } else { "%a %H:%M" }).to_string()
    };
    if earliest == latest { clock(earliest) } else { format!("{} to {}", clock(earliest), clock(latest)) }
}

/// `in New York`, `in Berlin, Paris and elsewhere`, `somewhere from Perth to Sydney`.
fn whereabouts(time: &RecipientTime) -> String {
    let RecipientTime { earliest: _, latest: _, people: _, assumed: _, zones: _, places } = time;
    let Some(RecipientPlace { earliest, latest }) = places.first() else {
        return if time.people == 1 { "whose number tells no place" } else { "whose numbers tell no place" }
            .to_owned();
    };
    if !time.is_told() {
        return format!("somewhere from {} to {}", city(earliest), city(latest));
    }
    let names: Vec<String> = places.iter().take(NAMED).map(|place| city(place.earliest)).collect();
    let elsewhere = places.len() > NAMED || time.assumed > 0;
    match names.as_slice() {
        [one, other] if !elsewhere => format!("in {one} and {other}"),
        _ if elsewhere => format!("in {} and elsewhere", names.join(", ")),
        _ => format!("in {}", names.join(", ")),
    }
}

/// `New York` for `America/New_York`.
fn city(zone: &str) -> String {
    let last = zone.rsplit('/').next().unwrap_or(zone);
    let known = NOW_CALLED.iter().find(|(old, _)| *old == last);
    known.map_or_else(|| last.replace('_', " "), |(_, now)| (*now).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_the_map_has_a_name_that_people_use() {
        for line in include_str!("../../model/regions.tsv").lines().filter(|line| !line.starts_with('#')) {
            for zone in line.split('\t').next().unwrap().split(' ').filter(|zone| !zone.is_empty()) {
                let name = city(zone);
                assert!(!name.is_empty() && !name.contains(['_', '/']), "{zone}: {name}");
            }
        }
        for (old, now) in NOW_CALLED {
            assert_eq!(city(&format!("Area/{old}")), now);
            assert!(include_str!("../../model/regions.tsv").contains(&format!("/{old}")), "{old}");
        }
        assert_eq!(city("America/North_Dakota/Center"), "North Dakota");
        assert_eq!(city("UTC"), "UTC");
    }
}
