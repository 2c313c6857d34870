//! Hours of the day as stretches of time: when, between two moments, a zone's clocks show a time between two others.
//! Owns the arithmetic across changes of the clock; which hours, and what for, is the caller's business.

use jiff::Timestamp;
use jiff::civil::Time;

use super::zone::Zone;

const DAY: i64 = 86_400;

/// Stretches of time in whole seconds since 1970, each with its first second and the one after its last: ascending,
/// not touching.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Windows(Vec<(i64, i64)>);

impl Windows {
    /// When, from `start` to before `end`, the clocks of `zone` show `from` or later and not yet `to`; past midnight
    /// when `to` is the earlier one. A time that clocks skip is never shown, one that comes twice is shown twice.
    pub fn daily(zone: &Zone, (from, to): (Time, Time), start: Timestamp, end: Timestamp) -> Self {
        let (from, mut to) = (second_of_day(from), second_of_day(to));
        if to <= from {
            to += DAY;
        }
        let mut found = Vec::new();
        let (mut at, end) = (start.as_second(), end.as_second());
        while at < end {
            let Ok(now) = Timestamp::from_second(at) else { break };
            let shift = i64::from(zone.tz().to_offset(now).seconds());
            let change = zone.tz().following(now).next().map_or(end, |change| change.timestamp().as_second());
            let stretch_end = change.min(end).max(at + 1);
            // The day before may reach into this one.
            let mut day = (at + shift).div_euclid(DAY) - 1;
            while day * DAY + from - shift < stretch_end {
                let first = (day * DAY + from - shift).max(at);
                let last = (day * DAY + to - shift).min(stretch_end);
                if first < last {
                    found.push((first, last));
                }
                day += 1;
            }
            at = stretch_end;
        }
        Self::merged(found)
    }

    /// Those of all of them.
    pub fn union<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        Self::merged(all.into_iter().flat_map(|windows| windows.0.iter().copied()).collect())
    }

    fn merged(mut all: Vec<(i64, i64)>) -> Self {
        all.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::with_capacity(all.len());
        for (first, end) in all {
            match merged.last_mut() {
                Some(last) if first <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((first, end)),
            }
        }
        Self(merged)
    }

    /// Whether `at` lies in one.
    pub fn contains(&self, at: Timestamp) -> bool {
        let at = at.as_second();
        let next = self.0.partition_point(|(first, _)| *first <= at);
        next.checked_sub(1).and_then(|i| self.0.get(i)).is_some_and(|(_, end)| at < *end)
    }

    /// The first second from `at` on that lies in none.
    pub fn end_of(&self, at: Timestamp) -> Timestamp {
        let second = at.as_second();
        let next = self.0.partition_point(|(first, _)| *first <= second);
        match next.checked_sub(1).and_then(|i| self.0.get(i)) {
            Some((_, end)) if second < *end => Timestamp::from_second(*end).unwrap_or(at),
            _ => at,
        }
    }

    /// How many of `count` moments lie in one: the first at `start`, then one every `gap` seconds (at least 1).
    pub fn hits(&self, start: Timestamp, gap: i64, count: u64) -> u64 {
        let (start, gap) = (start.as_second(), gap.max(1));
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        // The number of moments before `t`.
        let before = |t: i64| (t - start).max(0).saturating_add(gap - 1).div_euclid(gap).min(count);
        let begin = self.0.partition_point(|(_, end)| *end <= start);
        let mut hits = 0;
        for (first, end) in self.0.get(begin..).unwrap_or_default() {
            let until = before(*first);
            if until == count {
                break;
            }
            hits += before(*end) - until;
        }
        u64::try_from(hits).unwrap_or(0)
    }
}

fn second_of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn clock(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn night(zone: &str, start: &str, end: &str) -> Windows {
        let hours = (clock("21:00"), clock("08:00"));
        Windows::daily(&Zone::parse(zone).unwrap(), hours, at(start), at(end))
    }

    #[test]
    fn a_night_passes_midnight() {
        let windows = night("Asia/Jerusalem", "2026-12-01T00:00:00Z", "2026-12-03T00:00:00Z");
        let seconds = |from: &str, to: &str| (at(from).as_second(), at(to).as_second());
        assert_eq!(
            windows.0,
            [
                seconds("2026-12-01T00:00:00Z", "2026-12-01T06:00:00Z"),
                seconds("2026-12-01T19:00:00Z", "2026-12-02T06:00:00Z"),
                seconds("2026-12-02T19:00:00Z", "2026-12-03T00:00:00Z"),
            ]
        );
        assert!(
            windows.contains(at("2026-12-01T19:00:00Z")) && !windows.contains(at("2026-12-01T06:00:00Z"))
        );
        assert_eq!(windows.end_of(at("2026-12-01T22:00:00Z")), at("2026-12-02T06:00:00Z"));
        assert_eq!(windows.end_of(at("2026-12-01T12:00:00Z")), at("2026-12-01T12:00:00Z"));
    }

    /// Every minute round changes of the clock, by looking at the clock.
    #[test]
    fn they_are_what_the_clock_shows() {
        for (zone, start) in [
            ("America/New_York", "2026-03-07T12:00:00Z"),
            ("America/New_York", "2026-10-31T12:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T00:00:00Z"),
            ("America/Havana", "2026-03-07T12:00:00Z"),
            ("Asia/Kathmandu", "2026-06-01T00:00:00Z"),
        ] {
            for (from, to) in [("21:00", "08:00"), ("02:30", "03:15"), ("01:30", "02:00"), ("00:00", "00:30")]
            {
                let zone = Zone::parse(zone).unwrap();
                let start = at(start);
                let end = start + SignedDuration::from_hours(48);
                let windows = Windows::daily(&zone, (clock(from), clock(to)), start, end);
                for minute in 0..48 * 60 {
                    let now = start + SignedDuration::from_mins(minute);
                    let shown = now.to_zoned(zone.tz().clone()).time();
                    let (from, to) = (clock(from), clock(to));
                    let quiet =
                        if from <= to { from <= shown && shown < to } else { from <= shown || shown < to };
                    assert_eq!(windows.contains(now), quiet, "{} {now} {shown}", zone.name());
                }
            }
        }
    }

    #[test]
    fn hits_are_counted_as_one_by_one() {
        let windows = night("Europe/Berlin", "2026-12-01T00:00:00Z", "2026-12-09T00:00:00Z");
        for (start, gap, count) in [
            ("2026-12-01T17:00:00Z", 75, 400),
            ("2026-12-01T19:59:15Z", 75, 1),
            ("2026-12-01T20:00:00Z", 75, 1),
            ("2026-12-02T07:00:00Z", 120, 2_000),
            ("2026-12-02T06:00:00Z", 30, 0),
        ] {
            let start = at(start);
            let moment = |i: i64| start + SignedDuration::from_secs(gap * i);
            let one_by_one = (0..count).filter(|i| windows.contains(moment(*i))).count() as u64;
            assert_eq!(windows.hits(start, gap, count.unsigned_abs()), one_by_one, "{start} {gap} {count}");
        }
    }

    #[test]
    fn together_they_are_one_set() {
        let (a, b) = ("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
        let both = Windows::union([&night("Asia/Tokyo", a, b), &night("America/New_York", a, b)]);
        assert!(both.contains(at("2026-12-01T12:30:00Z")) && both.contains(at("2026-12-01T02:30:00Z")));
        assert!(!both.contains(at("2026-12-01T00:30:00Z")));
        assert_eq!(Windows::union([]), Windows::default());
    }
}
