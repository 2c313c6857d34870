//! The sandbox's data on disk: `state.json`, and one file for the members of each group and the recipients of
//! each job, written only when they change. Owns the lock; an answer goes out only after what it says is here.
//!
//! Large files carry a generation in their names and `state.json` names the generations, so that its rename is
//! the one moment at which everything changes.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::disk;
use super::error::SandboxError;
use super::side::Side;
use super::state::State;

/// The format of the files.
const FORMAT: u32 = 1;
const STATE: &str = "state.json";
const MEMBERS: &str = "members";
const RECIPIENTS: &str = "recipients";

/// What `state.json` holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved<S> {
    format: u32,
    /// The virtual time at which it was written.
    pub now: Timestamp,
    /// How far the virtual clock was before the real one, in milliseconds.
    pub offset_ms: i64,
    /// The account.
    pub state: S,
}

/// Only the format, read first so that other formats get their own error.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

/// A locked data directory.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    /// Held, not used: closing it lets the next process in.
    _lock: File,
    /// Large files that `state.json` names.
    named: BTreeSet<PathBuf>,
}

impl Store {
    /// Opens or creates the directory and locks it, waiting about `patience` for another process to end.
    pub fn open(dir: &Path, patience: Duration) -> Result<Self, SandboxError> {
        for dir in [dir.to_path_buf(), dir.join(MEMBERS), dir.join(RECIPIENTS)] {
            disk::make_private_dir(&dir).map_err(io_error("create", &dir))?;
        }
        let path = dir.join("lock");
        let lock = disk::open_private(&path).map_err(io_error("open", &path))?;
        let step = Duration::from_millis(25);
        let mut waited = Duration::ZERO;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if waited < patience => {
                    std::thread::sleep(step);
                    waited += step;
                }
                Err(TryLockError::WouldBlock) => return Err(SandboxError::InUse { dir: dir.to_path_buf() }),
                Err(TryLockError::Error(source)) => return Err(io_error("lock", &path)(source)),
            }
        }
        Ok(Self { dir: dir.to_path_buf(), _lock: lock, named: BTreeSet::new() })
    }

    /// What an earlier run left; `None` in a new directory.
    pub fn load(&mut self) -> Result<Option<Saved<State>>, SandboxError> {
        let path = self.dir.join(STATE);
        let body = match fs::read(&path) {
            Ok(body) => body,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.sweep();
                return Ok(None);
            }
            Err(source) => return Err(io_error("read", &path)(source)),
        };
        let head: Head = self.decode(&path, &body)?;
        if head.format != FORMAT {
            return Err(SandboxError::Format { file: path, found: head.format, known: FORMAT });
        }
        let mut saved: Saved<State> = self.decode(&path, &body)?;
        for group in &mut saved.state.groups {
            self.load_side(MEMBERS, group.id, &mut group.members)?;
        }
        for job in &mut saved.state.jobs {
            self.load_side(RECIPIENTS, job.id, &mut job.recipients)?;
        }
        self.sweep();
        Ok(Some(saved))
    }

    /// Deletes what a killed run left behind: half-written files and generations that nothing names.
    fn sweep(&self) {
        for dir in [self.dir.clone(), self.dir.join(MEMBERS), self.dir.join(RECIPIENTS)] {
            for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
                let (path, name) = (entry.path(), entry.file_name());
                let name = name.to_string_lossy();
                let ours = name.starts_with(".new-") || (name.ends_with(".json") && name != STATE);
                if ours && !self.named.contains(&path) {
                    let _ = fs::remove_file(path);
                }
            }
        }
    }

    /// Writes what changed. When this fails the files still hold the last state in full.
    pub fn save(&mut self, state: &mut State, now: Timestamp, offset_ms: i64) -> Result<(), SandboxError> {
        let mut named = BTreeSet::new();
        for group in &mut state.groups {
            named.insert(self.save_side(MEMBERS, group.id, &mut group.members)?);
        }
        for job in &mut state.jobs {
            named.insert(self.save_side(RECIPIENTS, job.id, &mut job.recipients)?);
        }
        let path = self.dir.join(STATE);
        let saved = Saved { format: FORMAT, now, offset_ms, state: &*state };
        let body = serde_json::to_vec(&saved).map_err(|error| io_error("write", &path)(error.into()))?;
        disk::replace(&self.dir, STATE, &body).map_err(io_error("write", &path))?;
        for old in self.named.difference(&named) {
            // What is left behind is never read: only what state.json names is.
            let _ = fs::remove_file(old);
        }
        self.named = named;
        state.dirty = false;
        Ok(())
    }

    fn load_side<T>(&mut self, kind: &str, id: Uuid, side: &mut Side<T>) -> Result<(), SandboxError>
    where
        T: Default + DeserializeOwned,
    {
        let path = self.side_path(kind, id, side.generation());
        let body = fs::read(&path).map_err(|error| self.corrupt(&path, &error.to_string()))?;
        side.loaded(self.decode(&path, &body)?);
        self.named.insert(path);
        Ok(())
    }

    fn save_side<T>(&self, kind: &str, id: Uuid, side: &mut Side<T>) -> Result<PathBuf, SandboxError>
    where
        T: Default + Serialize,
    {
        if side.is_changed() {
            let generation = side.generation() + 1;
            let path = self.side_path(kind, id, generation);
            let body =
                serde_json::to_vec(side.get()).map_err(|error| io_error("write", &path)(error.into()))?;
            let name = file_name(id, generation);
            disk::replace(&self.dir.join(kind), &name, &body).map_err(io_error("write", &path))?;
            side.written(generation);
        }
        Ok(self.side_path(kind, id, side.generation()))
    }

    fn side_path(&self, kind: &str, id: Uuid, generation: u64) -> PathBuf {
        self.dir.join(kind).join(file_name(id, generation))
    }

    fn decode<T: DeserializeOwned>(&self, path: &Path, body: &[u8]) -> Result<T, SandboxError> {
        // Only the place: the parser's own text may repeat a member's phone.
        serde_json::from_slice(body)
            .map_err(|error| self.corrupt(path, &format!("line {}, column {}", error.line(), error.column())))
    }

    fn corrupt(&self, file: &Path, why: &str) -> SandboxError {
        SandboxError::Corrupt { file: file.to_path_buf(), dir: self.dir.clone(), why: why.to_owned() }
    }
}

fn file_name(id: Uuid, generation: u64) -> String {
    format!("{id}.{generation}.json")
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SandboxError {
    let path = path.to_path_buf();
    move |source| SandboxError::Io { what, path, source }
}
