//! iCalendar (RFC 5545): CRLF, lines folded at 75 octets, instants in UTC, an RRULE where it is exact, a UID that stays
//! the same for the same firing or series of the same project. `DTSTAMP` is `now`, so that the same input gives the same bytes.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::days::{Row, clock};
use super::people_words;
use super::phones::{inside_quiet_hours, other_times};
use super::series::{Series, series};
use crate::model::{Sha256Hex, one_line};
use crate::plan::{Calendar, Entry, Occasion};
use crate::time::Zone;

/// Of a series whose recipients' clocks change while it goes on.
const DIFFERS: &str = "What time it is on the recipients' phones changes in these weeks; `campaignctl calendar` shows it \
                       day by day.";
/// Octets of a line without its CRLF.
const LONGEST: usize = 75;

/// The calendar of a project and environment.
pub fn calendar_ics(calendar: &Calendar, project: &str, environment: &str, now: Timestamp) -> String {
    let mut out = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//campaignctl//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ] {
        fold(line, &mut out);
    }
    fold(&format!("X-WR-CALNAME:{}", escaped(project)), &mut out);
    for one in series(calendar) {
        event(calendar, &one, (project, environment), now, &mut out);
    }
    fold("END:VCALENDAR", &mut out);
    out
}

fn event(
    calendar: &Calendar,
    series: &Series<'_>,
    (project, environment): (&str, &str),
    now: Timestamp,
    out: &mut String,
) {
    let Some(entry) = series.entries.first() else { return };
    let Entry { address, at, ends, timezone, occasion, group: _, group_name, recipients: _, or_more: _ } =
        entry;
    // A send keeps its UID while it waits for the next apply and once it is sent; a series keeps it whichever weeks
    // are looked at.
    let which = match (&series.step, occasion) {
        (Some(step), _) => step.to_string(),
        (None, Occasion::Firing) => stamp(*at),
        (None, _) => String::new(),
    };
    let uid = Sha256Hex::of(format!("{project}\n{environment}\n{address}\n{which}").as_bytes());
    let uid: String = uid.as_str().chars().take(32).collect();
    let to = format!("{} ({})", one_line(group_name, 80), people_words(entry));
    let why = match occasion {
        Occasion::Firing => format!("{address} of {project} fires at this time ({timezone})."),
        Occasion::NextApply => {
            format!("{address} of {project} goes out with the next apply; it has no time of its own.")
        }
        Occasion::Sent => format!("{address} of {project} went out at this time."),
    };
    let (phones, other_phones) = series.common(|entry| phones(calendar, entry));
    let (quiet, other_quiet) = series.common(|entry| quiet(calendar, entry));
    let differs = (other_phones || other_quiet).then(|| DIFFERS.to_owned());
    let why = [Some(why), phones, quiet, differs];
    let why = why.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let least = at.checked_add(jiff::SignedDuration::from_mins(1)).unwrap_or(*at);
    let rule = series.step.as_ref().filter(|_| series.entries.len() > 1);
    let lines = [
        Some("BEGIN:VEVENT".to_owned()),
        Some(format!("UID:{uid}@campaignctl")),
        Some(format!("DTSTAMP:{}", stamp(now))),
        Some(format!("DTSTART:{}", stamp(*at))),
        Some(format!("DTEND:{}", stamp((*ends).max(least)))),
        rule.map(|step| format!("RRULE:{}", step.rule(series.entries.len()))),
        Some(format!("SUMMARY:{}", escaped(&format!("{address} to {to}")))),
        Some(format!("DESCRIPTION:{}", escaped(&why))),
        Some(format!("STATUS:{}", if *occasion == Occasion::NextApply { "TENTATIVE" } else { "CONFIRMED" })),
        Some("TRANSP:TRANSPARENT".to_owned()),
        Some("END:VEVENT".to_owned()),
    ];
    for line in lines.into_iter().flatten() {
        fold(&line, out);
    }
}

/// What time it is for the recipients, where that is not the time in the entry's own zone: a calendar program shows
/// that of its reader.
fn phones(calendar: &Calendar, entry: &Entry) -> Option<String> {
    let zone = Zone::parse(&entry.timezone).unwrap_or_else(|_| Zone::utc());
    let words = other_times(calendar, entry, zone.tz().to_offset(entry.at), None)?;
    Some(format!("When it is {} in {}, it is on their phones: {words}.", clock(entry.at, &zone), zone.name()))
}

fn quiet(calendar: &Calendar, entry: &Entry) -> Option<String> {
    let row = Row { first: entry, last: entry, times: 1, all: vec![entry] };
    inside_quiet_hours(calendar, &row).map(|words| format!("At that moment {words}."))
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT values.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A content line: at most 75 octets, then CRLF and a space before the rest; no character is cut in two.
fn fold(line: &str, out: &mut String) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LONGEST {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    let _ = out.write_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;

    fn calendar(name: &str, occasion: Occasion) -> String {
        let at: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
        let entry = Entry {
            address: Address::schedule("weekly"),
            at,
            ends: at,
            timezone: "Asia/Jerusalem".to_owned(),
            occasion,
            group: "vip".to_owned(),
            group_name: name.to_owned(),
            recipients: 1,
            or_more: false,
        };
        let calendar = Calendar { entries: vec![entry], ..Calendar::default() };
        calendar_ics(&calendar, "acme", "default", "2026-11-22T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn an_event_in_full() {
        insta::assert_snapshot!(calendar("VIP; Clients, \\ all", Occasion::Firing).replace("\r\n", "\n"));
    }

    #[test]
    fn an_event_says_what_time_it_is_on_phones() {
        let text = super::super::tests::ics().replace("\r\n ", "");
        let descriptions: Vec<&str> = text.lines().filter(|line| line.starts_with("DESCRIPTION:")).collect();
        insta::assert_snapshot!(descriptions.join("\n"));
    }

    #[test]
    fn lines_are_folded_between_characters() {
        let text = calendar(&"לקוחות 😀 ".repeat(20), Occasion::NextApply);
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        for line in text.split("\r\n") {
            assert!(line.len() <= LONGEST && !line.contains('\n'), "{line}");
        }
        assert!(text.replace("\r\n ", "").contains("לקוחות 😀 לקוחות"));
    }

    #[test]
    fn a_firing_keeps_its_uid_and_a_send_keeps_it_when_it_is_sent() {
        let uid = |text: &str| text.lines().find(|l| l.starts_with("UID:")).map(str::to_owned);
        assert_eq!(uid(&calendar("a", Occasion::Firing)), uid(&calendar("b", Occasion::Firing)));
        assert_eq!(uid(&calendar("a", Occasion::NextApply)), uid(&calendar("a", Occasion::Sent)));
        assert_ne!(uid(&calendar("a", Occasion::Firing)), uid(&calendar("a", Occasion::Sent)));
    }
}
