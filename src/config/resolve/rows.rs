//! A phone with the place it comes from, from whatever source.

use super::csv_place::Spot;
use crate::config::report::{At, Cell};
use crate::config::spans::{FileId, Span};
use crate::model::Phone;

/// Where a row is: small, because there may be a million of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// In YAML.
    Span(Span),
    /// In a file that was read as a stream.
    Cell {
        /// The file.
        file: FileId,
        /// From 1.
        line: u32,
        /// Bytes of the line before it.
        column: u32,
        /// Bytes, as far as they can be told.
        length: u8,
    },
}

impl Where {
    /// A place in a file that was read as a stream.
    pub fn cell(file: FileId, spot: Spot) -> Self {
        let Spot { line, column, length } = spot;
        Self::Cell { file, line, column, length: u8::try_from(length).unwrap_or(u8::MAX) }
    }
}

impl From<Where> for At {
    fn from(place: Where) -> Self {
        match place {
            Where::Span(span) => Self::Span(span),
            Where::Cell { file, line, column, length } => {
                Self::Cell(Cell { file, line, column, length: u32::from(length) })
            }
        }
    }
}

/// A phone from a source.
#[derive(Clone)]
pub struct Row {
    /// The number.
    pub phone: Phone,
    /// The name, if one is given.
    pub name: Option<Box<str>>,
    /// Where.
    pub at: Where,
}

/// Names are people's; `Debug` goes to logs and panics.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({})", self.phone)
    }
}

/// One form of each number, the first as written; the others are given to `twice`. In ascending order.
pub fn without_repeats(rows: Vec<Row>, mut twice: impl FnMut(&Row, &Row)) -> Vec<Row> {
    let mut keyed: Vec<(Phone, usize, Row)> =
        rows.into_iter().enumerate().map(|(i, row)| (row.phone.canonical(), i, row)).collect();
    keyed.sort_unstable_by_key(|(canonical, i, _)| (*canonical, *i));
    let mut kept: Vec<(Phone, Row)> = Vec::with_capacity(keyed.len());
    for (canonical, _, row) in keyed {
        match kept.last_mut() {
            Some((last, first)) if *last == canonical => {
                twice(first, &row);
                if first.name.is_none() {
                    first.name = row.name;
                }
            }
            _ => kept.push((canonical, row)),
        }
    }
    kept.into_iter().map(|(_, row)| row).collect()
}
