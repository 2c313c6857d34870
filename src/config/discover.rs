//! Which files PATH means (`product.md`, *Files*).

use std::path::{Path, PathBuf};

use super::ignore::Ignore;

/// A YAML file to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// How the user would name it.
    pub name: String,
}

/// What PATH means.
#[derive(Debug)]
pub struct Project {
    /// The project's directory.
    pub root: PathBuf,
    /// Its YAML files, sorted by name.
    pub files: Vec<Found>,
    /// What is there and cannot be read, by name.
    pub left_out: Vec<(String, DiscoverError)>,
}

/// Why PATH means nothing.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// There is no such file or directory.
    #[error("there is no such file or directory")]
    Missing,
    /// It cannot be read.
    #[error("it cannot be read")]
    Unreadable(#[source] std::io::Error),
    /// A directory without YAML files.
    #[error("there is no YAML file in this directory")]
    NoFiles,
    /// More files than any project has: the wrong directory.
    #[error("there are more than {} YAML files under this directory", MAX_FILES)]
    TooMany,
    /// Not a file and not a directory.
    #[error("this is neither a file nor a directory")]
    Special,
    /// A link that leads out of the directory.
    #[error("this link leads out of the project's directory")]
    Link,
    /// A link that leads nowhere.
    #[error("this link leads to a file that is not there")]
    Dangling,
    /// `*.YAML`: not what a project is read from, and easily taken for it. A list of whom not to write to is not
    /// passed over without a word.
    #[error("files are read by names that end in .yaml or .yml, and this one's ending has capital letters")]
    Capitals,
}

/// YAML files of one project, at most.
const MAX_FILES: usize = 5_000;
/// Bytes of `.campaignignore`, at most.
const MAX_IGNORE: u64 = 1 << 20;
/// Subdirectories deep, at most.
const MAX_DEPTH: usize = 32;

/// Finds the files.
pub fn discover(path: &Path) -> Result<Project, DiscoverError> {
    let data = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => DiscoverError::Missing,
        _ => DiscoverError::Unreadable(error),
    })?;
    if data.is_file() {
        let root = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let files = vec![Found { path: path.to_owned(), name: shown(path) }];
        return Ok(Project { root, files, left_out: Vec::new() });
    }
    if !data.is_dir() {
        return Err(DiscoverError::Special);
    }
    let ignore = match ignore_file(&path.join(".campaignignore")) {
        Ok(text) => Ignore::parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ignore::default(),
        Err(error) => return Err(DiscoverError::Unreadable(error)),
    };
    let project = walk(path, &ignore)?;
    if project.files.is_empty() && project.left_out.is_empty() {
        return Err(DiscoverError::NoFiles);
    }
    Ok(project)
}

/// The ignore file's text. Only a regular one is read, and not all of a huge one: a pipe would wait for ever, and a
/// link may lead to a device that never ends.
fn ignore_file(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other(".campaignignore is not a file"));
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_IGNORE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_IGNORE {
        return Err(std::io::Error::other(".campaignignore is larger than any list of patterns"));
    }
    Ok(text)
}

fn walk(root: &Path, ignore: &Ignore) -> Result<Project, DiscoverError> {
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let keep = |entry: &walkdir::DirEntry| {
        entry.depth() == 0
            || (!entry.file_name().to_string_lossy().starts_with('.')
                && !ignore.matches(&relative(entry.path()), entry.file_type().is_dir()))
    };
    let walker = walkdir::WalkDir::new(root).max_depth(MAX_DEPTH).sort_by_file_name().into_iter();
    let mut files = Vec::new();
    let mut left_out = Vec::new();
    for entry in walker.filter_entry(keep) {
        if files.len() + left_out.len() >= MAX_FILES {
            return Err(DiscoverError::TooMany);
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let name = shown(error.path().unwrap_or(root));
                let text = error.to_string();
                let error = error.into_io_error().unwrap_or_else(|| std::io::Error::other(text));
                left_out.push((name, DiscoverError::Unreadable(error)));
                continue;
            }
        };
        let ending = entry.path().extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let is_yaml = ["yaml", "yml"].iter().any(|yaml| ending.eq_ignore_ascii_case(yaml));
        if !is_yaml || entry.file_type().is_dir() {
            continue;
        }
        let path = entry.path().to_owned();
        if ending != ending.to_ascii_lowercase() {
            left_out.push((shown(&path), DiscoverError::Capitals));
            continue;
        }
        if entry.file_type().is_symlink()
            && let Err(error) = inside(&path, root)
        {
            left_out.push((shown(&path), error));
            continue;
        }
        if !std::fs::metadata(&path).is_ok_and(|data| data.is_file()) {
            continue;
        }
        files.push(Found { name: shown(&path), path });
    }
    Ok(Project { root: root.to_owned(), files, left_out })
}

/// Whether a link leads to something inside the directory.
fn inside(link: &Path, root: &Path) -> Result<(), DiscoverError> {
    let root = root.canonicalize().map_err(DiscoverError::Unreadable)?;
    match link.canonicalize() {
        Ok(target) if target.starts_with(root) => Ok(()),
        Ok(_) => Err(DiscoverError::Link),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(DiscoverError::Dangling),
        Err(error) => Err(DiscoverError::Unreadable(error)),
    }
}

/// The path as the user would name it: without `./`, with `/`.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let short = text.strip_prefix("./").unwrap_or(&text);
    if short.is_empty() { ".".to_owned() } else { short.to_owned() }
}
