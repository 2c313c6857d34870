//! Custom groups, their members, imports, exports, erasure.

use serde_json::json;

use super::super::Request;
use super::support::{Account, PEOPLE, id};

#[test]
fn a_group_lives_from_creation_to_deletion() {
    let mut account = Account::new();
    let body =
        json!({"name": "VIP", "members": [{"phone": PEOPLE[0], "name": "Jane"}, {"phone": PEOPLE[0]}]});
    let (status, made) = account.post("/custom-groups", &body);
    assert_eq!((status, &made["member_count"]), (201, &json!(1)));
    assert_eq!(made["created_at"], json!("2026-11-22T10:00:00Z"));
    let path = format!("/api/v2/custom-groups/{}", id(&made));
    let add = json!({"contacts": [{"phone": "15550100001", "name": "Other"}, {"phone": "15550100002@c.us"}]});
    let (status, added) = account.post(&format!("{path}/members/add"), &add);
    assert_eq!((status, added), (200, json!({"added": 1, "skipped": 1, "member_count": 2})));
    assert_eq!(account.call("PATCH", &path, &json!({"name": "Best"})).0, 200);
    let read = account.get(&path);
    assert_eq!((&read["name"], &read["member_count"]), (&json!("Best"), &json!(2)));
    assert_eq!(
        (&read["members"][0]["phone"], &read["members"][0]["name"]),
        (&json!(PEOPLE[0]), &json!("Jane"))
    );
    let remove = json!({"phones": [PEOPLE[0], "+15559999999"]});
    let (_, removed) = account.post(&format!("{path}/members/remove"), &remove);
    assert_eq!(removed, json!({"removed": 1, "member_count": 1}));
    assert_eq!(account.call("DELETE", &path, &json!({})).0, 204);
    assert_eq!(account.call("DELETE", &path, &json!({})).0, 404);
    assert_eq!(account.get("/custom-groups")["total"], json!(0));
}

#[test]
fn exports_are_whole_in_both_forms() {
    let mut account = Account::with(super::super::PlanName::Business, "member_page=1");
    let group = account.group("VIP", &PEOPLE);
    let read = account.get(&format!("/custom-groups/{group}"));
    assert_eq!((read["members"].as_array().unwrap().len(), &read["member_count"]), (1, &json!(3)));
    let export = account.get(&format!("/custom-groups/{group}/export/json"));
    assert_eq!(export.as_array().unwrap().len(), 3);
    let csv = account.send(&Request::new("GET", &format!("/custom-groups/{group}/export/csv")));
    assert_eq!(csv.header_value("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        String::from_utf8(csv.body).unwrap(),
        "phone,name\n+15550100001,\n+15550100002,\n+15550100003,\n"
    );
}

#[test]
fn whatsapp_groups_are_imported_with_each_person_once() {
    let mut account = Account::new();
    let listed = account.get("/custom-groups/wa-groups");
    assert_eq!(listed["groups"].as_array().unwrap().len(), 3);
    assert_eq!(listed["groups"][0]["wa_group_id"], json!("120363012345@g.us"));
    let source = |wa_group: &str, session: &str| json!({"wa_group_id": wa_group, "session_id": session});
    let (one, two) = ("120363012345@g.us", "120363067890@g.us");
    let session = account.session.clone();
    let body = json!({"name": "Imported", "wa_groups": [source(one, &session), source(two, &session)]});
    let (status, made) = account.post("/custom-groups/from-wa-groups", &body);
    assert_eq!((status, &made["member_count"]), (201, &json!(45)), "30 and 25, 10 of them in both");
    assert_eq!(account.get("/custom-groups/contacts?limit=5")["total"], json!(50));
    let nobody = uuid::Uuid::nil().to_string();
    for (body, status) in [
        (json!({"name": "X", "wa_groups": [source("1@g.us", &session)]}), 404),
        (json!({"name": "X", "wa_groups": [source(one, &nobody)]}), 404),
        (json!({"name": "X", "wa_groups": [source("1", &session)]}), 422),
        (json!({"name": "X", "wa_groups": []}), 422),
        (json!({"name": "X"}), 422),
    ] {
        assert_eq!(account.post("/custom-groups/from-wa-groups", &body).0, status, "{body}");
    }
}

#[test]
fn the_plan_limits_groups_and_deleting_one_makes_room() {
    let mut account = Account::with(super::super::PlanName::Free, "");
    let first = account.group("A", &[]);
    account.group("B", &[]);
    let (status, body) = account.post("/custom-groups", &json!({"name": "C"}));
    assert_eq!(status, 403, "{body}");
    account.call("DELETE", &format!("/custom-groups/{first}"), &json!({}));
    assert_eq!(account.post("/custom-groups", &json!({"name": "C"})).0, 201);
}

#[test]
fn an_erased_person_reads_redacted_everywhere() {
    let mut account = Account::new();
    let group = account.group("VIP", &PEOPLE);
    let job = account.job(&group);
    account.server.state_mut().erase(15_550_100_002);
    let read = account.get(&format!("/custom-groups/{group}"));
    assert_eq!(read["member_count"], json!(3));
    assert_eq!(
        (&read["members"][2]["phone"], &read["members"][2]["name"]),
        (&json!("REDACTED"), &json!("REDACTED"))
    );
    account.wait(3600);
    let read = account.get(&format!("/bulk-send/{job}"));
    assert_eq!((&read["sent_count"], &read["failed_count"]), (&json!(2), &json!(1)));
    assert!(!read.to_string().contains("15550100002"));
}
