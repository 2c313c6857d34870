//! Members from JSON files: an array of `{phone, name?}`, read as a stream.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Settings;
use super::members::Source;
use super::rows::{Row, Where};
use crate::config::file::phone_words;
use crate::config::read::{Cx, Text};
use crate::config::report::At;
use crate::config::spans::{FileId, mask_row};
use crate::model::Phone;

const SHOWN: usize = 20;
/// Entries kept of one file.
const MOST: usize = 10_000_001;

/// Reads the file; what is wrong is reported and left out.
pub fn read(path: &Text, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Vec<Row> {
    let Some(source) = super::members::open(path, settings, cx) else { return Vec::new() };
    let Source { file, input, damage } = source;
    let lines = Rc::new(Cell::new(1));
    let reader = Lines { inner: BufReader::new(input), lines: Rc::clone(&lines) };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut found = Found { file, lines, rows: Vec::new(), wrong: Vec::new(), more: 0 };
    let end = found.deserialize(&mut json).and_then(|()| json.end());
    if damage.report(path, cx) || !cx.take_members(found.rows.len(), At::File(file)) {
        return Vec::new();
    }
    for Wrong { line, shown, message, help } in found.wrong {
        cx.report
            .error("bad-phone", At::Row { file, line, column: 1, text: Some(shown) }, message)
            .help(help);
    }
    if found.more > 0 {
        cx.report
            .error("bad-rows", At::File(file), format!("{} more entries of this file are wrong", found.more))
            .help("mend the ones shown: the rest often have the same cause");
    }
    if let Err(error) = end {
        // serde_json's own words may repeat a value.
        let (line, column) = (error.line(), error.column().max(1));
        let message = if error.is_data() {
            "this is not an array of {\"phone\": …, \"name\": …}"
        } else {
            "this is no valid JSON"
        };
        cx.report
            .error("bad-json", At::Row { file, line, column, text: None }, message)
            .also(path.span, "named here")
            .help("write [{\"phone\": \"+15550123456\", \"name\": \"Jane Doe\"}], as `export --format json` does");
    }
    found.rows
}

/// Counts lines; `serde_json` takes byte by byte, so the count is that of the entry being read.
struct Lines<R> {
    inner: R,
    lines: Rc<Cell<u32>>,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let breaks = buffer[..n].split(|b| *b == b'\n').count() - 1;
        self.lines.set(self.lines.get().saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX)));
        Ok(n)
    }
}

struct Found {
    file: FileId,
    lines: Rc<Cell<u32>>,
    rows: Vec<Row>,
    wrong: Vec<Wrong>,
    more: usize,
}

struct Wrong {
    line: usize,
    shown: String,
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
        while let Some(Entry { phone, name }) = seq.next_element()? {
            let line = self.lines.get();
            let text = phone.unwrap_or_default();
            if self.rows.len() >= MOST {
                // More than all groups may have together; counted and told by the caller.
                continue;
            }
            match Phone::parse(&text) {
                Ok(phone) => self.rows.push(Row { phone, name, at: Where::Line(self.file, line) }),
                Err(_) if self.wrong.len() >= SHOWN => self.more += 1,
                Err(error) => {
                    let (message, help) = phone_words(error, &text);
                    let name =
                        name.map_or(String::new(), |name| format!(", \"name\": \"{}\"", mask_row(&name)));
                    let shown = format!("{{\"phone\": \"{}\"{name}}}", mask_row(&text));
                    self.wrong.push(Wrong { line: line as usize, shown, message, help });
                }
            }
        }
        Ok(())
    }
}

/// One entry; other keys are left alone.
struct Entry {
    phone: Option<String>,
    name: Option<Box<str>>,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
                let mut entry = Entry { phone: None, name: None };
                while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
                    match &*key {
                        "phone" => entry.phone = map.next_value::<Option<Scalar>>()?.map(|scalar| scalar.0),
                        "name" => {
                            let name = map.next_value::<Option<Scalar>>()?.map(|scalar| scalar.0);
                            let clean = |name: &String| {
                                let name = name.trim();
                                !name.is_empty()
                                    && !name.chars().any(char::is_control)
                                    && name.chars().count() <= 255
                            };
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

        deserializer.deserialize_map(Fields)
    }
}

/// A string, or a whole number as its digits.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value;

        impl Visitor<'_> for Value {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }
        }

        deserializer.deserialize_any(Value)
    }
}
