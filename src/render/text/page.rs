//! The lines of a text: indented, wrapped, coloured or not, without spaces at their ends.

use unicode_width::UnicodeWidthStr;

use super::options::TextOptions;
use super::span::{Paint, Span};
use super::wrap::{LongWords, wrap};

/// A text that grows line by line.
pub(in crate::render) struct Page {
    color: bool,
    width: usize,
    out: String,
}

impl Page {
    pub(in crate::render) fn new(options: &TextOptions) -> Self {
        Self { color: options.color, width: options.columns(), out: String::new() }
    }

    /// One empty line, however often it is asked for; none at the top.
    pub(in crate::render) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// `lead` and `body`, wrapped; further lines begin at `hang` columns. Words wider than a line stand out.
    pub(super) fn put(&mut self, lead: &[Span], hang: usize, body: &[Span]) {
        let gutter = [Span::plain(" ".repeat(hang))];
        self.write(lead, &gutter, body, LongWords::Keep);
    }

    /// [`Page::put`] of a plain text behind a plain lead.
    pub(in crate::render) fn say(&mut self, lead: &str, hang: usize, text: &str) {
        self.put(&[Span::plain(lead)], hang, &[Span::plain(text)]);
    }

    /// A heading at the left edge.
    pub(super) fn heading(&mut self, paint: Paint, text: &str) {
        self.put(&[], 0, &[Span::new(paint, text)]);
    }

    /// `body` with `gutter` before every line; words wider than a line are broken.
    pub(super) fn quote(&mut self, gutter: &[Span], body: &[Span]) {
        self.write(gutter, gutter, body, LongWords::Break);
    }

    /// As it is, on a line of its own, whatever its width.
    pub(super) fn raw(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    pub(super) fn is_color(&self) -> bool {
        self.color
    }

    pub(in crate::render) fn finish(self) -> String {
        self.out
    }

    fn write(&mut self, lead: &[Span], gutter: &[Span], body: &[Span], long: LongWords) {
        let later = columns(gutter);
        let taken = columns(lead).saturating_sub(later);
        let lines = wrap(body, self.width.saturating_sub(later).max(8), taken, long);
        for (i, line) in lines.into_iter().enumerate() {
            let mut spans = if i == 0 { lead.to_vec() } else { gutter.to_vec() };
            spans.extend(line);
            self.line(spans);
        }
    }

    fn line(&mut self, mut spans: Vec<Span>) {
        while let Some(last) = spans.last_mut() {
            let end = last.text.trim_end_matches(' ').len();
            last.text.truncate(end);
            if !last.text.is_empty() {
                break;
            }
            spans.pop();
        }
        for Span { paint, text } in spans {
            if self.color && paint != Paint::Plain {
                self.out.push_str(&paint.apply(&text));
            } else {
                self.out.push_str(&text);
            }
        }
        self.out.push('\n');
    }
}

fn columns(spans: &[Span]) -> usize {
    spans.iter().map(|s| s.text.width()).sum()
}
