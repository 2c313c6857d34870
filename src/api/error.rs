//! What can go wrong with a request, typed, each with what to do next.

use jiff::Timestamp;

use super::base_url::BaseUrlError;
use super::error_body::ErrorBody;
use super::http::HttpSetupError;
use super::retry::Outcome;
use super::transport::{Left, TransportError};

/// A request that failed. Its text may hold the API's own words (printable, phones masked): for people, never for
/// the ledger, which takes [`ApiError::cause`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum ApiError {
    /// No complete answer.
    #[error("{request}: {error}")]
    Transport {
        /// Method and path.
        request: String,
        /// What went wrong, and whether the request left.
        #[source]
        error: TransportError,
        /// Attempts made.
        attempts: u32,
    },
    /// An answer that is no 2xx.
    #[error("{0}")]
    Status(Box<StatusError>),
    /// A list that is not whole, or cannot be trusted to be.
    #[error("{request}: {reason}")]
    BadList {
        /// Method and path.
        request: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A 2xx whose body is not what the contract says.
    #[error("{request}: the answer could not be understood: {reason}")]
    BadBody {
        /// Method and path.
        request: String,
        /// What is wrong with it; places only, no values.
        reason: String,
    },
    /// An answer beyond the bounds.
    #[error("{request}: the answer is larger than {limit}")]
    TooLarge {
        /// Method and path.
        request: String,
        /// The bound, in words.
        limit: String,
    },
}

/// An answer that is no 2xx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusError {
    /// Method and path.
    pub request: String,
    /// The status.
    pub status: u16,
    /// What the body says.
    pub body: ErrorBody,
    /// `X-Required-Scopes`: the scopes that the key lacks.
    pub required_scopes: Option<String>,
    /// When the server would have it tried again, where it said.
    pub retry_at: Option<Timestamp>,
    /// Attempts made; above 1, an earlier one may have been acted upon.
    pub attempts: u32,
}

impl std::fmt::Display for StatusError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { request, status, body, required_scopes, retry_at: _, attempts: _ } = self;
        write!(f, "{request}: {}", status_words(*status))?;
        if !body.text.is_empty() {
            write!(f, ": {}", body.text)?;
        }
        if let Some(scopes) = required_scopes {
            write!(f, " (needs {scopes})")?;
        }
        Ok(())
    }
}

impl std::error::Error for StatusError {}

fn status_words(status: u16) -> String {
    let words = match status {
        401 => "the key was not accepted",
        403 => "not allowed",
        404 => "not found",
        409 => "in conflict with what is there",
        422 => "not valid",
        429 => "too many requests",
        300..=399 => "the server points elsewhere, which is not followed",
        500..=599 => "the server failed",
        _ => "not accepted",
    };
    format!("{words} (HTTP {status})")
}

impl ApiError {
    /// The task that read the answer was ended.
    pub(super) fn from_interrupted(request: &super::request::ApiRequest) -> Self {
        Self::BadBody { request: request.label(), reason: "reading it was interrupted".to_owned() }
    }

    /// The status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.as_status().map(|error| error.status)
    }

    /// The answer that is no 2xx.
    pub fn as_status(&self) -> Option<&StatusError> {
        match self {
            Self::Status(error) => Some(error),
            _ => None,
        }
    }

    /// 404 that may be the API's own. A proxy's page says nothing about the object: what is taken for gone is made
    /// anew, or is never cleaned up.
    pub fn is_not_found(&self) -> bool {
        self.as_status().is_some_and(|error| error.status == 404 && !error.body.is_page)
    }

    /// What a read found; `None` where the API says that it is not there ([`Self::is_not_found`]).
    ///
    /// # Errors
    /// Any other failure: it says nothing about the object.
    pub fn unless_gone<T>(read: Result<T, Self>) -> Result<Option<T>, Self> {
        match read {
            Ok(there) => Ok(Some(there)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the server answers, but not with this endpoint as it is documented: a list may still have what was
    /// asked for.
    pub fn is_not_served(&self) -> bool {
        matches!(self.status(), Some(404 | 405 | 501)) || matches!(self, Self::BadBody { .. })
    }

    /// Whether surely no byte of the request left.
    pub fn is_not_sent(&self) -> bool {
        matches!(self, Self::Transport { error, .. } if error.left == Left::No)
    }

    /// Whether an attempt before the last may have been acted upon: an answer such as *already paused* may then
    /// mean that all is well.
    pub fn was_repeated(&self) -> bool {
        match self {
            Self::Transport { attempts, .. } => *attempts > 1,
            Self::Status(error) => error.attempts > 1,
            _ => false,
        }
    }

    /// Whether a validation error names `field`, as a place or in its words.
    pub fn names_field(&self, field: &str) -> bool {
        let Some(StatusError { status: 400 | 422, body, .. }) = self.as_status() else { return false };
        body.fields.iter().any(|place| place.split('.').any(|step| step == field))
            || body
                .text
                .as_str()
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .any(|word| word == field)
    }

    /// How it ended, for the predicate of retries; `None` for what a repetition cannot help.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Transport { error, .. } => Some(error.into()),
            Self::Status(error) => {
                Some(Outcome::Status { status: error.status, api_body: error.body.is_api })
            }
            Self::BadList { .. } | Self::BadBody { .. } | Self::TooLarge { .. } => None,
        }
    }

    pub(super) fn attempted(mut self, made: u32) -> Self {
        match &mut self {
            Self::Transport { attempts, .. } => *attempts = made,
            Self::Status(error) => error.attempts = made,
            _ => {}
        }
        self
    }

    /// What went wrong in our own words only: no text of the API, so that it may be stored.
    pub fn cause(&self) -> String {
        match self {
            Self::Transport { error, .. } => error.to_string(),
            Self::Status(error) if error.body.is_api => status_words(error.status),
            Self::Status(error) => {
                format!("{}, and the answer is not the API's own", status_words(error.status))
            }
            Self::BadList { reason, .. } => reason.clone(),
            Self::BadBody { .. } => "the answer could not be understood".to_owned(),
            Self::TooLarge { limit, .. } => format!("the answer is larger than {limit}"),
        }
    }

    /// What to do next, in plain words.
    pub fn hint(&self) -> String {
        match self {
            Self::Transport { error, .. } => transport_hint(error).to_owned(),
            Self::Status(error) => status_hint(error),
            Self::BadList { .. } => {
                "nothing was changed by this. Run it again; when it stays so, the server's lists cannot be \
                 trusted: tell MoltFlow's support"
                    .to_owned()
            }
            Self::BadBody { .. } => {
                "check that --api-url or MOLTFLOW_API_URL is the address of the MoltFlow API, and that no proxy \
                 answers in its place"
                    .to_owned()
            }
            Self::TooLarge { .. } => "this is more than campaignctl reads; ask MoltFlow's support".to_owned(),
        }
    }
}

fn transport_hint(error: &TransportError) -> &'static str {
    use super::transport::Cause;
    match error.cause {
        Cause::Dns => "check --api-url or MOLTFLOW_API_URL, and the connection to the internet",
        Cause::Refused => "check --api-url or MOLTFLOW_API_URL; is the server running?",
        Cause::Tls => {
            "the server's certificate could not be verified. Behind a company proxy, name its certificate in \
             SSL_CERT_FILE"
        }
        Cause::ConnectTimeout | Cause::Connect => {
            "check the connection to the internet, and HTTPS_PROXY where you need a proxy"
        }
        Cause::Invalid => "check MOLTFLOW_API_KEY: it has characters that no key has",
        Cause::Timeout | Cause::Closed | Cause::Truncated => "wait a little and run it again",
        Cause::TooLarge => "this is more than campaignctl reads; ask MoltFlow's support",
        Cause::Other => {
            "check --api-url or MOLTFLOW_API_URL: what answers there does not speak HTTP as expected"
        }
    }
}

fn status_hint(error: &StatusError) -> String {
    match (error.status, &error.required_scopes) {
        (401, _) => {
            "check MOLTFLOW_API_KEY (or MOLTFLOW_TOKEN): a key is made in the MoltFlow dashboard under \
                     Settings, API keys"
                .to_owned()
        }
        (403, Some(scopes)) => {
            format!("make a key that has the scopes {scopes} in the MoltFlow dashboard, and use that one")
        }
        (403, None) => "your MoltFlow plan or your key does not allow this; see the plan's limits in the \
                        MoltFlow dashboard"
            .to_owned(),
        // A list is never gone: this is another server, or another path on it.
        (404, _) if error.request.starts_with("GET /") && error.request.matches('/').count() == 1 => {
            "check --api-url or MOLTFLOW_API_URL: it should be the API's own address, with or without /api/v2"
                .to_owned()
        }
        (404, _) => "it may have been deleted since; run `campaignctl plan` to see how things are".to_owned(),
        (400 | 409 | 422, _) => {
            "see what the server says, change the YAML accordingly and plan again".to_owned()
        }
        (429, _) => match error.retry_at {
            Some(at) => {
                format!("the account's rate is used up; try again after {}", at.strftime("%H:%M:%S UTC"))
            }
            None => "the account's rate is used up, perhaps by another program; wait a minute and try again"
                .to_owned(),
        },
        (300..=399, _) => {
            "check --api-url or MOLTFLOW_API_URL: it should be the API's own address. campaignctl follows no \
             redirect, so that neither your key nor a message goes to a place that nobody named; \
             `curl -I` with that address shows where it points"
                .to_owned()
        }
        (500..=599, _) => "the trouble is on the server's side; wait a little and run it again".to_owned(),
        _ => "run it again; when it stays so, ask MoltFlow's support".to_owned(),
    }
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is none.
    #[error("the API's address cannot be used: {0}")]
    BaseUrl(#[from] BaseUrlError),
    /// No network.
    #[error(transparent)]
    Http(#[from] HttpSetupError),
}

impl SetupError {
    /// What to do next, in plain words.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::BaseUrl(_) => "see --api-url, MOLTFLOW_API_URL",
            Self::Http(HttpSetupError::Environment(error)) => error.hint(),
            Self::Http(HttpSetupError::Other(_)) => {
                "install the system's root certificates (package ca-certificates), or set SSL_CERT_FILE"
            }
        }
    }
}
