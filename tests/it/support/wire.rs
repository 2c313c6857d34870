//! The network between the client and the sandbox, with a hand on it: counts the requests that change something
//! and cuts the power at one of them. Everything goes over real HTTP.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use campaignctl::api::{BaseUrl, Call, HttpTransport, Method, RawResponse, Transport, TransportError};
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use tokio::sync::Notify;

/// What happens to the process at the request that is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// It dies before the request leaves.
    Before,
    /// It dies once the server has acted, before the answer is heard.
    After,
}

/// What to do at which request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Strike {
    /// The how-manieth of the requests that change something, from 1; 0 for none.
    pub nth: u64,
    /// Whether the process dies there.
    pub kill: Option<Kill>,
    /// The client's patience with that one request, where the server will not answer.
    pub patience: Option<SignedDuration>,
}

/// A transport that real clients use; clones are the same wire.
#[derive(Clone)]
pub struct Wire(Arc<Inner>);

struct Inner {
    http: HttpTransport,
    strike: Strike,
    mutations: AtomicU64,
    labels: Mutex<Vec<String>>,
    killed: Notify,
}

impl Wire {
    pub fn new(base: &str, strike: Strike) -> Self {
        Self(Arc::new(Inner {
            http: HttpTransport::new(BaseUrl::parse(base).unwrap()).unwrap(),
            strike,
            mutations: AtomicU64::new(0),
            labels: Mutex::default(),
            killed: Notify::new(),
        }))
    }

    /// The requests so far that change something, with ids taken out.
    pub fn mutations(&self) -> Vec<String> {
        self.0.labels.lock().unwrap().clone()
    }

    /// The request that was struck.
    pub fn struck(&self) -> Option<String> {
        let nth = usize::try_from(self.0.strike.nth).unwrap();
        self.mutations().get(nth.checked_sub(1)?).cloned()
    }

    /// Waits until the process is to die.
    pub async fn killed(&self) {
        self.0.killed.notified().await;
    }

    async fn pass(&self, mut call: Call) -> Result<RawResponse, TransportError> {
        let inner = &self.0;
        if call.request.method == Method::Get {
            return inner.http.call(call).await;
        }
        inner.labels.lock().unwrap().push(label(&call));
        let number = inner.mutations.fetch_add(1, Ordering::SeqCst) + 1;
        if number != inner.strike.nth {
            return inner.http.call(call).await;
        }
        if inner.strike.patience.is_some() {
            call.timeout = inner.strike.patience;
        }
        match inner.strike.kill {
            None => return inner.http.call(call).await,
            Some(Kill::Before) => {}
            Some(Kill::After) => drop(inner.http.call(call).await),
        }
        inner.killed.notify_one();
        std::future::pending().await
    }
}

impl Transport for Wire {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        Box::pin(self.pass(call))
    }
}

/// `POST /custom-groups/*/members/add`: the same for every object.
fn label(call: &Call) -> String {
    let path: Vec<&str> = call
        .request
        .path
        .split('/')
        .map(|part| if part.len() == 36 && part.contains('-') { "*" } else { part })
        .collect();
    format!("{} {}", call.request.method.as_str(), path.join("/"))
}
