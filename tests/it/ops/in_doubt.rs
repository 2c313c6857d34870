//! What an apply says and exits with while a doubtful send is looked into (`product.md`, *Commands*: the exit codes).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::{Shop, YAML, out};
use crate::support::rogue::{Reply, answer, json};

/// The exit code, and what stdout has, on one line.
async fn apply(shop: &Shop, base: &str) -> (Option<i32>, String) {
    let mut command = shop.command(&["apply", "--yes"]);
    command.env("MOLTFLOW_API_URL", base).env("CAMPAIGNCTL_SETTLE_SECONDS", "0");
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (done.status.code(), out(&done).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// An apply that takes the attempt for not sent has not sent it: a pipeline that goes by the exit code must not stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_only_the_next_apply_sends_is_not_done() {
    let shop = Shop::open(1.0, "").await;
    shop.write("campaign.yaml", &format!("{YAML}policy: {{in_doubt: retry}}\n"));
    let posts = AtomicU32::new(0);
    let failing = shop
        .rogue(move |seen| {
            if seen.is_send() && posts.fetch_add(1, Ordering::SeqCst) == 0 {
                return answer(502, "text/html", "<title>502 Bad Gateway</title>");
            }
            Reply::Pass
        })
        .await;
    let base = format!("{}/api/v2", failing.base);
    for held in ["the attempt", "the first look"] {
        let (code, said) = apply(&shop, &base).await;
        assert_eq!(code, Some(5), "{held}: {said}");
        assert!(!said.contains("It is not sent again"), "the policy may send it again: {said}");
        // Both say the same of it.
        let status = shop.run(&["status"]).await;
        assert_eq!(status.status.code(), Some(5), "{held}: {}", out(&status));
    }
    let (code, said) = apply(&shop, &base).await;
    assert_eq!(code, Some(4), "{said}");
    assert!(
        said.contains("no job appeared; by policy in_doubt: retry the next apply sends it again"),
        "{said}"
    );
    let (code, said) = apply(&shop, &base).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("accepted for sending"), "{said}");
}

/// What the plan shows as held, and the apply then finds, is said to be found.
#[tokio::test(flavor = "multi_thread")]
async fn a_held_send_whose_job_is_found_is_said_to_have_gone_out() {
    let shop = Shop::open(1.0, "").await;
    let hidden = Arc::new(AtomicBool::new(true));
    let is_hidden = hidden.clone();
    let failing = shop
        .rogue(move |seen| {
            if seen.is_send() {
                return Reply::ActThen(Box::new(answer(502, "text/html", "<title>502 Bad Gateway</title>")));
            }
            if seen.method == "GET" && seen.path.ends_with("/bulk-send") && is_hidden.load(Ordering::SeqCst) {
                return json(200, r#"{"jobs": [], "total": 0}"#);
            }
            Reply::Pass
        })
        .await;
    let base = format!("{}/api/v2", failing.base);
    for _ in 0..2 {
        let (code, said) = apply(&shop, &base).await;
        assert_eq!(code, Some(5), "{said}");
    }
    hidden.store(false, Ordering::SeqCst);
    let (code, said) = apply(&shop, &base).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("it had gone out: job "), "{said}");
    let (code, said) = apply(&shop, &base).await;
    assert_eq!((code, said.contains("No changes")), (Some(0), true), "{said}");
}

/// Somebody is suppressed while it is not known whether the send went out: once it is found, it does not go on to them.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_found_with_somebody_suppressed_in_it_is_paused() {
    let shop = Shop::open(1.0, "").await;
    let failing = shop
        .rogue(|seen| {
            if seen.is_send() {
                return Reply::ActThen(Box::new(answer(502, "text/html", "<title>502 Bad Gateway</title>")));
            }
            Reply::Pass
        })
        .await;
    let base = format!("{}/api/v2", failing.base);
    let (code, said) = apply(&shop, &base).await;
    assert_eq!(code, Some(5), "{said}");
    let suppressed = YAML.replace("suppress:\n", "suppress:\n  - phone: \"+442079460020\"\n");
    shop.write("campaign.yaml", &suppressed);
    let (_, said) = apply(&shop, &base).await;
    assert!(said.contains("it was paused, because someone in it is suppressed"), "{said}");
    let jobs = shop.curl("GET", "/bulk-send", &serde_json::Value::Null).await;
    assert_eq!(jobs["jobs"][0]["status"], "paused", "{jobs}");
    let (code, said) = apply(&shop, &base).await;
    assert_eq!(code, Some(0), "{said}");
    let jobs = shop.curl("GET", "/bulk-send", &serde_json::Value::Null).await;
    assert_eq!(jobs["jobs"][0]["status"], "paused", "it is not resumed by the next apply: {jobs}");
}

/// An attempt that was refused switches off no guard: what somebody else sent meanwhile is seen.
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_was_refused_does_not_hide_what_somebody_else_sent() {
    let shop = Shop::open(1.0, "").await;
    let posts = AtomicU32::new(0);
    let failing = shop
        .rogue(move |seen| {
            if seen.is_send() && posts.fetch_add(1, Ordering::SeqCst) == 0 {
                return answer(403, "application/json", r#"{"detail": "plan limit"}"#);
            }
            Reply::Pass
        })
        .await;
    let base = format!("{}/api/v2", failing.base);
    let (code, said) = apply(&shop, &base).await;
    assert_eq!(code, Some(4), "{said}");
    let groups = shop.curl("GET", "/custom-groups", &serde_json::Value::Null).await;
    let group = groups["groups"][0]["id"].clone();
    let sessions = shop.curl("GET", "/sessions", &serde_json::Value::Null).await;
    let by_hand = serde_json::json!({"session_id": sessions["sessions"][0]["id"], "custom_group_id": group,
        "message_content": "Special offer!"});
    shop.curl("POST", "/bulk-send", &by_hand).await;
    let (_, said) = apply(&shop, &base).await;
    assert!(!said.contains("accepted for sending"), "{said}");
    let jobs = shop.curl("GET", "/bulk-send", &serde_json::Value::Null).await;
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 1, "{jobs}");
}

/// A list that leaves the group out cannot say that a job is not the late one.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_job_without_a_group_in_the_list_is_not_sent_beside() {
    let shop = Shop::open(1.0, "list_fields=few").await;
    let posts = AtomicU32::new(0);
    let failing = shop
        .rogue(move |seen| {
            if seen.is_send() && posts.fetch_add(1, Ordering::SeqCst) == 0 {
                return answer(502, "text/html", "<title>502 Bad Gateway</title>");
            }
            Reply::Pass
        })
        .await;
    let base = format!("{}/api/v2", failing.base);
    for _ in 0..2 {
        let (code, said) = apply(&shop, &base).await;
        assert_eq!(code, Some(5), "{said}");
    }
    let word = ["resolve", "send.offer", "--not-sent", "--reason", "none there"];
    let settled = shop.run_on(&base, &word).await;
    assert_eq!(settled.status.code(), Some(0), "{}", super::err(&settled));
    let groups = shop.curl("GET", "/custom-groups", &serde_json::Value::Null).await;
    let group = groups["groups"][0]["id"].clone();
    let sessions = shop.curl("GET", "/sessions", &serde_json::Value::Null).await;
    let late = serde_json::json!({"session_id": sessions["sessions"][0]["id"], "custom_group_id": group,
        "message_content": "Special offer!"});
    shop.curl("POST", "/bulk-send", &late).await;
    let (code, said) = apply(&shop, &base).await;
    assert_eq!(code, Some(5), "{said}");
    let jobs = shop.curl("GET", "/bulk-send", &serde_json::Value::Null).await;
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 1, "{jobs}");
}
