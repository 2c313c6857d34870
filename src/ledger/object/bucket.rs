//! The few things that a ledger does with a store, each bounded in time and size.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetResult, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion,
};

use super::error::{ObjectError, failed};
use super::names::Dir;
use super::timing::Timing;

/// Objects under one prefix of one bucket; clones share it.
#[derive(Clone)]
pub(super) struct Bucket {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// The ledger's address as it was given, without a slash at the end.
    place: Arc<str>,
    pub(super) timing: Timing,
}

/// An object that was read.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) bytes: Bytes,
    /// What a conditional write has to name.
    pub(super) version: UpdateVersion,
    /// When it was written, by the store's clock, in Unix seconds.
    pub(super) modified: i64,
}

/// What became of a conditional write.
#[derive(Debug)]
pub(super) enum Put {
    Done(UpdateVersion),
    /// The condition did not hold: another is, or was, there.
    Refused,
}

/// What became of a name that one wants.
#[derive(Debug)]
pub(super) enum Claim {
    /// It has our bytes, by this write or by one whose answer was lost.
    Ours,
    /// It has others.
    Theirs(Object),
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The client's own output has its configuration in it.
        write!(f, "Bucket({})", self.place)
    }
}

impl Bucket {
    pub(super) fn new(store: Arc<dyn ObjectStore>, prefix: Path, place: &str, timing: Timing) -> Self {
        Self { store, prefix, place: place.trim_end_matches('/').into(), timing }
    }

    /// The ledger's address.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// The address of an object.
    pub(super) fn address(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').fold(self.prefix.clone(), Path::join)
    }

    /// An object of at most `max` bytes; `None` where there is none.
    pub(super) async fn read(&self, name: &str, max: usize) -> Result<Option<Object>, ObjectError> {
        self.in_time("read", name, async {
            let Some(result) = self.get(name).await? else { return Ok(None) };
            let too_long = || ObjectError::Damaged { object: self.address(name), why: "it is too long" };
            if result.meta.size > max as u64 {
                return Err(too_long());
            }
            let version =
                UpdateVersion { e_tag: result.meta.e_tag.clone(), version: result.meta.version.clone() };
            let modified = result.meta.last_modified.timestamp();
            let mut bytes = BytesMut::new();
            let mut stream = result.into_stream();
            while let Some(chunk) = stream.try_next().await.map_err(|e| self.failed("read", name, &e))? {
                if bytes.len() + chunk.len() > max {
                    return Err(too_long());
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(Some(Object { bytes: bytes.freeze(), version, modified }))
        })
        .await
    }

    /// An object as a stream of pieces; `None` where there is none.
    pub(super) async fn open(&self, name: &str) -> Result<Option<Pieces>, ObjectError> {
        let result = self.in_time("read", name, self.get(name)).await?;
        Ok(result.map(GetResult::into_stream))
    }

    async fn get(&self, name: &str) -> Result<Option<GetResult>, ObjectError> {
        match self.store.get_opts(&self.path(name), GetOptions::default()).await {
            Ok(result) => Ok(Some(result)),
            Err(Error::NotFound { source, .. }) if !source.to_string().contains("NoSuchBucket") => Ok(None),
            Err(error) => Err(self.failed("read", name, &error)),
        }
    }

    /// Creates an object unless there is one.
    pub(super) async fn create(&self, name: &str, bytes: Bytes) -> Result<Put, ObjectError> {
        self.put(name, bytes, PutMode::Create).await
    }

    /// Replaces an object unless it has changed.
    pub(super) async fn replace(
        &self,
        name: &str,
        bytes: Bytes,
        version: UpdateVersion,
    ) -> Result<Put, ObjectError> {
        self.put(name, bytes, PutMode::Update(version)).await
    }

    async fn put(&self, name: &str, bytes: Bytes, mode: PutMode) -> Result<Put, ObjectError> {
        self.in_time("write", name, async {
            let options = PutOptions::from(mode);
            match self.store.put_opts(&self.path(name), PutPayload::from_bytes(bytes), options).await {
                Ok(done) => Ok(Put::Done(UpdateVersion { e_tag: done.e_tag, version: done.version })),
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => {
                    Ok(Put::Refused)
                }
                Err(error) => Err(self.failed("write", name, &error)),
            }
        })
        .await
    }

    /// Makes `name` ours with these bytes, or finds out whose it is. The bytes have a run id or a random part, so
    /// that equal ones are our own: a write may have been done although its answer was lost, or said *refused*
    /// because the client repeated it.
    pub(super) async fn claim(&self, name: &str, bytes: &Bytes) -> Result<Claim, ObjectError> {
        let mut last = None;
        for attempt in 0..self.timing.tries.max(1) {
            if attempt > 0 {
                tokio::time::sleep(self.timing.pause_before(attempt)).await;
            }
            match self.create(name, bytes.clone()).await {
                Ok(Put::Done(_)) => return Ok(Claim::Ours),
                Ok(Put::Refused) => {}
                Err(error) if error.is_unsure() => last = Some(error),
                Err(error) => return Err(error),
            }
            match self.read(name, bytes.len().max(super::events::MAX_EVENT)).await {
                Ok(Some(object)) if object.bytes == bytes => return Ok(Claim::Ours),
                Ok(Some(object)) => return Ok(Claim::Theirs(object)),
                // Not there: it never arrived, or the store was busy with another's (409) that then failed.
                Ok(None) => {}
                Err(error) if error.is_unsure() => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| self.unsure("write", name, "the store refused it and has nothing there")))
    }

    /// Deletes an object; one that is not there is deleted.
    pub(super) async fn delete(&self, name: &str) -> Result<(), ObjectError> {
        self.in_time("delete", name, async {
            match self.store.delete(&self.path(name)).await {
                Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(self.failed("delete", name, &error)),
            }
        })
        .await
    }

    /// At most `max` numbers of `dir` above `after`, in order.
    pub(super) async fn numbers(&self, dir: Dir, after: u64, max: usize) -> Result<Vec<u64>, ObjectError> {
        self.in_time("list", dir.name, async {
            let (prefix, offset) = (self.path(dir.name), self.path(&dir.object(after)));
            let mut listing = self.store.list_with_offset(Some(&prefix), &offset);
            let mut numbers = Vec::new();
            while let Some(meta) = listing.try_next().await.map_err(|e| self.failed("list", dir.name, &e))? {
                // Directly in it, and named as ours are.
                let mut parts = meta.location.prefix_match(&prefix).into_iter().flatten();
                let number = match (parts.next(), parts.next()) {
                    (Some(file), None) => dir.number(file.as_ref()),
                    _ => None,
                };
                numbers.extend(number.filter(|number| *number > after));
                if numbers.len() >= max {
                    break;
                }
            }
            numbers.sort_unstable();
            Ok(numbers)
        })
        .await
    }

    /// The objects of these numbers, in their order, several at a time.
    pub(super) async fn read_all(
        &self,
        dir: Dir,
        numbers: Vec<u64>,
        max: usize,
    ) -> Result<Vec<(u64, Option<Bytes>)>, ObjectError> {
        const AT_ONCE: usize = 16;
        futures_util::stream::iter(numbers)
            .map(|number| async move {
                let object = self.read(&dir.object(number), max).await?;
                Ok((number, object.map(|object| object.bytes)))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn in_time<T>(
        &self,
        action: &'static str,
        name: &str,
        work: impl Future<Output = Result<T, ObjectError>>,
    ) -> Result<T, ObjectError> {
        tokio::time::timeout(self.timing.request, work)
            .await
            .unwrap_or_else(|_| Err(self.unsure(action, name, "no answer in time")))
    }

    pub(super) fn failed(&self, action: &'static str, name: &str, error: &Error) -> ObjectError {
        failed(action, self.address(name), error)
    }

    pub(super) fn unsure(&self, action: &'static str, name: &str, why: &str) -> ObjectError {
        let kind = super::error::FailureKind::Unsure;
        ObjectError::Request { action, object: self.address(name), why: why.to_owned(), kind }
    }
}

/// The pieces of an object, as they come.
pub(super) type Pieces = BoxStream<'static, object_store::Result<Bytes>>;
