//! The client: one for the process, shared by all its tasks. Owns the limiter, the counters and what was learned
//! about the server; its powers are the traits [`super::Read`] and [`super::Write`].

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::base_url::BaseUrl;
use super::bodies::RemoveForm;
use super::clock::{Clock, RealClock};
use super::error::SetupError;
use super::http::HttpTransport;
use super::limiter::Limiter;
use super::lists::PAGE;
use super::transport::{Auth, Transport};

/// A wait for the rate limit, for the person who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitNotice {
    /// How long, from now.
    pub wait: SignedDuration,
    /// Until when.
    pub until: Timestamp,
}

/// Told about each wait of a second or more, before it begins. Several tasks may wait at once.
pub type OnWait = Arc<dyn Fn(WaitNotice) + Send + Sync>;

/// What a client is made of.
#[derive(Clone)]
pub struct ClientOptions {
    /// Where the API is.
    pub base_url: BaseUrl,
    /// As whom.
    pub auth: Auth,
    /// The account's rate; at least 1.
    pub requests_per_minute: u32,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The network; HTTP where `None`.
    pub transport: Option<Arc<dyn Transport>>,
    /// `User-Agent`.
    pub user_agent: String,
    /// For the jitter of retries.
    pub jitter_seed: u64,
    /// Hears about waits.
    pub on_wait: Option<OnWait>,
}

impl ClientOptions {
    /// The usual ones: real clock, real network.
    pub fn new(base_url: BaseUrl, auth: Auth, requests_per_minute: u32) -> Self {
        Self {
            base_url,
            auth,
            requests_per_minute,
            clock: Arc::new(RealClock),
            transport: None,
            user_agent: concat!("campaignctl/", env!("CARGO_PKG_VERSION")).to_owned(),
            jitter_seed: u64::from(std::process::id()),
            on_wait: None,
        }
    }
}

impl std::fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientOptions")
            .field("base_url", &self.base_url)
            .field("requests_per_minute", &self.requests_per_minute)
            .finish_non_exhaustive()
    }
}

/// A client of the API. Cheap to clone; clones are the same client.
#[derive(Clone)]
pub struct Client(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) base_url: BaseUrl,
    pub(super) auth: Arc<Auth>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) user_agent: Arc<str>,
    pub(super) on_wait: Option<OnWait>,
    limiter: Mutex<Limiter>,
    pub(super) requests: AtomicU64,
    /// The server's clock less [`Clock::elapsed`], in milliseconds; `i64::MIN` while unknown. Not against
    /// [`Clock::now`], which may be set between an answer and the use of this.
    server_base: AtomicI64,
    jitter: AtomicU64,
    /// Index into [`RemoveForm::ALL`].
    remove_form: AtomicU8,
    /// Items asked for at once.
    pub(super) page_limit: AtomicU32,
}

impl Client {
    /// Makes a client; no request is made.
    ///
    /// # Errors
    /// When the network cannot be set up.
    pub fn new(options: ClientOptions) -> Result<Self, SetupError> {
        let ClientOptions {
            base_url,
            auth,
            requests_per_minute,
            clock,
            transport,
            user_agent,
            jitter_seed,
            on_wait,
        } = options;
        let transport = match transport {
            Some(transport) => transport,
            None => Arc::new(HttpTransport::new(base_url.clone())?),
        };
        Ok(Self(Arc::new(Inner {
            base_url,
            auth: Arc::new(auth),
            clock,
            transport,
            user_agent: user_agent.into(),
            on_wait,
            limiter: Mutex::new(Limiter::new(requests_per_minute)),
            requests: AtomicU64::new(0),
            server_base: AtomicI64::new(i64::MIN),
            jitter: AtomicU64::new(jitter_seed),
            remove_form: AtomicU8::new(0),
            page_limit: AtomicU32::new(PAGE),
        })))
    }

    /// Host and port of the API, as the ledger notes them.
    pub fn api_host(&self) -> String {
        self.0.base_url.host_and_port()
    }

    /// Where the API is.
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base_url
    }

    /// Requests made so far, repeated ones included.
    pub fn requests_made(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Another rate from now on, as once the subscription is known.
    pub fn set_rate(&self, per_minute: u32) {
        self.limiter().set_rate(per_minute);
    }

    /// The rate kept at present, requests a minute; lower than the account's while others use it too.
    pub fn rate(&self) -> u32 {
        self.limiter().rate()
    }

    pub(super) fn limiter(&self) -> MutexGuard<'_, Limiter> {
        // A panic in the limiter cannot leave it half changed in a way that matters.
        self.0.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the server's clock is ahead of this machine's, in whole seconds; less than one is none.
    pub(super) fn skew(&self) -> Option<SignedDuration> {
        let base = self.0.server_base.load(Ordering::Relaxed);
        if base == i64::MIN {
            return None;
        }
        let theirs = base.saturating_add(millis(self.0.clock.elapsed()));
        // Less than a second is the coarseness of `Date`.
        Some(SignedDuration::from_secs(theirs.saturating_sub(self.0.clock.now().as_millisecond()) / 1_000))
    }

    /// The server's clock showed `theirs` (milliseconds since 1970) when [`Clock::elapsed`] was `at`.
    pub(super) fn note_server_time(&self, theirs: i64, at: SignedDuration) {
        self.0.server_base.store(theirs.saturating_sub(millis(at)), Ordering::Relaxed);
    }

    pub(super) fn remove_form(&self) -> RemoveForm {
        let index = usize::from(self.0.remove_form.load(Ordering::Relaxed));
        RemoveForm::ALL.get(index).copied().unwrap_or(RemoveForm::Phones)
    }

    pub(super) fn set_remove_form(&self, form: RemoveForm) {
        let index = RemoveForm::ALL.iter().position(|f| *f == form).and_then(|i| u8::try_from(i).ok());
        self.0.remove_form.store(index.unwrap_or(0), Ordering::Relaxed);
    }

    /// 0 to 999, another each time, the same for the same seed.
    pub(super) fn jitter(&self) -> u32 {
        // SplitMix64: one step and its mixing.
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.jitter.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % 1_000).unwrap_or(0)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({})", self.0.base_url)
    }
}

fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
