//! The MoltFlow API, as `api.md` understands it: requests as values, one client that makes them, and the account
//! as read. Owns HTTP, the rate and retries; decides nothing about campaigns.
//!
//! Reading order: [`request`](ApiRequest) and `endpoints` say what can be asked; `wire` what may come back;
//! [`retry`] and [`limiter`] are pure; [`transport`](Transport) is the border to the network, [`HttpTransport`]
//! the only use of it; [`Client`] ties them together and has its powers through [`Read`] and [`Write`].

mod answer;
mod base_url;
mod bodies;
mod call;
mod client;
mod client_read;
mod client_write;
mod clock;
mod echo;
mod endpoints;
mod error;
mod error_body;
mod export;
mod http;
pub mod limiter;
mod lists;
mod outcome;
mod page_title;
mod plain_words;
mod rate_headers;
mod read;
mod request;
pub mod retry;
mod shown;
mod sse;
mod transport;
mod wire;
mod write;

#[cfg(test)]
mod bounded_tests;
#[cfg(test)]
mod client_tests;
#[cfg(test)]
mod endpoints_tests;
#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod limiter_tests;
#[cfg(test)]
mod robust_tests;

pub use base_url::{BaseUrl, BaseUrlError};
pub use bodies::{NewMember, RemoveForm, ScheduleBody, SendBody};
pub use client::{Client, ClientOptions, OnWait, WaitNotice};
pub use clock::{Clock, RealClock, VirtualClock};
pub use echo::Echo;
pub use endpoints::ENDPOINTS;
pub use error::{ApiError, SetupError, StatusError};
pub use error_body::ErrorBody;
pub use export::{ExportError, ExportSink, read_export};
pub use http::{HttpSetupError, HttpTransport};
pub use outcome::{CreateOutcome, SendOutcome};
pub use rate_headers::RateHeaders;
pub use read::{ExportFormat, Optional, Read};
pub use request::{Accept, ApiRequest, Idempotency, Method, PageRequest};
pub use shown::Shown;
pub use sse::ProgressStream;
pub use transport::{Auth, BodyStream, Call, Cause, Left, RawResponse, Transport, TransportError};
pub use wire::{Analytics, Contact, Execution, ExecutionPage, JobDetail, Progress, Recipient, WaGroup};
pub use write::Write;
