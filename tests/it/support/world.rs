//! A project, an account and a ledger, without the command line: what `plan` and `apply` do, in one process.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use campaignctl::api::{Auth, BaseUrl, Client, ClientOptions, Clock};
use campaignctl::apply::{ChangeResult, Executor, Interrupt, Report, Settings, observe};
use campaignctl::config::{LoadOptions, load};
use campaignctl::ledger::{Holder, MemoryStore, Store};
use campaignctl::model::{Address, Desired, Secret};
use campaignctl::plan::{Input, Plan, PlanOptions, Refresh, Stopped, plan};
use campaignctl::sandbox::{self, Dialect, Running, SandboxClock, SessionSeed};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// What the command line would say.
#[derive(Default, Clone)]
pub struct Options {
    pub plan: PlanOptions,
    pub refresh: Refresh,
    /// How long it takes from the plan to the yes.
    pub thinking: SignedDuration,
}

impl Options {
    pub fn confirm(audience: u64) -> Self {
        Self {
            plan: PlanOptions { confirm_audience: Some(audience), ..PlanOptions::default() },
            ..Self::default()
        }
    }

    pub fn destroy() -> Self {
        Self { plan: PlanOptions { destroy: true, ..PlanOptions::default() }, ..Self::default() }
    }
}

pub struct World {
    pub dir: tempfile::TempDir,
    pub running: Running,
    pub client: Client,
    pub store: MemoryStore,
    pub clock: SandboxClock,
    http: reqwest::Client,
}

/// A Tuesday morning in UTC.
pub fn start() -> Timestamp {
    "2026-12-01T09:00:00Z".parse().unwrap()
}

impl World {
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// With a dialect of the API, as `--dialect` takes it.
    pub async fn with(dialect: &str) -> Self {
        Self::at(start(), dialect).await
    }

    /// With a clock that stands at `start`.
    pub async fn at(start: Timestamp, dialect: &str) -> Self {
        Self::started(start, dialect, &["Main Line"]).await
    }

    /// With these sessions on the account.
    pub async fn of(sessions: &[&str]) -> Self {
        Self::started(start(), "", sessions).await
    }

    async fn started(start: Timestamp, dialect: &str, sessions: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = SandboxClock::fixed(start);
        let running = sandbox::start(sandbox::Options {
            clock: clock.clone(),
            sessions: sessions.iter().map(|name| SessionSeed::named(name)).collect(),
            dialect: if dialect.is_empty() { Dialect::default() } else { Dialect::parse(dialect).unwrap() },
            ..sandbox::Options::default()
        })
        .await
        .unwrap();
        let mut options = ClientOptions::new(
            BaseUrl::parse(&running.base_url()).unwrap(),
            Auth::Key(Secret::new("test")),
            60,
        );
        options.clock = Arc::new(clock.clone());
        Self {
            dir: tempfile::tempdir().unwrap(),
            client: Client::new(options).unwrap(),
            running,
            store: MemoryStore::new(),
            clock,
            http: super::rogue::plain(),
        }
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.dir.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn desired(&self) -> Desired {
        desired_of(self.dir.path(), self.clock.now())
    }

    pub async fn plan(&self) -> Plan {
        self.plan_with(&Options::default()).await
    }

    pub async fn plan_with(&self, options: &Options) -> Plan {
        let desired = self.desired();
        let state = self.store.load().unwrap().state;
        let now = Clock::now(&self.clock);
        let observed = observe(&self.client, &desired, &state, options.refresh, now).await.unwrap();
        plan(&Input {
            desired: &desired,
            observed: &observed,
            state: &state,
            host: "sandbox",
            options: &self.with_stops(&options.plan, &desired),
            now,
        })
    }

    pub async fn apply(&self) -> Report {
        self.apply_with(&Options::default()).await
    }

    /// Plans and does it; a refused plan panics with its refusals.
    pub async fn apply_with(&self, options: &Options) -> Report {
        let desired = self.desired();
        let holder = Holder::here("apply", "run".to_owned(), self.clock.now());
        let writer = self.store.lock(&holder).unwrap();
        let state = writer.state().clone();
        let now = Clock::now(&self.clock);
        let observed = observe(&self.client, &desired, &state, options.refresh, now).await.unwrap();
        let plan = plan(&Input {
            desired: &desired,
            observed: &observed,
            state: &state,
            host: "sandbox",
            options: &self.with_stops(&options.plan, &desired),
            now,
        });
        assert!(!plan.is_refused(), "refused: {:?}", plan.all_refusals().collect::<Vec<_>>());
        self.advance(options.thinking);
        let tell = |_| {};
        Executor::new(
            &self.client,
            &self.clock,
            &self.store,
            writer,
            &desired,
            &observed,
            Interrupt::new(),
            Settings { parallelism: 4, settle: SignedDuration::from_secs(60) },
            &tell,
        )
        .run(&plan)
        .await
    }

    /// With what an operator stopped, as the command line adds it.
    fn with_stops(&self, options: &PlanOptions, desired: &Desired) -> PlanOptions {
        let stops = self.store.stops().unwrap().following(&desired.moved);
        let sends = desired.sends.keys().map(|key| Address::send(key.as_str()));
        let schedules = desired.schedules.keys().map(|key| Address::schedule(key.as_str()));
        let stopped = sends.chain(schedules).filter_map(|address| {
            let stop = stops.stopped(&address)?;
            Some((address, Stopped { words: stop.words(), cancel: stop.cancel }))
        });
        PlanOptions { stopped: stopped.collect(), ..options.clone() }
    }

    /// An event in the ledger, as an earlier run would have left it.
    pub fn record(&self, event: campaignctl::ledger::Event) {
        let now = self.clock.now();
        let holder = Holder {
            pid: 1,
            host: "test".to_owned(),
            user: "test".to_owned(),
            since: now,
            run_id: "earlier".to_owned(),
            command: "apply".to_owned(),
        };
        self.store.lock(&holder).unwrap().append(event, now).unwrap();
    }

    /// Applies, and wants everything done and nothing left.
    pub async fn settle(&self) -> Report {
        let report = self.apply().await;
        for outcome in &report.outcomes {
            assert!(
                matches!(
                    outcome.result,
                    ChangeResult::Done { .. } | ChangeResult::Nothing | ChangeResult::Expired
                ),
                "{} {:?}: {:?}",
                outcome.address,
                outcome.kind,
                outcome.result
            );
        }
        assert_eq!(report.stopped, None);
        self.assert_empty().await;
        report
    }

    pub async fn assert_empty(&self) {
        let plan = self.plan().await;
        assert!(
            !plan.has_changes() && !plan.is_refused() && !plan.is_held(),
            "not empty: {}",
            summary(&plan)
        );
    }

    /// A request behind the tool's back.
    pub async fn curl(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.running.base_url());
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, url).header("X-API-Key", "test");
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub async fn get(&self, path: &str) -> Value {
        self.curl("GET", path, Value::Null).await
    }

    /// The objects of a list, whatever envelope it has.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let value = self.get(path).await;
        match value {
            Value::Array(items) => items,
            Value::Object(map) => map
                .into_iter()
                .find_map(|(_, v)| if let Value::Array(items) = v { Some(items) } else { None })
                .unwrap(),
            other => panic!("no list: {other}"),
        }
    }

    pub async fn jobs(&self) -> Vec<Value> {
        self.list("/bulk-send?limit=50").await
    }

    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }
}

pub fn desired_of(path: &Path, now: Timestamp) -> Desired {
    let vars = BTreeMap::new();
    let loaded = load(&LoadOptions::new(path, &vars, now));
    loaded.desired.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

/// A plan in a line a change, for messages of failed tests and for comparing.
pub fn summary(plan: &Plan) -> String {
    use campaignctl::plan::Verdict;
    let mut lines: Vec<String> = plan
        .changes
        .iter()
        .map(|c| {
            let verdict = match &c.verdict {
                Verdict::Go => String::new(),
                Verdict::Refused(r) => format!(" REFUSED {}", r.rule),
                Verdict::Blocked(b) => format!(" BLOCKED {}", b.rule),
                Verdict::Held(_) => " HELD".to_owned(),
                Verdict::Expired => " EXPIRED".to_owned(),
                Verdict::Over => " OVER".to_owned(),
            };
            format!("{} {}{verdict}", c.address, c.kind.as_str())
        })
        .collect();
    lines.extend(plan.refusals.iter().map(|r| format!("REFUSED {}", r.rule)));
    lines.join("\n")
}
