//! The files that `apply --events` and `--report` write. Made before anything is changed, so that a place that cannot
//! be written to is said in time; and never over something that the project needs, the ledger before all.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::error::CliError;
use super::project::Project;
use crate::apply::Report;
use crate::ledger::{HOME, Location};
use crate::render::report_json;

/// The files, made and empty.
#[derive(Debug, Default)]
pub struct Outputs {
    /// `--events`: a line of JSON for each change that ended.
    pub events: Option<Mutex<File>>,
    /// `--report`.
    report: Option<File>,
}

impl Outputs {
    /// Makes them. `read` are other files that the command line names and that must stay as they are.
    ///
    /// # Errors
    /// When one cannot be made, is read-only, or is a file that the project needs or that is named twice. Nothing is
    /// written then.
    pub async fn create(
        project: &Project,
        events: Option<&Path>,
        report: Option<&Path>,
        read: &[(&str, Option<&Path>)],
    ) -> Result<Self, CliError> {
        for (flag, path) in [("--events", events), ("--report", report)] {
            let Some(path) = path else { continue };
            check(project, path, flag)?;
            let others = read.iter().copied().chain([("--report", report)]);
            for (other, file) in others.filter(|(other, _)| *other != flag) {
                if file.is_some_and(|file| is_same(path, file)) {
                    return Err(CliError::refused(format!(
                        "{flag} and {other} name the same file, {}; nothing was changed",
                        path.display()
                    ))
                    .hint("give each a file of its own"));
                }
            }
        }
        Ok(Self {
            events: make(events, "--events").await?.map(Mutex::new),
            report: make(report, "--report").await?,
        })
    }

    /// Whether a report is wanted in a file.
    pub fn has_report(&self) -> bool {
        self.report.is_some()
    }

    /// Writes the report.
    ///
    /// # Errors
    /// When it cannot be written; the run itself is over by then.
    pub fn write(&self, report: &Report) -> std::io::Result<()> {
        let Some(mut file) = self.report.as_ref() else { return Ok(()) };
        writeln!(file, "{:#}", report_json(report))
    }
}

/// What is there already and is needed is not written over.
fn check(project: &Project, path: &Path, flag: &str) -> Result<(), CliError> {
    let needed = if is_of_ledger(project, path) {
        "is where the ledger is, without which sends could go out twice"
    } else if project.files.iter().any(|file| is_same(path, file)) {
        "is a file of the project"
    } else {
        return Ok(());
    };
    Err(CliError::refused(format!("{flag} {}: that {needed}; nothing was changed", path.display()))
        .hint("name another file"))
}

/// Whether it lies where campaignctl keeps its own files.
pub fn is_in_home(path: &Path) -> bool {
    real(path).components().any(|part| part.as_os_str() == HOME)
}

fn is_of_ledger(project: &Project, path: &Path) -> bool {
    let real = real(path);
    if is_in_home(path) {
        return true;
    }
    let Location::File(ledger) = &project.location else { return false };
    // The lock and the operator's stops lie beside it, and have its name.
    let stem = ledger.file_stem().unwrap_or_default().as_encoded_bytes();
    let beside = |name: &std::ffi::OsStr| {
        name.as_encoded_bytes().strip_prefix(stem).is_some_and(|rest| rest.first() == Some(&b'.'))
    };
    let here = ledger.parent().map(real_directory);
    is_same(path, ledger) || (here.as_deref() == real.parent() && real.file_name().is_some_and(beside))
}

/// The path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let parent = real_directory(path.parent().unwrap_or(Path::new("")));
        path.file_name().map_or_else(|| parent.clone(), |name| parent.join(name))
    })
}

fn real_directory(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Whether both are one file: under whatever name, or by a hard link.
fn is_same(a: &Path, b: &Path) -> bool {
    if real(a) == real(b) {
        return true;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let inode = |path: &Path| {
            std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|m| (m.dev(), m.ino()))
        };
        inode(a).is_some_and(|a| inode(b) == Some(a))
    }
    #[cfg(not(unix))]
    false
}

/// Makes a file. Its owner's alone (0600): who is written to, and when, is nobody else's business either. One that is
/// there already keeps its mode; a link is followed, a pipe is written to, and what is read-only stays as it is.
async fn make(path: Option<&Path>, flag: &str) -> Result<Option<File>, CliError> {
    let Some(path) = path.map(Path::to_owned) else { return Ok(None) };
    let shown = path.display().to_string();
    if std::fs::metadata(&path).is_ok_and(|there| there.is_file() && there.permissions().readonly()) {
        return Err(CliError::refused(format!(
            "{flag} {shown}: the file is there already and is read-only; nothing was changed"
        ))
        .hint("name another file, or make this one writable (chmod u+w)"));
    }
    // A pipe waits for its reader: on a thread of its own, so that a Ctrl-C is heard.
    let opened = tokio::task::spawn_blocking(move || {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)
    });
    opened.await.unwrap_or_else(|error| Err(std::io::Error::other(error))).map(Some).map_err(|error| {
        CliError::failed(format!("{flag} {shown}: the file cannot be made"))
            .because(&error)
            .hint("check that its directory exists and may be written to")
    })
}
