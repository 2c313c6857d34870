//! How long things may take.

use std::time::Duration;

/// How long a lease lives without renewal.
const LEASE_SECONDS: &str = "CAMPAIGNCTL_LEASE_SECONDS";

/// How long things may take, and how often they are tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    /// A lease that was not renewed for so long may be taken over.
    pub(super) ttl: Duration,
    /// How often it is renewed.
    pub(super) renew: Duration,
    /// The longest that one request may take, with what the client repeats by itself.
    pub(super) request: Duration,
    /// The first pause before something is tried again; doubled each time.
    pub(super) pause: Duration,
    /// How often a write is tried whose answer was lost.
    pub(super) tries: u32,
}

impl Timing {
    /// For real stores. Three renewals in a row have to fail before a lease can be lost.
    pub(super) const REAL: Self = Self {
        ttl: Duration::from_mins(1),
        renew: Duration::from_secs(15),
        request: Duration::from_secs(40),
        pause: Duration::from_millis(250),
        tries: 5,
    };

    /// For real stores, with a lease of `CAMPAIGNCTL_LEASE_SECONDS` (10 to 3600) where that is set.
    pub(super) fn from_environment() -> Result<Self, String> {
        let Some(text) = std::env::var_os(LEASE_SECONDS) else { return Ok(Self::REAL) };
        match text.to_str().and_then(|text| text.trim().parse().ok()).filter(|s| (10..=3600).contains(s)) {
            Some(seconds) => Ok(Self::with_ttl(Duration::from_secs(seconds))),
            None => Err(format!("{LEASE_SECONDS} is no number of seconds from 10 to 3600")),
        }
    }

    fn with_ttl(ttl: Duration) -> Self {
        Self { ttl, renew: ttl / 4, ..Self::REAL }
    }

    /// The pause before try number `n`, from 1.
    pub(super) fn pause_before(&self, n: u32) -> Duration {
        self.pause.saturating_mul(1 << n.saturating_sub(1).min(6))
    }
}
