//! The limiter end to end (`product.md`, *Requests are the scarce resource*): the real client and the real model
//! server on one virtual clock, alone and beside a second client that uses half of the rate.

use std::sync::{Arc, Mutex};

use campaignctl::api::{
    Auth, BaseUrl, Call, Client, ClientOptions, Clock, RawResponse, Read, Transport, TransportError,
    VirtualClock, WaitNotice,
};
use campaignctl::model::Secret;
use campaignctl::sandbox::{Dialect, PlanName, Request, Server, ServerConfig};
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

/// Starter: 20 requests a minute (`api.md`).
const PLAN: PlanName = PlanName::Starter;
const RATE: u32 = 20;
const REQUESTS: u64 = 60;
/// How long one request is under way.
const TRIP: SignedDuration = SignedDuration::from_millis(100);

/// The server with both of its clients.
struct Account {
    server: Server,
    /// When the second client asks next, and how often.
    other: Option<(Timestamp, SignedDuration)>,
    other_refused: u32,
    refused: u32,
    answered: u64,
}

impl Account {
    /// The second client asks when its time has come, whatever the first does.
    fn others_until(&mut self, now: Timestamp) {
        while let Some((at, every)) = self.other.filter(|(at, _)| *at <= now) {
            let request = Request::new("GET", "/api/v2/sessions").header("x-api-key", "test");
            self.other_refused += u32::from(self.server.handle(&request, at).status == 429);
            self.other = Some((at + every, every));
        }
    }
}

struct Wire {
    account: Arc<Mutex<Account>>,
    clock: Arc<VirtualClock>,
}

impl Transport for Wire {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        Box::pin(async move {
            self.clock.advance(TRIP / 2);
            let now = self.clock.now();
            let target = format!("/api/v2{}", call.request.path_and_query());
            let (name, value) = call.auth.header();
            let request = Request::new(call.request.method.as_str(), &target).header(name, &value);
            let mut account = self.account.lock().unwrap();
            account.others_until(now);
            let response = account.server.handle(&request, now);
            account.refused += u32::from(response.status == 429);
            account.answered += u64::from(response.status == 200);
            drop(account);
            self.clock.advance(TRIP / 2);
            let headers = response.headers.into_iter().map(|(n, v)| (n.to_lowercase(), v)).collect();
            Ok(RawResponse::full(response.status, headers, response.body))
        })
    }
}

#[derive(Debug)]
struct Outcome {
    took: SignedDuration,
    refused: u32,
    other_refused: u32,
    waits: Vec<WaitNotice>,
}

/// Sixty reads, `tasks` at a time, begun `phase` seconds into the server's minute.
async fn run(dialect: &str, other_every: Option<i64>, phase: i64, tasks: usize) -> Outcome {
    let begin: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
    let mut config = ServerConfig::new(PLAN);
    config.dialect = Dialect::parse(dialect).unwrap();
    let mut server = Server::new(config, 1, begin);
    server.state_mut().put_session(None, Some("Main Line"), None);
    let other = other_every.map(|every| (begin, SignedDuration::from_secs(every)));
    let mut account = Account { server, other, other_refused: 0, refused: 0, answered: 0 };
    // The second client has been there for a while.
    let start = begin + SignedDuration::from_secs(60 + phase);
    account.others_until(start);
    let account = Arc::new(Mutex::new(account));
    let clock = Arc::new(VirtualClock::new(start));
    let waits = Arc::new(Mutex::new(Vec::new()));
    let mut options = ClientOptions::new(
        BaseUrl::parse("http://127.0.0.1:9").unwrap(),
        Auth::Key(Secret::new("test")),
        RATE,
    );
    options.clock = clock.clone();
    options.transport = Some(Arc::new(Wire { account: account.clone(), clock: clock.clone() }));
    let heard = waits.clone();
    options.on_wait = Some(Arc::new(move |notice| heard.lock().unwrap().push(notice)));
    let client = Client::new(options).unwrap();
    let mine = (0..tasks).map(|task| {
        let client = client.clone();
        async move {
            for _ in (task as u64..REQUESTS).step_by(tasks) {
                client.sessions().await.unwrap();
            }
        }
    });
    futures_util::future::join_all(mine).await;
    let account = account.lock().unwrap();
    assert_eq!(account.answered, REQUESTS);
    assert_eq!(client.requests_made(), REQUESTS + u64::from(account.refused));
    Outcome {
        took: clock.now().duration_since(start),
        refused: account.refused,
        other_refused: account.other_refused,
        waits: waits.lock().unwrap().clone(),
    }
}

/// What the server may say about its rate.
const DIALECTS: [&str; 5] = [
    "",
    "retry_after=date,reset=epoch",
    "retry_after=none",
    "rate_headers=no",
    "rate_headers=no,retry_after=none",
];

#[tokio::test]
async fn alone_no_429_and_the_full_rate() {
    for dialect in DIALECTS {
        for phase in 0..60 {
            let outcome = run(dialect, None, phase, 1).await;
            assert_eq!(outcome.refused, 0, "{dialect:?} {phase}: {outcome:?}");
            // Twenty at once, twenty a minute later, twenty after two minutes.
            let ideal = SignedDuration::from_secs(120);
            assert!(outcome.took <= ideal * 6 / 5, "{dialect:?} {phase}: {:?}", outcome.took);
            assert!(!outcome.waits.is_empty(), "waits are told");
            assert!(outcome.waits.iter().all(|w| w.wait >= SignedDuration::from_secs(1)));
        }
    }
}

#[tokio::test]
async fn beside_a_second_client_that_uses_half_of_the_rate() {
    for dialect in DIALECTS {
        for phase in 0..60 {
            let outcome = run(dialect, Some(6), phase, 1).await;
            assert!(outcome.refused <= 2, "{dialect:?} {phase}: {outcome:?}");
            // Ten a minute are left, the first ten at once: sixty take five minutes more.
            let ideal = SignedDuration::from_secs(300);
            assert!(outcome.took <= ideal * 6 / 5, "{dialect:?} {phase}: {:?}", outcome.took);
            assert!(outcome.other_refused <= 20, "the second client is let live: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn one_limiter_for_all_tasks() {
    for dialect in DIALECTS {
        let outcome = run(dialect, None, 0, 6).await;
        assert_eq!(outcome.refused, 0, "{dialect:?}: {outcome:?}");
        let shared = run(dialect, Some(6), 20, 6).await;
        // Requests that were under way together may be refused together: no more than there are tasks.
        assert!(shared.refused <= 6, "{dialect:?}: {shared:?}");
    }
}
