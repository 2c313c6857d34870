//! Scheduled messages: firings, changes, states, history.

use serde_json::json;

use super::super::PlanName;
use super::support::{Account, PEOPLE, id, with};

#[test]
fn a_recurring_schedule_fires_in_its_zone_and_keeps_its_history() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let (status, made) = account.post("/scheduled-messages", &account.weekly_body(&group));
    assert_eq!(status, 201, "{made}");
    assert_eq!((&made["status"], &made["next_run_at"]), (&json!("active"), &json!("2026-11-23T07:00:00Z")));
    account.wait(8 * 86_400);
    let path = format!("/scheduled-messages/{}", id(&made));
    let read = account.get(&path);
    assert_eq!(read["next_run_at"], json!("2026-12-03T07:00:00Z"));
    assert_eq!(read["executions"].as_array().unwrap().len(), 3);
    let history = account.get(&format!("{path}/history?limit=2"));
    assert_eq!(
        (&history["total"], &history["items"][0]["fired_at"]),
        (&json!(3), &json!("2026-11-30T07:00:00Z"))
    );
    assert_eq!(
        (&history["items"][0]["status"], &history["items"][0]["sent"]),
        (&json!("completed"), &json!(3))
    );
    assert_eq!(account.used(), 9);
    assert_eq!(account.get("/bulk-send")["total"], json!(0), "firings are no jobs in this dialect");
}

#[test]
fn a_one_time_schedule_fires_once_and_is_final() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let body = json!({
        "name": "Once", "session_id": account.session, "custom_group_id": group, "schedule_type": "one_time",
        "message_content": "Hello", "scheduled_time": "2026-11-22T14:00:00", "timezone": "Asia/Jerusalem",
    });
    let (status, made) = account.post("/scheduled-messages", &body);
    assert_eq!((status, &made["next_run_at"]), (201, &json!("2026-11-22T12:00:00Z")));
    let path = format!("/scheduled-messages/{}", id(&made));
    account.wait(4 * 3600);
    let read = account.get(&path);
    assert_eq!((&read["status"], &read["next_run_at"]), (&json!("completed"), &json!(null)));
    let again = json!({"scheduled_time": "2026-12-22T14:00:00"});
    assert_eq!(account.call("PATCH", &path, &again).0, 400);
    assert_eq!(account.post(&format!("{path}/cancel"), &json!({})).0, 400);
    assert_eq!(account.call("DELETE", &path, &json!({})).0, 204);
    let (status, refused) = account.post("/scheduled-messages", &body);
    assert_eq!(status, 422);
    assert!(refused.to_string().contains("scheduled_time: must be in the future"), "{refused}");
}

#[test]
fn pause_resume_cancel_delete_follow_the_states() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let path = format!(
        "/scheduled-messages/{}",
        id(&account.post("/scheduled-messages", &account.weekly_body(&group)).1)
    );
    for (act, status, state) in [
        ("resume", 400, "active"),
        ("pause", 200, "paused"),
        ("pause", 400, "paused"),
        ("resume", 200, "active"),
        ("pause", 200, "paused"),
        ("cancel", 200, "cancelled"),
        ("cancel", 400, "cancelled"),
        ("resume", 400, "cancelled"),
    ] {
        if act == "cancel" && status == 200 {
            account.wait(8 * 86_400);
            assert_eq!(account.get(&format!("{path}/history"))["total"], json!(0), "paused does not fire");
            assert_eq!(account.call("DELETE", &path, &json!({})).0, 400, "live is not deleted");
        }
        assert_eq!(account.post(&format!("{path}/{act}"), &json!({})).0, status, "{act}");
        assert_eq!(account.get(&path)["status"], json!(state), "{act}");
    }
    assert_eq!(account.call("DELETE", &path, &json!({})).0, 204);
}

#[test]
fn patch_works_out_the_next_run_anew_and_takes_only_what_is_known() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let made = account.post("/scheduled-messages", &account.weekly_body(&group)).1;
    let path = format!("/scheduled-messages/{}", id(&made));
    let (status, changed) =
        account.call("PATCH", &path, &json!({"timezone": "America/New_York", "name": "New"}));
    assert_eq!((status, &changed["next_run_at"]), (200, &json!("2026-11-23T14:00:00Z")));
    assert_eq!(changed["name"], json!("New"));
    let other = account.group("Other", &PEOPLE[..1]);
    let (status, refused) = account.call("PATCH", &path, &json!({"custom_group_id": other}));
    assert_eq!(status, 422);
    assert!(refused.to_string().contains("custom_group_id"), "{refused}");
    for bad in [json!({"cron_expression": "*/4 * * * *"}), json!({"name": ""}), json!({"timezone": "Mars"})] {
        assert_eq!(account.call("PATCH", &path, &bad).0, 422, "{bad}");
    }
    account.server.config_mut().dialect.patch_all = true;
    assert_eq!(account.call("PATCH", &path, &json!({"custom_group_id": other})).0, 200);
    account.wait(2 * 86_400);
    assert_eq!(account.get(&format!("{path}/history"))["items"][0]["total_recipients"], json!(1));
}

#[test]
fn a_firing_that_cannot_send_is_a_failed_execution_with_its_reason() {
    let mut account = Account::with(PlanName::Starter, "");
    account.server.config_mut().limits.messages_per_month = 5;
    let group = account.group("VIP", &PEOPLE);
    let body = with(&account.weekly_body(&group), "cron_expression", json!("0 9 * * *"));
    let path = format!("/scheduled-messages/{}", id(&account.post("/scheduled-messages", &body).1));
    account.wait(2 * 86_400);
    let history = account.get(&format!("{path}/history"));
    assert_eq!(
        (&history["items"][1]["status"], &history["items"][0]["status"]),
        (&json!("completed"), &json!("failed"))
    );
    assert!(history["items"][0]["error"].as_str().unwrap().contains("2 of 5 left"));
    assert_eq!(account.used(), 3);
    account.call("DELETE", &format!("/custom-groups/{group}"), &json!({}));
    account.wait(86_400);
    assert_eq!(account.get(&format!("{path}/history"))["items"][0]["error"], json!("group not found"));
}

#[test]
fn firings_are_jobs_in_that_dialect() {
    let mut account = Account::with(PlanName::Business, "firings_as_jobs=yes");
    let group = account.group("VIP", &PEOPLE);
    account.post("/scheduled-messages", &account.weekly_body(&group));
    account.wait(86_400);
    let jobs = account.get("/bulk-send");
    assert_eq!((&jobs["total"], &jobs["jobs"][0]["custom_group_id"]), (&json!(1), &json!(group)));
    account.get(&format!("/bulk-send/{}", id(&jobs["jobs"][0])));
}
