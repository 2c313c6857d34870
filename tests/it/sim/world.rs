//! Everything that is true in one run: the time, the account, the processes, what was posted. Owns the trace and the
//! list of broken invariants.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use campaignctl::apply::Interrupt;
use campaignctl::ledger::{MemoryStore, Stops};
use campaignctl::sandbox::{
    Dialect, Order, PlanName, RemoveForm, Request, Response, Server, ServerConfig, State,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::faults::Weather;
use super::guards::Guard;
use super::rng::Rng;
use super::timers::Due;

/// The world, shared by all that acts in it. One thread: the lock is never waited for.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One running apply.
#[derive(Default)]
pub struct Process {
    pub dead: bool,
    /// It has the ledger's lock.
    pub holds: bool,
    /// Requests begun, answers received, events appended.
    pub steps: u64,
    /// It dies at this step.
    pub die_at: Option<u64>,
    pub interrupt: Interrupt,
    pub suppressed: BTreeSet<u64>,
    /// Who was in a group when it was last read by this process, and when.
    pub reads: BTreeMap<String, (Timestamp, BTreeSet<u64>)>,
    /// What a guard that is off keeps for it.
    pub kept: BTreeMap<String, Response>,
    pub kept_stops: Option<Stops>,
}

/// One POST /bulk-send as it left a process.
#[derive(Debug, Clone)]
pub struct Post {
    /// Which ledger: lost ones count.
    pub ledger: u32,
    pub send: String,
    pub run: String,
    pub attempt: u32,
    pub group: String,
    pub text: String,
    pub read: Option<(Timestamp, BTreeSet<u64>)>,
    /// The jobs that came of it.
    pub jobs: Vec<Uuid>,
    /// Somebody else changed the group before the request arrived.
    pub raced: bool,
}

pub struct World {
    pub rng: Rng,
    /// True time, which is also the server's.
    pub now: Timestamp,
    /// How far the machine's clock is ahead.
    pub offset: SignedDuration,
    timers: BTreeMap<(Timestamp, u64), Due>,
    ticket: u64,
    pub server: Server,
    /// Earlier states of the account, for stale lists.
    pub old: VecDeque<(Timestamp, State)>,
    pub stale_before: BTreeSet<String>,
    pub weather: Weather,
    /// The server fails until then.
    pub storm_until: Timestamp,
    pub healed: bool,
    /// The project sends again after a hold (`in_doubt: retry`).
    pub impatient: bool,
    /// How long the machine slept without its clock showing it, while a guard is off.
    pub asleep: SignedDuration,
    /// Applies have `--refresh full`: what a swap of two people hides from counts is found.
    pub full: bool,
    pub processes: Vec<Process>,
    pub store: MemoryStore,
    /// How many ledgers were lost.
    pub ledger: u32,
    pub posts: Vec<Post>,
    /// Ids of what is not ours.
    pub foreign: BTreeSet<String>,
    /// Groups whose members changed by other hands or by a request nobody waited for, and when.
    pub touched: BTreeMap<String, Timestamp>,
    /// Groups that a late request made: nobody knows of them, and nobody may delete what he does not know.
    pub strays: BTreeSet<String>,
    /// Other keys that one send had or has: name to identity.
    pub identities: BTreeMap<String, String>,
    pub guard: Option<Guard>,
    pub broken: Vec<String>,
    /// What was durable when it was last looked at.
    pub seen: Vec<u8>,
    pub trace: Option<Vec<String>>,
    pub session: Uuid,
    /// Messages sent by hand, for texts that differ.
    pub by_hand: u32,
    pub stats: Stats,
}

/// What happened, to know that the simulation does anything.
#[derive(Debug, Default, Clone, Copy)]
pub struct Stats {
    pub applies: u64,
    pub requests: u64,
    pub jobs: u64,
    pub crashes: u64,
    pub holds: u64,
}

impl Stats {
    pub fn add(&mut self, other: &Self) {
        self.applies += other.applies;
        self.requests += other.requests;
        self.jobs += other.jobs;
        self.crashes += other.crashes;
        self.holds += other.holds;
    }
}

/// A Tuesday morning in UTC.
pub fn start() -> Timestamp {
    "2026-12-01T09:00:00Z".parse().unwrap()
}

impl World {
    pub fn new(seed: u64, weather: Option<Weather>, guard: Option<Guard>, trace: bool) -> Self {
        let mut rng = Rng::new(seed);
        let weather = weather.unwrap_or_else(|| Weather::draw(&mut rng));
        let mut config = ServerConfig::new(PlanName::Business);
        config.dialect = Dialect {
            echo: rng.chance(500),
            total: rng.chance(700),
            order: if rng.chance(500) { Order::New } else { Order::Old },
            firings_as_jobs: rng.chance(300),
            remove: *rng.pick(&[RemoveForm::Phones, RemoveForm::Contacts, RemoveForm::MemberIds]),
            ..Dialect::default()
        };
        let mut server = Server::new(config, seed, start());
        let session = server.state_mut().put_session(None, Some("Main Line"), None);
        let store = MemoryStore::new();
        store.skip_sync(guard == Some(Guard::Fsync));
        store.skip_lock(guard == Some(Guard::Lock));
        Self {
            rng,
            now: start(),
            offset: SignedDuration::ZERO,
            timers: BTreeMap::new(),
            ticket: 0,
            server,
            old: VecDeque::new(),
            stale_before: BTreeSet::new(),
            weather,
            storm_until: start(),
            healed: false,
            impatient: false,
            asleep: SignedDuration::ZERO,
            full: false,
            processes: Vec::new(),
            store,
            ledger: 0,
            posts: Vec::new(),
            foreign: BTreeSet::new(),
            touched: BTreeMap::new(),
            strays: BTreeSet::new(),
            identities: BTreeMap::new(),
            guard,
            broken: Vec::new(),
            seen: Vec::new(),
            trace: trace.then(Vec::new),
            session,
            by_hand: 0,
            stats: Stats::default(),
        }
    }

    pub fn log(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{} {}", now.strftime("%d %H:%M:%S%.3f"), line()));
        }
    }

    pub fn breaks(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.log(|| format!("BROKEN {what}"));
        self.broken.push(what);
    }

    pub fn at(&mut self, moment: Timestamp, due: Due) {
        self.ticket += 1;
        self.timers.insert((moment.max(self.now), self.ticket), due);
    }

    pub fn after(&mut self, wait: SignedDuration, due: Due) {
        self.at(self.now + wait.max(SignedDuration::ZERO), due);
    }

    /// Moves on to what is due next; only up to `until`.
    pub fn next_due(&mut self, until: Timestamp) -> Option<Due> {
        let (key, _) = self.timers.first_key_value().filter(|((at, _), _)| *at <= until)?;
        let key = *key;
        let due = self.timers.remove(&key)?;
        self.now = self.now.max(key.0);
        Some(due)
    }

    /// Whether anything of that kind is to come.
    pub fn any_due(&self, is: impl Fn(&Due) -> bool) -> bool {
        self.timers.values().any(is)
    }

    /// The ledger is gone, and a new one begins.
    pub fn lose_the_ledger(&mut self) {
        self.store = MemoryStore::new();
        self.seen = Vec::new();
        self.ledger += 1;
    }

    /// Requests still on their way.
    pub fn under_way(&self) -> bool {
        self.timers.values().any(|due| matches!(due, Due::Deliver(_)))
    }

    pub fn is_dead(&self, process: usize) -> bool {
        self.processes[process].dead
    }

    /// One step of a process; false when it dies here.
    pub fn step(&mut self, process: usize, what: &str) -> bool {
        if self.dies_now(process) {
            self.log(|| format!("p{process} dies at its {what}"));
            self.kill(process);
        }
        !self.is_dead(process)
    }

    /// Counts a step; whether it is the one at which the process dies.
    pub fn dies_now(&mut self, process: usize) -> bool {
        let process = &mut self.processes[process];
        process.steps += 1;
        !process.dead && process.die_at.is_some_and(|at| process.steps >= at)
    }

    /// The process is gone, and of what it wrote and did not sync, some.
    pub fn kill(&mut self, process: usize) {
        if self.processes[process].dead {
            return;
        }
        self.processes[process].dead = true;
        self.stats.crashes += 1;
        if std::mem::take(&mut self.processes[process].holds) {
            let keep = match self.rng.below(3) {
                0 => 0,
                1 => usize::MAX,
                _ => self.rng.index(400),
            };
            self.store.crash(keep);
            if let Err(error) = campaignctl::ledger::Store::load(&self.store) {
                self.breaks(format!("the ledger does not load after a crash: {error}"));
            }
        }
    }

    /// The machine sleeps between `armed` and its POST, if the weather is like that.
    pub fn doze(&mut self) {
        let sleeps = self.weather.sleeps;
        if self.healed || sleeps == 0 || !self.rng.chance(sleeps) {
            return;
        }
        let slept = SignedDuration::from_secs(self.rng.between(1, 4_000));
        self.log(|| format!("the machine sleeps for {slept:#}"));
        self.now += slept;
        if self.guard == Some(Guard::NotAfter) {
            self.offset -= slept;
            self.asleep += slept;
        }
    }

    /// A request of the dashboard; its answer.
    pub fn dashboard(&mut self, method: &str, path: &str, body: &serde_json::Value) -> Response {
        let request =
            Request::new(method, &format!("/api/v2{path}")).header("x-api-key", "dashboard").json(body);
        self.remember();
        let throttle = std::mem::replace(&mut self.server.config_mut().throttle, false);
        let response = self.server.handle(&request, self.now);
        self.server.config_mut().throttle = throttle;
        self.log(|| format!("dashboard {method} {path} -> {}", response.status));
        response
    }

    /// Keeps the state of the account before it changes.
    pub fn remember(&mut self) {
        if self.healed || self.weather.stale == 0 {
            return;
        }
        self.server.tick(self.now);
        self.old.push_back((self.now, self.server.state().clone()));
        if self.old.len() > 6 {
            self.old.pop_front();
        }
    }
}
