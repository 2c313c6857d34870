//! Stretches of text with a colour.

use anstyle::{AnsiColor, Style};

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// No colour.
    Plain,
    /// Headings.
    Strong,
    /// Less important.
    Dim,
    /// Comes to be.
    Add,
    /// Ends.
    Remove,
    /// Is changed; look at this.
    Change,
    /// Goes out to people.
    Send,
    /// Stops everything.
    Alarm,
}

impl Paint {
    fn style(self) -> Style {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Add => color(AnsiColor::Green),
            Self::Remove => color(AnsiColor::Red),
            Self::Change => color(AnsiColor::Yellow),
            Self::Send => color(AnsiColor::Cyan).bold(),
            Self::Alarm => color(AnsiColor::Red).bold(),
        }
    }

    /// `text` in this colour, reset at its end.
    pub(super) fn apply(self, text: &str) -> String {
        let style = self.style();
        format!("{style}{text}{style:#}")
    }
}

/// A stretch of text in one colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) paint: Paint,
    pub(super) text: String,
}

impl Span {
    pub(super) fn new(paint: Paint, text: impl Into<String>) -> Self {
        Self { paint, text: text.into() }
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(Paint::Plain, text)
    }
}
