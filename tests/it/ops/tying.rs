//! `adopt` and `forget`.

use serde_json::{Value, json};

use super::{Shop, YAML, err, out};

/// A shop with a second group, a send that has not gone out, and who is who.
async fn shop() -> Shop {
    let shop = Shop::open(1.0, "").await;
    let yaml = YAML
        .replace("schedules:", "  staff: {members: [\"+442079460031\"]}\nschedules:")
        .replace("  later:", "  extra: {group: vip, message: Extra!, state: paused}\n  later:");
    shop.write("campaign.yaml", &yaml);
    let done = shop.run(&["apply", "--yes"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    shop
}

/// The id of a job that somebody else makes.
async fn job(shop: &Shop, group: &str) -> String {
    let jobs = shop.curl("GET", "/bulk-send", &Value::Null).await;
    let body = json!({
        "session_id": jobs["jobs"][0]["session_id"],
        "custom_group_id": shop.id(group).await,
        "message_content": "By hand",
    });
    shop.curl("POST", "/bulk-send", &body).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_the_sends_own_group_is_the_send_and_another_is_not() {
    let shop = shop().await;
    let (to_vip, to_staff) = (job(&shop, "group.vip").await, job(&shop, "group.staff").await);
    for send in ["send.extra", "send.later"] {
        let refused = shop.run(&["adopt", send, "--job", &to_staff]).await;
        assert_eq!(refused.status.code(), Some(3), "{}", err(&refused));
        for words in [
            "went with 1 person to the group",
            "(\"staff\", now 1 person)",
            "is to go to group.vip (\"VIP Clients\", now 4 people)",
            "campaignctl adopt group.vip --id",
            "--new",
            "state: cancelled",
        ] {
            assert!(err(&refused).contains(words), "{send} {words}: {}", err(&refused));
        }
    }
    let done = shop.run(&["adopt", "send.extra", "--job", &to_vip]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(out(&done).contains("It is not sent again."), "{}", out(&done));
    let twice = shop.run(&["adopt", "send.later", "--job", &to_vip]).await;
    assert_eq!(twice.status.code(), Some(3));
    assert!(err(&twice).contains("is that of send.extra"), "{}", err(&twice));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sessions_job_is_not_the_send() {
    let shop = shop().await;
    let id = job(&shop, "group.vip").await;
    let yaml = shop.read("campaign.yaml").replace("{name: Main Line}", "{name: Shop}");
    std::fs::remove_dir_all(shop.dir.path().join(".campaignctl")).unwrap();
    shop.write("campaign.yaml", &yaml);
    let refused = shop.run(&["adopt", "send.extra", "--job", &id]).await;
    assert_eq!(refused.status.code(), Some(3), "{}", err(&refused));
    assert!(err(&refused).contains("went out from the session \"Main Line\""), "{}", err(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_command_says_the_other_half() {
    let shop = shop().await;
    for (args, words) in [
        (&["adopt", "send.extra"][..], "--job ID: that job is this send; --new:"),
        (&["adopt", "send.extra", "--id", "x-1"], "use --job ID"),
        (&["adopt", "group.vip"], "use --id ID"),
        (&["adopt", "schedule.weekly", "--new"], "use --id ID"),
        (&["forget", "send.offer"], "what was sent is never forgotten"),
        (&["forget", "group.none"], "the ledger has no group.none"),
    ] {
        let error = shop.run(args).await;
        assert_eq!(error.status.code(), Some(1), "{args:?}");
        assert!(err(&error).contains(words), "{args:?}: {}", err(&error));
    }
    let none = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    for args in [["adopt", "group.vip", "--id", none], ["adopt", "send.extra", "--job", none]] {
        let refused = shop.run(&args).await;
        assert_eq!(refused.status.code(), Some(3), "{args:?}: {}", err(&refused));
        assert!(err(&refused).contains("the account has no"), "{}", err(&refused));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forgotten_stays_and_can_be_adopted_again() {
    let shop = shop().await;
    let ids =
        [("group.vip", shop.id("group.vip").await), ("schedule.weekly", shop.id("schedule.weekly").await)];
    for (address, id) in &ids {
        let again = shop.run(&["adopt", address, "--id", id]).await;
        assert_eq!(again.status.code(), Some(3));
        assert!(err(&again).contains("already"), "{}", err(&again));
        let done = shop.run(&["forget", address]).await;
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        assert!(out(&done).contains("is nobody's here"), "{}", out(&done));
        assert!(err(&done).contains("The YAML still has"), "{}", err(&done));
    }
    assert_eq!(shop.group_names().await.len(), 2, "nothing was deleted");
    for (address, id) in &ids {
        let done = shop.run(&["adopt", address, "--id", id]).await;
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        assert!(out(&done).contains(&format!("{address} is now")), "{}", out(&done));
    }
    let done = shop.run(&["adopt", "send.extra", "--new"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let plan = shop.run(&["plan", "--detailed-exitcode"]).await;
    assert_eq!(plan.status.code(), Some(0), "{}", out(&plan));
}

/// A slip in the id would make a send that nobody got look sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_held_send_is_not_settled_by_a_job_that_went_elsewhere() {
    let shop = Shop::open(1.0, "").await;
    let yaml = YAML.replace("schedules:", "  staff: {members: [\"+442079460031\"]}\nschedules:");
    shop.write("campaign.yaml", &yaml);
    let fault = json!({"spec": "nth=1,mode=502_html_after,path=^/bulk-send$"});
    shop.curl("POST", "/__sandbox/fault", &fault).await;
    let held = shop.run(&["apply", "--yes"]).await;
    assert_eq!(held.status.code(), Some(5), "{}", err(&held));
    let jobs = shop.curl("GET", "/bulk-send", &Value::Null).await;
    let own = jobs["jobs"][0]["id"].as_str().unwrap().to_owned();
    let other = job(&shop, "group.staff").await;
    let refused = shop.run(&["resolve", "send.offer", "--job", &other]).await;
    assert_eq!(refused.status.code(), Some(3), "{}", err(&refused));
    assert!(err(&refused).contains("it goes to another group than was armed"), "{}", err(&refused));
    assert!(err(&refused).contains("--not-sent"), "{}", err(&refused));
    let done = shop.run(&["resolve", "send.offer", "--job", &own]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
}

/// Where the API shows what a job says, one that says something else is another send.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_another_text_is_not_the_send() {
    let shop = Shop::open(1.0, "echo=yes").await;
    let fault = json!({"spec": "nth=1,mode=502_html_after,path=^/bulk-send$"});
    shop.curl("POST", "/__sandbox/fault", &fault).await;
    let held = shop.run(&["apply", "--yes"]).await;
    assert_eq!(held.status.code(), Some(5), "{}", err(&held));
    let own =
        shop.curl("GET", "/bulk-send", &Value::Null).await["jobs"][0]["id"].as_str().unwrap().to_owned();
    let by_hand = job(&shop, "group.vip").await;
    let refused = shop.run(&["resolve", "send.offer", "--job", &by_hand]).await;
    assert_eq!(refused.status.code(), Some(3), "{}", err(&refused));
    assert!(err(&refused).contains("another text, or other media"), "{}", err(&refused));
    let yaml = YAML
        .replace("schedules:", "schedules:\n")
        .replace("sends:", "sends:\n  extra: {group: vip, message: Extra!}");
    shop.write("campaign.yaml", &yaml);
    let other = shop.run(&["adopt", "send.extra", "--job", &by_hand]).await;
    assert_eq!(other.status.code(), Some(3), "{}", err(&other));
    assert!(err(&other).contains("its text is not that of the YAML"), "{}", err(&other));
    for said in [&refused, &other] {
        for text in ["By hand", "Extra!", "Special offer!"] {
            assert!(!err(said).contains(text), "{}", err(said));
        }
    }
    let done = shop.run(&["resolve", "send.offer", "--job", &own]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
}

/// The ledger was put back to what it was before the edited text went out: `on_change: resend` does not send it twice.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_ledger_does_not_send_an_edit_again() {
    let shop = Shop::applied(1.0, "").await;
    let older = shop.read(".campaignctl/default/acme.jsonl");
    let edit = "offer: {group: vip, message: An edited offer!, on_change: resend}";
    shop.write("campaign.yaml", &YAML.replace("offer: {group: vip, message: Special offer!}", edit));
    let again = shop.run(&["apply", "--yes", "--confirm-audience", "4"]).await;
    assert_eq!(again.status.code(), Some(0), "{}", err(&again));
    shop.write(".campaignctl/default/acme.jsonl", &older);
    let plan = shop.run(&["plan", "--confirm-audience", "4"]).await;
    assert_eq!(plan.status.code(), Some(5), "{}", out(&plan));
    assert!(out(&plan).contains("put back to an older state"), "{}", out(&plan));
    let jobs = shop.curl("GET", "/bulk-send", &Value::Null).await;
    let live = jobs["jobs"].as_array().unwrap().iter().find(|job| job["status"] != "cancelled").unwrap();
    let done = shop.run(&["adopt", "send.offer", "--job", live["id"].as_str().unwrap()]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let plan = shop.run(&["plan", "--detailed-exitcode"]).await;
    assert_eq!(plan.status.code(), Some(0), "{}", out(&plan));
}
