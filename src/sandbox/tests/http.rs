//! Over real sockets: answers, faults, streams, the test helpers.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::*;

pub async fn sandbox(change: impl FnOnce(&mut Options)) -> Running {
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    let mut options = Options { clock: SandboxClock::fixed(at), throttle: false, ..Options::default() };
    change(&mut options);
    start(options).await.unwrap()
}

/// Everything the server sends for one request on its own connection, until it closes it.
pub async fn raw(running: &Running, method: &str, path: &str, body: &Value) -> String {
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nx-api-key: secret-key\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    // A connection that was cut may end with a reset: what came before it counts.
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        answer.extend_from_slice(&chunk[..count]);
    }
    String::from_utf8(answer).unwrap()
}

pub async fn json_of(running: &Running, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let answer = raw(running, method, path, body).await;
    let status = answer.split(' ').nth(1).unwrap_or_default().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

async fn groups(running: &Running) -> u64 {
    json_of(running, "GET", "/api/v2/custom-groups", &Value::Null).await.1["total"].as_u64().unwrap()
}

#[tokio::test]
async fn each_fault_breaks_the_answer_and_acts_or_not() {
    for mode in FaultMode::all() {
        let running = sandbox(|_| {}).await;
        let (status, _) =
            json_of(&running, "POST", "/__sandbox/fault", &json!({"nth": 1, "mode": mode.as_str()})).await;
        assert_eq!(status, 200);
        let body = json!({"name": "VIP"});
        let asking = raw(&running, "POST", "/custom-groups", &body);
        let answer = timeout(Duration::from_millis(300), asking).await;
        let name = mode.as_str();
        match mode {
            FaultMode::HangBefore | FaultMode::HangAfter => assert!(answer.is_err(), "{name} answered"),
            FaultMode::DropBefore | FaultMode::DropAfter => assert_eq!(answer.unwrap(), "", "{name}"),
            FaultMode::Truncated => {
                let answer = answer.unwrap();
                let (head, body) = answer.split_once("\r\n\r\n").unwrap();
                let length: usize = head
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned))
                    .unwrap()
                    .parse()
                    .unwrap();
                assert!(!body.is_empty() && body.len() < length, "{body}");
            }
            FaultMode::Empty2xx => {
                let answer = answer.unwrap();
                assert!(answer.starts_with("HTTP/1.1 201") && answer.ends_with("\r\n\r\n"), "{answer}");
            }
            FaultMode::Error500Before | FaultMode::Error500After => {
                assert!(answer.unwrap().starts_with("HTTP/1.1 500"));
            }
            FaultMode::Html502After => {
                let answer = answer.unwrap();
                assert!(answer.starts_with("HTTP/1.1 502") && answer.contains("<html>"));
            }
            FaultMode::TooMany429 => assert!(answer.unwrap().to_lowercase().contains("retry-after: ")),
            FaultMode::Unavailable503 => assert!(answer.unwrap().starts_with("HTTP/1.1 503")),
        }
        assert_eq!(groups(&running).await, u64::from(mode.acts()), "{name}");
        assert_eq!(json_of(&running, "POST", "/custom-groups", &body).await.0, 201, "{name} strikes once");
        running.shutdown().await;
    }
}

#[tokio::test]
async fn progress_is_streamed_until_the_job_is_final() {
    let running = sandbox(|_| {}).await;
    let (_, sessions) = json_of(&running, "GET", "/sessions", &Value::Null).await;
    let members = json!([{"phone": "+15550100001"}, {"phone": "+15550100002"}]);
    let (_, group) =
        json_of(&running, "POST", "/custom-groups", &json!({"name": "VIP", "members": members})).await;
    let body = json!({
        "session_id": sessions["sessions"][0]["id"], "custom_group_id": group["id"], "message_content": "Hello"
    });
    let (_, job) = json_of(&running, "POST", "/bulk-send", &body).await;
    let path = format!("/api/v2/bulk-send/{}/progress", job["id"].as_str().unwrap());
    let advance = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        running.clock().advance(jiff::SignedDuration::from_hours(1));
    };
    let (answer, ()) =
        tokio::join!(timeout(Duration::from_secs(20), raw(&running, "GET", &path, &Value::Null)), advance);
    let answer = answer.unwrap();
    assert!(answer.to_lowercase().contains("content-type: text/event-stream"), "{answer}");
    for event in [
        r#"data: {"failed":0,"sent":0,"status":"pending","total":2}"#,
        r#"data: {"failed":0,"sent":2,"status":"completed","total":2}"#,
    ] {
        assert!(answer.contains(event), "{event} in {answer}");
    }
    running.shutdown().await;
}

#[tokio::test]
async fn the_helpers_move_the_clock_and_show_state_and_log_without_the_key() {
    let running = sandbox(|_| {}).await;
    let call = |method, path, body| {
        let running = &running;
        async move { json_of(running, method, path, &body).await }
    };
    let (_, clock) = call("POST", "/__sandbox/clock", json!({"advance": "2h"})).await;
    assert_eq!(clock["now"], json!("2026-11-22T12:00:00Z"));
    let (_, clock) = call("POST", "/__sandbox/clock", json!({"set": "2026-11-23T00:00:00Z"})).await;
    assert_eq!(clock["now"], json!("2026-11-23T00:00:00Z"));
    for bad in [
        json!({"set": "2020-01-01T00:00:00Z"}),
        json!({"advance": "9999d"}),
        json!({}),
        json!({"advance": 5}),
    ] {
        let (status, answer) = call("POST", "/__sandbox/clock", bad).await;
        assert!(status == 400 || status == 422, "{answer}");
    }
    let (_, session) =
        call("POST", "/__sandbox/sessions", json!({"name": "Second", "status": "qr_code"})).await;
    assert_eq!(session["status"], json!("qr_code"));
    let (_, session) =
        call("POST", "/__sandbox/sessions", json!({"id": session["id"], "status": "working"})).await;
    assert_eq!((&session["name"], &session["status"]), (&json!("Second"), &json!("working")));
    let wa = json!({"id": "1@g.us", "name": "Chat", "members": [{"phone": "+15550100001", "name": "Jane"}]});
    assert_eq!(call("POST", "/__sandbox/wa-groups", wa).await.0, 200);
    let (_, contacts) = call("GET", "/custom-groups/contacts", Value::Null).await;
    assert_eq!(contacts["contacts"][0], json!({"phone": "+15550100001", "name": "Jane"}));
    let (_, erased) = call("POST", "/__sandbox/erase", json!({"phone": "+15550100001"})).await;
    assert_eq!(erased, json!({"places": 1}));
    let (status, answer) = call("POST", "/__sandbox/fault", json!({"mode": "explode"})).await;
    assert_eq!(status, 422, "{answer}");
    let (_, state) = call("GET", "/__sandbox/state", Value::Null).await;
    assert_eq!((&state["plan"], state["sessions"].as_array().unwrap().len()), (&json!("business"), 2));
    let log = call("GET", "/__sandbox/log", Value::Null).await.1;
    let entry = &log["requests"][0];
    assert_eq!(
        (&entry["method"], &entry["path"], &entry["status"]),
        (&json!("GET"), &json!("/custom-groups/contacts"), &json!(200))
    );
    assert!(!log.to_string().contains("secret-key") && !state.to_string().contains("secret-key"));
    running.shutdown().await;
}

#[tokio::test]
async fn what_the_log_says_of_a_dropped_answer() {
    let running =
        sandbox(|options| options.faults = vec![Fault::parse("nth=1,mode=drop_after").unwrap()]).await;
    raw(&running, "POST", "/custom-groups", &json!({"name": "VIP"})).await;
    let log = json_of(&running, "GET", "/__sandbox/log", &Value::Null).await.1;
    let entry = &log["requests"][0];
    assert_eq!((&entry["status"], &entry["served"]), (&Value::Null, &json!(201)));
    assert_eq!(entry["fault"], json!("drop_after"));
    running.shutdown().await;
}

#[tokio::test]
async fn a_hang_ends_when_the_sandbox_does() {
    let running = sandbox(|options| options.faults = vec![Fault::parse("mode=hang_after").unwrap()]).await;
    let address = running.address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "DELETE /custom-groups/x HTTP/1.1\r\nhost: x\r\nx-api-key: k\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let (_, log) = json_of(&running, "GET", "/__sandbox/log", &Value::Null).await;
    assert!(log["requests"].is_array());
    timeout(Duration::from_secs(10), running.shutdown()).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "the port is free again");
}
