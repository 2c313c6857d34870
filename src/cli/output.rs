//! Where an export goes: a file that is there only once it is whole (0600, written beside its place and renamed), or
//! stdout, which gets nothing before all of it is known to be right. What is no regular file, such as a pipe with a
//! name, is written to and never replaced; a link is followed; what nobody may write to stays as it is.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::CliError;
use super::outputs::is_in_home;
use super::shell::Shell;
use crate::model::Phone;

/// A file in the making. Dropped before [`Output::finish`], it leaves nothing behind.
pub struct Output {
    goal: Goal,
    writer: BufWriter<Medium>,
    made: Made,
}

/// Where it is to be in the end.
#[derive(Debug, PartialEq, Eq)]
enum Goal {
    Stdout,
    /// A regular file, or nothing yet; links are followed.
    File(PathBuf),
    /// Something that is written to as it is: a pipe, a terminal.
    Straight(PathBuf),
}

enum Medium {
    /// Beside the place where it will be.
    Named(NamedTempFile),
    /// Until it goes to stdout or a pipe; it has no name, so nobody else reads it.
    Spool(File),
}

impl Write for Medium {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Named(file) => file.write(bytes),
            Self::Spool(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output {
    /// Begins a file at `out`, or for stdout.
    pub fn begin(out: Option<&Path>) -> Result<Self, CliError> {
        let goal = out.map_or(Ok(Goal::Stdout), goal)?;
        let mut made = Made(None);
        let medium = match &goal {
            Goal::Stdout | Goal::Straight(_) => tempfile::tempfile().map(Medium::Spool).map_err(|error| {
                CliError::failed("a temporary file cannot be made")
                    .because(&error)
                    .hint("check that there is room in the directory for temporary files (TMPDIR), or use --out FILE")
            })?,
            Goal::File(path) => {
                let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                made = Made::of(directory).map_err(|error| not_written(path, &error))?;
                let file = NamedTempFile::with_prefix_in(".campaignctl-", directory);
                file.map(Medium::Named).map_err(|error| not_written(path, &error))?
            }
        };
        Ok(Self { goal, writer: BufWriter::new(medium), made })
    }

    /// All of it is there: it gets its name, or goes to stdout.
    pub async fn finish(self, shell: &Shell) -> Result<(), CliError> {
        let Self { goal, writer, mut made } = self;
        let place = match &goal {
            Goal::Stdout => PathBuf::from("stdout"),
            Goal::File(path) | Goal::Straight(path) => path.clone(),
        };
        let failed = |error: &io::Error| not_written(&place, error);
        let medium = writer.into_inner().map_err(|error| failed(error.error()))?;
        match (medium, goal) {
            (Medium::Named(file), _) => {
                file.as_file().sync_all().map_err(|error| failed(&error))?;
                file.persist(&place).map_err(|error| failed(&error.error))?;
                made.0 = None;
            }
            (Medium::Spool(file), Goal::Straight(path)) => {
                // A pipe waits for its reader: on a thread of its own, so that a Ctrl-C is heard.
                let copied = tokio::task::spawn_blocking(move || straight(file, &path)).await;
                copied
                    .unwrap_or_else(|error| Err(io::Error::other(error)))
                    .map_err(|error| failed(&error))?;
            }
            (Medium::Spool(mut file), Goal::Stdout | Goal::File(_)) => {
                file.rewind().map_err(|error| failed(&error))?;
                let mut piece = vec![0; 64 * 1024];
                loop {
                    let read = file.read(&mut piece).map_err(|error| failed(&error))?;
                    if read == 0 || !shell.ui.out_bytes(&piece[..read]) {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A directory that was made for the file, and goes again if the file never comes.
struct Made(Option<PathBuf>);

impl Made {
    /// Makes `directory` where it is the only one that is missing, such as `private/` of a new project. It is its
    /// owner's alone: what is written into it may be people's numbers.
    fn of(directory: &Path) -> io::Result<Self> {
        if directory.exists() {
            return Ok(Self(None));
        }
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
        Ok(Self(Some(directory.to_owned())))
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Some(directory) = self.0.take() {
            let _ = std::fs::remove_dir(directory);
        }
    }
}

/// What a path names.
fn goal(path: &Path) -> Result<Goal, CliError> {
    if ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|known| path == Path::new(known)) {
        return Ok(Goal::Stdout);
    }
    // An open file of this process, whatever it is: to replace it would be another file.
    if path == Path::new("/dev/stderr") || path.starts_with("/dev/fd") || path.starts_with("/proc") {
        return Ok(Goal::Straight(path.to_owned()));
    }
    let there = match std::fs::metadata(path) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Goal::File(followed(path))),
        Err(error) => return Err(not_written(path, &error)),
    };
    if there.is_dir() {
        return Err(CliError::failed(format!("{} is a directory", path.display()))
            .hint("name a file in it, such as members.csv"));
    }
    if !there.is_file() {
        return Ok(Goal::Straight(path.to_owned()));
    }
    if is_in_home(path) {
        return Err(CliError::refused(format!(
            "{} is a file of campaignctl itself, without which sends could go out twice; it stays as it is",
            path.display()
        ))
        .hint("name another file"));
    }
    let read_only = || {
        CliError::refused(format!("{} is there already and is read-only; it stays as it is", path.display()))
            .hint("name another file, or make this one writable (chmod u+w)")
    };
    if there.permissions().readonly() {
        return Err(read_only());
    }
    // To rename needs leave to change the directory only; that the file itself is somebody's to keep counts too.
    OpenOptions::new().write(true).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => read_only(),
        _ => not_written(path, &error),
    })?;
    std::fs::canonicalize(path).map(Goal::File).map_err(|error| not_written(path, &error))
}

/// Where a link to something that is not there yet leads.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many links as systems follow.
    for _ in 0..40 {
        let Ok(target) = std::fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

fn straight(mut from: File, path: &Path) -> io::Result<()> {
    from.rewind()?;
    let mut to = OpenOptions::new().append(true).open(path)?;
    io::copy(&mut from, &mut to)?;
    to.flush()
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// What a person is told when a file cannot be written.
pub fn not_written(path: &Path, error: &(dyn std::error::Error + 'static)) -> CliError {
    CliError::failed(format!("{} cannot be written", path.display()))
        .because(error)
        .hint("check that its directory exists, may be written to and has room")
}

/// Rows as CSV with a header, or as a JSON array of objects: what `members_from: csv` and `json` read.
pub struct Rows {
    form: Form,
    columns: &'static [&'static str],
    /// How many rows were written.
    pub written: u64,
    /// How many entries were no phone and are left out.
    pub no_phone: u64,
}

enum Form {
    Csv(Box<csv::Writer<Output>>),
    Json(Output),
}

impl Rows {
    /// With these columns; the first is the phone.
    pub fn begin(mut output: Output, json: bool, columns: &'static [&'static str]) -> io::Result<Self> {
        let form = if json {
            output.write_all(b"[")?;
            Form::Json(output)
        } else {
            let mut writer = csv::Writer::from_writer(output);
            writer.write_record(columns)?;
            Form::Csv(Box::new(writer))
        };
        Ok(Self { form, columns, written: 0, no_phone: 0 })
    }

    /// One row; an empty cell is left out of JSON.
    pub fn row(&mut self, phone: Option<Phone>, rest: &[&str]) -> io::Result<()> {
        let Some(phone) = phone else {
            self.no_phone += 1;
            return Ok(());
        };
        let phone = phone.e164();
        match &mut self.form {
            Form::Csv(writer) => {
                writer.write_record(std::iter::once(phone.as_str()).chain(rest.iter().copied()))?;
            }
            Form::Json(output) => {
                let cells = std::iter::once(phone.as_str()).chain(rest.iter().copied()).zip(self.columns);
                output.write_all(if self.written == 0 { b"\n  {" } else { b",\n  {" })?;
                let mut comma = "";
                // By hand, so that the columns keep their order.
                for (cell, column) in cells.filter(|(cell, _)| !cell.is_empty()) {
                    write!(output, "{comma}\"{column}\": {}", serde_json::Value::from(cell))?;
                    comma = ", ";
                }
                output.write_all(b"}")?;
            }
        }
        self.written += 1;
        Ok(())
    }

    /// The end of it.
    pub fn finish(self) -> io::Result<Output> {
        match self.form {
            Form::Csv(writer) => writer.into_inner().map_err(csv::IntoInnerError::into_error),
            Form::Json(mut output) => {
                output.write_all(if self.written == 0 { b"]\n" } else { b"\n]\n" })?;
                Ok(output)
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::cli::exit::Exit;

    #[test]
    fn the_last_directory_of_a_path_is_made_and_goes_when_nothing_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let private = dir.path().join("private");
        let output = Output::begin(Some(&private.join("vip.csv"))).ok().unwrap();
        assert_eq!(std::fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o700);
        drop(output);
        assert!(!private.exists());
        let error = Output::begin(Some(&private.join("deeper/vip.csv"))).err().unwrap();
        assert!(error.message.contains("cannot be written"));
        assert!(!private.exists());
    }

    #[test]
    fn a_path_is_what_it_leads_to() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let at = |name: &str| root.join(name);
        std::fs::create_dir(at("else")).unwrap();
        std::fs::write(at("else/there.csv"), "old").unwrap();
        symlink("else/there.csv", at("link")).unwrap();
        symlink("link", at("link to a link")).unwrap();
        symlink("else/new.csv", at("dangling")).unwrap();
        symlink("round", at("round")).unwrap();
        for (name, leads) in [
            ("new.csv", "new.csv"),
            ("else/there.csv", "else/there.csv"),
            ("link", "else/there.csv"),
            ("link to a link", "else/there.csv"),
            ("dangling", "else/new.csv"),
        ] {
            assert_eq!(goal(&at(name)).unwrap(), Goal::File(at(leads)), "{name}");
        }
        assert_eq!(goal(Path::new("new.csv")).unwrap(), Goal::File(PathBuf::from("new.csv")));
        assert_eq!(goal(Path::new("/dev/stdout")).unwrap(), Goal::Stdout);
        assert_eq!(goal(Path::new("/dev/fd/7")).unwrap(), Goal::Straight(PathBuf::from("/dev/fd/7")));
        assert!(goal(&at("else")).unwrap_err().message.contains("is a directory"));
        assert_eq!(goal(&at("round")).unwrap_err().exit, Exit::Failed);
        std::fs::set_permissions(at("else/there.csv"), std::fs::Permissions::from_mode(0o444)).unwrap();
        for name in ["else/there.csv", "link"] {
            assert_eq!(goal(&at(name)).unwrap_err().exit, Exit::Refused, "{name}");
        }
    }
}
