//! Ctrl-C and SIGTERM, sent to the real program while the server takes its time (`product.md`, *Apply*): the first
//! begins nothing more and finishes what is under way, the second stops waiting, except for a send.

#![cfg(unix)]

use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::ops::{Shop, err, out};

const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: UTC}
account: {limits: {requests_per_minute: 6000}}
sessions: {main: {name: Main Line}}
groups:
  a: {members: ["+14155552671"]}
  b: {members: ["+442079460018"]}
sends:
  one: {group: a, message: The first.}
  two: {group: b, message: The second.}
"#;

/// Slow enough that a signal arrives before the answer does.
const SLOW: &str = "700ms";

async fn shop() -> Shop {
    let shop = Shop::open(1.0, "").await;
    shop.write("campaign.yaml", YAML);
    shop
}

/// Whoever runs the tests under `nohup` has SIGHUP ignored, which children inherit and only another program can undo
/// before ours starts.
const HANGUP_KILLS: &[&str] = if cfg!(target_os = "linux") { &["env", "--default-signal=HUP"] } else { &[] };

fn spawn(shop: &Shop, starter: &[&str]) -> Child {
    let mut command = shop.command_by(starter, &["apply", "--yes", "--parallelism", "1"]);
    command.env("CAMPAIGNCTL_SETTLE_SECONDS", "0").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits until so many changes of that path have arrived.
async fn until(shop: &Shop, path: &str, times: usize) {
    loop {
        let log = shop.curl("GET", "/__sandbox/log", &Value::Null).await;
        let requests = log["requests"].as_array().unwrap();
        let is = |r: &&Value| r["method"] == "POST" && r["path"].as_str().unwrap().ends_with(path);
        if requests.iter().filter(is).count() >= times {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn fault(shop: &Shop, body: Value) {
    shop.curl("POST", "/__sandbox/fault", &body).await;
}

async fn end(child: Child) -> Output {
    tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap()
}

async fn heal(shop: &Shop) {
    shop.curl("DELETE", "/__sandbox/fault", &Value::Null).await;
}

async fn jobs(shop: &Shop) -> usize {
    shop.curl("GET", "/bulk-send", &Value::Null).await["jobs"].as_array().unwrap().len()
}

/// Everything that is left is done by the next apply, and nothing of it twice.
async fn settles(shop: &Shop) {
    heal(shop).await;
    let again = shop.run(&["apply", "--yes"]).await;
    assert_eq!(again.status.code(), Some(0), "{}{}", out(&again), err(&again));
    assert_eq!(jobs(shop).await, 2);
    let mut groups = shop.group_names().await;
    groups.sort();
    assert_eq!(groups, ["a", "b"]);
    assert_eq!(shop.run(&["plan", "--detailed-exitcode"]).await.status.code(), Some(0));
}

/// The request is slow from the moment it is watched for: reads before it are not.
async fn interrupted_in(path: &str, times: usize, signals: &[&str]) -> (Shop, Output) {
    let shop = shop().await;
    // Before the request that counts there are others, which would be as slow: all of them are.
    fault(&shop, json!({"latency": SLOW})).await;
    let child = spawn(&shop, HANGUP_KILLS);
    until(&shop, path, times).await;
    for name in signals {
        signal(&child, name);
        // Two at once are one to the kernel.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ended = end(child).await;
    (shop, ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_under_way_is_finished_and_the_next_is_not_begun() {
    for name in ["INT", "TERM", "HUP"] {
        let (shop, ended) = interrupted_in("/bulk-send", 1, &[name]).await;
        let text = format!("{}{}", out(&ended), err(&ended));
        assert_eq!(ended.status.code(), Some(130), "{name}: {text}");
        assert_eq!(jobs(&shop).await, 1, "{name}: {text}");
        assert!(text.contains("send.one, accepted for sending"), "{name}: {text}");
        assert!(text.contains("Interrupted: nothing new is begun"), "{name}: {text}");
        assert!(text.contains("the rest was left"), "{name}: {text}");
        settles(&shop).await;
    }
}

/// Under `nohup` a terminal may be closed.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_that_is_ignored_ends_nothing() {
    let shop = shop().await;
    fault(&shop, json!({"latency": SLOW})).await;
    let child = spawn(&shop, &["env", "--ignore-signal=HUP"]);
    until(&shop, "/bulk-send", 1).await;
    signal(&child, "HUP");
    let ended = end(child).await;
    assert_eq!(ended.status.code(), Some(0), "{}{}", out(&ended), err(&ended));
    assert_eq!(jobs(&shop).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_even_the_second_signal_cuts_a_send_short() {
    let (shop, ended) = interrupted_in("/bulk-send", 1, &["INT", "INT", "TERM"]).await;
    let text = format!("{}{}", out(&ended), err(&ended));
    assert_eq!(ended.status.code(), Some(130), "{text}");
    assert!(text.contains("Not waiting any longer, except for a send"), "{text}");
    assert!(text.contains("send.one, accepted for sending"), "{text}");
    assert_eq!(jobs(&shop).await, 1, "{text}");
    settles(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_signal_lets_a_change_finish_and_the_second_does_not_wait_for_it() {
    let (shop, ended) = interrupted_in("/custom-groups", 1, &["INT"]).await;
    let text = format!("{}{}", out(&ended), err(&ended));
    assert_eq!(ended.status.code(), Some(130), "{text}");
    assert_eq!(shop.group_names().await, ["a"], "{text}");
    settles(&shop).await;

    let shop = self::shop().await;
    fault(&shop, json!({"nth": 1, "mode": "hang_after"})).await;
    let child = spawn(&shop, HANGUP_KILLS);
    until(&shop, "/custom-groups", 1).await;
    signal(&child, "INT");
    tokio::time::sleep(Duration::from_millis(50)).await;
    signal(&child, "TERM");
    let ended = end(child).await;
    let text = format!("{}{}", out(&ended), err(&ended));
    assert_eq!(ended.status.code(), Some(130), "{text}");
    // And not that the client's own patience, a minute, was at its end.
    assert!(text.contains("interrupted while it was under way"), "{text}");
    settles(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_in_the_last_change_leaves_nothing_and_does_not_say_so() {
    let (shop, ended) = interrupted_in("/bulk-send", 2, &["TERM"]).await;
    let text = format!("{}{}", out(&ended), err(&ended)).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ended.status.code(), Some(130), "{text}");
    assert!(!text.contains("the rest was left"), "{text}");
    assert!(text.contains("nothing was left"), "{text}");
    assert_eq!(jobs(&shop).await, 2);
    settles(&shop).await;
}
