//! The lock of a file ledger: a file beside it with the kernel's lock on it, and in it who holds it.
//!
//! The kernel gives the lock back when its process is gone, however that went, so a killed run is taken over at
//! once and a live one never. The file stays: removing it would let two runs lock two files of one name.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::disk::{FileId, create_dirs, failed, parent, private};
use super::error::LedgerError;
use super::holder::Holder;

/// As much of a lock file as is read: it should have one short line.
const MAX_HOLDER: u64 = 4096;

/// A lock that is held, until it is dropped.
#[derive(Debug)]
pub(super) struct LockFile {
    path: PathBuf,
    file: File,
    id: FileId,
    /// Who held it before and did not give it back.
    pub(super) taken_over: Option<Holder>,
}

impl LockFile {
    /// The lock file of a ledger.
    pub(super) fn path_for(ledger: &Path) -> PathBuf {
        let mut name = ledger.as_os_str().to_owned();
        name.push(".lock");
        PathBuf::from(name)
    }

    /// Takes the lock for the ledger called `place`, or fails at once.
    pub(super) fn take(path: &Path, place: &str, holder: &Holder) -> Result<Self, LedgerError> {
        create_dirs(parent(path))?;
        // Somebody may delete the file, as the hint allows, between its being opened and locked: then what is
        // locked is no longer what others find, so it is tried again with what is there now.
        for _ in 0..8 {
            let mut file = private(OpenOptions::new().read(true).write(true).create(true).truncate(false))
                .open(path)
                .map_err(failed("create", path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let holder = read_holder(&mut file).map(Box::new);
                    return Err(LedgerError::Locked {
                        place: place.to_owned(),
                        lock: Some(path.to_owned()),
                        holder,
                    });
                }
                Err(TryLockError::Error(source)) => {
                    return Err(LedgerError::LockUnsupported { path: path.to_owned(), source });
                }
            }
            let id = FileId::of(&file.metadata().map_err(failed("lock", path))?);
            if identity(path)? != Some(id) {
                continue;
            }
            let taken_over = read_holder(&mut file);
            write_holder(&mut file, holder).map_err(failed("write", path))?;
            return Ok(Self { path: path.to_owned(), file, id, taken_over });
        }
        Err(LedgerError::Locked { place: place.to_owned(), lock: Some(path.to_owned()), holder: None })
    }

    /// Whether the file that others would lock is still this one.
    pub(super) fn is_ours(&self) -> bool {
        identity(&self.path).is_ok_and(|id| id == Some(self.id))
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Best effort: an empty file says that the lock was given back. The lock itself goes with the handle.
        let _ = self.file.set_len(0);
    }
}

fn identity(path: &Path) -> Result<Option<FileId>, LedgerError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(FileId::of(&metadata))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("lock", path)(error)),
    }
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = Vec::new();
    file.rewind().ok()?;
    Read::by_ref(file).take(MAX_HOLDER).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn write_holder(file: &mut File, holder: &Holder) -> io::Result<()> {
    let mut line = serde_json::to_vec(holder).map_err(io::Error::other)?;
    line.push(b'\n');
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&line)
}
