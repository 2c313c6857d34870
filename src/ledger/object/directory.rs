//! `file:///srv/ledgers/acme`: a directory as an object store, with the same objects in it as any other.
//!
//! `object_store`'s own file system does all but two things. It has no conditional replace, which the lease needs:
//! that is done here under a lock of the kernel's. And its lists have no order, which the numbers of events need.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::path::{Path as FilePath, PathBuf};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UpdateVersion,
};

use crate::ledger::disk::{create_dirs, private};

/// Held by the run that works on the ledger, for as long as its process lives.
const RUN_LOCK: &str = "run.lock";
/// Held for the moment between looking at an object and replacing it.
const UPDATE_LOCK: &str = "update.lock";

/// A directory. Reading makes nothing; the first write makes the directory.
#[derive(Debug)]
pub(super) struct Directory {
    root: PathBuf,
}

impl fmt::Display for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Directory({})", self.root.display())
    }
}

impl Directory {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The lock of the run that works on the ledger in `root`.
    pub(super) fn run_lock(root: &FilePath) -> PathBuf {
        root.join(RUN_LOCK)
    }

    /// The file system from there on; `None` while there is no such directory.
    fn there(&self) -> Result<Option<LocalFileSystem>> {
        match std::fs::metadata(&self.root) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(generic(error)),
            Ok(_) => LocalFileSystem::new_with_prefix(&self.root).map(|files| Some(files.with_fsync(true))),
        }
    }

    /// The same, the directory made where it is missing.
    fn made(&self) -> Result<LocalFileSystem> {
        create_dirs(&self.root).map_err(generic)?;
        Ok(LocalFileSystem::new_with_prefix(&self.root)?.with_fsync(true))
    }

    /// Waits for the update lock; it is free again when the file is dropped.
    async fn update_lock(&self) -> Result<File> {
        let path = self.root.join(UPDATE_LOCK);
        let locked = tokio::task::spawn_blocking(move || {
            let file =
                private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path)?;
            file.lock()?;
            Ok::<_, std::io::Error>(file)
        });
        locked.await.map_err(generic)?.map_err(generic)
    }
}

fn generic(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Generic { store: "file", source: source.into() }
}

fn missing(path: &Path) -> Error {
    Error::NotFound { path: path.to_string(), source: "there is no such directory".into() }
}

#[async_trait]
impl ObjectStore for Directory {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let files = self.made()?;
        let file = files.path_to_filesystem(path)?;
        let done = match options.mode.clone() {
            PutMode::Update(expected) => {
                let _lock = self.update_lock().await?;
                let there = files.head(path).await;
                if !matches!(&there, Ok(meta) if is_version(meta, &expected)) {
                    let source = "it has changed since".into();
                    return Err(Error::Precondition { path: path.to_string(), source });
                }
                files.put_opts(path, payload, PutOptions { mode: PutMode::Overwrite, ..options }).await?
            }
            _ => files.put_opts(path, payload, options).await?,
        };
        // Nobody else's business, as with a ledger in one file.
        #[cfg(unix)]
        if let Err(error) =
            std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        {
            tracing::debug!(%error, "the permissions of an object of the ledger were not set");
        }
        #[cfg(not(unix))]
        let _ = file;
        Ok(done)
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.made()?.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.there()?.ok_or_else(|| missing(path))?.get_opts(path, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        match self.there() {
            Ok(Some(files)) => files.delete_stream(paths),
            Ok(None) => paths.map(|path| path.and_then(|path| Err(missing(&path)))).boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let listing = match self.there() {
            Ok(Some(files)) => files.list(prefix),
            Ok(None) => return stream::empty().boxed(),
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        let sorted = async move {
            let mut all: Vec<ObjectMeta> = listing.try_collect().await?;
            all.sort_unstable_by(|a, b| a.location.cmp(&b.location));
            Ok::<_, Error>(stream::iter(all.into_iter().map(Ok)))
        };
        stream::once(sorted).try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.there()?.ok_or_else(|| missing(&Path::default()))?.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.made()?.copy_opts(from, to, options).await
    }
}

fn is_version(meta: &ObjectMeta, expected: &UpdateVersion) -> bool {
    meta.e_tag.is_some() && meta.e_tag == expected.e_tag
}
