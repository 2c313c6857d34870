//! The grammar, the meaning, the errors, and the rule for clock changes.

use jiff::Timestamp;
use jiff::civil::time;

use super::{Cron, CronProblem, Field};
use crate::time::Zone;
use crate::time::format::with_offset;

fn cron(text: &str) -> Cron {
    Cron::parse(text).map_err(|error| format!("{text}: {error}")).unwrap()
}

/// The next `count` firings after `start`, as local times with offsets, without the year.
fn next(text: &str, zone: &str, start: &str, count: usize) -> Vec<String> {
    let zone = Zone::parse(zone).unwrap();
    let start: Timestamp = start.parse().unwrap();
    let firings = cron(text).firings(&zone, start, Timestamp::MAX);
    firings
        .take(count)
        .map(|at| with_offset(at, &zone)[5..].replace(":00-", "-").replace(":00+", "+"))
        .collect()
}

#[test]
fn compared_by_meaning() {
    for (one, other) in [
        ("0 9 * * MON,THU", "0 9 * * 1,4"),
        ("0 9 * * 1-5", "0 9 * * mon-fri"),
        ("*/1 */1 * * *", "* * * * *"),
        ("0 9 * * 0", "0 9 * * 7"),
        ("0 9 * * 0-7", "0 9 * * *"),
        ("0 9 * * FRI-MON", "0 9 * * 5,6,0,1"),
        ("0 22-2 * * *", "0 22,23,0,1,2 * * *"),
        ("5/15 * * * *", "5,20,35,50 * * * *"),
        ("0 22-2/2 * * *", "0 22,0,2 * * *"),
        ("0\t9  * * *", " 0 9 * * * "),
        ("09 08 01 02 *", "9 8 1 FEB *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "@DAILY"),
        ("@weekly", "0 0 * * SUN"),
        ("@annually", "0 0 1 1 *"),
        // Given and given means either: any day of the month is any day.
        ("0 9 1-31 * MON", "0 9 * * *"),
        ("0 9 1 * 0-6", "0 9 * * *"),
        // A star in front means both (Vixie), also with a step of one.
        ("0 9 */1 * MON", "0 9 * * MON"),
        // Days that the months do not have.
        ("0 9 30 2 MON", "0 9 * 2 MON"),
        ("0 9 31 * *", "0 9 31 1,3,5,7,8,10,12 *"),
        ("0 9 1-29 2 *", "0 9 * 2 *"),
    ] {
        assert_eq!(cron(one), cron(other), "{one} {other}");
        assert_eq!(cron(one).to_string(), cron(other).to_string());
    }
    for (one, other) in [
        ("0 9 */2 * MON", "0 9 1-31/2 * MON"),
        ("0 9 1 * MON", "0 9 1 * *"),
        ("0 9 * * 1", "0 9 * * 2"),
        ("5-5 9 * * *", "* 9 * * *"),
    ] {
        assert_ne!(cron(one), cron(other), "{one} {other}");
    }
}

#[test]
fn the_text_as_written_and_the_canonical_one() {
    for (written, source, canonical) in [
        (" 0  9\t* * 1-5 ", "0 9 * * 1-5", "0 9 * * MON-FRI"),
        ("@Daily", "@daily", "0 0 * * *"),
        ("0,15,30,45 * * * *", "0,15,30,45 * * * *", "*/15 * * * *"),
        ("0 9 * * 6,7", "0 9 * * 6,7", "0 9 * * SUN,SAT"),
        ("0 9 1,15 JAN-MAR FRI", "0 9 1,15 JAN-MAR FRI", "0 9 1,15 1-3 FRI"),
        ("0 9 */2 * 1", "0 9 */2 * 1", "0 9 */2 * MON"),
        ("0 9 2-4 * */3", "0 9 2-4 * */3", "0 9 2-4 * */3"),
    ] {
        assert_eq!((cron(written).source(), cron(written).to_string().as_str()), (source, canonical));
    }
}

#[test]
fn errors_point_at_the_part() {
    use Field::{DayOfMonth, DayOfWeek, Hour, Minute, Month};
    let owned = str::to_owned;
    let not_understood =
        |field, part: &str, suggestion| CronProblem::NotUnderstood { field, part: owned(part), suggestion };
    let range = |field, part: &str| CronProblem::OutOfRange { field, part: owned(part) };
    let step = |field, part: &str| CronProblem::Step { field, part: owned(part) };
    for (text, part, problem) in [
        ("", "", CronProblem::Empty),
        ("0 9 * *", "0 9 * *", CronProblem::FieldCount { found: 4 }),
        ("0 0 9 * * MON", "0 0 9 * * MON", CronProblem::FieldCount { found: 6 }),
        ("60 9 * * *", "60", range(Minute, "60")),
        ("0 24 * * *", "24", range(Hour, "24")),
        ("0 9 0 * *", "0", range(DayOfMonth, "0")),
        ("0 9 * 13 *", "13", range(Month, "13")),
        ("0 9 * * 1-8", "8", range(DayOfWeek, "8")),
        ("0 9 * * 001", "001", range(DayOfWeek, "001")),
        ("0 9 * * 99999999999999999999", "99999999999999999999", range(DayOfWeek, "99999999999999999999")),
        ("1,,2 9 * * *", "1,,2", CronProblem::EmptyPart { field: Minute }),
        ("0 9, * * *", "9,", CronProblem::EmptyPart { field: Hour }),
        ("0 9 * * MONDAY", "MONDAY", not_understood(DayOfWeek, "MONDAY", Some("MON"))),
        ("0 9 * * MON,TEU", "TEU", not_understood(DayOfWeek, "TEU", Some("TUE"))),
        ("0 9 * MON *", "MON", not_understood(Month, "MON", None)),
        ("0 9 -1 * *", "-1", not_understood(DayOfMonth, "-1", None)),
        ("0 9 1- * *", "1-", not_understood(DayOfMonth, "1-", None)),
        ("0 9 1-2-3 * *", "2-3", not_understood(DayOfMonth, "2-3", None)),
        ("0 9 *5 * *", "*5", not_understood(DayOfMonth, "*5", None)),
        ("0 9:00 * * *", "9:00", not_understood(Hour, "9:00", None)),
        ("*/0 9 * * *", "0", step(Minute, "0")),
        ("*/90 9 * * *", "90", step(Minute, "90")),
        ("*/ 9 * * *", "*/", step(Minute, "")),
        ("*/2/3 9 * * *", "2/3", step(Minute, "2/3")),
        ("0 9 30 2 *", "30 2", CronProblem::NeverFires),
        ("0 9 31 4,6,9,11 *", "31 4,6,9,11", CronProblem::NeverFires),
        ("@reboot", "@reboot", CronProblem::Reboot),
        ("@dayly", "@dayly", CronProblem::ShortForm { name: owned("@dayly"), suggestion: Some("@daily") }),
        ("  @every 5m ", "@every 5m", CronProblem::ShortForm { name: owned("@every 5m"), suggestion: None }),
        ("0 9 * * é", "é", not_understood(DayOfWeek, "é", None)),
        ("0 9 * * *\n", "*\n", not_understood(DayOfWeek, "*\n", None)),
    ] {
        let error = Cron::parse(text).expect_err(text);
        assert_eq!((&text[error.span.clone()], &error.problem), (part, &problem), "{text}");
        assert!(!error.to_string().is_empty());
    }
    for text in
        ["0 9 ? * 1", "0 9 L * *", "0 9 LW * *", "0 9 15W * *", "0 9 * * 5L", "0 9 * * 1#2", "H 9 * * *"]
    {
        let error = Cron::parse(text).expect_err(text);
        assert!(matches!(error.problem, CronProblem::OtherDialect { .. }), "{text}: {error}");
    }
    let long = "1,".repeat(600);
    assert!(matches!(Cron::parse(&long).unwrap_err().problem, CronProblem::TooLong { length: 1_200 }));
}

#[test]
fn errors_read_well() {
    let says = |text: &str| Cron::parse(text).unwrap_err().to_string();
    assert_eq!(says("0 25 * * *"), "\"25\" is out of range in the hour field; allowed: 0-23");
    assert_eq!(
        says("0 0 9 * * MON"),
        "a cron expression has 5 fields (minute, hour, day of month, month, day of week), this one has 6; \
         leave out seconds and years"
    );
}

#[test]
fn a_lost_time_moves_to_the_end_of_the_gap_when_hours_are_named() {
    let spring = "2026-03-08T06:00:00Z"; // 01:00 in New York; clocks go from 02:00 to 03:00
    let new_york = |text| next(text, "America/New_York", spring, 3);
    assert_eq!(new_york("30 2 * * *"), ["03-08T03:00-04:00", "03-09T02:30-04:00", "03-10T02:30-04:00"]);
    // Several lost ones move to one firing, and one that is there anyway is not doubled.
    assert_eq!(new_york("0,30 2,3 * * *"), ["03-08T03:00-04:00", "03-08T03:30-04:00", "03-09T02:00-04:00"]);
    assert_eq!(new_york("0 */2 * * *"), ["03-08T03:00-04:00", "03-08T04:00-04:00", "03-08T06:00-04:00"]);
    // With every hour allowed nothing moves.
    assert_eq!(new_york("30 * * * *"), ["03-08T01:30-05:00", "03-08T03:30-04:00", "03-08T04:30-04:00"]);
    let cairo = next("0 0 * * *", "Africa/Cairo", "2026-04-23T00:00:00Z", 2);
    assert_eq!(cairo, ["04-24T01:00+03:00", "04-25T00:00+03:00"]);
}

#[test]
fn a_repeated_time_fires_twice() {
    let autumn = "2026-11-01T04:00:00Z"; // 00:00 in New York; clocks go from 02:00 back to 01:00
    let new_york = |text| next(text, "America/New_York", autumn, 3);
    assert_eq!(new_york("30 1 * * *"), ["11-01T01:30-04:00", "11-01T01:30-05:00", "11-02T01:30-05:00"]);
    assert_eq!(new_york("30 1 * * SUN"), ["11-01T01:30-04:00", "11-01T01:30-05:00", "11-08T01:30-05:00"]);
    assert_eq!(new_york("0 2 * * *"), ["11-01T02:00-05:00", "11-02T02:00-05:00", "11-03T02:00-05:00"]);
}

#[test]
fn rare_days_are_found_and_ends_are_kept() {
    let utc = Zone::utc();
    let start: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let leap_sunday = cron("0 9 29 2 */7").next_after(&Zone::parse("America/New_York").unwrap(), start);
    assert_eq!(leap_sunday.unwrap().to_string(), "2032-02-29T14:00:00Z");
    let nine: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
    let daily = cron("0 9 * * *");
    assert_eq!(daily.firings(&utc, start, nine).collect::<Vec<_>>(), [nine]);
    assert_eq!(daily.firings(&utc, nine, nine).next(), None);
    let half_a_second = jiff::SignedDuration::from_millis(500);
    assert_eq!(daily.next_after(&utc, nine.checked_sub(half_a_second).unwrap()), Some(nine));
    assert_ne!(daily.next_after(&utc, nine.checked_add(half_a_second).unwrap()), Some(nine));
    assert_eq!(daily.next_after(&utc, Timestamp::MAX), None);
    assert!(daily.next_after(&Zone::parse("Asia/Tokyo").unwrap(), Timestamp::MIN).is_some());
}

#[test]
fn intervals_under_five_minutes_are_shown() {
    let at = |hour, minute| time(hour, minute, 0, 0);
    for (text, pair) in [
        ("*/5 * * * *", None),
        ("0 9 * * *", None),
        ("*/4 9 * * *", Some((at(9, 0), at(9, 4)))),
        ("* * * * *", Some((at(0, 0), at(0, 1)))),
        ("0,2,30 9 * * *", Some((at(9, 0), at(9, 2)))),
        ("1,58 9,10 * * *", Some((at(9, 58), at(10, 1)))),
        ("1,58 9,11 * * *", None),
        ("1,58 0,23 * * *", Some((at(23, 58), at(0, 1)))),
        ("2,57 0,23 * * *", None),
        ("1,58 0,23 * * MON", None),
        ("1,58 0,23 * * SAT,SUN", Some((at(23, 58), at(0, 1)))),
        ("1,58 0,23 1,31 * *", Some((at(23, 58), at(0, 1)))),
        ("1,58 0,23 1,30 2,3 *", None),
        ("*/7 * * * *", Some((at(0, 56), at(1, 0)))),
    ] {
        assert_eq!(cron(text).shortest_gap(), pair, "{text}");
    }
}

#[test]
fn clock_changes_bring_firings_together() {
    let from: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    for (text, name, pair) in [
        ("57 1,2 * * *", "America/New_York", Some(("2027-03-14T06:57:00Z", "2027-03-14T07:00:00Z"))),
        ("0,58 1 * * *", "America/New_York", Some(("2026-11-01T05:58:00Z", "2026-11-01T06:00:00Z"))),
        // The lost 02:02 fires at 03:00, and 03:02 comes after it.
        ("2 2,3 * * *", "America/New_York", Some(("2027-03-14T07:00:00Z", "2027-03-14T07:02:00Z"))),
        ("58 1 * * *", "Australia/Lord_Howe", None),
        ("30,58 1 * * *", "Australia/Lord_Howe", Some(("2027-04-03T14:58:00Z", "2027-04-03T15:00:00Z"))),
        ("57 1,2 * * *", "UTC", None),
        ("57 1,2 * * *", "Africa/Johannesburg", None),
        ("55 1,2 * * *", "America/New_York", None),
        ("0,55 1 * * *", "America/New_York", None),
        ("*/5 * * * *", "Europe/Berlin", None),
        ("57 1,2 1 * *", "America/New_York", None),
    ] {
        let found = cron(text).shortest_gap_at_changes(&Zone::parse(name).unwrap(), from);
        let found = found.map(|(a, b)| (a.to_string(), b.to_string()));
        let pair = pair.map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(found, pair, "{text} in {name}");
    }
}

#[test]
fn numeric_weekdays_are_noticed() {
    for (text, numeric) in [
        ("0 9 * * 1", true),
        ("0 9 * * MON-5", true),
        ("0 9 * * MON,2", true),
        ("0 9 * * MON-FRI/2", false),
        ("0 9 * * */2", false),
        ("0 9 1 1 *", false),
        ("@weekly", false),
    ] {
        assert_eq!(cron(text).has_numeric_weekday(), numeric, "{text}");
    }
}
