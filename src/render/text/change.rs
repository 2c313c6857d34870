//! One change: its line, why, and what is different afterwards.

use super::message;
use super::options::TextOptions;
use super::page::Page;
use super::span::{Paint, Span};
use crate::model::{PhoneSet, one_line, printable};
use crate::plan::{Action, Block, Change, ChangeId, ChangeKind, Detail, Verdict};
use crate::render::figures::{plural, wide};
use crate::render::headline::headline;
use crate::render::redact::masked;
use crate::render::words::{self, Sign};

/// Columns before the details.
const INDENT: usize = 6;
/// Longest value of a field, in characters.
const LONGEST_VALUE: usize = 300;

/// The block of one change. `all`: the changes of the plan, for naming those that must come before.
pub(super) fn change(page: &mut Page, change: &Change, all: &[Change], options: &TextOptions) {
    let title = headline(change);
    let Change { address, kind, step: _, verdict, also_refused: _, reason, details, requests, needs, action } =
        change;
    let sign = words::of_kind(*kind).sign;
    let (mark, paint) = match words::marker(verdict) {
        None => (sign.as_str().to_owned(), sign_paint(sign)),
        Some((mark, word)) => (format!("{mark} {word}"), verdict_paint(verdict)),
    };
    let lead = [Span::plain("  "), Span::new(paint, mark), Span::plain(" ")];
    let body = [Span::new(Paint::Strong, address.to_string()), Span::plain(format!(": {}", masked(&title)))];
    page.put(&lead, INDENT, &body);
    if !reason.is_empty() {
        line(page, &masked(&printable(reason)));
    }
    match verdict {
        Verdict::Go => {}
        Verdict::Refused(_) => line(page, "why, and the ways on: see REFUSED below"),
        Verdict::Held(_) => line(page, "what is known, and how to settle it: see HELD below"),
        Verdict::Blocked(Block { rule: _, text }) => {
            line(page, &format!("not now: {}", masked(&printable(text))));
        }
        Verdict::Expired => line(page, words::EXPIRED),
        Verdict::Over => line(page, words::OVER),
    }
    let names_known = !matches!(action, Action::None);
    for detail in details {
        if !(names_known && said_already(*kind, detail)) {
            show(page, *kind, detail, options);
        }
    }
    if options.verbose {
        if *requests > 0 {
            line(page, &plural(*requests, "request", "requests"));
        }
        let before: Vec<_> = needs.iter().filter_map(|id: &ChangeId| all.get(*id)).collect();
        if !before.is_empty() {
            let list = before.iter().map(|c| c.address.to_string()).collect::<Vec<_>>().join(", ");
            line(page, &format!("only after {list}"));
        }
    }
}

/// The name of a new object is in its headline.
fn said_already(kind: ChangeKind, detail: &Detail) -> bool {
    let named = words::is_new(kind) || kind == ChangeKind::RenameGroup;
    matches!(detail, Detail::Field { name: "name" | "group" | "session", old: None, new: Some(_) } if named)
}

fn show(page: &mut Page, kind: ChangeKind, detail: &Detail, options: &TextOptions) {
    match detail {
        Detail::Field { name, old, new } => field(page, kind, name, old.as_deref(), new.as_deref()),
        Detail::Text { old, new, hidden } => text(page, old.as_deref(), new.as_deref(), *hidden, options),
        Detail::Added(phones) => members(page, Paint::Add, "+", "", phones, options),
        Detail::Removed(phones) => members(page, Paint::Remove, "-", "", phones, options),
        Detail::Suppressed(phones) => members(page, Paint::Remove, "", ", suppressed", phones, options),
        Detail::Info(text) => line(page, &masked(&printable(text))),
    }
}

fn field(page: &mut Page, kind: ChangeKind, name: &str, old: Option<&str>, new: Option<&str>) {
    let value = |text: &str| one_line(&masked(text), LONGEST_VALUE);
    let label = Span::plain(format!("{name}: "));
    let arrow = Span::new(Paint::Dim, " → ");
    let body = match (old, new) {
        (None, Some(new)) if words::is_new(kind) => vec![label, Span::plain(value(new))],
        (None, None) => vec![label, Span::new(Paint::Change, "changed")],
        (old, new) => {
            let shown = |v: Option<&str>| v.map_or_else(|| "(none)".to_owned(), value);
            vec![label, Span::new(Paint::Remove, shown(old)), arrow, Span::new(Paint::Add, shown(new))]
        }
    };
    page.put(&[Span::plain(" ".repeat(INDENT))], INDENT + 2, &body);
}

fn text(page: &mut Page, old: Option<&str>, new: Option<&str>, hidden: bool, options: &TextOptions) {
    match (old, new) {
        (Some(old), Some(new)) => {
            line(page, "message, old → new:");
            message::changed(page, INDENT + 2, old, new, options.verbose);
        }
        (None, Some(new)) => {
            line(
                page,
                if hidden {
                    "message: changed (MoltFlow does not show the old one); new:"
                } else {
                    "message:"
                },
            );
            message::whole(page, INDENT + 2, new);
        }
        (Some(old), None) => {
            line(page, "message, taken out:");
            message::whole(page, INDENT + 2, old);
        }
        (None, None) => line(page, "message: changed (MoltFlow does not show the old one)"),
    }
}

fn members(page: &mut Page, paint: Paint, sign: &str, what: &str, phones: &PhoneSet, options: &TextOptions) {
    if phones.is_empty() {
        return;
    }
    let most = if options.verbose { 20 } else { 3 };
    let mut samples: Vec<String> = phones
        .iter()
        .take(most)
        .map(|phone| if options.show_phones { phone.e164() } else { phone.masked().to_string() })
        .collect();
    if phones.len() > most {
        samples.push("…".to_owned());
    }
    let count = plural(wide(phones.len()), "member", "members");
    let body =
        [Span::new(paint, format!("{sign}{count}{what}")), Span::plain(format!(": {}", samples.join(", ")))];
    page.put(&[Span::plain(" ".repeat(INDENT))], INDENT + 2, &body);
}

fn line(page: &mut Page, text: &str) {
    page.say(&" ".repeat(INDENT), INDENT + 2, text);
}

fn sign_paint(sign: Sign) -> Paint {
    match sign {
        Sign::Add => Paint::Add,
        Sign::Change => Paint::Change,
        Sign::Remove => Paint::Remove,
        Sign::Send => Paint::Send,
    }
}

fn verdict_paint(verdict: &Verdict) -> Paint {
    match verdict {
        Verdict::Go => Paint::Plain,
        Verdict::Refused(_) | Verdict::Held(_) => Paint::Alarm,
        Verdict::Blocked(_) => Paint::Change,
        Verdict::Expired | Verdict::Over => Paint::Dim,
    }
}
