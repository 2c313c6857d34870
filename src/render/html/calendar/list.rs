//! The list by day: everything that the text form says.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::lines::Lines;
use super::{day_id, jumps, looks, month_id};
use crate::model::one_line;
use crate::plan::{Calendar, Entry, Occasion};
use crate::render::calendar::days::{Day, Row, clock};
use crate::render::calendar::phones::{inside_quiet_hours, on_their_phones};
use crate::render::calendar::{CalendarSpan, own_time, people_words};
use crate::render::figures::{count, duration, plural, wide};
use crate::render::html::escape::{code, escaped, sentence};
use crate::time::format::with_offset;

/// Longest name of a group, in characters.
const LONGEST_NAME: usize = 80;

/// The view of days.
pub(super) fn list(calendar: &Calendar, lines: &Lines<'_>, span: &CalendarSpan<'_>, today: Date) -> String {
    let mut out = String::from("<section id=\"list\" class=\"days\" aria-label=\"Day by day\">\n");
    let months: Vec<&[Day<'_>]> =
        lines.days.chunk_by(|a, b| a.date.first_of_month() == b.date.first_of_month()).collect();
    let firsts: Vec<Date> =
        months.iter().filter_map(|days| Some(days.first()?.date.first_of_month())).collect();
    out.push_str(&jumps("days", "Months of the list", &firsts));
    for (first, days) in firsts.iter().zip(months) {
        let id = month_id("days", *first);
        let _ = writeln!(
            out,
            "<div class=\"of-month\">\n<h2 id=\"{id}\" tabindex=\"-1\">{}</h2>",
            first.strftime("%B %Y")
        );
        for entry in days {
            day(calendar, entry, lines, span, today, &mut out);
        }
        out.push_str("</div>\n");
    }
    out.push_str("</section>\n");
    out
}

fn day(
    calendar: &Calendar,
    day: &Day<'_>,
    lines: &Lines<'_>,
    span: &CalendarSpan<'_>,
    today: Date,
    out: &mut String,
) {
    let id = day_id(day.date);
    let (class, said) =
        if day.date == today { (" today", " <span class=\"badge\">today</span>") } else { ("", "") };
    let messages = day.rows.iter().map(Row::messages).fold(0_u64, u64::saturating_add);
    let _ = writeln!(
        out,
        "<div class=\"day{class}\">\n<h3 id=\"{id}\" tabindex=\"-1\">\
         <time datetime=\"{}\">{}</time>{said} <span class=\"sum\">{}</span></h3>\n<ul>",
        day.date.strftime("%Y-%m-%d"),
        day.date.strftime("%A, %-d %B %Y"),
        plural(messages, "message", "messages")
    );
    let (shown, rest) = lines.shown(day);
    for entry in shown {
        row(calendar, entry, span, out);
    }
    if !rest.is_empty() {
        let entries = plural(wide(rest.iter().map(|row| row.times).sum()), "entry", "entries");
        let messages = rest.iter().map(Row::messages).fold(0_u64, u64::saturating_add);
        let messages = plural(messages, "message", "messages");
        let _ = writeln!(out, "<li class=\"more\">… and {entries} more on this day, {messages}</li>");
    }
    out.push_str("</ul>\n</div>\n");
}

fn row(calendar: &Calendar, row: &Row<'_>, span: &CalendarSpan<'_>, out: &mut String) {
    let Row { first, last, times, all: _ } = row;
    let Entry {
        address,
        at: _,
        ends: _,
        timezone: _,
        occasion,
        group,
        group_name,
        recipients: _,
        or_more: _,
    } = first;
    let (class, mark) = looks(*occasion);
    let time = |entry: &Entry| {
        let (full, short) = (with_offset(entry.at, span.zone), clock(entry.at, span.zone));
        format!("<time datetime=\"{full}\">{short}</time>")
    };
    let when = match (occasion, times) {
        (Occasion::NextApply, _) => "next apply".to_owned(),
        (_, 1) => time(first),
        _ => format!("{}–{}", time(first), time(last)),
    };
    let mut facts: Vec<String> = own_time(first, span.zone).map(|own| escaped(&own)).into_iter().collect();
    let people = sentence(&people_words(first));
    facts.push(match times {
        1 => people,
        _ => format!("{people} each time, {} times", count(wide(*times))),
    });
    facts.extend(takes(first));
    if *occasion == Occasion::Sent {
        facts.push("sent".to_owned());
    }
    let mut facts = facts.join(" · ");
    if let Some(phones) = on_their_phones(calendar, row, span.zone) {
        facts = format!("{facts}<br>{}", escaped(&phones));
    }
    if let Some(quiet) = inside_quiet_hours(calendar, row) {
        facts = format!("{facts}<br><span class=\"warn\">{}</span>", escaped(&quiet));
    }
    let name = sentence(&one_line(group_name, LONGEST_NAME));
    let name = if group == group_name { String::new() } else { format!("<bdi class=\"name\">{name}</bdi> ") };
    let _ = writeln!(
        out,
        "<li class=\"row {class}\"><span class=\"when\"><span class=\"key {class}\" aria-hidden=\"true\">{mark}</span> {when}</span>\
         <span class=\"what\">{} <span class=\"to\">to {name}{}</span><span class=\"facts\">{}</span></span></li>",
        code(&address.to_string()),
        code(&format!("group.{group}")),
        facts
    );
}

/// `takes about 12 min`, where there is more than a moment between the first person and the last.
fn takes(entry: &Entry) -> Option<String> {
    let length = entry.ends.duration_since(entry.at);
    (entry.occasion != Occasion::Sent && length.as_secs() >= 60)
        .then(|| format!("takes about {}", duration(length)))
}
