//! The client against a scripted network on a virtual clock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::bodies::{RemoveForm, SendBody};
use super::client::{Client, ClientOptions};
use super::clock::{Clock, VirtualClock};
use super::outcome::{CreateOutcome, SendOutcome};
use super::read::{ExportFormat, Optional, Read};
use super::request::ApiRequest;
use super::transport::{Auth, Call, Cause, RawResponse, Transport, TransportError};
use super::write::Write;
use super::{ApiError, BaseUrl};
use crate::model::{Content, Id, Phone, Secret};

/// One scripted answer.
enum Answer {
    Json(u16, Value),
    Text(u16, &'static str),
    /// With headers.
    Full(u16, Vec<(&'static str, &'static str)>, Value),
    Fails(TransportError),
    /// A body that breaks off.
    Cut(u16, &'static str),
}

#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<ApiRequest>>,
    fresh: Mutex<Vec<bool>>,
}

impl Transport for Script {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        self.asked.lock().unwrap().push(call.request);
        self.fresh.lock().unwrap().push(call.fresh_connection);
        let answer = self.answers.lock().unwrap().pop_front().expect("an answer for each request");
        Box::pin(async move {
            match answer {
                Answer::Json(status, body) => {
                    Ok(RawResponse::full(status, Vec::new(), body.to_string().into()))
                }
                Answer::Text(status, body) => Ok(RawResponse::full(status, Vec::new(), body.into())),
                Answer::Full(status, headers, body) => {
                    let headers = headers.into_iter().map(|(n, v)| (n.into(), v.into())).collect();
                    Ok(RawResponse::full(status, headers, body.to_string().into()))
                }
                Answer::Fails(error) => Err(error),
                Answer::Cut(status, body) => {
                    let chunks = [Ok(body.into()), Err(TransportError::unknown(Cause::Truncated, ""))];
                    Ok(RawResponse { status, headers: Vec::new(), body: stream::iter(chunks).boxed() })
                }
            }
        })
    }
}

struct Setup {
    client: Client,
    script: Arc<Script>,
    clock: Arc<VirtualClock>,
    start: Timestamp,
}

fn setup(answers: Vec<Answer>) -> Setup {
    let script = Arc::new(Script { answers: Mutex::new(answers.into()), ..Script::default() });
    let start: Timestamp = "2026-12-01T10:00:00Z".parse().unwrap();
    let clock = Arc::new(VirtualClock::new(start));
    let client = Client::new(ClientOptions {
        clock: clock.clone(),
        transport: Some(script.clone()),
        ..ClientOptions::new(
            BaseUrl::parse(BaseUrl::DEFAULT).unwrap(),
            Auth::Key(Secret::new("key-secret-1")),
            60,
        )
    })
    .unwrap();
    Setup { client, script, clock, start }
}

impl Setup {
    fn paths(&self) -> Vec<String> {
        self.script
            .asked
            .lock()
            .unwrap()
            .iter()
            .map(|request| format!("{} {}", request.method.as_str(), request.path_and_query()))
            .collect()
    }

    fn elapsed(&self) -> SignedDuration {
        self.clock.now().duration_since(self.start)
    }

    fn all_used(&self) -> bool {
        self.script.answers.lock().unwrap().is_empty()
    }
}

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

fn phone(text: &str) -> Phone {
    Phone::parse(text).unwrap()
}

fn send_body() -> SendBody {
    let content = Content { text: Some("Hi".into()), media: None };
    SendBody { session_id: id("s-1"), group_id: id("g-1"), content }
}

fn refused() -> Answer {
    Answer::Fails(TransportError::not_sent(Cause::Refused, ""))
}

fn reset() -> Answer {
    Answer::Fails(TransportError::unknown(Cause::Closed, ""))
}

async fn send(answer: Answer) -> SendOutcome {
    let setup = setup(vec![answer]);
    let outcome = setup.client.create_job(&send_body()).await;
    assert_eq!(setup.client.requests_made(), 1, "once, whatever happens");
    assert_eq!(*setup.script.fresh.lock().unwrap(), [true]);
    outcome
}

#[tokio::test]
async fn the_outcome_of_a_send_follows_the_table() {
    assert!(matches!(send(refused()).await, SendOutcome::NotSent { .. }));
    for status in [400, 401, 403, 404, 422, 429] {
        let api = send(Answer::Json(status, json!({"detail": "no"}))).await;
        assert!(matches!(api, SendOutcome::Rejected { status: s, .. } if s == status), "{status}");
        let proxy = send(Answer::Text(status, "<html><title>No</title></html>")).await;
        assert!(matches!(proxy, SendOutcome::InDoubt { .. }), "{status}");
    }
    for status in [200, 201] {
        let made = send(Answer::Json(status, json!({"id": "j-1", "status": "pending"}))).await;
        assert!(matches!(made, SendOutcome::Accepted { job } if job.id == id("j-1")));
        assert!(matches!(send(Answer::Json(status, json!({}))).await, SendOutcome::InDoubt { .. }));
        assert!(matches!(send(Answer::Text(status, "")).await, SendOutcome::InDoubt { .. }));
        assert!(matches!(send(Answer::Cut(status, "{\"id\": \"j-")).await, SendOutcome::InDoubt { .. }));
        assert!(matches!(send(Answer::Text(status, "<html>")).await, SendOutcome::InDoubt { .. }));
    }
    for status in [202, 204, 302, 402, 408, 409, 500, 502, 503, 504] {
        let job = json!({"id": "j-1", "detail": "x"});
        assert!(matches!(send(Answer::Json(status, job)).await, SendOutcome::InDoubt { .. }), "{status}");
    }
    assert!(matches!(send(reset()).await, SendOutcome::InDoubt { .. }));
    let hang = TransportError::unknown(Cause::Timeout, "nothing for 60 s");
    assert!(matches!(send(Answer::Fails(hang)).await, SendOutcome::InDoubt { .. }));
}

#[tokio::test]
async fn a_rejection_says_why_and_when() {
    let headers = vec![("x-required-scopes", "bulk-send:manage"), ("retry-after", "30")];
    let answer = Answer::Full(429, headers, json!({"detail": "slow down, +15550123456 key-secret-1"}));
    let SendOutcome::Rejected { text, scopes, retry_at, .. } = send(answer).await else {
        unreachable!("rejected")
    };
    assert_eq!(scopes.as_deref(), Some("bulk-send:manage"));
    assert_eq!(retry_at, Some("2026-12-01T10:00:30Z".parse().unwrap()));
    let text = text.to_string();
    assert!(text.starts_with("slow down") && !text.contains("5550123") && !text.contains("key-secret"));
}

#[tokio::test]
async fn reads_are_tried_again_and_creates_only_when_nothing_left() {
    let groups = || Answer::Json(200, json!({"groups": [{"id": "g-1", "name": "VIP"}], "total": 1}));
    let html = || Answer::Text(502, "<html><title>502 Bad Gateway</title></html>");
    for trouble in [refused(), reset(), html(), Answer::Text(200, "[{\"id\""), Answer::Cut(200, "[{")] {
        let setup = setup(vec![trouble, groups()]);
        assert_eq!(setup.client.groups().await.unwrap().len(), 1);
        assert!(setup.elapsed() < SignedDuration::from_secs(1));
    }
    let again = setup(vec![refused(), Answer::Json(201, json!({"id": "g-1", "name": "VIP"}))]);
    let made = again.client.create_group("VIP", &[]).await;
    assert!(matches!(made, CreateOutcome::Created(group) if group.id == id("g-1")));
    for trouble in [reset(), html(), Answer::Text(201, ""), Answer::Json(503, json!({"detail": "x"}))] {
        let setup = setup(vec![trouble]);
        assert!(matches!(setup.client.create_group("VIP", &[]).await, CreateOutcome::InDoubt { .. }));
    }
    let full = setup(vec![Answer::Json(403, json!({"detail": "2 groups"}))]);
    let CreateOutcome::Rejected { error } = full.client.create_group("VIP", &[]).await else {
        unreachable!("rejected")
    };
    assert!(error.to_string().contains("2 groups"));
}

#[tokio::test]
async fn a_dead_server_is_told_within_four_seconds() {
    let setup = setup(vec![refused(), refused(), refused(), refused()]);
    let error = setup.client.groups().await.unwrap_err();
    assert!(error.is_not_sent() && error.was_repeated());
    assert!(error.hint().contains("MOLTFLOW_API_URL"));
    assert!(setup.elapsed() < SignedDuration::from_secs(4) && setup.all_used());
}

#[tokio::test]
async fn a_429_is_waited_for_by_all_and_said() {
    let limited = Answer::Full(429, vec![("retry-after", "20")], json!({"detail": "slow down"}));
    let script = setup(vec![limited, Answer::Json(201, json!({"id": "g-1"}))]);
    let made = script.client.create_group("VIP", &[]).await;
    assert!(matches!(made, CreateOutcome::Created(_)), "a clean 429 made nothing");
    assert!(script.elapsed() >= SignedDuration::from_secs(20));
    assert!(script.client.rate() < 60);
}

#[tokio::test]
async fn a_deletion_repeated_finds_it_gone() {
    let gone = || Answer::Json(404, json!({"detail": "not found"}));
    let repeated = setup(vec![reset(), gone()]);
    assert!(repeated.client.delete_group(&id("g-1")).await.is_ok());
    let never_there = setup(vec![gone()]);
    assert!(never_there.client.delete_group(&id("g-1")).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn an_unchanged_account_costs_five_requests() {
    let many = |key: &str, count: u32| {
        let items: Vec<Value> = (0..count)
            .map(|i| json!({"id": format!("x-{i}"), "name": format!("n {i}"), "status": "active"}))
            .collect();
        Answer::Json(200, json!({key: items, "total": count, "limit": 50, "offset": 0}))
    };
    let setup = setup(vec![
        many("sessions", 2),
        Answer::Json(200, json!({"plan_id": "pro", "limits": {"max_groups": 20}})),
        many("groups", 45),
        many("messages", 45),
        many("jobs", 0),
    ]);
    let reader: &dyn Read = &setup.client;
    assert_eq!(reader.sessions().await.unwrap().len(), 2);
    let subscription = setup.client.subscription().await.unwrap().known().unwrap();
    assert_eq!(subscription.max_groups, Some(20));
    assert_eq!(setup.client.groups().await.unwrap().len(), 45);
    assert_eq!(setup.client.schedules().await.unwrap().len(), 45);
    assert!(setup.client.jobs().await.unwrap().is_empty());
    assert_eq!(setup.client.requests_made(), 5);
}

#[tokio::test]
async fn a_subscription_that_may_not_be_read_is_normal() {
    for status in [403, 404] {
        let setup = setup(vec![Answer::Json(status, json!({"detail": "no"}))]);
        assert!(matches!(setup.client.subscription().await, Ok(Optional::Unavailable(_))));
    }
    let setup = setup(vec![Answer::Json(401, json!({"detail": "bad key"}))]);
    let error = setup.client.subscription().await.unwrap_err();
    assert!(error.hint().contains("MOLTFLOW_API_KEY"));
}

#[tokio::test]
async fn a_smaller_page_is_asked_for_where_100_is_refused() {
    let refusal = json!({"detail": [{"loc": ["query", "limit"], "msg": "at most 50"}]});
    let list = || Answer::Json(200, json!({"jobs": [], "total": 0}));
    let setup = setup(vec![Answer::Json(422, refusal), list(), list()]);
    setup.client.jobs().await.unwrap();
    setup.client.jobs().await.unwrap();
    let paths = ["GET /bulk-send?limit=100", "GET /bulk-send?limit=50", "GET /bulk-send?limit=50"];
    assert_eq!(setup.paths(), paths);
}

#[tokio::test]
async fn members_beyond_the_first_page_come_from_the_export() {
    let member = |n: u64| json!({"phone": format!("{}@c.us", 15_550_000_000 + n)});
    let all: Vec<Value> = (0..5).map(member).collect();
    let detail =
        |shown: usize| json!({"id": "g-1", "name": "VIP", "member_count": 5, "members": all[..shown]});
    let whole = setup(vec![Answer::Json(200, detail(5))]);
    assert_eq!(whole.client.group_members(&id("g-1"), None).await.unwrap().phones.len(), 5);
    let paged = setup(vec![Answer::Json(200, detail(2)), Answer::Json(200, json!(all))]);
    assert_eq!(paged.client.group_members(&id("g-1"), None).await.unwrap().phones.len(), 5);
    assert_eq!(paged.paths()[1], "GET /custom-groups/g-1/export/json");
    let short = || Answer::Json(200, json!(all[..4]));
    let cut = setup(vec![Answer::Json(200, detail(2)), short(), Answer::Json(200, detail(2)), short()]);
    let error = cut.client.group_members(&id("g-1"), None).await.unwrap_err();
    assert!(matches!(error, ApiError::BadList { .. }), "never silently short: {error}");
    let broken =
        setup(vec![Answer::Cut(200, "{\"id\": \"g-1\", \"members\": ["), Answer::Json(200, detail(5))]);
    assert_eq!(broken.client.group_members(&id("g-1"), None).await.unwrap().phones.len(), 5);
    let empty = setup(vec![Answer::Json(200, json!({"id": "g-1", "member_count": 0}))]);
    assert!(empty.client.group_members(&id("g-1"), None).await.unwrap().phones.is_empty());
}

#[tokio::test]
async fn the_form_of_removal_is_learned_once() {
    let wants = |field: &str| {
        Answer::Json(422, json!({"detail": [{"loc": ["body", field], "msg": "field required"}]}))
    };
    let done = || Answer::Json(200, json!({"removed": 1}));
    let jane = [(phone("+15550123456"), None)];
    let setup = setup(vec![
        wants("contacts"),
        Answer::Json(422, json!({"message": "member_ids: field required"})),
        Answer::Json(
            200,
            json!({"id": "g-1", "member_count": 1, "members": [{"id": "m-7", "phone": "15550123456"}]}),
        ),
        done(),
        done(),
    ]);
    setup.client.remove_members(&id("g-1"), &jane).await.unwrap();
    let known = [(phone("+15550123456"), Some(id("m-7")))];
    setup.client.remove_members(&id("g-1"), &known).await.unwrap();
    let asked = setup.script.asked.lock().unwrap();
    let bodies: Vec<&Value> = asked.iter().filter_map(|r| r.body.as_ref()).collect();
    assert_eq!(*bodies[0], json!({"phones": ["+15550123456"]}));
    assert_eq!(*bodies[1], json!({"contacts": [{"phone": "+15550123456"}]}));
    assert_eq!(*bodies[2], json!({"member_ids": ["m-7"]}));
    assert_eq!(bodies[2], bodies[3]);
    assert_eq!(setup.client.remove_form(), RemoveForm::MemberIds);
}

#[tokio::test]
async fn a_422_about_something_else_is_reported() {
    let setup =
        setup(vec![Answer::Json(422, json!({"detail": [{"loc": ["body", "phones", 0], "msg": "bad"}]}))]);
    let result = setup.client.remove_members(&id("g-1"), &[(phone("+15550123456"), None)]).await;
    assert_eq!(result.unwrap_err().status(), Some(422));
}

#[tokio::test]
async fn the_servers_clock_is_noted() {
    let headers = vec![("date", "Tue, 01 Dec 2026 10:02:00 GMT")];
    let setup = setup(vec![Answer::Full(200, headers, json!([])), Answer::Json(200, json!([]))]);
    assert_eq!(setup.client.clock_skew(), None);
    setup.client.jobs().await.unwrap();
    assert_eq!(setup.client.clock_skew(), Some(SignedDuration::from_secs(120)));
}

/// A clock that somebody sets while time passes.
struct SetClock(Mutex<(Timestamp, SignedDuration)>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        let (now, set) = *self.0.lock().unwrap();
        now + set
    }

    fn elapsed(&self) -> SignedDuration {
        self.0.lock().unwrap().0.duration_since(Timestamp::UNIX_EPOCH)
    }

    fn sleep(&self, _: SignedDuration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn a_clock_that_is_set_after_an_answer_does_not_move_the_servers() {
    let headers = vec![("date", "Tue, 01 Dec 2026 10:02:00 GMT")];
    let answers = vec![Answer::Full(200, headers, json!([])), Answer::Json(200, json!([]))];
    let script = Arc::new(Script { answers: Mutex::new(answers.into()), ..Script::default() });
    let start: Timestamp = "2026-12-01T10:00:00Z".parse().unwrap();
    let clock = Arc::new(SetClock(Mutex::new((start, SignedDuration::ZERO))));
    let base = BaseUrl::parse(BaseUrl::DEFAULT).unwrap();
    let options = ClientOptions::new(base, Auth::Key(Secret::new("key-secret-1")), 60);
    let client =
        Client::new(ClientOptions { clock: clock.clone(), transport: Some(script), ..options }).unwrap();
    client.jobs().await.unwrap();
    assert_eq!(client.clock_skew(), Some(SignedDuration::from_mins(2)));
    *clock.0.lock().unwrap() = (start + SignedDuration::from_mins(1), SignedDuration::from_hours(13));
    // Ours is thirteen hours further on, the server's is where it was.
    let skew = client.clock_skew().unwrap();
    let off = (clock.now() + skew).duration_since(start + SignedDuration::from_mins(3));
    assert!(off.abs() <= SignedDuration::from_secs(1), "{off}");
}

#[tokio::test]
async fn an_export_is_a_stream_that_breaks_loudly() {
    let setup = setup(vec![Answer::Text(503, "busy"), Answer::Cut(200, "phone,name\n")]);
    let mut export = setup.client.export(&id("g-1"), ExportFormat::Csv).await.unwrap();
    assert_eq!(export.next().await.unwrap().unwrap(), b"phone,name\n");
    assert!(export.next().await.unwrap().is_err());
    assert_eq!(setup.paths()[1], "GET /custom-groups/g-1/export/csv");
}

#[tokio::test]
async fn actions_give_the_object_where_there_is_one() {
    let with = setup(vec![Answer::Json(200, json!({"id": "j-1", "status": "paused"}))]);
    assert_eq!(with.client.pause_job(&id("j-1")).await.unwrap().unwrap().status.as_str(), "paused");
    let without = setup(vec![Answer::Text(200, "")]);
    assert_eq!(without.client.pause_job(&id("j-1")).await.unwrap(), None);
    let again = setup(vec![reset(), Answer::Json(400, json!({"detail": "already paused"}))]);
    assert!(again.client.pause_job(&id("j-1")).await.unwrap_err().was_repeated());
}

#[tokio::test]
async fn waits_are_announced() {
    let script = Arc::new(Script::default());
    for _ in 0..3 {
        script.answers.lock().unwrap().push_back(Answer::Json(200, json!({"id": "j-1"})));
    }
    let clock = Arc::new(VirtualClock::new(Timestamp::from_second(1_700_000_000).unwrap()));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = heard.clone();
    let client = Client::new(ClientOptions {
        clock,
        transport: Some(script),
        on_wait: Some(Arc::new(move |notice| ear.lock().unwrap().push(notice.wait.as_secs()))),
        ..ClientOptions::new(BaseUrl::parse(BaseUrl::DEFAULT).unwrap(), Auth::Bearer(Secret::new("t")), 2)
    })
    .unwrap();
    for _ in 0..3 {
        client.job(&id("j-1")).await.unwrap();
    }
    assert_eq!(*heard.lock().unwrap(), [60]);
    assert_eq!(client.api_host(), "apiv2.waiflow.app:443");
}

#[tokio::test]
async fn no_error_holds_the_key_a_phone_or_a_text() {
    let echo = json!({"detail": "no +15550123456 with key-secret-1"});
    let setup = setup(vec![Answer::Json(400, echo)]);
    let error =
        setup.client.add_members(&id("g-1"), &[(phone("+15550123456"), Some("Jane"))]).await.unwrap_err();
    for text in [error.to_string(), format!("{error:?}"), error.cause(), error.hint()] {
        for secret in ["5550123", "key-secret-1", "Jane"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert!(!format!("{:?}", setup.client).contains("key-secret"));
}
