//! The canonical text of a rule: what [`Cron`](super::Cron)'s `Display` writes. Owns no reading.
//!
//! Weekdays are names in the order Sunday to Saturday and nothing wraps, so that Vixie, croniter and
//! Quartz-style readers take the text the same way wherever one text can do that.

use super::bits::Bits;
use super::field::{Field, WEEKDAYS};
use super::rule::Rule;

/// Writes `rule` as five fields; reading the text again gives the same rule.
pub(crate) fn canonical(rule: &Rule) -> String {
    let minutes = plain(Field::Minute, rule.minutes, true);
    let hours = plain(Field::Hour, rule.hours, true);
    let months = plain(Field::Month, rule.months, false);
    let all_days = rule.days == Field::DayOfMonth.all();
    let all_weekdays = rule.weekdays == Field::DayOfWeek.all();
    let mut days = if all_days { "*".to_owned() } else { plain(Field::DayOfMonth, rule.days, false) };
    let mut weekdays = plain(Field::DayOfWeek, rule.weekdays, false);
    if rule.both && !all_days && !all_weekdays {
        // "Both" is only said by a star in front of one of the two.
        if rule.days.contains(1) {
            days = starred(Field::DayOfMonth, rule.days);
        } else {
            weekdays = starred(Field::DayOfWeek, rule.weekdays);
        }
    }
    format!("{minutes} {hours} {days} {months} {weekdays}")
}

fn plain(field: Field, values: Bits, may_step: bool) -> String {
    if values == field.all() {
        return "*".to_owned();
    }
    if may_step
        && let Some(step) = (2..=field.highest() / 2).find(|step| starred_values(field, *step) == values)
    {
        return format!("*/{step}");
    }
    listed(field, values)
}

/// Values and ranges of three or more, joined by commas.
fn listed(field: Field, values: Bits) -> String {
    let mut parts = Vec::new();
    let mut rest = values;
    while let Some(low) = rest.first() {
        let mut high = low;
        while values.contains(high + 1) {
            high += 1;
        }
        if high - low >= 2 {
            parts.push(format!("{}-{}", word(field, low), word(field, high)));
        } else {
            parts.extend((low..=high).map(|value| word(field, value)));
        }
        rest = rest.minus(Bits::range(low..=high));
    }
    parts.join(",")
}

/// A text that begins with a star: the finest step that fits, then what it leaves out.
fn starred(field: Field, values: Bits) -> String {
    let fits = |step: &u8| starred_values(field, *step).is_subset_of(values);
    let step = (2..=field.highest()).find(fits).unwrap_or(field.highest());
    let rest = values.minus(starred_values(field, step));
    if rest.is_empty() { format!("*/{step}") } else { format!("*/{step},{}", listed(field, rest)) }
}

fn starred_values(field: Field, step: u8) -> Bits {
    field.values().step_by(usize::from(step)).collect()
}

fn word(field: Field, value: u8) -> String {
    match (field, WEEKDAYS.get(usize::from(value))) {
        (Field::DayOfWeek, Some(name)) => (*name).to_owned(),
        _ => value.to_string(),
    }
}
