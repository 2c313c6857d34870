//! Events as lines of JSON: strict to read, bounded in memory, and silent about what a bad line holds.
//!
//! The line feed is the commit mark. A writer acknowledges an event only after its line *and* the line feed are
//! durable, and nothing follows from an event before that (the POST of a send follows `armed`). So whatever comes
//! after the last line feed, even where it happens to be complete JSON, was never acknowledged: it is *torn*, it
//! is dropped, and the next append cuts it away. A line that has its line feed was acknowledged, perhaps; it is
//! never dropped, and if it is damaged, the ledger is refused.

use std::io::{self, BufRead, Read};

use serde::Deserialize;

use super::error::LedgerError;
use super::event::{Event, Record};
use super::state::State;

/// The longest line, with its line feed, in bytes.
pub const MAX_LINE: usize = 1 << 20;

/// Numbers stay below this, so that there is always a next one.
const MAX_SEQ: u64 = 1 << 53;

/// The end of a crash in mid-write: bytes after the last line feed, dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    /// The line they are on, from 1.
    pub line: u64,
    /// How many.
    pub bytes: u64,
}

/// How far a ledger goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Events read.
    pub records: u64,
    /// Bytes up to and with the last line feed: where the next event goes.
    pub bytes: u64,
    /// What was dropped after them.
    pub torn: Option<Torn>,
}

/// Why reading stopped: the medium or the content.
#[derive(Debug)]
pub(super) enum ReadError {
    Io(io::Error),
    Ledger(LedgerError),
}

/// A record as its line, with the line feed.
pub fn encode(record: &Record) -> Result<Vec<u8>, LedgerError> {
    let mut line = serde_json::to_vec(record).map_err(LedgerError::Encode)?;
    line.push(b'\n');
    if line.len() > MAX_LINE {
        return Err(LedgerError::EventTooLong { bytes: line.len(), max: MAX_LINE });
    }
    Ok(line)
}

/// Reads a ledger, event by event; `each` gets the record and its line with the line feed. `place` is for errors.
pub(super) fn read(
    mut input: impl BufRead,
    place: &str,
    each: &mut dyn FnMut(Record, &[u8]),
) -> Result<Extent, ReadError> {
    let mut extent = Extent::default();
    let mut last: Option<u64> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let number = extent.records + 1;
        let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
        input.by_ref().take(limit).read_until(b'\n', &mut line).map_err(ReadError::Io)?;
        if line.is_empty() {
            return Ok(extent);
        }
        if line.last() != Some(&b'\n') {
            let (rest, ended) = skip_line(&mut input).map_err(ReadError::Io)?;
            if ended {
                return Err(ReadError::Ledger(LedgerError::LineTooLong {
                    place: place.to_owned(),
                    line: number,
                    max: MAX_LINE,
                }));
            }
            extent.torn = Some(Torn { line: number, bytes: line.len() as u64 + rest });
            return Ok(extent);
        }
        let record = decode(&line, place, number).map_err(ReadError::Ledger)?;
        check_sequence(&record, last, place, number).map_err(ReadError::Ledger)?;
        last = Some(record.seq);
        extent.records = number;
        extent.bytes += line.len() as u64;
        each(record, &line);
    }
}

/// Reads bytes in memory and folds them: for tests, tools and fuzzing. The state, and how far it goes.
pub fn fold(bytes: &[u8], place: &str) -> Result<(State, Extent), LedgerError> {
    let mut state = State::default();
    match read(bytes, place, &mut |record, _| state.apply(&record)) {
        Ok(extent) => Ok((state, extent)),
        Err(ReadError::Ledger(error)) => Err(error),
        Err(ReadError::Io(source)) => Err(LedgerError::Io { action: "read", path: place.into(), source }),
    }
}

/// Numbers go up by one from 1. A compacted ledger begins with [`Event::Compacted`], which may have any number, so
/// that numbers never repeat in the life of a ledger.
fn check_sequence(record: &Record, last: Option<u64>, place: &str, line: u64) -> Result<(), LedgerError> {
    let expected = match last {
        Some(last) => last.saturating_add(1),
        None if matches!(record.event, Event::Compacted { .. }) => record.seq.max(1),
        None => 1,
    };
    if record.seq == expected && record.seq < MAX_SEQ {
        return Ok(());
    }
    Err(LedgerError::Sequence { place: place.to_owned(), line, expected, found: record.seq })
}

/// One line, with its line feed, as a record of this version.
pub(super) fn decode(line: &[u8], place: &str, number: u64) -> Result<Record, LedgerError> {
    let parsed = serde_json::from_slice::<Record>(line);
    match parsed {
        Ok(record) if record.v == Record::VERSION => Ok(record),
        Ok(record) => Err(version_error(record.v, place, number, None)),
        Err(error) => Err(explain(line, &error, place, number)),
    }
}

fn version_error(version: u32, place: &str, line: u64, column: Option<usize>) -> LedgerError {
    if version > Record::VERSION {
        LedgerError::Newer { place: place.to_owned(), line, version, ours: Record::VERSION }
    } else {
        LedgerError::Damaged { place: place.to_owned(), line, column }
    }
}

/// Why a line is no record of ours: a later format, an unknown event, or damage. The parser's own message is not
/// used, since it quotes the line.
fn explain(line: &[u8], error: &serde_json::Error, place: &str, number: u64) -> LedgerError {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    #[derive(Deserialize)]
    struct Shape {
        #[serde(rename = "seq")]
        _seq: u64,
        #[serde(rename = "event")]
        _event: Tag,
    }
    #[derive(Deserialize)]
    struct Tag {
        #[serde(rename = "type")]
        _kind: String,
    }
    let place = place.to_owned();
    let column = Some(error.column()).filter(|column| *column > 0);
    let Ok(Version { v }) = serde_json::from_slice(line) else {
        return LedgerError::Damaged { place, line: number, column };
    };
    if v != Record::VERSION {
        return version_error(v, &place, number, column);
    }
    // Well formed in outline, but with a type or a field that this version does not have.
    let unknown = error.is_data() && {
        let message = error.to_string();
        message.starts_with("unknown variant") || message.starts_with("unknown field")
    };
    if unknown && serde_json::from_slice::<Shape>(line).is_ok() {
        return LedgerError::UnknownEvent { place, line: number };
    }
    LedgerError::Damaged { place, line: number, column }
}

/// Skips to the end of the line without keeping it: how many bytes, and whether there was a line feed.
fn skip_line(input: &mut impl BufRead) -> io::Result<(u64, bool)> {
    let mut skipped = 0;
    loop {
        let (used, ended) = {
            let buffer = match input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), false),
            }
        };
        input.consume(used);
        skipped += used as u64;
        if ended || used == 0 {
            return Ok((skipped, ended));
        }
    }
}
