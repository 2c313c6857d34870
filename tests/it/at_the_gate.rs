//! The moments around the one POST of a send (`send-safety.md`, *One send*): who is in its group is read with nothing
//! but the ledger between that and the request, what somebody else sent since the plan is seen, and the job is compared
//! with what was armed.

use std::sync::{Arc, Mutex};

use campaignctl::apply::{ChangeResult, Report};
use campaignctl::ledger::Store as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::rogue::{self, Reply, Rogue, Seen};
use crate::support::{Options, World, driver};

const GROUP: &str = r#"
version: 1
project: shop
defaults: {session: main, timezone: UTC}
sessions: {main: {name: Main Line}}
groups:
  vip: {members: ["+12125550101", "+12125550102", "+12125550103"]}
"#;

fn offer(audience: &str) -> String {
    format!("{GROUP}sends:\n  offer: {{group: vip, message: An offer., audience: {audience}}}\n")
}

async fn behind(world: &mut World, rule: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Rogue {
    let rogue = Rogue::start(Some(world.running.base_url()), rule).await;
    world.client = driver::client(&rogue.base, &world.clock, None);
    rogue
}

fn of_send(report: &Report) -> &ChangeResult {
    let sends = |o: &&campaignctl::apply::Outcome| o.address.to_string() == "send.offer";
    &report.outcomes.iter().find(sends).unwrap_or_else(|| panic!("{report:?}")).result
}

fn is_members(seen: &Seen) -> bool {
    seen.method == "GET" && seen.path.contains("/custom-groups/")
}

/// How many requests came by, and when the group was read last and the send went out.
type Times = (u32, Option<Timestamp>, Option<Timestamp>);

/// However slow the account, and whoever else uses it: the pauses come before the reading.
#[tokio::test]
async fn no_pause_lies_between_the_reading_of_the_group_and_the_post() {
    for members in ["", "member_page=1"] {
        for rate in [4, 6, 10, 11, 12, 13, 14, 15, 60] {
            for others in [false, true] {
                let mut world = World::with(members).await;
                world.write("campaign.yaml", &offer("direct"));
                let times: Arc<Mutex<Times>> = Arc::default();
                let (noted, clock) = (times.clone(), world.clock.clone());
                let _rogue = behind(&mut world, move |seen| {
                    let mut noted = noted.lock().unwrap();
                    noted.0 += 1;
                    if others && noted.0 == 1 {
                        return rogue::json(429, r#"{"detail": "slow down"}"#);
                    }
                    if is_members(seen) {
                        noted.1 = Some(clock.now());
                    }
                    if seen.is_send() {
                        noted.2 = Some(clock.now());
                    }
                    Reply::Pass
                })
                .await;
                world.client.set_rate(rate);
                let report = world.apply().await;
                let case = format!("{members} rate {rate} others {others}");
                assert!(matches!(of_send(&report), ChangeResult::Done { .. }), "{case}: {report:?}");
                let (_, Some(read), Some(sent)) = *times.lock().unwrap() else { panic!("{case}") };
                let pause = sent.duration_since(read);
                assert!(pause <= SignedDuration::from_secs(1), "{case}: {pause:?}");
            }
        }
    }
}

/// Somebody is put into the group while the apply waits for the account's rate: that is seen, and nothing is sent.
#[tokio::test]
async fn who_comes_into_the_group_during_a_pause_is_seen() {
    let mut world = World::new().await;
    world.write("campaign.yaml", GROUP);
    world.settle().await;
    world.write("campaign.yaml", &offer("direct"));
    let begun = world.clock.now();
    let clock = world.clock.clone();
    let _rogue = behind(&mut world, move |seen| {
        if is_members(seen) && clock.now().duration_since(begun) > SignedDuration::from_secs(20) {
            return Reply::Rewritten(|body| body.replace("12125550102", "12125550199"));
        }
        Reply::Pass
    })
    .await;
    world.client.set_rate(7);
    let report = world.apply().await;
    let ChangeResult::Blocked { why } = of_send(&report) else { panic!("{report:?}") };
    assert!(why.contains("the audience changed since the plan"), "{why}");
    assert_eq!(world.jobs().await.len(), 0);
}

/// A job that the list shows only once the plan was made: on that group, for so many people.
fn appears(group: Value, total: u64) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    let lists = std::sync::atomic::AtomicU32::new(0);
    move |seen| {
        let is_list = seen.method == "GET" && seen.path.ends_with("/bulk-send");
        if is_list && lists.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 {
            let job = json!({"id": "1b671a64-40d5-491e-99b0-da01ff1f3341", "session_id": null, "custom_group_id": group,
                "status": "running", "total_recipients": total, "sent_count": 1,
                "created_at": "2026-12-01T09:30:00Z"});
            return rogue::json(200, &json!({"jobs": [job], "total": 1}).to_string());
        }
        Reply::Pass
    }
}

/// Whoever thinks for an hour before the yes: what others did in that hour counts.
#[tokio::test]
async fn what_somebody_else_sent_since_the_plan_is_not_sent_again() {
    let unknown = || json!("9c858901-8a57-4791-81fe-4c455b099bc9");
    for (audience, on, total, goes) in [
        ("direct", "vip", 3, false),
        ("direct", "none", 3, false),
        // As from a clone whose YAML has it as a snapshot.
        ("direct", "unknown", 3, false),
        ("direct", "unknown", 7, true),
        ("snapshot", "vip", 3, false),
        ("snapshot", "none", 3, false),
        ("snapshot", "unknown", 3, false),
    ] {
        let mut world = World::new().await;
        world.write("campaign.yaml", GROUP);
        world.settle().await;
        let vip = world.list("/custom-groups").await[0]["id"].clone();
        world.write("campaign.yaml", &offer(audience));
        let group = match on {
            "vip" => vip,
            "none" => Value::Null,
            _ => unknown(),
        };
        let _rogue = behind(&mut world, appears(group, total)).await;
        let options = Options { thinking: SignedDuration::from_hours(1), ..Options::default() };
        let report = world.apply_with(&options).await;
        let case = format!("{audience} on {on} to {total}");
        if goes {
            assert!(matches!(of_send(&report), ChangeResult::Done { .. }), "{case}: {report:?}");
            continue;
        }
        let ChangeResult::Blocked { why } = of_send(&report) else { panic!("{case}: {report:?}") };
        assert!(why.contains("since the plan"), "{case}: {why}");
        assert_eq!(world.jobs().await.len(), 0, "{case}");
        let history = world.store.load().unwrap().state.run("offer", "1").cloned();
        assert!(history.is_none_or(|h| h.armed.is_none()), "{case}");
    }
}

/// As many people, but not the same: a job that names its recipients is taken at its word.
#[tokio::test]
async fn a_job_to_somebody_who_was_not_meant_is_paused_and_held() {
    for audience in ["direct", "snapshot"] {
        let mut world = World::new().await;
        world.write("campaign.yaml", &offer(audience));
        let _rogue = behind(&mut world, |seen| {
            if seen.method == "GET" && seen.path.contains("/bulk-send/") {
                return Reply::Rewritten(|body| body.replace("12125550102", "12125550199"));
            }
            Reply::Pass
        })
        .await;
        let report = world.apply().await;
        let ChangeResult::Held(hold) = of_send(&report) else { panic!("{report:?}") };
        assert!(hold.text.contains("1 person who was not meant"), "{}", hold.text);
        assert!(!hold.text.contains("5550"), "{}", hold.text);
        assert_eq!(world.jobs().await[0]["status"], "paused");
        world.advance(SignedDuration::from_mins(5));
        assert!(world.plan().await.is_held(), "recovery does not adopt it");
    }
}

/// The same where the answer was lost: who was armed is known by its digest, and the YAML still says who they are.
#[tokio::test]
async fn a_job_that_is_found_again_goes_to_those_who_were_armed() {
    for (audience, swapped) in [("direct", false), ("direct", true), ("snapshot", false), ("snapshot", true)]
    {
        let mut world = World::new().await;
        world.write("campaign.yaml", &offer(audience));
        let fault = json!({"spec": "nth=1,mode=drop_after,path=^/bulk-send$"});
        world.curl("POST", "/__sandbox/fault", fault).await;
        let report = world.apply().await;
        assert!(matches!(of_send(&report), ChangeResult::Held(_)), "{report:?}");
        let _rogue = behind(&mut world, move |seen| {
            if swapped && seen.method == "GET" && seen.path.contains("/bulk-send/") {
                return Reply::Rewritten(|body| body.replace("12125550102", "12125550199"));
            }
            Reply::Pass
        })
        .await;
        world.advance(SignedDuration::from_mins(2));
        let report = world.apply().await;
        let case = format!("{audience}, swapped {swapped}: {report:?}");
        match of_send(&report) {
            ChangeResult::Done { note } if !swapped => assert!(note.is_some(), "{case}"),
            ChangeResult::Held(hold) if swapped => {
                assert!(hold.text.contains("1 person who was not meant"), "{}", hold.text);
            }
            _ => panic!("{case}"),
        }
        assert_eq!(world.jobs().await.len(), 1, "{case}");
        assert_eq!(world.plan().await.is_held(), swapped, "{case}");
    }
}

/// A recipient that the server erased, or a list that is a part of all, says nothing.
#[tokio::test]
async fn recipients_that_are_not_shown_are_no_evidence() {
    for rewrite in [
        |body: &str| body.replace("+12125550102", "REDACTED"),
        |body: &str| body.replace("12125550102", "12125550102@c.us"),
    ] {
        let mut world = World::new().await;
        world.write("campaign.yaml", &offer("direct"));
        let _rogue = behind(&mut world, move |seen| {
            if seen.method == "GET" && seen.path.contains("/bulk-send/") {
                return Reply::Rewritten(rewrite);
            }
            Reply::Pass
        })
        .await;
        let report = world.apply().await;
        assert!(matches!(of_send(&report), ChangeResult::Done { .. }), "{report:?}");
    }
}
