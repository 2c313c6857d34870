//! Members from CSV files, read as streams.
//!
//! Tolerates what spreadsheets export: a BOM, a `sep=;` line, quoted line breaks, empty rows. Messages name
//! lines, never values.

use std::io::{self, BufRead, BufReader, Read};

use super::Settings;
use super::csv_place::{Places, RowPlace, Spot};
use super::encrypted::Damage;
use super::members::Source;
use super::rows::{Row, Where};
use crate::config::file::phone_of_cell;
use crate::config::read::{Cx, Slot, Text, nearest};
use crate::config::report::{At, Cell};
use crate::config::spans::FileId;
use crate::model::Phone;

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
    let mut rows = Rows { csv, file, damage, wrong: 0, skipped: 0, found: Vec::new() };
    rows.read(input, delimiter, cx);
    let Rows { wrong, found, .. } = rows;
    if wrong > SHOWN {
        cx.report
            .error("bad-rows", At::File(file), format!("{} more rows of this file are wrong", wrong - SHOWN))
            .help("mend the ones shown: the rest often have the same cause");
    }
    found
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
        let mut columns = None;
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.broken(&error, places.rest(), cx);
                    return;
                }
            }
            let wanted = columns.map_or([None, None], |(phone, name)| [Some(phone), name]);
            let place = places.row(reader.position().byte(), wanted);
            match columns {
                None => match self.header(&record, place.row, delimiter, cx) {
                    Some(found) => columns = Some(found),
                    None => return,
                },
                Some(columns) => {
                    let more = self.member(&record, &place, columns, cx);
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

    fn broken(&mut self, error: &::csv::Error, place: RowPlace, cx: &mut Cx<'_>) {
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

    /// The columns of the numbers and of the names, by the header row.
    fn header(
        &mut self,
        record: &::csv::ByteRecord,
        row: Spot,
        delimiter: u8,
        cx: &mut Cx<'_>,
    ) -> Option<(usize, Option<usize>)> {
        let cells: Vec<String> =
            record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let find = |wanted: &str| {
            cells
                .iter()
                .position(|cell| cell == wanted)
                .or_else(|| cells.iter().position(|cell| cell.to_lowercase() == wanted.to_lowercase()))
        };
        let wanted = self.csv.phone.get().map_or("phone", |text| text.value.trim());
        let Some(phone) = find(wanted) else {
            self.no_column(wanted, self.csv.phone, &cells, (row, delimiter), cx);
            return None;
        };
        let name = match self.csv.name {
            Slot::Given(text) => {
                let name = find(text.value.trim());
                if name.is_none() {
                    self.no_column(text.value.trim(), self.csv.name, &cells, (row, delimiter), cx);
                    return None;
                }
                name
            }
            _ => find("name"),
        };
        Some((phone, name))
    }

    fn no_column(
        &self,
        wanted: &str,
        key: &Slot<Text>,
        cells: &[String],
        (row, delimiter): (Spot, u8),
        cx: &mut Cx<'_>,
    ) {
        let at = key.get().map_or(self.csv.path.span, |text| text.span);
        if Phone::parse(wanted).is_ok() && !cells.iter().any(|cell| Phone::parse(cell).is_ok()) {
            cx.report
                .error("no-column", at, "beside `csv:`, this key names a column, and this is a phone number")
                .also(self.csv.path.span, "the file")
                .help("write the file and the person as two entries, each beginning with `- `");
            return;
        }
        let quoted = super::super::read::quoted(wanted);
        // Without a header, the first line is somebody: nothing of it is repeated.
        let is_person = cells.iter().any(|cell| Phone::parse(cell).is_ok());
        let other = [b';', b',', b'\t', b'|']
            .into_iter()
            .filter(|c| *c != delimiter)
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
                let key = if wanted == "name" { "name" } else { "phone" };
                match near {
                    Some(near) => format!("did you mean \"{near}\"? Write {{csv: …, {key}: {near}}}"),
                    None => format!("its columns are: {}; write {{csv: …, {key}: COLUMN}}", names.join(", ")),
                }
            }
        };
        let named = At::Row { file: self.file, line: row.line as usize, column: 1 };
        cx.report
            .error("no-column", at, format!("the file has no column {quoted}"))
            .also(named, "its header row")
            .help(help);
    }

    /// One row. Whether to go on with the file.
    fn member(
        &mut self,
        record: &::csv::ByteRecord,
        place: &RowPlace,
        (phone, name): (usize, Option<usize>),
        cx: &mut Cx<'_>,
    ) -> bool {
        if record.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace)) {
            return true;
        }
        let [phone_at, name_at] = place.cells.map(|spot| spot.unwrap_or(place.row));
        let cell = |index: usize| record.get(index).map(std::str::from_utf8);
        let name = match name.and_then(cell) {
            None => None,
            Some(Ok(name)) => Some(name.trim()).filter(|name| !name.is_empty()),
            Some(Err(_)) => {
                self.not_utf8(name_at, cx);
                return false;
            }
        };
        let (spot, code, message, help) = match cell(phone) {
            Some(Ok(text)) => match phone_of_cell(text) {
                Ok(_) if name.is_some_and(is_no_name) => (
                    name_at,
                    "bad-name",
                    "this name is not one line of at most 255 characters".to_owned(),
                    "look for a quote that is opened here and not closed; else shorten the name",
                ),
                Ok(phone) => {
                    let at = Where::cell(self.file, phone_at);
                    self.found.push(Row { phone, name: name.map(Box::from), at });
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
        self.wrong += 1;
        if self.wrong <= SHOWN {
            cx.report.error(code, self.at(spot), message).help(help);
        }
        true
    }

    fn not_utf8(&mut self, spot: Spot, cx: &mut Cx<'_>) {
        self.wrong += 1;
        cx.report
            .error("encoding", self.at(spot), "this row is not UTF-8: the file has another encoding")
            .help("export it as \"CSV UTF-8\"");
    }
}

fn is_no_name(name: &str) -> bool {
    name.chars().any(char::is_control) || name.chars().count() > 255
}
