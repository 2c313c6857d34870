//! Mistakes with their places, as data.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Must be mended: there is no [`Desired`](crate::model::Desired) while there is one.
    Error,
    /// May be meant.
    Warning,
}

/// A place in a file and its line as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Place {
    /// The file, as the user would name it.
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    /// From 1, in characters; 0 when the whole file is meant.
    pub column: usize,
    /// Characters that are underlined, on that line.
    pub length: usize,
    /// The line or at most about 200 characters of it, with people's data masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_text: Option<String>,
    /// Characters of the line left out before `line_text`.
    #[serde(skip)]
    pub cut: usize,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Stable, in kebab-case; for programs and for documentation.
    pub code: &'static str,
    /// What is wrong: a lowercase sentence without a full stop. Never a person's data.
    pub message: String,
    /// The file, as the user would name it.
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    /// From 1, in characters; 0 when the whole file is meant.
    pub column: usize,
    /// Characters that are underlined, on that line.
    pub length: usize,
    /// The line or at most about 200 characters of it, with people's data masked.
    pub line_text: Option<String>,
    /// Characters of the line left out before `line_text`.
    pub cut: usize,
    /// What to do next.
    pub help: Option<String>,
    /// Other places that belong to it, each with what it is.
    pub also: Vec<(Place, String)>,
    /// It lies under `members` or `suppress`, or in a file of members: its line is masked.
    pub secret: bool,
}

/// All mistakes of one load, sorted by file, line and column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Diagnostics {
    pub(super) fn new(list: Vec<Diagnostic>, errors: usize, warnings: usize) -> Self {
        Self { list, errors, warnings }
    }

    /// The first 200 of them, errors before warnings where there are more.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// How many errors there are, shown or not.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// How many warnings there are, shown or not.
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// Neither errors nor warnings.
    pub fn is_empty(&self) -> bool {
        self.errors + self.warnings == 0
    }

    /// How many there are beyond those that [`Diagnostics::iter`] gives.
    pub fn not_shown(&self) -> usize {
        (self.errors + self.warnings).saturating_sub(self.list.len())
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}
