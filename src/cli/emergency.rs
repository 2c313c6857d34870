//! `pause`, `resume` and `cancel` must work when the YAML does not: an emergency is no time to mend a typing slip.
//! What they need, whose ledger it is, the ledger itself knows.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::project::{Project, read};
use super::shell::Shell;
use crate::ledger::{FileStore, Location, Store, default_path};
use crate::model::{Account, Desired, PhoneSet, PlanName, Policy};

impl Project {
    /// Loads it; where the YAML has mistakes, takes the project from its ledger instead: the one of `--ledger`, or
    /// the only one in `.campaignctl/`.
    pub fn load_or_ledger(shell: &Shell, path: &Path) -> Result<Self, CliError> {
        if read(shell, path)?.desired.is_some() {
            return Self::load(shell, path);
        }
        let Some(project) = from_ledger(shell, path) else { return Self::load(shell, path) };
        shell.ui.warn(format_args!(
            "the YAML has mistakes and is left out of this; the project is taken from its ledger {}",
            project.store.place()
        ));
        Ok(project)
    }
}

fn from_ledger(shell: &Shell, path: &Path) -> Option<Project> {
    let root = if path.is_dir() { path.to_owned() } else { path.parent()?.to_owned() };
    let environment = shell.global.environment.clone().unwrap_or_else(|| "default".to_owned());
    let location = match &shell.global.ledger {
        Some(place) => Location::parse(place, Path::new("")).ok()?,
        None => Location::File(only_ledger(&root, &environment, shell.global.sandbox)?),
    };
    let store = location.open().ok()?;
    let binding = store.load().ok()?.state.binding?;
    let plan = PlanName::Business;
    let desired = Desired {
        project: binding.project,
        environment,
        root,
        account: Account { name: binding.account, plan: None, limits: plan.limits() },
        timezone: "UTC".to_owned(),
        sessions: std::collections::BTreeMap::new(),
        groups: std::collections::BTreeMap::new(),
        schedules: std::collections::BTreeMap::new(),
        sends: std::collections::BTreeMap::new(),
        suppressed: PhoneSet::new(),
        moved: Vec::new(),
        policy: Policy::default(),
        ledger: None,
    };
    Some(Project { desired, files: Vec::new(), location, store })
}

/// The one ledger of that environment, if there is exactly one that has events.
fn only_ledger(root: &Path, environment: &str, sandbox: bool) -> Option<PathBuf> {
    let folder = default_path(root, Some(environment), "x", sandbox).parent()?.to_owned();
    let ledgers = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let mut ledgers = ledgers.filter(|path| {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        path.extension().is_some_and(|extension| extension == "jsonl")
            && !name.ends_with(".stops.jsonl")
            && FileStore::open(path.clone()).load().is_ok_and(|loaded| loaded.existed)
    });
    match (ledgers.next(), ledgers.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}
