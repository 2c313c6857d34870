//! Readings that `api.md` leaves open and that the pairwise test of `dialects` cannot show by an equal end: those
//! that are an error, a word, or a refusal.

use std::sync::Arc;

use campaignctl::api::{
    Auth, BaseUrl, Call, Client, ClientOptions, HttpTransport, RawResponse, Transport, TransportError,
};
use campaignctl::apply::{ChangeResult, observe};
use campaignctl::ledger::Store;
use campaignctl::model::Secret;
use campaignctl::plan::Refresh;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, TryStreamExt};
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Options, World, summary};

const HEAD: &str = "
version: 1
project: acme
defaults: {session: main, timezone: UTC}
sessions: {main: {name: Main Line}}
";

const VIP: &str = "groups:
  vip: {members: [\"+15550000001\", \"+15550000002\", \"+15550000003\"]}
";

const WEEKLY: &str = "schedules:
  weekly: {group: vip, message: Weekly., weekly: {on: [monday], at: \"09:00\"}}
";

// A server that ignores `offset` is an error with a clear text, never an endless loop or a silently short list.

#[tokio::test]
async fn a_server_that_ignores_offset_is_not_believed() {
    for dialect in ["offset=ignored,page=2", "offset=ignored,page=2,total=no", "offset=ignored,total=no"] {
        let world = World::with(dialect).await;
        for name in ["a", "b", "c"] {
            world.curl("POST", "/custom-groups", json!({ "name": name })).await;
        }
        world.write("campaign.yaml", &format!("{HEAD}{VIP}"));
        let before = world.client.requests_made();
        let state = world.store.load().unwrap().state;
        let now = campaignctl::api::Clock::now(&world.clock);
        let error = observe(&world.client, &world.desired(), &state, Refresh::Auto, now).await.unwrap_err();
        assert!(error.to_string().contains("repeats the first page"), "{dialect}: {error}");
        assert!(world.client.requests_made() - before < 12, "{dialect}: no loop");
    }
}

#[tokio::test]
async fn a_server_that_ignores_offset_and_gives_all_at_once_is_fine() {
    let world = World::with("offset=ignored").await;
    world.write("campaign.yaml", &format!("{HEAD}{VIP}{WEEKLY}"));
    world.settle().await;
}

// An unknown status is shown as it is and treated as "do not touch".

/// The real network, with words in the answers replaced.
struct Replacing(HttpTransport, Vec<(&'static str, &'static str)>);

impl Transport for Replacing {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        Box::pin(async move {
            let RawResponse { status, headers, body } = self.0.call(call).await?;
            let pieces: Vec<Vec<u8>> = body.try_collect().await?;
            let mut text = String::from_utf8(pieces.concat()).unwrap();
            for (from, to) in &self.1 {
                text = text.replace(from, to);
            }
            let body = futures_util::stream::iter([Ok(text.into_bytes())]).boxed();
            Ok(RawResponse { status, headers, body })
        })
    }
}

fn replace(world: &mut World, words: Vec<(&'static str, &'static str)>) {
    let base = BaseUrl::parse(&world.running.base_url()).unwrap();
    let mut options = ClientOptions::new(base.clone(), Auth::Key(Secret::new("test")), 60);
    options.clock = Arc::new(world.clock.clone());
    options.transport = Some(Arc::new(Replacing(HttpTransport::new(base).unwrap(), words)));
    world.client = Client::new(options).unwrap();
}

#[tokio::test]
async fn what_has_an_unknown_status_is_not_touched() {
    let mut world = World::new().await;
    let sends = "sends:\n  offer: {group: vip, message: Offer.}\n";
    world.write("campaign.yaml", &format!("{HEAD}{VIP}{WEEKLY}{sends}"));
    world.settle().await;
    let words = vec![
        ("\"status\":\"active\"", "\"status\":\"hibernating\""),
        ("\"status\":\"pending\"", "\"status\":\"queued\""),
        ("\"status\":\"running\"", "\"status\":\"queued\""),
    ];
    replace(&mut world, words);
    // Whatever the YAML asks for, an edit or a removal.
    let edited = format!("{HEAD}{VIP}{WEEKLY}{sends}")
        .replace("Weekly.", "Weekly!")
        .replace("message: Offer.", "message: Offer., state: cancelled");
    for yaml in [edited, format!("{HEAD}{VIP}")] {
        world.write("campaign.yaml", &yaml);
        let plan = world.plan().await;
        assert!(!plan.has_changes() && !plan.is_refused(), "{}", summary(&plan));
        let said: Vec<&str> = plan.notes.iter().map(|n| n.text.as_str()).collect();
        assert!(said.iter().any(|t| t.contains("hibernating")), "{said:?}");
        assert!(said.iter().any(|t| t.contains("queued")), "{said:?}");
        world.apply().await;
        let state = world.get("/__sandbox/state").await;
        assert_eq!(state["schedules"][0]["status"], "active");
        assert_ne!(state["jobs"][0]["status"], "cancelled");
    }
}

#[tokio::test]
async fn a_session_with_an_unknown_status_does_not_send() {
    let mut world = World::new().await;
    world.write("campaign.yaml", &format!("{HEAD}{VIP}sends:\n  offer: {{group: vip, message: Offer.}}\n"));
    replace(&mut world, vec![("\"status\":\"working\"", "\"status\":\"dreaming\"")]);
    let plan = world.plan().await;
    assert!(summary(&plan).contains("send.offer send BLOCKED session_not_working"), "{}", summary(&plan));
    world.apply().await;
    assert!(world.jobs().await.is_empty());
}

// After an erasure a member reads REDACTED: never drift, and whoever may be that person is not added back.

#[tokio::test]
async fn an_erased_person_is_not_added_back() {
    let full = Options { refresh: Refresh::Full, ..Options::default() };
    for dialect in ["", "phone=digits", "phone=suffix,member_page=1"] {
        let world = World::with(dialect).await;
        world.write("campaign.yaml", &format!("{HEAD}{VIP}"));
        world.settle().await;
        world.curl("POST", "/__sandbox/erase", json!({"phone": "+15550000002"})).await;
        let plan = world.plan_with(&full).await;
        let (_, refusal) = plan.all_refusals().next().expect("refused");
        assert_eq!(refusal.rule, "erased_member", "{dialect}");
        assert!(refusal.ways.iter().any(|way| way.contains("suppress")), "{:?}", refusal.ways);
        let suppressed = format!("{HEAD}suppress: [{{phone: \"+15550000002\"}}]\n{VIP}");
        world.write("campaign.yaml", &suppressed);
        world.settle().await;
        assert!(!world.plan_with(&full).await.has_changes(), "{dialect}: REDACTED is no drift");
        // Somebody new is somebody new, once the erasure is known.
        world.write(
            "campaign.yaml",
            &suppressed.replace("+15550000003\"", "+15550000003\", \"+15550000004\""),
        );
        assert_eq!(summary(&world.plan().await), "group.vip group_add_members", "{dialect}");
        world.settle().await;
    }
}

// One documented example answers a wrong `next_run_at`: a difference is reported loudly.

fn warnings(report: &campaignctl::apply::Report) -> Vec<&str> {
    report
        .outcomes
        .iter()
        .filter_map(|o| match &o.result {
            ChangeResult::Done { note: Some(note) } if note.contains("WARNING") => Some(note.as_str()),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn a_next_run_on_the_wrong_day_is_said_loudly() {
    for (dialect, said) in [("next_run=day_off", 1), ("next_run=right", 0), ("rewrite=yes", 0)] {
        let world = World::with(dialect).await;
        world.write("campaign.yaml", &format!("{HEAD}{VIP}{WEEKLY}"));
        let created = world.settle().await;
        assert_eq!(warnings(&created).len(), said, "{dialect}: {created:?}");
        world.write("campaign.yaml", &format!("{HEAD}{VIP}{WEEKLY}").replace("09:00", "10:00"));
        let updated = world.settle().await;
        assert_eq!(warnings(&updated).len(), said, "{dialect}: {updated:?}");
    }
}

// A firing of a schedule may appear as a job: that is no send of ours that was lost.

#[tokio::test]
async fn a_firing_that_shows_as_a_job_is_not_taken_for_a_send() {
    for dialect in ["firings_as_jobs=yes", "firings_as_jobs=yes,echo=yes", "firings_as_jobs=no"] {
        let world = World::with(dialect).await;
        world.write("campaign.yaml", &format!("{HEAD}{VIP}{WEEKLY}"));
        world.settle().await;
        world.advance(SignedDuration::from_hours(24 * 8));
        assert_eq!(!world.jobs().await.is_empty(), dialect.contains("jobs=yes"), "{dialect}");
        world.write(
            "campaign.yaml",
            &format!("{HEAD}{VIP}{WEEKLY}sends:\n  offer: {{group: vip, message: Offer.}}\n"),
        );
        world.settle().await;
        let state = world.get("/__sandbox/state").await;
        let sends = state["jobs"].as_array().unwrap().iter().filter(|j| j["schedule"].is_null()).count();
        assert_eq!(sends, 1, "{dialect}");
    }
}

// A 429 in every form: obeyed, and nothing is made twice.

#[tokio::test]
async fn a_429_in_every_form_is_obeyed() {
    for error in ["detail", "list", "message", "text"] {
        for retry_after in ["seconds", "date", "none"] {
            for headers in
                ["rate_headers=yes,reset=seconds", "rate_headers=yes,reset=epoch", "rate_headers=no"]
            {
                let dialect = format!("error={error},retry_after={retry_after},{headers}");
                let world = World::with(&dialect).await;
                let paths = ["^/custom-groups$", "^/scheduled-messages$"];
                for path in paths {
                    world
                        .curl("POST", "/__sandbox/fault", json!({"nth": 1, "mode": "429", "path": path}))
                        .await;
                }
                world.write("campaign.yaml", &format!("{HEAD}{VIP}{WEEKLY}"));
                for _ in 0..3 {
                    world.apply().await;
                }
                world.assert_empty().await;
                let state = world.get("/__sandbox/state").await;
                let count = |key: &str| state[key].as_array().map_or(0, Vec::len);
                assert_eq!((count("groups"), count("schedules")), (1, 1), "{dialect}");
            }
        }
    }
}

// An error body of any form is shown, and never crashes.

#[tokio::test]
async fn what_the_api_says_is_shown_in_every_form() {
    for error in ["detail", "list", "message", "text"] {
        let world = World::with(&format!("error={error}")).await;
        world.write("campaign.yaml", &format!("{HEAD}{VIP}{WEEKLY}"));
        world.settle().await;
        let id = world.list("/scheduled-messages").await[0]["id"].as_str().unwrap().to_owned();
        let id = campaignctl::model::Id::new(&id).unwrap();
        let patch =
            campaignctl::plan::SchedulePatch { cron: Some("* * * * *".to_owned()), ..Default::default() };
        let refused = campaignctl::api::Write::patch_schedule(&world.client, &id, &patch).await.unwrap_err();
        assert!(refused.to_string().contains("the smallest interval is 5 minutes"), "{error}: {refused}");
    }
}
