//! `watch`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::{Shop, err, out};
use crate::support::rogue::Reply;

#[tokio::test(flavor = "multi_thread")]
async fn to_its_end_in_a_pipe() {
    let shop = Shop::applied(6_000.0, "").await;
    let done = shop.run(&["watch", "send.offer"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let text = out(&done);
    assert!(text.ends_with("send.offer (run 1) is completed: 4 of 4 sent.\n"), "{text}");
    let again = shop.run(&["watch", "send.offer", "--format", "json"]).await;
    let last: Value = serde_json::from_str(out(&again).lines().last().unwrap()).unwrap();
    assert_eq!((&last["status"], &last["sent"]), (&"completed".into(), &4.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_embedded_sandbox_time_is_polled_forward() {
    let shop = Shop::open(1.0, "").await;
    let mut apply = shop.command(&["apply", "--sandbox", "--yes"]);
    apply.env_remove("MOLTFLOW_API_URL");
    assert!(apply.output().unwrap().status.success());
    let mut watch = shop.command(&["watch", "send.offer", "--sandbox"]);
    watch.env_remove("MOLTFLOW_API_URL");
    let done = watch.output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(out(&done).ends_with("is completed: 4 of 4 sent.\n"), "{}", out(&done));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_leaves_the_job_alone() {
    let shop = Shop::applied(1.0, "").await;
    let mut child =
        shop.command(&["watch", "send.offer"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    tokio::task::block_in_place(|| lines.read_line(&mut line).unwrap());
    assert!(line.starts_with("send.offer "), "{line}");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let status = tokio::task::block_in_place(|| child.wait().unwrap());
    assert_eq!(status.code(), Some(130));
    let jobs = shop.curl("GET", "/bulk-send", &Value::Null).await;
    assert!(["pending", "running"].contains(&jobs["jobs"][0]["status"].as_str().unwrap()), "{jobs}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_its_reader() {
    const STREAM: &str =
        "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let shop = Shop::applied(1.0, "").await;
    // A stream that never says anything: no line that could fail is due for a long time.
    let quiet = shop
        .rogue(|seen| if seen.path.ends_with("/progress") { Reply::Dribble(STREAM) } else { Reply::Pass })
        .await;
    for format in ["text", "json"] {
        let mut watch = shop.command(&["watch", "send.offer", "--format", format]);
        watch.env("MOLTFLOW_API_URL", &quiet.base).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = watch.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        tokio::task::block_in_place(|| lines.read_line(&mut line).unwrap());
        drop(lines);
        let done = tokio::task::block_in_place(|| child.wait_with_output().unwrap());
        assert_eq!((done.status.code(), err(&done)), (Some(0), String::new()), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_never_reached_is_not_waited_for() {
    let shop = Shop::applied(1.0, "").await;
    let done = shop.run_on("http://127.0.0.1:1", &["watch", "send.offer"]).await;
    assert_eq!((done.status.code(), out(&done)), (Some(1), String::new()));
    assert!(err(&done).contains("is the server running?"), "{}", err(&done));
    assert!(!err(&done).contains("trying again"), "{}", err(&done));
}
