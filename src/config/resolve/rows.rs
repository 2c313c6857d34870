//! A phone with the place it comes from, from whatever source.

use crate::config::report::At;
use crate::config::spans::{FileId, Span};
use crate::model::Phone;

/// Where a row is: small, because there may be a million of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// In YAML.
    Span(Span),
    /// A line of a file that was read as a stream.
    Line(FileId, u32),
}

impl From<Where> for At {
    fn from(place: Where) -> Self {
        match place {
            Where::Span(span) => Self::Span(span),
            Where::Line(file, line) => Self::Row { file, line: line as usize, column: 1, text: None },
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
