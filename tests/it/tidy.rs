//! The house rules that Cargo cannot hold: layers, sizes of files.

use std::path::{Path, PathBuf};

/// The layers, top first (`style.md`, *The house*): each uses only those above it.
const LAYERS: [&str; 10] =
    ["model", "time", "config", "ledger", "plan", "api", "apply", "render", "sandbox", "cli"];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
}

/// The layers that a source file names, as `crate::LAYER`, with the line.
fn uses(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        for layer in LAYERS {
            for (at, _) in code.match_indices(&format!("crate::{layer}")) {
                let end = code[at + "crate::".len() + layer.len()..].chars().next();
                if !end.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    found.push((number + 1, layer));
                }
            }
        }
    }
    found
}

#[test]
fn each_layer_uses_only_those_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (height, layer) in LAYERS.iter().enumerate() {
        let mut files = Vec::new();
        sources(&src.join(layer), &mut files);
        assert!(!files.is_empty(), "layer {layer} has no files");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(
                !text.contains("use crate::{"),
                "{}: one `use crate::LAYER` a layer, so that this test sees it",
                file.display()
            );
            for (line, used) in uses(&text) {
                if LAYERS.iter().position(|l| *l == used).unwrap() > height {
                    wrong.push(format!(
                        "{}:{line}: {layer} uses {used}, which stands below it",
                        file.display()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_check_sees_what_it_must() {
    assert_eq!(uses("use crate::plan::Plan;"), vec![(1, "plan")]);
    assert_eq!(uses("let x: crate::cli::Ui = y; // crate::api"), vec![(1, "cli")]);
    assert_eq!(uses("use crate::planning::X;"), vec![]);
}

#[test]
fn files_are_small() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut lines: Vec<(usize, PathBuf)> =
        files.into_iter().map(|f| (std::fs::read_to_string(&f).unwrap().lines().count(), f)).collect();
    lines.sort();
    let too_long: Vec<_> = lines.iter().filter(|(n, _)| *n > 500).collect();
    assert!(too_long.is_empty(), "over 500 lines: {too_long:#?}");
    let median = lines[lines.len() / 2].0;
    assert!(median <= 200, "median of {median} lines");
}

/// Cargo builds nothing, not even the program alone, where a target that the manifest names is not there.
#[test]
fn the_image_is_built_from_every_path_that_the_manifest_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let (manifest, docker) = (read("Cargo.toml"), read("examples/pipelines/docker/Dockerfile"));
    let ignore = read("examples/pipelines/docker/Dockerfile.dockerignore");
    let named: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"")?.split('/').next())
        .chain(["Cargo.toml", "Cargo.lock"])
        .collect();
    assert!(named.contains(&"benches") && named.contains(&"src"), "{named:?}");
    let build = docker.split("RUN cargo build").next().unwrap();
    let copied: Vec<&str> = build
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .flat_map(|copy| {
            let mut words: Vec<&str> = copy.split_whitespace().collect();
            words.pop();
            words
        })
        .collect();
    for first in named {
        assert!(copied.contains(&first), "the Dockerfile does not copy {first}");
        assert!(ignore.lines().any(|line| line == format!("!{first}")), ".dockerignore keeps {first} out");
    }
}
