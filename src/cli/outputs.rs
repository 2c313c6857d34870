//! The files that `apply --events` and `--report` write. Made before anything is changed, so that a place that cannot
//! be written to is said in time; and never over something that the project needs, the ledger before all.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::args::Global;
use super::error::CliError;
use super::project::Project;
use crate::apply::Report;
use crate::ledger::{HOME, Location};
use crate::render::report_json;

/// The files, made and empty.
#[derive(Debug, Default)]
pub struct Outputs {
    /// `--events`: a line of JSON for each change that ended.
    pub events: Option<Mutex<Events>>,
    /// `--report`.
    report: Option<File>,
}

impl Outputs {
    /// Makes them. `plan_file` is the reviewed plan, which stays as it is, as do the files that the global flags name.
    ///
    /// # Errors
    /// When one cannot be made, is read-only, or is a file that the project needs or that is named twice. Nothing is
    /// written then.
    pub async fn create(
        global: &Global,
        project: &Project,
        events: Option<&Path>,
        report: Option<&Path>,
        plan_file: Option<&Path>,
    ) -> Result<Self, CliError> {
        for (flag, path) in [("--events", events), ("--report", report)] {
            let Some(path) = path else { continue };
            check(project, path, flag)?;
            let others = named(global).chain(plan_file.map(|file| ("--plan-file", file)));
            let others = others.chain(report.map(|file| ("--report", file)));
            for (other, file) in others.filter(|(other, _)| *other != flag) {
                if is_same(path, file) {
                    return Err(CliError::refused(format!(
                        "{flag} and {other} name the same file, {}; nothing was changed",
                        path.display()
                    ))
                    .hint("give each a file of its own"));
                }
            }
        }
        Ok(Self {
            events: make(events, "--events").await?.map(|file| Mutex::new(Events { file, broken: None })),
            report: make(report, "--report").await?,
        })
    }

    /// Whether a report is wanted in a file.
    pub fn has_report(&self) -> bool {
        self.report.is_some()
    }

    /// Why the file of `--events` is not whole, if it is not.
    pub fn broken_events(&self) -> Option<std::io::Error> {
        let events = self.events.as_ref()?;
        events.lock().unwrap_or_else(PoisonError::into_inner).broken.take()
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

/// The file of `--events` while a run writes to it.
#[derive(Debug)]
pub struct Events {
    file: File,
    /// Why it is not whole.
    broken: Option<std::io::Error>,
}

impl Events {
    /// Adds a line. The ledger has what counts; a full disk must not stop a run half way, so it is said in the end.
    pub fn write(&mut self, event: &serde_json::Value) {
        if let Err(error) = writeln!(self.file, "{event}") {
            self.broken.get_or_insert(error);
        }
    }
}

/// The files that the global flags name: a key, an identity that cannot be made again, variables.
fn named(global: &Global) -> impl Iterator<Item = (&'static str, &Path)> {
    let key = global.api_key_file.as_deref().map(|file| ("--api-key-file", file));
    let identity = global.age_identity.as_deref().map(|file| ("--age-identity", file));
    key.into_iter().chain(identity).chain(global.var_file.iter().map(|file| ("--var-file", file.as_path())))
}

/// Refuses an `--out` that names a ledger, the YAML or a file that the command line names. A file of members may be
/// written anew: an export is what such files are made of.
///
/// # Errors
/// When it is one of these.
pub fn check_out(global: &Global, project: Option<&Project>, out: Option<&Path>) -> Result<(), CliError> {
    let Some(out) = out else { return Ok(()) };
    if let Some((flag, _)) = named(global).find(|(_, file)| is_same(out, file)) {
        return Err(CliError::refused(format!(
            "--out and {flag} name the same file, {}; nothing was written",
            out.display()
        ))
        .hint("name another file"));
    }
    let is_data = real(out)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv") || e.eq_ignore_ascii_case("json"));
    match project {
        Some(project) if is_of_ledger(project, out) || !is_data => check(project, out, "--out"),
        _ => Ok(()),
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
    let nothing = if flag == "--out" { "written" } else { "changed" };
    Err(CliError::refused(format!("{flag} {}: that {needed}; nothing was {nothing}", path.display()))
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
    let ledger = match &project.location {
        Location::File(ledger) => ledger,
        Location::ObjectStore(_) => {
            return project.location.local().is_some_and(|root| real.starts_with(real_directory(&root)));
        }
    };
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

/// Makes a file. Its owner's alone (0600), also where it was there already: who is written to, and when, is nobody else's
/// business either. A link is followed, a pipe is written to, and what is read-only stays as it is.
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
        let file = options.open(path)?;
        own(&file)?;
        Ok(file)
    });
    opened.await.unwrap_or_else(|error| Err(std::io::Error::other(error))).map(Some).map_err(|error| {
        CliError::failed(format!("{flag} {shown}: the file cannot be made"))
            .because(&error)
            .hint("check that its directory exists and may be written to")
    })
}

/// Takes a regular file from everybody but its owner, before anything is in it. Somebody else's file that we may write
/// to, or a disk that knows no modes, stays as it is.
fn own(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let there = file.metadata()?;
        if there.is_file() && there.permissions().mode() & 0o077 != 0 {
            let own = std::fs::Permissions::from_mode(0o600);
            match file.set_permissions(own) {
                Err(error) if error.kind() != std::io::ErrorKind::PermissionDenied => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
