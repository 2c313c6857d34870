//! The model server: one account as a pure state machine. `handle` takes a request and a time and gives an
//! answer; no socket, no clock, no randomness of the system. Owns the order of the checks: key, rate, path,
//! scope, then the endpoint's own.

use std::fmt;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::dialect::{Dialect, ResetForm, RetryAfterForm};
use super::message::{Request, Response};
use super::plan_name::{Limits, PlanName};
use super::refusal::Refusal;
use super::route::{Act, Route};
use super::state::State;

/// The scopes the vendor names (`api.md`); `manage` includes `read`.
pub const ALL_SCOPES: [&str; 3] = ["custom-groups:manage", "bulk-send:manage", "scheduled:manage"];

/// How the account is set up.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Its plan.
    pub plan: PlanName,
    /// Its limits: the plan's, or others.
    pub limits: Limits,
    /// The one key that is right; `None` takes any that is not empty.
    pub api_key: Option<SecretString>,
    /// What the key may do.
    pub scopes: Vec<String>,
    /// Which reading of the API is served.
    pub dialect: Dialect,
    /// Whether more requests a minute than the plan allows are refused.
    pub throttle: bool,
}

impl ServerConfig {
    /// An account on this plan that takes any key, with every scope, in the default dialect.
    pub fn new(plan: PlanName) -> Self {
        Self {
            plan,
            limits: plan.limits(),
            api_key: None,
            scopes: ALL_SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
            dialect: Dialect::default(),
            throttle: true,
        }
    }
}

/// An answer before the headers that every answer has.
pub(super) type Reply = Result<Response, Refusal>;

/// One account.
pub struct Server {
    pub(super) config: ServerConfig,
    pub(super) state: State,
    pub(super) now: Timestamp,
    rate: Rate,
}

/// The requests of the running minute.
#[derive(Clone, Copy, Debug)]
struct Rate {
    since: Timestamp,
    used: u64,
}

/// The length of the rate's window in seconds.
const WINDOW: i64 = 60;

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No phones, names or texts: only how much there is.
        f.debug_struct("Server")
            .field("now", &self.now)
            .field("groups", &self.state.groups.len())
            .field("jobs", &self.state.jobs.len())
            .field("schedules", &self.state.schedules.len())
            .finish_non_exhaustive()
    }
}

impl Server {
    /// An empty account. `seed` settles every id and every pause.
    pub fn new(config: ServerConfig, seed: u64, now: Timestamp) -> Self {
        Self::with_state(config, State::new(seed), now)
    }

    /// An account that goes on from an earlier state.
    pub fn with_state(config: ServerConfig, state: State, now: Timestamp) -> Self {
        Self { config, state, now, rate: Rate { since: now, used: 0 } }
    }

    /// Everything there is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Everything there is, to be arranged by a test or the store.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// How the account is set up.
    pub fn config(&self) -> &ServerConfig {
        &self.config
    }

    /// How the account is set up, to be changed by a test.
    pub fn config_mut(&mut self) -> &mut ServerConfig {
        &mut self.config
    }

    /// Answers one request at `now` (never earlier than before). The world is brought up to `now` first.
    pub fn handle(&mut self, request: &Request, now: Timestamp) -> Response {
        self.tick(now);
        let reply = self.admit(request).and_then(|route| self.dispatch(route, request));
        let mut response = match reply {
            Ok(response) => response,
            Err(refusal) => {
                let response = refusal.response(self.config.dialect.error);
                if refusal.status == 429 { self.with_retry_after(response) } else { response }
            }
        };
        self.add_rate_headers(&mut response);
        response.header("date", http_date(self.now))
    }

    /// Whether the request shows a key that is right; also what guards the test helpers on an open address.
    pub fn authorize(&self, request: &Request) -> Result<(), Refusal> {
        let bearer = request.header_value("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let keys = [request.header_value("x-api-key").map(str::trim), bearer];
        let mut keys = keys.into_iter().flatten().filter(|key| !key.is_empty()).peekable();
        if keys.peek().is_none() {
            return Err(Refusal::new(401, "no API key: send X-API-Key or Authorization: Bearer"));
        }
        let right = match &self.config.api_key {
            None => true,
            Some(expected) => keys.any(|key| key == expected.expose_secret()),
        };
        if right { Ok(()) } else { Err(Refusal::new(401, "this API key is not valid")) }
    }

    fn admit(&mut self, request: &Request) -> Result<Route, Refusal> {
        self.authorize(request)?;
        self.count_request()?;
        let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
        let route = Route::parse(method, request.api_path())?;
        match route.scope() {
            Some(scope) if !self.has_scope(scope) => Err(Refusal::lacks_scope(scope)),
            _ => Ok(route),
        }
    }

    fn has_scope(&self, scope: &str) -> bool {
        let manages = scope.replace(":read", ":manage");
        self.config.scopes.iter().any(|owned| owned == scope || *owned == manages)
    }

    fn count_request(&mut self) -> Result<(), Refusal> {
        if self.now.as_second() - self.rate.since.as_second() >= WINDOW {
            self.rate = Rate { since: self.now, used: 0 };
        }
        if self.config.throttle && self.rate.used >= self.config.limits.requests_per_minute {
            return Err(Refusal::new(429, "too many requests in this minute; wait for the rate to reset"));
        }
        self.rate.used += 1;
        Ok(())
    }

    /// Seconds until the rate's window is over, at least 1.
    fn reset_in(&self) -> i64 {
        (self.rate.since.as_second() + WINDOW - self.now.as_second()).clamp(1, WINDOW)
    }

    /// The answer with `Retry-After` in this dialect; also for a 429 on demand.
    pub fn with_retry_after(&self, response: Response) -> Response {
        let seconds = self.reset_in();
        match self.config.dialect.retry_after {
            RetryAfterForm::Seconds => response.header("retry-after", seconds.to_string()),
            RetryAfterForm::Date => {
                let at = Timestamp::from_second(self.now.as_second() + seconds).unwrap_or(self.now);
                response.header("retry-after", http_date(at))
            }
            RetryAfterForm::None => response,
        }
    }

    fn add_rate_headers(&self, response: &mut Response) {
        if !self.config.dialect.rate_headers {
            return;
        }
        let limit = self.config.limits.requests_per_minute;
        let used = if self.config.throttle { self.rate.used } else { 0 };
        let reset = match self.config.dialect.reset {
            ResetForm::Seconds => self.reset_in(),
            ResetForm::Epoch => self.now.as_second() + self.reset_in(),
        };
        for (name, value) in [
            ("x-ratelimit-limit", limit.to_string()),
            ("x-ratelimit-remaining", limit.saturating_sub(used).to_string()),
            ("x-ratelimit-reset", reset.to_string()),
        ] {
            response.headers.push((name.to_owned(), value));
        }
    }

    fn dispatch(&mut self, route: Route, request: &Request) -> Reply {
        match route {
            Route::ListSessions => self.list_sessions(request),
            Route::ReadSession(id) => self.read_session(id),
            Route::ListGroups => self.list_groups(request),
            Route::CreateGroup => self.create_group(&request.body),
            Route::ListContacts => self.list_contacts(request),
            Route::ListWaGroups => self.list_wa_groups(request),
            Route::ImportGroup => self.import_group(&request.body),
            Route::ReadGroup(id) => self.read_group(id),
            Route::RenameGroup(id) => self.rename_group(id, &request.body),
            Route::DeleteGroup(id) => self.delete_group(id),
            Route::AddMembers(id) => self.add_members(id, &request.body),
            Route::RemoveMembers(id) => self.remove_members(id, &request.body),
            Route::ExportCsv(id) => self.export_csv(id),
            Route::ExportJson(id) => self.export_json(id),
            Route::ListJobs => self.list_jobs(request),
            Route::CreateJob => self.create_job(&request.body),
            Route::ReadJob(id) => self.read_job(id),
            Route::ActJob(id, act) => self.act_job(id, act),
            Route::Progress(id) => self.read_progress(id),
            Route::ListSchedules => self.list_schedules(request),
            Route::CreateSchedule => self.create_schedule(&request.body),
            Route::ReadSchedule(id) => self.read_schedule(id),
            Route::PatchSchedule(id) => self.patch_schedule(id, &request.body),
            Route::ActSchedule(id, act) => self.act_schedule(id, act),
            Route::DeleteSchedule(id) => self.delete_schedule(id),
            Route::History(id) => self.read_history(id, request),
            Route::Subscription => self.read_subscription(),
            Route::Analytics(id) => self.read_analytics(id),
        }
    }

    /// Refuses what the plan does not have (`api.md`: 403 feature gate).
    pub(super) fn require_sending(&self) -> Result<(), Refusal> {
        if self.config.plan.may_send() {
            return Ok(());
        }
        Err(Refusal::forbidden("bulk send and scheduled messages are not in the free plan"))
    }

    /// Refuses to send from a number that is not there (404) or not connected (400).
    pub(super) fn require_working(&self, session: Uuid) -> Result<(), Refusal> {
        let session = self.state.session(session).ok_or_else(|| Refusal::not_found("session"))?;
        if session.works() {
            return Ok(());
        }
        let text = format!("this session is {}; sending needs a session that is working", session.status);
        Err(Refusal::bad_request(text))
    }
}

/// What an act is called in a refusal.
pub(super) fn past(act: Act) -> &'static str {
    match act {
        Act::Cancel => "cancelled",
        Act::Pause => "paused",
        Act::Resume => "resumed",
    }
}

/// An HTTP date; what the format cannot say (before 1970, after 9999) is 1970.
pub fn http_date(at: Timestamp) -> String {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0).min(253_402_300_799);
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
}
