//! Appending to a file: one write a line, durable before it is acknowledged, undone as far as possible when not.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::codec::{Extent, Torn};
use super::disk::{FileId, failed, parent, private, sync_dir};
use super::error::LedgerError;
use super::event::{Event, Record};
use super::holder::Holder;
use super::journal::Journal;
use super::lock_file::LockFile;
use super::state::State;
use super::store::Writer;

/// The writer of a [`super::FileStore`].
#[derive(Debug)]
pub(super) struct FileWriter {
    journal: Journal,
    tail: Tail,
    torn: Option<Torn>,
    lock: LockFile,
}

/// The end of the file.
#[derive(Debug)]
struct Tail {
    path: PathBuf,
    /// Open once there is a file.
    file: Option<(File, FileId)>,
    /// Where the next line goes.
    good: u64,
    /// How long the file is; more than `good` while it has a torn line.
    length: u64,
}

impl FileWriter {
    /// For a ledger of this state and extent, read under `lock`.
    pub(super) fn new(
        path: &Path,
        journal: Journal,
        extent: Extent,
        lock: LockFile,
    ) -> Result<Self, LedgerError> {
        let file = match OpenOptions::new().append(true).open(path) {
            Ok(file) => {
                let id = FileId::of(&file.metadata().map_err(failed("write", path))?);
                Some((file, id))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed("write", path)(error)),
        };
        let length = extent.bytes + extent.torn.map_or(0, |torn| torn.bytes);
        let tail = Tail { path: path.to_owned(), file, good: extent.bytes, length };
        Ok(Self { journal, tail, torn: extent.torn, lock })
    }
}

impl Writer for FileWriter {
    fn append(&mut self, event: Event, now: Timestamp) -> Result<Record, LedgerError> {
        let Self { journal, tail, torn: _, lock } = self;
        let place = journal.place().to_owned();
        journal.append(event, now, |line| {
            if !lock.is_ours() {
                return Err(LedgerError::Changed { place });
            }
            tail.append(line, &place)
        })
    }

    fn still_ours(&self) -> Result<(), LedgerError> {
        if self.lock.is_ours() {
            Ok(())
        } else {
            Err(LedgerError::Changed { place: self.journal.place().to_owned() })
        }
    }

    fn state(&self) -> &State {
        self.journal.state()
    }

    fn torn(&self) -> Option<Torn> {
        self.torn
    }

    fn taken_over(&self) -> Option<&Holder> {
        self.lock.taken_over.as_ref()
    }
}

impl Tail {
    fn append(&mut self, line: &[u8], place: &str) -> Result<(), LedgerError> {
        self.check(place)?;
        let created = self.file.is_none();
        if created {
            let file = private(OpenOptions::new().append(true).create_new(true))
                .open(&self.path)
                .map_err(failed("create", &self.path))?;
            let id = FileId::of(&file.metadata().map_err(failed("create", &self.path))?);
            self.file = Some((file, id));
        }
        let Some((file, _)) = &mut self.file else {
            return Err(LedgerError::Changed { place: place.to_owned() });
        };
        if self.length > self.good {
            // Cut the torn line away first, durably, so that no crash can leave a mixture of it and the next.
            file.set_len(self.good).map_err(failed("write", &self.path))?;
            sync(file, place)?;
            self.length = self.good;
        }
        let written = write_line(file, line, &self.path, place);
        let written = if created { written.and_then(|()| sync_dir(parent(&self.path))) } else { written };
        if let Err(error) = written {
            // Best effort: nothing follows from this event, so it should not be found by the next run either.
            // If it is found all the same, it is torn, or it says something that the next run will check.
            let _ = file.set_len(self.good).and_then(|()| file.sync_all());
            return Err(error);
        }
        self.good += line.len() as u64;
        self.length = self.good;
        Ok(())
    }

    /// Whether the file is still the one that was read, and as long.
    fn check(&self, place: &str) -> Result<(), LedgerError> {
        let now = match fs::metadata(&self.path) {
            Ok(metadata) => Some((FileId::of(&metadata), metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed("write", &self.path)(error)),
        };
        let ours = self.file.as_ref().map(|(_, id)| (*id, self.length));
        if now == ours { Ok(()) } else { Err(LedgerError::Changed { place: place.to_owned() }) }
    }
}

fn write_line(file: &mut File, line: &[u8], path: &Path, place: &str) -> Result<(), LedgerError> {
    file.write_all(line).and_then(|()| file.flush()).map_err(failed("write", path))?;
    sync(file, place)
}

fn sync(file: &File, place: &str) -> Result<(), LedgerError> {
    file.sync_all().map_err(|source| LedgerError::Sync { place: place.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_said_to_be_full() {
        let path = Path::new("/dev/full");
        let Ok(mut full) = OpenOptions::new().append(true).open(path) else { return };
        let error = write_line(&mut full, b"{}\n", path, "here").unwrap_err();
        assert!(error.hint().contains("disk is full"), "{error}: {}", error.hint());
    }

    #[test]
    fn a_write_that_fails_leaves_the_file_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        fs::write(&path, "good\n").unwrap();
        // A handle that cannot write stands in for a disk that fails.
        let file = File::open(&path).unwrap();
        let id = FileId::of(&file.metadata().unwrap());
        let mut tail = Tail { path: path.clone(), file: Some((file, id)), good: 5, length: 5 };
        assert!(matches!(tail.append(b"next\n", "here"), Err(LedgerError::Io { action: "write", .. })));
        assert_eq!(fs::read(&path).unwrap(), b"good\n");
        assert_eq!(tail.good, 5);
    }
}
