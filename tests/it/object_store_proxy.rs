//! Stands between campaignctl and an object store, and does to requests what networks and bad stores do.
//!
//! It also passes on one write at a time. `moto_server` 5.2 looks for an object and then writes it, on several
//! threads: of 8 writers at once it now and then lets two win, and campaignctl's self-test then refuses it, as it
//! should. Behind this, its conditional writes are what those of S3 are.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Takes the conditions off every write, as a store does that ignores them.
    Unconditional,
    /// Loses the answer to every second write of an event.
    LosesAnswers,
    /// Keeps a write that has this in it, and answers it never.
    Hangs(&'static str),
}

#[derive(Clone)]
struct Proxy {
    to: String,
    fault: Fault,
    http: reqwest::Client,
    writes: Arc<AtomicU64>,
    hangs: Arc<Mutex<u64>>,
    one_at_a_time: Arc<tokio::sync::Mutex<()>>,
}

/// A proxy that runs as long as its runtime does.
pub struct Running {
    pub url: String,
    hangs: Arc<Mutex<u64>>,
}

impl Running {
    pub async fn start(to: &str, fault: Fault) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let hangs = Arc::new(Mutex::new(0));
        let proxy = Proxy {
            to: to.to_owned(),
            fault,
            http: reqwest::Client::builder().no_proxy().retry(reqwest::retry::never()).build().unwrap(),
            writes: Arc::new(AtomicU64::new(0)),
            hangs: Arc::clone(&hangs),
            one_at_a_time: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(forward).with_state(proxy);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, hangs }
    }

    /// How many requests hang.
    pub fn hanging(&self) -> u64 {
        *self.hangs.lock().unwrap()
    }
}

async fn forward(
    State(proxy): State<Proxy>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_event = method == Method::PUT && uri.path().contains("/events/");
    match proxy.fault {
        Fault::Hangs(what) if is_event && String::from_utf8_lossy(&body).contains(what) => {
            *proxy.hangs.lock().unwrap() += 1;
            std::future::pending::<()>().await;
        }
        Fault::Unconditional => {
            headers.remove("if-none-match");
            headers.remove("if-match");
        }
        _ => {}
    }
    let _turn = match method {
        Method::PUT => Some(proxy.one_at_a_time.lock().await),
        _ => None,
    };
    let answer =
        proxy.http.request(method, format!("{}{uri}", proxy.to)).headers(headers).body(body).send().await;
    let Ok(answer) = answer else { return StatusCode::BAD_GATEWAY.into_response() };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let bytes = answer.bytes().await.unwrap_or_default();
    if is_event && proxy.fault == Fault::LosesAnswers && proxy.writes.fetch_add(1, Ordering::Relaxed) % 2 == 0
    {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().remove("transfer-encoding");
    response
}
