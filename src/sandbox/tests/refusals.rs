//! What the API refuses, with the status and the field that `api.md` gives.

use serde_json::{Value, json};

use super::super::*;
use super::support::{Account, PEOPLE, id, with};

#[test]
fn every_wrong_field_is_named_in_a_422() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let (job, weekly) = (account.job_body(&group), account.weekly_body(&group));
    let once = with(&with(&weekly, "schedule_type", json!("one_time")), "cron_expression", Value::Null);
    let many: Vec<Value> = (0..1001).map(|n| json!({"phone": format!("+1555{n:07}")})).collect();
    let phones: Vec<String> = (0..1001).map(|n| format!("+1555{n:07}")).collect();
    let long = "x".repeat(4097);
    let add = format!("/custom-groups/{group}/members/add");
    let remove = format!("/custom-groups/{group}/members/remove");
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/custom-groups", json!({}), "name"),
        ("/custom-groups", json!({"name": ""}), "name"),
        ("/custom-groups", json!({"name": "x".repeat(256)}), "name"),
        ("/custom-groups", json!({"name": 5}), "name"),
        ("/custom-groups", json!({"name": "A", "members": many}), "members"),
        ("/custom-groups", json!({"name": "A", "members": [{"phone": "call me"}]}), "members.0.phone"),
        ("/custom-groups", json!({"name": "A", "members": "all"}), "members"),
        (&add, json!({}), "contacts"),
        (&add, json!({"contacts": many}), "contacts"),
        (&add, json!({"contacts": [{"name": "Jo"}]}), "contacts.0.phone"),
        (&remove, json!({"contacts": [{"phone": PEOPLE[0]}]}), "phones"),
        (&remove, json!({"phones": phones}), "phones"),
        (&remove, json!({"phones": [17]}), "phones.0"),
        ("/bulk-send", with(&job, "session_id", Value::Null), "session_id"),
        ("/bulk-send", with(&job, "session_id", json!("main")), "session_id"),
        ("/bulk-send", with(&job, "custom_group_id", Value::Null), "custom_group_id"),
        ("/bulk-send", with(&job, "message_content", Value::Null), "message_content"),
        ("/bulk-send", with(&job, "message_content", json!("  ")), "message_content"),
        ("/bulk-send", with(&job, "message_content", json!(long)), "message_content"),
        ("/bulk-send", with(&job, "media_url", json!("ftp://example.com/a")), "media_url"),
        ("/bulk-send", with(&job, "media_url", json!("/a.pdf")), "media_url"),
        ("/bulk-send", with(&job, "message_type", json!("video")), "message_type"),
        ("/bulk-send", with(&job, "message_type", json!("media")), "media_url"),
        ("/scheduled-messages", with(&weekly, "name", Value::Null), "name"),
        ("/scheduled-messages", with(&weekly, "name", json!("x".repeat(256))), "name"),
        ("/scheduled-messages", with(&weekly, "schedule_type", Value::Null), "schedule_type"),
        ("/scheduled-messages", with(&weekly, "schedule_type", json!("yearly")), "schedule_type"),
        ("/scheduled-messages", with(&weekly, "cron_expression", Value::Null), "cron_expression"),
        ("/scheduled-messages", with(&weekly, "cron_expression", json!("0 9 * *")), "cron_expression"),
        ("/scheduled-messages", with(&weekly, "cron_expression", json!("*/4 * * * *")), "cron_expression"),
        ("/scheduled-messages", with(&weekly, "cron_expression", json!("0 9 30 2 *")), "cron_expression"),
        ("/scheduled-messages", with(&weekly, "timezone", json!("Asia/Atlantis")), "timezone"),
        (
            "/scheduled-messages",
            with(&weekly, "scheduled_time", json!("2026-12-01T09:00:00")),
            "scheduled_time",
        ),
        ("/scheduled-messages", once.clone(), "scheduled_time"),
        ("/scheduled-messages", with(&once, "scheduled_time", json!("tomorrow")), "scheduled_time"),
        (
            "/scheduled-messages",
            with(&once, "scheduled_time", json!("2020-01-01T09:00:00")),
            "scheduled_time",
        ),
    ];
    for (path, body, field) in cases {
        let (status, answer) = account.post(path, &body);
        let text = answer["detail"].as_str().unwrap_or_default();
        assert_eq!(status, 422, "{path} {field}: {answer}");
        assert!(text.contains(&format!("{field}: ")), "{path} {field}: {text}");
        assert!(!text.contains("call me") && !text.contains("xxxx"), "a value came back: {text}");
    }
    let (_, sends) = (account.get("/bulk-send"), account.get("/scheduled-messages"));
    assert_eq!(sends["total"], json!(0));
    assert_eq!(account.get("/custom-groups")["total"], json!(1));
}

#[test]
fn the_longest_that_is_allowed_is_taken() {
    let mut account = Account::new();
    let many: Vec<Value> = (0..1000).map(|n| json!({"phone": format!("+1555{n:07}")})).collect();
    let (status, made) = account.post("/custom-groups", &json!({"name": "ä".repeat(255), "members": many}));
    assert_eq!((status, &made["member_count"]), (201, &json!(1000)));
    let text = with(&account.job_body(&id(&made)), "message_content", json!("ä".repeat(4096)));
    assert_eq!(account.post("/bulk-send", &text).0, 201);
}

#[test]
fn unknown_ids_are_404_and_senseless_sends_400() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let empty = account.group("Nobody", &[]);
    let nobody = uuid::Uuid::nil().to_string();
    let (job, weekly) = (account.job_body(&group), account.weekly_body(&group));
    for path in ["sessions", "custom-groups", "bulk-send", "scheduled-messages", "analytics/campaigns"] {
        let response = account.send(&Request::new("GET", &format!("/{path}/{nobody}")));
        assert_eq!(response.status, 404, "{path}");
    }
    for (path, body) in [("/bulk-send", &job), ("/scheduled-messages", &weekly)] {
        assert_eq!(account.post(path, &with(body, "session_id", json!(nobody))).0, 404);
        assert_eq!(account.post(path, &with(body, "custom_group_id", json!(nobody))).0, 404);
        assert_eq!(account.post(path, &with(body, "custom_group_id", json!(empty))).0, 400);
    }
    account.server.state_mut().put_session(None, Some("Main Line"), Some("stopped"));
    assert_eq!(account.post("/bulk-send", &job).0, 400);
    assert_eq!(account.post("/scheduled-messages", &weekly).0, 400);
    assert_eq!(account.send(&Request::new("PUT", "/bulk-send")).status, 405);
    let mut broken = Request::new("POST", "/bulk-send");
    broken.body = b"{\"session_id\":".to_vec();
    assert_eq!(account.send(&broken).status, 400);
}

#[test]
fn keys_are_required_and_one_may_be_the_only_right_one() {
    let mut account = Account::new();
    let now = account.now;
    let mut status = |request: &Request| account.server.handle(request, now).status;
    let plain = Request::new("GET", "/sessions");
    assert_eq!(status(&plain), 401);
    assert_eq!(status(&plain.clone().header("X-API-Key", "")), 401);
    assert_eq!(status(&plain.clone().header("authorization", "Basic abc")), 401);
    assert_eq!(status(&plain.clone().header("x-api-key", "any")), 200);
    assert_eq!(status(&plain.clone().header("Authorization", "Bearer any")), 200);
    account.server.config_mut().api_key = Some("right".into());
    let mut status = |request: &Request| account.server.handle(request, now).status;
    assert_eq!(status(&plain.clone().header("x-api-key", "any")), 401);
    assert_eq!(status(&plain.clone().header("Authorization", "Bearer right")), 200);
}

#[test]
fn a_key_without_the_scope_is_told_which() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    account.server.config_mut().scopes = vec!["custom-groups:read".into(), "scheduled:manage".into()];
    let read = account.send(&Request::new("GET", &format!("/custom-groups/{group}")));
    assert_eq!(read.status, 200);
    let refused = account.send(&Request::new("DELETE", &format!("/custom-groups/{group}")));
    assert_eq!(
        (refused.status, refused.header_value("X-Required-Scopes")),
        (403, Some("custom-groups:manage"))
    );
    let refused = account.send(&Request::new("GET", "/bulk-send"));
    assert_eq!(refused.header_value("X-Required-Scopes"), Some("bulk-send:read"));
    assert_eq!(account.send(&Request::new("GET", "/scheduled-messages")).status, 200, "manage includes read");
}

#[test]
fn the_free_plan_sends_nothing_and_has_no_analytics() {
    let mut account = Account::with(PlanName::Free, "");
    let group = account.group("VIP", &PEOPLE);
    assert_eq!(account.post("/bulk-send", &account.job_body(&group)).0, 403);
    assert_eq!(account.post("/scheduled-messages", &account.weekly_body(&group)).0, 403);
    assert_eq!(account.get("/bulk-send")["total"], json!(0));
    let analytics = Request::new("GET", &format!("/analytics/campaigns/{group}"));
    assert_eq!(account.send(&analytics).status, 403);
}

#[test]
fn the_rate_is_per_minute_and_says_when_to_come_back() {
    let mut account = Account::with(PlanName::Free, "");
    account.server.config_mut().throttle = true;
    let ask = |account: &mut Account| account.send(&Request::new("GET", "/sessions"));
    for left in (0..10).rev() {
        let response = ask(&mut account);
        assert_eq!(response.header_value("X-RateLimit-Remaining"), Some(left.to_string().as_str()));
    }
    account.wait(20);
    let refused = ask(&mut account);
    assert_eq!((refused.status, refused.header_value("Retry-After")), (429, Some("40")));
    assert_eq!(refused.header_value("X-RateLimit-Reset"), Some("40"));
    assert_eq!(refused.header_value("Date"), Some("Sun, 22 Nov 2026 10:00:20 GMT"));
    account.wait(40);
    assert_eq!(ask(&mut account).status, 200);
}
