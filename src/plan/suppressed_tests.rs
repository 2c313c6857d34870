//! Whoever is suppressed while a job runs that they may be in.

use super::testing::{World, find, id, lines, phones};
use super::{Action, ChangeKind, LedgerNote};
use crate::ledger::Event;
use crate::model::{Address, JobStatus, SuppressRunning};

fn world() -> World {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    world
}

#[test]
fn a_paused_job_with_somebody_suppressed_in_it_is_not_resumed() {
    let mut world = world();
    world.sent("offer", "vip", "hi", JobStatus::Paused);
    world.want_send("offer", "vip", "hi");
    world.desired.suppressed = phones(&[2]);
    world.desired.groups.get_mut("vip").unwrap().members = phones(&[1]);
    let plan = world.plan();
    let pause = find(&plan, &Address::send("offer"), ChangeKind::PauseJob);
    assert!(matches!(pause.action, Action::PauseForSuppressed { .. }));
    assert!(!plan.changes.iter().any(|c| c.kind == ChangeKind::ResumeJob));
}

#[test]
fn only_the_group_still_pauses_the_job_that_somebody_suppressed_is_in() {
    for (status, said) in [(JobStatus::Running, 1), (JobStatus::Paused, 0)] {
        let mut world = world();
        world.sent("offer", "vip", "hi", status);
        world.want_send("offer", "vip", "hi");
        world.desired.suppressed = phones(&[2]);
        world.desired.groups.get_mut("vip").unwrap().members = phones(&[1]);
        world.options.only = [Address::group("vip")].into();
        let plan = world.plan();
        let pauses = plan.changes.iter().filter(|c| matches!(c.action, Action::PauseForSuppressed { .. }));
        assert_eq!(pauses.count(), said, "{:?}", lines(&plan));
        assert_eq!(plan.changes.len(), 1 + said, "{:?}", lines(&plan));
        // What is paused already is marked, once, so that no later plan resumes it.
        let marks = |note: &&LedgerNote| matches!(note, LedgerNote::Event(Event::PausedForSuppressed { .. }));
        assert_eq!(plan.records.iter().filter(marks).count(), 1 - said, "{:?}", plan.records);
        world.desired.policy.suppress_running = SuppressRunning::Warn;
        let warned = world.plan().notes.iter().filter(|n| n.code == "suppressed_in_running").count();
        assert_eq!(warned, said);
    }
}

#[test]
fn who_is_in_a_running_job_counts_although_the_group_has_them_no_more() {
    for (known, paused, warned) in [(Some(2), 1, 0), (Some(0), 0, 0), (None, 0, 1)] {
        let mut world = world();
        world.sent("offer", "vip", "hi", JobStatus::Running);
        world.want_send("offer", "vip", "hi");
        world.observed.suppressed_in.insert(id("j-offer"), known);
        let plan = world.plan();
        let pauses: Vec<_> =
            plan.changes.iter().filter(|c| matches!(c.action, Action::PauseForSuppressed { .. })).collect();
        assert_eq!(pauses.len(), paused, "{known:?}: {:?}", lines(&plan));
        for pause in pauses {
            let reason = format!("{:?}", pause.reason);
            assert!(reason.contains("2 people newly suppressed are still in its running job"), "{reason}");
        }
        let notes: Vec<_> = plan.notes.iter().filter(|n| n.code == "suppressed_in_running").collect();
        assert_eq!(notes.len(), warned, "{known:?}: {notes:?}");
        for note in notes {
            assert!(note.text.contains("campaignctl pause send.offer"), "{}", note.text);
        }
    }
}

#[test]
fn a_snapshot_job_with_somebody_suppressed_in_it_is_paused() {
    let mut world = world();
    world.arm_on("offer", "vip", &id("g-snapshot"), "hi");
    world.record(Event::Accepted {
        send: "offer".to_owned(),
        run: "1".to_owned(),
        job: id("j-offer"),
        recovered: false,
    });
    world.see_job("j-offer", "snapshot", JobStatus::Running);
    world.want_send("offer", "vip", "hi").audience = crate::model::Audience::Snapshot;
    world.desired.suppressed = phones(&[2]);
    world.desired.groups.get_mut("vip").unwrap().members = phones(&[1]);
    let plan = world.plan();
    assert_eq!(plan.changes[0].kind, ChangeKind::PauseJob);
}

#[test]
fn a_pause_for_the_suppressed_that_did_not_take_is_repeated() {
    let mut world = world();
    world.sent("offer", "vip", "hi", JobStatus::Running);
    world.want_send("offer", "vip", "hi");
    world.record(Event::PausedForSuppressed {
        send: "offer".to_owned(),
        run: "1".to_owned(),
        job: id("j-offer"),
        lifted: false,
    });
    assert_eq!(lines(&world.plan()), ["send.offer job_pause"]);
}

#[test]
fn a_paused_job_is_marked_when_somebody_in_it_is_suppressed() {
    let mut world = world();
    world.sent("offer", "vip", "hi", JobStatus::Paused);
    world.want_send("offer", "vip", "hi").state = crate::model::RunState::Paused;
    world.desired.suppressed = phones(&[2]);
    world.desired.groups.get_mut("vip").unwrap().members = phones(&[1]);
    let plan = world.plan();
    let marks = |note: &&LedgerNote| {
        matches!(note, LedgerNote::Event(Event::PausedForSuppressed { lifted: false, .. }))
    };
    assert_eq!(plan.records.iter().filter(marks).count(), 1, "{:?}", plan.records);

    // Paused by this very plan: marked with it.
    let mut world = self::world();
    world.sent("offer", "vip", "hi", JobStatus::Running);
    world.want_send("offer", "vip", "hi").state = crate::model::RunState::Paused;
    world.desired.suppressed = phones(&[2]);
    world.desired.groups.get_mut("vip").unwrap().members = phones(&[1]);
    let plan = world.plan();
    let pause = find(&plan, &Address::send("offer"), ChangeKind::PauseJob);
    assert!(matches!(pause.action, Action::PauseForSuppressed { .. }), "{pause:?}");
}
