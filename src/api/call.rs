//! One request from the limiter's leave to its answer, and again where that is allowed. What may be repeated is
//! decided by [`super::retry`]; what the answer means, by the caller.

use std::sync::atomic::Ordering;

use jiff::SignedDuration;

use super::answer::{BodyError, collect};
use super::client::{Client, WaitNotice};
use super::clock::later;
use super::echo::Echo;
use super::error::{ApiError, StatusError};
use super::error_body::ErrorBody;
use super::limiter::Limiter;
use super::rate_headers::{RateHeaders, date};
use super::request::{ApiRequest, Idempotency};
use super::retry::{Decision, decide};
use super::shown::Shown;
use super::transport::{BodyStream, Call, RawResponse};
use jiff::Timestamp;

/// What one answer may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// For all of it.
    timeout: Option<SignedDuration>,
    /// Between two pieces.
    idle: Option<SignedDuration>,
}

impl Bounds {
    /// Reads and changes: 30 s.
    pub(super) const USUAL: Self = Self { timeout: Some(SignedDuration::from_secs(30)), idle: None };
    /// What makes something: 60 s.
    pub(super) const CREATE: Self = Self { timeout: Some(SignedDuration::from_secs(60)), idle: None };
    /// Large answers: as long as it goes on, and not for ever, however slowly it comes.
    pub(super) const LARGE: Self =
        Self { timeout: Some(SignedDuration::from_mins(15)), idle: Some(SignedDuration::from_secs(30)) };
    /// Events: messages leave up to two minutes apart.
    pub(super) const EVENTS: Self = Self { timeout: None, idle: Some(SignedDuration::from_secs(150)) };
}

/// A 2xx, taken in.
#[derive(Debug)]
pub(super) struct Done<T> {
    pub(super) status: u16,
    pub(super) value: T,
}

/// The body of an error is read up to this.
const ERROR_BODY: u64 = 1 << 20;
/// A `Date` in an answer that took longer says too little.
const SLOW_ANSWER: SignedDuration = SignedDuration::from_secs(10);

impl Client {
    /// Makes the request, as often as it may be made, until `consume` has taken in a 2xx.
    pub(super) async fn run<T, F>(
        &self,
        request: &ApiRequest,
        bounds: Bounds,
        consume: impl Fn(BodyStream) -> F + Send + Sync,
    ) -> Result<Done<T>, ApiError>
    where
        F: Future<Output = Result<T, BodyError>> + Send,
        T: Send,
    {
        let mut attempt = 1;
        loop {
            let error = match self.once(request, bounds, &consume).await {
                Ok(done) => return Ok(done),
                Err(error) => error.attempted(attempt),
            };
            let Some(outcome) = error.outcome() else { return Err(error) };
            let retry_after =
                error.as_status().and_then(|e| e.retry_at).map(|at| at.duration_since(self.0.clock.now()));
            match decide(request.idempotency, outcome, attempt, retry_after, self.jitter()) {
                Decision::GiveUp => return Err(error),
                Decision::Retry { after } => {
                    tracing::debug!(
                        request = request.label(),
                        attempt,
                        cause = error.cause(),
                        "trying again"
                    );
                    if after.is_positive() {
                        self.0.clock.sleep(after).await;
                    }
                }
            }
            attempt += 1;
        }
    }

    async fn once<T, F>(
        &self,
        request: &ApiRequest,
        bounds: Bounds,
        consume: &(impl Fn(BodyStream) -> F + Send + Sync),
    ) -> Result<Done<T>, ApiError>
    where
        F: Future<Output = Result<T, BodyError>> + Send,
        T: Send,
    {
        let begun = self.admitted().await;
        let call = Call {
            request: request.clone(),
            auth: self.0.auth.clone(),
            user_agent: self.0.user_agent.clone(),
            timeout: bounds.timeout,
            idle: bounds.idle,
            fresh_connection: matches!(request.idempotency, Idempotency::Create | Idempotency::Send),
        };
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        let left = self.0.clock.elapsed();
        let answer = self.0.transport.call(call).await;
        let now = self.0.clock.now();
        let took = now.duration_since(begun);
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                self.limiter().observe(begun, now, None, RateHeaders::default());
                tracing::debug!(request = request.label(), ms = took.as_millis(), cause = ?error.cause, "no answer");
                return Err(ApiError::Transport { request: request.label(), error, attempts: 1 });
            }
        };
        let status = response.status;
        let headers = RateHeaders::of(&response, now);
        self.limiter().observe(begun, now, Some(status), headers);
        self.note_date(&response, left);
        tracing::debug!(request = request.label(), status, ms = took.as_millis(), "answered");
        if (200..300).contains(&status) {
            let value = consume(response.body).await.map_err(|error| error.at(request))?;
            return Ok(Done { status, value });
        }
        Err(self.refusal(request, response, headers, now).await)
    }

    /// Waits for the limiter's leave; the moment it was given.
    async fn admitted(&self) -> Timestamp {
        self.waited(Limiter::acquire).await
    }

    /// Waits until the limiter gives its leave for so many requests in a row, and takes nothing.
    pub(super) async fn turn(&self, requests: u32) {
        self.waited(|limiter, now| limiter.promise(now, requests)).await;
    }

    async fn waited(&self, ask: impl Fn(&mut Limiter, Timestamp) -> Result<(), Timestamp>) -> Timestamp {
        loop {
            let now = self.0.clock.now();
            let until = match ask(&mut self.limiter(), now) {
                Ok(()) => return now,
                Err(until) => until,
            };
            let wait = until.duration_since(now);
            if wait >= SignedDuration::from_secs(1)
                && let Some(on_wait) = &self.0.on_wait
            {
                on_wait(WaitNotice { wait, until });
            }
            self.0.clock.sleep(wait).await;
        }
    }

    async fn refusal(
        &self,
        request: &ApiRequest,
        response: RawResponse,
        headers: RateHeaders,
        now: Timestamp,
    ) -> ApiError {
        let status = response.status;
        let secret = self.0.auth.secret().expose();
        let echo = Echo::of(request);
        let required_scopes = response
            .header("x-required-scopes")
            .map(|scopes| Shown::without(&echo, scopes, secret).to_string())
            .filter(|scopes| !scopes.is_empty());
        let wait = headers.retry_after.or(if status == 429 { headers.reset } else { None });
        let body = match collect(response.body, ERROR_BODY).await {
            Ok(bytes) => ErrorBody::read(&bytes, secret, &echo),
            // The head of the answer is there but not the words: no body of the API's.
            Err(_) => ErrorBody::default(),
        };
        ApiError::Status(Box::new(StatusError {
            request: request.label(),
            status,
            body,
            required_scopes,
            retry_at: wait.map(|wait| later(now, wait)),
            attempts: 1,
        }))
    }

    fn note_date(&self, response: &RawResponse, left: SignedDuration) {
        let took = self.0.clock.elapsed() - left;
        let Some(date) = date(response).filter(|_| took <= SLOW_ANSWER) else { return };
        // The header has whole seconds, cut off; the server wrote it about half way.
        let theirs = date.as_millisecond().saturating_add(500);
        self.note_server_time(theirs, left + took / 2);
    }
}
