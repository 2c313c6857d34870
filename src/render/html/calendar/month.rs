//! The months as grids, weeks from Monday. A day shows a few of its lines and leads to the list, which has all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::Date;

use super::lines::Lines;
use super::{day_id, jumps, key, looks, month_id};
use crate::plan::Occasion;
use crate::render::calendar::CalendarSpan;
use crate::render::calendar::days::{Day, Row, clock};
use crate::render::figures::{count, plural, wide};

/// Lines that a day of the grid shows.
const CHIPS: usize = 4;
/// The weekdays, for the heads of columns.
const WEEKDAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// The view of months. Without the script it is not shown.
pub(super) fn months(lines: &Lines<'_>, span: &CalendarSpan<'_>, today: Date) -> String {
    let days: BTreeMap<Date, &Day<'_>> = lines.days.iter().map(|day| (day.date, day)).collect();
    let firsts = firsts(span.first_day(), span.last_day());
    let mut out =
        String::from("<section id=\"month\" class=\"months\" aria-label=\"Month by month\" hidden>\n");
    out.push_str(
        "<p class=\"hint\">Under each day: how often something goes out. The day leads to its list.</p>\n",
    );
    out.push_str(&jumps("month", "Months", &firsts));
    for first in firsts {
        month(first, &days, span, today, &mut out);
    }
    out.push_str("</section>\n");
    out
}

/// The first day of each month from `from` to `to`.
fn firsts(from: Date, to: Date) -> Vec<Date> {
    let mut month = from.first_of_month();
    let mut all = Vec::new();
    while month <= to {
        all.push(month);
        match month.checked_add(1.month()) {
            Ok(next) => month = next,
            Err(_) => break,
        }
    }
    all
}

fn month(
    first: Date,
    days: &BTreeMap<Date, &Day<'_>>,
    span: &CalendarSpan<'_>,
    today: Date,
    out: &mut String,
) {
    let id = month_id("month", first);
    let _ = writeln!(
        out,
        "<div class=\"month\">\n<h2 id=\"{id}\" tabindex=\"-1\">{}</h2>\n\
         <table aria-labelledby=\"{id}\">\n<thead><tr>",
        first.strftime("%B %Y")
    );
    for (short, long) in WEEKDAYS {
        let _ = writeln!(out, "<th scope=\"col\"><abbr title=\"{long}\">{short}</abbr></th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let before = first.weekday().to_monday_zero_offset();
    let mut column = 0;
    for _ in 0..before {
        if column == 0 {
            out.push_str("<tr>");
        }
        out.push_str("<td class=\"empty\"></td>\n");
        column += 1;
    }
    for date in first.series(1.day()).take_while(|date| date.month() == first.month()) {
        if column == 0 {
            out.push_str("<tr>");
        }
        let inside = date >= span.first_day() && date <= span.last_day();
        cell(date, days.get(&date).copied(), inside, date == today, span, out);
        column = (column + 1) % 7;
        if column == 0 {
            out.push_str("</tr>\n");
        }
    }
    if column > 0 {
        for _ in column..7 {
            out.push_str("<td class=\"empty\"></td>\n");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn cell(
    date: Date,
    day: Option<&Day<'_>>,
    inside: bool,
    today: bool,
    span: &CalendarSpan<'_>,
    out: &mut String,
) {
    let class = match (inside, today) {
        (false, _) => " class=\"outside\"",
        (true, true) => " class=\"today\" aria-current=\"date\"",
        (true, false) => "",
    };
    let number = date.day();
    let Some(day) = day else {
        let _ = writeln!(out, "<td{class}><span class=\"date\">{number}</span></td>");
        return;
    };
    let lines = wide(day.rows.iter().map(|row| row.times).sum::<usize>());
    let what = plural(lines, "entry", "entries");
    let _ = writeln!(
        out,
        "<td{class}><a class=\"date\" href=\"#{}\"><span aria-hidden=\"true\">{number}</span><span class=\"far\">{}: {what}</span></a>\
         <span class=\"sum\" aria-hidden=\"true\">{}</span>\n<ul class=\"chips\">",
        day_id(date),
        date.strftime("%A, %-d %B"),
        count(lines)
    );
    // The last place is for the count of the rest, unless there is just one more.
    let shown = if day.rows.len() > CHIPS { CHIPS - 1 } else { CHIPS };
    // Sends before what goes out as always.
    let mut rows: Vec<&Row<'_>> = day.rows.iter().collect();
    rows.sort_by_key(|row| row.first.occasion == Occasion::Firing);
    for row in rows.iter().take(shown) {
        chip(row, span, out);
    }
    if rows.len() > shown {
        let rest: usize = rows.iter().skip(shown).map(|row| row.times).sum();
        let _ = writeln!(out, "<li class=\"more\">and {} more</li>", count(wide(rest)));
    }
    out.push_str("</ul></td>\n");
}

fn chip(row: &Row<'_>, span: &CalendarSpan<'_>, out: &mut String) {
    let Row { first, last: _, times, all: _ } = row;
    let (class, mark) = looks(first.occasion);
    let time = match first.occasion {
        Occasion::NextApply => {
            format!("<span aria-hidden=\"true\">{mark}</span><span class=\"far\">next apply</span>")
        }
        Occasion::Firing => clock(first.at, span.zone),
        Occasion::Sent => format!(
            "<span aria-hidden=\"true\">{mark}</span><span class=\"far\">sent</span> {}",
            clock(first.at, span.zone)
        ),
    };
    let times = if *times > 1 { format!(" ×{}", count(wide(*times))) } else { String::new() };
    let _ = writeln!(
        out,
        "<li class=\"chip {class}\"><span class=\"time\">{time}</span> {}{times}</li>",
        key(first)
    );
}
