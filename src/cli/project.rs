//! The project that a command works on: its YAML, checked, and the place of its ledger.

use std::path::{Path, PathBuf};

use super::annotations::annotate;
use super::credentials;
use super::error::CliError;
use super::local_ledger::local_ledger;
use super::shell::{Shell, real_now};
use super::variables;
use crate::config::{self, LoadOptions};
use crate::ledger::{Holder, Loaded, Location, Stops, Store, Writer, default_path, new_run_id};
use crate::model::{Address, Desired};

/// A project, and where it remembers what was done.
pub struct Project {
    /// The YAML.
    pub desired: Desired,
    /// Every file that it was read from.
    pub files: Vec<PathBuf>,
    /// Where the ledger is.
    pub location: Location,
    /// The ledger.
    pub store: Box<dyn Store>,
}

impl Project {
    /// Loads it. Mistakes and warnings are said on stderr; with a mistake nothing is done.
    pub fn load(shell: &Shell, path: &Path) -> Result<Self, CliError> {
        let loaded = read(shell, path)?;
        annotate(&shell.ui, &loaded.diagnostics);
        if !loaded.diagnostics.is_empty() && (!shell.ui.is_quiet() || loaded.desired.is_none()) {
            shell.ui.err(config::text(&loaded.diagnostics, shell.ui.terminal().err_color()));
        }
        let desired = loaded.desired.ok_or_else(|| {
            CliError::failed("the project has mistakes, so nothing was done")
                .hint("mend what is shown above; `campaignctl validate` checks it offline")
        })?;
        Ok(Self { files: loaded.files, ..Self::of(shell, desired)? })
    }

    /// One of which it does not matter whether it is there and right.
    pub fn quietly(shell: &Shell, path: &Path) -> Option<Self> {
        let loaded = read(shell, path).ok()?;
        Some(Self { files: loaded.files, ..Self::of(shell, loaded.desired?).ok()? })
    }

    /// Whether it was read from its YAML, and not from its ledger alone because the YAML has mistakes.
    pub fn has_yaml(&self) -> bool {
        !self.files.is_empty()
    }

    /// One that is loaded already.
    pub fn of(shell: &Shell, desired: Desired) -> Result<Self, CliError> {
        let location = location(shell, &desired)?;
        let store = location.open()?;
        Ok(Self { desired, files: Vec::new(), location, store })
    }

    /// The ledger as it is, without a lock.
    pub fn read_ledger(&self, shell: &Shell) -> Result<Loaded, CliError> {
        let loaded = self.store.load()?;
        if let Some(torn) = &loaded.torn {
            shell.ui.warn(format_args!(
                "{}: a crash left {} unfinished bytes in line {}; they say nothing and are passed over",
                self.store.place(),
                torn.bytes,
                torn.line
            ));
        }
        Ok(loaded)
    }

    /// The operator's stops as of now, of each key under whatever name it had.
    pub fn stops(&self, shell: &Shell) -> Result<Stops, CliError> {
        let stops = self.store.stops()?;
        if stops.torn {
            shell.ui.warn(format_args!(
                "{}: a crash left an unfinished word of the operator beside it; that `pause`, `cancel` or `resume` never \
                 said that it had worked: give it again if it is meant",
                self.store.place()
            ));
        }
        Ok(stops.following(&self.desired.moved))
    }

    /// Takes the ledger's lock.
    pub fn lock(
        &self,
        shell: &Shell,
        command: &str,
        now: jiff::Timestamp,
    ) -> Result<Box<dyn Writer>, CliError> {
        let writer = self.store.lock(&Holder::here(command, new_run_id()?, now))?;
        if let Some(dead) = writer.taken_over() {
            shell.ui.warn(format_args!("the run before this one ended without saying so: {dead}"));
        }
        Ok(writer)
    }

    /// `.campaignctl/sandbox/<environment>/<project>.data`: what the embedded emulator keeps.
    pub fn sandbox_data(&self) -> PathBuf {
        // Where the ledger is found, or none can be: the account of a project that was renamed goes along.
        let found = local_ledger(&self.desired, true);
        let ledger = found.unwrap_or_else(|_| {
            default_path(&self.desired.root, Some(&self.desired.environment), &self.desired.project, true)
        });
        ledger.with_extension("data")
    }
}

/// Reads the YAML with everything the flags say.
pub fn read(shell: &Shell, path: &Path) -> Result<config::Loaded, CliError> {
    check_path(path)?;
    let global = &shell.global;
    let vars = variables::collect(&global.var, &global.var_file, std::env::vars_os())?;
    let now = shell.given_now.unwrap_or_else(real_now);
    let identity =
        credentials::age_identity(global.age_identity.as_deref(), |name| std::env::var(name).ok())?;
    let options = LoadOptions::new(path, &vars, now)
        .environment(global.environment.as_deref())
        .age_identity(identity.as_ref());
    Ok(config::load(&options))
}

/// `--ledger`, else the sandbox's own, else what the YAML says, else the default (`product.md`, *The ledger's
/// place*).
fn location(shell: &Shell, desired: &Desired) -> Result<Location, CliError> {
    let global = &shell.global;
    if let Some(place) = &global.ledger {
        return Ok(Location::parse(place, Path::new(""))?);
    }
    match &desired.ledger {
        Some(place) if !global.sandbox => Ok(Location::parse(place, &desired.root)?),
        _ => Ok(Location::File(local_ledger(desired, global.sandbox)?)),
    }
}

/// A person who types an address where the path belongs is told how it is meant.
fn check_path(path: &Path) -> Result<(), CliError> {
    match path.to_str().map(str::parse::<Address>) {
        Some(Ok(address)) if !path.exists() => {
            Err(CliError::failed(format!("{address} is an address, and a file or directory belongs there"))
                .hint(format!("to do only that, write --only {address}; several with commas")))
        }
        _ => Ok(()),
    }
}
