//! Killing is real: the program is ended by SIGKILL while the server holds its answer back, at every mutating request
//! of applies of `examples/agency` and its edits (`agency.rs`), before and after the server acted; then it is run
//! again until it settles (`send-safety.md`, *What must be tested*). `FAULTS=full` runs every point, and from each on
//! through the states that follow; otherwise some points, and each POST `/bulk-send` of the first apply.

use std::sync::Arc;
use std::time::Duration;

use campaignctl::sandbox::{self, Fault, Running, SessionSeed};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::agency;
use crate::support::Project;
use crate::support::driver::{account, twice};

/// Applies until a state of the project has to be settled.
const MOST_RUNS: usize = 5;
/// In the short version, one request of so many is struck.
const ONE_OF: usize = 6;

async fn server(fault: Option<&str>) -> Running {
    let _ = rustls::crypto::ring::default_provider().install_default();
    sandbox::start(sandbox::Options {
        sessions: agency::SESSIONS.map(SessionSeed::named).to_vec(),
        faults: fault.map(|f| Fault::parse(f).unwrap()).into_iter().collect(),
        throttle: false,
        clock: crate::support::clock(1.0),
        ..sandbox::Options::default()
    })
    .await
    .unwrap()
}

async fn get(running: &Running, path: &str) -> Value {
    let url = format!("{}{path}", running.base_url());
    serde_json::from_str(&reqwest::get(url).await.unwrap().text().await.unwrap()).unwrap()
}

/// The next state of the project, with the jobs of the one before over.
async fn next_stage(running: &Running, project: &Project, stage: usize) {
    agency::edit(&project.path(), stage);
    if stage > 0 {
        let url = format!("{}/__sandbox/clock", running.base_url());
        let set = reqwest::Client::new().post(url).json(&json!({"advance": "20m"})).send().await.unwrap();
        assert!(set.status().is_success());
    }
}

/// The mutating requests that came in so far, as "POST /path".
async fn writes(running: &Running) -> Vec<String> {
    let log = get(running, "/__sandbox/log").await;
    let writes = log["requests"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["method"] != "GET" && !r["path"].as_str().unwrap_or("").contains("/__sandbox"));
    writes.map(|r| format!("{} {}", r["method"].as_str().unwrap(), r["path"].as_str().unwrap())).collect()
}

/// Waits until the server holds an answer back, or the program has ended by itself.
async fn until_held(running: &Running, fault: &str, child: &mut std::process::Child) -> bool {
    loop {
        let log = get(running, "/__sandbox/log").await;
        if log["requests"].as_array().unwrap().iter().any(|r| r["fault"] == fault) {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The outcome at one point.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Same,
    Held,
}

/// The program, while the servers beside it go on.
fn run(project: &Project, arguments: &[&str]) -> (i32, String, String) {
    tokio::task::block_in_place(|| project.run(arguments))
}

/// Applies until nothing is left to do; the last words where something is held instead.
async fn settle(running: &Running, project: &Project, label: &str) -> Result<(), String> {
    let mut last = (0, String::new());
    for _ in 0..MOST_RUNS {
        let (code, out, err) = run(project, &["apply", "--yes"]);
        last = (code, format!("{out}{err}"));
        let state = get(running, "/__sandbox/state").await;
        assert_eq!(twice(&state), Vec::<String>::new(), "{label}: {}", last.1);
        if code == 0 {
            assert_eq!(run(project, &["plan", "--detailed-exitcode"]).0, 0, "{label}: the plan is not empty");
            return Ok(());
        }
    }
    assert_eq!(last.0, 5, "{label}:\n{}", last.1);
    Err(last.1)
}

/// What a person reads of a hold: the address, the evidence and the two commands that end it. Gives the address.
fn held_send(label: &str, text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let at = flat.find("HELD: ").unwrap_or_else(|| panic!("{label}: nothing is said to be held:\n{text}"));
    let address = flat[at..]
        .split_whitespace()
        .find(|word| word.starts_with("send.") && word.ends_with(':'))
        .unwrap_or_else(|| panic!("{label}: no address:\n{text}"))
        .trim_end_matches(':')
        .to_owned();
    for part in [
        "armed on ".to_owned(),
        "listed until two lists agreed".to_owned(),
        format!("campaignctl resolve {address} --job ID"),
        format!("campaignctl resolve {address} --not-sent --reason "),
    ] {
        assert!(flat.contains(&part), "{label}: the hold does not say {part:?}:\n{text}");
    }
    address
}

/// A point: the request, the state of the project in which it is made, and the last state that is run.
#[derive(Clone, Copy)]
struct Point {
    number: usize,
    mode: &'static str,
    stage: usize,
    last: usize,
}

/// `wanted`: the account without the kill, once each state has settled.
async fn one_point(point: Point, wanted: Arc<Vec<Value>>) -> (String, End) {
    let Point { number, mode, stage, last } = point;
    let running = server(Some(&format!("nth={number},mode={mode}"))).await;
    let project = agency::project().on(&running.base_url());
    for before in 0..stage {
        next_stage(&running, &project, before).await;
        settle(&running, &project, "before the kill").await.unwrap();
    }
    next_stage(&running, &project, stage).await;
    let mut child = project.spawn(&["apply", "--yes"]);
    assert!(until_held(&running, mode, &mut child).await, "request {number} was never made");
    let at = writes(&running).await.pop().unwrap();
    child.kill().unwrap();
    tokio::task::block_in_place(|| child.wait()).unwrap();
    let label = format!("{mode} at {number} ({at})");
    let mut end = End::Same;
    if let Err(text) = settle(&running, &project, &label).await {
        assert!(at.ends_with("/bulk-send") && mode == "hang_before", "{label} may not be held:\n{text}");
        let address = held_send(&label, &text);
        // A person looks, and says so; then it is sent, once.
        let why = ["resolve", &address, "--not-sent", "--reason", "the dashboard shows no job"];
        assert_eq!(run(&project, &why).0, 0, "{label}");
        settle(&running, &project, &label).await.unwrap();
        end = End::Held;
    }
    for after in stage + 1..=last {
        next_stage(&running, &project, after).await;
        settle(&running, &project, &label).await.unwrap();
    }
    assert_eq!(account(&get(&running, "/__sandbox/state").await), wanted[last], "{label}: another account");
    running.shutdown().await;
    (label, end)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_request() {
    let running = server(None).await;
    let project = agency::project().on(&running.base_url());
    // The account, and how many requests there were, once each stage had settled.
    let (mut wanted, mut upto) = (Vec::new(), Vec::new());
    for stage in 0..agency::STAGES {
        next_stage(&running, &project, stage).await;
        settle(&running, &project, "undisturbed").await.unwrap();
        wanted.push(account(&get(&running, "/__sandbox/state").await));
        upto.push(writes(&running).await.len());
    }
    let wanted = Arc::new(wanted);
    let all = writes(&running).await;
    assert!(upto[0] >= 10 && upto.windows(2).all(|w| w[1] > w[0]), "{upto:?} {all:?}");
    let full = std::env::var("FAULTS").is_ok_and(|f| f == "full");
    let is_first_send = |n: &usize| *n <= upto[0] && all[*n - 1].ends_with("/bulk-send");
    let numbers = (1..=all.len()).filter(|n| full || n % ONE_OF == 0 || is_first_send(n));
    let points = numbers.flat_map(|number| {
        let stage = upto.iter().position(|last| number <= *last).unwrap();
        // Groups made for an attempt have its number in their name, and are gone only in the last state.
        let last = if full || stage > 0 { agency::STAGES - 1 } else { stage };
        ["hang_before", "hang_after"].map(|mode| Point { number, mode, stage, last })
    });
    let ends: Vec<(String, End)> = stream::iter(points)
        .map(|point| {
            let wanted = wanted.clone();
            async move { tokio::spawn(one_point(point, wanted)).await.unwrap() }
        })
        .buffer_unordered(2)
        .collect()
        .await;
    let held: Vec<&String> =
        ends.iter().filter(|(_, end)| *end == End::Held).map(|(label, _)| label).collect();
    println!(
        "killed at {} points of {} requests: {} ended in the same account, {} in a hold {held:?}",
        ends.len(),
        all.len(),
        ends.len() - held.len(),
        held.len()
    );
}
