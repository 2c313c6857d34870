//! Quiet hours, by each recipient's own time zones (`product.md`, *policy*): who would be written to inside them.
//!
//! Whoever's number does not tell one zone is inside them when any of the possible ones is; whoever's number belongs
//! to no place has the campaign's zone. The planner and the gate of a send ask the same questions here.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::draft::people;
use crate::model::{PhoneSet, QuietHours, Region, grouped};
use crate::time::format::duration_words;
use crate::time::pacing::{EXPECTED_GAP, LONGEST_GAP};
use crate::time::{Pacing, Windows, Zone};

/// How far ahead a better moment is looked for: every time of the day comes twice.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);
/// Longer sends are not looked through to their end.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// People who have the same zones.
struct Place {
    zones: Vec<usize>,
    people: u64,
    quiet: Windows,
}

/// An audience by its zones, with the quiet hours of each from one moment to another.
pub(super) struct QuietAudience {
    zones: Vec<(Zone, Windows)>,
    places: Vec<Place>,
    total: u64,
}

impl QuietAudience {
    pub(super) fn new(
        rule: &QuietHours,
        audience: &PhoneSet,
        timezone: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Self {
        let mut zones = Vec::new();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut places = Vec::new();
        for (region, people) in Region::tally(audience) {
            let names = region.map_or(&[][..], Region::zones);
            let mut of_place: Vec<usize> = names
                .iter()
                .copied()
                .filter_map(|name| index(rule, name, (from, until), &mut zones, &mut known))
                .collect();
            if of_place.is_empty() {
                let fallback = index(rule, timezone, (from, until), &mut zones, &mut known);
                of_place
                    .extend(fallback.or_else(|| index(rule, "UTC", (from, until), &mut zones, &mut known)));
            }
            let quiet = Windows::union(of_place.iter().filter_map(|i| zones.get(*i)).map(|(_, quiet)| quiet));
            places.push(Place { zones: of_place, people, quiet });
        }
        Self { zones, places, total: audience.len() as u64 }
    }

    /// How many of them are inside their quiet hours at that moment.
    pub(super) fn inside_at(&self, at: Timestamp) -> u64 {
        self.places.iter().filter(|place| place.quiet.contains(at)).map(|place| place.people).sum()
    }

    /// How many would get a message inside their quiet hours when it starts to go out at `start`, one every `gap`.
    /// In which order is not known, so each place has its share of every moment; rounded up.
    pub(super) fn inside_from(&self, start: Timestamp, gap: SignedDuration) -> u64 {
        let shares = self.places.iter().map(|place| {
            let moments = place.quiet.hits(start, gap.as_secs(), self.total);
            u128::from(moments) * u128::from(place.people)
        });
        let inside = shares.sum::<u128>().div_ceil(u128::from(self.total.max(1)));
        u64::try_from(inside).unwrap_or(u64::MAX)
    }

    /// The first moment from `at` on when nobody is inside them.
    fn free_from(&self, at: Timestamp) -> Option<Timestamp> {
        let all = Windows::union(self.places.iter().map(|place| &place.quiet));
        let free = all.end_of(at);
        (free.duration_since(at) < AHEAD).then_some(free)
    }

    /// The zone in which most of those are who are inside at `at`.
    fn example(&self, at: Timestamp) -> Option<&Zone> {
        let mut inside: BTreeMap<usize, u64> = BTreeMap::new();
        for place in &self.places {
            let zone = place.zones.iter().find(|i| self.zones.get(**i).is_some_and(|(_, q)| q.contains(at)));
            if let Some(zone) = zone {
                *inside.entry(*zone).or_insert(0) += place.people;
            }
        }
        let (most, _) =
            inside.into_iter().max_by_key(|(zone, people)| (*people, std::cmp::Reverse(*zone)))?;
        self.zones.get(most).map(|(zone, _)| zone)
    }

    /// Of those inside at `at`, how many have numbers that do not tell one zone.
    fn unclear_at(&self, at: Timestamp) -> u64 {
        let inside = self.places.iter().filter(|p| p.zones.len() > 1 && p.quiet.contains(at));
        inside.map(|place| place.people).sum()
    }
}

fn index<'a>(
    rule: &QuietHours,
    name: &'a str,
    (from, until): (Timestamp, Timestamp),
    zones: &mut Vec<(Zone, Windows)>,
    known: &mut BTreeMap<&'a str, usize>,
) -> Option<usize> {
    if let Some(index) = known.get(name) {
        return Some(*index);
    }
    let zone = Zone::parse(name).ok()?;
    let windows = Windows::daily(&zone, (rule.from, rule.to), from, until);
    zones.push((zone, windows));
    known.insert(name, zones.len() - 1);
    Some(zones.len() - 1)
}

/// `21:00 to 08:00`.
pub(super) fn hours(rule: &QuietHours) -> String {
    format!("{} to {}", rule.from.strftime("%H:%M"), rule.to.strftime("%H:%M"))
}

/// Why a send to `audience` may not start now: somebody is inside the quiet hours. `timezone` is the campaign's.
/// `None`: nobody is.
pub fn starts_inside(
    rule: &QuietHours,
    audience: &PhoneSet,
    timezone: &str,
    now: Timestamp,
) -> Option<String> {
    let until = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let quiet = QuietAudience::new(rule, audience, timezone, now, until);
    let inside = quiet.inside_at(now);
    if inside == 0 {
        return None;
    }
    let zone = quiet.example(now)?;
    let local = now.to_zoned(zone.tz().clone());
    let who =
        if inside == quiet.total { people(inside) } else { format!("{inside} of {}", people(quiet.total)) };
    let mut text = format!(
        "it is {} in {}: {who} would be written to inside the quiet hours ({})",
        local.strftime("%H:%M"),
        zone.name(),
        hours(rule)
    );
    let unclear = quiet.unclear_at(now);
    if unclear > 0 {
        text = format!(
            "{text}; for {unclear} of these the number does not tell the time zone, and every possible one counts"
        );
    }
    Some(match quiet.free_from(now) {
        Some(free) => {
            let campaign = Zone::parse(timezone).unwrap_or_else(|_| Zone::utc());
            format!(
                "{text}. An apply from {} ({}) on can send it",
                free.to_zoned(campaign.tz().clone()).strftime("%a %-d %b %Y, %H:%M %:z"),
                campaign.name()
            )
        }
        None => format!(
            "{text}. At no time of the day are all of them outside: make a group for each part of the world, or only \
             warn: policy: {{quiet_hours: {{warn: {{from: {:?}, to: {:?}}}}}}}",
            rule.from.strftime("%H:%M").to_string(),
            rule.to.strftime("%H:%M").to_string()
        ),
    })
}

/// How many get a send that starts now inside their quiet hours: at the expected pace and at the slowest.
pub(super) fn runs_into(
    rule: &QuietHours,
    audience: &PhoneSet,
    timezone: &str,
    now: Timestamp,
) -> (u64, u64) {
    let longest = Pacing::of(audience.len() as u64).longest.min(LONGEST);
    let until = now.saturating_add(longest + LONGEST_GAP).unwrap_or(Timestamp::MAX);
    let quiet = QuietAudience::new(rule, audience, timezone, now, until);
    (quiet.inside_from(now, EXPECTED_GAP), quiet.inside_from(now, LONGEST_GAP))
}

/// The sentence that says so of something that starts outside of them; `None` where nobody gets it inside.
pub(super) fn runs_into_words(
    rule: &QuietHours,
    audience: &PhoneSet,
    timezone: &str,
    start: Timestamp,
) -> Option<String> {
    let (expected, most) = runs_into(rule, audience, timezone, start);
    if most == 0 {
        return None;
    }
    let size = audience.len() as u64;
    let slow = if most > expected { format!(" ({} with long gaps)", grouped(most)) } else { String::new() };
    Some(format!(
        "it takes about {}, and runs into the quiet hours ({}): about {} of {}{slow} would get it inside them",
        duration_words(Pacing::of(size).expected),
        hours(rule),
        grouped(expected),
        people(size)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Phone;

    const RULE: QuietHours =
        QuietHours { from: jiff::civil::time(21, 0, 0, 0), to: jiff::civil::time(8, 0, 0, 0) };

    fn phones(texts: &[&str]) -> PhoneSet {
        texts.iter().map(|text| Phone::parse(text).unwrap()).collect()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Fifty numbers that begin so.
    fn fifty(prefix: u64) -> PhoneSet {
        (0..50).map(|n| Phone::from_u64(prefix * 10_000 + n).unwrap()).collect()
    }

    #[test]
    fn each_has_their_own_clock() {
        let mixed = phones(&["+972501234567", "+12125550123"]);
        // 09:00 in Jerusalem is 02:00 in New York.
        let why = starts_inside(&RULE, &mixed, "Asia/Jerusalem", at("2026-12-01T07:00:00Z")).unwrap();
        assert!(why.starts_with("it is 02:00 in America/New_York: 1 of 2 people would"), "{why}");
        assert!(why.ends_with("from Tue 1 Dec 2026, 15:00 +02:00 (Asia/Jerusalem) on can send it"), "{why}");
        assert_eq!(starts_inside(&RULE, &mixed, "Asia/Jerusalem", at("2026-12-01T13:00:00Z")), None);
    }

    #[test]
    fn a_number_of_no_place_has_the_campaigns_zone() {
        let nowhere = phones(&["+15550123456"]);
        let nine_in_jerusalem = at("2026-12-01T07:00:00Z");
        assert_eq!(starts_inside(&RULE, &nowhere, "Asia/Jerusalem", nine_in_jerusalem), None);
        assert!(starts_inside(&RULE, &nowhere, "America/New_York", nine_in_jerusalem).is_some());
        assert!(starts_inside(&RULE, &nowhere, "no zone", at("2026-12-01T06:59:00Z")).is_some());
    }

    #[test]
    fn a_number_that_does_not_tell_counts_in_every_zone() {
        let australian = phones(&["+61412345678"]);
        // 08:30 in Sydney, 05:30 in Perth.
        let why = starts_inside(&RULE, &australian, "UTC", at("2026-12-01T21:30:00Z")).unwrap();
        assert!(why.contains("for 1 of these the number does not tell the time zone"), "{why}");
        assert_eq!(starts_inside(&RULE, &australian, "UTC", at("2026-12-02T03:00:00Z")), None);
    }

    #[test]
    fn where_no_time_suits_all_it_says_so() {
        let world = phones(&["+6495551234", "+442071234567", "+13105550123", "+919812345678"]);
        let why = starts_inside(&RULE, &world, "UTC", at("2026-12-01T12:00:00Z")).unwrap();
        assert!(why.contains("At no time of the day"), "{why}");
    }

    #[test]
    fn a_send_that_runs_into_them_is_counted() {
        let (israel, berlin) = (fifty(97_250_123), fifty(4_930_123));
        // 20:30 in Jerusalem: 25 moments are left (75 s each, the first at once: 24 gaps are 30 minutes).
        let now = at("2026-12-01T18:30:00Z");
        assert_eq!(runs_into(&RULE, &israel, "UTC", now), (26, 35));
        assert_eq!(runs_into(&RULE, &berlin, "UTC", now), (0, 5), "an hour later there");
        // A hundred take 2 h; the order is not known, so each place has half of every moment.
        let both = israel.union(&berlin);
        let expected = QuietAudience::new(&RULE, &both, "UTC", now, now + SignedDuration::from_hours(5));
        let moments = 100 - 24 + 100 - 72;
        assert_eq!(expected.inside_from(now, EXPECTED_GAP), moments / 2);
        assert_eq!(runs_into(&RULE, &PhoneSet::new(), "UTC", now), (0, 0));
    }

    #[test]
    fn every_zone_of_the_map_is_known() {
        let mut seen = std::collections::BTreeSet::new();
        for prefix in 1_000_000..10_000_000_u64 {
            if prefix % 97 == 0
                && let Some(region) = Phone::from_u64(prefix * 10_000).and_then(Region::of)
                && seen.insert(region)
            {
                for name in region.zones() {
                    assert!(Zone::parse(name).is_ok(), "{name}");
                }
            }
        }
        assert!(seen.len() > 200, "{}", seen.len());
    }
}
