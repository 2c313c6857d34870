//! What the sandbox really holds, as `/__sandbox/state` dumps it: read in one place, so that no test compares less
//! than it seems to.

use serde_json::Value;

/// The account without ids and clocks, a line each: groups with every member, schedules with every field, jobs with
/// every recipient.
pub fn account(state: &Value) -> Vec<String> {
    let list = |key: &str| state[key].as_array().unwrap_or_else(|| panic!("no {key} in {state}")).iter();
    let name_of = |key: &str, id: &Value| {
        list(key).find(|object| object["id"] == *id).map_or(Value::Null, |object| object["name"].clone())
    };
    let mut lines = Vec::new();
    for group in list("groups") {
        let members = &group["members"];
        assert!(members["phones"].is_array(), "{group}");
        lines.push(format!("group {} {}", group["name"], sorted(&members["phones"])));
        lines.push(format!("group {} names {} {}", group["name"], members["names"], members["redacted"]));
    }
    for job in list("jobs") {
        let (to, from) =
            (name_of("groups", &job["custom_group_id"]), name_of("sessions", &job["session_id"]));
        let status = match job["status"].as_str().unwrap() {
            // How far it is depends on when one looks.
            "pending" | "running" | "completed" => "goes out",
            other => other,
        };
        let people = sorted(&job["recipients"]["phones"]);
        lines.push(format!("job to {to} {people} {} from {from}: {status}", job["message"]));
    }
    for schedule in list("schedules") {
        let mut fields = schedule["fields"].clone();
        assert!(fields["name"].is_string() && fields["custom_group_id"].is_string(), "{schedule}");
        fields["custom_group_id"] = name_of("groups", &fields["custom_group_id"]);
        fields["session_id"] = name_of("sessions", &fields["session_id"]);
        lines.push(format!("schedule {} {fields} next {}", schedule["status"], schedule["next"]));
    }
    lines.sort();
    lines
}

fn sorted(phones: &Value) -> Value {
    let mut phones = phones.as_array().unwrap().clone();
    phones.sort_by_key(|phone| phone.as_u64().unwrap());
    Value::Array(phones)
}
