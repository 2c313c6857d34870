//! The shell's face: the only place for stdout, stderr and the prompt. stdout is the result and nothing else;
//! everything else is stderr. Owns colour, width and what becomes of a pipe that closes early.

mod log;
mod progress;
mod terminal;
mod watch;

pub use log::start_log;
pub use progress::ProgressView;
pub use terminal::Terminal;
pub use watch::WatchView;

use std::fmt::Display;
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;

use super::error::CliError;
use crate::model::printable;
use crate::render::TextOptions;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Where the program speaks.
#[derive(Debug)]
pub struct Ui {
    terminal: Terminal,
    quiet: bool,
    verbose: bool,
    /// What is drawn at the foot of stderr at present.
    bar: Mutex<Option<ProgressBar>>,
    /// The first thing that could not be written to stdout, other than to a pipe that was closed.
    broken: Mutex<Option<io::Error>>,
    /// Whoever read stdout has seen enough.
    abandoned: AtomicBool,
}

impl Ui {
    /// For this terminal.
    pub fn new(terminal: Terminal, quiet: bool, verbose: bool) -> Self {
        Self {
            terminal,
            quiet,
            verbose,
            bar: Mutex::new(None),
            broken: Mutex::new(None),
            abandoned: AtomicBool::new(false),
        }
    }

    /// What is known of the terminal.
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Only the result and errors.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// The result, as it is. A pipe that was closed early is no error: whoever reads has seen enough.
    pub fn out(&self, text: impl Display) {
        let mut stream = AutoStream::new(io::stdout().lock(), self.terminal.out_choice());
        let written = write!(stream, "{text}").and_then(|()| stream.flush());
        if let Err(error) = written {
            self.not_written(error);
        }
    }

    fn not_written(&self, error: io::Error) {
        if error.kind() == io::ErrorKind::BrokenPipe {
            self.abandoned.store(true, Ordering::Relaxed);
        } else {
            self.broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// Whether somebody still reads stdout, as far as writing to it has shown: a command that goes on for long only
    /// to show something ends when nobody does, and one that changes something goes on.
    pub fn is_read(&self) -> bool {
        !self.abandoned.load(Ordering::Relaxed)
    }

    /// Waits until nobody reads stdout any more, so that `watch | head -1` ends before its next line is due. Must be
    /// called on the runtime; where the system cannot tell, it waits for ever.
    pub async fn unread(&self) {
        #[cfg(unix)]
        if let Some(pipe) = out_as_pipe()
            && pipe.ready(tokio::io::Interest::ERROR).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }

    /// The result as bytes; whether somebody still reads.
    pub fn out_bytes(&self, bytes: &[u8]) -> bool {
        let mut stream = io::stdout().lock();
        match stream.write_all(bytes).and_then(|()| stream.flush()) {
            Ok(()) => true,
            Err(error) => {
                self.not_written(error);
                false
            }
        }
    }

    /// The result, with a line feed.
    pub fn line(&self, text: impl Display) {
        self.out(format_args!("{text}\n"));
    }

    /// The result as indented JSON.
    pub fn json(&self, value: &serde_json::Value) {
        self.out(format_args!("{value:#}\n"));
    }

    /// What could not be written to stdout, once.
    pub fn take_broken(&self) -> Option<io::Error> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether something could not be written to stdout.
    pub fn is_broken(&self) -> bool {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Something good to know.
    pub fn say(&self, text: impl Display) {
        if !self.quiet {
            self.err(text);
        }
    }

    /// Something to look at; said also when quiet.
    pub fn warn(&self, text: impl Display) {
        self.err(format_args!("{WARNING}warning:{WARNING:#} {}", printable(&text.to_string())));
    }

    /// Why it does not go on.
    pub fn error(&self, error: &CliError) {
        let CliError { exit: _, message, details, causes, hints } = error;
        if message.is_empty() {
            return;
        }
        self.err(format_args!("{ERROR}error:{ERROR:#} {}", printable(message)));
        for line in details {
            self.err(format_args!("  {}", printable(line)));
        }
        for cause in causes {
            self.err(format_args!("  because {}", printable(cause)));
        }
        for hint in hints {
            self.err(format_args!("  {HINT}→{HINT:#} {}", printable(hint)));
        }
    }

    /// Anything on stderr, as it is. That it cannot be written is nobody's business.
    pub fn err(&self, text: impl Display) {
        let write = || {
            let mut stream = AutoStream::new(io::stderr().lock(), self.terminal.err_choice());
            let _ = writeln!(stream, "{text}");
        };
        match self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Draws this at the foot of stderr from now on.
    fn set_bar(&self, bar: Option<ProgressBar>) {
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    }

    /// Asks; `None` where there is nobody to ask, or stdin has ended.
    pub fn ask(&self, question: &str) -> Option<String> {
        if !self.terminal.can_ask() {
            return None;
        }
        let mut stream = AutoStream::new(io::stderr().lock(), self.terminal.err_choice());
        let _ = write!(stream, "{question} ").and_then(|()| stream.flush());
        drop(stream);
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(n) if n > 0 => Some(line.trim().to_owned()),
            _ => {
                self.err("");
                None
            }
        }
    }

    /// How texts on stdout are to look.
    pub fn text(&self, show_phones: bool) -> TextOptions {
        TextOptions {
            color: self.terminal.out_color(),
            width: self.terminal.width(),
            show_phones: show_phones && self.terminal.out_is_terminal(),
            verbose: self.verbose,
        }
    }

    /// How texts on stderr are to look.
    pub fn err_text(&self) -> TextOptions {
        TextOptions { color: self.terminal.err_color(), show_phones: false, ..self.text(false) }
    }
}

/// stdout, to be told when its reader leaves; nothing where it is a file or a terminal. It is not written to, so it may
/// stay a blocking one.
#[cfg(unix)]
fn out_as_pipe() -> Option<tokio::net::unix::pipe::Sender> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let out = std::fs::File::from(io::stdout().as_fd().try_clone_to_owned().ok()?);
    let is_pipe = out.metadata().is_ok_and(|data| data.file_type().is_fifo());
    is_pipe.then(|| tokio::net::unix::pipe::Sender::from_file_unchecked(out).ok()).flatten()
}

/// Whether stdin, stdout and stderr are terminals.
pub(super) fn are_terminals() -> (bool, bool, bool) {
    (io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal())
}
