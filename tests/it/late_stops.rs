//! An operator's stop that comes while an apply runs (`product.md`, *Commands*): what has not begun does not begin,
//! what has begun is stopped at once, and a later apply stops what a stop did not reach.

use std::sync::atomic::{AtomicBool, Ordering};

use campaignctl::apply::{ChangeResult, Report};
use campaignctl::ledger::{StopEvent, StopKind, StopTarget, Store};
use campaignctl::model::Address;
use campaignctl::plan::ChangeKind;

use crate::support::rogue::{Reply, Rogue, Seen};
use crate::support::{World, start};

const PROJECT: &str = r#"
version: 1
project: shop
defaults: {session: main, timezone: Europe/London}
sessions: {main: {name: Main Line}}
groups:
  vip: {members: ["+12125550101", "+12125550102", "+12125550103"]}
schedules:
  weekly: {group: vip, message: Weekly., weekly: {on: monday, at: "09:00"}}
sends:
  offer: {group: vip, message: An offer.}
"#;

/// Applies, and `target` is stopped when the request that `when` knows comes by, before the server gets it.
async fn stopped_at(world: &mut World, kind: StopKind, target: &str, when: fn(&Seen) -> bool) -> Report {
    world.write("campaign.yaml", PROJECT);
    let (store, once) = (world.store.clone(), AtomicBool::new(false));
    let target = if target == "all" {
        StopTarget::All
    } else {
        StopTarget::Address(target.parse::<Address>().unwrap())
    };
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        if when(seen) && !once.swap(true, Ordering::SeqCst) {
            store.add_stop(&StopEvent::new(start(), "anna", kind, target.clone())).unwrap();
        }
        Reply::Pass
    })
    .await;
    world.client = crate::support::driver::client(&rogue.base, &world.clock, None);
    world.apply().await
}

fn result(report: &Report, kind: ChangeKind) -> ChangeResult {
    let outcome = report.outcomes.iter().find(|outcome| outcome.kind == kind);
    outcome.unwrap_or_else(|| panic!("no {kind:?} in {report:?}")).result.clone()
}

fn is_send(seen: &Seen) -> bool {
    seen.is_send()
}

fn is_schedule(seen: &Seen) -> bool {
    seen.method == "POST" && seen.path.ends_with("/scheduled-messages")
}

/// The first read of the gates.
fn is_gate(seen: &Seen) -> bool {
    seen.method == "GET" && seen.path.contains("/sessions/")
}

async fn statuses(world: &World, list: &str) -> Vec<String> {
    let all = world.list(list).await;
    all.iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_stop_while_the_gates_are_read_is_heard_before_the_send_is_armed() {
    let mut world = World::new().await;
    let report = stopped_at(&mut world, StopKind::Pause, "send.offer", is_gate).await;
    let blocked = result(&report, ChangeKind::Send);
    assert!(
        matches!(&blocked, ChangeResult::Blocked { why } if why.starts_with("stopped by operator anna; lift it with")),
        "{blocked:?}"
    );
    assert_eq!(statuses(&world, "/bulk-send").await, [""; 0]);
    let state = world.store.load().unwrap().state;
    assert!(state.run("offer", "1").is_none_or(|run| run.armed.is_none()));
    world.assert_empty().await;
}

#[tokio::test]
async fn a_stop_while_the_send_is_in_flight_stops_its_job() {
    for (kind, status, word) in
        [(StopKind::Pause, "paused", "paused"), (StopKind::Cancel, "cancelled", "cancelled")]
    {
        let mut world = World::new().await;
        let report = stopped_at(&mut world, kind, "send.offer", is_send).await;
        let ChangeResult::Done { note: Some(note) } = result(&report, ChangeKind::Send) else {
            panic!("{report:?}")
        };
        assert_eq!(
            note,
            format!("it had begun when it was stopped by operator anna, and was {word} at once")
        );
        assert_eq!(statuses(&world, "/bulk-send").await, [status]);
        world.assert_empty().await;
    }
}

#[tokio::test]
async fn a_stop_while_a_schedule_is_made_stops_it() {
    for (kind, status) in [(StopKind::Pause, "paused"), (StopKind::Cancel, "cancelled")] {
        let mut world = World::new().await;
        let report = stopped_at(&mut world, kind, "all", is_schedule).await;
        assert!(matches!(result(&report, ChangeKind::CreateSchedule), ChangeResult::Done { note: Some(_) }));
        assert!(matches!(result(&report, ChangeKind::Send), ChangeResult::Blocked { .. }));
        assert_eq!(statuses(&world, "/scheduled-messages").await, [status]);
        assert_eq!(statuses(&world, "/bulk-send").await, [""; 0]);
        world.assert_empty().await;
    }
}

#[tokio::test]
async fn what_a_stop_did_not_reach_is_stopped_by_the_next_apply() {
    let world = World::new().await;
    world.write("campaign.yaml", PROJECT);
    world.settle().await;
    world.store.add_stop(&StopEvent::new(start(), "anna", StopKind::Pause, StopTarget::All)).unwrap();
    world.settle().await;
    assert_eq!(statuses(&world, "/scheduled-messages").await, ["paused"]);
    assert_eq!(statuses(&world, "/bulk-send").await, ["paused"]);
}

/// Not every change is announced by an event: the lock is looked at before each.
#[tokio::test]
async fn a_lock_that_is_broken_stops_the_run_before_its_next_change() {
    let mut world = World::new().await;
    world.write("campaign.yaml", PROJECT);
    world.settle().await;
    let changed = PROJECT.replace("groups:\n  vip: {", "groups:\n  vip: {name: Others, ");
    let changed = changed.replace("message: Weekly.,", "message: Weekly., paused: true,");
    world.write("campaign.yaml", &changed);
    let store = world.store.clone();
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        if seen.method == "POST" && seen.path.ends_with("/pause") {
            store.crash(0);
        }
        Reply::Pass
    })
    .await;
    world.client = crate::support::driver::client(&rogue.base, &world.clock, None);
    let report = world.apply().await;
    assert!(report.stopped.is_some(), "{report:?}");
    assert!(matches!(result(&report, ChangeKind::RenameGroup), ChangeResult::Skipped { .. }), "{report:?}");
    assert_eq!(world.list("/custom-groups").await[0]["name"], "vip");
}
