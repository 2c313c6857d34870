//! Members from JSON files: an array of `{phone, name?}`, read as a stream.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Settings;
use super::csv_place::Spot;
use super::members::Source;
use super::rows::{Row, Where};
use crate::config::file::phone_of_cell;
use crate::config::read::{Cx, Text};
use crate::config::report::{At, Cell as Place};
use crate::config::spans::FileId;

const SHOWN: usize = 20;
/// Entries kept of one file.
const MOST: usize = 10_000_001;

/// Reads the file; what is wrong is reported and left out.
pub fn read(path: &Text, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Vec<Row> {
    let Some(source) = super::members::open(path, true, settings, cx) else { return Vec::new() };
    let Source { file, input, damage } = source;
    let here = Rc::new(Here::default());
    let reader = Watched { inner: BufReader::new(input), here: Rc::clone(&here) };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut found = Found { file, here: Rc::clone(&here), rows: Vec::new(), wrong: Vec::new(), more: 0 };
    let end = found.deserialize(&mut json).and_then(|()| json.end());
    if damage.report(path, cx) || !cx.take_members(found.rows.len(), At::File(file)) {
        return Vec::new();
    }
    let at = |spot: Spot| {
        let Spot { line, column, length } = spot;
        At::Cell(Place { file, line, column, length })
    };
    for (spot, message, help) in found.wrong {
        cx.report.error("bad-phone", at(spot), message).help(help);
    }
    if found.more > 0 {
        cx.report
            .error("bad-rows", At::File(file), format!("{} more entries of this file are wrong", found.more))
            .help("mend the ones shown: the rest often have the same cause");
    }
    if let Err(error) = end {
        // serde_json's own words may repeat a value.
        let message = if error.is_data() {
            "this is not an array of {\"phone\": …, \"name\": …}"
        } else {
            "this is no valid JSON"
        };
        cx.report.error("bad-json", at(here.last.get()), message).also(path.span, "named here").help(
            "write [{\"phone\": \"+15550123456\", \"name\": \"Jane Doe\"}], as `export --format json` does",
        );
    }
    found.rows
}

/// The place that the parser has come to; it takes byte by byte.
struct Here {
    /// Past the last byte.
    next: Cell<Spot>,
    /// The last byte that was no white space.
    last: Cell<Spot>,
    /// The last two quotes: round a text when it is taken.
    quotes: Cell<[Spot; 2]>,
    /// The last run of bytes that a number may be made of.
    word: Cell<Spot>,
    after_cr: Cell<bool>,
    in_word: Cell<bool>,
}

impl Default for Here {
    fn default() -> Self {
        let start = Spot { line: 1, column: 0, length: 1 };
        Self {
            next: Cell::new(start),
            last: Cell::new(start),
            quotes: Cell::new([start; 2]),
            word: Cell::new(start),
            after_cr: Cell::new(false),
            in_word: Cell::new(false),
        }
    }
}

impl Here {
    fn step(&self, byte: u8) {
        let at = self.next.get();
        let below = Spot { line: at.line.saturating_add(1), column: 0, length: 1 };
        let after_cr = self.after_cr.replace(byte == b'\r');
        match byte {
            // The second half of one line break.
            b'\n' if after_cr => {}
            b'\n' | b'\r' => self.next.set(below),
            _ => self.next.set(Spot { column: at.column.saturating_add(1), ..at }),
        }
        if !byte.is_ascii_whitespace() {
            self.last.set(at);
        }
        if byte == b'"' {
            self.quotes.set([self.quotes.get()[1], at]);
        }
        let in_word = byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        if in_word && self.in_word.get() {
            let word = self.word.get();
            self.word.set(Spot { length: word.length.saturating_add(1), ..word });
        } else if in_word {
            self.word.set(at);
        }
        self.in_word.set(in_word);
    }

    /// The text that was just taken, inside its quotes.
    fn text(&self) -> Spot {
        let [open, close] = self.quotes.get();
        let length = if open.line == close.line { close.column.saturating_sub(open.column + 1) } else { 1 };
        Spot { line: open.line, column: open.column.saturating_add(1), length }
    }
}

/// Tells [`Here`] what the parser takes.
struct Watched<R> {
    inner: R,
    here: Rc<Here>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        buffer[..n].iter().for_each(|byte| self.here.step(*byte));
        Ok(n)
    }
}

struct Found {
    file: FileId,
    here: Rc<Here>,
    rows: Vec<Row>,
    wrong: Vec<(Spot, String, &'static str)>,
    more: usize,
}

impl<'de> DeserializeSeed<'de> for &mut Found {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Found {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of members")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(Entry { phone, name, spot }) = seq.next_element_seed(EntryAt(&self.here))? {
            if self.rows.len() >= MOST {
                // More than all groups may have together; counted and told by the caller.
                continue;
            }
            match phone_of_cell(&phone.unwrap_or_default()) {
                Ok(phone) => self.rows.push(Row { phone, name, at: Where::cell(self.file, spot) }),
                Err(_) if self.wrong.len() >= SHOWN => self.more += 1,
                Err((message, help)) => self.wrong.push((spot, message, help)),
            }
        }
        Ok(())
    }
}

/// One entry; other keys are left alone.
struct Entry {
    phone: Option<String>,
    name: Option<Box<str>>,
    /// The number, or the bracket of an entry without one.
    spot: Spot,
}

/// Reads an entry and where its number is.
struct EntryAt<'a>(&'a Here);

impl<'de> DeserializeSeed<'de> for EntryAt<'_> {
    type Value = Entry;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Entry, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntryAt<'_> {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut entry = Entry { phone: None, name: None, spot: self.0.last.get() };
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            match &*key {
                "phone" => {
                    let found = map.next_value_seed(ScalarAt(self.0))?;
                    entry.phone = found.text;
                    entry.spot = found.spot.unwrap_or(entry.spot);
                }
                "name" => {
                    let clean = |name: &String| {
                        let name = name.trim();
                        !name.is_empty() && !name.chars().any(char::is_control) && name.chars().count() <= 255
                    };
                    let name = map.next_value_seed(ScalarAt(self.0))?.text;
                    entry.name = name.filter(clean).map(|name| name.trim().into());
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(entry)
    }
}

/// A string, a number as it would be written, or nothing.
#[derive(Default)]
struct Scalar {
    text: Option<String>,
    spot: Option<Spot>,
}

/// Reads a scalar and where it is.
struct ScalarAt<'a>(&'a Here);

impl<'de> DeserializeSeed<'de> for ScalarAt<'_> {
    type Value = Scalar;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for ScalarAt<'_> {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::default())
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar { text: Some(text.to_owned()), spot: Some(self.0.text()) })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar { text: Some(number.to_string()), spot: Some(self.0.word.get()) })
    }

    /// With `.0` or an exponent, by which it is known as a mangled one.
    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar { text: Some(format!("{number:?}")), spot: Some(self.0.word.get()) })
    }
}
