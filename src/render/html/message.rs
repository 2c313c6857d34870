//! Message texts: as they will be sent, and compared word by word.

use std::fmt::Write as _;

use super::escape::{block, escaped};
use crate::render::diff::{self, Piece};

/// What a change does to a text.
pub(super) fn message(old: Option<&str>, new: Option<&str>, hidden: bool) -> String {
    match (old, new) {
        (Some(old), Some(new)) => figure("Message, old → new", &changed(old, new)),
        (None, Some(new)) if hidden => {
            figure("Message changed (MoltFlow does not show the old one); new", &block(new))
        }
        (None, Some(new)) => figure("Message", &block(new)),
        (Some(old), None) => figure("Message, taken out", &format!("<del>{}</del>", block(old))),
        (None, None) => {
            "<p class=\"note\">Message: changed (MoltFlow does not show the old one)</p>\n".to_owned()
        }
    }
}

fn figure(caption: &str, body: &str) -> String {
    format!(
        "<figure>\n<figcaption>{}</figcaption>\n<div class=\"message\" dir=\"auto\">{body}</div>\n</figure>\n",
        escaped(caption)
    )
}

fn changed(old: &str, new: &str) -> String {
    let Some(pieces) = diff::words(old, new, true) else {
        return format!("<del>{}</del>\n<ins>{}</ins>", block(old), block(new));
    };
    let last = pieces.len().saturating_sub(1);
    let mut out = String::new();
    for (i, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Same(text) => out.push_str(&block(&text)),
            Piece::Old(text) => {
                let _ = write!(out, "<del>{}</del>", marked(&text));
            }
            Piece::New(text) => {
                let _ = write!(out, "<ins>{}</ins>", marked(&text));
            }
            Piece::Elided { what, lines } => {
                let gap = if lines { "\n" } else { " " };
                let before = if i > 0 { gap } else { "" };
                let after = if i < last { gap } else { "" };
                let what = escaped(&what);
                let _ = write!(out, "{before}<span class=\"gap\">(… {what} as before …)</span>{after}");
            }
        }
    }
    out
}

/// White space alone is made visible.
fn marked(text: &str) -> String {
    if text.trim().is_empty() {
        return text.chars().map(|c| if c == '\n' { "⏎\n" } else { "␣" }).collect();
    }
    block(text)
}
