//! Which file in `.campaignctl/` is this project's ledger (`product.md`, *The ledger's place*). A project that was
//! renamed (`moved: project.old`) keeps the file it had, and its stops and lock beside it: whoever still has the old
//! YAML then finds a ledger of another project and is refused, instead of none and sending everything again.

use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::ledger::{Event, FileStore, Store, default_path};
use crate::model::Desired;

/// The file of the project's name; where there is none, the one that an earlier name left, also when `moved:` is no
/// longer in the YAML.
pub fn local_ledger(desired: &Desired, sandbox: bool) -> Result<PathBuf, CliError> {
    let environment = Some(desired.environment.as_str());
    let own = default_path(&desired.root, environment, &desired.project, sandbox);
    let former = desired.former_projects();
    let own_is_there = has_events(&own);
    if own_is_there && former.is_empty() {
        return Ok(own);
    }
    let mut left: Vec<PathBuf> = if own_is_there {
        let named = former.iter().map(|name| default_path(&desired.root, environment, name, sandbox));
        named
            .filter(|path| owner(path).is_some_and(|name| former.contains(&name) || name == desired.project))
            .collect()
    } else {
        let ledgers = own.parent().map(ledgers_in).unwrap_or_default().into_iter();
        ledgers
            .filter(|path| *path != own)
            .filter(|path| owner(path).is_some_and(|name| former.contains(&name) || name == desired.project))
            .collect()
    };
    left.sort();
    match (own_is_there, left.as_slice()) {
        (_, []) => Ok(own),
        (false, [one]) => Ok(one.clone()),
        _ => {
            let mut all: Vec<String> = left.iter().map(|path| path.display().to_string()).collect();
            if own_is_there {
                all.insert(0, own.display().to_string());
            }
            let mut error = CliError::refused(format!(
                "project {} was renamed, and there is more than one ledger with its history; with only one of them, \
                 what the others know of would be sent again",
                desired.project
            ))
            .hint("look at each: campaignctl ledger show --ledger FILE")
            .hint("move all but the one with the whole history out of that directory, or name it with `ledger:` in the YAML");
            error.details = all;
            Err(error)
        }
    }
}

fn has_events(path: &Path) -> bool {
    // What cannot be read says so when it is used.
    path.exists() && !FileStore::open(path).load().is_ok_and(|loaded| !loaded.existed)
}

fn ledgers_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let is_ledger = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        path.extension().is_some_and(|extension| extension == "jsonl")
            && !name.ends_with(".stops.jsonl")
            && path.is_file()
    };
    paths.filter(is_ledger).collect()
}

/// The name of the project whose ledger it is, as far as it can be read.
fn owner(path: &Path) -> Option<String> {
    let mut name = None;
    // Damage behind the name is found when the ledger is used.
    let _ = FileStore::open(path).read(&mut |record| match record.event {
        Event::Bound { project, .. } | Event::ProjectRenamed { project } => name = Some(project),
        _ => {}
    });
    name
}
