//! Bulk sends on a virtual clock.

use jiff::Timestamp;
use serde_json::json;

use super::super::PlanName;
use super::support::{Account, PEOPLE, with};

#[test]
fn a_job_goes_from_pending_to_completed_at_the_vendors_pace() {
    let mut account = Account::new();
    let phones: Vec<String> = (0..40).map(|n| format!("+155501{n:05}")).collect();
    let phones: Vec<&str> = phones.iter().map(String::as_str).collect();
    let group = account.group("VIP", &phones);
    let job = account.job(&group);
    let path = format!("/bulk-send/{job}");
    let read = account.get(&path);
    assert_eq!((&read["status"], &read["total_recipients"]), (&json!("pending"), &json!(40)));
    account.wait(60);
    let read = account.get(&path);
    assert_eq!(read["status"], json!("running"));
    assert!((1..=2).contains(&read["sent_count"].as_u64().unwrap()), "{}", read["sent_count"]);
    account.wait(39 * 120);
    let read = account.get(&path);
    assert_eq!((&read["status"], &read["sent_count"]), (&json!("completed"), &json!(40)));
    let times: Vec<i64> = account.server.state().jobs[0]
        .recipients
        .get()
        .outcomes
        .iter()
        .map(|outcome| outcome.at.as_millisecond())
        .collect();
    assert!(times.windows(2).all(|pair| (30_000..=120_000).contains(&(pair[1] - pair[0]))));
    assert!(times.windows(5).all(|five| five[4] - five[0] >= 120_000));
}

#[test]
fn the_snapshot_is_of_creation_and_survives_the_group() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let job = account.job(&group);
    account.post(
        &format!("/custom-groups/{group}/members/add"),
        &json!({"contacts": [{"phone": "+15550100009"}]}),
    );
    account.call("DELETE", &format!("/custom-groups/{group}"), &json!({}));
    account.wait(3600);
    let read = account.get(&format!("/bulk-send/{job}"));
    assert_eq!((&read["sent_count"], &read["status"]), (&json!(3), &json!("completed")));
    assert_eq!(read["recipients"].as_array().unwrap().len(), 3);
    assert_eq!(read["recipients"][0]["status"], json!("sent"));
}

#[test]
fn pause_stands_still_and_resume_goes_on_where_it_was() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let job = account.job(&group);
    let path = format!("/bulk-send/{job}");
    account.wait(10);
    assert_eq!(account.post(&format!("{path}/pause"), &json!({})).1["status"], json!("paused"));
    account.wait(86_400);
    assert_eq!(account.get(&path)["sent_count"], json!(1));
    assert_eq!(account.post(&format!("{path}/pause"), &json!({})).0, 400);
    assert_eq!(account.post(&format!("{path}/resume"), &json!({})).1["status"], json!("running"));
    assert_eq!(account.post(&format!("{path}/resume"), &json!({})).0, 400);
    account.wait(15);
    assert_eq!(account.get(&path)["sent_count"], json!(1), "the pause took nothing from the gap");
    account.wait(240);
    assert_eq!(account.get(&path)["status"], json!("completed"));
    assert_eq!(account.post(&format!("{path}/cancel"), &json!({})).0, 400);
}

#[test]
fn cancel_releases_what_was_not_used() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let job = account.job(&group);
    assert_eq!(account.used(), 3);
    account.wait(10);
    let (_, cancelled) = account.post(&format!("/bulk-send/{job}/cancel"), &json!({}));
    assert_eq!((&cancelled["status"], &cancelled["sent_count"]), (&json!("cancelled"), &json!(1)));
    assert_eq!(account.used(), 1);
    account.wait(3600);
    let read = account.get(&format!("/bulk-send/{job}"));
    assert_eq!(read["recipients"][2]["status"], json!("cancelled"));
}

#[test]
fn a_job_that_is_larger_than_the_quota_is_refused_whole() {
    let mut account = Account::with(PlanName::Starter, "");
    account.server.config_mut().limits.messages_per_month = 5;
    let group = account.group("VIP", &PEOPLE);
    account.job(&group);
    let (status, body) = account.post("/bulk-send", &account.job_body(&group));
    assert_eq!(status, 403, "{body}");
    assert_eq!(account.used(), 3);
    account.now = "2026-12-01T00:00:00Z".parse().unwrap();
    assert_eq!(account.used(), 0, "a new month");
    account.job(&group);
}

#[test]
fn a_session_that_stops_fails_the_job() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let job = account.job(&group);
    account.wait(10);
    account.get("/sessions");
    account.server.state_mut().put_session(None, Some("Main Line"), Some("qr_code"));
    account.wait(3600);
    let read = account.get(&format!("/bulk-send/{job}"));
    assert_eq!((&read["status"], &read["sent_count"]), (&json!("failed"), &json!(1)));
    assert_eq!(account.used(), 1);
    let (status, body) = account.post("/bulk-send", &account.job_body(&group));
    assert_eq!(status, 400, "{body}");
}

#[test]
fn quota_released_before_a_firing_is_there_for_it_in_one_long_step_too() {
    let mut account = Account::new();
    account.server.config_mut().limits.messages_per_month = 4;
    let group = account.group("VIP", &PEOPLE);
    account.server.state_mut().put_session(None, Some("Second"), None);
    let second = account.get("/sessions")["sessions"][1]["id"].clone();
    let (status, body) = account.post("/bulk-send", &with(&account.job_body(&group), "session_id", second));
    assert_eq!(status, 201, "{body}");
    account.post("/scheduled-messages", &account.weekly_body(&group));
    account.server.state_mut().put_session(None, Some("Second"), Some("failed"));
    account.wait(86_400);
    account.server.tick(account.now);
    assert_eq!(account.server.state().schedules[0].executions[0].error, None);
    assert_eq!(account.used(), 3);
}

#[test]
fn some_numbers_never_get_it() {
    let mut account = Account::new();
    let group = account.group("VIP", &["+15550109999", "+15550100001"]);
    let job = account.job(&group);
    account.wait(3600);
    let read = account.get(&format!("/bulk-send/{job}"));
    assert_eq!((&read["sent_count"], &read["failed_count"]), (&json!(1), &json!(1)));
    let analytics = account.get(&format!("/analytics/campaigns/{job}"));
    assert_eq!(
        (&analytics["delivery_rate"], &analytics["contacts"][1]["status"]),
        (&json!(50.0), &json!("failed"))
    );
}

#[test]
fn many_small_steps_and_one_long_one_end_in_the_same_world() {
    let run = |steps: i64| {
        let mut account = Account::new();
        let group = account.group("VIP", &PEOPLE);
        let body = json!({
            "name": "Often", "session_id": account.session, "custom_group_id": group, "schedule_type": "cron",
            "message_content": "Hello", "cron_expression": "*/7 * * * *",
        });
        account.post("/scheduled-messages", &body);
        account.job(&group);
        let end: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        for _ in 0..steps {
            account.wait(86_400 / steps);
            account.server.tick(account.now);
        }
        assert_eq!(account.now, end);
        serde_json::to_string(account.server.state()).unwrap()
    };
    assert_eq!(run(1), run(960));
}

#[test]
fn the_next_event_is_when_something_changes() {
    let mut account = Account::new();
    assert_eq!(account.server.next_event(), None);
    let group = account.group("VIP", &PEOPLE);
    account.job(&group);
    let mut changes = 0;
    while let Some(at) = account.server.next_event() {
        assert!(at >= account.now);
        account.now = at;
        account.server.tick(at);
        changes += 1;
        assert!(changes < 10, "no progress at {at}");
    }
    assert_eq!(account.server.state().jobs[0].sent, 3);
}
