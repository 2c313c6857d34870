//! Tests of the whole layer.

#[cfg(feature = "age")]
mod age;
mod corpus;
mod csv;
mod hostile;
mod people;
mod project;
mod schema;
mod sources;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use super::{LoadOptions, Loaded, load, text};

/// The moment at which all of these tests happen.
fn now() -> jiff::Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn load_path(path: &Path) -> Loaded {
    load_with(path, &[], None)
}

fn load_with(path: &Path, vars: &[(&str, &str)], environment: Option<&str>) -> Loaded {
    let vars: BTreeMap<String, String> =
        vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    load(&LoadOptions::new(path, &vars, now()).environment(environment))
}

/// A project of one file in a directory of its own.
fn project(yaml: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("campaign.yaml"), yaml).unwrap();
    directory
}

fn load_text(yaml: &str) -> Loaded {
    load_path(&project(yaml).path().join("campaign.yaml"))
}

fn shown(loaded: &Loaded) -> String {
    text(&loaded.diagnostics, false).to_string()
}
