//! Members from CSV files, read as streams.
//!
//! Tolerates what spreadsheets export: a BOM, a `sep=;` line, quoted line breaks, empty rows. Messages name
//! lines, never values.

use std::io::{self, BufRead, BufReader, Read};

use super::Settings;
use super::csv_header::{Columns, Header};
use super::csv_place::{Places, RowPlace, Spot};
use super::csv_quotes::{Judged, judge};
use super::encrypted::Damage;
use super::members::Source;
use super::rows::{Row, Where};
use crate::config::file::{WRONG_NAME, phone_of_cell};
use crate::config::read::{Cx, Slot, Text};
use crate::config::report::{At, Cell};
use crate::config::spans::FileId;
use crate::model::member_name;

/// Mistakes shown a file; the rest are counted.
const SHOWN: usize = 20;

/// A CSV file and its columns, as named in YAML.
#[derive(Debug, Clone, Copy)]
pub struct Csv<'a> {
    /// The file.
    pub path: &'a Text,
    /// The column with the numbers.
    pub phone: &'a Slot<Text>,
    /// The column with the names.
    pub name: &'a Slot<Text>,
    /// Between columns.
    pub delimiter: &'a Slot<Text>,
}

/// Reads the file; what is wrong is reported and left out.
pub fn read(csv: Csv<'_>, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Vec<Row> {
    let Some(source) = super::members::open(csv.path, false, settings, cx) else { return Vec::new() };
    let Some(delimiter) = delimiter(csv.delimiter, cx) else { return Vec::new() };
    let Source { file, input, damage } = source;
    let mut rows = Rows { csv, file, damage, wrong: 0, short: None, skipped: 0, found: Vec::new() };
    rows.read(input, delimiter, cx);
    rows.sum_up(cx);
    rows.found
}

/// One ASCII character; `tab` and `\t` are a tab.
#[expect(clippy::option_option, reason = "wrong; not given; given")]
fn delimiter(given: &Slot<Text>, cx: &mut Cx<'_>) -> Option<Option<u8>> {
    let text = match given {
        Slot::Missing => return Some(None),
        Slot::Broken => return None,
        Slot::Given(text) => text,
    };
    let byte = match text.value.as_str() {
        "tab" | "\\t" | "\t" => Some(b'\t'),
        value => match value.as_bytes() {
            [byte]
                if byte.is_ascii()
                    && !byte.is_ascii_alphanumeric()
                    && !matches!(byte, b'"' | b'\n' | b'\r') =>
            {
                Some(*byte)
            }
            _ => None,
        },
    };
    if byte.is_none() {
        cx.report
            .error(
                "bad-delimiter",
                text.span,
                "a delimiter is one character that no number or name has in it",
            )
            .help("write \",\", \";\", \"|\" or tab");
    }
    byte.map(Some)
}

struct Rows<'a> {
    csv: Csv<'a>,
    file: FileId,
    damage: Damage,
    wrong: usize,
    /// Rows with fewer columns than the header: the first, and how many.
    short: Option<(Spot, usize)>,
    skipped: u32,
    found: Vec<Row>,
}

impl Rows<'_> {
    fn at(&self, spot: Spot) -> At {
        let Spot { line, column, length } = spot;
        At::Cell(Cell { file: self.file, line, column, length })
    }

    fn read(&mut self, input: Box<dyn Read>, delimiter: Option<u8>, cx: &mut Cx<'_>) {
        let mut reader = BufReader::new(input);
        let Some(announced) = self.begin(&mut reader, cx) else { return };
        let delimiter = delimiter.or(announced).unwrap_or(b',');
        let (mut places, tracked) = Places::of(reader, 1 + self.skipped, delimiter);
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(tracked);
        let mut record = ::csv::ByteRecord::new();
        let mut columns: Option<Columns> = None;
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.broken(&error, &places.rest(), cx);
                    return;
                }
            }
            let wanted = columns.map_or([None, None], |columns| [Some(columns.phone), columns.name]);
            let place = places.row(reader.position().byte(), wanted);
            let count = columns.map_or(record.len(), |columns| columns.count);
            if self.swallows(&record, &place, (count, delimiter), cx) {
                if columns.is_none() {
                    return;
                }
                continue;
            }
            match columns {
                None => {
                    let header = Header { csv: self.csv, file: self.file, line: place.row.line, delimiter };
                    match header.columns(&record, cx) {
                        Some(found) => columns = Some(found),
                        None => return,
                    }
                }
                Some(columns) => {
                    let more = self.member(&record, &place, (columns, delimiter), cx);
                    if !more || !cx.take_members(1, At::File(self.file)) {
                        return;
                    }
                }
            }
        }
        if columns.is_none() {
            cx.report
                .error("empty-source", At::File(self.file), "this file is empty")
                .also(self.csv.path.span, "named here")
                .help("its first line names the columns: phone,name");
        } else if self.found.is_empty() && self.wrong == 0 {
            cx.report
                .warning("empty-source", At::File(self.file), "this file has a header row and nobody in it")
                .also(self.csv.path.span, "named here")
                .help("export it again if there should be people in it");
        }
    }

    /// What may stand before the header. The delimiter that a spreadsheet announced, if any.
    #[expect(clippy::option_option, reason = "wrong; nothing announced; announced")]
    fn begin(&mut self, reader: &mut BufReader<Box<dyn Read>>, cx: &mut Cx<'_>) -> Option<Option<u8>> {
        let mut start = reader.fill_buf().map(<[u8]>::to_vec).unwrap_or_default();
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            cx.report
                .error("encoding", At::File(self.file), "this file is UTF-16, not UTF-8")
                .also(self.csv.path.span, "named here")
                .help("export it as \"CSV UTF-8\"");
            return None;
        }
        if start.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
            start.drain(..3);
        }
        if start.len() >= 5
            && start[..4].eq_ignore_ascii_case(b"sep=")
            && matches!(start.get(5), Some(b'\n' | b'\r'))
        {
            reader.consume(if start[5] == b'\r' && start.get(6) == Some(&b'\n') { 7 } else { 6 });
            self.skipped = 1;
            return Some(Some(start[4]));
        }
        Some(None)
    }

    fn broken(&mut self, error: &::csv::Error, place: &RowPlace, cx: &mut Cx<'_>) {
        if self.damage.report(self.csv.path, cx) {
            return;
        }
        let (code, message, help) = match error.kind() {
            ::csv::ErrorKind::Io(e) if e.kind() == io::ErrorKind::InvalidData => (
                "bad-row",
                "a row of more than 1 MiB: a quote is opened here or before and not closed".to_owned(),
                "close the quote, or write it twice where it belongs to the text",
            ),
            _ => (
                "unreadable-file",
                "the file cannot be read further".to_owned(),
                "try again, or export it again",
            ),
        };
        cx.report.error(code, self.at(place.last), message).help(help);
    }

    /// One row. Whether to go on with the file.
    fn member(
        &mut self,
        record: &::csv::ByteRecord,
        place: &RowPlace,
        (Columns { phone, name, count }, delimiter): (Columns, u8),
        cx: &mut Cx<'_>,
    ) -> bool {
        if record.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace)) {
            return true;
        }
        // Spreadsheets end rows with empty cells.
        if record.iter().skip(count).any(|cell| !cell.iter().all(u8::is_ascii_whitespace)) {
            let sign =
                if delimiter == b'\t' { "tab".to_owned() } else { format!("\"{}\"", char::from(delimiter)) };
            self.wrong(
                place.row,
                "bad-row",
                format!("this row has {} columns, and the header {count}", record.len()),
                &format!("put a cell that has a {sign} in it in quotes, as in \"Doe, Jane\"; or complete the header"),
                cx,
            );
            return true;
        }
        if record.len() < count && record.len() > phone {
            self.short.get_or_insert((place.row, 0)).1 += 1;
        }
        let [phone_at, name_at] = place.cells.map(|spot| spot.unwrap_or(place.row));
        let cell = |index: usize| record.get(index).map(std::str::from_utf8);
        let name = match name.and_then(cell) {
            None => None,
            Some(Ok(name)) => Some(member_name(name)),
            Some(Err(_)) => {
                self.not_utf8(name_at, cx);
                return false;
            }
        };
        let (spot, code, message, help) = match cell(phone) {
            Some(Ok(text)) => match phone_of_cell(text) {
                Ok(_) if name == Some(None) => (
                    name_at,
                    "bad-name",
                    WRONG_NAME.to_owned(),
                    "look for a quote that is opened here and not closed; else shorten the name",
                ),
                Ok(phone) => {
                    let at = Where::cell(self.file, phone_at);
                    let name = name.flatten().filter(|name| !name.is_empty()).map(Box::from);
                    self.found.push(Row { phone, name, at });
                    return true;
                }
                Err((message, help)) => (phone_at, "bad-phone", message, help),
            },
            Some(Err(_)) => {
                self.not_utf8(phone_at, cx);
                return false;
            }
            None => (
                place.row,
                "bad-row",
                "this row has fewer columns than the header".to_owned(),
                "complete the row, or remove it",
            ),
        };
        self.wrong(spot, code, message, help, cx);
        true
    }

    /// Notes a wrong row; the first of a file are shown.
    fn wrong(&mut self, spot: Spot, code: &'static str, message: String, help: &str, cx: &mut Cx<'_>) {
        self.wrong += 1;
        if self.wrong <= SHOWN {
            cx.report.error(code, self.at(spot), message).help(help);
        }
    }

    /// What is said once about all rows.
    fn sum_up(&self, cx: &mut Cx<'_>) {
        if let Some(more) = self.wrong.checked_sub(SHOWN).filter(|more| *more > 0) {
            cx.report.error_of_many(
                "bad-rows",
                At::File(self.file),
                more,
                format!("{more} more rows of this file are wrong"),
            );
        }
        if let Some((first, count)) = self.short {
            let message = if count == 1 {
                "this row has fewer columns than the header".to_owned()
            } else {
                format!("{count} rows have fewer columns than the header; this is the first")
            };
            cx.report
                .warning("short-row", self.at(first), message)
                .help("check that nothing is missing in it; what is not there is taken as empty");
        }
    }

    /// A quote that is not closed in its cell swallows the people below it, without a trace: whether that happened in
    /// this row. What spreadsheets write for a cell of several lines is fine.
    fn swallows(
        &mut self,
        record: &::csv::ByteRecord,
        place: &RowPlace,
        (columns, delimiter): (usize, u8),
        cx: &mut Cx<'_>,
    ) -> bool {
        for quote in &place.quotes {
            let cell = record.get(quote.index).unwrap_or_default();
            let message = match judge(quote.end, cell, columns, delimiter) {
                Judged::Cell => continue,
                Judged::Unsure => {
                    cx.report
                        .warning(
                            "long-cell",
                            self.at(quote.at),
                            format!(
                                "the cell that begins here ends on line {}, and could be rows",
                                quote.until
                            ),
                        )
                        .help("if the quote does not belong here, remove it; else this is fine");
                    continue;
                }
                Judged::Open => {
                    "a quote is opened here and not closed, so all that follows is one cell".to_owned()
                }
                Judged::Rows => format!(
                    "a quote is opened here, and what it holds up to line {} looks like rows of this file",
                    quote.until
                ),
            };
            let help = "a quote was opened here and not closed at the end of its cell: close it, or remove it; one that belongs to the text is written twice, with quotes round the whole cell";
            self.wrong(quote.at, "open-quote", message, help, cx);
            return true;
        }
        false
    }

    fn not_utf8(&mut self, spot: Spot, cx: &mut Cx<'_>) {
        self.wrong += 1;
        cx.report
            .error("encoding", self.at(spot), "this row is not UTF-8: the file has another encoding")
            .help("export it as \"CSV UTF-8\"");
    }
}
