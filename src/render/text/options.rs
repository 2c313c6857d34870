//! How a text is to look.

/// How a text is to look. The shell knows the terminal; this layer does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// Use ANSI colours. Without them nothing is lost.
    pub color: bool,
    /// Columns to fit into. Less than 24 counts as 24, and more than 100 is not used: long lines read badly.
    pub width: usize,
    /// Show phone numbers in full (`--show-phones`, on a terminal only).
    pub show_phones: bool,
    /// Leave nothing out of messages, show more members, and the requests of each change.
    pub verbose: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { color: false, width: 80, show_phones: false, verbose: false }
    }
}

impl TextOptions {
    /// The columns that are used.
    pub(in crate::render) fn columns(&self) -> usize {
        self.width.clamp(24, 100)
    }
}
