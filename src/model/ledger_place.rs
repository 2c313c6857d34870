//! What can be written as a ledger's place: checked in the YAML, and again by the ledger, with the same words.

use std::path::PathBuf;

use url::Url;

/// A ledger's place as it is written; a path is still relative to whatever names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerPlace {
    /// A local file.
    Relative(PathBuf),
    /// `s3://bucket/prefix` and its like, also `file:///directory`.
    ObjectStore(Url),
}

impl LedgerPlace {
    /// Reads it; otherwise what is wrong with it, without repeating it: a password may be in it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() || text.contains('\0') {
            return Err("it is empty or has a NUL in it");
        }
        if !text.contains("://") {
            if text.ends_with('/') {
                return Err("it is a directory");
            }
            return Ok(Self::Relative(text.into()));
        }
        let url = Url::parse(text).map_err(|_| "it is no URL")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("credentials do not belong in it");
        }
        match url.scheme() {
            "file" => match url.to_file_path() {
                Ok(path) if path.parent().is_none() => Err("the name of the directory is missing"),
                Ok(_) if url.query().is_some() || url.fragment().is_some() => Err(
                    "only a directory belongs in it, no `?` or `#`; in its name they are written %3F and %23",
                ),
                Ok(_) => Ok(Self::ObjectStore(url)),
                Err(()) => Err("a file URL needs three slashes and the whole path"),
            },
            "s3" | "s3a" | "gs" | "az" | "azure" | "abfs" | "abfss" => {
                if url.host_str().is_none_or(str::is_empty) {
                    return Err("the name of the bucket is missing");
                }
                if url.query().is_some() || url.fragment().is_some() || url.port().is_some() {
                    return Err("only a bucket and a prefix belong in it, no `?`, `#` or port");
                }
                Ok(Self::ObjectStore(url))
            }
            _ => Err("only paths, file://, s3://, gs:// and az:// are known"),
        }
    }
}
