//! A group's members out of the API's own export (`api.md`, *Custom groups*), row by row: CSV or JSON, read as it
//! comes, so that 100,000 members are never in memory at once. Owns the two formats as they come; what becomes of
//! a row is the sink's business.

use std::fmt;
use std::io;

use futures_util::TryStreamExt;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::answer::{BodyError, bad_json};
use super::error::ApiError;
use super::read::ExportFormat;
use super::request::ApiRequest;
use super::transport::{BodyStream, TransportError};
use super::wire::MemberNode;
use crate::model::{Id, Phone};

/// Takes the rows of an export.
pub trait ExportSink: Send + 'static {
    /// One member; `None` for what is no phone, such as `REDACTED`.
    fn member(&mut self, phone: Option<Phone>, name: Option<&str>) -> io::Result<()>;
}

/// Why an export could not be read to its end. What the sink has taken is then not whole.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The answer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The sink.
    #[error("it could not be written")]
    Write(#[source] io::Error),
}

/// Reads a body of `Read::export` into `sink`, on a thread for blocking work.
pub async fn read_export<S: ExportSink>(
    id: &Id,
    body: BodyStream,
    format: ExportFormat,
    sink: S,
) -> Result<S, ExportError> {
    let request = match format {
        ExportFormat::Csv => ApiRequest::export_csv(id),
        ExportFormat::Json => ApiRequest::export_json(id),
    };
    let chunks = body.map_ok(io::Cursor::new).map_err(io::Error::other);
    let reader = io::BufReader::new(SyncIoBridge::new(StreamReader::new(chunks)));
    let read = tokio::task::spawn_blocking(move || match format {
        ExportFormat::Csv => csv_rows(reader, sink),
        ExportFormat::Json => json_rows(reader, sink),
    });
    match read.await {
        Ok(Ok(sink)) => Ok(sink),
        Ok(Err(Failed::Body(error))) => Err(error.at(&request).into()),
        Ok(Err(Failed::Write(error))) => Err(ExportError::Write(error)),
        Err(_) => Err(ApiError::from_interrupted(&request).into()),
    }
}

enum Failed {
    Body(BodyError),
    Write(io::Error),
}

const PHONE: [&str; 5] = ["phone", "phone_number", "phone number", "number", "mobile"];
const NAME: [&str; 3] = ["name", "full_name", "full name"];

fn csv_rows<S: ExportSink>(reader: impl io::Read, mut sink: S) -> Result<S, Failed> {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let headers = rows.byte_headers().map_err(|error| Failed::Body(bad_csv(&error)))?.clone();
    let column = |known: &[&str]| {
        headers.iter().position(|cell| {
            let cell = String::from_utf8_lossy(cell);
            let cell = cell.trim_start_matches('\u{feff}').trim();
            known.iter().any(|known| cell.eq_ignore_ascii_case(known))
        })
    };
    let (phone, name) = (column(&PHONE), column(&NAME));
    let Some(phone) = phone else {
        return Err(Failed::Body(BodyError::Bad("the CSV has no column with phone numbers".to_owned())));
    };
    let mut row = csv::ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(|error| Failed::Body(bad_csv(&error)))? {
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).map(String::from_utf8_lossy);
        let name = cell(name).filter(|name| !name.trim().is_empty());
        let phone = cell(Some(phone)).and_then(|cell| Phone::from_wire(&cell));
        sink.member(phone, name.as_deref()).map_err(Failed::Write)?;
    }
    Ok(sink)
}

/// Where the CSV is wrong, never the text that is wrong.
fn bad_csv(error: &csv::Error) -> BodyError {
    if let csv::ErrorKind::Io(error) = error.kind() {
        let inner = error.get_ref().and_then(|e| e.downcast_ref::<TransportError>()).cloned();
        if let Some(inner) = inner {
            return BodyError::Transport(inner);
        }
    }
    let line = error.position().map_or(0, csv::Position::line);
    BodyError::Bad(format!("not the CSV expected, at line {line}"))
}

fn json_rows<S: ExportSink>(reader: impl io::Read, mut sink: S) -> Result<S, Failed> {
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut wrong = None;
    let read = Rows { sink: &mut sink, wrong: &mut wrong }.deserialize(&mut json).and_then(|found| {
        json.end()?;
        Ok(found)
    });
    match (wrong, read) {
        (Some(error), _) => Err(Failed::Write(error)),
        (None, Ok(true)) => Ok(sink),
        (None, Ok(false)) => Err(Failed::Body(BodyError::Bad("there is no list in it".to_owned()))),
        (None, Err(error)) => Err(Failed::Body(bad_json(error))),
    }
}

/// An array of members, bare or in an envelope; whether there was one.
struct Rows<'s, S> {
    sink: &'s mut S,
    wrong: &'s mut Option<io::Error>,
}

impl<'de, S: ExportSink> DeserializeSeed<'de> for Rows<'_, S> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: ExportSink> Visitor<'de> for Rows<'_, S> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of members")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        while let Some(member) = seq.next_element::<MemberNode>()? {
            let (phone, name) = member.read();
            if let Err(error) = self.sink.member(phone, name.as_deref()) {
                *self.wrong = Some(error);
                return Err(serde::de::Error::custom("not written"));
            }
        }
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            let known = matches!(key.as_str(), "members" | "contacts" | "items" | "data" | "results");
            if known && !found {
                found = map.next_value_seed(Rows { sink: &mut *self.sink, wrong: &mut *self.wrong })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    #[derive(Default)]
    struct Taken(Vec<(Option<u64>, Option<String>)>);

    impl ExportSink for Taken {
        fn member(&mut self, phone: Option<Phone>, name: Option<&str>) -> io::Result<()> {
            self.0.push((phone.map(Phone::as_u64), name.map(str::to_owned)));
            Ok(())
        }
    }

    async fn read(
        format: ExportFormat,
        chunks: &[&str],
    ) -> Result<Vec<(Option<u64>, Option<String>)>, String> {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok(chunk.as_bytes().to_vec())).collect();
        let id = Id::new("g-1").unwrap();
        let sink = read_export(&id, stream::iter(chunks).boxed(), format, Taken::default()).await;
        sink.map(|taken| taken.0).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn rows_of_csv_and_json_in_every_form() {
        let jane = (Some(15_550_123_456), Some("Jane, \"J\"".to_owned()));
        let all = vec![jane, (Some(15_550_987_654), None), (None, Some("REDACTED".to_owned()))];
        let csv = [
            "\u{feff}Name,Pho",
            "ne,x\r\n\"Jane, \"\"J\"\"\",+15550123456,\n,15550987654@c.us\nREDACTED,REDACTED,1\n",
        ];
        assert_eq!(read(ExportFormat::Csv, &csv).await.unwrap(), all);
        let json = r#"[{"phone": "+15550123456", "name": "Jane, \"J\""}, "15550987654@c.us", {"phone": "REDACTED", "name": "REDACTED"}]"#;
        assert_eq!(read(ExportFormat::Json, &[json]).await.unwrap(), all);
        let wrapped = format!(r#"{{"total": 3, "data": {{"members": {json}}}}}"#);
        assert_eq!(read(ExportFormat::Json, &[&wrapped[..40], &wrapped[40..]]).await.unwrap(), all);
    }

    #[tokio::test]
    async fn what_is_no_export_is_an_error_without_its_text() {
        for (format, text) in [
            (ExportFormat::Csv, "secret\n1\n"),
            (ExportFormat::Json, "{\"secret\": 1}"),
            (ExportFormat::Json, "[{\"phone\": \"secret\""),
            (ExportFormat::Json, "<html>secret"),
        ] {
            let error = read(format, &[text]).await.unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
