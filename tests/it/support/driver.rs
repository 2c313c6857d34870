//! One apply that may end in any way, also by the death of the process; and what the account then really holds.

use std::sync::Arc;

use campaignctl::api::{Auth, BaseUrl, Client, ClientOptions, Clock, Transport};
use campaignctl::apply::{ChangeResult, Executor, Interrupt, Report, Settings, observe};
use campaignctl::ledger::{Holder, Store};
use campaignctl::model::{Desired, Secret};
use campaignctl::plan::{Input, Plan, plan};
use campaignctl::sandbox::SandboxClock;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::wire::Wire;
use super::{Options, World, summary};

/// How an apply ended.
#[derive(Debug)]
pub enum Ended {
    Report(Box<Report>),
    /// The account could not be read; nothing was begun.
    Unreadable(String),
    /// The plan was refused; nothing was begun.
    Refused(String),
    /// The process died.
    Killed,
}

/// A client as another process would have it, over any network.
pub fn client(base: &str, clock: &SandboxClock, transport: Option<Arc<dyn Transport>>) -> Client {
    let mut options =
        ClientOptions::new(BaseUrl::parse(base).unwrap(), Auth::Key(Secret::new("test-key")), 60);
    options.clock = Arc::new(clock.clone());
    options.transport = transport;
    // The same waits every time.
    options.jitter_seed = 7;
    Client::new(options).unwrap()
}

/// What the next apply would do.
pub async fn next_plan(world: &World, desired: &Desired) -> Plan {
    let state = world.store.load().unwrap().state;
    let now = Clock::now(&world.clock);
    let options = Options::default();
    let observed = observe(&world.client, desired, &state, options.refresh, now).await.unwrap();
    let options = &options.plan;
    plan(&Input { desired, observed: &observed, state: &state, host: "sandbox", options, now })
}

/// Plans and does it with whatever client the world has now.
pub async fn try_apply(world: &World, desired: &Desired, parallelism: usize) -> Ended {
    let options = Options::default();
    let holder = Holder::here("apply", "run".to_owned(), world.clock.now());
    let writer = world.store.lock(&holder).unwrap();
    let state = writer.state().clone();
    let now = Clock::now(&world.clock);
    let observed = match observe(&world.client, desired, &state, options.refresh, now).await {
        Ok(observed) => observed,
        Err(error) => return Ended::Unreadable(format!("{error}; {}", error.hint())),
    };
    let plan = plan(&Input {
        desired,
        observed: &observed,
        state: &state,
        host: "sandbox",
        options: &options.plan,
        now,
    });
    if plan.is_refused() {
        return Ended::Refused(format!("{}\n{:?}", summary(&plan), plan.all_refusals().collect::<Vec<_>>()));
    }
    let tell = |_| {};
    let executor = Executor::new(
        &world.client,
        &world.clock,
        &world.store,
        writer,
        desired,
        &observed,
        Interrupt::new(),
        Settings { parallelism, settle: SignedDuration::from_secs(60) },
        &tell,
    );
    Ended::Report(Box::new(executor.run(&plan).await))
}

/// The same as a process that dies where the wire says: what it holds is dropped, what was not durable is lost,
/// and the next one begins with a client of its own.
pub async fn apply_or_die(world: &mut World, desired: &Desired, wire: &Wire, parallelism: usize) -> Ended {
    world.client = client(&world.running.base_url(), &world.clock, Some(Arc::new(wire.clone())));
    tokio::select! {
        ended = try_apply(world, desired, parallelism) => ended,
        () = wire.killed() => {
            world.store.crash(0);
            Ended::Killed
        }
    }
}

/// What did not end well, a line each.
pub fn troubles(report: &Report) -> Vec<String> {
    report
        .outcomes
        .iter()
        .filter(|o| {
            !matches!(o.result, ChangeResult::Done { .. } | ChangeResult::Nothing | ChangeResult::Expired)
        })
        .map(|o| format!("{} {:?}: {:?}", o.address, o.kind, o.result))
        .chain(report.stopped.clone())
        .collect()
}

/// The account as it is, without what differs from run to run: ids, times, and what was retired.
pub fn account(state: &Value) -> Value {
    let name_of = |list: &str, id: &Value| {
        state[list]
            .as_array()
            .unwrap()
            .iter()
            .find(|o| o["id"] == *id)
            .map_or(Value::Null, |o| o["name"].clone())
    };
    let list = |key: &str| state[key].as_array().unwrap().iter();
    let groups = list("groups").map(|g| {
        let members = &g["members"];
        json!([g["name"], members["phones"], members["names"], members["redacted"]])
    });
    let schedules = list("schedules").filter(|s| live(s)).map(|s| {
        let f = &s["fields"];
        json!([
            f["name"],
            name_of("sessions", &f["session_id"]),
            name_of("groups", &f["custom_group_id"]),
            f["message"],
            f["timing"],
            s["status"]
        ])
    });
    let jobs = list("jobs").map(|j| {
        let mut phones: Vec<u64> =
            j["recipients"]["phones"].as_array().unwrap().iter().map(|p| p.as_u64().unwrap()).collect();
        phones.sort_unstable();
        let status = match j["status"].as_str().unwrap() {
            // How far it is depends on when one looks.
            "pending" | "running" | "completed" => "goes out",
            other => other,
        };
        json!([name_of("sessions", &j["session_id"]), j["message"], phones, status])
    });
    json!({"groups": sorted(groups), "schedules": sorted(schedules), "jobs": sorted(jobs)})
}

fn live(schedule: &Value) -> bool {
    !matches!(schedule["status"].as_str().unwrap(), "cancelled" | "completed")
}

fn sorted(items: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut items: Vec<Value> = items.collect();
    items.sort_by_key(ToString::to_string);
    items
}

/// Anything that is there twice: jobs by group, session and content; live schedules and groups by name.
pub fn twice(state: &Value) -> Vec<String> {
    let list = |key: &str| state[key].as_array().unwrap().iter();
    let jobs =
        list("jobs").map(|j| format!("job {} {} {}", j["custom_group_id"], j["session_id"], j["message"]));
    let schedules =
        list("schedules").filter(|s| live(s)).map(|s| format!("schedule {}", s["fields"]["name"]));
    let groups = list("groups").map(|g| format!("group {}", g["name"]));
    let mut all: Vec<String> = jobs.chain(schedules).chain(groups).collect();
    all.sort();
    let mut again: Vec<String> = all.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0].clone()).collect();
    again.dedup();
    again
}
