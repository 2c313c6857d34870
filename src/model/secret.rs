//! A credential: shown nowhere, wiped when dropped.

use secrecy::{ExposeSecret, SecretString};

/// An API key or a bearer token. `Debug` shows `[REDACTED]`.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text, trimmed of white space at its ends (keys come from files and environment variables).
    pub fn new(text: &str) -> Self {
        Self(SecretString::from(text.trim().to_owned()))
    }

    /// The text itself, for the one place that writes the header.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}
