//! Thousands of cases from Python's croniter (`tests/cron_cases.py`), half of them round clock changes.
//!
//! Where we differ on purpose the case is listed in `differences.tsv` with a reason that `docs/time.md`
//! explains; a listed case that no longer differs fails, so the list cannot go stale.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Cron;
use crate::time::Zone;

const CASES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cron/cases.tsv"));
const DIFFERENCES: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cron/differences.tsv"));
/// The reasons that may stand in the list, each a heading in `docs/time.md`.
const REASONS: [&str; 4] = ["step-star", "equal-range", "wrapped-step", "clock-change"];

struct Case<'t> {
    key: String,
    expression: &'t str,
    zone: &'t str,
    start: i64,
    firings: Vec<i64>,
}

fn cases() -> Vec<Case<'static>> {
    CASES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let start: i64 = columns[3].parse().unwrap();
            let mut at = start;
            let add = |delta: &&str| {
                at += delta.parse::<i64>().unwrap();
                at
            };
            let firings = columns[4..].iter().map(add).collect();
            Case { key: columns[..4].join("\t"), expression: columns[1], zone: columns[2], start, firings }
        })
        .collect()
}

fn ours(case: &Case<'_>, zones: &mut BTreeMap<&'static str, Zone>, zone: &'static str) -> Vec<i64> {
    let zone = zones.entry(zone).or_insert_with(|| Zone::parse(zone).unwrap());
    let cron = Cron::parse(case.expression).map_err(|error| format!("{}: {error}", case.key)).unwrap();
    let start = Timestamp::from_second(case.start * 60).unwrap();
    let firings = cron.firings(zone, start, Timestamp::MAX);
    firings.take(case.firings.len()).map(|at| at.as_second() / 60).collect()
}

#[test]
fn both_sides_have_the_same_zone_data() {
    let head = format!("# tzdata {} croniter ", Zone::tzdata_version());
    assert!(CASES.starts_with(&head), "run tests/cron_cases.py with this tzdata: {head}");
}

#[test]
fn firings_are_those_of_croniter_but_for_the_listed_ones() {
    let cases = cases();
    assert!(cases.len() >= 3_000);
    let mut listed: BTreeMap<&str, &str> = BTreeMap::new();
    for line in DIFFERENCES.lines().filter(|line| !line.starts_with('#')) {
        let (reason, key) = line.split_once('\t').unwrap();
        assert!(REASONS.contains(&reason), "{line}");
        assert_eq!(listed.insert(key, reason), None, "listed twice: {line}");
    }
    let mut zones = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let ours = ours(case, &mut zones, case.zone);
        match (ours == case.firings, listed.remove(case.key.as_str())) {
            (true, None) | (false, Some(_)) => {}
            (true, Some(reason)) => wrong.push(format!("{reason} no longer differs: {}", case.key)),
            (false, None) => {
                wrong.push(format!("{}\n  ours   {ours:?}\n  theirs {:?}", case.key, case.firings));
            }
        }
    }
    wrong.extend(listed.keys().map(|key| format!("listed, but no case: {key}")));
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn each_firing_leads_to_the_next_one() {
    let mut zones = BTreeMap::new();
    for case in &cases() {
        let ours = ours(case, &mut zones, case.zone);
        let cron = Cron::parse(case.expression).unwrap();
        let mut at = Timestamp::from_second(case.start * 60).unwrap();
        for firing in ours {
            let next = cron.next_after(&zones[case.zone], at).unwrap();
            assert!(next > at, "{}", case.key);
            assert_eq!(next.as_second(), firing * 60, "{}", case.key);
            at = next;
        }
    }
}
