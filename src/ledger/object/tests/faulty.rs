//! A store in memory with the faults of real ones.

use std::fmt;
use std::sync::{Mutex, MutexGuard};

use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What is wrong with it.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a test double")]
pub(super) struct Faults {
    /// Only requests for names with this in them are concerned.
    pub(super) on: &'static str,
    /// Every create succeeds.
    pub(super) ignores_create: bool,
    /// Every replacement succeeds.
    pub(super) ignores_update: bool,
    /// Looks first and writes later: of two at once both succeed.
    pub(super) is_slow_to_check: bool,
    /// So many writes are done, and their answer is lost.
    pub(super) lost_answers: u32,
    /// So many writes are done, and the client's own repetition then finds them there.
    pub(super) repeated: u32,
    /// So many writes never arrive.
    pub(super) lost_requests: u32,
    /// Writes that never arrived are kept, to arrive later.
    pub(super) keeps_lost: bool,
    /// So many reads fail.
    pub(super) failed_reads: u32,
    /// How many seconds ago the lease seems to have been written.
    pub(super) lease_is_old: i64,
}

/// A store in memory with faults.
#[derive(Default)]
pub(super) struct Faulty {
    pub(super) inner: InMemory,
    faults: Mutex<Faults>,
    late: Mutex<Vec<(Path, PutPayload)>>,
    requests: Mutex<Vec<String>>,
}

impl Faulty {
    pub(super) fn set(&self, faults: Faults) {
        *self.faults() = faults;
    }

    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap()
    }

    /// Lets the writes arrive that never did; whether each still found its place free.
    pub(super) async fn land(&self) -> Vec<bool> {
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        let mut landed = Vec::new();
        for (path, payload) in late {
            landed.push(self.inner.put_opts(&path, payload, PutMode::Create.into()).await.is_ok());
        }
        landed
    }

    /// The requests since the last time, as `put events/…`.
    pub(super) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    fn note(&self, what: &str, path: &Path) {
        self.requests.lock().unwrap().push(format!("{what} {path}"));
    }

    fn takes(&self, path: &Path, count: impl FnOnce(&mut Faults) -> &mut u32) -> bool {
        let mut faults = self.faults();
        if !path.as_ref().contains(faults.on) {
            return false;
        }
        let count = count(&mut faults);
        let some = *count > 0;
        *count = count.saturating_sub(1);
        some
    }
}

fn no_answer() -> Error {
    Error::Generic { store: "faulty", source: "connection reset".into() }
}

#[async_trait::async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.note("put", path);
        if self.takes(path, |f| &mut f.lost_requests) {
            if self.faults().keeps_lost {
                self.late.lock().unwrap().push((path.clone(), payload));
            }
            return Err(no_answer());
        }
        let mut options = options;
        let (create, update, slow) = {
            let faults = self.faults();
            (faults.ignores_create, faults.ignores_update, faults.is_slow_to_check)
        };
        let is_create = matches!(options.mode, PutMode::Create);
        if is_create && create || matches!(options.mode, PutMode::Update(_)) && update {
            options.mode = PutMode::Overwrite;
        }
        if is_create && slow {
            if self.inner.head(path).await.is_ok() {
                return Err(Error::AlreadyExists { path: path.to_string(), source: "there".into() });
            }
            tokio::task::yield_now().await;
            options.mode = PutMode::Overwrite;
        }
        let done = self.inner.put_opts(path, payload, options).await?;
        if self.takes(path, |f| &mut f.lost_answers) {
            return Err(no_answer());
        }
        if self.takes(path, |f| &mut f.repeated) {
            return Err(Error::AlreadyExists { path: path.to_string(), source: "there".into() });
        }
        Ok(done)
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.note("get", path);
        if self.takes(path, |f| &mut f.failed_reads) {
            return Err(no_answer());
        }
        let mut result = self.inner.get_opts(path, options).await?;
        if path.as_ref().ends_with("lease.json") {
            result.meta.last_modified -= chrono::Duration::seconds(self.faults().lease_is_old);
        }
        Ok(result)
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(Error::NotImplemented { operation: "multipart".to_owned(), implementer: "faulty".to_owned() })
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.note("list", prefix.unwrap_or(&Path::default()));
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}
