//! Collects mistakes while files are read; sorts, caps and places them at the end.

use super::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use std::collections::{BTreeMap, BTreeSet};

use super::spans::{FileId, Files, Span};

/// Where a mistake is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// A range of a text that was read.
    Span(Span),
    /// A place whose line is not shown.
    Row {
        /// The file.
        file: FileId,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
    },
    /// A place in a file of members, whose line is looked up when all mistakes are known.
    Cell(Cell),
    /// A whole file.
    File(FileId),
    /// A path that is no file that was read.
    Path(String),
}

/// A place in a file of members, in the bytes that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The file.
    pub file: FileId,
    /// From 1.
    pub line: u32,
    /// Bytes of the line before it.
    pub column: u32,
    /// Its bytes on that line.
    pub length: u32,
}

/// What was found at a [`Cell`].
#[derive(Debug, Clone)]
pub struct CellLine {
    /// From 1, in characters.
    pub column: usize,
    /// In characters.
    pub length: usize,
    /// The line or the part of it round the place, masked.
    pub text: String,
    /// Characters of the line left out before `text`.
    pub cut: usize,
}

/// The lines of the cells that could be looked up.
pub type CellLines = BTreeMap<Cell, CellLine>;

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

    /// Several mistakes in one: `count` of them, which are not shown each.
    pub fn error_of_many(&mut self, code: &'static str, at: impl Into<At>, count: usize, message: String) {
        self.errors += count.saturating_sub(1);
        self.error(code, at, message).help("mend the ones shown: the rest often have the same cause");
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
        self.list.len() > 2 * Self::SHOWN
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

    /// The places in files of members, of all that is kept.
    pub fn cells(&self) -> BTreeSet<Cell> {
        let places =
            self.list.iter().flat_map(|m| std::iter::once(&m.at).chain(m.also.iter().map(|(at, _)| at)));
        places.filter_map(|at| if let At::Cell(cell) = at { Some(*cell) } else { None }).collect()
    }

    /// Sorted, without repeats, with their lines.
    pub fn finish(self, files: &Files, lines: &CellLines) -> Diagnostics {
        let by_line = |line: usize, column| line.saturating_mul(1 << 20).saturating_add(column);
        let key = |at: &At| match at {
            At::Span(span) => (files.name(span.file).to_owned(), span.start as usize),
            At::Row { file, line, column } => (files.name(*file).to_owned(), by_line(*line, *column)),
            At::Cell(cell) => {
                (files.name(cell.file).to_owned(), by_line(cell.line as usize, cell.column as usize))
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
            .map(|(_, mistake)| placed(mistake, files, lines))
            .collect();
        Diagnostics::new(list, errors, warnings)
    }
}

fn placed(mistake: Mistake, files: &Files, lines: &CellLines) -> Diagnostic {
    let Mistake { severity, code, message, at, help, also } = mistake;
    let (place, secret) = place(&at, files, lines);
    let also = also.iter().map(|(at, note)| (self::place(at, files, lines).0, note.clone())).collect();
    let Place { file, line, column, length, line_text, cut } = place;
    Diagnostic { severity, code, message, file, line, column, length, line_text, cut, help, also, secret }
}

fn place(at: &At, files: &Files, lines: &CellLines) -> (Place, bool) {
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
        At::Row { file, line, column } => {
            let file = files.name(*file).to_owned();
            (Place { file, line: *line, column: *column, length: 1, ..Place::default() }, true)
        }
        At::Cell(cell) => {
            let file = files.name(cell.file).to_owned();
            let line = cell.line as usize;
            let place = match lines.get(cell).cloned() {
                Some(CellLine { column, length, text, cut }) => {
                    Place { file, line, column, length, line_text: Some(text), cut }
                }
                None => Place { file, line, column: cell.column as usize + 1, length: 1, ..Place::default() },
            };
            (place, true)
        }
        At::File(file) => (Place { file: files.name(*file).to_owned(), ..Place::default() }, false),
        At::Path(path) => (Place { file: path.clone(), ..Place::default() }, false),
    }
}
