//! A job that is not what was armed, and the operator's commands.

use serde_json::{Value, json};

use super::{Shop, err, out};
use crate::support::rogue::Reply;

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_paused_and_cancelled_and_goes_on_only_by_a_persons_word() {
    let shop = Shop::open(1.0, "").await;
    let lying = shop
        .rogue(|seen| {
            let detail = seen.method == "GET" && seen.path.contains("/bulk-send/");
            if detail {
                Reply::Rewritten(|body| body.replace("\"total_recipients\":4", "\"total_recipients\":9"))
            } else {
                Reply::Pass
            }
        })
        .await;
    let base = format!("{}/api/v2", lying.base);
    let applied = shop.run_on(&base, &["apply", "--yes"]).await;
    assert_eq!(applied.status.code(), Some(5), "{}{}", out(&applied), err(&applied));
    let status = async || shop.curl("GET", "/bulk-send", &Value::Null).await["jobs"][0]["status"].clone();
    let id = shop.curl("GET", "/bulk-send", &Value::Null).await["jobs"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(status().await, "paused", "it went to more than were armed");
    shop.curl("POST", &format!("/bulk-send/{id}/resume"), &json!({})).await;
    let paused = shop.run(&["pause", "send.offer"]).await;
    assert_eq!(paused.status.code(), Some(0), "{}", err(&paused));
    assert_eq!(status().await, "paused", "{}", out(&paused));
    let resumed = shop.run(&["resume", "send.offer"]).await;
    assert_eq!(status().await, "paused", "{}", out(&resumed));
    assert!(out(&resumed).contains("it is not what was to be sent"), "{}", out(&resumed));
    shop.run(&["cancel", "send.offer"]).await;
    assert_eq!(status().await, "cancelled");
}
