//! Whole calendars, of people in many places, as text and JSON.

use jiff::Timestamp;
use jiff::civil::time;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::{CalendarJson, CalendarSpan, CalendarText, calendar_ics};
use crate::model::{Address, Phone, PhoneSet, QuietHours};
use crate::plan::{Calendar, Clocks, Entry, Occasion};
use crate::render::TextOptions;
use crate::time::Zone;

const FROM: &str = "2026-10-23T21:00:00Z";
const UNTIL: &str = "2026-11-05T22:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn phones(texts: &[&str]) -> PhoneSet {
    texts.iter().map(|text| Phone::parse(text).unwrap()).collect()
}

fn entry(address: Address, group: &str, recipients: &PhoneSet, at: Timestamp, zone: &str) -> Entry {
    Entry {
        occasion: if address.to_string().starts_with("send.") {
            Occasion::NextApply
        } else {
            Occasion::Firing
        },
        address,
        at,
        ends: at,
        timezone: zone.to_owned(),
        group: group.to_owned(),
        group_name: group.to_owned(),
        recipients: u64::try_from(recipients.len()).unwrap(),
        or_more: false,
    }
}

/// Two weeks with the changes of the clock in Israel, Europe (25 October) and the United States (1 November).
fn sample() -> Calendar {
    let home = phones(&["+972501234567", "+15550123456"]);
    let two = phones(&["+972501234567", "+12125550123", "+12125550124", "+4930123456"]);
    let world = phones(&[
        "+12125550123",
        "+16135550140",
        "+13105550123",
        "+4930123456",
        "+33123456789",
        "+390612345678",
        "+919812345678",
        "+61412345678",
        "+6495551234",
        "+81312345678",
        "+5511912345678",
        "+15550123456",
        "+18005550123",
        "+442079460018",
        "+2348012345678",
        "+971501234567",
    ]);
    let mut calendar = Calendar::default();
    let mut put = |entry: Entry| calendar.entries.push(entry);
    for moment in ["2026-10-24T06:00:00Z", "2026-10-25T07:00:00Z", "2026-11-01T07:00:00Z"] {
        put(entry(Address::schedule("morning"), "two", &two, at(moment), "Asia/Jerusalem"));
    }
    put(entry(Address::schedule("home"), "home", &home, at("2026-10-26T07:00:00Z"), "Asia/Jerusalem"));
    put(entry(Address::schedule("of-berlin"), "berlin", &home, at("2026-10-26T08:00:00Z"), "Europe/Berlin"));
    put(entry(Address::schedule("world"), "world", &world, at("2026-10-26T20:00:00Z"), "Asia/Jerusalem"));
    for hour in 0..6 {
        let moment = format!("2026-10-27T{:02}:00:00Z", 4 + hour);
        put(entry(Address::schedule("often"), "two", &two, at(&moment), "Asia/Jerusalem"));
    }
    put(entry(Address::send("offer"), "home", &home, at("2026-10-28T10:00:00Z"), "America/New_York"));
    calendar.entries.sort_by(|a, b| (a.at, &a.address).cmp(&(b.at, &b.address)));
    calendar.clocks = Clocks::of(
        [("home", &home), ("two", &two), ("world", &world), ("berlin", &phones(&["+4930123456"]))],
        ["Asia/Jerusalem", "America/New_York", "Europe/Berlin"],
        at(FROM),
        at(UNTIL),
    );
    calendar.quiet_hours = Some(QuietHours { from: time(21, 0, 0, 0), to: time(8, 0, 0, 0) });
    calendar
}

fn text(width: usize) -> String {
    let zone = Zone::parse("Asia/Jerusalem").unwrap();
    let span = CalendarSpan { from: at(FROM), until: at(UNTIL), zone: &zone };
    CalendarText::new(&sample(), span, &TextOptions { width, ..TextOptions::default() }).to_string()
}

fn json(calendar: &Calendar) -> Value {
    let zone = Zone::parse("Asia/Jerusalem").unwrap();
    let span = CalendarSpan { from: at(FROM), until: at(UNTIL), zone: &zone };
    serde_json::from_str(&CalendarJson::new(calendar, span).to_string()).unwrap()
}

/// For the tests of iCalendar.
pub(super) fn ics() -> String {
    calendar_ics(&sample(), "acme", "default", at("2026-10-24T00:00:00Z"))
}

#[test]
fn as_text_of_eighty_columns() {
    insta::assert_snapshot!(text(80));
}

#[test]
fn as_text_of_forty_columns() {
    insta::assert_snapshot!(text(40));
}

#[test]
fn text_fits() {
    for width in [24, 40, 59, 60, 80, 100] {
        for line in text(width).lines() {
            assert!(line.width() <= width || line.split_whitespace().count() <= 2, "{width}: {line}");
        }
    }
}

#[test]
fn as_json() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&json(&sample())["entries"][4]).unwrap());
}

#[test]
fn the_times_of_json_are_the_moment_and_its_people_are_all() {
    let json = json(&sample());
    let mut seen = 0;
    for entry in json["entries"].as_array().unwrap() {
        let moment: Timestamp = entry["at"].as_str().unwrap().parse().unwrap();
        let times = entry["recipient_times"].as_array().unwrap();
        for time in times {
            for key in ["earliest", "latest"] {
                let told: Timestamp = time[key].as_str().unwrap().parse().unwrap();
                assert_eq!(told, moment, "{entry}");
            }
            assert!(!time["zones"].as_array().unwrap().is_empty(), "{entry}");
        }
        assert!(times.len() <= 9, "{entry}");
        let people: u64 = times.iter().map(|time| time["people"].as_u64().unwrap()).sum();
        if entry["group"] != "group.berlin" {
            assert_eq!(entry["recipients"], people);
            seen += 1;
        }
    }
    assert_eq!(seen, 12);
}

#[test]
fn the_distance_changes_between_the_changes_of_the_clock() {
    let json = json(&sample());
    let told = |i: usize| -> Vec<&str> {
        let times = json["entries"][i]["recipient_times"].as_array().unwrap();
        times.iter().map(|time| time["earliest"].as_str().unwrap()).collect()
    };
    let (new_york, berlin, jerusalem) = (0, 1, 2);
    for (i, expected) in [
        (0, ["2026-10-24T02:00:00-04:00", "2026-10-24T08:00:00+02:00", "2026-10-24T09:00:00+03:00"]),
        (1, ["2026-10-25T03:00:00-04:00", "2026-10-25T08:00:00+01:00", "2026-10-25T09:00:00+02:00"]),
        (12, ["2026-11-01T02:00:00-05:00", "2026-11-01T08:00:00+01:00", "2026-11-01T09:00:00+02:00"]),
    ] {
        let told = told(i);
        assert_eq!([told[new_york], told[berlin], told[jerusalem]], expected);
    }
}

#[test]
fn without_the_policy_nothing_is_said_of_quiet_hours() {
    let mut calendar = sample();
    calendar.quiet_hours = None;
    let json = json(&calendar);
    for entry in json["entries"].as_array().unwrap() {
        assert!(entry["in_quiet_hours"].is_null());
    }
    let zone = Zone::parse("Asia/Jerusalem").unwrap();
    let span = CalendarSpan { from: at(FROM), until: at(UNTIL), zone: &zone };
    let text = CalendarText::new(&calendar, span, &TextOptions::default()).to_string();
    assert!(!text.contains("quiet") && text.contains("on their phones"), "{text}");
}
