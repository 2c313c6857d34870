//! The header row of a CSV file: which of its columns are read.

use super::csv_source::Csv;
use crate::config::read::{Cx, Slot, Text, nearest, quoted};
use crate::config::report::At;
use crate::config::spans::FileId;
use crate::model::Phone;

/// The columns that are read.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// The one with the numbers.
    pub phone: usize,
    /// The one with the names, if there is one.
    pub name: Option<usize>,
    /// How many there are.
    pub count: usize,
}

/// A header row.
pub struct Header<'a> {
    /// The file and what is wanted of it.
    pub csv: Csv<'a>,
    /// The file.
    pub file: FileId,
    /// The line it stands on, from 1.
    pub line: u32,
    /// Between columns.
    pub delimiter: u8,
}

/// A wanted column is not there, or twice; already reported.
struct Stop;

impl Header<'_> {
    /// The columns of the numbers and of the names.
    pub fn columns(&self, record: &::csv::ByteRecord, cx: &mut Cx<'_>) -> Option<Columns> {
        let cells: Vec<String> =
            record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let phone = self.column("phone", self.csv.phone, &cells, cx).ok()?;
        let name = self.column("name", self.csv.name, &cells, cx).ok()?;
        Some(Columns { phone: phone?, name, count: cells.len() })
    }

    /// The column that a key wants. One for names that is not asked for need not be there.
    fn column(
        &self,
        key: &'static str,
        given: &Slot<Text>,
        cells: &[String],
        cx: &mut Cx<'_>,
    ) -> Result<Option<usize>, Stop> {
        let wanted = given.get().map_or(key, |text| text.value.trim());
        let lower = wanted.to_lowercase();
        let all = |fits: &dyn Fn(&String) -> bool| -> Vec<usize> {
            cells.iter().enumerate().filter(|(_, cell)| fits(cell)).map(|(place, _)| place).collect()
        };
        let mut found = all(&|cell| cell == wanted);
        if found.is_empty() {
            found = all(&|cell| cell.to_lowercase() == lower);
        }
        match found[..] {
            [place] => Ok(Some(place)),
            [] if key == "name" && given.get().is_none() => Ok(None),
            [] => {
                self.no_column(key, wanted, given, cells, cx);
                Err(Stop)
            }
            [_, _, ..] => {
                let at = given.get().map_or(self.csv.path.span, |text| text.span);
                cx.report
                    .error("two-columns", at, format!("the file has several columns {}", quoted(wanted)))
                    .also(self.row(), "its header row")
                    .help("rename all but one of them in the header, so that it is clear which one is meant");
                Err(Stop)
            }
        }
    }

    fn row(&self) -> At {
        At::Row { file: self.file, line: self.line as usize, column: 1 }
    }

    fn no_column(&self, key: &str, wanted: &str, given: &Slot<Text>, cells: &[String], cx: &mut Cx<'_>) {
        let at = given.get().map_or(self.csv.path.span, |text| text.span);
        if Phone::parse(wanted).is_ok() && !cells.iter().any(|cell| Phone::parse(cell).is_ok()) {
            cx.report
                .error("no-column", at, "beside `csv:`, this key names a column, and this is a phone number")
                .also(self.csv.path.span, "the file")
                .help("write the file and the person as two entries, each beginning with `- `");
            return;
        }
        // Without a header, the first line is somebody: nothing of it is repeated.
        let is_person = cells.iter().any(|cell| Phone::parse(cell).is_ok());
        let other = [b';', b',', b'\t', b'|']
            .into_iter()
            .filter(|c| *c != self.delimiter)
            .find(|c| cells.len() == 1 && cells.iter().any(|cell| cell.as_bytes().contains(c)));
        let help = match (is_person, other) {
            (true, _) => {
                "its first line is a person, not a header: put a line `phone,name` above it".to_owned()
            }
            (false, Some(other)) => {
                let shown =
                    if other == b'\t' { "tab".to_owned() } else { format!("\"{}\"", char::from(other)) };
                format!("its columns seem to be separated otherwise: add `delimiter: {shown}`")
            }
            (false, None) => {
                let names: Vec<&str> =
                    cells.iter().map(String::as_str).filter(|cell| cell.len() <= 40).take(12).collect();
                let near = nearest(wanted, names.iter().copied());
                match near {
                    Some(near) => format!("did you mean \"{near}\"? Write {{csv: …, {key}: {near}}}"),
                    None => format!("its columns are: {}; write {{csv: …, {key}: COLUMN}}", names.join(", ")),
                }
            }
        };
        cx.report
            .error("no-column", at, format!("the file has no column {}", quoted(wanted)))
            .also(self.row(), "its header row")
            .help(help);
    }
}
