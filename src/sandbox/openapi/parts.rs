//! What many operations share: parameters, headers, refusals.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::sandbox::options::Options;
use crate::sandbox::state::State;

/// The ids of a sandbox that is new: of its first session, and of a group, a job and a schedule that are made in
/// it in this order. Examples that are right, for whoever tries them.
pub(super) struct FirstIds {
    pub(super) session: Uuid,
    pub(super) group: Uuid,
    pub(super) job: Uuid,
    pub(super) schedule: Uuid,
}

impl FirstIds {
    pub(super) fn new() -> Self {
        let options = Options::default();
        let mut state = State::new(options.seed);
        let name = options.sessions.first().map(|session| session.name.as_str());
        Self {
            session: state.put_session(None, name, None),
            group: state.issue(),
            job: state.issue(),
            schedule: state.issue(),
        }
    }

    fn named(&self, parameter: &str) -> Uuid {
        match parameter {
            "session_id" => self.session,
            "group_id" => self.group,
            "job_id" => self.job,
            _ => self.schedule,
        }
    }
}

/// Ids in paths, with what they are of.
const IDS: [(&str, &str); 4] = [
    ("session_id", "A session's id."),
    ("group_id", "A group's id."),
    ("job_id", "A bulk-send job's id."),
    ("schedule_id", "A scheduled message's id."),
];

/// Refusals: status and what it means (`api.md`, *Auth, errors, limits*).
const REFUSALS: [(u16, &str); 8] = [
    (400, "The request makes no sense: the body is no JSON, or the object's state does not allow it."),
    (401, "No key, or one that is not valid."),
    (403, "Over the plan's limits, not in the plan, or the key lacks a scope (`X-Required-Scopes`)."),
    (404, "There is no such object."),
    (405, "This path does not take that method (`Allow`)."),
    (413, "The body is longer than 64 MiB, or ended early."),
    (422, "A field is missing or wrong; the text names it."),
    (429, "More requests in this minute than the plan allows (`Retry-After`)."),
];

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// A schema of the document.
pub(super) fn schema(name: &str) -> Value {
    reference("schemas", name)
}

/// A parameter of the document.
pub(super) fn parameter(name: &str) -> Value {
    reference("parameters", name)
}

/// The refusal with this status.
pub(super) fn refusal(status: u16) -> Value {
    reference("responses", &format!("Refusal{status}"))
}

/// Ids and paging.
pub(super) fn parameters() -> Value {
    let (mut map, first) = (Map::new(), FirstIds::new());
    for (name, what) in IDS {
        let parameter = json!({
            "name": name, "in": "path", "required": true, "description": what,
            "schema": {"type": "string", "format": "uuid"}, "example": first.named(name)
        });
        map.insert(name.to_owned(), parameter);
    }
    map.insert(
        "limit".to_owned(),
        json!({
            "name": "limit", "in": "query", "description": "At most so many items; 50 are the most that come at once.",
            "schema": {"type": "integer", "minimum": 1, "default": 50}
        }),
    );
    map.insert(
        "offset".to_owned(),
        json!({
            "name": "offset", "in": "query", "description": "So many items are left out first.",
            "schema": {"type": "integer", "minimum": 0, "default": 0}
        }),
    );
    Value::Object(map)
}

/// Headers of answers.
pub(super) fn headers() -> Value {
    let whole = |what: &str| json!({"description": what, "schema": {"type": "integer", "minimum": 0}});
    json!({
        "X-RateLimit-Limit": whole("Requests a minute that the plan allows."),
        "X-RateLimit-Remaining": whole("Requests left in this minute."),
        "X-RateLimit-Reset": whole("Seconds until the next minute begins."),
        "Retry-After": whole("Seconds until it may be tried again."),
        "X-Required-Scopes": {"description": "The scopes that the key lacks.", "schema": {"type": "string"}},
        "Allow": {"description": "The methods that the path takes.", "schema": {"type": "string"}},
        "Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}
    })
}

fn header(name: &str, required: bool) -> Value {
    let reference = reference("headers", name);
    if required {
        let mut header = headers()[name].clone();
        header["required"] = json!(true);
        return header;
    }
    reference
}

/// The headers of every answer, and these.
pub(super) fn with_headers(more: &[&str]) -> Value {
    let usual = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];
    let usual = usual.iter().map(|name| ((*name).to_owned(), header(name, true)));
    let more = more.iter().map(|name| ((*name).to_owned(), header(name, false)));
    Value::Object(usual.chain(more).collect())
}

/// Every refusal as a response, in the default dialect's form.
pub(super) fn responses() -> Value {
    let response = |(status, what): &(u16, &str)| {
        let more: &[&str] = match status {
            403 => &["X-Required-Scopes"],
            405 => &["Allow"],
            429 => &["Retry-After"],
            _ => &[],
        };
        let headers = if *status == 413 { json!({}) } else { with_headers(more) };
        let response = json!({
            "description": what,
            "headers": headers,
            "content": {"application/json": {"schema": schema("Refusal")}}
        });
        (format!("Refusal{status}"), response)
    };
    Value::Object(REFUSALS.iter().map(response).collect())
}
