//! `/__sandbox/…`: looking into the sandbox and arranging it for a test. Not part of the vendor's API. Shows no
//! credential; the state it dumps is made-up data of this machine.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::clock::{SandboxClock, parse_duration};
use super::fault::Fault;
use super::fields::Fields;
use super::hosted::Inner;
use super::message::{Request, Response};
use super::phone::parse_phone;
use super::refusal::Refusal;
use super::server::Server;
use super::state::{SESSION_STATUSES, WaGroup};

/// Where these paths begin.
pub const PREFIX: &str = "/__sandbox";

/// The furthest one request moves the clock: a year of firings every five minutes still takes only seconds.
const LONGEST_JUMP: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Answers one request below [`PREFIX`].
pub fn handle(inner: &mut Inner, clock: &SandboxClock, request: &Request) -> Result<Response, Refusal> {
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default().trim_end_matches('/');
    let body = request.body.as_slice();
    match (request.method.as_str(), path) {
        ("GET", "/state") => Ok(Response::json(200, &dump(&inner.server, clock))),
        ("GET", "/log") => Ok(Response::json(200, &inner.log.shown())),
        ("GET", "/clock") => Ok(Response::json(200, &show_clock(clock))),
        ("POST", "/clock") => set_clock(clock, body),
        ("POST", "/fault") => {
            inner.faults.add(read_fault(body)?);
            Ok(Response::json(200, &json!({"faults": inner.faults.len()})))
        }
        ("DELETE", "/fault") => {
            inner.faults.clear();
            Ok(Response::json(200, &json!({"faults": 0})))
        }
        ("POST", "/sessions") => put_session(&mut inner.server, body),
        ("POST", "/wa-groups") => put_wa_group(&mut inner.server, body),
        ("POST", "/erase") => {
            let mut fields = Fields::parse(body)?;
            let phone = fields.text("phone", 64).as_deref().and_then(parse_phone);
            if phone.is_none() {
                fields.wrong("phone", "not a phone number");
            }
            fields.finish()?;
            let places = inner.server.state_mut().erase(phone.unwrap_or_default());
            Ok(Response::json(200, &json!({"places": places})))
        }
        _ => Err(Refusal::new(
            404,
            "the sandbox has GET state, log, clock; POST clock, fault, sessions, wa-groups, erase; DELETE fault",
        )),
    }
}

/// `{"spec": "nth=1,mode=429"}`, or its parts as fields; `{"latency": "50ms"}`.
fn read_fault(body: &[u8]) -> Result<Fault, Refusal> {
    let value: Value =
        serde_json::from_slice(body).map_err(|_| Refusal::bad_request("the body is not JSON"))?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let fault = if let Some(spec) = text("spec") {
        Fault::parse(spec)
    } else if let Some(latency) = text("latency") {
        Fault::parse(&format!("latency={latency}"))
    } else {
        let nth = match value.get("nth") {
            None | Some(Value::Null) => 1,
            // What is no whole number from 1 is refused as 0 is.
            Some(nth) => nth.as_u64().unwrap_or(0),
        };
        let every = value.get("every").and_then(Value::as_bool).unwrap_or(false);
        Fault::strike(nth, text("mode").unwrap_or_default(), text("path"), every)
    };
    fault.map_err(|error| Refusal::field("fault", error.to_string()))
}

/// `{"advance": "2h"}`, `{"set": "2026-12-01T09:00:00Z"}`, `{"speed": 60}`.
fn set_clock(clock: &SandboxClock, body: &[u8]) -> Result<Response, Refusal> {
    let value: Value =
        serde_json::from_slice(body).map_err(|_| Refusal::bad_request("the body is not JSON"))?;
    let now = clock.now();
    let mut target = None;
    if let Some(advance) = value.get("advance") {
        let by = advance.as_str().and_then(parse_duration);
        let by = by.ok_or_else(|| Refusal::field("advance", "write a duration like 90s, 5m, 2h or 3d"))?;
        target = Some(now.saturating_add(by).unwrap_or(Timestamp::MAX));
    }
    if let Some(set) = value.get("set") {
        let to = set.as_str().and_then(|text| text.parse::<Timestamp>().ok());
        target = Some(to.ok_or_else(|| Refusal::field("set", "write a time like 2026-12-01T09:00:00Z"))?);
    }
    let speed = match value.get("speed") {
        None => None,
        Some(speed) => match speed.as_f64().filter(|speed| *speed > 0.0 && *speed <= 1e6) {
            None => return Err(Refusal::field("speed", "write a number above 0 and at most 1000000")),
            speed => speed,
        },
    };
    match target {
        Some(to) if to < now => return Err(Refusal::bad_request("the sandbox's clock never goes back")),
        Some(to) if to.duration_since(now) > LONGEST_JUMP => {
            return Err(Refusal::bad_request("one step is at most 366 days; take several"));
        }
        Some(to) => {
            clock.advance_to(to);
        }
        None if speed.is_none() => {
            return Err(Refusal::bad_request(
                "send {\"advance\": \"2h\"}, {\"set\": TIME} or {\"speed\": N}",
            ));
        }
        None => {}
    }
    if let Some(speed) = speed {
        clock.set_speed(speed);
    }
    Ok(Response::json(200, &show_clock(clock)))
}

fn show_clock(clock: &SandboxClock) -> Value {
    json!({"now": clock.now().to_string(), "speed": clock.speed()})
}

/// `{"id" or "name", "status"?}`: adds a session or alters the one that is there.
fn put_session(server: &mut Server, body: &[u8]) -> Result<Response, Refusal> {
    let mut fields = Fields::parse(body)?;
    let id = if fields.has("id") { fields.uuid("id") } else { None };
    let name = if fields.has("name") || !fields.has("id") { fields.name() } else { None };
    let status = fields.choice("status", &SESSION_STATUSES);
    fields.finish()?;
    let id = server.state_mut().put_session(id, name.as_deref(), status);
    let session = server.state().session(id).ok_or_else(|| Refusal::not_found("session"))?;
    Ok(Response::json(200, &json!({"id": session.id, "name": session.name, "status": session.status})))
}

/// `{"id": "…@g.us", "name", "session_id"?, "members": [{"phone", "name"?}]}`; without a session, the first.
fn put_wa_group(server: &mut Server, body: &[u8]) -> Result<Response, Refusal> {
    let mut fields = Fields::parse(body)?;
    let id = fields.text("id", 100);
    let name = fields.name();
    let session_id = if fields.has("session_id") {
        fields.uuid("session_id")
    } else {
        server.state().sessions.first().map(|session| session.id)
    };
    let members = fields.contacts("members").unwrap_or_default();
    if !id.as_deref().is_some_and(|id| id.ends_with("@g.us")) {
        fields.wrong("id", "must be the id of a WhatsApp group, which ends in @g.us");
    }
    fields.finish()?;
    let session_id: Uuid = session_id.unwrap_or_default();
    if server.state().session(session_id).is_none() {
        return Err(Refusal::not_found("session"));
    }
    let (id, name) = (id.unwrap_or_default(), name.unwrap_or_default());
    let shown = json!({"wa_group_id": id, "session_id": session_id, "member_count": members.len()});
    server.state_mut().put_wa_group(WaGroup { id, session_id, name, members });
    Ok(Response::json(200, &shown))
}

/// The whole state, with members and recipients in place.
fn dump(server: &Server, clock: &SandboxClock) -> Value {
    let state = server.state();
    let mut shown = serde_json::to_value(state).unwrap_or_default();
    for (index, group) in state.groups.iter().enumerate() {
        shown["groups"][index]["members"] = json!(group.members.get());
    }
    for (index, job) in state.jobs.iter().enumerate() {
        shown["jobs"][index]["recipients"] = json!(job.recipients.get());
    }
    let limits = server.config().limits;
    shown["clock"] = show_clock(clock);
    shown["plan"] = json!(server.config().plan.as_str());
    shown["limits"] = json!({
        "groups": limits.groups,
        "messages_per_month": limits.messages_per_month,
        "requests_per_minute": limits.requests_per_minute,
    });
    shown
}
