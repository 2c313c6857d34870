//! `try`.

use serde_json::{Value, json};

use super::{Shop, err, out};

#[tokio::test(flavor = "multi_thread")]
async fn to_one_phone_and_without_a_trace_of_it() {
    let shop = Shop::applied(60_000.0, "").await;
    let done = shop.run(&["try", "send.later", "--to", "+972501234567"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(out(&done), "The text of send.later went to +972…67, and to nobody else.\n");
    assert_eq!(shop.group_names().await, ["VIP Clients"]);
    let jobs = shop.curl("GET", "/bulk-send", &Value::Null).await;
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 2);
    assert_eq!(jobs["jobs"][0]["total_recipients"], 1);
    let ledger = shop.read(".campaignctl/default/acme.jsonl");
    assert!(
        ledger.contains("\"tried\"") && !ledger.contains("501234567") && !err(&done).contains("501234567")
    );
    // A job to a group that is gone would be evidence that a snapshot send went out; a try's is not.
    let yaml = super::YAML.replace(", state: paused", "");
    shop.write("campaign.yaml", &yaml);
    let plan = shop.run(&["plan", "--detailed-exitcode"]).await;
    assert_eq!(plan.status.code(), Some(2), "{}", out(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_be_tried_is_refused_before_anything_is_made() {
    let shop = Shop::open(1.0, "").await;
    for (args, code, words) in [
        (["try", "send.later", "--to", "+442079460099"], 3, "suppressed"),
        (["try", "send.later", "--to", "0501234567"], 1, "country code"),
        (["try", "send.none", "--to", "+972501234567"], 1, "the YAML has no send.none"),
        (["try", "group.vip", "--to", "+972501234567"], 1, "is no send"),
    ] {
        let output = shop.run(&args).await;
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", err(&output));
        assert!(err(&output).contains(words) && !err(&output).contains("79460099"), "{}", err(&output));
    }
    let log = shop.curl("GET", "/__sandbox/log", &Value::Null).await.to_string();
    assert!(!log.contains("POST"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_send_leaves_no_group_and_a_dead_runs_group_is_swept() {
    let shop = Shop::applied(1.0, "").await;
    shop.curl("POST", "/__sandbox/fault", &json!({"spec": "nth=1,mode=503,path=^/bulk-send$"})).await;
    let done = shop.run(&["try", "send.offer", "--to", "+972501234567"]).await;
    assert_eq!(done.status.code(), Some(4), "{}", err(&done));
    assert!(err(&done).contains("is not known"), "{}", err(&done));
    assert_eq!(shop.group_names().await, ["VIP Clients"]);
    // What a run of this machine that was killed leaves behind: its name has the machine and the process.
    shop.curl(
        "POST",
        "/__sandbox/fault",
        &json!({"spec": "nth=1,mode=500_before,path=^/custom-groups/[^/]+$,every"}),
    )
    .await;
    let done = shop.run(&["try", "send.offer", "--to", "+972501234567"]).await;
    assert!(err(&done).contains("the next run deletes it"), "{}", err(&done));
    assert_eq!(shop.group_names().await.len(), 2);
    shop.curl("DELETE", "/__sandbox/fault", &Value::Null).await;
    for job in shop.curl("GET", "/bulk-send", &Value::Null).await["jobs"].as_array().unwrap() {
        let path = format!("/bulk-send/{}/cancel", job["id"].as_str().unwrap());
        if job["status"] != "completed" {
            shop.curl("POST", &path, &Value::Null).await;
        }
    }
    let done = shop.run(&["wa-groups", "export", "120363011111@g.us"]).await;
    assert!(err(&done).contains("an earlier run had left behind"), "{}", err(&done));
    assert_eq!(shop.group_names().await, ["VIP Clients"]);
}
