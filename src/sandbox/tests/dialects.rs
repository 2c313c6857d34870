//! Each reading that `api.md` leaves open, served.

use serde_json::{Value, json};

use super::super::{PlanName, Request};
use super::support::{Account, PEOPLE, id};

fn account(dialect: &str) -> (Account, String) {
    let mut account = Account::with(PlanName::Business, dialect);
    let group = account.group("VIP", &PEOPLE);
    (account, group)
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn envelopes_orders_and_pages() {
    let lists = |dialect: &str| {
        let (mut account, _) = account(dialect);
        account.group("Second", &[]);
        account.get("/custom-groups?limit=1&offset=1")
    };
    assert_eq!(names(&lists("")["groups"]), ["VIP"]);
    assert_eq!(names(&lists("envelope=bare,order=old")), ["Second"]);
    assert_eq!(names(&lists("envelope=items,offset=ignored")["items"]), ["Second"]);
    assert_eq!(lists("total=no").get("total"), None);
    let (mut account, _) = account("page=1");
    account.group("Second", &[]);
    let page = account.get("/custom-groups?limit=100");
    assert_eq!((names(&page["groups"]), &page["total"]), (vec!["Second"], &json!(2)));
}

#[test]
fn every_list_has_its_documented_name() {
    let (mut account, _) = account("");
    for (path, name) in [
        ("/sessions", "sessions"),
        ("/custom-groups", "groups"),
        ("/custom-groups/contacts", "contacts"),
        ("/custom-groups/wa-groups", "groups"),
        ("/bulk-send", "jobs"),
        ("/scheduled-messages", "messages"),
    ] {
        assert!(account.get(path)[name].is_array(), "{path}");
    }
}

#[test]
fn phones_in_each_form() {
    for (dialect, first) in
        [("", "+15550100001"), ("phone=digits", "15550100001"), ("phone=suffix", "15550100001@c.us")]
    {
        let (mut account, group) = account(dialect);
        let job = account.job(&group);
        assert_eq!(account.get(&format!("/custom-groups/{group}"))["members"][0]["phone"], json!(first));
        assert_eq!(account.get(&format!("/bulk-send/{job}"))["recipients"][0]["phone"], json!(first));
        assert_eq!(account.get(&format!("/custom-groups/{group}/export/json"))[0]["phone"], json!(first));
    }
}

#[test]
fn echo_shows_the_message_in_jobs() {
    for (dialect, content) in [("", Value::Null), ("echo=yes", json!("Hello"))] {
        let (mut account, group) = account(dialect);
        let job = account.job(&group);
        assert_eq!(account.get("/bulk-send")["jobs"][0]["message_content"], content);
        assert_eq!(account.get(&format!("/bulk-send/{job}"))["message_content"], content);
    }
}

#[test]
fn removal_takes_one_form_and_names_what_is_missing() {
    for form in ["phones", "contacts", "member_ids"] {
        let (mut account, group) = account(&format!("remove={form}"));
        let member = account.get(&format!("/custom-groups/{group}"))["members"][0].clone();
        let bodies = [
            ("phones", json!({"phones": [member["phone"]]})),
            ("contacts", json!({"contacts": [{"phone": member["phone"]}]})),
            ("member_ids", json!({"member_ids": [member["id"]]})),
        ];
        for (name, body) in bodies.iter().filter(|(name, _)| *name != form) {
            let (status, answer) = account.post(&format!("/custom-groups/{group}/members/remove"), body);
            assert_eq!(
                (status, &answer["detail"]),
                (422, &json!(format!("{form}: field required"))),
                "{name}"
            );
        }
        let body = &bodies.iter().find(|(name, _)| *name == form).unwrap().1;
        let (_, answer) = account.post(&format!("/custom-groups/{group}/members/remove"), body);
        assert_eq!(answer, json!({"removed": 1, "member_count": 2}), "{form}");
    }
}

#[test]
fn errors_and_rate_headers_in_each_form() {
    let refused = |dialect: &str| {
        let (mut account, _) = account(dialect);
        account.server.config_mut().throttle = true;
        account.server.config_mut().limits.requests_per_minute = 0;
        account.send(&Request::new("GET", "/sessions"))
    };
    assert!(refused("").value()["detail"].is_string());
    assert!(refused("error=list").value()["detail"][0]["msg"].is_string());
    assert_eq!(refused("error=message").value()["error"], json!("rate_limited"));
    assert!(refused("error=text").header_value("content-type").unwrap().starts_with("text/plain"));
    let header = |dialect: &str, name: &str| refused(dialect).header_value(name).map(str::to_owned);
    assert_eq!(header("", "retry-after").as_deref(), Some("60"));
    assert_eq!(header("retry_after=date", "retry-after").as_deref(), Some("Sun, 22 Nov 2026 10:01:00 GMT"));
    assert_eq!(header("retry_after=none", "retry-after"), None);
    assert_eq!(header("rate_headers=no", "x-ratelimit-remaining"), None);
    assert_eq!(header("reset=epoch", "x-ratelimit-reset").as_deref(), Some("1795341660"));
}

#[test]
fn few_list_fields_lack_what_the_detail_has() {
    let (mut account, group) = account("list_fields=few");
    let job = account.job(&group);
    account.post("/scheduled-messages", &account.weekly_body(&group));
    assert_eq!(account.get("/custom-groups")["groups"][0], json!({"id": group, "name": "VIP"}));
    let listed = account.get("/bulk-send")["jobs"][0].clone();
    assert_eq!(listed, json!({"id": job, "status": "pending", "created_at": "2026-11-22T10:00:00Z"}));
    let listed = account.get("/scheduled-messages")["messages"][0].clone();
    assert_eq!((listed.get("cron_expression"), &listed["name"]), (None, &json!("Weekly")));
    assert_eq!(account.get(&format!("/custom-groups/{group}"))["member_count"], json!(3));
}

#[test]
fn values_come_back_rewritten() {
    let (mut account, group) = account("rewrite=yes");
    let weekly = account.weekly_body(&group);
    let (_, made) = account.post("/scheduled-messages", &weekly);
    assert_eq!(
        (&made["cron_expression"], &made["timezone"]),
        (&json!("0 9 * * 1,4"), &json!("Asia/Tel_Aviv"))
    );
    let once = json!({
        "name": "Once", "session_id": account.session, "custom_group_id": group, "schedule_type": "one_time",
        "message_content": "Hello", "scheduled_time": "2026-12-01T09:00", "timezone": "Asia/Jerusalem",
    });
    let (_, made) = account.post("/scheduled-messages", &once);
    assert_eq!(made["scheduled_time"], json!("2026-12-01T09:00:00+02:00"));
    let path = format!("/scheduled-messages/{}", id(&made));
    assert_eq!(account.call("PATCH", &path, &json!({"name": "Other"})).0, 200, "kept as written inside");
}

#[test]
fn the_next_run_may_be_shown_a_day_off_but_fires_right() {
    let (mut account, group) = account("next_run=day_off");
    let (_, made) = account.post("/scheduled-messages", &account.weekly_body(&group));
    assert_eq!(made["next_run_at"], json!("2026-11-24T07:00:00Z"));
    account.wait(86_400);
    let history = account.get(&format!("/scheduled-messages/{}/history", id(&made)));
    assert_eq!(history["items"][0]["fired_at"], json!("2026-11-23T07:00:00Z"));
}

#[test]
fn the_subscription_may_be_closed() {
    let (mut account, _) = account("");
    let body = account.get("/billing/subscription");
    assert_eq!(
        (&body["plan_id"], &body["limits"]["max_messages_per_month"]),
        (&json!("business"), &json!(3000))
    );
    assert_eq!((&body["limits"]["max_groups"], &body["usage"]["groups"]), (&json!(100), &json!(1)));
    let (mut account, _) = self::account("subscription=no");
    assert_eq!(account.send(&Request::new("GET", "/billing/subscription")).status, 403);
}
