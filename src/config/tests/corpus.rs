//! One sample a mistake, named for it, with the text that a user sees. `UPDATE_EXPECTED=1` writes the texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{load_path, shown};

fn samples() -> BTreeMap<String, PathBuf> {
    let directory = Path::new("tests/data/broken");
    std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() || path.extension().is_some_and(|e| e == "yaml"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect()
}

#[test]
fn each_mistake_is_told_as_expected() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    let samples = samples();
    assert!(samples.len() >= 80, "{}", samples.len());
    for (name, path) in samples {
        let loaded = load_path(&path);
        let (found, diagnostics) = (shown(&loaded), &loaded.diagnostics);
        if name != "all" && diagnostics.errors() + diagnostics.warnings() != 1 {
            wrong.push(format!("{name}: one mistake is told as several\n{found}"));
        }
        assert_eq!(loaded.desired.is_some(), diagnostics.errors() == 0, "{name}");
        let expected = path.with_file_name(format!("{name}.expected"));
        if update {
            std::fs::write(&expected, &found).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{name}: not as in {}\n{found}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_sample_shows_a_person() {
    for (name, path) in samples() {
        let loaded = load_path(&path);
        let told = format!("{}{}", shown(&loaded), super::super::json(&loaded.diagnostics));
        for secret in
            ["4155552671", "7946", "0501234567", "1234567", "Jane", "John", "Miller", "Jörg", "Zelda"]
        {
            let paths = told.replace("tests/data", "");
            // The help texts have one number of their own, as the wrong form.
            let paths = paths.replace("\\\"0501234567\\\"", "").replace("\"0501234567\"", "");
            let paths = paths
                .replace("+972501234567", "")
                .replace("+15550123456", "")
                .replace("Jane Doe}", "")
                .replace("Jane Doe\"}", "")
                .replace("Jane Doe\\\"}", "");
            assert!(!paths.contains(secret), "{name} shows {secret}:\n{told}");
        }
    }
}

#[test]
fn all_mistakes_come_in_one_go() {
    let loaded = load_path(Path::new("tests/data/broken/all.yaml"));
    let codes: std::collections::BTreeSet<&str> = loaded.diagnostics.iter().map(|d| d.code).collect();
    assert!(codes.len() >= 15, "{codes:?}");
    let places: Vec<_> = loaded.diagnostics.iter().map(|d| (&d.file, d.line, d.column)).collect();
    assert!(places.is_sorted(), "{places:?}");
}
