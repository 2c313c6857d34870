//! `import`: what is written is a project whose plan is empty.

use serde_json::{Value, json};

use super::{Shop, err, mode, out};

async fn fill(shop: &Shop) {
    let group = |name: &str, n: u64| {
        let members: Vec<Value> = (0..n)
            .map(|i| json!({"phone": format!("+4420794{:05}", i), "name": format!("P: {i}")}))
            .collect();
        json!({"name": name, "members": members})
    };
    let sessions = shop.curl("GET", "/sessions", &Value::Null).await;
    let sessions = if sessions.is_array() {
        sessions
    } else {
        sessions.as_object().unwrap().values().find(|v| v.is_array()).unwrap().clone()
    };
    let session = &sessions[0]["id"];
    let small = shop.curl("POST", "/custom-groups", &group("VIP Clients", 3)).await;
    let large = shop.curl("POST", "/custom-groups", &group("לקוחות ✨", 500)).await;
    shop.curl("POST", "/custom-groups", &group("VIP Clients", 1)).await;
    shop.curl("POST", "/custom-groups", &group("Empty", 0)).await;
    let schedule = |name: &str, group: &Value, kind: &str, when: &str| {
        let field = if kind == "one_time" { "scheduled_time" } else { "cron_expression" };
        json!({"name": name, "session_id": session, "custom_group_id": group["id"], "schedule_type": kind, field: when,
               "timezone": "Asia/Jerusalem", "message_type": "text", "message_content": "Dear all,\n\nnews {name} ${HOME}"})
    };
    let mut made = Vec::new();
    for (name, group, kind, when) in [
        ("Weekly", &small, "weekly", "0 9 * * 1,4"),
        ("Daily", &large, "daily", "30 8 * * *"),
        ("Monthly", &small, "monthly", "0 9 31 * *"),
        ("Odd", &large, "cron", "0 9 1 * MON"),
        ("Once", &small, "one_time", "2040-01-05T09:00:00"),
        ("Gone", &small, "daily", "0 7 * * *"),
        ("Resting", &small, "daily", "0 6 * * *"),
    ] {
        made.push(shop.curl("POST", "/scheduled-messages", &schedule(name, group, kind, when)).await);
    }
    let path =
        |n: usize, what: &str| format!("/scheduled-messages/{}/{what}", made[n]["id"].as_str().unwrap());
    shop.curl("POST", &path(5, "cancel"), &Value::Null).await;
    shop.curl("POST", &path(6, "pause"), &Value::Null).await;
    let send = json!({"session_id": session, "custom_group_id": small["id"], "message_content": "hi"});
    shop.curl("POST", "/bulk-send", &send).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_of_what_was_imported_is_empty() {
    for dialect in [
        "",
        "list_fields=few,order=old,phone=digits",
        "rewrite=yes,page=2,total=no,envelope=bare,member_page=2",
    ] {
        let shop = Shop::open(1.0, dialect).await;
        fill(&shop).await;
        let done = shop.run(&["import", "--out", "client"]).await;
        assert_eq!(done.status.code(), Some(0), "{dialect}: {}", err(&done));
        let said = out(&done);
        assert!(said.contains("3 groups with 503 members, 6 schedules, 1 session"), "{dialect}: {said}");
        for left in ["another group has the same name", "it is cancelled, which is final", "1 bulk send"] {
            assert!(said.contains(left), "{dialect}: {said}");
        }
        assert!(!err(&done).contains("warning"), "{dialect}: {}", err(&done));
        let plan = shop.run(&["plan", "client", "--detailed-exitcode"]).await;
        assert!(out(&plan).contains("No changes."), "{dialect}: {}", out(&plan));
        assert_eq!(plan.status.code(), Some(0));
        assert_eq!(mode(&shop.dir.path().join("client/private/לקוחות.csv")), 0o600);
        let yaml = shop.read("client/campaign.yaml");
        assert!(yaml.contains("weekly: {on: [monday, thursday], at: \"09:00\"}"), "{yaml}");
        let ledger = shop.read("client/.campaignctl/default/client.jsonl");
        assert!(!ledger.contains("4420794") && !ledger.contains("Dear all"), "the ledger has people in it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_plan_reads_no_more_than_any() {
    let shop = Shop::open(1.0, "").await;
    fill(&shop).await;
    shop.run(&["import", "--out", "client"]).await;
    let log = async || {
        let log = shop.curl("GET", "/__sandbox/log", &Value::Null).await;
        let paths =
            log["requests"].as_array().unwrap().iter().map(|r| r["path"].as_str().unwrap().to_owned());
        paths.filter(|path| path.starts_with("/api")).collect::<Vec<_>>()
    };
    let before = log().await.len();
    shop.run(&["plan", "client"]).await;
    let made = log().await.split_off(before);
    assert!(made.len() <= 5, "{made:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten() {
    let shop = Shop::open(1.0, "").await;
    let there = shop.run(&["import"]).await;
    assert_eq!(there.status.code(), Some(3), "{}", err(&there));
    assert!(err(&there).contains("--out DIR"));
    assert_eq!(shop.read("campaign.yaml"), super::YAML);
    shop.run(&["import", "--out", "client"]).await;
    std::fs::remove_file(shop.dir.path().join("client/campaign.yaml")).unwrap();
    let ledger = shop.run(&["import", "--out", "client"]).await;
    assert_eq!(ledger.status.code(), Some(3), "{}", err(&ledger));
    assert!(!shop.dir.path().join("client/campaign.yaml").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_way_is_named_and_nothing_is_left_half_done() {
    let shop = Shop::open(1.0, "").await;
    fill(&shop).await;
    let names = |dir: &str| {
        let mut names: Vec<_> = std::fs::read_dir(shop.dir.path().join(dir))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let csv = "client/private/לקוחות.csv";
    std::fs::create_dir_all(shop.dir.path().join("client/private")).unwrap();
    shop.write(csv, "mine");
    let refused = shop.run(&["import", "--out", "client"]).await;
    assert_eq!(refused.status.code(), Some(3), "{}", err(&refused));
    for words in ["is there already", "nothing was written", "--out DIR"] {
        assert!(err(&refused).contains(words), "{}", err(&refused));
    }
    assert_eq!((names("client"), shop.read(csv)), (vec!["private".to_owned()], "mine".to_owned()));
    // A ledger that is in the way is known before the account is read.
    let made = shop.run(&["import", "--out", "other"]).await;
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    std::fs::remove_file(shop.dir.path().join("other/campaign.yaml")).unwrap();
    let early = shop.run_on("http://127.0.0.1:1", &["import", "--out", "other"]).await;
    assert_eq!(early.status.code(), Some(3), "{}", err(&early));
    // Nor is a directory left behind that was made for nothing.
    let down = shop.run_on("http://127.0.0.1:1", &["import", "--out", "new/place"]).await;
    assert_eq!(down.status.code(), Some(1), "{}", err(&down));
    assert!(!shop.dir.path().join("new").exists());
}
