//! Where the API is: `--api-url`, `MOLTFLOW_API_URL`, or the vendor's. Refuses what would send a key in clear.

use std::fmt;

use url::{Host, Url};

/// The API's address, ending in `/api/v2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is no address of the API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL at all.
    #[error("not a URL ({0}); write it as https://apiv2.waiflow.app")]
    Invalid(String),
    /// Neither http nor https.
    #[error("not an http or https URL; write it as https://apiv2.waiflow.app")]
    Scheme,
    /// http to another machine.
    #[error("http:// would send your key in clear text; use https://")]
    ClearText,
    /// A name and password in it.
    #[error("has a user name or password in it; give the key in MOLTFLOW_API_KEY and leave them out")]
    Credentials,
    /// `?` or `#` in it.
    #[error("has a `?` or `#` part; leave it out")]
    Extra,
}

impl BaseUrl {
    /// The vendor's (`api.md`).
    pub const DEFAULT: &'static str = "https://apiv2.waiflow.app/api/v2";

    /// Reads an address, with or without `/api/v2`.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text.trim()).map_err(|e| BaseUrlError::Invalid(e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(BaseUrlError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Extra);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&if path.ends_with("/api/v2") { path } else { format!("{path}/api/v2") });
        let base = Self(url);
        if !base.is_tls() && !base.is_loopback() {
            return Err(BaseUrlError::ClearText);
        }
        Ok(base)
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => {
                ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback())
            }
            None => false,
        }
    }

    /// Whether it is https.
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Host and port, as the ledger notes them.
    pub fn host_and_port(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The address of a path under it; `path` begins with `/`.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_the_path() {
        for text in ["https://apiv2.waiflow.app", "https://apiv2.waiflow.app/", BaseUrl::DEFAULT] {
            let base = BaseUrl::parse(text).unwrap();
            assert_eq!(base.join("/sessions?limit=1"), "https://apiv2.waiflow.app/api/v2/sessions?limit=1");
            assert_eq!(base.host_and_port(), "apiv2.waiflow.app:443");
            assert!(!base.is_loopback());
        }
        let under = BaseUrl::parse("https://proxy.example/moltflow/").unwrap();
        assert_eq!(under.to_string(), "https://proxy.example/moltflow/api/v2");
    }

    #[test]
    fn clear_text_goes_to_loopback_only() {
        for text in
            ["http://127.0.0.1:8080", "http://localhost:8080/api/v2", "http://[::1]:8080", "http://127.9.9.9"]
        {
            assert!(BaseUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
        for text in [
            "http://apiv2.waiflow.app",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://0.0.0.0:80",
            "http://notlocalhost",
        ] {
            assert_eq!(BaseUrl::parse(text), Err(BaseUrlError::ClearText), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        assert_eq!(BaseUrl::parse("ftp://x"), Err(BaseUrlError::Scheme));
        assert_eq!(BaseUrl::parse("https://me:pw@host"), Err(BaseUrlError::Credentials));
        assert_eq!(BaseUrl::parse("https://host/?a=1"), Err(BaseUrlError::Extra));
        assert!(matches!(BaseUrl::parse("host"), Err(BaseUrlError::Invalid(_))));
    }
}
