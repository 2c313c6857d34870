//! Members from JSON files: an array of `{phone, name?}`, read as a stream.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Settings;
use super::csv_place::Spot;
use super::members::Source;
use super::rows::{Row, Where};
use crate::config::file::{WRONG_NAME, phone_of_cell};
use crate::config::read::{Cx, Text};
use crate::config::report::{At, Cell as Place};
use crate::config::spans::FileId;
use crate::model::member_name;

/// What some programs of Windows begin a file in UTF-8 with.
const BOM: &[u8] = "\u{feff}".as_bytes();
const SHOWN: usize = 20;
/// Entries kept of one file.
const MOST: usize = 10_000_001;

/// Reads the file; what is wrong is reported and left out.
pub fn read(path: &Text, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Vec<Row> {
    let Some(source) = super::members::open(path, true, settings, cx) else { return Vec::new() };
    let Source { file, input, damage } = source;
    let here = Rc::new(Here::default());
    let mut input = BufReader::new(input);
    if input.fill_buf().is_ok_and(|start| start.starts_with(BOM)) {
        input.consume(BOM.len());
    }
    let reader = Watched { inner: input, here: Rc::clone(&here) };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut found = Found {
        file,
        here: Rc::clone(&here),
        rows: Vec::new(),
        wrong: Vec::new(),
        more: 0,
        slips: (0, None),
    };
    let end = found.deserialize(&mut json).and_then(|()| json.end());
    if damage.report(path, cx) || !cx.take_members(found.rows.len(), At::File(file)) {
        return Vec::new();
    }
    let before = cx.report.errors();
    let at = |spot: Spot| {
        let Spot { line, column, length } = spot;
        At::Cell(Place { file, line, column, length })
    };
    for Wrong { spot, code, message, help } in found.wrong {
        cx.report.error(code, at(spot), message).help(help);
    }
    if let (count, Some((spot, meant))) = found.slips {
        let message = if count == 1 {
            "this key is not read, and it is nearly one that is".to_owned()
        } else {
            format!("{count} entries have a key that is nearly one that is read; this is the first")
        };
        cx.report.warning("unknown-key", at(spot), message).help(format!("did you mean \"{meant}\"?"));
    }
    if end.is_ok() && found.rows.is_empty() && found.more == 0 && cx.report.errors() == before {
        cx.report
            .warning("empty-source", At::File(file), "this file is a list with nobody in it")
            .also(path.span, "named here")
            .help("export it again if there should be people in it");
    }
    if found.more > 0 {
        let message = format!("{} more entries of this file are wrong", found.more);
        cx.report.error_of_many("bad-rows", At::File(file), found.more, message);
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
    /// The last word has an `e` in it.
    exponent: Cell<bool>,
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
            exponent: Cell::new(false),
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
            self.exponent.set(false);
        }
        if in_word && byte.eq_ignore_ascii_case(&b'e') {
            self.exponent.set(true);
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
    wrong: Vec<Wrong>,
    more: usize,
    /// Keys that are nearly `phone` or `name`: how many, and the first with what was meant.
    slips: (usize, Option<(Spot, &'static str)>),
}

/// A wrong entry.
struct Wrong {
    spot: Spot,
    code: &'static str,
    message: String,
    help: &'static str,
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
        while let Some(entry) = seq.next_element_seed(EntryAt(&self.here))? {
            let Entry { phone, name, wrong_name, spot, twice, slip, .. } = entry;
            if let Some(slip) = slip {
                self.slips.0 += 1;
                self.slips.1.get_or_insert(slip);
            }
            let read = match twice {
                Some(key) => Err(Wrong {
                    spot: key,
                    code: "duplicate-key",
                    message: "this entry has the key twice".to_owned(),
                    help: "keep one of the two; two people are two entries",
                }),
                None => match (phone_of_cell(&phone.unwrap_or_default()), wrong_name) {
                    (Err((message, help)), _) => Err(Wrong { spot, code: "bad-phone", message, help }),
                    (Ok(_), Some(spot)) => Err(Wrong {
                        spot,
                        code: "bad-name",
                        message: WRONG_NAME.to_owned(),
                        help: "shorten it, or leave it out",
                    }),
                    (Ok(phone), None) => Ok(phone),
                },
            };
            if self.rows.len() >= MOST {
                // More than all groups may have together; counted and told by the caller.
                continue;
            }
            match read {
                Ok(phone) => self.rows.push(Row { phone, name, at: Where::cell(self.file, spot) }),
                Err(_) if self.wrong.len() >= SHOWN => self.more += 1,
                Err(wrong) => self.wrong.push(wrong),
            }
        }
        Ok(())
    }
}

/// One entry; other keys are left alone, but for slips.
#[derive(Default)]
struct Entry {
    has_phone: bool,
    has_name: bool,
    /// A key that was there before.
    twice: Option<Spot>,
    /// A key that is nearly one that is missing, and which.
    slip: Option<(Spot, &'static str)>,
    phone: Option<String>,
    name: Option<Box<str>>,
    /// A name that is none.
    wrong_name: Option<Spot>,
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
        let mut entry = Entry { spot: self.0.last.get(), ..Entry::default() };
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let at = self.0.text();
            match &*key {
                "phone" => {
                    entry.twice = entry.twice.or(entry.has_phone.then_some(at));
                    entry.has_phone = true;
                    let found = map.next_value_seed(ScalarAt(self.0))?;
                    entry.phone = found.text;
                    entry.spot = found.spot.unwrap_or(entry.spot);
                }
                "name" => {
                    entry.twice = entry.twice.or(entry.has_name.then_some(at));
                    entry.has_name = true;
                    let Scalar { text, spot } = map.next_value_seed(ScalarAt(self.0))?;
                    match member_name(&text.unwrap_or_default()) {
                        Some(name) => entry.name = (!name.is_empty()).then(|| name.into()),
                        None => entry.wrong_name = Some(spot.unwrap_or(at)),
                    }
                }
                other => {
                    entry.slip = entry.slip.or_else(|| Some((at, slip(other)?)));
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        // Beside the key itself, one that is like it is another.
        entry.slip = entry.slip.filter(|(_, meant)| match *meant {
            "phone" => !entry.has_phone,
            _ => !entry.has_name,
        });
        Ok(entry)
    }
}

/// The key that was meant.
fn slip(key: &str) -> Option<&'static str> {
    let key = if key.len() <= 8 { key.to_lowercase() } else { return None };
    ["phone", "name"].into_iter().find(|known| strsim::damerau_levenshtein(known, &key) <= 1)
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
        let text = if self.0.exponent.get() { format!("{number:e}") } else { format!("{number:?}") };
        Ok(Scalar { text: Some(text), spot: Some(self.0.word.get()) })
    }
}
