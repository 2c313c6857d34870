//! Bodies and answers. Answers are closed: a field that is not here is never served in the default dialect.

use serde_json::{Map, Value, json};

use super::parts::{FirstIds, schema};
use crate::sandbox::fields::{LONGEST_NAME, MOST_CHARACTERS, MOST_CONTACTS};
use crate::sandbox::state::SESSION_STATUSES;

/// A closed object; every field is always there.
fn closed(fields: Value) -> Value {
    let required: Vec<String> =
        fields.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default();
    let mut object = json!({"type": "object", "additionalProperties": false, "required": required});
    object["properties"] = fields;
    object
}

/// A body: these fields are required, others may be there.
fn body(required: &[&str], fields: Value) -> Value {
    let mut object = json!({"type": "object", "required": required});
    object["properties"] = fields;
    object
}

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn moment() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn moment_or_null() -> Value {
    json!({"type": ["string", "null"], "format": "date-time"})
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn text_or_null() -> Value {
    json!({"type": ["string", "null"]})
}

fn words(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// A page of a list.
fn page(key: &str, item: &str) -> Value {
    let mut fields = json!({
        "total": {"type": "integer", "minimum": 0, "description": "How many the whole list has."},
        "limit": {"type": "integer", "minimum": 1},
        "offset": count()
    });
    fields[key] = json!({"type": "array", "items": schema(item)});
    closed(fields)
}

const JOB_STATUSES: [&str; 6] = ["pending", "running", "paused", "completed", "cancelled", "failed"];
const SCHEDULE_STATUSES: [&str; 4] = ["active", "paused", "cancelled", "completed"];
const SCHEDULE_TYPES: [&str; 5] = ["one_time", "daily", "weekly", "monthly", "cron"];

/// A name as it is written: not only blanks.
fn name() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": "\\S"})
}

fn message_fields() -> Map<String, Value> {
    let fields = json!({
        "message_type": {"type": ["string", "null"], "enum": ["text", "media", null]},
        "message_content": {
            "type": ["string", "null"], "maxLength": MOST_CHARACTERS,
            "description": "Required where there is no media_url.",
            "examples": ["Special offer for our VIP clients!"]
        },
        "media_url": {
            "type": ["string", "null"], "format": "uri", "pattern": "^https?://[A-Za-z0-9]", "maxLength": 2048,
            "description": "Required where there is no message_content.",
            "examples": ["https://example.com/offer.png"]
        }
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// A text or a medium is needed.
fn says_something() -> Value {
    json!([
        {"required": ["message_content"], "properties": {"message_content": {"type": "string", "pattern": "\\S"}}},
        {"required": ["media_url"], "properties": {"media_url": {"type": "string"}}}
    ])
}

fn timing_fields() -> Map<String, Value> {
    let fields = json!({
        "scheduled_time": {
            "type": ["string", "null"], "maxLength": 64,
            "description": "ISO 8601, local to the time zone; one_time only.",
            "examples": [null]
        },
        "cron_expression": {
            "type": ["string", "null"], "maxLength": 255,
            "description": "Five fields, names allowed; every recurring type. At least 5 minutes apart.",
            "examples": ["0 9 * * MON"]
        },
        "timezone": {
            "type": ["string", "null"], "maxLength": 64, "description": "IANA; UTC where it is left out.",
            "examples": ["Asia/Jerusalem"]
        }
    });
    fields.as_object().cloned().unwrap_or_default()
}

fn joined(maps: impl IntoIterator<Item = Map<String, Value>>) -> Value {
    Value::Object(maps.into_iter().flatten().collect())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn group_fields() -> Map<String, Value> {
    object(json!({
        "id": uuid(),
        "name": {"type": "string"},
        "member_count": count(),
        "created_at": moment(),
        "updated_at": moment()
    }))
}

fn job_fields() -> Map<String, Value> {
    object(json!({
        "id": uuid(),
        "session_id": uuid(),
        "custom_group_id": uuid(),
        "status": words(&JOB_STATUSES),
        "total_recipients": count(),
        "sent_count": count(),
        "failed_count": count(),
        "created_at": moment(),
        "started_at": moment_or_null(),
        "completed_at": moment_or_null()
    }))
}

fn schedule_fields() -> Map<String, Value> {
    object(json!({
        "id": uuid(),
        "name": {"type": "string"},
        "session_id": uuid(),
        "custom_group_id": uuid(),
        "schedule_type": words(&SCHEDULE_TYPES),
        "message_type": words(&["text", "media"]),
        "message_content": text_or_null(),
        "media_url": text_or_null(),
        "scheduled_time": text_or_null(),
        "cron_expression": text_or_null(),
        "timezone": {"type": "string"},
        "status": words(&SCHEDULE_STATUSES),
        "next_run_at": moment_or_null(),
        "created_at": moment(),
        "updated_at": moment()
    }))
}

fn answers() -> Map<String, Value> {
    let members = json!({"members": {"type": "array", "items": schema("Member")}});
    let recipients = json!({"recipients": {"type": "array", "items": schema("Recipient")}});
    let executions = json!({"executions": {"type": "array", "items": schema("Execution")}});
    object(json!({
        "Refusal": closed(json!({"detail": {"type": "string", "minLength": 1}})),
        "Session": closed(json!({"id": uuid(), "name": {"type": "string"}, "status": words(&SESSION_STATUSES)})),
        "SessionPage": page("sessions", "Session"),
        "Phone": {
            "type": "string", "pattern": "^(\\+[1-9][0-9]{6,14}|REDACTED)$",
            "description": "`+` and digits; REDACTED after an erasure."
        },
        "Group": closed(Value::Object(group_fields())),
        "GroupPage": page("groups", "Group"),
        "GroupDetail": closed(joined([group_fields(), object(members)])),
        "Member": closed(json!({"id": uuid(), "phone": schema("Phone"), "name": text_or_null()})),
        "Members": {"type": "array", "items": schema("Member")},
        "MembersAdded": closed(json!({"added": count(), "skipped": count(), "member_count": count()})),
        "MembersRemoved": closed(json!({"removed": count(), "member_count": count()})),
        "Contact": closed(json!({"phone": schema("Phone"), "name": text_or_null()})),
        "ContactPage": page("contacts", "Contact"),
        "WaGroup": closed(json!({
            "wa_group_id": {"type": "string", "pattern": "@g\\.us$"},
            "id": {"type": "string", "pattern": "@g\\.us$"},
            "name": {"type": "string"},
            "session_id": uuid(),
            "member_count": count()
        })),
        "WaGroupPage": page("groups", "WaGroup"),
        "Job": closed(Value::Object(job_fields())),
        "JobPage": page("jobs", "Job"),
        "JobDetail": closed(joined([job_fields(), object(recipients)])),
        "Recipient": closed(json!({
            "phone": schema("Phone"),
            "name": text_or_null(),
            "status": words(&["pending", "sent", "failed", "cancelled"]),
            "sent_at": moment_or_null()
        })),
        "Schedule": closed(Value::Object(schedule_fields())),
        "SchedulePage": page("messages", "Schedule"),
        "ScheduleDetail": closed(joined([schedule_fields(), object(executions)])),
        "Execution": closed(json!({
            "id": uuid(),
            "scheduled_message_id": uuid(),
            "fired_at": moment(),
            "started_at": moment(),
            "completed_at": moment_or_null(),
            "status": words(&["running", "paused", "completed", "cancelled", "failed"]),
            "total_recipients": count(),
            "sent": count(),
            "failed": count(),
            "sent_count": count(),
            "failed_count": count(),
            "error": text_or_null()
        })),
        "ExecutionPage": page("items", "Execution"),
        "Subscription": closed(json!({
            "plan_id": words(&["free", "starter", "pro", "business"]),
            "limits": closed(json!({
                "max_messages_per_month": count(), "max_groups": count(), "max_sessions": count(),
                "requests_per_minute": count()
            })),
            "usage": closed(json!({"messages_this_month": count(), "groups": count(), "sessions": count()}))
        })),
        "Analytics": closed(json!({
            "job_id": uuid(),
            "status": words(&JOB_STATUSES),
            "total": count(),
            "sent": count(),
            "delivered": count(),
            "failed": count(),
            "delivery_rate": {"type": "number", "minimum": 0, "maximum": 100},
            "contacts": {"type": "array", "items": closed(json!({
                "phone": schema("Phone"), "status": words(&["delivered", "failed", "cancelled", "pending"])
            }))}
        }))
    }))
}

fn bodies() -> Map<String, Value> {
    let contacts = json!({"type": "array", "items": schema("NewContact"), "maxItems": MOST_CONTACTS});
    let first = FirstIds::new();
    let one = |id| json!({"type": "string", "format": "uuid", "examples": [id]});
    let target = json!({"session_id": one(first.session), "custom_group_id": one(first.group)});
    let mut kinds = words(&SCHEDULE_TYPES);
    kinds["examples"] = json!(["weekly"]);
    let named = json!({"name": name(), "schedule_type": kinds});
    let send = joined([object(target.clone()), message_fields()]);
    let schedule = joined([object(named), object(target), message_fields(), timing_fields()]);
    let patch = json!({
        "name": name(),
        "message_content": {"type": "string", "maxLength": MOST_CHARACTERS, "pattern": "\\S"}
    });
    let mut new_job = body(&["session_id", "custom_group_id"], send);
    new_job["anyOf"] = says_something();
    let mut new_schedule = body(&["name", "session_id", "custom_group_id", "schedule_type"], schedule);
    new_schedule["anyOf"] = says_something();
    let mut schedule_patch = body(&[], joined([object(patch), timing_fields()]));
    schedule_patch["additionalProperties"] = json!(false);
    object(json!({
        "NewContact": body(&["phone"], json!({
            "phone": {"type": "string", "pattern": "^\\+?[1-9][0-9]{6,14}$"},
            "name": {"type": ["string", "null"], "maxLength": LONGEST_NAME}
        })),
        "NewGroup": body(&["name"], json!({
            "name": name(),
            "members": {"type": ["array", "null"], "items": schema("NewContact"), "maxItems": MOST_CONTACTS}
        })),
        "GroupName": body(&["name"], json!({"name": name()})),
        "ContactsToAdd": body(&["contacts"], json!({"contacts": contacts})),
        "PhonesToRemove": body(&["phones"], json!({
            "phones": {
                "type": "array", "items": {"type": "string", "pattern": "^\\+?[1-9][0-9]{6,14}$"},
                "maxItems": MOST_CONTACTS
            }
        })),
        "WaImport": body(&["name", "wa_groups"], json!({
            "name": name(),
            "wa_groups": {"type": "array", "minItems": 1, "maxItems": MOST_CONTACTS, "items": body(
                &["wa_group_id", "session_id"],
                json!({
                    "wa_group_id": {"type": "string", "pattern": "@g\\.us$", "examples": ["120363012345@g.us"]},
                    "session_id": one(first.session)
                })
            )}
        })),
        "NewJob": new_job,
        "NewSchedule": new_schedule,
        "SchedulePatch": schedule_patch
    }))
}

/// Every schema of the document.
pub(super) fn schemas() -> Value {
    joined([answers(), bodies()])
}
