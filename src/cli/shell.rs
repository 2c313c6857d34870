//! What every command has at hand: the face, the global flags, the signals, the time.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::{Format, Global};
use super::error::CliError;
use super::moment::parse_now;
use super::signals::Signals;
use super::ui::Ui;
use crate::api::{Clock, RealClock};

/// The shell round one command.
#[derive(Debug)]
pub struct Shell {
    /// Where it speaks.
    pub ui: Arc<Ui>,
    /// Flags of every command.
    pub global: Global,
    /// SIGINT and SIGTERM.
    pub signals: Signals,
    /// `--now`.
    pub given_now: Option<Timestamp>,
}

impl Shell {
    /// Reads what the global flags say.
    pub fn new(ui: Arc<Ui>, global: Global, signals: Signals) -> Result<Self, CliError> {
        let given_now = global.now.as_deref().map(|now| parse_now(now, &TimeZone::system())).transpose()?;
        Ok(Self { ui, global, signals, given_now })
    }

    /// `--format`, where this command has it.
    pub fn format(&self, known: &[Format]) -> Result<Format, CliError> {
        self.format_or(Format::default(), known)
    }

    /// `--format`, where this command's usual one is another.
    pub fn format_or(&self, usual: Format, known: &[Format]) -> Result<Format, CliError> {
        let format = self.global.format.unwrap_or(usual);
        if known.contains(&format) {
            return Ok(format);
        }
        let known: Vec<&str> = known.iter().map(|f| f.as_str()).collect();
        Err(CliError::failed(format!("this command has no --format {}", format.as_str()))
            .hint(format!("use one of: {}", known.join(", "))))
    }
}

/// The machine's time.
pub fn real_now() -> Timestamp {
    RealClock.now()
}
