//! Where an export goes: a file that is there only once it is whole (0600, written beside its place and renamed), or
//! stdout, which gets nothing before all of it is known to be right.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::CliError;
use super::shell::Shell;
use crate::model::Phone;

/// A file in the making. Dropped before [`Output::finish`], it leaves nothing behind.
pub struct Output {
    to: Option<PathBuf>,
    writer: BufWriter<Medium>,
}

enum Medium {
    /// Beside the place where it will be.
    Named(NamedTempFile),
    /// Until it goes to stdout; it has no name, so nobody else reads it.
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
        let medium = match out {
            None => tempfile::tempfile().map(Medium::Spool).map_err(|error| {
                CliError::failed("a temporary file cannot be made")
                    .because(&error)
                    .hint("check that there is room in the directory for temporary files (TMPDIR), or use --out FILE")
            })?,
            Some(path) => {
                let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let file = NamedTempFile::with_prefix_in(".campaignctl-", directory);
                file.map(Medium::Named).map_err(|error| not_written(path, &error))?
            }
        };
        Ok(Self { to: out.map(Path::to_owned), writer: BufWriter::new(medium) })
    }

    /// All of it is there: it gets its name, or goes to stdout.
    pub fn finish(self, shell: &Shell) -> Result<(), CliError> {
        let Self { to, writer } = self;
        let place = to.clone().unwrap_or_else(|| PathBuf::from("stdout"));
        let medium = writer.into_inner().map_err(|error| not_written(&place, error.error()))?;
        match (medium, to) {
            (Medium::Named(file), Some(path)) => {
                file.as_file().sync_all().map_err(|error| not_written(&path, &error))?;
                file.persist(&path).map_err(|error| not_written(&path, &error.error))?;
            }
            (Medium::Named(_), None) => {}
            (Medium::Spool(mut file), _) => {
                file.rewind().map_err(|error| not_written(&place, &error))?;
                let mut piece = vec![0; 64 * 1024];
                loop {
                    let read = file.read(&mut piece).map_err(|error| not_written(&place, &error))?;
                    if read == 0 || !shell.ui.out_bytes(&piece[..read]) {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
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
