//! One change of a plan: a line, and under it why, and what is different afterwards.

use std::fmt::Write as _;

use super::escape::{code, escaped, field, sentence};
use super::message::message;
use crate::plan::{Block, Change, Detail, Verdict};
use crate::render::figures::{count, plural, wide};
use crate::render::headline::headline;
use crate::render::words::{self, Sign};

/// The item of one change.
pub(super) fn change(change: &Change) -> String {
    let title = sentence(&headline(change));
    let Change {
        address,
        kind,
        step: _,
        verdict,
        also_refused: _,
        reason,
        details,
        requests: _,
        needs: _,
        action: _,
    } = change;
    let sign = words::of_kind(*kind).sign;
    let (mark, word, class) = match words::marker(verdict) {
        None => (sign.as_str(), "", sign_class(sign)),
        Some((mark, word)) => (mark, word, verdict_class(verdict)),
    };
    let word = if word.is_empty() { String::new() } else { format!("<span class=\"word\">{word}</span> ") };
    let line = format!(
        "<span class=\"sign {class}\" aria-hidden=\"true\">{mark}</span> <span class=\"said\">{word}{} {title}</span>",
        code(&address.to_string())
    );
    let body = body(verdict, reason, details);
    if body.is_empty() {
        return format!("<li class=\"change\"><p class=\"line\">{line}</p></li>\n");
    }
    format!(
        "<li class=\"change\"><details>\n<summary class=\"line\">{line}</summary>\n<div class=\"body\">\n{body}</div>\n</details></li>\n"
    )
}

fn body(verdict: &Verdict, reason: &str, details: &[Detail]) -> String {
    let mut body = String::new();
    if !reason.is_empty() {
        let _ = writeln!(body, "<p>{}</p>", sentence(reason));
    }
    let why = match verdict {
        Verdict::Go => None,
        Verdict::Refused(_) => Some("Why, and the ways on: see <a href=\"#refused\">Refused</a>.".to_owned()),
        Verdict::Held(_) => {
            Some("What is known, and how to settle it: see <a href=\"#held\">Held</a>.".to_owned())
        }
        Verdict::Blocked(Block { rule: _, text }) => Some(format!("Not now: {}", sentence(text))),
        Verdict::Expired => Some(sentence(words::EXPIRED)),
        Verdict::Over => Some(sentence(words::OVER)),
    };
    if let Some(why) = why {
        let _ = writeln!(body, "<p>{why}</p>");
    }
    let mut list = String::new();
    let mut messages = String::new();
    for entry in details {
        match entry {
            Detail::Text { old, new, hidden } => {
                messages.push_str(&message(old.as_deref(), new.as_deref(), *hidden));
            }
            entry => {
                let _ = writeln!(list, "<li>{}</li>", detail(entry));
            }
        }
    }
    if !list.is_empty() {
        let _ = writeln!(body, "<ul>\n{list}</ul>");
    }
    body.push_str(&messages);
    body
}

fn detail(detail: &Detail) -> String {
    match detail {
        Detail::Field { name, old: None, new: None } => format!("{}: changed", escaped(name)),
        Detail::Field { name, old: None, new: Some(new) } => {
            format!("{}: {}", escaped(name), field(name, new))
        }
        Detail::Field { name, old: Some(old), new } => {
            let new = new
                .as_deref()
                .map_or_else(|| "(none)".to_owned(), |new| format!("<ins>{}</ins>", field(name, new)));
            format!("{}: <del>{}</del> → {new}", escaped(name), field(name, old))
        }
        Detail::Text { .. } => String::new(),
        Detail::Added(phones) => format!("{} added", plural(wide(phones.len()), "member", "members")),
        Detail::Removed(phones) => format!("{} removed", plural(wide(phones.len()), "member", "members")),
        Detail::Suppressed(phones) => format!("{} of those removed: suppressed", count(wide(phones.len()))),
        Detail::Info(text) => sentence(text),
    }
}

fn sign_class(sign: Sign) -> &'static str {
    match sign {
        Sign::Add => "add",
        Sign::Change => "alter",
        Sign::Remove => "remove",
        Sign::Send => "send",
    }
}

fn verdict_class(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Go | Verdict::Expired | Verdict::Over => "quiet",
        Verdict::Refused(_) | Verdict::Held(_) => "remove",
        Verdict::Blocked(_) => "alter",
    }
}
