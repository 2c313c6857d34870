//! What the environment says about the way to a server, checked before anything is asked: roots that cannot be read
//! and a proxy that is none are named by their variable, not by what goes wrong later because of them.
//!
//! Owns no connection. The API's client uses it as the object store's does.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use crate::model::one_line;

/// The file of roots.
const ROOTS: &str = "SSL_CERT_FILE";
/// The variables that name a proxy for https, in the order in which they count.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// As much of a file of roots is read: the largest bundles have a few hundred kilobytes.
const MAX: u64 = 16 << 20;

/// What of the environment cannot be used for connections with TLS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// The roots.
    #[error("{ROOTS} names {path}, {why}")]
    Roots {
        /// Its value.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// The proxy. Its value is not shown: it may hold a password.
    #[error("{variable} is not the address of a proxy")]
    Proxy {
        /// The variable.
        variable: &'static str,
    },
}

impl NetworkError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Roots { .. } => {
                "Give SSL_CERT_FILE the path of a file with certificates in PEM form, or unset it to use those of this \
                 machine."
            }
            Self::Proxy { .. } => "Write it as http://HOST:PORT, or unset it where there is no proxy.",
        }
    }
}

/// Checks what the environment says.
///
/// # Errors
/// The first thing that cannot be used.
pub fn check_network() -> Result<(), NetworkError> {
    check(|name| std::env::var_os(name))
}

/// The variable that names a proxy, where there is one.
pub fn proxy_variable() -> Option<&'static str> {
    proxy(&|name| std::env::var_os(name))
}

fn proxy(get: &dyn Fn(&str) -> Option<OsString>) -> Option<&'static str> {
    PROXIES.into_iter().find(|name| get(name).is_some_and(|value| !value.is_empty()))
}

fn check(get: impl Fn(&str) -> Option<OsString>) -> Result<(), NetworkError> {
    if let Some(path) = get(ROOTS) {
        let path = PathBuf::from(path);
        let fail = |why: String| {
            Err(NetworkError::Roots {
                path: one_line(&format!("{:?}", path.display().to_string()), 300),
                why,
            })
        };
        let mut bytes = Vec::new();
        let read = std::fs::File::open(&path).and_then(|file| file.take(MAX).read_to_end(&mut bytes));
        if let Err(error) = read {
            return fail(format!("which cannot be read: {error}"));
        }
        if !CertificateDer::pem_slice_iter(&bytes).any(|certificate| certificate.is_ok()) {
            return fail("which has no certificate in PEM form".to_owned());
        }
    }
    if let Some(variable) = proxy(&get) {
        let value = get(variable).and_then(|value| value.into_string().ok());
        if !value.is_some_and(|value| is_proxy(value.trim())) {
            return Err(NetworkError::Proxy { variable });
        }
    }
    Ok(())
}

fn is_proxy(value: &str) -> bool {
    let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    Url::parse(&with_scheme).is_ok_and(|url| {
        let known = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"].contains(&url.scheme());
        known && url.host_str().is_some_and(|host| !host.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<(), NetworkError> {
        check(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn roots_that_cannot_be_used_are_named_with_their_variable() {
        let dir = tempfile::tempdir().unwrap();
        let junk = dir.path().join("junk.pem");
        std::fs::write(&junk, "no certificate\n").unwrap();
        for (path, why) in [
            (dir.path().join("missing.pem"), "cannot be read"),
            (junk, "no certificate in PEM form"),
            (dir.path().to_owned(), "cannot be read"),
        ] {
            let path = path.display().to_string();
            let error = with(&[(ROOTS, &path), ("SSL_CERT_DIR", "/etc/ssl/certs")]).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(ROOTS) && text.contains(&path) && text.contains(why), "{text}");
        }
    }

    #[test]
    fn a_proxy_that_is_none_is_named_without_its_value() {
        for (value, good) in [
            ("http://me:secret@127.0.0.1:8080", true),
            ("proxy.example:3128", true),
            ("socks5h://localhost:1080", true),
            ("", true),
            (":::secret", false),
            ("ftp://secret.example", false),
            ("http://", false),
            ("a proxy secret", false),
        ] {
            for variable in PROXIES {
                match with(&[(variable, value)]) {
                    Ok(()) => assert!(good, "{value}"),
                    Err(error) => {
                        let text = error.to_string();
                        assert!(
                            !good && text.contains(variable) && !text.contains("secret"),
                            "{value}: {text}"
                        );
                    }
                }
            }
        }
    }
}
