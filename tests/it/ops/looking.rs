//! `contacts`, `sessions`, `wa-groups`: what the account has.

use serde_json::{Value, json};

use super::{Shop, err, out};
use crate::support::rogue::{self, Reply};

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_masked_and_erased_people_are_people() {
    let shop = Shop::applied(1.0, "").await;
    let all = shop.run(&["contacts", "--show-phones"]).await;
    assert_eq!(all.status.code(), Some(0), "{}", err(&all));
    assert!(out(&all).contains("Jane \"J\", Doe") && !out(&all).contains("442079460018"), "{}", out(&all));
    let count: Value =
        serde_json::from_str(&out(&shop.run(&["contacts", "--format", "json"]).await)).unwrap();
    let erased = shop
        .rogue(|seen| {
            let page = if !seen.query.contains("offset=2") {
                json!([{"phone": "REDACTED", "name": "REDACTED"}, {"phone": "REDACTED", "name": "REDACTED"}])
            } else {
                json!([{"phone": "+14155552671", "name": "Jo"}])
            };
            rogue::json(200, &json!({"contacts": page, "total": 3}).to_string())
        })
        .await;
    let three = shop.run_on(&erased.base, &["contacts", "--format", "json"]).await;
    let three: Value = serde_json::from_str(&out(&three)).unwrap_or_else(|_| panic!("{}", err(&three)));
    assert_eq!(three, json!({"contacts": 3, "without_phone": 2}));
    assert!(count["contacts"].as_u64().unwrap() > 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_page_that_is_repeated_is_not_all() {
    let shop = Shop::open(1.0, "").await;
    for (n, code) in [(49, 0), (50, 1), (100, 1)] {
        let body: Vec<Value> = (0..n)
            .map(|i| json!({"id": format!("x-{i}"), "wa_group_id": format!("{i}@g.us"), "name": "n", "status": "working"}))
            .collect();
        let body = Value::from(body).to_string();
        let same = shop.rogue(move |_| rogue::json(200, &body)).await;
        for command in ["contacts", "sessions", "wa-groups"] {
            let done = shop.run_on(&same.base, &[command]).await;
            assert_eq!(done.status.code(), Some(code), "{command} {n}: {}", err(&done));
            assert_eq!(err(&done).contains("repeats the first page"), code == 1, "{}", err(&done));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_the_yaml_are_no_hindrance() {
    let shop = Shop::open(1.0, "").await;
    shop.write("campaign.yaml", "version: 1\nproject: acme\ngroups: [\n");
    for command in ["contacts", "sessions", "wa-groups"] {
        for args in [&[command][..], &[command, "--project", "campaign.yaml"]] {
            let done = shop.run(args).await;
            assert_eq!(done.status.code(), Some(0), "{args:?}: {}", err(&done));
            assert!(err(&done).contains("the YAML has mistakes and is left out of this"), "{}", err(&done));
            assert!(out(&done).lines().count() >= 2, "{}", out(&done));
        }
        let gone = shop.run(&[command, "--project", "no-such-place"]).await;
        assert_eq!(gone.status.code(), Some(1), "{command}: {}", out(&gone));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatsapp_groups_with_the_session_that_the_yaml_needs() {
    let shop = Shop::open(1.0, "").await;
    let both = shop
        .rogue(|seen| {
            if seen.path.ends_with("/sessions") {
                let sessions = r#"[{"id": "s-1", "name": "Main Line", "status": "working"},
                    {"id": "s-2", "name": "Shop", "status": "working"}]"#;
                return rogue::json(200, sessions);
            }
            if seen.path.ends_with("/wa-groups") {
                let one = |session| json!({"wa_group_id": "1@g.us", "name": "Club", "session_id": session, "member_count": 3});
                return rogue::json(200, &json!({"groups": [one("s-1"), one("s-2")], "total": 2}).to_string());
            }
            Reply::Pass
        })
        .await;
    let text = out(&shop.run_on(&both.base, &["wa-groups"]).await);
    let rows: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|c| !c.is_empty()).collect())
        .collect();
    assert_eq!(rows[0], ["name", "members", "session", "id"], "{text}");
    assert_eq!(rows[1..], [["Club", "3", "Main Line", "1@g.us"], ["Club", "3", "Shop", "1@g.us"]], "{text}");
    let json: Value =
        serde_json::from_str(&out(&shop.run_on(&both.base, &["wa-groups", "--format", "json"]).await))
            .unwrap();
    assert_eq!(json["wa_groups"][1]["session"], "Shop");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stopped_it_is_named_where_that_is_known() {
    let shop = Shop::applied(1.0, "").await;
    for (user, words) in [(Some("dana"), "paused, stopped by dana"), (None, "paused, stopped ")] {
        let mut pause = shop.command(&["pause", "send.offer"]);
        for name in ["USER", "LOGNAME", "USERNAME"] {
            match user {
                Some(user) => pause.env(name, user),
                None => pause.env_remove(name),
            };
        }
        assert_eq!(pause.output().unwrap().status.code(), Some(0));
        let status = out(&shop.run(&["status"]).await);
        assert!(status.contains(words) && !status.contains("unknown"), "{status}");
    }
}

/// Names and status words of the account are whatever somebody wrote there.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_in_a_name_or_a_status_of_the_account_is_masked() {
    let shop = Shop::applied(1.0, "").await;
    let id = shop.id("group.vip").await;
    shop.curl("PATCH", &format!("/custom-groups/{id}"), &json!({"name": "Call Jane +1 212 555 0131"})).await;
    let odd = shop
        .rogue(|seen| {
            if seen.is_write() || !seen.path.ends_with("/bulk-send") {
                return Reply::Pass;
            }
            Reply::Rewritten(|body| {
                ["pending", "running", "completed"]
                    .iter()
                    .fold(body.to_owned(), |body, word| body.replace(word, "blocked by +12125550131"))
            })
        })
        .await;
    for (args, shown) in [
        (&["status"][..], "Call Jane +1…31"),
        (&["status", "--format", "json"], "Call Jane +1…31"),
        (&["status"], "blocked by +1…31"),
        (&["plan"], "Call Jane +1…31"),
        (&["import", "--out", "imported"], "“Call Jane +1…31”"),
        (&["adopt", "group.vip", "--id", &id], ""),
    ] {
        let done = shop.run_on(&odd.base, args).await;
        let said = format!("{}{}", out(&done), err(&done));
        assert!(said.contains(shown), "{args:?}: {said}");
        assert!(!said.contains("2125550131") && !said.contains("555 0131"), "{args:?}: {said}");
    }
}

/// `api.md`: list items may lack fields that the detail has.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_names_renames_nothing_and_makes_nothing_twice() {
    let shop = Shop::open(1.0, "").await;
    let nameless = shop
        .rogue(|seen| {
            let list = seen.path.ends_with("/custom-groups") || seen.path.ends_with("/scheduled-messages");
            if !list || seen.is_write() {
                return Reply::Pass;
            }
            Reply::Rewritten(|body| body.replace("\"name\":", "\"title\":"))
        })
        .await;
    let done = shop.run_on(&nameless.base, &["apply", "--yes"]).await;
    assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
    let plan = shop.run_on(&nameless.base, &["plan", "--detailed-exitcode"]).await;
    assert_eq!(plan.status.code(), Some(0), "{}{}", out(&plan), err(&plan));
    std::fs::remove_dir_all(shop.dir.path().join(".campaignctl")).unwrap();
    let plan =
        shop.run_on(&nameless.base, &["plan", "--only", "group.vip", "--only", "schedule.weekly"]).await;
    assert!(out(&plan).contains("Plan: 0 to create, 2 to change"), "{}{}", out(&plan), err(&plan));
}
