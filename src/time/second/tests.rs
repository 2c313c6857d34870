//! Which expressions other readers fire differently, and what is said about it.

use jiff::Timestamp;

use super::{Cause, Difference, Disagreement, Reading, compare};
use crate::time::{Cron, Zone};

const NOW: &str = "2026-11-22T00:00:00Z";

fn second(text: &str, zone: &str) -> Option<Disagreement> {
    compare(&Cron::parse(text).unwrap(), &Zone::parse(zone).unwrap(), NOW.parse().unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_numeric_weekday_is_a_day_off_and_names_help() {
    let found = second("0 9 * * 1", "Europe/Berlin").unwrap();
    assert_eq!(found.other, Reading::Quartz);
    assert_eq!(found.cause, Cause::NumericWeekday);
    assert_eq!(
        found.difference,
        Difference::Fires {
            ours: Some(at("2026-11-23T08:00:00Z")),
            theirs: Some(at("2026-11-22T08:00:00Z"))
        }
    );
    assert_eq!(found.rewrite.as_deref(), Some("0 9 * * MON"));
    assert!(found.advice().contains("\"0 9 * * MON\""));
}

#[test]
fn what_everyone_reads_the_same_is_silent() {
    for zone in ["UTC", "Europe/Berlin", "America/New_York", "Asia/Jerusalem", "Australia/Lord_Howe"] {
        for text in
            ["0 9 * * *", "0 9 * * MON-FRI", "*/5 * * * *", "0 12 1 * *", "@daily", "30 * * * *", "* * * * *"]
        {
            assert_eq!(second(text, zone), None, "{text} {zone}");
        }
    }
}

#[test]
fn refusals_are_a_disagreement_of_their_own() {
    for (text, cause, rewrite) in [
        ("0 9 * * 0", Cause::NumericWeekday, "0 9 * * SUN"),
        ("0 9 * * FRI-MON", Cause::Spelling, "0 9 * * SUN,MON,FRI,SAT"),
        ("@midnight", Cause::Spelling, "0 0 * * *"),
    ] {
        let found = second(text, "UTC").unwrap();
        assert!(matches!(found.difference, Difference::Refused { .. }), "{text} {found:?}");
        assert_eq!((found.cause, found.rewrite.as_deref()), (cause, Some(rewrite)), "{text}");
    }
}

#[test]
fn both_day_fields_are_read_in_two_ways() {
    let found = second("0 9 1 * MON", "UTC").unwrap();
    assert_eq!((found.other, found.cause, found.rewrite), (Reading::Quartz, Cause::DayFields, None));
    let found = second("0 9 */2 * MON", "UTC").unwrap();
    assert_eq!((found.other, found.cause), (Reading::Croniter, Cause::DayFields));
}

#[test]
fn spellings_that_other_crons_take_differently() {
    let found = second("5/15 9 * * *", "UTC").unwrap();
    assert_eq!((found.other, found.cause), (Reading::FirstVixie, Cause::Spelling));
    assert_eq!(found.rewrite.as_deref(), Some("5,20,35,50 9 * * *"));
    let found = second("5-5 9 * * *", "UTC").unwrap();
    assert_eq!((found.other, found.cause), (Reading::Croniter, Cause::Spelling));
}

#[test]
fn clock_changes_and_older_zone_data_are_told_apart() {
    let gap = second("30 2 * * *", "America/New_York").unwrap();
    assert_eq!(gap.cause, Cause::ClockChange);
    assert!(
        matches!(gap.difference, Difference::Fires { ours, .. } if ours == Some(at("2027-03-14T07:00:00Z")))
    );
    let moved = second("0 9 * * *", "America/Vancouver").unwrap();
    assert_eq!(moved.cause, Cause::ZoneData);
    // In June both databases agree; only the older one changes in November, far behind the first 2,000 firings.
    let cron = Cron::parse("*/5 9-17 * * *").unwrap();
    let havana = Zone::parse("America/Havana").unwrap();
    let found = compare(&cron, &havana, at("2026-06-22T00:00:00Z")).unwrap();
    assert_eq!(found.cause, Cause::ZoneData);
    let Difference::Fires { ours: Some(ours), .. } = found.difference else { unreachable!() };
    assert!(ours > at("2026-10-31T00:00:00Z"), "{ours}");
}

#[test]
fn every_rewrite_reads_back_as_the_same_and_is_not_a_spelling_problem_again() {
    for text in
        ["0 9 * * 1", "0 9 * * 5-7", "5/15 9 * * *", "0 9 * * SAT-TUE/2", "0 9 3-3 * *", "0 22-2 * * *"]
    {
        let rewrite = second(text, "UTC").unwrap().rewrite.unwrap();
        assert_eq!(Cron::parse(&rewrite).unwrap(), Cron::parse(text).unwrap());
        assert_eq!(second(&rewrite, "UTC"), None, "{text} -> {rewrite}");
    }
}

#[test]
fn years_beyond_the_other_reader_are_not_compared() {
    let cron = Cron::parse("0 9 * * 1").unwrap();
    assert_eq!(compare(&cron, &Zone::utc(), Timestamp::MAX), None);
    assert_eq!(compare(&cron, &Zone::utc(), Timestamp::MIN), None);
}
