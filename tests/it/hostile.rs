//! Servers that answer as no server should. Where reading fails nothing is written; where writing fails no send
//! goes out twice; and each failure is told in a sentence.

use std::sync::Arc;
use std::time::Duration;

use campaignctl::api::{BaseUrl, Call, HttpTransport, Method, RawResponse, Transport, TransportError};
use campaignctl::apply::{ChangeResult, Report};
use campaignctl::model::Kind;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use serde_json::json as value;

use crate::support::World;
use crate::support::driver::{Ended, client, try_apply};
use crate::support::rogue::{Reply, Rogue, Seen, answer, json, redirect};

const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: UTC}
sessions:
  main: {name: Main Line}
groups:
  vip: {members: ["+15550123456", "+15550987654"]}
  staff: {members: ["+15550123456"]}
schedules:
  daily: {group: vip, message: Good morning., daily: "20:00"}
sends:
  text: {group: vip, message: Special offer!}
  media: {group: staff, message: The report., media: "https://example.com/r.pdf"}
"#;

/// Answers that end only with the client's patience.
const SLOW: [&str; 2] = ["dribble", "silence"];
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

/// A client that waits half a second for anything that writes, or for everything.
#[derive(Clone)]
struct Impatient {
    http: HttpTransport,
    reads_too: bool,
}

impl Transport for Impatient {
    fn call(&self, mut call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        if self.reads_too || call.request.method != Method::Get {
            call.timeout = Some(SignedDuration::from_millis(500));
        }
        self.http.call(call)
    }
}

/// A project whose groups are on the account already, so that nothing but the sends stands in the way of the sends.
async fn world() -> World {
    let world = World::new().await;
    world.write("campaign.yaml", YAML);
    let members = value!([{"phone": "+15550123456"}, {"phone": "+15550987654"}]);
    world.curl("POST", "/custom-groups", value!({"name": "vip", "members": members})).await;
    let members = value!([{"phone": "+15550123456"}]);
    world.curl("POST", "/custom-groups", value!({"name": "staff", "members": members})).await;
    world
}

/// From here on the world's client talks to this server.
fn meet(world: &mut World, rogue: &Rogue, impatient: Option<bool>) {
    let transport = impatient.map(|reads_too| {
        let http = HttpTransport::new(BaseUrl::parse(&rogue.base).unwrap()).unwrap();
        Arc::new(Impatient { http, reads_too }) as Arc<dyn Transport>
    });
    world.client = client(&rogue.base, &world.clock, transport);
}

/// Every bad answer; `own` is the path asked for.
fn wicked(own: &str, elsewhere: &str) -> Vec<(&'static str, Reply)> {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let number = "1".repeat(100_000);
    vec![
        ("500 JSON", json(500, r#"{"detail": "boom, and the key is test-key"}"#)),
        ("500 HTML", answer(500, "text/html", "<html><body><h1>Internal Server Error</h1></body></html>")),
        ("200 HTML", answer(200, "text/html", "<html><body>Please log in</body></html>")),
        ("nothing", Reply::Raw(Vec::new())),
        (
            "half a body",
            Reply::Raw(
                b"HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"id\": \"3\", \"items\": [{".to_vec(),
            ),
        ),
        ("empty 200", json(200, "")),
        ("garbage", Reply::Raw(b"\x16\x03\x01\x00\xff what is this\r\n\r\n".to_vec())),
        ("endless", Reply::Endless(CHUNKED)),
        ("dribble", Reply::Dribble(CHUNKED)),
        ("silence", Reply::Silence),
        ("redirect to itself", redirect(302, own)),
        ("redirect elsewhere", redirect(307, elsewhere)),
        ("null list", json(200, r#"{"items": null}"#)),
        ("null", json(200, "null")),
        ("deep", json(200, &deep)),
        ("deep items", json(200, &format!("{{\"items\": {deep}}}"))),
        ("a long number", json(200, &number)),
        (
            "an id as a long number",
            json(200, &format!(r#"{{"id": {number}, "items": [{{"id": {number}}}]}}"#)),
        ),
        ("204", Reply::Raw(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())),
        ("a list of nothing known", json(200, r#"{"items": [17, null, "x"]}"#)),
    ]
}

/// Lists that do not end.
fn unending(seen: &Seen, fresh: bool) -> Reply {
    let offset: usize =
        seen.query.split('&').find_map(|p| p.strip_prefix("offset=")).map_or(0, |n| n.parse().unwrap());
    let from = if fresh { offset } else { 0 };
    let items: Vec<serde_json::Value> = (from..from + 5_000)
        .map(|n| {
            value!({
                "id": format!("id-{n}"), "name": format!("n{n}"), "status": "active", "member_count": 0,
                "session_id": "s", "custom_group_id": "g", "schedule_type": "daily",
                "cron_expression": "0 9 * * *", "timezone": "UTC", "created_at": "2026-01-01T00:00:00Z"
            })
        })
        .collect();
    json(200, &value!({ "items": items }).to_string())
}

fn mutating(rogue: &Rogue) -> Vec<String> {
    let writes = rogue.seen().into_iter().filter(Seen::is_write);
    writes.map(|s| format!("{} {}", s.method, s.path)).collect()
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let bound = Duration::from_mins(1);
    tokio::time::timeout(bound, future).await.unwrap_or_else(|_| panic!("{what}: does not end"))
}

/// An apply against a server where `path` is answered badly: what it says, having written nothing.
async fn unreadable(
    what: &str,
    path: &'static str,
    reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> Option<String> {
    let mut world = world().await;
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        let own = seen.path.strip_prefix("/api/v2").unwrap_or(&seen.path);
        let struck = match path {
            "" => true,
            "/custom-groups/*" => own.starts_with("/custom-groups/"),
            path => own == path,
        };
        if struck { reply(seen) } else { Reply::Pass }
    })
    .await;
    meet(&mut world, &rogue, SLOW.contains(&what).then_some(true));
    let desired = world.desired();
    match within(what, try_apply(&world, &desired, 4)).await {
        Ended::Unreadable(text) => {
            assert_eq!(mutating(&rogue), Vec::<String>::new(), "{what} at {path}: {text}");
            assert!(text.starts_with("the account could not be read: GET /"), "{what} at {path}: {text:?}");
            let hinted = text.rsplit_once("; ").is_some_and(|(_, hint)| hint.len() > 20);
            assert!(hinted && text.len() < 600 && !text.contains('\n'), "{what} at {path}: {text:?}");
            assert!(!text.contains("test-key"), "{what} at {path}: {text:?}");
            Some(text)
        }
        Ended::Report(_) => None,
        other => panic!("{what} at {path}: {other:?}"),
    }
}

fn full() -> bool {
    std::env::var("FAULTS").is_ok_and(|v| v == "full")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_an_error_and_nothing_is_written() {
    const PATHS: [&str; 6] = [
        "",
        "/custom-groups",
        "/scheduled-messages",
        "/bulk-send",
        "/custom-groups/*",
        "/billing/subscription",
    ];
    let elsewhere = Rogue::start(None, |_| Reply::Raw(Vec::new())).await;
    let other = format!("{}/api/v2/sessions", elsewhere.base);
    let cases = PATHS.into_iter().flat_map(|path| {
        wicked("/api/v2/sessions", &other).into_iter().map(move |(what, reply)| (path, what, reply))
    });
    // An endless stream is read to its bound, which takes a debug build long.
    let cases = cases.filter(|(path, what, _)| full() || *path != "/custom-groups/*" || *what != "endless");
    stream::iter(cases)
        .for_each_concurrent(6, |(path, what, reply)| async move {
            let text = unreadable(what, path, move |_| reply.clone()).await;
            println!("{path:24} {what:24} {text:?}");
            // What the plan allows is known from the YAML too: only the numbers are missing here.
            let tolerable = path == "/billing/subscription"
                && ["null list", "deep", "deep items", "an id as a long number", "a list of nothing known"]
                    .contains(&what);
            assert_eq!(text.is_none(), tolerable, "{what} at {path}");
        })
        .await;
    assert!(elsewhere.seen().is_empty(), "a redirect was followed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_without_end_are_errors() {
    for path in ["/custom-groups", "/scheduled-messages", "/bulk-send"] {
        let text = unreadable("the first page for ever", path, |seen| unending(seen, false)).await.unwrap();
        assert!(text.contains("repeats the first page"), "{path}: {text}");
        // One list is read like another, and this takes a debug build a while.
        if path != "/bulk-send" && !full() {
            continue;
        }
        let text = unreadable("new items for ever", path, |seen| unending(seen, true)).await.unwrap();
        assert!(text.contains("more than 100000 items"), "{path}: {text}");
    }
}

/// The POSTs that send, by what they say.
fn sends(rogue: &Rogue) -> Vec<String> {
    let mut sent: Vec<String> = rogue
        .seen()
        .iter()
        .filter(|seen| seen.is_send())
        .map(|seen| {
            let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
            body["message_content"].as_str().unwrap().to_owned()
        })
        .collect();
    sent.sort();
    sent
}

const BOTH: [&str; 2] = ["Special offer!", "The report."];

async fn applied(what: &str, world: &World) -> Report {
    let desired = world.desired();
    match within(what, try_apply(world, &desired, 4)).await {
        Ended::Report(report) => *report,
        other => panic!("{what}: {other:?}"),
    }
}

/// The result of each send, with a look at its words.
fn results<'a>(what: &str, report: &'a Report) -> Vec<&'a ChangeResult> {
    assert_eq!(report.stopped, None, "{what}");
    let sends = report.outcomes.iter().filter(|o| o.address.kind == Kind::Send);
    for outcome in &report.outcomes {
        let words = match &outcome.result {
            ChangeResult::Held(hold) => {
                let ways = hold.ways.join(" ");
                assert!(
                    ways.contains("--job ID") && ways.contains("--not-sent --reason"),
                    "{what}: {hold:?}"
                );
                assert!(!hold.evidence.is_empty(), "{what}: {hold:?}");
                &hold.text
            }
            ChangeResult::Failed { error } => error,
            ChangeResult::Unknown { why } | ChangeResult::Blocked { why } => why,
            ChangeResult::Skipped { because } => because,
            ChangeResult::Done { .. } | ChangeResult::Nothing | ChangeResult::Expired => continue,
        };
        let clear =
            words.len() > 20 && words.len() < 600 && !words.contains('\n') && !words.contains("test-key");
        assert!(clear, "{what}: {} {words:?}", outcome.address);
    }
    sends.map(|o| &o.result).collect()
}

/// Every write is answered badly; with `acts`, after the server did it.
async fn bad_answers_to_writes(what: &'static str, reply: Reply, acts: bool) {
    let mut world = world().await;
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        if !seen.is_write() {
            Reply::Pass
        } else if acts {
            Reply::ActThen(Box::new(reply.clone()))
        } else {
            reply.clone()
        }
    })
    .await;
    meet(&mut world, &rogue, SLOW.contains(&what).then_some(false));
    let what = format!("{what}, acts: {acts}");
    let report = applied(&what, &world).await;
    assert_eq!(sends(&rogue), BOTH, "{what}: {report:?}");
    let first = results(&what, &report);
    assert!(first.iter().all(|r| matches!(r, ChangeResult::Held(_))), "{what}: {first:?}");
    for round in 2..4 {
        world.advance(SignedDuration::from_secs(90));
        let report = applied(&what, &world).await;
        assert_eq!(sends(&rogue), BOTH, "{what}: a second POST in apply {round}: {report:?}");
        let again = results(&what, &report);
        if acts {
            // Recovered from the list, and then nothing.
            assert_eq!(again.len(), if round == 2 { 2 } else { 0 }, "{what}: {again:?}");
            assert!(again.iter().all(|r| matches!(r, ChangeResult::Done { .. })), "{what}: {again:?}");
        } else {
            assert!(again.iter().all(|r| matches!(r, ChangeResult::Held(_))), "{what}: {again:?}");
            assert_eq!(again.len(), 2, "{what}: {again:?}");
        }
    }
    assert_eq!(world.jobs().await.len(), if acts { 2 } else { 0 }, "{what}");
    let daily = world.list("/scheduled-messages").await;
    assert_eq!(daily.len(), usize::from(acts), "{what}: {daily:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_answers_to_writes_send_once_and_are_told() {
    let elsewhere = Rogue::start(None, |_| Reply::Raw(Vec::new())).await;
    let other = format!("{}/api/v2/bulk-send", elsewhere.base);
    let mut cases = wicked("/api/v2/bulk-send", &other);
    for status in [301, 303, 308] {
        cases.push(("another redirect", redirect(status, &other)));
    }
    for status in [408, 409, 425, 502, 503, 504] {
        cases.push(("another status", json(status, r#"{"detail": "not now"}"#)));
    }
    cases.push(("202 with an id", json(202, r#"{"id": "7e6cbd0a-1111-4222-8333-444455556666"}"#)));
    cases.push(("422 in HTML", answer(422, "text/html", "<html><body>no</body></html>")));
    cases.push(("429 in HTML", answer(429, "text/html", "<html><body>slow down</body></html>")));
    let cases =
        cases.into_iter().flat_map(|(what, reply)| [(what, reply.clone(), false), (what, reply, true)]);
    stream::iter(cases)
        .for_each_concurrent(6, |(what, reply, acts)| bad_answers_to_writes(what, reply, acts))
        .await;
    assert!(elsewhere.seen().is_empty(), "a redirect was followed");
}

#[tokio::test]
async fn a_refusal_in_the_apis_own_words_is_shown_and_not_repeated() {
    for status in [400, 401, 403, 404, 422] {
        let mut world = world().await;
        let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
            if seen.is_send() { json(status, r#"{"detail": "the words of the API"}"#) } else { Reply::Pass }
        })
        .await;
        meet(&mut world, &rogue, None);
        let report = applied("refused", &world).await;
        assert_eq!(sends(&rogue), BOTH, "{status}");
        for result in results("refused", &report) {
            let shown =
                matches!(result, ChangeResult::Failed { error } if error.contains("the words of the API"));
            assert!(shown, "{status}: {result:?}");
        }
    }
}

#[tokio::test]
async fn a_post_goes_on_a_connection_of_its_own() {
    let mut world = world().await;
    // A server that closes what it seemed to keep, right after each read.
    let rogue = Rogue::start(Some(world.running.base_url()), |seen| {
        if seen.is_write() { Reply::Pass } else { Reply::PassAndClose }
    })
    .await;
    meet(&mut world, &rogue, None);
    let report = applied("closing", &world).await;
    assert!(!report.is_partial() && !report.is_held(), "{report:?}");
    assert_eq!(sends(&rogue), BOTH);
    assert_eq!(world.jobs().await.len(), 2);

    // And one that keeps its connections: the POST uses none of them.
    let mut world = self::world().await;
    let rogue = Rogue::start(Some(world.running.base_url()), |_| Reply::Pass).await;
    meet(&mut world, &rogue, None);
    applied("keeping", &world).await;
    assert_eq!(sends(&rogue), BOTH);
    let seen = rogue.seen();
    for send in seen.iter().filter(|s| s.is_send()) {
        let beside = seen.iter().filter(|s| s.connection == send.connection).count();
        assert_eq!(beside, 1, "other requests on the connection of a send");
    }
    assert!(
        seen.iter().filter(|s| s.connection == seen[0].connection).count() > 1,
        "reads share connections"
    );
}

#[tokio::test]
async fn a_job_that_cannot_be_read_back_is_judged_by_the_answer() {
    for (total, held) in [(2, false), (500, true)] {
        let mut world = world().await;
        let one = YAML.split("  media:").next().unwrap().to_owned();
        world.write("campaign.yaml", &one);
        let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
            if seen.is_send() {
                json(
                    201,
                    &value!({"id": "job-1", "status": "pending", "total_recipients": total}).to_string(),
                )
            } else if seen.path.contains("/bulk-send/job-1") {
                json(500, "")
            } else {
                Reply::Pass
            }
        })
        .await;
        meet(&mut world, &rogue, None);
        let report = applied("unread", &world).await;
        let results = results("unread", &report);
        let told = match results[0] {
            ChangeResult::Done { note } => !held && note.as_ref().unwrap().contains("could not be read back"),
            ChangeResult::Held(hold) => held && hold.text.contains("PAUSING IT FAILED"),
            _ => false,
        };
        assert!(told, "{total}: {results:?}");
        assert_eq!(sends(&rogue), ["Special offer!"]);
    }
}
