//! Pages cannot be broken out of, say what the other renderings say, end in time, and can be read by everybody.

use std::collections::BTreeMap;

use jiff::civil::time;
use jiff::{SignedDuration, Timestamp};

use super::page::STYLE;
use super::{calendar_html, plan_html, report_html};
use crate::model::{Address, Phone, PhoneSet, QuietHours};
use crate::plan::{Calendar, Clocks, Entry, Occasion};
use crate::render::calendar::CalendarSpan;
use crate::render::{PlanUse, samples};
use crate::time::Zone;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The page without style and script, which are the same in all.
fn content(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    for tag in ["style", "script"] {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        let (before, after) = rest.split_once(&open).unwrap();
        out.push_str(before);
        rest = after.split_once(&close).unwrap().1;
    }
    let out = out + rest;
    let policy = regex::Regex::new("sha256-[A-Za-z0-9+/=]{44}").unwrap();
    policy.replace_all(&out, "sha256-…").into_owned()
}

/// Every element that is opened is closed, in order; every id is there once, and every link leads to one.
fn check(html: &str) {
    let body = content(html);
    let mut open = Vec::new();
    let tags = regex::Regex::new(r"<(/?)([a-z0-9]+)((?:\s[^<>]*)?)>").unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for tag in tags.captures_iter(&body) {
        let (closing, name) = (&tag[1] == "/", tag[2].to_owned());
        if closing {
            assert_eq!(open.pop().as_ref(), Some(&name), "{}", &tag[0]);
        } else if !["meta", "link", "br"].contains(&name.as_str()) {
            open.push(name);
        }
        if let Some(id) = tag[3].split(" id=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            assert!(ids.insert(id.to_owned()), "{id} twice");
        }
        assert!(
            !tag[3].contains(" src=") && !tag[3].contains("style=") && !tag[3].contains(" on"),
            "{}",
            &tag[0]
        );
    }
    assert!(open.is_empty(), "{open:?}");
    for part in ["href=\"", "aria-labelledby=\"", "aria-controls=\""] {
        for found in body.split(part).skip(1) {
            let target = found.split('"').next().unwrap();
            assert!(target == "data:," || ids.contains(target.trim_start_matches('#')), "{part}{target}");
        }
    }
    assert_eq!(body.matches("<h1>").count(), 1);
    assert!(!body.contains("<script"), "no script but the page's own");
}

fn entry(address: Address, at: Timestamp, occasion: Occasion, group_name: &str) -> Entry {
    Entry {
        address,
        at,
        ends: at + SignedDuration::from_mins(12),
        timezone: "Europe/Berlin".to_owned(),
        occasion,
        group: "vip".to_owned(),
        group_name: group_name.to_owned(),
        recipients: 12,
        or_more: false,
    }
}

const EVIL: &str =
    "<script>alert(1)</script>\"'><img src=x onerror=y>&amp; +1 555 012 3456 \u{202e}\u{1b}[31m";

fn sample() -> Calendar {
    let mut calendar = Calendar {
        entries: vec![
            entry(Address::send("again"), at("2026-11-28T08:00:00Z"), Occasion::Sent, "vip"),
            entry(Address::send("offer"), at("2026-11-29T10:00:00Z"), Occasion::NextApply, EVIL),
            entry(Address::schedule("once"), at("2026-12-01T23:30:00Z"), Occasion::Firing, "לקוחות"),
        ],
        ..Calendar::default()
    };
    for i in 0..6 {
        let at = at("2026-12-02T06:00:00Z") + SignedDuration::from_hours(i);
        calendar.entries.push(entry(Address::schedule("often"), at, Occasion::Firing, "VIP Clients"));
    }
    calendar.resting.insert(Address::send("later"));
    calendar.cut.insert(Address::schedule("often"));
    calendar
}

fn page(calendar: &Calendar, from: &str, until: &str) -> String {
    let zone = Zone::parse("Asia/Jerusalem").unwrap();
    let span = CalendarSpan { from: at(from), until: at(until), zone: &zone };
    calendar_html(calendar, &span, "acme", "production", at("2026-11-29T10:00:00Z"))
}

fn sample_page() -> String {
    page(&sample(), "2026-11-26T22:00:00Z", "2026-12-10T22:00:00Z")
}

#[test]
fn a_calendar() {
    insta::assert_snapshot!(content(&sample_page()));
}

#[test]
fn a_plan_with_everything() {
    insta::assert_snapshot!(content(&plan_html(&samples::everything(), PlanUse::Apply)));
}

#[test]
fn a_plan_that_is_refused() {
    insta::assert_snapshot!(content(&plan_html(&samples::refused(), PlanUse::Apply)));
}

#[test]
fn a_report_with_everything() {
    insta::assert_snapshot!(content(&report_html(&samples::report())));
}

#[test]
fn pages_are_well_formed_and_whole_in_themselves() {
    for plan in [
        samples::everything(),
        samples::quickstart(),
        samples::refused(),
        samples::empty(),
        samples::hostile(),
    ] {
        check(&plan_html(&plan, PlanUse::Apply));
        check(&plan_html(&plan, PlanUse::Destroy));
    }
    for report in [samples::report(), samples::report_done()] {
        check(&report_html(&report));
    }
    check(&sample_page());
    check(&page(&Calendar::default(), "2026-11-26T22:00:00Z", "2026-12-10T22:00:00Z"));
}

#[test]
fn every_address_is_there() {
    let plan = samples::everything();
    let html = plan_html(&plan, PlanUse::Apply);
    for change in &plan.changes {
        assert!(html.contains(&format!("<code>{}</code>", change.address)), "{}", change.address);
    }
    let report = samples::report();
    let html = report_html(&report);
    for outcome in &report.outcomes {
        assert!(html.contains(&format!("<code>{}</code>", outcome.address)), "{}", outcome.address);
    }
    let (calendar, html) = (sample(), sample_page());
    for entry in &calendar.entries {
        assert!(html.contains(&format!("<code>{}</code>", entry.address)), "{}", entry.address);
    }
}

#[test]
fn hostile_names_are_text() {
    for html in [plan_html(&samples::hostile(), PlanUse::Apply), sample_page()] {
        let body = content(&html);
        for word in ["<script", "<img", "\u{202e}", "\u{1b}", "5550123456", "555 012"] {
            assert!(!body.contains(word), "{word}: {body}");
        }
        assert!(body.contains("&lt;script&gt;alert(1)"), "{body}");
    }
}

#[test]
fn a_calendar_says_what_its_text_says() {
    let body = content(&sample_page());
    for said in [
        "At least 7 firings and 2 sends, 108 messages in all, from 27 Nov 2026 to 10 Dec 2026 (Asia/Jerusalem).",
        "Paused, cancelled, expired or not settled, and so not here: send.later.",
        "Too many firings to show all, ask for fewer weeks: schedule.often (shown up to 2 Dec 2026).",
        // The day is that of the calendar's zone; the schedule's own time is given.
        "Wednesday, 2 December 2026",
        "<time datetime=\"2026-12-02T01:30:00+02:00\">01:30</time>",
        "00:30 in Europe/Berlin",
        "12 people each time, 6 times",
        "next apply",
    ] {
        assert!(body.contains(said), "{said}\n{body}");
    }
}

#[test]
fn a_calendar_says_what_time_it_is_on_phones() {
    let members: PhoneSet =
        ["+12125550123", "+61412345678"].iter().map(|text| Phone::parse(text).unwrap()).collect();
    let mut calendar = sample();
    let (from, until) = ("2026-11-26T22:00:00Z", "2026-12-10T22:00:00Z");
    calendar.clocks = Clocks::of([("vip", &members)], ["Europe/Berlin"], at(from), at(until));
    calendar.quiet_hours = Some(QuietHours { from: time(21, 0, 0, 0), to: time(8, 0, 0, 0) });
    let body = content(&page(&calendar, from, until));
    for said in [
        "<br>if sent at 12:00, on their phones: 05:00 for 1 person in New York, 16:30 to 21:00 for 1 somewhere from",
        "<br>on their phones: Tue 18:30 for 1 person in New York, 06:00 to 10:30 for 1 somewhere from Cocos to Sydney",
        "<br>the first on their phones: 01:00 for 1 person in New York",
        "<br><span class=\"warn\">inside their quiet hours (21:00 to 08:00): 2 of 12 people</span>",
        "<br><span class=\"warn\">inside their quiet hours (21:00 to 08:00): up to 2 of 12 people, each time</span>",
    ] {
        assert!(body.contains(said), "{said}\n{body}");
    }
    let sent = body.lines().find(|line| line.contains("row sent")).unwrap();
    assert!(sent.contains("on their phones") && !sent.contains("quiet"), "{sent}");
}

/// A year of firings every five minutes, of several schedules, with more schedules than a day can show.
#[test]
fn a_full_year_stays_bounded_and_says_what_was_summarised() {
    let mut calendar = Calendar::default();
    let start = at("2026-11-29T00:00:00Z");
    for day in 0..364 {
        for i in 0..12 {
            for minute in [0, 5] {
                let at = start + SignedDuration::from_hours(24 * day) + SignedDuration::from_mins(minute);
                let address = Address::schedule(format!("s{i}"));
                calendar.entries.push(entry(address, at, Occasion::Firing, &EVIL.repeat(2)));
            }
        }
    }
    calendar.entries.sort_by(|a, b| (a.at, &a.address).cmp(&(b.at, &b.address)));
    let html = page(&calendar, "2026-11-28T22:00:00Z", "2027-11-27T22:00:00Z");
    assert!(html.len() < 5_000_000, "{}", html.len());
    let body = html;
    assert!(body.contains("has one line for the day") && body.contains("shows at most 10 lines"));
    let rows = body.matches("<li class=\"row ").count();
    assert_eq!(rows, 364 * 10);
    assert_eq!(body.matches("4 entries more on this day, 48 messages").count(), 364);
}

#[test]
fn long_plans_and_reports_end_in_time() {
    let mut plan = samples::huge();
    plan.changes = plan.changes.iter().cycle().take(8_000).cloned().collect();
    let html = plan_html(&plan, PlanUse::Apply);
    assert!(html.len() < 16_000_000, "{}", html.len());
    let shown = html.matches("<li class=\"change\">").count();
    let rest = crate::render::figures::count(8_000 - shown as u64);
    assert!(html.contains(&format!("and {rest} more changes")), "{shown}");
}

/// What people will get is on the page, or the page says that it is not.
#[test]
fn what_goes_to_people_is_shown_first_where_not_all_fits() {
    let html = plan_html(&samples::buried(20_000, 40), PlanUse::Apply);
    assert!((0..40).all(|i| html.contains(&format!("Text number {i}."))));
    assert!(html.contains("what goes to people first") && html.contains(" groups created"));
    assert!(!html.contains("not show everything"));
    let html = plan_html(&samples::buried(10, 3_000), PlanUse::Apply);
    let warning = html.find("does not show everything that is sent").unwrap();
    assert!(
        warning < html.find("id=\"changes\"").unwrap() && html.contains("send.s2999</code>: to 3 people")
    );
}

#[test]
fn a_plan_to_destroy_offers_no_digest() {
    let plan = samples::everything();
    assert!(plan_html(&plan, PlanUse::Apply).contains("apply --expect"));
    let html = plan_html(&plan, PlanUse::Destroy);
    assert!(!html.contains("--expect") && !html.contains(plan.digest.as_str()));
    let text = crate::render::PlanText::new(&plan, &crate::render::TextOptions::default());
    assert!(text.to_string().contains("--expect"));
    let text = text.used_for(PlanUse::Destroy).to_string();
    assert!(!text.contains("--expect") && !text.contains(plan.digest.as_str()), "{text}");
    let text = crate::render::plan_markdown(&plan, PlanUse::Destroy);
    assert!(!text.contains("--expect") && !text.contains(plan.digest.as_str()), "{text}");
}

/// WCAG 2.2, 1.4.3: text has at least 4.5 : 1 against what is behind it, in light and in dark.
#[test]
fn colours_can_be_read() {
    let pattern = regex::Regex::new(r"--([a-z-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)").unwrap();
    let colours: BTreeMap<String, [f64; 2]> = pattern
        .captures_iter(STYLE)
        .map(|c| (c[1].to_owned(), [luminance(&c[2]), luminance(&c[3])]))
        .collect();
    let grounds = ["paper", "card", "sunk"];
    let mut pairs: Vec<(String, String)> = Vec::new();
    for ink in ["ink", "soft", "link", "add", "alter", "remove", "send", "quiet"] {
        pairs.extend(grounds.map(|ground| (ink.to_owned(), ground.to_owned())));
    }
    for kind in ["add", "alter", "remove", "send", "quiet", "firing"] {
        pairs.push((kind.to_owned(), format!("{kind}-bg")));
    }
    pairs.push(("card".to_owned(), "link".to_owned()));
    for (ink, ground) in pairs {
        for (a, b) in colours[&ink].iter().zip(&colours[&ground]) {
            let ratio = (a.max(*b) + 0.05) / (a.min(*b) + 0.05);
            assert!(ratio >= 4.5, "--{ink} on --{ground}: {ratio:.2}");
        }
    }
}

fn luminance(hex: &str) -> f64 {
    let channel = |i: usize| {
        let value = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}
