//! What the simulation found about recovery, each case by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::testing::{World, cron, id, lines, once, phones, text};
use super::{Evidence, Recovered, decide, snapshot_name};
use crate::ledger::{Event, Resolution};
use crate::model::{Address, Audience, JobStatus, Move, MoveTarget, ObservedGroup};

fn world() -> World {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    world
}

#[test]
fn an_accepted_job_to_more_people_than_armed_is_settled_before_anything_else() {
    let mut world = world();
    world.want_send("offer", "vip", "hello");
    world.sent("offer", "vip", "hello", JobStatus::Paused);
    assert_eq!(lines(&world.plan()), ["send.offer job_resume"], "as armed: somebody paused it");
    world.observed.jobs[0].total = Some(3);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["send.offer recover"]);
    assert!(plan.changes[0].reason.contains("3 people, and 2 were meant"), "{}", plan.changes[0].reason);
    world.record(Event::InDoubt {
        send: "offer".to_owned(),
        run: "1".to_owned(),
        why: "it goes to more".to_owned(),
        wrong_job: Some(id("j-offer")),
    });
    world.record(Event::Resolved {
        send: "offer".to_owned(),
        run: "1".to_owned(),
        by: "somebody".to_owned(),
        how: Resolution::Job { job: id("j-offer"), taken_for: None },
    });
    assert_eq!(lines(&world.plan()), ["send.offer job_resume"], "a person has said that it is right");
}

fn decided(world: &World) -> Recovered {
    let history = world.state.run("offer", "1").unwrap();
    decide(&Evidence {
        history,
        schedule_gone: world.state.schedule_gone_since_armed(history),
        jobs: &world.observed.jobs,
        claimed: &BTreeSet::new(),
        others: &BTreeSet::new(),
        schedules: &[],
        firings: &BTreeMap::new(),
        content: Some(&text("hello")),
        settle: world.desired.policy.settle,
        now: world.now,
    })
}

#[test]
fn a_job_to_more_people_than_armed_is_neither_adopted_nor_nothing() {
    let mut world = world();
    world.arm("offer", "vip", "hello");
    world.see_job("j1", "vip", JobStatus::Running).total = Some(3);
    let Recovered::Hold { jobs, pause, none_found, .. } = decided(&world) else { panic!("adopted") };
    assert_eq!((jobs, pause, none_found), (vec![id("j1")], Vec::new(), false));
    let job = &mut world.observed.jobs[0];
    (job.text, job.echoes_content) = (Some("hello".to_owned()), true);
    let Recovered::Hold { pause, none_found, .. } = decided(&world) else { panic!("adopted") };
    assert_eq!((pause, none_found), (vec![id("j1")], false), "its text proves it ours");
    world.observed.jobs[0].text = Some("something else".to_owned());
    let Recovered::Hold { none_found, .. } = decided(&world) else { panic!("adopted") };
    assert!(none_found, "another text is another job");
}

#[test]
fn a_renamed_snapshot_send_is_known_by_its_old_name() {
    let mut world = world();
    world.want_send("later", "vip", "hello").audience = Audience::Snapshot;
    let (from, to) = (Address::send("offer"), Address::send("later"));
    world.desired.moved.push(Move { from: MoveTarget::Object(from), to: MoveTarget::Object(to) });
    assert_eq!(lines(&world.plan()), ["send.later send"]);
    world.observed.groups.push(ObservedGroup {
        id: id("g-snapshot"),
        name: snapshot_name("acme", "offer", "1", 1),
        member_count: Some(phones(&[1, 2]).len() as u64),
        created_at: None,
        members: None,
    });
    assert_eq!(lines(&world.plan()), ["send.later send held"]);
}

/// The server's clock is a header: a server that says the year 9999 stops nobody with a panic.
#[test]
fn the_end_of_time_is_survived() {
    for now in [jiff::Timestamp::MIN, jiff::Timestamp::MAX] {
        let mut world = world();
        world.settled_schedule("daily", "vip", cron("0 9 * * *"));
        world.now = now;
        world.arm("offer", "vip", "hello");
        world.see_job("j1", "vip", JobStatus::Running).created_at = Some(now);
        let history = world.state.run("offer", "1").unwrap();
        decide(&Evidence {
            history,
            schedule_gone: world.state.schedule_gone_since_armed(history),
            jobs: &world.observed.jobs,
            claimed: &BTreeSet::new(),
            others: &BTreeSet::new(),
            schedules: &world.observed.schedules,
            firings: &BTreeMap::new(),
            content: Some(&text("hello")),
            settle: world.desired.policy.settle,
            now,
        });
        world.want_send("offer", "vip", "hello");
        world.plan();
    }
}

#[test]
fn a_job_that_a_schedule_may_have_made_is_not_adopted_once_the_schedule_is_gone() {
    let mut world = world();
    world.arm("offer", "vip", "hello");
    world.see_job("j1", "vip", JobStatus::Running).total = Some(2);
    world.observed.jobs[0].created_at = Some(world.now);
    assert!(matches!(decided(&world), Recovered::Adopt(_)), "nothing else could have made it");
    let why = "a job may be it, but a schedule on the same session and group may have made it too";
    let evidence = crate::ledger::HoldEvidence { why: why.to_owned(), jobs: vec![id("j1")] };
    world.record(Event::Held { send: "offer".to_owned(), run: "1".to_owned(), evidence });
    let Recovered::Hold { jobs, .. } = decided(&world) else { panic!("adopted") };
    assert_eq!(jobs, [id("j1")]);
}

#[test]
fn a_job_is_not_adopted_where_a_deleted_schedule_may_have_made_it() {
    let gone = |world: &mut World, group: &str| {
        world.settled_group(group, &[1, 2]);
        world.settled_schedule("once", group, once("2026-12-02T00:00", "UTC"));
        let id = world.state.schedule_id("once").unwrap().clone();
        world.record(Event::ScheduleGone { schedule: "once".to_owned(), id });
    };
    let job = |world: &mut World| {
        let now = world.now;
        world.see_job("j1", "vip", JobStatus::Running).created_at = Some(now);
    };
    // Deleted after the send was armed.
    let mut after = world();
    after.arm("offer", "vip", "hello");
    gone(&mut after, "vip");
    job(&mut after);
    assert!(matches!(decided(&after), Recovered::Hold { .. }));
    // Right before it: what it fired may be younger than the clocks can tell.
    let mut before = world();
    gone(&mut before, "vip");
    before.arm("offer", "vip", "hello");
    job(&mut before);
    assert!(matches!(decided(&before), Recovered::Hold { .. }));
    // On another group.
    let mut other = world();
    other.arm("offer", "vip", "hello");
    gone(&mut other, "staff");
    job(&mut other);
    assert!(matches!(decided(&other), Recovered::Adopt(_)));
}
