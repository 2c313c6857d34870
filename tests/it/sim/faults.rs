//! Which faults there are, and how often each is drawn.

use campaignctl::sandbox::Request;
use jiff::SignedDuration;

use super::rng::Rng;
use super::world::World;

/// What befalls one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// No connection: nothing left.
    NotSent,
    /// It left and never arrived; the connection closed.
    LostRequest,
    /// It was acted upon, and the connection closed.
    LostAnswer,
    /// It left and never arrived; nothing came back either.
    Hang,
    /// The client gave up waiting; it arrives so long after it left.
    Late(SignedDuration),
    /// The API says so before it acts.
    StatusBefore(u16),
    /// The API says so, and has acted.
    StatusAfter(u16),
    /// A proxy says so before the API acts.
    ProxyBefore(u16),
    /// A proxy says so, and the API has acted.
    ProxyAfter(u16),
    /// Acted upon, and the answer is cut off.
    Truncated,
    /// Acted upon, and the answer has no body.
    Empty,
    /// A proxy sends it again so much later.
    Twice(SignedDuration),
    /// It takes long to arrive.
    Slow(SignedDuration),
    /// A list shows an older state.
    Stale,
}

/// How rough a run is.
#[expect(clippy::struct_excessive_bools, reason = "kinds of weather that occur independently of each other")]
#[derive(Debug, Clone)]
pub struct Weather {
    /// Requests in a thousand that something befalls.
    pub faults: u64,
    /// Of POST /bulk-send in particular.
    pub post_faults: u64,
    /// Lists in a thousand that are stale.
    pub stale: u64,
    /// The oldest state that a stale list shows, in seconds.
    pub stale_most: i64,
    /// The earliest a late request arrives, in seconds.
    pub late_least: i64,
    /// The latest a late request arrives, in seconds.
    pub late_most: i64,
    /// Applies in a thousand that are killed.
    pub crashes: u64,
    /// Ledger writes in a thousand that fail.
    pub disk: u64,
    /// A second process beside the first, in a thousand.
    pub rivals: u64,
    /// Clock jumps, in a thousand applies.
    pub jumps: u64,
    /// Other hands, in a thousand applies.
    pub operators: u64,
    /// Ctrl-C, in a thousand applies.
    pub interrupts: u64,
    /// The ledger is lost between two applies, in a thousand.
    pub losses: u64,
    /// The server is down for a while, in a thousand applies.
    pub storms: u64,
    /// The operator stops or resumes something, in a thousand applies.
    pub stops: u64,
    /// Whatever befalls a request is that it is late.
    pub late_only: bool,
    /// Whatever befalls a change is that it never arrives.
    pub lost_only: bool,
    /// Cancelling a schedule never arrives.
    pub cancels_lost: bool,
    /// Applies follow each other within half a minute.
    pub quick: bool,
    /// The project has `in_doubt: retry`.
    pub retry: bool,
    /// The longest between a plan and its yes, in seconds.
    pub think: i64,
    /// The most applies before the calm.
    pub applies: u64,
    /// POSTs of sends in a thousand that a proxy refuses with the API's words after the API has acted.
    pub refusals: u64,
    /// Armed sends in a thousand before whose POST the machine falls asleep.
    pub sleeps: u64,
}

impl Weather {
    pub const CALM: Self = Self {
        faults: 0,
        post_faults: 0,
        stale: 0,
        stale_most: 0,
        late_least: 1,
        late_most: 0,
        crashes: 0,
        disk: 0,
        rivals: 0,
        jumps: 0,
        operators: 0,
        interrupts: 0,
        losses: 0,
        storms: 0,
        stops: 0,
        late_only: false,
        lost_only: false,
        cancels_lost: false,
        quick: false,
        retry: false,
        think: 20,
        applies: 4,
        refusals: 0,
        sleeps: 0,
    };

    pub fn draw(rng: &mut Rng) -> Self {
        // Each run has its own mixture, and most lack something: rare meetings of two faults then happen.
        let some = |rng: &mut Rng, most: u64| if rng.chance(500) { rng.below(most) } else { 0 };
        if rng.chance(60) {
            // A lost ledger is protected by what the account shows, so nothing else may hide that.
            return Self {
                losses: 500,
                crashes: some(rng, 800),
                post_faults: some(rng, 900),
                late_most: 60,
                ..Self::CALM
            };
        }
        let stale = some(rng, 400);
        // Nothing but the list can tell that a refusal was none.
        let refusals = if stale == 0 && rng.chance(200) { rng.below(500) } else { 0 };
        Self {
            refusals,
            sleeps: if rng.chance(200) { rng.below(500) } else { 0 },
            faults: some(rng, 200),
            post_faults: some(rng, 900),
            stale,
            stale_most: 900,
            late_least: 1,
            late_most: 1_800,
            crashes: some(rng, 800),
            disk: some(rng, 30),
            rivals: some(rng, 700),
            jumps: some(rng, 400),
            operators: some(rng, 600),
            interrupts: some(rng, 300),
            losses: 0,
            storms: some(rng, 500),
            stops: some(rng, 300),
            late_only: false,
            lost_only: false,
            cancels_lost: false,
            quick: rng.chance(200),
            retry: false,
            think: 20,
            applies: 4,
        }
    }
}

/// Whether twice is as once (`send-safety.md`, *Groups and schedules*, last line).
pub fn is_idempotent(request: &Request) -> bool {
    !(request.method == "POST"
        && matches!(
            request.api_path(),
            "/bulk-send" | "/custom-groups" | "/scheduled-messages" | "/custom-groups/from-wa-groups"
        ))
}

pub fn is_send(request: &Request) -> bool {
    request.method == "POST" && request.api_path() == "/bulk-send"
}

fn is_cancel(request: &Request) -> bool {
    let path = request.api_path();
    path.starts_with("/scheduled-messages/") && path.ends_with("/cancel")
}

pub fn is_list(request: &Request) -> bool {
    request.method == "GET"
        && matches!(request.api_path(), "/bulk-send" | "/custom-groups" | "/scheduled-messages")
}

impl World {
    pub fn draw_fault(&mut self, request: &Request) -> Fault {
        if self.healed {
            return Fault::None;
        }
        let weather = &self.weather;
        let (stale, stale_most) = (weather.stale, weather.stale_most);
        let (late_least, late_most) = (weather.late_least, weather.late_most);
        let rate = if is_send(request) { weather.post_faults } else { weather.faults };
        if is_list(request) && stale_most > 0 {
            // Never twice running for one list: of two replicas that take turns, one lags.
            let path = request.api_path().to_owned();
            if !self.stale_before.remove(&path) && self.rng.chance(stale) {
                self.stale_before.insert(path);
                return Fault::Stale;
            }
        }
        if self.now < self.storm_until && self.rng.chance(900) {
            let status = *self.rng.pick(&[500, 502, 503, 504]);
            return match self.rng.below(6) {
                0 => Fault::StatusAfter(status),
                1 => Fault::ProxyAfter(status),
                2 | 3 => Fault::ProxyBefore(status),
                _ => Fault::StatusBefore(status),
            };
        }
        if self.weather.cancels_lost && is_cancel(request) {
            return Fault::LostRequest;
        }
        let refusals = self.weather.refusals;
        if is_send(request) && refusals > 0 && self.rng.chance(refusals) {
            return Fault::StatusAfter(400);
        }
        if !self.rng.chance(rate) {
            return Fault::None;
        }
        let late_most = if self.impatient && is_send(request) && !self.is_to_snapshot(request) {
            late_most.min(self.patience())
        } else {
            late_most
        };
        let reads = request.method == "GET";
        let late = SignedDuration::from_secs(self.rng.between(late_least, late_most.max(late_least)));
        if self.weather.late_only {
            return if reads { Fault::None } else { Fault::Late(late) };
        }
        if self.weather.lost_only {
            return if reads { Fault::None } else { Fault::LostRequest };
        }
        let soon = SignedDuration::from_secs(self.rng.between(0, 5));
        let status = *self.rng.pick(&[500, 502, 503, 504]);
        let odd = *self.rng.pick(&[302, 307, 408, 409, 404]);
        let twice = if is_idempotent(request) { 10 } else { 0 };
        self.rng.weighted(&[
            (8, Fault::NotSent),
            (10, Fault::LostRequest),
            (12, Fault::LostAnswer),
            (4, Fault::Hang),
            (if reads { 0 } else { 12 }, Fault::Late(late)),
            (5, Fault::StatusBefore(status)),
            (5, Fault::StatusAfter(status)),
            (5, Fault::ProxyBefore(status)),
            (8, Fault::ProxyAfter(status)),
            (3, Fault::ProxyBefore(odd)),
            (4, Fault::StatusBefore(429)),
            (6, Fault::Truncated),
            (6, Fault::Empty),
            (twice, Fault::Twice(if self.weather_is_late() { late } else { soon })),
            (5, Fault::Slow(soon)),
        ])
    }

    /// With `in_doubt: retry` a request may be late by no more than the two waits that the policy trusts in, unless
    /// it goes to a group made for its attempt: the deletion of that fences it.
    fn patience(&self) -> i64 {
        100
    }

    fn is_to_snapshot(&self, request: &Request) -> bool {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let id = body["custom_group_id"].as_str().and_then(|id| id.parse().ok());
        id.and_then(|id| self.server.state().group(id))
            .is_some_and(|g| g.name.starts_with("campaignctl snapshot"))
    }

    fn weather_is_late(&self) -> bool {
        self.weather.late_most > 120
    }
}
