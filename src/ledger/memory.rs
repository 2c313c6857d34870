//! A ledger in memory, for tests and the simulation: it goes through the same bytes as a file does, and can lose
//! what was not made durable, fail, and crash.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::codec::{self, Extent, ReadError, Torn};
use super::compaction::{self, Compaction};
use super::error::LedgerError;
use super::event::{Event, Record};
use super::holder::Holder;
use super::journal::Journal;
use super::state::State;
use super::stops::{StopEvent, Stops};
use super::store::{Store, Writer};

/// How the next append fails, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The disk is full after this many bytes of the line.
    Write(usize),
    /// The line is written and cannot be made durable.
    Sync,
}

/// A ledger in memory; clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    disk: Arc<Mutex<Disk>>,
}

#[derive(Debug, Default)]
struct Disk {
    bytes: Vec<u8>,
    /// How many of `bytes` survive a crash.
    durable: usize,
    stops: Stops,
    holder: Option<Holder>,
    died: Option<Holder>,
    /// Counts locks and crashes, so that a writer from before a crash cannot write after it.
    epoch: u64,
    fail: Option<Failure>,
    skip_sync: bool,
    skip_lock: bool,
}

const PLACE: &str = "memory";

impl MemoryStore {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// A ledger of these bytes, all durable.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        let disk = Disk { durable: bytes.len(), bytes, ..Disk::default() };
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    /// What a reader sees now.
    pub fn bytes(&self) -> Vec<u8> {
        self.disk().bytes.clone()
    }

    /// What would be left if the machine lost its power now.
    pub fn durable_bytes(&self) -> Vec<u8> {
        let disk = self.disk();
        disk.bytes[..disk.durable.min(disk.bytes.len())].to_vec()
    }

    /// Lets the next append fail.
    pub fn fail_next(&self, failure: Failure) {
        self.disk().fail = Some(failure);
    }

    /// Guard off: appends are acknowledged without being durable, and a crash loses them.
    pub fn skip_sync(&self, skip: bool) {
        self.disk().skip_sync = skip;
    }

    /// Guard off: every lock is given, and no writer is kept from writing.
    pub fn skip_lock(&self, skip: bool) {
        self.disk().skip_lock = skip;
    }

    /// The process that holds the lock dies, and of what is not durable, only the first `keep` bytes are left.
    pub fn crash(&self, keep: usize) {
        let mut disk = self.disk();
        let left = disk.durable.saturating_add(keep).min(disk.bytes.len());
        disk.bytes.truncate(left);
        disk.durable = left;
        disk.died = disk.holder.take();
        disk.epoch += 1;
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn acquire(&self, holder: &Holder) -> Result<(u64, Option<Holder>), LedgerError> {
        let mut disk = self.disk();
        if let Some(present) = disk.holder.clone().filter(|_| !disk.skip_lock) {
            return Err(LedgerError::Locked {
                place: PLACE.to_owned(),
                lock: None,
                holder: Some(Box::new(present)),
            });
        }
        disk.holder = Some(holder.clone());
        if !disk.skip_lock {
            disk.epoch += 1;
        }
        Ok((disk.epoch, disk.died.take()))
    }

    fn release(&self, epoch: u64) {
        let mut disk = self.disk();
        if disk.epoch == epoch {
            disk.holder = None;
        }
    }
}

impl Store for MemoryStore {
    fn place(&self) -> String {
        PLACE.to_owned()
    }

    fn read(&self, each: &mut dyn FnMut(Record)) -> Result<Extent, LedgerError> {
        let bytes = self.bytes();
        match codec::read(bytes.as_slice(), PLACE, &mut |record, _| each(record)) {
            Ok(extent) => Ok(extent),
            Err(ReadError::Ledger(error)) => Err(error),
            Err(ReadError::Io(source)) => Err(LedgerError::Io { action: "read", path: PLACE.into(), source }),
        }
    }

    fn lock(&self, holder: &Holder) -> Result<Box<dyn Writer>, LedgerError> {
        let (epoch, taken_over) = self.acquire(holder)?;
        let mut state = State::default();
        let extent = match self.read(&mut |record| state.apply(&record)) {
            Ok(extent) => extent,
            Err(error) => {
                self.release(epoch);
                return Err(error);
            }
        };
        let journal = Journal::new(PLACE.to_owned(), holder.run_id.clone(), state);
        let uncut = extent.torn.is_some();
        Ok(Box::new(MemoryWriter { store: self.clone(), journal, extent, uncut, epoch, taken_over }))
    }

    fn compact(&self, holder: &Holder, now: Timestamp) -> Result<Compaction, LedgerError> {
        let (epoch, _) = self.acquire(holder)?;
        let result = self.compact_locked(holder, now);
        self.release(epoch);
        result
    }

    fn stops(&self) -> Result<Stops, LedgerError> {
        Ok(self.disk().stops.clone())
    }

    fn add_stop(&self, event: &StopEvent) -> Result<(), LedgerError> {
        self.disk().stops.apply(event);
        Ok(())
    }
}

impl MemoryStore {
    fn compact_locked(&self, holder: &Holder, now: Timestamp) -> Result<Compaction, LedgerError> {
        let before = self.read(&mut |_| {})?;
        let new = compaction::compact_bytes(&self.bytes(), PLACE, &holder.run_id, now)?;
        let after = match new {
            None => before,
            Some(bytes) => {
                let (_, after) = codec::fold(&bytes, PLACE)?;
                let mut disk = self.disk();
                disk.durable = bytes.len();
                disk.bytes = bytes;
                after
            }
        };
        Ok(Compaction {
            events_before: before.records,
            events_after: after.records,
            bytes_before: before.bytes,
            bytes_after: after.bytes,
        })
    }
}

/// The writer of a [`MemoryStore`].
#[derive(Debug)]
struct MemoryWriter {
    store: MemoryStore,
    journal: Journal,
    extent: Extent,
    /// The torn line is still there.
    uncut: bool,
    epoch: u64,
    taken_over: Option<Holder>,
}

impl Writer for MemoryWriter {
    fn append(&mut self, event: Event, now: Timestamp) -> Result<Record, LedgerError> {
        let Self { store, journal, extent, uncut, epoch, .. } = self;
        journal.append(event, now, |line| {
            let mut disk = store.disk();
            if disk.epoch != *epoch {
                return Err(LedgerError::Changed { place: PLACE.to_owned() });
            }
            // Cuts a torn line away; without the lock, also nothing that another has added.
            if std::mem::take(uncut) {
                let good = usize::try_from(extent.bytes).unwrap_or(usize::MAX);
                disk.bytes.truncate(good);
                disk.durable = disk.durable.min(good);
            }
            match disk.fail.take() {
                Some(Failure::Write(bytes)) => {
                    disk.bytes.extend(line.iter().take(bytes.min(line.len() - 1)));
                    let source = std::io::ErrorKind::StorageFull.into();
                    return Err(LedgerError::Io { action: "write", path: PLACE.into(), source });
                }
                Some(Failure::Sync) => {
                    disk.bytes.extend_from_slice(line);
                    let source = std::io::Error::other("simulated");
                    return Err(LedgerError::Sync { place: PLACE.to_owned(), source });
                }
                None => disk.bytes.extend_from_slice(line),
            }
            if !disk.skip_sync {
                disk.durable = disk.bytes.len();
            }
            Ok(())
        })
    }

    fn still_ours(&self) -> Result<(), LedgerError> {
        let ours = self.store.disk().epoch == self.epoch;
        if ours { Ok(()) } else { Err(LedgerError::Changed { place: PLACE.to_owned() }) }
    }

    fn state(&self) -> &State {
        self.journal.state()
    }

    fn torn(&self) -> Option<Torn> {
        self.extent.torn
    }

    fn taken_over(&self) -> Option<&Holder> {
        self.taken_over.as_ref()
    }
}

impl Drop for MemoryWriter {
    fn drop(&mut self) {
        self.store.release(self.epoch);
    }
}
