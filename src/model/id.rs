//! The id that the server gave an object.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A server's id: a UUID by the contract (`api.md`, *Identity*), kept as text so that another form is
/// tolerated. Compared without regard to letter case. At most 128 printable ASCII characters without `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// Takes what a server or a person gave, or nothing where it cannot be an id: it goes into URLs and the
    /// ledger, so it has only letters, digits, `-`, `_`, `.`, `:` and `@`.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty()
            && text.len() <= 128
            && text != "."
            && text != ".."
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:@".contains(&b));
        fits.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The id as sent in paths and bodies.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight characters, enough for a person to tell objects apart.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| serde::de::Error::custom("not an id"))
    }
}
