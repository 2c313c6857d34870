//! The lease: who works on a ledger. It is renewed while the run lives, and may be taken over when it was not.
//!
//! It is politeness, not the lock: the position of the next event is that (see [`super`]).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use object_store::UpdateVersion;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::bridge::Bridge;
use super::bucket::{Bucket, Object, Put};
use super::error::ObjectError;
use super::names::LEASE;
use crate::ledger::holder::Holder;
use crate::ledger::lock_file::LockFile;

/// The longest lease that is read.
const MAX: usize = 16 << 10;
/// The store's clock is read to the second, twice.
const SLACK: u64 = 2;
/// The longest time that another's lease may name.
const MAX_TTL: u64 = 3600;
/// How long the end of a run waits for its lease to be given back.
const RELEASE: Duration = Duration::from_secs(10);
/// What became of a lease that nobody has.
const DELETED: &str = "its lease was deleted";
const CHANGED: &str = "its lease was changed";

/// What the object says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    v: u32,
    holder: Holder,
    /// Without renewal for so long it may be taken over.
    ttl_seconds: u64,
    renewals: u64,
    released: bool,
    /// The last event that the holder knew of.
    seq: u64,
}

impl Content {
    fn bytes(&self) -> Bytes {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line.into()
    }

    fn of(object: &Object) -> Option<Self> {
        serde_json::from_slice(&object.bytes).ok()
    }
}

/// A lease that was just taken.
#[derive(Debug)]
pub(super) struct Taken {
    content: Content,
    version: UpdateVersion,
    /// Who held it before and did not give it back.
    pub(super) before: Option<Holder>,
    /// The last event that the holder before knew of.
    pub(super) seq: u64,
}

/// Takes the lease at once, or says who has it. `now` is the store's time in Unix seconds. `alone`: no other process
/// of this machine works on the ledger, so that a lease of this machine's is a dead one's.
pub(super) async fn take(
    bucket: &Bucket,
    holder: &Holder,
    now: i64,
    alone: bool,
) -> Result<Taken, ObjectError> {
    let mut before: Option<Content> = None;
    let mut ours: Option<Bytes> = None;
    let mut last = None;
    for attempt in 0..bucket.timing.tries.max(2) {
        if attempt > 0 {
            tokio::time::sleep(bucket.timing.pause_before(attempt)).await;
        }
        let found = bucket.read(LEASE, MAX).await?;
        if let (Some(object), Some(ours)) = (&found, &ours)
            && object.bytes == ours
            && let Some(content) = Content::of(object)
        {
            // The answer to our own write was lost.
            return Ok(Taken::new(content, object.version.clone(), before));
        }
        if let Some(object) = &found {
            before = Content::of(object);
            if !(alone && before.as_ref().is_some_and(|before| before.holder.host == holder.host)) {
                refuse_if_alive(bucket, object, before.as_ref(), now)?;
            }
        } else {
            before = None;
        }
        let content = Content {
            v: 1,
            holder: holder.clone(),
            ttl_seconds: bucket.timing.ttl.as_secs(),
            renewals: 0,
            released: false,
            seq: before.as_ref().map_or(0, |before| before.seq),
        };
        let bytes = content.bytes();
        let put = match found {
            None => bucket.create(LEASE, bytes.clone()).await,
            Some(object) => bucket.replace(LEASE, bytes.clone(), object.version).await,
        };
        ours = Some(bytes);
        match put {
            Ok(Put::Done(version)) => return Ok(Taken::new(content, version, before)),
            // Another was faster, or our answer was lost: the next look tells.
            Ok(Put::Refused) => {}
            Err(error) if error.is_unsure() => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| bucket.unsure("write", LEASE, "other runs change it all the time")))
}

/// The last event that the last holder knew of; 0 where there is no lease, or one that says nothing.
pub(super) async fn last_event(bucket: &Bucket) -> Result<u64, ObjectError> {
    let found = bucket.read(LEASE, MAX).await?;
    Ok(found.as_ref().and_then(Content::of).map_or(0, |content| content.seq))
}

impl Taken {
    fn new(content: Content, version: UpdateVersion, before: Option<Content>) -> Self {
        let seq = before.as_ref().map_or(0, |before| before.seq);
        let before = before.filter(|before| !before.released).map(|before| before.holder);
        Self { content, version, before, seq }
    }
}

/// A lease that was not given back and not let lapse is somebody's. One that cannot be read is too.
fn refuse_if_alive(
    bucket: &Bucket,
    object: &Object,
    content: Option<&Content>,
    now: i64,
) -> Result<(), ObjectError> {
    if content.is_some_and(|content| content.released) {
        return Ok(());
    }
    let ttl = content.map_or(bucket.timing.ttl.as_secs(), |content| content.ttl_seconds).clamp(1, MAX_TTL);
    let age = u64::try_from(now.saturating_sub(object.modified)).unwrap_or(0);
    if age > ttl + SLACK {
        return Ok(());
    }
    Err(ObjectError::Leased {
        place: bucket.place().to_owned(),
        lease: bucket.address(LEASE),
        holder: content.map(|content| Box::new(content.holder.clone())),
        age,
        ttl,
    })
}

/// A lease that is renewed until it is dropped, and then given back.
#[derive(Debug)]
pub(super) struct Lease {
    bridge: Arc<Bridge>,
    bucket: Bucket,
    holder: Holder,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
    /// Who held it before and did not give it back.
    pub(super) before: Option<Holder>,
    /// Given back after the lease is.
    _lock: Option<LockFile>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Who has it now, in words, once it is no longer ours.
    lost: Mutex<Option<String>>,
    seq: AtomicU64,
}

impl Shared {
    fn lose(&self, to: String) {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(to);
    }
}

impl Lease {
    /// Renews what was taken from now on.
    pub(super) fn keep(bridge: &Arc<Bridge>, bucket: &Bucket, taken: Taken, lock: Option<LockFile>) -> Self {
        let Taken { content, version, before, seq } = taken;
        let shared = Arc::new(Shared { seq: AtomicU64::new(seq), ..Shared::default() });
        let (stop, stopped) = oneshot::channel();
        let holder = content.holder.clone();
        let keeper = Keeper { bucket: bucket.clone(), content, version, shared: Arc::clone(&shared) };
        let task = bridge.spawn(keeper.run(stopped));
        let (bridge, bucket) = (Arc::clone(bridge), bucket.clone());
        Self { bridge, bucket, holder, shared, stop: Some(stop), task, before, _lock: lock }
    }

    /// Who has it now, in words, once it is known to be no longer ours.
    pub(super) fn lost(&self) -> Option<String> {
        self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same, asked of the store now: a lease that was deleted by hand is noticed before the next renewal.
    pub(super) fn lost_now(&self) -> Result<Option<String>, ObjectError> {
        if let Some(to) = self.lost() {
            return Ok(Some(to));
        }
        let bucket = self.bucket.clone();
        let found = self.bridge.run(async move { bucket.read(LEASE, MAX).await })??;
        let to = match found.as_ref().map(Content::of) {
            // The keeper may be renewing it right now: whose it is counts, not which version.
            Some(Some(content)) if content.holder == self.holder && !content.released => return Ok(None),
            Some(Some(content)) => content.holder.to_string(),
            Some(None) => CHANGED.to_owned(),
            None => DELETED.to_owned(),
        };
        self.shared.lose(to.clone());
        Ok(Some(to))
    }

    /// Notes the last event for whoever comes next.
    pub(super) fn note(&self, seq: u64) {
        self.shared.seq.store(seq, Ordering::Relaxed);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            self.bridge.finish(task, RELEASE);
        }
    }
}

/// The task that renews a lease.
struct Keeper {
    bucket: Bucket,
    content: Content,
    version: UpdateVersion,
    shared: Arc<Shared>,
}

impl Keeper {
    async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        let mut wait = self.bucket.timing.renew;
        loop {
            tokio::select! {
                _ = &mut stopped => break,
                () = tokio::time::sleep(wait) => {}
            }
            wait = match self.write(false).await {
                Ok(true) => self.bucket.timing.renew,
                Ok(false) => return,
                // Sooner, while there is time.
                Err(error) => {
                    tracing::debug!(%error, "the ledger's lease was not renewed");
                    self.bucket.timing.renew / 4
                }
            };
        }
        if let Err(error) = self.write(true).await {
            tracing::debug!(%error, "the ledger's lease was not given back; it lapses by itself");
        }
    }

    /// Writes the next content; `false` when the lease is no longer ours.
    async fn write(&mut self, released: bool) -> Result<bool, ObjectError> {
        let seq = self.shared.seq.load(Ordering::Relaxed);
        let renewals = self.content.renewals + 1;
        let next = Content { renewals, released, seq, ..self.content.clone() };
        let put = self.bucket.replace(LEASE, next.bytes(), self.version.clone()).await;
        match put {
            Ok(Put::Done(version)) => {
                (self.content, self.version) = (next, version);
                Ok(true)
            }
            Ok(Put::Refused) => self.look(next).await,
            Err(error) if error.is_unsure() => {
                // It may have been done: then the next condition has to name what is there.
                if !self.look(next).await? {
                    return Ok(false);
                }
                if released { Err(error) } else { Ok(true) }
            }
            Err(error) => Err(error),
        }
    }

    /// Finds out whose the lease is after a write that was not acknowledged.
    async fn look(&mut self, next: Content) -> Result<bool, ObjectError> {
        let Some(object) = self.bucket.read(LEASE, MAX).await? else {
            self.shared.lose(DELETED.to_owned());
            return Ok(false);
        };
        if object.bytes == next.bytes() {
            (self.content, self.version) = (next, object.version);
            return Ok(true);
        }
        if object.bytes == self.content.bytes() {
            self.version = object.version;
            return Ok(true);
        }
        let to = Content::of(&object).map_or_else(|| CHANGED.to_owned(), |c| c.holder.to_string());
        self.shared.lose(to);
        Ok(false)
    }
}
