//! Files and directories as a ledger needs them: private, and durable with their names.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::LedgerError;

/// The directory of ledgers; what is in it is not for version control.
pub const HOME: &str = ".campaignctl";

/// What tells one file from another at the same path; on systems without inodes every file is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId(u64, u64);

impl FileId {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(metadata.dev(), metadata.ino())
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata) -> Self {
        Self(0, 0)
    }
}

/// An [`LedgerError::Io`] at `path`.
pub(super) fn failed<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> LedgerError + 'a {
    move |source| LedgerError::Io { action, path: path.to_owned(), source }
}

/// `options` with mode 0600 for a file that gets created.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

/// The file at `path`, for reading; `None` where there is none. Anything but a file is refused: a pipe would block
/// and a device might never end.
pub(super) fn open_existing(path: &Path) -> Result<Option<(File, Metadata)>, LedgerError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(LedgerError::NotAFile { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path)(error)),
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path)(error)),
    };
    let metadata = file.metadata().map_err(failed("read", path))?;
    Ok(Some((file, metadata)))
}

/// The directory that `path` is in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the names in `dir` durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), LedgerError> {
    #[cfg(unix)]
    {
        File::open(dir)
            .and_then(|dir| dir.sync_all())
            .map_err(|source| LedgerError::Sync { place: dir.display().to_string(), source })?;
    }
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// Creates `dir` with what is missing above it, 0700, durably. A [`HOME`] that this creates gets a `.gitignore` of
/// its own, so that nobody commits sandbox data or a ledger by accident.
pub(super) fn create_dirs(dir: &Path) -> Result<(), LedgerError> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut missing: Vec<PathBuf> = Vec::new();
    let mut at = dir;
    while !at.is_dir() {
        missing.push(at.to_owned());
        let above = parent(at);
        if above == at || above == Path::new(".") {
            break;
        }
        at = above;
    }
    for dir in missing.iter().rev() {
        match builder().create(dir) {
            Ok(()) => {}
            // Another run may have made it meanwhile; a file in its place is a mistake that is said.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => continue,
            Err(error) => return Err(failed("create", dir)(error)),
        }
        if dir.file_name().is_some_and(|name| name == HOME) {
            let ignore = dir.join(".gitignore");
            let mut options = OpenOptions::new();
            private(options.write(true).create(true).truncate(true))
                .open(&ignore)
                .and_then(|mut file| file.write_all(b"*\n"))
                .map_err(failed("write", &ignore))?;
        }
        sync_dir(parent(dir))?;
    }
    Ok(())
}

fn builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    #[cfg(not(unix))]
    builder.recursive(false);
    builder
}
