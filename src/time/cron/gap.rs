//! The shortest time between two firings: in local time found from the sets and not by simulation, and round the
//! clock changes of a zone by looking at the instants.

use jiff::civil::{Date, Time, date};
use jiff::{SignedDuration, Timestamp};

use super::firings::Firings;
use super::rule::Rule;
use crate::time::zone::Zone;

/// Firings closer than this are refused (`api.md`: smallest interval 5 minutes).
pub(crate) const SMALLEST_INTERVAL: i32 = 5;

const DAY: i32 = 24 * 60;

/// The closest two firings in local calendar time when they are less than five minutes apart; of several
/// equally close pairs the first of the day. The second may be on the day after.
pub(crate) fn shortest(rule: &Rule) -> Option<(Time, Time)> {
    let first = i32::from(rule.minutes.first()?);
    let last = i32::from(rule.minutes.last()?);
    let first_hour = i32::from(rule.hours.first()?);
    let last_hour = i32::from(rule.hours.last()?);

    let values: Vec<i32> = rule.minutes.iter().map(i32::from).collect();
    let within = values.windows(2).map(|pair| (first_hour * 60 + pair[0], first_hour * 60 + pair[1]));
    let next_hour = rule.hours.iter().find(|hour| rule.hours.contains(hour + 1)).map(i32::from);
    let across = next_hour.map(|hour| (hour * 60 + last, (hour + 1) * 60 + first));
    let midnight = (last_hour * 60 + last, DAY + first_hour * 60 + first);
    let near_midnight = midnight.1 - midnight.0 < SMALLEST_INTERVAL && on_consecutive_days(rule);

    within
        .chain(across)
        .chain(near_midnight.then_some(midnight))
        .min_by_key(|(from, to)| (to - from, *from))
        .filter(|(from, to)| to - from < SMALLEST_INTERVAL)
        .and_then(|(from, to)| Some((at_minute(from)?, at_minute(to)?)))
}

/// The first two firings less than five minutes apart because clocks are changed between them, in the two years after
/// `from`. Apart from that, instants are as far from each other as local times are.
pub(crate) fn at_changes(rule: &Rule, zone: &Zone, from: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let smallest = SignedDuration::from_mins(i64::from(SMALLEST_INTERVAL));
    let until = from.saturating_add(SignedDuration::from_hours(2 * 366 * 24)).unwrap_or(Timestamp::MAX);
    let changes = zone.tz().following(from).map(|change| change.timestamp());
    changes.take_while(|change| *change <= until).find_map(|change| {
        let (start, end) = (change.checked_sub(smallest).ok()?, change.checked_add(smallest).ok()?);
        let mut before = None;
        Firings::new(*rule, zone, start, end).find_map(|at| {
            let first = before.replace(at)?;
            (at.duration_since(first) < smallest).then_some((first, at))
        })
    })
}

/// The first two firings at one local time, which comes twice because clocks are set back, in the year after `from`.
/// What fires as often all day long is meant to fire in each hour, and is none.
pub(crate) fn repeated(rule: &Rule, zone: &Zone, from: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let until = from.saturating_add(SignedDuration::from_hours(366 * 24)).unwrap_or(Timestamp::MAX);
    let around = SignedDuration::from_hours(4);
    let local = |at: Timestamp| at.to_zoned(zone.tz().clone()).datetime();
    let changes = zone.tz().following(from).map(|change| change.timestamp());
    changes.take_while(|change| *change <= until).find_map(|change| {
        let (start, end) = (change.checked_sub(around).ok()?, change.checked_add(around).ok()?);
        let fired: Vec<Timestamp> = Firings::new(*rule, zone, start, end).collect();
        let mut before = None;
        fired.iter().enumerate().find_map(|(n, first)| {
            let since = before.replace(*first).map(|before: Timestamp| first.duration_since(before));
            let second = fired.iter().skip(n + 1).find(|at| local(**at) == local(*first))?;
            let apart = second.duration_since(*first);
            since.is_none_or(|since| since > apart).then_some((*first, *second))
        })
    })
}

fn at_minute(minute: i32) -> Option<Time> {
    let minute = minute.rem_euclid(DAY);
    Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()
}

/// Whether some day that fires is followed by another; looks at 28 years, after which weekdays repeat.
fn on_consecutive_days(rule: &Rule) -> bool {
    let mut day: Date = date(2000, 1, 1);
    let mut before = false;
    while day.year() <= 2028 {
        let fires = rule.matches_day(day);
        if fires && before {
            return true;
        }
        before = fires;
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => return false,
        }
    }
    false
}
