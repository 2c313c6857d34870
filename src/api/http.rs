//! The real network: the only use of reqwest. TLS with certificates verified, no redirects, no retries, no proxy
//! to loopback; plain http is refused elsewhere by [`BaseUrl`].

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use reqwest::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};

use super::base_url::BaseUrl;
use super::clock::Positive as _;
use super::request::Method;
use super::transport::{BodyStream, Call, Cause, RawResponse, Transport, TransportError};
use crate::ledger::{NetworkError, check_network, proxy_variable};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: SignedDuration = SignedDuration::from_secs(10);

/// HTTP over real sockets.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    base: BaseUrl,
    /// Keeps connections, for whatever may be repeated.
    pooled: reqwest::Client,
    /// A connection for each request: hyper repeats a request by itself only on a connection that it kept.
    fresh: reqwest::Client,
}

/// The network could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// What the environment says cannot be used.
    #[error(transparent)]
    Environment(#[from] NetworkError),
    /// Anything else, such as a machine without any root certificates.
    #[error("the network could not be set up: {0}")]
    Other(String),
}

impl HttpTransport {
    /// Sets up connections to `base`.
    ///
    /// # Errors
    /// When TLS cannot be set up, as on a machine without any root certificates.
    pub fn new(base: BaseUrl) -> Result<Self, HttpSetupError> {
        let pooled = builder(&base)?.build().map_err(|e| setup_error(&e))?;
        let fresh =
            builder(&base)?.pool_max_idle_per_host(0).http1_only().build().map_err(|e| setup_error(&e))?;
        Ok(Self { base, pooled, fresh })
    }

    fn request(&self, call: &Call) -> Result<reqwest::RequestBuilder, TransportError> {
        let client = if call.fresh_connection { &self.fresh } else { &self.pooled };
        let method = match call.request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let url = self.base.join(&call.request.path_and_query());
        let (name, value) = call.auth.header();
        let mut credential = HeaderValue::from_str(&value).map_err(|_| {
            TransportError::not_sent(Cause::Invalid, "the API key has characters that no key has")
        })?;
        credential.set_sensitive(true);
        let mut request = client
            .request(method, url)
            .header(HeaderName::from_static(name), credential)
            .header(USER_AGENT, call.user_agent.as_ref())
            .header(ACCEPT, call.request.accept.as_str());
        if call.fresh_connection {
            request = request.header(CONNECTION, "close");
        }
        if let Some(timeout) = call.timeout {
            request = request.timeout(timeout.or_zero());
        }
        if let Some(body) = &call.request.body {
            let bytes = serde_json::to_vec(body)
                .map_err(|_| TransportError::not_sent(Cause::Invalid, "the body could not be written"))?;
            request = request.header(CONTENT_TYPE, "application/json").body(bytes);
        }
        Ok(request)
    }

    async fn send(&self, call: Call) -> Result<RawResponse, TransportError> {
        let request = self.request(&call)?;
        let idle = call.idle;
        let response = within(idle, request.send()).await?.map_err(|e| {
            let error = classify(&e, false);
            if self.base.is_loopback() { error } else { beyond_proxy(error) }
        })?;
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Ok(RawResponse { status: response.status().as_u16(), headers, body: body(response, idle) })
    }
}

impl Transport for HttpTransport {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        Box::pin(self.send(call))
    }
}

fn builder(base: &BaseUrl) -> Result<reqwest::ClientBuilder, HttpSetupError> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT.or_zero())
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .tcp_nodelay(true);
    if base.is_loopback() {
        builder = builder.no_proxy();
    }
    if base.is_tls() {
        check_network()?;
        // The platform's roots, or those of SSL_CERT_FILE and SSL_CERT_DIR. An error here means that a provider
        // is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(builder.https_only(true))
    } else {
        // No certificate will be looked at: a machine without any can still talk to the sandbox.
        let config =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|e| HttpSetupError::Other(e.to_string()))?
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
        Ok(builder.tls_backend_preconfigured(config))
    }
}

fn setup_error(error: &reqwest::Error) -> HttpSetupError {
    HttpSetupError::Other(innermost(error))
}

/// The body piece by piece, each within `idle`.
fn body(response: reqwest::Response, idle: Option<SignedDuration>) -> BodyStream {
    stream::unfold(Some(response), move |response| async move {
        let mut response = response?;
        match within(idle, response.chunk()).await {
            Ok(Ok(Some(chunk))) => Some((Ok(chunk.to_vec()), Some(response))),
            Ok(Ok(None)) => None,
            Ok(Err(error)) => Some((Err(classify(&error, true)), None)),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

async fn within<T>(
    limit: Option<SignedDuration>,
    future: impl Future<Output = T> + Send,
) -> Result<T, TransportError> {
    match limit {
        None => Ok(future.await),
        Some(limit) => tokio::time::timeout(limit.or_zero(), future).await.map_err(|_| {
            TransportError::unknown(Cause::Timeout, format!("nothing for {} s", limit.as_secs()))
        }),
    }
}

/// What cannot be reached may be the proxy.
fn beyond_proxy(error: TransportError) -> TransportError {
    match (error.cause, proxy_variable()) {
        (Cause::Dns | Cause::Refused | Cause::Connect | Cause::ConnectTimeout, Some(variable)) => {
            TransportError {
                detail: format!("{}; {variable} names a proxy: it may be what is not reached", error.detail),
                ..error
            }
        }
        _ => error,
    }
}

/// Sorts an error of reqwest. *Not sent* only where the error is one of connecting: then hyper had no connection
/// yet to write a request to.
fn classify(error: &reqwest::Error, answer_begun: bool) -> TransportError {
    let detail = innermost(error);
    if !answer_begun && error.is_connect() {
        let cause = if error.is_dns() {
            Cause::Dns
        } else if is_tls(error) {
            Cause::Tls
        } else if io_kind(error) == Some(io::ErrorKind::ConnectionRefused) {
            Cause::Refused
        } else if error.is_timeout() {
            Cause::ConnectTimeout
        } else {
            Cause::Connect
        };
        return TransportError::not_sent(cause, detail);
    }
    if !answer_begun && error.is_builder() {
        return TransportError::not_sent(Cause::Invalid, detail);
    }
    let cause = if error.is_timeout() {
        Cause::Timeout
    } else if answer_begun {
        Cause::Truncated
    } else {
        match io_kind(error) {
            Some(
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof,
            ) => Cause::Closed,
            _ if detail.contains("message completed") || detail.contains("connection closed") => {
                Cause::Closed
            }
            _ => Cause::Other,
        }
    };
    TransportError::unknown(cause, detail)
}

/// The errors under `error`, outermost first, also those that `io::Error` wraps.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        let error: &'a (dyn StdError + 'static) = *error;
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match wrapped {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
    // A chain longer than this is a loop.
    .take(32)
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    chain(error).filter_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

fn is_tls(error: &reqwest::Error) -> bool {
    chain(error).any(<dyn StdError>::is::<rustls::Error>)
}

/// The words of the innermost error: the outer ones repeat them and name the URL.
fn innermost(error: &reqwest::Error) -> String {
    let text = chain(error).skip(1).last().map_or_else(|| "no detail".to_owned(), ToString::to_string);
    crate::model::one_line(&text, 200)
}
