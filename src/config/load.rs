//! From PATH to [`Desired`]: finds the files, reads them within bounds, and has everything checked.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::combine::{Part, combine};
use super::diagnostic::Diagnostics;
use super::discover::{DiscoverError, Found, discover, shown};
use super::file::CampaignFile;
use super::overlay::overlay;
use super::people::hide_people;
use super::read::{Cx, FromNode};
use super::report::{At, Report};
use super::resolve::{Settings, resolve};
use super::spans::{FileId, parse};
use crate::model::{Desired, Secret};

/// What to load, and with what.
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions<'a> {
    /// A YAML file, or a directory of them.
    pub path: &'a Path,
    /// Variables: `--var NAME=value` over the environment.
    pub vars: &'a BTreeMap<String, String>,
    /// `-e`.
    pub environment: Option<&'a str>,
    /// The present moment, for warnings about times that are over.
    pub now: jiff::Timestamp,
    /// The largest YAML file, and all of them together, in bytes.
    pub max_yaml_bytes: u64,
    /// The largest CSV or JSON file of members, in bytes.
    pub max_source_bytes: u64,
    /// The age identity that decrypts `.age` files of members: one or several lines, as `age-keygen` writes them.
    pub age_identity: Option<&'a Secret>,
}

impl<'a> LoadOptions<'a> {
    /// 64 MiB: a million members written inline.
    pub const MAX_YAML_BYTES: u64 = 64 << 20;
    /// 1 GiB, read as a stream.
    pub const MAX_SOURCE_BYTES: u64 = 1 << 30;

    /// With the bounds of every day.
    pub fn new(path: &'a Path, vars: &'a BTreeMap<String, String>, now: jiff::Timestamp) -> Self {
        Self {
            path,
            vars,
            environment: None,
            now,
            max_yaml_bytes: Self::MAX_YAML_BYTES,
            max_source_bytes: Self::MAX_SOURCE_BYTES,
            age_identity: None,
        }
    }

    /// For an environment.
    #[must_use]
    pub fn environment(mut self, environment: Option<&'a str>) -> Self {
        self.environment = environment;
        self
    }

    /// With what decrypts files of members.
    #[must_use]
    pub fn age_identity(mut self, identity: Option<&'a Secret>) -> Self {
        self.age_identity = identity;
        self
    }
}

/// What was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is wanted; none when there is any error.
    pub desired: Option<Desired>,
    /// All errors and warnings of all files.
    pub diagnostics: Diagnostics,
    /// Every file that was read.
    pub files: Vec<PathBuf>,
}

/// Loads a project. Never fails: what is wrong is in the diagnostics.
pub fn load(options: &LoadOptions<'_>) -> Loaded {
    let mut cx = Cx::new(options.vars);
    let desired = read_all(options, &mut cx);
    let errors = cx.report.errors();
    let diagnostics = std::mem::take(&mut cx.report).finish(&cx.files, &cx.lines);
    Loaded { desired: desired.filter(|_| errors == 0), diagnostics, files: cx.files.paths() }
}

fn read_all(options: &LoadOptions<'_>, cx: &mut Cx<'_>) -> Option<Desired> {
    let project = match discover(options.path) {
        Ok(project) => project,
        Err(error) => {
            cannot_read("no-project", shown(options.path), &error, &mut cx.report);
            return None;
        }
    };
    let mut budget = options.max_yaml_bytes;
    let mut parts = Vec::new();
    let mut all_read = true;
    for (name, error) in project.left_out {
        // What an unreadable directory has is not known. A link never becomes readable as it is, so what is missing
        // because of it is told as well.
        let code = match error {
            DiscoverError::Link | DiscoverError::Dangling => "bad-link",
            DiscoverError::Capitals => "file-ending",
            _ => "unreadable-file",
        };
        all_read &= code == "bad-link";
        cannot_read(code, name, &error, &mut cx.report);
    }
    for found in &project.files {
        match read_yaml(found, &mut budget, options.max_yaml_bytes, cx) {
            Some(part) => parts.push(part),
            None => all_read = false,
        }
    }
    let mut root = combine(parts, &mut cx.report)?;
    let chosen = overlay(&mut root, options.environment, all_read, cx);
    cx.owner = root.span;
    let file = CampaignFile::from_node(&root, cx)?;
    let settings = Settings {
        root: &project.root,
        environment: options.environment.filter(|_| chosen),
        now: options.now,
        all_read,
        max_source_bytes: options.max_source_bytes,
        age_identity: options.age_identity,
    };
    resolve(&file, &settings, cx)
}

fn cannot_read(code: &'static str, name: String, error: &DiscoverError, report: &mut Report) {
    let help = match error {
        DiscoverError::Missing => {
            "name a campaign file or its directory; `campaignctl init` makes a small working project"
                .to_owned()
        }
        DiscoverError::Unreadable(source) => format!("check its permissions ({source})"),
        DiscoverError::NoFiles => {
            "`campaignctl init` makes a small working project here; or name the directory that has one"
                .to_owned()
        }
        DiscoverError::TooMany => {
            "name the project's own directory, or list what does not belong to it in .campaignignore"
                .to_owned()
        }
        DiscoverError::Special => "name a campaign file or its directory".to_owned(),
        DiscoverError::Link => {
            "put the file itself in its place; or list the link in .campaignignore if it does not belong to the project"
                .to_owned()
        }
        DiscoverError::Dangling => {
            "remove the link, or put the file where it leads; or list it in .campaignignore if it does not belong to \
             the project"
                .to_owned()
        }
        DiscoverError::Capitals => {
            "write the ending in small letters; or list the file in .campaignignore if it does not belong to the project"
                .to_owned()
        }
    };
    report.error(code, At::Path(name), error.to_string()).help(help);
}

fn read_yaml(found: &Found, budget: &mut u64, limit: u64, cx: &mut Cx<'_>) -> Option<Part> {
    let fail = |cx: &mut Cx<'_>, code, message: String, help: &str| {
        cx.report.error(code, At::Path(found.name.clone()), message).help(help);
    };
    let opened =
        std::fs::metadata(&found.path).and_then(|data| Ok((data.len(), std::fs::File::open(&found.path)?)));
    let (length, file) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            fail(
                cx,
                "unreadable-file",
                format!("this file cannot be read: {error}"),
                "check its permissions",
            );
            return None;
        }
    };
    let too_large = format!("campaign files of more than {} MiB are not read", limit >> 20);
    let to_csv = "move members to CSV files and name them under `members_from:`";
    if length > *budget {
        fail(cx, "too-large", too_large, to_csv);
        return None;
    }
    let mut bytes = Vec::new();
    // The file may have grown since: never more than there is room for.
    if let Err(error) = file.take(*budget + 1).read_to_end(&mut bytes) {
        fail(cx, "unreadable-file", format!("this file cannot be read: {error}"), "try again");
        return None;
    }
    let read = bytes.len() as u64;
    if read > *budget {
        fail(cx, "too-large", too_large, to_csv);
        return None;
    }
    *budget -= read;
    let (file, text) = text_of(found, bytes, cx)?;
    let before = cx.report.errors();
    let tree = parse(file, &text, &mut cx.report)?;
    hide_people(&tree, &mut cx.files);
    if cx.report.errors() == before {
        // Nothing was left out of the tree: where people are is known exactly.
        cx.files.is_mapped(file);
    }
    Some(Part { file, tree })
}

/// The text of a file: UTF-8 without NUL.
fn text_of(found: &Found, bytes: Vec<u8>, cx: &mut Cx<'_>) -> Option<(FileId, String)> {
    let save = "open it in a text editor and save it as UTF-8";
    let place = |bytes: &[u8], at: usize| {
        let before = &bytes[..at];
        let line = before.split(|b| *b == b'\n').count();
        let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
    };
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let nul = bytes.iter().position(|b| *b == 0).filter(|_| !utf16);
    let wrong = match (utf16, nul, std::str::from_utf8(&bytes)) {
        (true, ..) => Some((0, "this file is UTF-16, not UTF-8")),
        (_, Some(at), _) => Some((at, "a NUL byte: this is no text file")),
        (.., Err(error)) => {
            Some((error.valid_up_to(), "bytes that are not UTF-8: the file has another encoding"))
        }
        _ => None,
    };
    if let Some((at, message)) = wrong {
        let (line, column) = place(&bytes, at);
        let file = cx.files.add(found.name.clone(), found.path.clone(), String::new());
        cx.report.error("encoding", At::Row { file, line, column }, message).help(save);
        return None;
    }
    let mut text = String::from_utf8(bytes).ok()?;
    // A byte-order mark is no character of the first line.
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    let file = cx.files.add(found.name.clone(), found.path.clone(), text.clone());
    Some((file, text))
}
