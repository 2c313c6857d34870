//! Where a ledger is: the default place, or the one that `ledger:` or `--ledger` names.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use url::Url;

use super::disk::HOME;
use super::error::LedgerError;
use super::file_store::FileStore;
use super::store::Store;
use crate::model::{LedgerPlace, one_line};

/// The place of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A local file.
    File(PathBuf),
    /// `s3://bucket/prefix` and its like, also `file:///directory`.
    ObjectStore(Url),
}

/// `root/.campaignctl/<environment or default>/<project>.jsonl`; with `sandbox`, the same under
/// `.campaignctl/sandbox/` (`product.md`, *The ledger's place*). `root` is the project's directory. Characters of
/// names that could mean something to a file system are written `%xx`, so that two names never share a file.
pub fn default_path(root: &Path, environment: Option<&str>, project: &str, sandbox: bool) -> PathBuf {
    let mut path = root.join(HOME);
    if sandbox {
        path.push("sandbox");
    }
    path.push(file_name(environment.unwrap_or("default")));
    path.push(format!("{}.jsonl", file_name(project)));
    path
}

fn file_name(name: &str) -> String {
    name.chars().fold(String::with_capacity(name.len()), |mut out, c| {
        if c.is_alphanumeric() || c == '-' || c == '_' {
            out.push(c);
        } else {
            let _ = write!(out, "%{:02x}", u32::from(c));
        }
        out
    })
}

impl Location {
    /// Reads what `ledger:` or `--ledger` says. A relative path starts at `base`: the project's directory for the
    /// YAML, the working directory for the flag.
    pub fn parse(text: &str, base: &Path) -> Result<Self, LedgerError> {
        let fail = |why| LedgerError::Location { text: one_line(&without_credentials(text), 200), why };
        Ok(match LedgerPlace::parse(text).map_err(fail)? {
            LedgerPlace::Relative(path) => Self::File(base.join(path)),
            LedgerPlace::ObjectStore(url) => Self::ObjectStore(url),
        })
    }

    /// The file or directory of a ledger that is on this machine; `None` for one that outlives it.
    pub fn local(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::ObjectStore(url) if url.scheme() == "file" => url.to_file_path().ok(),
            Self::ObjectStore(_) => None,
        }
    }

    /// The store at this place. Touches nothing yet; for an object store it reads the environment for its
    /// credentials.
    pub fn open(&self) -> Result<Box<dyn Store>, LedgerError> {
        match self {
            Self::File(path) => Ok(Box::new(FileStore::open(path.clone()))),
            #[cfg(feature = "object-store")]
            Self::ObjectStore(url) => Ok(Box::new(super::object::ObjectLedger::open(url)?)),
            #[cfg(not(feature = "object-store"))]
            Self::ObjectStore(url) => Err(LedgerError::NoObjectStore { url: url.to_string() }),
        }
    }
}

/// What stands between `://` and `@` could be a password.
fn without_credentials(text: &str) -> String {
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}://…{}", &text[..scheme], &text[at..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_environment_and_project_has_a_place_of_its_own() {
        let root = Path::new("/p");
        let path = |environment, project, sandbox| {
            default_path(root, environment, project, sandbox).display().to_string()
        };
        assert_eq!(path(None, "acme", false), "/p/.campaignctl/default/acme.jsonl");
        assert_eq!(path(Some("production"), "acme", false), "/p/.campaignctl/production/acme.jsonl");
        assert_eq!(path(None, "acme", true), "/p/.campaignctl/sandbox/default/acme.jsonl");
        assert_eq!(path(Some("../x"), "a/b", false), "/p/.campaignctl/%2e%2e%2fx/a%2fb.jsonl");
    }

    #[test]
    fn paths_and_urls_are_told_apart() {
        let base = Path::new("/base");
        let file = |text: &str| match Location::parse(text, base) {
            Ok(Location::File(path)) => path.display().to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(file("l/a.jsonl"), "/base/l/a.jsonl");
        assert_eq!(file("/l/a.jsonl"), "/l/a.jsonl");
        let directory = Location::parse("file:///l/a%20b/", base).unwrap();
        assert!(matches!(directory, Location::ObjectStore(_)));
        assert_eq!(directory.local(), Some("/l/a b".into()));
        for bad in [
            "",
            "  ",
            "dir/",
            "file:///",
            "file:///l/a?b",
            "ftp://x/y",
            "https://x/y",
            "file://host/x",
            "s3://",
            "s3:///x",
            "s3://bucket/x?a=b",
            "gs://bucket/x#y",
            "az://box:80/x",
        ] {
            assert!(matches!(Location::parse(bad, base), Err(LedgerError::Location { .. })), "{bad}");
        }
        let store = Location::parse("s3://bucket/prefix", base).unwrap();
        assert!(matches!(store, Location::ObjectStore(_)));
        assert_eq!(store.local(), None);
        assert_eq!(store.open().is_ok(), cfg!(feature = "object-store"));
    }

    #[test]
    fn credentials_in_a_url_are_refused_and_not_repeated() {
        let error = Location::parse("s3://key:hunter2@bucket/prefix", Path::new("/")).unwrap_err();
        assert!(!format!("{error} {error:?} {}", error.hint()).contains("hunter2"));
    }
}
