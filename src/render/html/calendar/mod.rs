//! A calendar as a page: the months as grids, and a list by day. The list is all of it; the grids lead to its days.

mod lines;
mod list;
mod month;

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

use self::lines::Lines;
use super::escape::{escaped, sentence};
use super::page::Page;
use crate::model::one_line;
use crate::plan::{Calendar, Entry, Occasion};
use crate::render::calendar::CalendarSpan;
use crate::render::calendar::days::day_of;
use crate::render::calendar::phones::ASSUMED;
use crate::render::calendar::span::{cut, resting};
use crate::render::figures::moment;

/// Longest note, in characters.
const LONGEST_NOTE: usize = 20_000;
/// The tabs of the two views.
const CONTROLS: &str = "<div role=\"tablist\" aria-label=\"View\" id=\"tabs\">\n\
    <button type=\"button\" role=\"tab\" id=\"tab-month\" aria-controls=\"month\" aria-selected=\"true\">Month</button>\n\
    <button type=\"button\" role=\"tab\" id=\"tab-list\" aria-controls=\"list\" aria-selected=\"false\" tabindex=\"-1\">List</button>\n\
    </div>\n";

/// What goes out in `span`, as one page: no phone number, no member's name, no message text. The same input and `now`
/// give the same bytes.
pub fn calendar_html(
    calendar: &Calendar,
    span: &CalendarSpan<'_>,
    project: &str,
    environment: &str,
    now: Timestamp,
) -> String {
    let lines = Lines::of(calendar, span);
    let today = day_of(now, span.zone);
    let mut main = String::new();
    main.push_str(&notes(cut(calendar, span.zone).into_iter().chain(lines.shortened())));
    main.push_str(&legend(calendar));
    main.push_str(&month::months(&lines, span, today));
    main.push_str(&list::list(calendar, &lines, span, today));
    main.push_str(&notes(resting(calendar).into_iter()));
    let zone = sentence(span.zone.name());
    let lead = escaped(&span.totals(calendar));
    let foot = format!(
        "<p>Times are those of {zone}; where a schedule has another time zone, its own time is given too, and what \
         the phones of the recipients show is told from their numbers. {ASSUMED} How long something takes is about \
         what it takes at the usual pace.</p>\n<p>Made {} by campaignctl.</p>\n",
        sentence(&moment(now, span.zone.name()))
    );
    Page { kind: "Calendar", project, environment, lead, controls: CONTROLS, main, foot }.html()
}

/// Sentences in a box. They may hold lists of addresses, which may be longer than a sentence is.
fn notes(sentences: impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    for text in sentences {
        let _ = writeln!(out, "<p>{}</p>", escaped(&one_line(&text, LONGEST_NOTE)));
    }
    if out.is_empty() { out } else { format!("<div class=\"notes\">\n{out}</div>\n") }
}

/// What the colours and signs mean, as far as they are used.
fn legend(calendar: &Calendar) -> String {
    let mut items = String::new();
    for (occasion, text) in [
        (Occasion::Firing, "a schedule goes out"),
        (Occasion::NextApply, "a send that the next apply starts"),
        (Occasion::Sent, "a send that went out"),
    ] {
        if calendar.entries.iter().any(|entry| entry.occasion == occasion) {
            let (class, mark) = looks(occasion);
            let _ = writeln!(
                items,
                "<li><span class=\"key {class}\" aria-hidden=\"true\">{mark}</span> {text}</li>"
            );
        }
    }
    if items.is_empty() {
        return "<p class=\"verdict good\">Nothing goes out in this time.</p>\n".to_owned();
    }
    format!("<ul class=\"legend\">\n{items}</ul>\n")
}

/// The class and the sign of an occasion.
fn looks(occasion: Occasion) -> (&'static str, &'static str) {
    match occasion {
        Occasion::Firing => ("firing", "◷"),
        Occasion::NextApply => ("ahead", "►"),
        Occasion::Sent => ("sent", "✓"),
    }
}

/// `month-2036-04`, for links.
fn month_id(prefix: &str, date: Date) -> String {
    format!("{prefix}-{}", date.strftime("%Y-%m"))
}

fn day_id(date: Date) -> String {
    format!("day-{}", date.strftime("%Y-%m-%d"))
}

/// Links to the months of a view, where there are several.
fn jumps(prefix: &str, label: &str, months: &[Date]) -> String {
    if months.len() < 2 {
        return String::new();
    }
    let mut out = format!("<nav class=\"jump\" aria-label=\"{label}\">\n");
    for month in months {
        let id = month_id(prefix, *month);
        let _ = writeln!(out, "<a href=\"#{id}\">{}</a>", month.strftime("%b %Y"));
    }
    out.push_str("</nav>\n");
    out
}

/// The key of an entry's schedule or send.
fn key(entry: &Entry) -> String {
    super::escape::value(&entry.address.key)
}
