//! The fault matrix (`send-safety.md`, *What must be tested*): every request that changes something, struck in
//! every way, over real HTTP; then apply again until it settles. Never is anything there twice, and at the end
//! the account is that of an undisturbed run, or a send is held where the API says nothing of its job.
//!
//! Two courses are run: `examples/agency` with edits (`agency.rs`), and a project of its own with what the agency
//! has not, such as a group that takes two writes (`faults_project.rs`).
//!
//! `FAULTS=full` runs every point; without it each request is struck in a few ways, a POST `/bulk-send` in all.

use std::sync::Arc;

use campaignctl::apply::{ChangeResult, Report};
use campaignctl::ledger::{Event, Holder, Resolution, Store};
use campaignctl::model::{Desired, Kind};
use campaignctl::render::{ReportText, TextOptions};
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::agency;
use crate::faults_project::stages;
use crate::support::driver::{Ended, account, apply_or_die, next_plan, troubles, twice};
use crate::support::wire::{Kill, Strike, Wire};
use crate::support::{World, desired_of, summary};

/// Applies until a stage has to be settled.
const MOST_RUNS: u32 = 6;
/// Between two applies: longer than the settle time.
const BETWEEN: SignedDuration = SignedDuration::from_secs(90);
/// The client's patience where the server hangs; the server itself takes milliseconds.
const PATIENCE: SignedDuration = SignedDuration::from_millis(1_500);
/// Points at the same time: most of them wait.
const SIDE_BY_SIDE: usize = 6;
const SEND: &str = "POST /bulk-send";

/// How a request is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// By the server.
    Fault(&'static str),
    /// By the death of the client.
    Kill(Kill),
}

const MODES: [Mode; 13] = [
    Mode::Fault("drop_after"),
    Mode::Fault("500_before"),
    Mode::Kill(Kill::After),
    Mode::Fault("truncated"),
    Mode::Fault("drop_before"),
    Mode::Fault("500_after"),
    Mode::Kill(Kill::Before),
    Mode::Fault("empty_2xx"),
    Mode::Fault("429"),
    Mode::Fault("502_html_after"),
    Mode::Fault("hang_after"),
    Mode::Fault("503"),
    Mode::Fault("hang_before"),
];

#[derive(Debug, Clone, Copy)]
struct Point {
    nth: u64,
    mode: Option<Mode>,
    parallelism: usize,
}

/// What a point runs through: states of a project, one after another, each applied until it settles.
struct Course {
    sessions: &'static [&'static str],
    stages: Vec<Desired>,
    /// From a state that has settled to the next.
    between: SignedDuration,
}

/// What a point came to.
struct Done {
    world: World,
    mutations: Vec<String>,
    account: Value,
    held: bool,
}

async fn run(point: Point, course: Arc<Course>) -> Result<Done, String> {
    let mut world = World::of(course.sessions).await;
    let strike = match point.mode {
        None => Strike::default(),
        Some(Mode::Kill(kill)) => Strike { nth: point.nth, kill: Some(kill), patience: None },
        Some(Mode::Fault(mode)) => {
            let spec = format!("nth={},mode={mode}", point.nth);
            world.curl("POST", "/__sandbox/fault", json!({"spec": spec})).await;
            let patience = mode.starts_with("hang").then_some(PATIENCE);
            Strike { nth: point.nth, kill: None, patience }
        }
    };
    let wire = Wire::new(&world.running.base_url(), strike);
    let mut held = false;
    for (stage, desired) in course.stages.iter().enumerate() {
        if stage > 0 {
            world.advance(course.between);
        }
        held |= settle(&mut world, desired, &wire, point).await.map_err(|why| {
            format!("{point:?} at {:?}, stage {stage}: {why}", wire.struck().unwrap_or_default())
        })?;
    }
    if point.nth > 0 && wire.struck().is_none() {
        return Err(format!("{point:?}: never came to that request"));
    }
    let account = account(&world.get("/__sandbox/state").await);
    Ok(Done { world, mutations: wire.mutations(), account, held })
}

/// Applies until there is nothing more to do; whether a send was held on the way and had to be resolved.
async fn settle(world: &mut World, desired: &Desired, wire: &Wire, point: Point) -> Result<bool, String> {
    let mut held = None;
    let mut resolved = false;
    let mut last = String::new();
    for _ in 0..MOST_RUNS {
        let ended = apply_or_die(world, desired, wire, point.parallelism).await;
        let state = world.get("/__sandbox/state").await;
        let again = twice(&state);
        if !again.is_empty() {
            return Err(format!("twice: {again:?}"));
        }
        match ended {
            Ended::Killed => "killed".clone_into(&mut last),
            Ended::Unreadable(text) | Ended::Refused(text) => return Err(text),
            Ended::Report(report) => {
                let troubles = troubles(&report);
                if troubles.is_empty() {
                    let plan = next_plan(world, desired).await;
                    if !plan.has_changes() && !plan.is_refused() && !plan.is_held() {
                        return Ok(resolved);
                    }
                    last = summary(&plan);
                } else {
                    last = troubles.join("\n");
                }
                let holds = holds(&report);
                if !holds.is_empty() && wire.struck().as_deref() != Some(SEND) {
                    return Err(format!("held after {:?}: {}", wire.struck(), troubles.join("\n")));
                }
                if !holds.is_empty() && held.as_ref() == Some(&holds) {
                    // The recovery ran, and leaves it to a person.
                    check_hold(&report, desired, &state)?;
                    resolve(world, &report);
                    resolved = true;
                }
                held = Some(holds);
            }
        }
        world.advance(BETWEEN);
    }
    Err(format!("does not settle: {last}"))
}

fn holds(report: &Report) -> Vec<String> {
    let held = report.outcomes.iter().filter(|o| matches!(o.result, ChangeResult::Held(_)));
    held.map(|o| o.address.to_string()).collect()
}

/// A hold counts only where the struck request was a POST `/bulk-send` and made no job; and what a person sees of it
/// names the address, the evidence and the two commands that end it.
fn check_hold(report: &Report, desired: &Desired, state: &Value) -> Result<(), String> {
    let text = ReportText::new(report, &TextOptions::default());
    let seen = text.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    for outcome in &report.outcomes {
        let ChangeResult::Held(hold) = &outcome.result else { continue };
        let address = outcome.address.to_string();
        let wanted = desired.sends.get(&outcome.address.key).and_then(|send| send.content.text.as_deref());
        if state["jobs"].as_array().unwrap().iter().any(|j| j["message"]["content"].as_str() == wanted) {
            return Err(format!("{address} is held, and its job is there: {hold:?}"));
        }
        let evidence = !hold.evidence.is_empty()
            && hold.evidence.iter().any(|line| line.starts_with("armed on ") && line.contains("people"))
            && hold.evidence.iter().all(|line| seen.contains(line.as_str()));
        let says_all = outcome.address.kind == Kind::Send
            && seen.contains(&format!("{address}: {}", hold.text))
            && evidence
            && seen.contains(&format!("campaignctl resolve {address} --job ID"))
            && seen.contains(&format!("campaignctl resolve {address} --not-sent --reason "));
        if !says_all {
            return Err(format!("the hold of {address} does not say all: {hold:?}\n{text}"));
        }
    }
    Ok(())
}

/// What `resolve ADDRESS --not-sent` does, by a person who looked.
fn resolve(world: &World, report: &Report) {
    let mut writer = world.store.lock(&Holder::here("resolve", "r".to_owned(), world.clock.now())).unwrap();
    for outcome in report.outcomes.iter().filter(|o| matches!(o.result, ChangeResult::Held(_))) {
        let event = Event::Resolved {
            send: outcome.address.key.clone(),
            run: "1".to_owned(),
            by: "test".to_owned(),
            how: Resolution::NotSent { reason: None },
        };
        writer.append(event, world.clock.now()).unwrap();
    }
}

/// The project of its own, loaded once: a thousand phones take their time in a debug build.
async fn shapes() -> Course {
    let world = World::new().await;
    let load = |yaml: String| {
        world.write("campaign.yaml", &yaml);
        world.desired()
    };
    Course {
        sessions: &["Main Line"],
        stages: stages().into_iter().map(load).collect(),
        between: SignedDuration::ZERO,
    }
}

/// The agency: jobs are over from one state to the next, and no firing is near.
fn of_agency() -> Course {
    let project = agency::project();
    let load = |stage| {
        agency::edit(&project.path(), stage);
        desired_of(&project.path(), crate::support::start())
    };
    let stages = (0..agency::STAGES).map(load).collect();
    Course { sessions: &agency::SESSIONS, stages, between: SignedDuration::from_mins(20) }
}

/// Every point of one run.
fn points(mutations: &[String], full: bool) -> Vec<Point> {
    let mut points = Vec::new();
    for (position, label) in mutations.iter().enumerate() {
        let all = full || label == SEND;
        for (turn, mode) in MODES.into_iter().enumerate() {
            // Another few ways for each request, so that all ways are met.
            if all || (turn + position * 11) % MODES.len() < 2 {
                points.push(Point { nth: position as u64 + 1, mode: Some(mode), parallelism: 1 });
            }
        }
        if full {
            for mode in [Mode::Fault("drop_after"), Mode::Kill(Kill::After)] {
                points.push(Point { nth: position as u64 + 1, mode: Some(mode), parallelism: 4 });
            }
        }
    }
    points
}

/// Runs a course undisturbed, then struck at every point; `sends` POSTs are in it. Gives what to print, and what failed.
async fn matrix(name: &str, course: Course, sends: usize) -> (String, String) {
    let full = std::env::var("FAULTS").is_ok_and(|v| v == "full");
    let course = Arc::new(course);
    let undisturbed = run(Point { nth: 0, mode: None, parallelism: 1 }, course.clone()).await.unwrap();
    let made = undisturbed.mutations.iter().filter(|label| *label == SEND).count();
    assert_eq!(made, sends, "{:?}", undisturbed.mutations);
    drop(undisturbed.world);
    let points = points(&undisturbed.mutations, full);
    let count = points.len();
    let expected = &undisturbed.account;
    let ends: Vec<Result<bool, String>> = stream::iter(points)
        .map(|point| (point, course.clone()))
        .map(|(point, course)| async move {
            match tokio::spawn(run(point, course)).await {
                Err(panic) => Err(format!("{point:?}: panic: {panic}")),
                Ok(Err(why)) => Err(why),
                Ok(Ok(done)) if done.account != *expected => {
                    Err(format!("{point:?}: another account: {}", differences(expected, &done.account)))
                }
                Ok(Ok(done)) => Ok(done.held),
            }
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .collect()
        .await;
    let held = ends.iter().filter(|end| matches!(end, Ok(true))).count();
    let failed: Vec<&String> = ends.iter().filter_map(|end| end.as_ref().err()).collect();
    let requests = &undisturbed.mutations;
    let summary = format!(
        "fault matrix of {name}: {count} points over {} requests, {held} ended in a hold, {} failed\n  its requests: {}",
        requests.len(),
        failed.len(),
        requests.join(", ")
    );
    let shown: Vec<&str> = failed.iter().take(20).map(|s| s.as_str()).collect();
    (summary, shown.join("\n\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_struck_in_every_way() {
    let (summary, failed) = matrix("every kind of change", shapes().await, 2).await;
    println!("{summary}");
    assert!(failed.is_empty(), "{failed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_of_the_agency_struck_in_every_way() {
    let (summary, failed) = matrix("examples/agency", of_agency(), 4).await;
    println!("{summary}");
    assert!(failed.is_empty(), "{failed}");
}

/// What is in one and not in the other, without drowning in phones.
fn differences(expected: &Value, found: &Value) -> String {
    let mut lines = Vec::new();
    for key in ["groups", "schedules", "jobs"] {
        let (a, b) = (expected[key].as_array().unwrap(), found[key].as_array().unwrap());
        let short = |v: &Value| v.to_string().chars().take(300).collect::<String>();
        lines.extend(a.iter().filter(|x| !b.contains(x)).map(|x| format!("missing {}", short(x))));
        lines.extend(b.iter().filter(|x| !a.contains(x)).map(|x| format!("too much {}", short(x))));
    }
    lines.join("\n")
}
