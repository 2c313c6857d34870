//! The ledger in an object store, as the rest of the program sees it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use super::bridge::Bridge;
use super::bucket::Bucket;
use super::directory::Directory;
use super::error::ObjectError;
use super::events::{self, Reach};
use super::lease::{self, Lease};
use super::timing::Timing;
use super::writer::ObjectWriter;
use super::{connect, probe, snapshot, stops, verify};
use crate::ledger::codec::Extent;
use crate::ledger::compaction::Compaction;
use crate::ledger::error::LedgerError;
use crate::ledger::event::Record;
use crate::ledger::holder::Holder;
use crate::ledger::journal::Journal;
use crate::ledger::lock_file::LockFile;
use crate::ledger::state::State;
use crate::ledger::stops::{StopEvent, Stops};
use crate::ledger::store::{Loaded, Store, Writer};

/// So many events in objects of their own are worth a snapshot: each costs a request to read.
const MANY_LOOSE: u64 = 500;

/// A ledger under a prefix of an object store. Reading writes nothing.
#[derive(Debug)]
pub struct ObjectLedger {
    pub(super) bridge: Arc<Bridge>,
    pub(super) bucket: Bucket,
    stops: Mutex<stops::Read>,
    /// The directory of a `file:///…`, where the kernel has a lock for us.
    directory: Option<PathBuf>,
}

/// Records with their lines, for a snapshot.
type Lines = Vec<(Record, Vec<u8>)>;

impl ObjectLedger {
    /// The ledger at `s3://bucket/prefix` and its like, with the credentials that the cloud's own tools would use.
    /// Makes no request.
    ///
    /// # Errors
    /// [`ObjectError::Setup`] when the environment names credentials or an endpoint that cannot be used.
    pub fn open(url: &Url) -> Result<Self, LedgerError> {
        let (store, prefix) = connect::connect(url)?;
        let timing = Timing::from_environment().map_err(|why| ObjectError::Setup {
            place: url.to_string(),
            why,
            hint: "Unset it: a lease then lapses when it was not renewed for 60 seconds.",
        })?;
        let bucket = Bucket::new(store, prefix, url.as_str(), timing);
        Ok(Self { directory: connect::directory(url), ..Self::over(bucket)? })
    }

    /// A ledger in any store, for tests.
    pub(super) fn over(bucket: Bucket) -> Result<Self, ObjectError> {
        Ok(Self { bridge: Arc::new(Bridge::start()?), bucket, stops: Mutex::default(), directory: None })
    }

    /// Tests the store, takes the lease, and reads the ledger.
    fn lock_and_read(&self, holder: &Holder) -> Result<(Lease, State, Reach, Lines), LedgerError> {
        let lock = match &self.directory {
            Some(root) => Some(LockFile::take(&Directory::run_lock(root), self.bucket.place(), holder)?),
            None => None,
        };
        let bucket = self.bucket.clone();
        let now = self.bridge.run(async move { probe::probe(&bucket).await })??;
        let (bucket, who, alone) = (self.bucket.clone(), holder.clone(), lock.is_some());
        let taken = self.bridge.run(async move { lease::take(&bucket, &who, now, alone).await })??;
        let expected = taken.seq;
        let lease = Lease::keep(&self.bridge, &self.bucket, taken, lock);
        let mut state = State::default();
        let mut lines = Lines::new();
        let reach = events::read(&self.bridge, &self.bucket, &mut |record, line| {
            state.apply(&record);
            lines.push((record, line.to_vec()));
        })?;
        if state.seq < expected {
            let place = self.bucket.place().to_owned();
            return Err(ObjectError::Lost { place, found: state.seq, expected }.into());
        }
        lease.note(state.seq);
        Ok((lease, state, reach, lines))
    }

    fn read_newer_stops(&self) -> Result<std::sync::MutexGuard<'_, stops::Read>, LedgerError> {
        let mut read = self.stops.lock().unwrap_or_else(PoisonError::into_inner);
        let (bucket, last) = (self.bucket.clone(), read.last());
        let newer = self.bridge.run(stops::newer(bucket, last))??;
        read.add(&self.bucket, newer)?;
        Ok(read)
    }
}

impl Store for ObjectLedger {
    fn place(&self) -> String {
        self.bucket.place().to_owned()
    }

    fn read(&self, each: &mut dyn FnMut(Record)) -> Result<Extent, LedgerError> {
        let reach = events::read(&self.bridge, &self.bucket, &mut |record, _| each(record))?;
        Ok(Extent { records: reach.records, bytes: reach.bytes, torn: None })
    }

    fn verify(&self) -> Result<Loaded, LedgerError> {
        verify::verify(&self.bridge, &self.bucket)
    }

    fn lock(&self, holder: &Holder) -> Result<Box<dyn Writer>, LedgerError> {
        let (lease, state, reach, lines) = self.lock_and_read(holder)?;
        if reach.loose >= MANY_LOOSE
            && let Err(error) = snapshot::write(&self.bridge, &self.bucket, &lines, reach, &state)
        {
            // It only saves time.
            tracing::warn!(%error, "no snapshot of the ledger was made");
        }
        let journal = Journal::new(self.place(), holder.run_id.clone(), state);
        let (bridge, bucket) = (Arc::clone(&self.bridge), self.bucket.clone());
        Ok(Box::new(ObjectWriter { journal, lease, bridge, bucket }))
    }

    /// Writes a snapshot; the events stay, since each is the lock on its position.
    fn compact(&self, holder: &Holder, _now: Timestamp) -> Result<Compaction, LedgerError> {
        let (lease, state, reach, lines) = self.lock_and_read(holder)?;
        let done = snapshot::write(&self.bridge, &self.bucket, &lines, reach, &state);
        drop(lease);
        done
    }

    fn stops(&self) -> Result<Stops, LedgerError> {
        Ok(self.read_newer_stops()?.stops.clone())
    }

    fn add_stop(&self, event: &StopEvent) -> Result<(), LedgerError> {
        let mut line = serde_json::to_vec(event).map_err(LedgerError::Encode)?;
        line.push(b'\n');
        let last = self.stops.lock().unwrap_or_else(PoisonError::into_inner).last();
        let (bucket, line) = (self.bucket.clone(), Bytes::from(line));
        Ok(self.bridge.run(async move { stops::add(bucket, last, line).await })??)
    }
}
