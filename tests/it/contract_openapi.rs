//! The sandbox's OpenAPI document: committed as it is served, about the same endpoints as the client, and true:
//! every answer that a walk through all endpoints brings is in it.

use std::collections::{BTreeMap, BTreeSet};

use campaignctl::api::ENDPOINTS;
use campaignctl::sandbox::{PlanName, Request, Server, ServerConfig, openapi};
use jiff::Timestamp;
use serde_json::{Value, json};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/openapi.json");

#[test]
fn the_committed_document_is_the_served_one() {
    let generated = serde_json::to_string_pretty(&openapi()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(COMMITTED, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        committed == generated,
        "schemas/openapi.json is out of date: run the tests with UPDATE_SCHEMA=1"
    );
}

#[tokio::test]
async fn it_is_served_without_a_key() {
    let running = campaignctl::sandbox::start(campaignctl::sandbox::Options::default()).await.unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    for path in ["/openapi.json", "/api/v2/openapi.json"] {
        let answer = reqwest::get(format!("{}{path}", running.base_url())).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.json::<Value>().await.unwrap(), openapi());
    }
}

/// `/custom-groups/{group_id}` as `/custom-groups/{id}`.
fn template(path: &str) -> String {
    let part = |s: &str| if s.starts_with('{') { "{id}".to_owned() } else { s.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn it_has_the_endpoints_of_the_client() {
    let document = openapi();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), template(path)));
        }
    }
    let spoken: BTreeSet<_> =
        ENDPOINTS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(described, spoken);
}

/// A server and the document, which every answer is compared with.
struct Walk {
    server: Server,
    document: Value,
    now: Timestamp,
    seen: BTreeMap<String, BTreeSet<u16>>,
}

impl Walk {
    fn new(plan: PlanName) -> Self {
        let now: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
        let mut config = ServerConfig::new(plan);
        config.throttle = false;
        let mut server = Server::new(config, 1, now);
        server.state_mut().put_session(None, Some("Main Line"), None);
        Self { server, document: openapi(), now, seen: BTreeMap::new() }
    }

    /// Asks, and wants the answer to be in the document. `path` has ids in `{…}` as `{name=value}`.
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let mut target = String::new();
        let mut described = String::new();
        for segment in path.split('?').next().unwrap().split('/').skip(1) {
            let inner = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            let (name, value) = inner.and_then(|s| s.split_once('=')).unwrap_or(("", segment));
            target = format!("{target}/{value}");
            described = if name.is_empty() {
                format!("{described}/{value}")
            } else {
                format!("{described}/{{{name}}}")
            };
        }
        if let Some((_, query)) = path.split_once('?') {
            target = format!("{target}?{query}");
        }
        let mut request = Request::new(method, &target).header("x-api-key", "k");
        if !body.is_null() {
            request = request.json(body);
        }
        let response = self.server.handle(&request, self.now);
        let operation = &self.document["paths"][&described][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {described} is not in the document");
        let label = format!("{method} {described} {}", response.status);
        let mut answer = &operation["responses"][response.status.to_string()];
        assert!(answer.is_object(), "{label} is not in the document: {}", response.value());
        if let Some(reference) = answer["$ref"].as_str() {
            answer = self.document.pointer(reference.trim_start_matches('#')).unwrap();
        }
        for (name, header) in answer["headers"].as_object().unwrap() {
            let required = header["required"] == true;
            assert!(!required || response.header_value(name).is_some(), "{label} lacks {name}");
        }
        let kind = response.header_value("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap();
        match answer["content"].as_object() {
            None => assert!(response.body.is_empty(), "{label}"),
            Some(content) => {
                let schema = &content.get(kind).unwrap_or_else(|| panic!("{label}: {kind}"))["schema"];
                if kind == "application/json" {
                    let whole = json!({"$ref": schema["$ref"], "components": self.document["components"]});
                    let validator = jsonschema::draft202012::new(&whole).unwrap();
                    let value = response.value();
                    let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
                    assert!(errors.is_empty(), "{label}: {errors:?}\n{value}");
                }
            }
        }
        self.seen.entry(format!("{method} {described}")).or_default().insert(response.status);
        (response.status, response.value())
    }

    fn made(&mut self, path: &str, body: &Value) -> String {
        let (status, value) = self.ask("POST", path, body);
        assert_eq!(status, 201, "{value}");
        value["id"].as_str().unwrap().to_owned()
    }
}

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn every_answer_of_a_walk_through_all_endpoints_is_in_it() {
    let mut walk = Walk::new(PlanName::Business);
    let null = Value::Null;
    let (_, sessions) = walk.ask("GET", "/sessions", &null);
    let session = sessions["sessions"][0]["id"].as_str().unwrap().to_owned();
    walk.ask("GET", &format!("/sessions/{{session_id={session}}}"), &null);
    walk.ask("GET", "/billing/subscription", &null);

    let members = json!([{"phone": "+15550123456", "name": "Jane"}, {"phone": "15550123457"}]);
    let group = walk.made("/custom-groups", &json!({"name": "VIP", "members": members}));
    let at = |rest: &str| format!("/custom-groups/{{group_id={group}}}{rest}");
    walk.made(
        "/custom-groups/from-wa-groups",
        &json!({"name": "Chat", "wa_groups": [{"wa_group_id": "120363012345@g.us", "session_id": session}]}),
    );
    walk.ask("POST", &at("/members/add"), &json!({"contacts": [{"phone": "+15550123458"}]}));
    walk.ask("POST", &at("/members/remove"), &json!({"phones": ["+15550123458"]}));
    walk.ask("PATCH", &at(""), &json!({"name": "VIPs"}));
    walk.server.state_mut().erase(15_550_123_457);
    for path in ["", "/export/csv", "/export/json"] {
        walk.ask("GET", &at(path), &null);
    }
    for path in ["/custom-groups", "/custom-groups/contacts", "/custom-groups/wa-groups?limit=2&offset=1"] {
        walk.ask("GET", path, &null);
    }

    let send = json!({"session_id": session, "custom_group_id": group, "message_content": "Hi"});
    let job = walk.made("/bulk-send", &send);
    let at_job = |rest: &str| format!("/bulk-send/{{job_id={job}}}{rest}");
    for act in ["/pause", "/resume", "/progress", "", "/cancel", "/cancel"] {
        let method = if matches!(act, "" | "/progress") { "GET" } else { "POST" };
        walk.ask(method, &at_job(act), &null);
        walk.now += jiff::SignedDuration::from_secs(1);
    }
    walk.ask("GET", "/bulk-send", &null);
    walk.ask("GET", &format!("/analytics/campaigns/{{job_id={job}}}"), &null);

    let weekly = json!({
        "name": "Weekly", "session_id": session, "custom_group_id": group, "schedule_type": "weekly",
        "message_content": "Hi", "cron_expression": "0 9 * * MON", "timezone": "Asia/Jerusalem"
    });
    let schedule = walk.made("/scheduled-messages", &weekly);
    let once = json!({
        "name": "Once", "session_id": session, "custom_group_id": group, "schedule_type": "one_time",
        "media_url": "https://example.com/a.png", "scheduled_time": "2026-12-02T09:00:00"
    });
    walk.made("/scheduled-messages", &once);
    walk.now += jiff::SignedDuration::from_hours(24 * 15);
    let at_schedule = |rest: &str| format!("/scheduled-messages/{{schedule_id={schedule}}}{rest}");
    walk.ask("GET", &at_schedule(""), &null);
    walk.ask("GET", &at_schedule("/history?limit=1"), &null);
    walk.ask("GET", "/scheduled-messages", &null);
    walk.ask("PATCH", &at_schedule(""), &json!({"message_content": "Ho", "timezone": "UTC"}));
    walk.ask("DELETE", &at_schedule(""), &null);
    for act in ["/pause", "/resume", "/cancel", "/cancel"] {
        walk.ask("POST", &at_schedule(act), &null);
    }
    walk.ask("DELETE", &at_schedule(""), &null);
    walk.ask("DELETE", &at(""), &null);

    refused(&mut walk, &session);
    let described: usize = walk.document["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|item| item.as_object().unwrap().len())
        .sum();
    assert_eq!(walk.seen.len(), described, "every operation was asked: {:?}", walk.seen.keys());
    let succeeded = |statuses: &BTreeSet<u16>| statuses.iter().any(|s| *s < 300);
    let never: Vec<_> = walk.seen.iter().filter(|(_, s)| !succeeded(s)).map(|(name, _)| name).collect();
    assert!(never.is_empty(), "never answered with a 2xx: {never:?}");
}

/// What is refused: objects that are not there, bodies that are wrong, lists with bad limits.
fn refused(walk: &mut Walk, session: &str) {
    let null = Value::Null;
    let paths: Vec<(String, String)> = walk.document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |m| (m.to_uppercase(), path.clone()))
        })
        .collect();
    for (method, path) in paths {
        let nobody = path.replace('}', &format!("={NOBODY}}}"));
        let bodies = if matches!(method.as_str(), "POST" | "PATCH") {
            vec![
                null.clone(),
                json!([]),
                json!({"name": "", "phones": 1, "contacts": [{}], "wa_groups": [{}]}),
            ]
        } else {
            vec![null.clone()]
        };
        for body in bodies {
            walk.ask(&method, &nobody, &body);
        }
        if method == "GET" {
            walk.ask(&method, &format!("{nobody}?limit=0&offset=x"), &null);
        }
    }
    let lost = json!({"session_id": session, "custom_group_id": NOBODY, "message_content": "Hi"});
    assert_eq!(walk.ask("POST", "/bulk-send", &lost).0, 404);
}

#[test]
fn the_free_plan_is_refused_as_it_says() {
    let mut walk = Walk::new(PlanName::Free);
    let send = json!({"session_id": NOBODY, "custom_group_id": NOBODY, "message_content": "Hi"});
    assert_eq!(walk.ask("POST", "/bulk-send", &send).0, 403);
    assert_eq!(walk.ask("GET", &format!("/analytics/campaigns/{{job_id={NOBODY}}}"), &Value::Null).0, 403);
    for _ in 0..3 {
        walk.ask("POST", "/custom-groups", &json!({"name": "A"}));
    }
    assert!(walk.seen["POST /custom-groups"].contains(&403), "two groups");
    walk.server.config_mut().throttle = true;
    for _ in 0..20 {
        walk.ask("GET", "/sessions", &Value::Null);
    }
    assert!(walk.seen["GET /sessions"].contains(&429));
}
