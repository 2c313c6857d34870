//! The border to the network: a trait that a simulation can replace, and the error that says whether a request
//! left. Owns no HTTP: [`super::HttpTransport`] does.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;

use super::request::ApiRequest;
use crate::model::Secret;

/// How requests are authorised (`api.md`, *Auth*).
#[derive(Debug, Clone)]
pub enum Auth {
    /// `X-API-Key`.
    Key(Secret),
    /// `Authorization: Bearer`.
    Bearer(Secret),
}

impl Auth {
    /// Name and value of the header. The value is a credential: to be marked sensitive, and never logged.
    pub fn header(&self) -> (&'static str, String) {
        match self {
            Self::Key(key) => ("x-api-key", key.expose().to_owned()),
            Self::Bearer(token) => ("authorization", format!("Bearer {}", token.expose())),
        }
    }

    /// The credential itself.
    pub fn secret(&self) -> &Secret {
        match self {
            Self::Key(secret) | Self::Bearer(secret) => secret,
        }
    }
}

/// One call of the network: a request with all that is needed to make it.
#[derive(Debug, Clone)]
pub struct Call {
    /// What is asked.
    pub request: ApiRequest,
    /// As whom.
    pub auth: Arc<Auth>,
    /// `User-Agent`.
    pub user_agent: Arc<str>,
    /// At most so long for the whole answer.
    pub timeout: Option<SignedDuration>,
    /// At most so long between two pieces of the answer.
    pub idle: Option<SignedDuration>,
    /// A connection of its own, not from a pool and not kept (`send-safety.md`, *One send*, step 3).
    pub fresh_connection: bool,
}

/// The pieces of a body, as they come.
pub type BodyStream = BoxStream<'static, Result<Vec<u8>, TransportError>>;

/// An answer whose body has not been read.
pub struct RawResponse {
    /// The status.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: BodyStream,
}

impl RawResponse {
    /// An answer that is all there, as simulations give it. Header names in lower case.
    pub fn full(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { status, headers, body: stream::iter([Ok(body)]).boxed() }
    }

    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawResponse({})", self.status)
    }
}

/// Makes calls. One call is one request on the wire: no retry, no redirect, no cache.
pub trait Transport: Send + Sync {
    /// Makes the call; returns when the head of the answer is there.
    fn call(&self, call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>>;
}

/// Whether a failed request can have reached the server (`send-safety.md`, *One send*, step 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Surely not: no byte of the request left.
    No,
    /// It may have been acted upon.
    Perhaps,
}

/// What went wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The host's name was not found.
    Dns,
    /// Nobody listens there.
    Refused,
    /// No secure connection could be made.
    Tls,
    /// No connection in time.
    ConnectTimeout,
    /// No connection, for another reason.
    Connect,
    /// The request could not be built.
    Invalid,
    /// No answer in time.
    Timeout,
    /// The connection was closed or reset.
    Closed,
    /// The answer ended too early.
    Truncated,
    /// The answer is larger than any answer of the API: another would be as large.
    TooLarge,
    /// What came is no HTTP, or anything else.
    Other,
}

/// A call that brought no complete answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct TransportError {
    /// Whether the request can have reached the server.
    pub left: Left,
    /// What went wrong.
    pub cause: Cause,
    /// The innermost error's own words; no URL, no header, no body.
    pub detail: String,
}

impl TransportError {
    /// An error for sure before the request left.
    pub fn not_sent(cause: Cause, detail: impl Into<String>) -> Self {
        Self { left: Left::No, cause, detail: detail.into() }
    }

    /// An error after which the request may have been acted upon.
    pub fn unknown(cause: Cause, detail: impl Into<String>) -> Self {
        Self { left: Left::Perhaps, cause, detail: detail.into() }
    }

    fn text(&self) -> String {
        let what = match self.cause {
            Cause::Dns => "the host's name was not found",
            Cause::Refused => "the connection was refused",
            Cause::Tls => "no secure connection could be made",
            Cause::ConnectTimeout => "no connection in time",
            Cause::Connect => "no connection could be made",
            Cause::Invalid => "the request could not be made",
            Cause::Timeout => "no complete answer in time",
            Cause::Closed => "the connection was closed before an answer came",
            Cause::Truncated => "the answer ended too early",
            Cause::TooLarge => "the answer is larger than any answer of the API",
            Cause::Other => "the answer could not be read",
        };
        if self.detail.is_empty() { what.to_owned() } else { format!("{what} ({})", self.detail) }
    }
}
