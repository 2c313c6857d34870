//! The local calendar against `croner`, and equality against brute force. `croner` reads expressions that
//! have been expanded to plain lists, so only its calendar is asked.

use std::collections::BTreeMap;

use croner::parser::{CronParser, Seconds, Year};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};

use super::bits::Bits;
use super::field::Field;
use super::{Cron, Rule};

const DAYS: [&str; 12] = ["*", "1", "29", "30", "31", "1-7", "13", "*/2", "*/10", "28-31", "1-31", "30,31"];
const MONTHS: [&str; 7] = ["*", "2", "1,3,5", "4,6", "2,4", "NOV-FEB", "JAN-DEC/3"];
const WEEKDAYS: [&str; 8] = ["*", "MON", "1-5", "0", "7", "*/2", "0-6", "FRI-MON"];

/// Every combination of the day fields above that fires at all.
fn family() -> Vec<(String, Cron)> {
    let mut family = Vec::new();
    for day in DAYS {
        for month in MONTHS {
            for weekday in WEEKDAYS {
                let text = format!("15,45 3,22 {day} {month} {weekday}");
                if let Ok(cron) = Cron::parse(&text) {
                    family.push((text, cron));
                }
            }
        }
    }
    assert!(family.len() > 500);
    family
}

fn list(field: Field, bits: Bits) -> String {
    if bits == field.all() {
        return "*".to_owned();
    }
    bits.iter().map(|value| value.to_string()).collect::<Vec<_>>().join(",")
}

fn by_croner(rule: &Rule) -> croner::Cron {
    let text = [
        list(Field::Minute, rule.minutes),
        list(Field::Hour, rule.hours),
        list(Field::DayOfMonth, rule.days),
        list(Field::Month, rule.months),
        list(Field::DayOfWeek, rule.weekdays),
    ]
    .join(" ");
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
    parser.dom_and_dow(rule.both).build().parse(&text).unwrap()
}

#[test]
fn the_calendar_is_that_of_croner() {
    for (text, cron) in family() {
        let rule = cron.rule();
        let croner = by_croner(rule);
        let mut at: DateTime = date(2026, 11, 22).at(17, 4, 30, 0);
        for _ in 0..4 {
            let theirs = croner.find_next_occurrence(&at, false).unwrap();
            assert_eq!(rule.first_from(at), Some(theirs), "{text} after {at}");
            at = theirs.checked_add(1.minute()).unwrap();
        }
    }
}

#[test]
fn equal_means_the_same_days_and_nothing_else() {
    let days: Vec<Date> = date(2000, 1, 1).series(1.day()).take(28 * 366).collect();
    let mut by_days: BTreeMap<Vec<bool>, (String, Cron)> = BTreeMap::new();
    let mut by_rule: BTreeMap<Rule, Vec<bool>> = BTreeMap::new();
    for (text, cron) in family() {
        let fires: Vec<bool> = days.iter().map(|day| cron.rule().matches_day(*day)).collect();
        if let Some((first, same)) = by_days.get(&fires) {
            assert_eq!(*same, cron, "{first} and {text} fire on the same days");
        }
        if let Some(same) = by_rule.insert(*cron.rule(), fires.clone()) {
            assert_eq!(same, fires, "{text} is equal to another that fires on other days");
        }
        by_days.entry(fires).or_insert((text, cron));
    }
}

#[test]
fn the_canonical_text_reads_back_as_itself() {
    for (text, cron) in family() {
        let canonical = cron.to_string();
        let again = Cron::parse(&canonical).unwrap();
        assert_eq!(again, cron, "{text} -> {canonical}");
        assert_eq!(again.to_string(), canonical, "{text}");
        assert!(!again.has_numeric_weekday(), "{canonical}");
    }
}
