//! The model server with what surrounds it while it runs: its data on disk, the faults in force, the log. Owns
//! the order "act, save, then answer"; must not touch a socket.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::clock::SandboxClock;
use super::control;
use super::dialect::ErrorForm;
use super::error::SandboxError;
use super::fault::{FaultBook, FaultMode, Verdict};
use super::jobs::Progress;
use super::message::{Request, Response};
use super::openapi;
use super::refusal::Refusal;
use super::request_log::RequestLog;
use super::route::Route;
use super::server::{Server, http_date};
use super::store::Store;

/// How far the clock may run ahead of the one on disk before a read saves it.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);

/// One sandbox, shared by all its connections.
#[derive(Debug)]
pub struct Hosted {
    clock: SandboxClock,
    /// Whether the test helpers need a key: only on an address that others can reach.
    guarded: bool,
    inner: Mutex<Inner>,
}

/// What one request at a time may touch.
#[derive(Debug)]
pub struct Inner {
    /// The account.
    pub server: Server,
    /// What fails.
    pub faults: FaultBook,
    /// What came in.
    pub log: RequestLog,
    store: Option<Store>,
    saved_at: Timestamp,
    closed: bool,
}

/// What is to go out on the connection.
#[derive(Debug)]
pub struct Served {
    /// The answer, were it not for the fault.
    pub response: Response,
    /// What happens to it instead.
    pub verdict: Verdict,
    /// The job whose progress is to be streamed.
    pub stream: Option<Uuid>,
}

impl Hosted {
    /// A sandbox that is about to listen.
    pub fn new(
        server: Server,
        faults: FaultBook,
        store: Option<Store>,
        clock: SandboxClock,
        guarded: bool,
    ) -> Result<Self, SandboxError> {
        let saved_at = server.now;
        let inner = Inner { server, faults, log: RequestLog::default(), store, saved_at, closed: false };
        let hosted = Self { clock, guarded, inner: Mutex::new(inner) };
        hosted.lock().save_if_needed(&hosted.clock)?;
        Ok(hosted)
    }

    /// The clock everything here runs on.
    pub fn clock(&self) -> &SandboxClock {
        &self.clock
    }

    /// Answers one request; what it changed is on disk when this returns.
    pub fn serve(&self, request: &Request) -> Served {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let now = self.clock.now();
        if inner.closed {
            let response = Refusal::new(503, "the sandbox is closing").response(ErrorForm::Detail);
            return Served {
                response,
                verdict: Verdict { mode: Some(FaultMode::DropBefore), ..Verdict::default() },
                stream: None,
            };
        }
        if request.path.starts_with(control::PREFIX) {
            return Served {
                response: self.control(inner, request, now),
                verdict: Verdict::default(),
                stream: None,
            };
        }
        let path = request.api_path();
        if path == openapi::PATH && !request.is_mutating() {
            let response = Response::json(200, &openapi::openapi());
            return Served { response, verdict: Verdict::default(), stream: None };
        }
        let verdict = inner.faults.judge(request.is_mutating(), path);
        let acts = verdict.mode.is_none_or(FaultMode::acts);
        let mut response = if acts {
            inner.server.handle(request, now)
        } else {
            inner.server.tick(now);
            Response::empty(500).header("date", http_date(inner.server.now))
        };
        let served = acts.then_some(response.status);
        if let Err(error) = inner.save_if_needed(&self.clock) {
            response = Refusal::new(500, error.to_string()).response(ErrorForm::Detail);
        }
        inner.log.note(&request.method, path, now, served, verdict.mode);
        let stream = match Route::parse(&request.method, path) {
            Ok(Route::Progress(id)) if response.status == 200 => Some(id),
            _ => None,
        };
        Served { response: inner.distort(response, verdict.mode), verdict, stream }
    }

    /// How a job is doing now, for the stream of its progress.
    pub fn progress(&self, id: Uuid) -> Option<Progress> {
        let mut inner = self.lock();
        inner.server.tick(self.clock.now());
        // A failure to save shows at the next request that changes anything.
        let _ = inner.save_if_needed(&self.clock);
        inner.server.progress(id)
    }

    /// Saves what is left to save and lets go of the data directory.
    pub fn close(&self) -> Result<(), SandboxError> {
        let mut inner = self.lock();
        inner.closed = true;
        inner.server.tick(self.clock.now());
        inner.server.state_mut().dirty = true;
        let result = inner.save_if_needed(&self.clock);
        inner.store = None;
        result
    }

    fn control(&self, inner: &mut Inner, request: &Request, now: Timestamp) -> Response {
        inner.server.tick(now);
        let allowed = if self.guarded { inner.server.authorize(request) } else { Ok(()) };
        let reply = allowed.and_then(|()| control::handle(inner, &self.clock, request));
        let mut response = reply.unwrap_or_else(|refusal| refusal.response(ErrorForm::Detail));
        inner.server.tick(self.clock.now());
        if let Err(error) = inner.save_if_needed(&self.clock) {
            response = Refusal::new(500, error.to_string()).response(ErrorForm::Detail);
        }
        response.header("date", http_date(inner.server.now))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn save_if_needed(&mut self, clock: &SandboxClock) -> Result<(), SandboxError> {
        let now = self.server.now;
        let behind = now.duration_since(self.saved_at) > CLOCK_SLACK;
        let Some(store) = &mut self.store else { return Ok(()) };
        if self.server.state().dirty || behind {
            store.save(self.server.state_mut(), now, clock.offset_ms())?;
            self.saved_at = now;
        }
        Ok(())
    }

    /// What a fault that does answer answers instead.
    fn distort(&self, response: Response, mode: Option<FaultMode>) -> Response {
        let date = http_date(self.server.now);
        let instead = match mode {
            Some(FaultMode::Error500Before | FaultMode::Error500After) => {
                Response::new(500, "text/plain; charset=utf-8", b"Internal Server Error".to_vec())
            }
            Some(FaultMode::Html502After) => {
                let html = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
                Response::new(502, "text/html", html.to_vec())
            }
            Some(FaultMode::TooMany429) => {
                let refusal =
                    Refusal::new(429, "too many requests in this minute; wait for the rate to reset");
                self.server.with_retry_after(refusal.response(self.server.config().dialect.error))
            }
            Some(FaultMode::Unavailable503) => {
                Refusal::new(503, "service unavailable").response(self.server.config().dialect.error)
            }
            Some(FaultMode::Empty2xx) if (200..300).contains(&response.status) => {
                return Response { body: Vec::new(), ..response };
            }
            _ => return response,
        };
        instead.header("date", date)
    }
}
