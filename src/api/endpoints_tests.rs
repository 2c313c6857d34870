//! Every constructor against the table, and the bodies against `api.md`.

use serde_json::{Value, json};

use super::bodies::{RemoveForm, ScheduleBody, SendBody};
use super::endpoints::ENDPOINTS;
use super::request::{Accept, ApiRequest, Idempotency, PageRequest};
use crate::model::{Content, Id, Phone, ScheduleType, Timing};
use crate::plan::SchedulePatch;

fn id() -> Id {
    Id::new("aaaa-1").unwrap()
}

fn phone(text: &str) -> Phone {
    Phone::parse(text).unwrap()
}

fn content() -> Content {
    Content { text: Some("Hi".into()), media: None }
}

fn schedule(timing: Timing) -> ScheduleBody {
    ScheduleBody {
        name: "Weekly".into(),
        session_id: Id::new("s-1").unwrap(),
        group_id: Id::new("g-1").unwrap(),
        content: content(),
        timing,
        timezone: "America/New_York".into(),
    }
}

fn weekly() -> Timing {
    Timing::Recurring { schedule_type: ScheduleType::Weekly, cron: "0 9 * * MON".into() }
}

fn send() -> SendBody {
    SendBody {
        session_id: Id::new("s-1").unwrap(),
        group_id: Id::new("g-1").unwrap(),
        content: Content { text: Some("Hi".into()), media: Some("https://example.com/a.pdf".into()) },
    }
}

const PAGE: PageRequest = PageRequest { limit: 100, offset: 0 };

/// The request that the constructor of that name makes.
fn built(constructor: &str) -> ApiRequest {
    let id = id();
    match constructor {
        "sessions" => ApiRequest::sessions(PAGE),
        "session" => ApiRequest::session(&id),
        "groups" => ApiRequest::groups(PAGE),
        "create_group" => ApiRequest::create_group("VIP", &[]),
        "contacts" => ApiRequest::contacts(PAGE),
        "wa_groups" => ApiRequest::wa_groups(PAGE),
        "create_group_from_wa" => ApiRequest::create_group_from_wa("Leads", &[("1@g.us", &id)]),
        "group" => ApiRequest::group(&id),
        "rename_group" => ApiRequest::rename_group(&id, "New"),
        "delete_group" => ApiRequest::delete_group(&id),
        "add_members" => ApiRequest::add_members(&id, &[]),
        "remove_members" => ApiRequest::remove_members(&id, &[], RemoveForm::Phones),
        "export_csv" => ApiRequest::export_csv(&id),
        "export_json" => ApiRequest::export_json(&id),
        "create_job" => ApiRequest::create_job(&send()),
        "jobs" => ApiRequest::jobs(PAGE),
        "job" => ApiRequest::job(&id),
        "pause_job" => ApiRequest::pause_job(&id),
        "resume_job" => ApiRequest::resume_job(&id),
        "cancel_job" => ApiRequest::cancel_job(&id),
        "progress" => ApiRequest::progress(&id),
        "analytics" => ApiRequest::analytics(&id),
        "schedules" => ApiRequest::schedules(PAGE),
        "create_schedule" => ApiRequest::create_schedule(&schedule(weekly())),
        "schedule" => ApiRequest::schedule(&id),
        "patch_schedule" => ApiRequest::patch_schedule(&id, &SchedulePatch::default()),
        "cancel_schedule" => ApiRequest::cancel_schedule(&id),
        "pause_schedule" => ApiRequest::pause_schedule(&id),
        "resume_schedule" => ApiRequest::resume_schedule(&id),
        "delete_schedule" => ApiRequest::delete_schedule(&id),
        "history" => ApiRequest::history(&id, PAGE),
        "subscription" => ApiRequest::subscription(),
        other => unreachable!("no constructor for {other}"),
    }
}

#[test]
fn every_endpoint_has_its_method_and_path() {
    for (method, template, constructor) in ENDPOINTS {
        let request = built(constructor);
        assert_eq!(request.method.as_str(), *method, "{constructor}");
        assert_eq!(request.path, template.replace("{id}", "aaaa-1"), "{constructor}");
    }
}

#[test]
fn only_what_the_protocol_allows_is_repeated() {
    for (method, template, constructor) in ENDPOINTS {
        let expected = match (*method, *template) {
            ("GET", _) => Idempotency::Safe,
            ("POST", "/bulk-send") => Idempotency::Send,
            ("POST", "/custom-groups" | "/custom-groups/from-wa-groups" | "/scheduled-messages") => {
                Idempotency::Create
            }
            _ => Idempotency::Repeatable,
        };
        assert_eq!(built(constructor).idempotency, expected, "{constructor}");
    }
    assert_eq!(built("progress").accept, Accept::Events);
}

fn body(request: &ApiRequest) -> &Value {
    request.body.as_ref().unwrap()
}

#[test]
fn bodies_are_those_of_the_contract() {
    let id = id();
    let members = [(phone("+15550123456"), None), (phone("+15550987654"), Some("Jane Doe"))];
    let expected = json!([{"phone": "+15550123456"}, {"phone": "+15550987654", "name": "Jane Doe"}]);
    assert_eq!(
        body(&ApiRequest::create_group("VIP", &members)),
        &json!({"name": "VIP", "members": expected.clone()})
    );
    assert_eq!(body(&ApiRequest::create_group("VIP", &[])), &json!({"name": "VIP"}));
    assert_eq!(body(&ApiRequest::add_members(&id, &members)), &json!({ "contacts": expected }));
    assert_eq!(
        body(&ApiRequest::create_group_from_wa("Leads", &[("1203@g.us", &id)])),
        &json!({"name": "Leads", "wa_groups": [{"wa_group_id": "1203@g.us", "session_id": "aaaa-1"}]})
    );
    assert_eq!(
        body(&ApiRequest::create_job(&send())),
        &json!({"session_id": "s-1", "custom_group_id": "g-1", "message_type": "media",
                "message_content": "Hi", "media_url": "https://example.com/a.pdf"})
    );
}

#[test]
fn members_are_removed_in_three_forms() {
    let id = id();
    let members = [(phone("+15550123456"), Some(Id::new("m-1").unwrap())), (phone("+15550987654"), None)];
    let form = |form| body(&ApiRequest::remove_members(&id, &members, form)).clone();
    assert_eq!(form(RemoveForm::Phones), json!({"phones": ["+15550123456", "+15550987654"]}));
    assert_eq!(
        form(RemoveForm::Contacts),
        json!({"contacts": [{"phone": "+15550123456"}, {"phone": "+15550987654"}]})
    );
    assert_eq!(form(RemoveForm::MemberIds), json!({"member_ids": ["m-1"]}));
}

#[test]
fn schedules_are_sent_by_their_timing() {
    assert_eq!(
        body(&ApiRequest::create_schedule(&schedule(weekly()))),
        &json!({"name": "Weekly", "session_id": "s-1", "custom_group_id": "g-1", "schedule_type": "weekly",
                "message_type": "text", "message_content": "Hi", "cron_expression": "0 9 * * MON",
                "timezone": "America/New_York"})
    );
    let once = Timing::Once {
        local: jiff::civil::date(2026, 12, 1).at(9, 0, 0, 0),
        at: "2026-12-01T14:00:00Z".parse().unwrap(),
    };
    let once = ApiRequest::create_schedule(&schedule(once));
    assert_eq!(body(&once)["scheduled_time"], "2026-12-01T09:00:00");
    assert_eq!(body(&once)["schedule_type"], "one_time");
    let patch = SchedulePatch { cron: Some("0 8 * * MON".into()), ..SchedulePatch::default() };
    assert_eq!(body(&ApiRequest::patch_schedule(&id(), &patch)), &json!({"cron_expression": "0 8 * * MON"}));
    assert!(SchedulePatch::default().is_empty());
}
