//! Paths in YAML: relative to the file that names them, and never out of the project's directory.

use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::discover::shown;
use super::read::{Cx, Text};
use super::spans::Files;

/// A file that is there, inside the project's directory, and regular.
#[derive(Debug)]
pub struct Named {
    /// Open for reading.
    pub file: File,
    /// Its length in bytes.
    pub length: u64,
    /// Where it is.
    pub path: PathBuf,
    /// How the user would name it.
    pub name: String,
}

/// Opens the file that `text` names; `what` is what it holds, for messages (`the members`).
pub fn open(text: &Text, root: &Path, what: &str, cx: &mut Cx<'_>) -> Option<Named> {
    let written = Path::new(text.value.trim());
    let quoted = text.quote(cx);
    let leaves = || format!("{quoted} leads out of the project's directory");
    let inside = "put the file into the project's directory and name it relative to this file";
    if written.as_os_str().is_empty() {
        cx.report
            .error("bad-path", text.span, "the name of a file is missing")
            .help("write a path relative to this file");
        return None;
    }
    let from = cx.files.path(text.span.file).parent().map(Path::to_owned).unwrap_or_default();
    let Some(path) = joined(&from, written, root) else {
        cx.report.error("path-outside", text.span, leaves()).help(inside);
        return None;
    };
    let canonical = match path.canonicalize() {
        Ok(canonical) => canonical,
        Err(error) => {
            missing(text, &path, what, &error, cx);
            return None;
        }
    };
    if !root.canonicalize().is_ok_and(|root| canonical.starts_with(root)) {
        let message = format!("{quoted} is a link that leads out of the project's directory");
        cx.report.error("path-outside", text.span, message).help(inside);
        return None;
    }
    // Only regular files: opening a pipe would wait for ever.
    let opened = std::fs::metadata(&canonical).and_then(|data| {
        if data.is_file() { Ok(Some((File::open(&canonical)?, data.len()))) } else { Ok(None) }
    });
    match opened {
        Ok(Some((file, length))) => {
            let name = shown(&path);
            Some(Named { file, length, path, name })
        }
        Ok(None) => {
            cx.report
                .error("bad-path", text.span, format!("{quoted} is not a file"))
                .help(format!("name the file that holds {what}"));
            None
        }
        Err(error) => {
            missing(text, &path, what, &error, cx);
            None
        }
    }
}

/// The path, when it stays inside `root` by its own words.
fn joined(from: &Path, written: &Path, root: &Path) -> Option<PathBuf> {
    let relative = from.strip_prefix(root).unwrap_or(Path::new(""));
    let mut parts: Vec<Component<'_>> =
        relative.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    for part in written.components() {
        match part {
            Component::Normal(_) => parts.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    let inner: PathBuf = parts.iter().collect();
    Some(if root == Path::new(".") { inner } else { root.join(inner) })
}

fn missing(text: &Text, path: &Path, what: &str, error: &std::io::Error, cx: &mut Cx<'_>) {
    let quoted = text.quote(cx);
    if error.kind() != std::io::ErrorKind::NotFound {
        cx.report
            .error("unreadable-file", text.span, format!("{quoted} cannot be read: {error}"))
            .help("check the file's permissions");
        return;
    }
    if ignored_by_git(path) {
        cx.report
            .error("missing-file", text.span, format!("{quoted} is not here: git ignores it, so a clone does not have it"))
            .help(format!(
                "in a pipeline, have {what} encrypted in the repository (a .age file), from a cache, or fetched from your own store before this step"
            ));
        return;
    }
    let near = near_file(path).map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
    cx.report
        .error("missing-file", text.span, format!("there is no file {quoted}"))
        .help(format!("paths are relative to the file that names them; looked for {}{near}", shown(path)));
}

/// A file of the same directory with nearly that name.
fn near_file(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .ok()?
        .take(1_000)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    super::read::nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

/// Whether git would ignore it; no where there is no git.
fn ignored_by_git(path: &Path) -> bool {
    let existing = path.ancestors().skip(1).find(|p| p.as_os_str().is_empty() || p.is_dir());
    let directory = existing.filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(absolute) = std::path::absolute(path) else { return false };
    Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(["check-ignore", "--quiet", "--"])
        .arg(absolute)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Notes a file that is read as a stream or as a text, so that mistakes can point into it.
pub fn note(named: &Named, text: String, files: &mut Files) -> super::spans::FileId {
    files.add(named.name.clone(), named.path.clone(), text)
}
