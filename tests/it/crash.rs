//! Killing is real: the program is ended by SIGKILL while the server holds its answer back, at every mutating request
//! of an apply of `examples/agency`, before and after the server acted; then it is run again until it settles
//! (`send-safety.md`, *What must be tested*). `FAULTS=full` runs every point, otherwise every third.

use std::time::Duration;

use campaignctl::sandbox::{self, Fault, Running, SessionSeed};
use serde_json::Value;

use crate::support::Project;
use crate::support::driver::{account, twice};

async fn server(fault: Option<&str>) -> Running {
    let _ = rustls::crypto::ring::default_provider().install_default();
    sandbox::start(sandbox::Options {
        sessions: ["Acme Shop", "Acme Customer Care"].map(SessionSeed::named).to_vec(),
        faults: fault.map(|f| Fault::parse(f).unwrap()).into_iter().collect(),
        throttle: false,
        ..sandbox::Options::default()
    })
    .await
    .unwrap()
}

fn agency(base_url: &str) -> Project {
    let project = Project::example("agency").on(base_url);
    let path = project.path().join("campaign.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let faster =
        text.replace("messages_per_month: 5000}", "messages_per_month: 5000, requests_per_minute: 6000}");
    assert_ne!(text, faster, "the agency's limits are written otherwise now");
    std::fs::write(path, faster).unwrap();
    project
}

async fn get(running: &Running, path: &str) -> Value {
    let url = format!("{}{path}", running.base_url());
    serde_json::from_str(&reqwest::get(url).await.unwrap().text().await.unwrap()).unwrap()
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

async fn one_point(number: usize, mode: &str, wanted: &Value) -> (String, End) {
    let running = server(Some(&format!("nth={number},mode={mode}"))).await;
    let project = agency(&running.base_url());
    let mut child = project.spawn(&["apply", "--yes"]);
    assert!(until_held(&running, mode, &mut child).await, "request {number} was never made");
    let at = writes(&running).await.pop().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let mut last = (0, String::new());
    for _ in 0..4 {
        let (code, out, err) = project.run(&["apply", "--yes"]);
        last = (code, format!("{out}{err}"));
        let state = get(&running, "/__sandbox/state").await;
        assert_eq!(twice(&state), Vec::<String>::new(), "{mode} at {number} ({at}): {}", last.1);
        if code == 0 {
            break;
        }
    }
    let label = format!("{mode} at {number} ({at})");
    if last.0 == 5 {
        assert!(at.ends_with("/bulk-send") && mode == "hang_before", "{label} may not be held:\n{}", last.1);
        for part in ["campaignctl resolve send.", "--job ID", "--not-sent", "armed on"] {
            assert!(last.1.contains(part), "{label}: the hold does not say {part:?}:\n{}", last.1);
        }
        return (label, End::Held);
    }
    assert_eq!(last.0, 0, "{label}:\n{}", last.1);
    assert_eq!(project.run(&["plan", "--detailed-exitcode"]).0, 0, "{label}: the plan is not empty");
    assert_eq!(&account(&get(&running, "/__sandbox/state").await), wanted, "{label}: another account");
    running.shutdown().await;
    (label, End::Same)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_request() {
    let running = server(None).await;
    let project = agency(&running.base_url());
    project.ok(0, &["apply", "--yes"]);
    let wanted = account(&get(&running, "/__sandbox/state").await);
    let all = writes(&running).await;
    assert!(all.len() >= 10, "{all:?}");
    let full = std::env::var("FAULTS").is_ok_and(|f| f == "full");
    let is_send = |n: &usize| all[*n - 1].ends_with("/bulk-send");
    let points: Vec<usize> = (1..=all.len()).filter(|n| full || n % 3 == 0 || is_send(n)).collect();
    let (mut same, mut held) = (0, Vec::new());
    for number in points {
        for mode in ["hang_before", "hang_after"] {
            match one_point(number, mode, &wanted).await {
                (_, End::Same) => same += 1,
                (label, End::Held) => held.push(label),
            }
        }
    }
    println!(
        "killed at {} points of {} requests: {same} ended in the same account, {} in a hold {held:?}",
        same + held.len(),
        all.len(),
        held.len()
    );
}
