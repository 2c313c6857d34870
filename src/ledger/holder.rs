//! Who holds a lock: told to whoever finds it taken.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::one_line;

/// The login name or host where neither the system nor the environment gives one, as in many a pipeline.
pub const UNKNOWN: &str = "unknown";

/// The run that holds, or wants, a ledger's lock. It is kept in the lock file (0600) only while the lock is held,
/// never in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id on `host`.
    pub pid: u32,
    /// Name of the machine.
    pub host: String,
    /// Login name.
    pub user: String,
    /// When the run began, by its own clock.
    pub since: Timestamp,
    /// Its run id; written into each event ([`super::Record::run_id`]).
    pub run_id: String,
    /// The command's name (`apply`), never its arguments: those may hold a phone number.
    pub command: String,
}

impl Holder {
    /// This process.
    pub fn here(command: &str, run_id: String, since: Timestamp) -> Self {
        Self {
            pid: std::process::id(),
            host: host_name(),
            user: login_name(),
            since,
            run_id,
            command: command.to_owned(),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It was read from a file, so it is shown with care.
        let text = |part: &str| one_line(part, 60);
        if self.user != UNKNOWN {
            write!(f, "{} on ", text(&self.user))?;
        }
        write!(
            f,
            "{} (`{}`, process {}, run {}) since {}",
            text(&self.host),
            text(&self.command),
            self.pid,
            text(&self.run_id),
            self.since.strftime("%Y-%m-%d %H:%M:%S UTC")
        )
    }
}

/// The login name as the environment gives it, or `unknown`.
pub fn login_name() -> String {
    first_of_environment(&["USER", "LOGNAME", "USERNAME"])
}

/// The machine's name as the system or the environment gives it, or `unknown`.
fn host_name() -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| first_of_environment(&["HOSTNAME", "COMPUTERNAME"]))
}

fn first_of_environment(names: &[&str]) -> String {
    names
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.trim().is_empty())
        .map_or_else(|| UNKNOWN.to_owned(), |value| one_line(&value, 100))
}
