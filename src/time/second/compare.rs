//! The comparison itself. Owns which stretches of the year are looked at, and which cause is named.

use jiff::{SignedDuration, Timestamp};

use super::disagreement::{Cause, Difference, Disagreement, Reading};
use super::quartz::{self, Quartz};
use crate::time::cron::{Cron, Dialect, Rule, parse_rule};
use crate::time::zone::Zone;

const YEAR: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Firings compared from the start, per reading; with the windows below the work is bounded.
const CAP: usize = 2_000;
/// Firings compared in each window round a change of offset.
const WINDOW_CAP: usize = 400;
/// How far before a change of offset, and after it, firings are compared.
const MARGIN: SignedDuration = SignedDuration::from_hours(26);
/// More changes of offset than this are not looked at; no zone has more than four a year.
const MAX_WINDOWS: usize = 12;
/// The last rows of a list that was cut are not compared: they may be out of order by a clock change.
const CUT: SignedDuration = SignedDuration::from_hours(4);
/// The `cron` crate knows the years 1970-2100.
const LAST_YEAR_KNOWN: i16 = 2098;

/// Evaluates the year after `from` in the other readings; the first disagreement, or `None` when all agree.
///
/// Compared are the first 2,000 firings, and those round each change of offset in either zone database.
pub fn compare(cron: &Cron, zone: &Zone, from: Timestamp) -> Option<Disagreement> {
    let year = jiff::tz::Offset::UTC.to_datetime(from).year();
    if !(1970..=LAST_YEAR_KNOWN).contains(&year) {
        return None;
    }
    against_quartz(cron, zone, from).or_else(|| against_dialects(cron, zone, from))
}

fn against_quartz(cron: &Cron, zone: &Zone, from: Timestamp) -> Option<Disagreement> {
    let difference = quartz_difference(cron, cron.source(), zone, from)?;
    let canonical = cron.to_string();
    let rewritten = quartz_difference(cron, &canonical, zone, from);
    let disagreement = |cause, rewrite| {
        Some(Disagreement { other: Reading::Quartz, difference: difference.clone(), cause, rewrite })
    };
    // The canonical text has another fate, so it is the spelling that matters.
    if rewritten.as_ref() != Some(&difference) {
        let cause = if cron.has_numeric_weekday() { Cause::NumericWeekday } else { Cause::Spelling };
        return disagreement(cause, Some(canonical));
    }
    if !cron.rule().both {
        return disagreement(Cause::DayFields, None);
    }
    let cause = match &difference {
        Difference::Refused { .. } => Cause::ZoneData,
        Difference::Fires { ours, theirs } => {
            let older = quartz::tz(zone.name())?;
            let moved = [ours, theirs].into_iter().flatten().any(|at| offsets_differ(zone, older, *at));
            if moved { Cause::ZoneData } else { Cause::ClockChange }
        }
    };
    disagreement(cause, None)
}

fn quartz_difference(cron: &Cron, source: &str, zone: &Zone, from: Timestamp) -> Option<Difference> {
    let other = match Quartz::read(source, zone.name()) {
        Ok(other) => other,
        Err(refused) => return Some(refused),
    };
    windows(zone, from).into_iter().find_map(|(from, until, cap)| {
        let ours: Vec<Timestamp> = cron.firings(zone, from, until).take(cap).collect();
        let theirs = other.firings(from, until, cap);
        first_difference(&ours, &theirs, cap)
    })
}

/// croniter and the first Vixie cron, where the spelling is one of those that they read differently.
fn against_dialects(cron: &Cron, zone: &Zone, from: Timestamp) -> Option<Disagreement> {
    let spelling = cron.spelling();
    let vixie = Dialect::default();
    let dialects = [
        (
            spelling.step_star,
            Reading::Croniter,
            Cause::DayFields,
            Dialect { step_star_is_given: true, ..vixie },
        ),
        (
            spelling.equal_range,
            Reading::Croniter,
            Cause::Spelling,
            Dialect { equal_range_is_all: true, ..vixie },
        ),
        (
            spelling.open_step,
            Reading::FirstVixie,
            Cause::Spelling,
            Dialect { open_step_is_single: true, ..vixie },
        ),
    ];
    dialects.into_iter().filter(|(spelled_so, ..)| *spelled_so).find_map(|(_, other, cause, dialect)| {
        let rewrite = (cause == Cause::Spelling).then(|| cron.to_string());
        let difference = match parse_rule(cron.source(), dialect) {
            Ok((rule, _, _)) => rule_difference(cron, rule, zone, from)?,
            Err(error) => Difference::Refused { reason: error.to_string() },
        };
        Some(Disagreement { other, difference, cause, rewrite })
    })
}

fn rule_difference(cron: &Cron, other: Rule, zone: &Zone, from: Timestamp) -> Option<Difference> {
    if other == *cron.rule() {
        return None;
    }
    let until = from.saturating_add(YEAR).unwrap_or(Timestamp::MAX);
    let ours: Vec<Timestamp> = cron.firings(zone, from, until).take(CAP).collect();
    let theirs: Vec<Timestamp> = Cron::from_rule(other).firings(zone, from, until).take(CAP).collect();
    first_difference(&ours, &theirs, CAP)
}

/// The stretches that are compared: start, end, and how many firings at most.
fn windows(zone: &Zone, from: Timestamp) -> Vec<(Timestamp, Timestamp, usize)> {
    let until = from.saturating_add(YEAR).unwrap_or(Timestamp::MAX);
    let round = |at: Timestamp| {
        let start = at.saturating_sub(MARGIN).unwrap_or(from).max(from);
        (start, at.saturating_add(MARGIN).unwrap_or(until).min(until), WINDOW_CAP)
    };
    let changes = zone.tz().following(from).map(|change| change.timestamp());
    let mut windows = vec![(from, until, CAP)];
    windows.extend(changes.take_while(|at| *at <= until).take(MAX_WINDOWS).map(round));
    windows.extend(first_offset_difference(zone, from, until).map(round));
    windows
}

/// The first time in the year, to six hours, at which the older zone data has another offset.
fn first_offset_difference(zone: &Zone, from: Timestamp, until: Timestamp) -> Option<Timestamp> {
    let older = quartz::tz(zone.name())?;
    let mut at = from;
    while at <= until {
        if offsets_differ(zone, older, at) {
            return Some(at);
        }
        at = at.checked_add(SignedDuration::from_hours(6)).ok()?;
    }
    None
}

fn offsets_differ(zone: &Zone, older: chrono_tz::Tz, at: Timestamp) -> bool {
    quartz::offset_seconds(older, at).is_some_and(|seconds| seconds != zone.tz().to_offset(at).seconds())
}

fn first_difference(ours: &[Timestamp], theirs: &[Timestamp], cap: usize) -> Option<Difference> {
    // A list that was cut says nothing about what comes after its end.
    let horizon = [ours, theirs]
        .into_iter()
        .filter(|list| list.len() + list.len() / 8 + 2 >= cap)
        .filter_map(|list| list.last()?.checked_sub(CUT).ok())
        .min();
    let within = |at: &&Timestamp| horizon.is_none_or(|horizon| **at <= horizon);
    let mut ours = ours.iter().filter(within);
    let mut theirs = theirs.iter().filter(within);
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return None,
            (one, other) if one == other => {}
            (one, other) => {
                return Some(Difference::Fires { ours: one.copied(), theirs: other.copied() });
            }
        }
    }
}
