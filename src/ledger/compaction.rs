//! Rewriting a ledger without what later events have superseded.
//!
//! The rewritten ledger begins with `compacted` (how many events were left out, and the digest of their lines) and
//! has the kept events as they were, renumbered upwards from the last number, so that numbers never repeat. It is
//! read back and must fold to the same state before it takes the old one's place, in one rename.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StringDeserializer};
use sha2::{Digest, Sha256};

use super::codec::{self, Extent, ReadError};
use super::disk::{failed, parent, private, sync_dir};
use super::error::LedgerError;
use super::event::{Event, Record};
use super::file_store::read_file;
use super::journal;
use super::state::State;
use super::supersede::Superseded;
use crate::model::Sha256Hex;

/// What compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compaction {
    /// Events before.
    pub events_before: u64,
    /// Events after; the same as before when there was nothing to leave out, and then nothing was written.
    pub events_after: u64,
    /// Bytes before, without a torn line.
    pub bytes_before: u64,
    /// Bytes after.
    pub bytes_after: u64,
}

/// Any ledger that can be read several times: `each` gets the records and their lines.
type Source<'a> = &'a dyn Fn(&mut dyn FnMut(Record, &[u8])) -> Result<Extent, LedgerError>;

/// Compacts the file at `path`, which was read under the lock as `state` and `extent`.
pub(super) fn compact_file(
    path: &Path,
    place: &str,
    state: &State,
    extent: Extent,
    run_id: &str,
    now: Timestamp,
    still_locked: &dyn Fn() -> bool,
) -> Result<Compaction, LedgerError> {
    let source = |each: &mut dyn FnMut(Record, &[u8])| read_file(path, place, each);
    let new = new_path(path);
    let mut out: Option<BufWriter<File>> = None;
    let rewritten = rewrite(&source, state.seq, run_id, now, &mut |line| {
        let out = if let Some(out) = &mut out {
            out
        } else {
            let file = private(OpenOptions::new().write(true).create(true).truncate(true))
                .open(&new)
                .map_err(failed("create", &new))?;
            out.insert(BufWriter::new(file))
        };
        out.write_all(line).map_err(failed("write", &new))
    });
    let finished = rewritten.and_then(|()| match out.take() {
        Some(out) => finish(out, &new, path, place, state, still_locked).map(Some),
        None => Ok(None),
    });
    let after = match finished {
        Ok(after) => after.unwrap_or(extent),
        Err(error) => {
            let _ = fs::remove_file(&new);
            return Err(error);
        }
    };
    Ok(Compaction {
        events_before: extent.records,
        events_after: after.records,
        bytes_before: extent.bytes,
        bytes_after: after.bytes,
    })
}

/// Makes the new file durable, proves it, and puts it in the old one's place.
fn finish(
    out: BufWriter<File>,
    new: &Path,
    path: &Path,
    place: &str,
    state: &State,
    still_locked: &dyn Fn() -> bool,
) -> Result<Extent, LedgerError> {
    let file = out.into_inner().map_err(|error| failed("write", new)(error.into_error()))?;
    if let Ok(metadata) = fs::metadata(path) {
        file.set_permissions(metadata.permissions()).map_err(failed("write", new))?;
    }
    file.sync_all().map_err(|source| LedgerError::Sync { place: place.to_owned(), source })?;
    let mut folded = State::default();
    let extent = read_file(new, place, &mut |record, _| folded.apply(&record))?;
    if !same(&folded, state) || extent.torn.is_some() {
        return Err(LedgerError::Compaction { place: place.to_owned() });
    }
    if !still_locked() {
        return Err(LedgerError::Changed { place: place.to_owned() });
    }
    fs::rename(new, path).map_err(failed("write", path))?;
    sync_dir(parent(path))?;
    Ok(extent)
}

/// Compacts bytes in memory; `None` when there is nothing to leave out.
pub(super) fn compact_bytes(
    bytes: &[u8],
    place: &str,
    run_id: &str,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, LedgerError> {
    let (state, _) = codec::fold(bytes, place)?;
    let source = |each: &mut dyn FnMut(Record, &[u8])| match codec::read(bytes, place, each) {
        Ok(extent) => Ok(extent),
        Err(ReadError::Ledger(error)) => Err(error),
        Err(ReadError::Io(source)) => Err(failed("read", Path::new(place))(source)),
    };
    let mut out = Vec::new();
    rewrite(&source, state.seq, run_id, now, &mut |line| {
        out.extend_from_slice(line);
        Ok(())
    })?;
    if out.is_empty() {
        return Ok(None);
    }
    let (folded, _) = codec::fold(&out, place)?;
    if same(&folded, &state) {
        Ok(Some(out))
    } else {
        Err(LedgerError::Compaction { place: place.to_owned() })
    }
}

/// Reads `source` three times: what can be left out, its digest, and then the rest to `write`. Writes nothing when
/// nothing can be left out.
fn rewrite(
    source: Source<'_>,
    last: u64,
    run_id: &str,
    now: Timestamp,
    write: &mut dyn FnMut(&[u8]) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let mut superseded = Superseded::default();
    source(&mut |record, _| superseded.add(&record))?;
    let dropped = superseded.numbers;
    if dropped.is_empty() {
        return Ok(());
    }
    let mut hash = Sha256::new();
    source(&mut |record, line| {
        if dropped.contains(&record.seq) {
            hash.update(line);
        }
    })?;
    let Some(digest) = sha256_hex(&hash.finalize()) else {
        return Err(LedgerError::Random("no digest".to_owned()));
    };
    let mut seq = last.saturating_add(1);
    let head = Event::Compacted { digest, events: dropped.len() as u64 };
    write(&codec::encode(&journal::record(seq, now, run_id, head))?)?;
    let mut result = Ok(());
    source(&mut |record, _| {
        // The note of an earlier compaction would be no first line here.
        if result.is_ok() && !dropped.contains(&record.seq) {
            seq = seq.saturating_add(1);
            result = codec::encode(&Record { seq, ..record }).and_then(|line| write(&line));
        }
    })?;
    result
}

/// The same state but for its number.
fn same(a: &State, b: &State) -> bool {
    State { seq: 0, ..a.clone() } == State { seq: 0, ..b.clone() }
}

fn sha256_hex(bytes: &[u8]) -> Option<Sha256Hex> {
    use std::fmt::Write as _;
    let hex = bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    });
    let text: StringDeserializer<ValueError> = hex.into_deserializer();
    Sha256Hex::deserialize(text).ok()
}

fn new_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}
