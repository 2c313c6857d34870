//! How many messages each person gets: `max_per_recipient`, and how audiences overlap (`product.md`, *Plan*,
//! *Forecast*). Owns the counting; what is done about it is `policy`'s.
//!
//! Days are calendar days in the zone of whatever goes out, so that a weekly message is once in any seven days,
//! whatever clocks do. A message counts on the day on which its send or firing starts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::combinations::{Combinations, GroupIndex};
use super::forecast::OverlapForecast;
use super::outgoing::Outgoing;
use crate::model::MaxPerRecipient;
use crate::time::Zone;

const DAY: i64 = 86_400;

/// Messages by day, of one item or one group.
#[derive(Clone, Default)]
struct Days {
    /// All.
    all: Vec<u64>,
    /// Of these, those that are still to come.
    coming: Vec<u64>,
}

/// Who gets more than the limit, and by what.
pub(super) struct Load {
    /// People over it, in some window with a message that is still to come.
    pub over: u64,
    /// The most messages for one person in one window; 0 where nobody is over.
    pub worst: u64,
    /// What these come from: positions in [`Outgoing::items`].
    pub worst_from: Vec<usize>,
    /// First and last second of that window.
    pub worst_window: Option<(Timestamp, Timestamp)>,
    /// For each item, how many people are over the limit in a window that has a message of it to come.
    pub by_item: Vec<u64>,
    /// The groups of those who are over it.
    over_in: BTreeSet<Vec<GroupIndex>>,
}

impl Load {
    /// Counts every person's messages in every `limit.days` days.
    pub(super) fn of(
        limit: MaxPerRecipient,
        now: Timestamp,
        outgoing: &Outgoing<'_>,
        people: &Combinations<'_>,
        ahead_days: u32,
    ) -> Self {
        let base = now.as_second().div_euclid(DAY) - i64::from(limit.days) - 1;
        let length = usize::try_from(limit.days + ahead_days + 4).unwrap_or(0);
        let window = usize::try_from(limit.days).unwrap_or(1).max(1);
        let items: Vec<Days> = outgoing
            .items
            .iter()
            .map(|item| {
                let mut days = Days { all: vec![0; length], coming: vec![0; length] };
                let zone = Zone::parse(&item.timezone).unwrap_or_else(|_| Zone::utc());
                for at in &item.at {
                    let local = at.as_second() + i64::from(zone.tz().to_offset(*at).seconds());
                    let Ok(day) = usize::try_from(local.div_euclid(DAY) - base) else { continue };
                    if day < length {
                        days.all[day] += 1;
                        days.coming[day] += u64::from(!item.past);
                    }
                }
                days
            })
            .collect();
        let mut of_group: BTreeMap<GroupIndex, (Days, Vec<usize>)> = BTreeMap::new();
        for (position, item) in outgoing.items.iter().enumerate() {
            let Some(group) = people.index(&item.group) else { continue };
            let (days, positions) = of_group
                .entry(group)
                .or_insert_with(|| (Days { all: vec![0; length], coming: vec![0; length] }, Vec::new()));
            days.add(&items[position]);
            positions.push(position);
        }
        let mut load = Self {
            over: 0,
            worst: 0,
            worst_from: Vec::new(),
            worst_window: None,
            by_item: vec![0; outgoing.items.len()],
            over_in: BTreeSet::new(),
        };
        for (groups, count) in &people.people {
            let mut days = Days { all: vec![0; length], coming: vec![0; length] };
            for (of_group, _) in groups.iter().filter_map(|group| of_group.get(group)) {
                days.add(of_group);
            }
            let windows = days.over(limit.messages, window);
            let Some((first, most)) =
                windows.iter().copied().max_by_key(|(first, n)| (*n, std::cmp::Reverse(*first)))
            else {
                continue;
            };
            load.over += count;
            load.over_in.insert(groups.clone());
            let concerned =
                groups.iter().filter_map(|group| of_group.get(group)).flat_map(|(_, items)| items);
            let concerned: Vec<usize> = concerned.copied().collect();
            let covered = covered(&windows, window, length);
            for position in &concerned {
                let comes =
                    items[*position].coming.iter().zip(&covered).any(|(n, covered)| *n > 0 && *covered);
                load.by_item[*position] += if comes { *count } else { 0 };
            }
            if most > load.worst {
                load.worst = most;
                let of_window = |days: &Days| days.all.iter().skip(first).take(window).any(|n| *n > 0);
                load.worst_from = concerned.into_iter().filter(|i| of_window(&items[*i])).collect();
                let start = (base + i64::try_from(first).unwrap_or(0)) * DAY;
                let end = start + i64::from(limit.days) * DAY - 1;
                load.worst_window = Timestamp::from_second(start).ok().zip(Timestamp::from_second(end).ok());
            }
        }
        load
    }

    /// Whether those in just these groups are over the limit.
    pub(super) fn is_over(&self, groups: &[GroupIndex]) -> bool {
        self.over_in.contains(groups)
    }
}

impl Days {
    fn add(&mut self, other: &Self) {
        for (sum, n) in self.all.iter_mut().zip(&other.all) {
            *sum += n;
        }
        for (sum, n) in self.coming.iter_mut().zip(&other.coming) {
            *sum += n;
        }
    }

    /// The first day and the number of messages of each window with more than `limit` of which one is to come.
    fn over(&self, limit: u64, window: usize) -> Vec<(usize, u64)> {
        let mut found = Vec::new();
        let (mut all, mut coming) = (0_u64, 0_u64);
        for day in 0..self.all.len() {
            all += self.all[day];
            coming += self.coming[day];
            if day >= window {
                all -= self.all[day - window];
                coming -= self.coming[day - window];
            }
            if day + 1 >= window && all > limit && coming > 0 {
                found.push((day + 1 - window, all));
            }
        }
        found
    }
}

/// The days that lie in one of these windows.
fn covered(windows: &[(usize, u64)], window: usize, length: usize) -> Vec<bool> {
    let mut covered = vec![false; length];
    for (first, _) in windows {
        let end = (first + window).min(length);
        if let Some(days) = covered.get_mut((*first).min(end)..end) {
            days.fill(true);
        }
    }
    covered
}

/// How many people are in more than one of what is still to go out. `None` where nothing is.
pub(super) fn overlap(outgoing: &Outgoing<'_>, people: &Combinations<'_>) -> Option<OverlapForecast> {
    let mut coming: BTreeMap<GroupIndex, u64> = BTreeMap::new();
    for item in outgoing.items.iter().filter(|item| !item.past) {
        *coming.entry(people.index(&item.group)?).or_insert(0) += 1;
    }
    let mut overlap = OverlapForecast::default();
    for (groups, count) in &people.people {
        let gets: u64 = groups.iter().filter_map(|group| coming.get(group)).sum();
        overlap.people += if gets > 0 { *count } else { 0 };
        overlap.several += if gets > 1 { *count } else { 0 };
        overlap.most = overlap.most.max(gets);
    }
    (!coming.is_empty()).then_some(overlap)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::outgoing::Item;
    use super::*;
    use crate::model::{Address, Phone, PhoneSet};
    use jiff::SignedDuration;

    fn set(numbers: std::ops::Range<u64>) -> PhoneSet {
        numbers.map(|n| Phone::from_u64(15_550_000_000 + n).unwrap()).collect()
    }

    fn now() -> Timestamp {
        "2026-12-01T09:00:00Z".parse().unwrap()
    }

    /// On these days from now.
    fn item(name: &str, group: &str, days: &[i64]) -> Item {
        let at = |day: &i64| now() + SignedDuration::from_hours(24 * day);
        Item {
            address: Address::schedule(name),
            group: group.to_owned(),
            timezone: "Asia/Jerusalem".to_owned(),
            at: days.iter().map(at).collect(),
            later: days.is_empty(),
            past: !days.is_empty() && days.iter().all(|day| *day < 0),
            change: None,
        }
    }

    fn load(items: Vec<Item>, limit: (u64, u32)) -> (Load, OverlapForecast) {
        let audiences = BTreeMap::from([
            ("a", Cow::Owned(set(0..10))),
            ("b", Cow::Owned(set(8..20))),
            ("c", Cow::Owned(set(100..101))),
        ]);
        let outgoing = Outgoing { items, audiences };
        let people = Combinations::of(&outgoing);
        let limit = MaxPerRecipient { messages: limit.0, days: limit.1 };
        (Load::of(limit, now(), &outgoing, &people, 28), overlap(&outgoing, &people).unwrap_or_default())
    }

    #[test]
    fn groups_are_counted_together_for_each_person() {
        let items = vec![item("one", "a", &[1, 8]), item("two", "b", &[2]), item("three", "c", &[5])];
        let (two, overlap) = load(items, (1, 7));
        assert_eq!((two.over, two.worst), (2, 2), "those in a and b, on the first and second day");
        assert_eq!(two.worst_from, [0, 1]);
        assert_eq!(two.by_item, [2, 2, 0]);
        assert_eq!((overlap.people, overlap.several, overlap.most), (21, 2, 2));
    }

    #[test]
    fn an_overlap_is_of_all_that_goes_out_and_not_of_the_next_weeks_only() {
        let (load, overlap) = load(vec![item("one", "a", &[1]), item("in-two-months", "a", &[])], (1, 7));
        assert_eq!((overlap.several, overlap.most), (10, 2));
        assert_eq!(load.over, 0);
    }

    #[test]
    fn a_window_is_calendar_days() {
        // Days 1 and 8 are seven apart: not in any seven days, but in any eight.
        let weekly = || vec![item("weekly", "a", &[1, 8, 15])];
        assert_eq!(load(weekly(), (1, 7)).0.over, 0);
        let (eight, _) = load(weekly(), (1, 8));
        assert_eq!((eight.over, eight.worst), (10, 2));
        let (first, last) = eight.worst_window.unwrap();
        assert_eq!(first.to_string(), "2026-12-02T00:00:00Z");
        assert_eq!(last.to_string(), "2026-12-09T23:59:59Z");
    }

    #[test]
    fn what_is_over_counts_only_together_with_what_comes() {
        let past = || item("past", "a", &[-3, -2, -1]);
        assert_eq!(load(vec![past()], (2, 7)).0.over, 0, "nothing can be done about it");
        let (load, overlap) = load(vec![past(), item("new", "a", &[0])], (3, 7));
        assert_eq!((load.over, load.worst), (10, 4));
        assert_eq!(load.by_item, [0, 10]);
        assert!(load.is_over(&[0]) && !load.is_over(&[1]));
        assert_eq!(overlap.several, 0, "the past is no overlap");
    }

    #[test]
    fn many_groups_and_people_are_counted_as_one_by_one() {
        let mut audiences = BTreeMap::new();
        let names = ["a", "b", "c", "d", "e", "f"];
        for (i, name) in (2_u64..).zip(names) {
            let phones =
                (0..2_000).filter(|n| n % i == 0).map(|n| Phone::from_u64(15_550_000_000 + n).unwrap());
            audiences.insert(name, Cow::Owned(phones.collect::<PhoneSet>()));
        }
        let items = names.iter().zip(1..).map(|(name, day)| item(name, name, &[day, day + 6])).collect();
        let outgoing = Outgoing { items, audiences };
        let people = Combinations::of(&outgoing);
        let limit = MaxPerRecipient { messages: 4, days: 7 };
        let load = Load::of(limit, now(), &outgoing, &people, 28);
        let over = (0..2_000_u64)
            .filter(|n| {
                let mut days: Vec<i64> = Vec::new();
                for (divisor, day) in (2..8).zip(1_i64..) {
                    if n % divisor == 0 {
                        days.extend([day, day + 6]);
                    }
                }
                (-7..30).any(|first| days.iter().filter(|day| (first..first + 7).contains(*day)).count() > 4)
            })
            .count();
        assert!(over > 0);
        assert_eq!(load.over, over as u64);
    }
}
