//! A ledger in a local file, with its lock and the operator's stops beside it.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::codec::{self, Extent, ReadError};
use super::compaction::{self, Compaction};
use super::disk::{create_dirs, failed, open_existing, parent};
use super::error::LedgerError;
use super::event::Record;
use super::file_writer::FileWriter;
use super::holder::Holder;
use super::journal::Journal;
use super::lock_file::LockFile;
use super::state::State;
use super::stops::{StopEvent, Stops};
use super::store::{Store, Writer};

/// A ledger in a file. Nothing is created or changed before [`Store::lock`], and the file not before the first
/// event.
#[derive(Debug, Clone)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// The ledger at `path`, which need not exist. Touches nothing.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path with links resolved, so that every way to one ledger has one lock.
    fn real(&self) -> PathBuf {
        if let Ok(real) = fs::canonicalize(&self.path) {
            return real;
        }
        match (fs::canonicalize(parent(&self.path)), self.path.file_name()) {
            (Ok(dir), Some(name)) => dir.join(name),
            _ => self.path.clone(),
        }
    }

    /// Locks, reads, and finds out how far the ledger goes.
    fn lock_and_read(&self, holder: &Holder) -> Result<(PathBuf, LockFile, State, Extent), LedgerError> {
        // A ledger that cannot be read is said to be that before anything is created beside it.
        open_existing(&self.path)?;
        create_dirs(parent(&self.path))?;
        let path = self.real();
        let lock = LockFile::take(&LockFile::path_for(&path), &self.place(), holder)?;
        let mut state = State::default();
        let extent = read_file(&path, &self.place(), &mut |record, _| state.apply(&record))?;
        Ok((path, lock, state, extent))
    }
}

impl Store for FileStore {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn read(&self, each: &mut dyn FnMut(Record)) -> Result<Extent, LedgerError> {
        read_file(&self.path, &self.place(), &mut |record, _| each(record))
    }

    fn lock(&self, holder: &Holder) -> Result<Box<dyn Writer>, LedgerError> {
        let (path, lock, state, extent) = self.lock_and_read(holder)?;
        let journal = Journal::new(self.place(), holder.run_id.clone(), state);
        Ok(Box::new(FileWriter::new(&path, journal, extent, lock)?))
    }

    fn compact(&self, holder: &Holder, now: Timestamp) -> Result<Compaction, LedgerError> {
        let (path, lock, state, extent) = self.lock_and_read(holder)?;
        let result =
            compaction::compact_file(&path, &self.place(), &state, extent, &holder.run_id, now, &|| {
                lock.is_ours()
            });
        drop(lock);
        result
    }

    fn stops(&self) -> Result<Stops, LedgerError> {
        Stops::load(&Stops::path_for(&self.real()))
    }

    fn add_stop(&self, event: &StopEvent) -> Result<(), LedgerError> {
        create_dirs(parent(&self.path))?;
        Stops::append(&Stops::path_for(&self.real()), event)
    }
}

/// Reads the ledger at `path`; a missing one is empty.
pub(super) fn read_file(
    path: &Path,
    place: &str,
    each: &mut dyn FnMut(Record, &[u8]),
) -> Result<Extent, LedgerError> {
    let Some((file, _)) = open_existing(path)? else {
        return Ok(Extent::default());
    };
    match codec::read(BufReader::with_capacity(1 << 16, file), place, each) {
        Ok(extent) => Ok(extent),
        Err(ReadError::Ledger(error)) => Err(error),
        Err(ReadError::Io(source)) => Err(failed("read", path)(source)),
    }
}
