//! Message texts: quoted, and compared word by word.

use super::page::Page;
use super::span::{Paint, Span};
use crate::model::printable;
use crate::render::diff::{self, Piece};

/// A text as it will be sent, behind a bar.
pub(super) fn whole(page: &mut Page, indent: usize, text: &str) {
    let gutter = [Span::new(Paint::Dim, format!("{}│ ", " ".repeat(indent)))];
    page.quote(&gutter, &[Span::plain(printable(text))]);
}

/// What changes from old to new: word by word where they are alike, else one after the other. `all`: leave
/// nothing out.
pub(super) fn changed(page: &mut Page, indent: usize, old: &str, new: &str, all: bool) {
    let Some(pieces) = diff::words(old, new, !all) else {
        for (sign, paint, text) in [("- ", Paint::Remove, old), ("+ ", Paint::Add, new)] {
            let gutter = [Span::new(paint, format!("{}{sign}", " ".repeat(indent)))];
            page.quote(&gutter, &[Span::new(paint, printable(text))]);
        }
        return;
    };
    let brackets = !page.is_color();
    let last = pieces.len().saturating_sub(1);
    let mut body = Vec::new();
    for (i, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Same(text) => body.push(Span::plain(printable(&text))),
            Piece::Old(text) => mark(&mut body, Paint::Remove, brackets.then_some(("[-", "-]")), &text),
            Piece::New(text) => mark(&mut body, Paint::Add, brackets.then_some(("{+", "+}")), &text),
            Piece::Elided { what, lines } => {
                let gap = if lines { "\n" } else { " " };
                let before = if i > 0 { gap } else { "" };
                let after = if i < last { gap } else { "" };
                body.push(Span::new(Paint::Dim, format!("{before}(… {what} as before …){after}")));
            }
        }
    }
    let gutter = [Span::new(Paint::Dim, format!("{}│ ", " ".repeat(indent)))];
    page.quote(&gutter, &body);
}

/// A changed stretch; each of its lines has its own brackets. White space alone is made visible.
fn mark(body: &mut Vec<Span>, paint: Paint, brackets: Option<(&str, &str)>, text: &str) {
    let (open, close) = brackets.unwrap_or(("", ""));
    if text.trim().is_empty() {
        let shown: String = text.chars().map(|c| if c == '\n' { '⏎' } else { '␣' }).collect();
        body.push(Span::new(paint, format!("{open}{shown}{close}")));
        return;
    }
    for (i, line) in printable(text).split('\n').enumerate() {
        if i > 0 {
            body.push(Span::plain("\n"));
        }
        if !line.is_empty() {
            body.push(Span::new(paint, format!("{open}{line}{close}")));
        }
    }
}
