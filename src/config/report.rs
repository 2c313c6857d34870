//! Collects mistakes while files are read; sorts, caps and places them at the end.

use super::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use super::spans::{FileId, Files, Span};

/// Where a mistake is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// A range of a text that was read.
    Span(Span),
    /// A line of a file that is read as a stream, with the line as it may be shown.
    Row {
        /// The file.
        file: FileId,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// Masked.
        text: Option<String>,
    },
    /// A whole file.
    File(FileId),
    /// A path that is no file that was read.
    Path(String),
}

impl From<Span> for At {
    fn from(span: Span) -> Self {
        Self::Span(span)
    }
}

/// A mistake whose line is not looked up yet.
#[derive(Debug, Clone)]
pub struct Mistake {
    severity: Severity,
    code: &'static str,
    message: String,
    at: At,
    help: Option<String>,
    also: Vec<(At, String)>,
}

impl Mistake {
    /// What to do next.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Another place that belongs to it.
    pub fn also(&mut self, at: impl Into<At>, note: impl Into<String>) -> &mut Self {
        self.also.push((at.into(), note.into()));
        self
    }
}

/// All mistakes of one load.
#[derive(Debug, Default)]
pub struct Report {
    list: Vec<Mistake>,
    errors: usize,
    warnings: usize,
    kept_errors: usize,
    kept_warnings: usize,
    spare: Option<Mistake>,
}

impl Report {
    /// Mistakes of each severity that are kept; more are counted only.
    const KEPT: usize = 5_000;
    /// Mistakes shown.
    const SHOWN: usize = 200;

    /// Something that must be mended.
    pub fn error(
        &mut self,
        code: &'static str,
        at: impl Into<At>,
        message: impl Into<String>,
    ) -> &mut Mistake {
        self.errors += 1;
        self.push(Severity::Error, code, at.into(), message.into())
    }

    /// Something that may be meant.
    pub fn warning(
        &mut self,
        code: &'static str,
        at: impl Into<At>,
        message: impl Into<String>,
    ) -> &mut Mistake {
        self.warnings += 1;
        self.push(Severity::Warning, code, at.into(), message.into())
    }

    fn push(&mut self, severity: Severity, code: &'static str, at: At, message: String) -> &mut Mistake {
        let mistake = Mistake { severity, code, message, at, help: None, also: Vec::new() };
        // Each kind has its own room, so that warnings never push errors out.
        let kept = match severity {
            Severity::Error => &mut self.kept_errors,
            Severity::Warning => &mut self.kept_warnings,
        };
        if *kept >= Self::KEPT {
            return self.spare.insert(mistake);
        }
        *kept += 1;
        self.list.push(mistake);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// So many mistakes that suggestions would only cost time: the user mends the first ones first.
    pub fn is_crowded(&self) -> bool {
        self.errors + self.warnings > 2 * Self::SHOWN
    }

    /// Errors so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Errors and warnings so far.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.errors + self.warnings
    }

    /// Sorted, without repeats, with their lines.
    pub fn finish(self, files: &Files) -> Diagnostics {
        let key = |at: &At| match at {
            At::Span(span) => (files.name(span.file).to_owned(), span.start as usize),
            At::Row { file, line, column, .. } => {
                (files.name(*file).to_owned(), line.saturating_mul(1 << 20).saturating_add(*column))
            }
            At::File(file) => (files.name(*file).to_owned(), 0),
            At::Path(path) => (path.clone(), 0),
        };
        let (mut errors, mut warnings) = (self.errors, self.warnings);
        let mut keyed: Vec<_> = self.list.into_iter().map(|mistake| (key(&mistake.at), mistake)).collect();
        keyed.sort_by(|(a, x), (b, y)| {
            (a, x.severity, x.code, &x.message).cmp(&(b, y.severity, y.code, &y.message))
        });
        keyed.dedup_by(|(a, x), (b, y)| {
            let same = a == b && x.code == y.code && x.message == y.message;
            if same {
                match x.severity {
                    Severity::Error => errors -= 1,
                    Severity::Warning => warnings -= 1,
                }
            }
            same
        });
        // Warnings must not push errors out of what is shown.
        let some_errors =
            keyed.iter().filter(|(_, m)| m.severity == Severity::Error).count().min(Self::SHOWN);
        let mut room = (some_errors, Self::SHOWN - some_errors);
        let list = keyed
            .into_iter()
            .filter(|(_, mistake)| {
                let room = if mistake.severity == Severity::Error { &mut room.0 } else { &mut room.1 };
                let fits = *room > 0;
                *room = room.saturating_sub(1);
                fits
            })
            .map(|(_, mistake)| placed(mistake, files))
            .collect();
        Diagnostics::new(list, errors, warnings)
    }
}

fn placed(mistake: Mistake, files: &Files) -> Diagnostic {
    let Mistake { severity, code, message, at, help, also } = mistake;
    let (place, secret) = place(&at, files);
    let also = also.iter().map(|(at, note)| (self::place(at, files).0, note.clone())).collect();
    let Place { file, line, column, length, line_text, cut } = place;
    Diagnostic { severity, code, message, file, line, column, length, line_text, cut, help, also, secret }
}

fn place(at: &At, files: &Files) -> (Place, bool) {
    match at {
        At::Span(span) => {
            let shown = files.show(*span);
            let place = Place {
                file: files.name(span.file).to_owned(),
                line: shown.line,
                column: shown.column,
                length: shown.length,
                line_text: Some(shown.text),
                cut: shown.cut,
            };
            (place, shown.secret)
        }
        At::Row { file, line, column, text } => {
            let length = text.as_ref().map_or(1, |text| text.chars().count().max(1));
            let place = Place {
                file: files.name(*file).to_owned(),
                line: *line,
                column: *column,
                length: if *column == 1 { length } else { 1 },
                line_text: text.clone(),
                cut: 0,
            };
            (place, true)
        }
        At::File(file) => (Place { file: files.name(*file).to_owned(), ..Place::default() }, false),
        At::Path(path) => (Place { file: path.clone(), ..Place::default() }, false),
    }
}
