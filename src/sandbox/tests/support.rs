//! One account without a socket, and short ways to talk to it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::*;

/// A model server with its own virtual time.
pub struct Account {
    pub server: Server,
    pub now: Timestamp,
    pub session: String,
}

pub const PEOPLE: [&str; 3] = ["+15550100001", "+15550100002", "+15550100003"];

impl Account {
    pub fn new() -> Self {
        Self::with(PlanName::Business, "")
    }

    /// On a plan and in a dialect, never throttled.
    pub fn with(plan: PlanName, dialect: &str) -> Self {
        let now = "2026-11-22T10:00:00Z".parse().unwrap(); // a Sunday
        let mut config = ServerConfig::new(plan);
        config.dialect = Dialect::parse(dialect).unwrap();
        config.throttle = false;
        let mut server = Server::new(config, 42, now);
        let session = server.state_mut().put_session(None, Some("Main Line"), None).to_string();
        Self { server, now, session }
    }

    pub fn send(&mut self, request: &Request) -> Response {
        self.server.handle(&request.clone().header("X-API-Key", "any"), self.now)
    }

    pub fn get(&mut self, path: &str) -> Value {
        let response = self.send(&Request::new("GET", path));
        assert_eq!(response.status, 200, "GET {path}: {}", response.value());
        response.value()
    }

    pub fn call(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let response = self.send(&Request::new(method, path).json(body));
        (response.status, response.value())
    }

    pub fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        self.call("POST", path, body)
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub fn group(&mut self, name: &str, phones: &[&str]) -> String {
        let members: Vec<Value> = phones.iter().map(|phone| json!({"phone": phone})).collect();
        let (status, body) = self.post("/custom-groups", &json!({"name": name, "members": members}));
        assert_eq!(status, 201, "{body}");
        id(&body)
    }

    /// A body for `/bulk-send`.
    pub fn job_body(&self, group: &str) -> Value {
        json!({"session_id": self.session, "custom_group_id": group, "message_content": "Hello"})
    }

    pub fn job(&mut self, group: &str) -> String {
        let (status, body) = self.post("/bulk-send", &self.job_body(group));
        assert_eq!(status, 201, "{body}");
        id(&body)
    }

    /// A body for `/scheduled-messages`.
    pub fn weekly_body(&self, group: &str) -> Value {
        json!({
            "name": "Weekly", "session_id": self.session, "custom_group_id": group, "schedule_type": "weekly",
            "message_content": "Hello", "cron_expression": "0 9 * * MON,THU", "timezone": "Asia/Jerusalem",
        })
    }

    pub fn used(&mut self) -> u64 {
        self.get("/billing/subscription")["usage"]["messages_this_month"].as_u64().unwrap()
    }
}

pub fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

/// The body with one field set; null removes it.
pub fn with(body: &Value, name: &str, value: Value) -> Value {
    let mut body = body.clone();
    if value.is_null() {
        body.as_object_mut().unwrap().remove(name);
    } else {
        body[name] = value;
    }
    body
}
