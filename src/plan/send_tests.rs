//! Sends: at most once, and nothing that a plan says depends on the moment more than it must.

use super::testing::{World, find, id, lines, needs, rules, stopped, when};
use super::{Action, ChangeKind, Detail, LedgerNote, Verdict, snapshot_name};
use crate::ledger::Event;
use crate::model::{Address, JobStatus, OnChange, Rule, RunState, SessionStatus, Subscription};

fn world() -> World {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    world
}

#[test]
fn a_resend_obeys_state_and_send_by() {
    let mut world = world();
    world.sent("offer", "vip", "old", JobStatus::Running);
    world.want_send("offer", "vip", "new").on_change = OnChange::Resend;
    world.options.confirm_audience = Some(10);
    assert_eq!(lines(&world.plan()), ["send.offer job_cancel", "send.offer send_again"]);
    world.desired.sends.get_mut("offer").unwrap().send_by = Some(world.now);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["send.offer send_again expired"]);
    let offer = world.desired.sends.get_mut("offer").unwrap();
    offer.send_by = None;
    offer.state = RunState::Cancelled;
    assert_eq!(lines(&world.plan()), ["send.offer job_cancel"], "what is cancelled is not sent again");
}

#[test]
fn a_resend_waits_for_a_job_whose_status_is_not_known() {
    let mut world = world();
    world.sent("offer", "vip", "old", JobStatus::Unknown("thinking".to_owned()));
    world.want_send("offer", "vip", "new").on_change = OnChange::Resend;
    world.options.confirm_audience = Some(10);
    assert_eq!(lines(&world.plan()), ["send.offer send_again blocked:job_unknown"]);
}

#[test]
fn a_resend_of_what_another_key_sent_is_a_duplicate() {
    let mut world = world();
    world.sent("first", "vip", "new", JobStatus::Completed);
    world.want_send("first", "vip", "new");
    world.sent("offer", "vip", "old", JobStatus::Completed);
    world.want_send("offer", "vip", "new").on_change = OnChange::Resend;
    world.options.confirm_audience = Some(10);
    assert_eq!(rules(&world.plan()), ["duplicate"]);
}

/// Neither the key nor the group's is in the YAML any more, and the remote group is another one: who is in it tells.
#[test]
fn a_send_that_was_renamed_with_its_group_is_a_duplicate() {
    let mut world = world();
    world.sent("old-offer", "vip", "hi", JobStatus::Completed);
    let vip = world.desired.groups.remove("vip").unwrap();
    world.want_group("guests", &[1, 2]);
    world.want_send("offer", "guests", "hi");
    let plan = world.plan();
    assert_eq!(rules(&plan), ["duplicate"]);
    let send = find(&plan, &Address::send("offer"), ChangeKind::Send);
    let Verdict::Refused(refusal) = &send.verdict else { panic!("{send:?}") };
    assert_eq!(
        refusal.text,
        "this went out as send.old-offer on Tue 1 Dec 2026 09:00 (+00:00), to the same people, who were group.vip then"
    );
    // Other people, another text, and a key that is still there beside it: meant.
    world.want_group("guests", &[1, 3]);
    assert_eq!(rules(&world.plan()), [""; 0]);
    world.want_group("guests", &[1, 2]);
    world.want_send("offer", "guests", "hello");
    assert_eq!(rules(&world.plan()), [""; 0]);
    world.desired.groups.insert("vip".to_owned(), vip);
    world.want_send("old-offer", "vip", "hi");
    world.want_send("offer", "guests", "hi");
    assert_eq!(rules(&world.plan()), [""; 0]);
}

/// `forget group.vip`, and the group is adopted under another key: the remote group is the same.
#[test]
fn a_group_that_was_forgotten_and_adopted_under_another_key_is_the_same() {
    let mut world = world();
    world.sent("offer", "vip", "hi", JobStatus::Completed);
    world.record(Event::Forgotten { address: Address::group("vip") });
    world.desired.groups.clear();
    world.want_group("guests", &[1, 2]);
    world.record(Event::GroupOwned {
        group: "guests".to_owned(),
        id: id("g-vip"),
        name: "vip".to_owned(),
        adopted: true,
    });
    world.want_send("offer", "guests", "hi");
    assert_eq!(rules(&world.plan()), [""; 0]);
    world.desired.sends.clear();
    world.want_send("renamed", "guests", "hi");
    assert_eq!(rules(&world.plan()), ["duplicate"]);
}

#[test]
fn the_job_that_a_resend_cancels_is_not_in_its_way() {
    let mut world = world();
    world.desired.policy.one_job_per_session = Rule::refuse(true);
    world.sent("offer", "vip", "old", JobStatus::Running);
    world.want_send("offer", "vip", "new").on_change = OnChange::Resend;
    world.options.confirm_audience = Some(10);
    assert_eq!(lines(&world.plan()), ["send.offer job_cancel", "send.offer send_again"]);
}

#[test]
fn a_repetition_is_meant_in_both_directions_and_through_a_chain() {
    let mut world = world();
    world.want_send("b-original", "vip", "hi");
    world.want_send("a-repeat", "vip", "hi").repeat_of = Some(Address::send("b-original"));
    world.want_send("c-repeat", "vip", "hi").repeat_of = Some(Address::send("a-repeat"));
    assert_eq!(lines(&world.plan()), ["send.a-repeat send", "send.b-original send", "send.c-repeat send"]);
    world.want_send("d-slip", "vip", "hi");
    assert_eq!(rules(&world.plan()), ["duplicate"]);
}

#[test]
fn a_text_that_may_have_gone_out_under_one_key_does_not_go_out_under_another() {
    let mut world = world();
    world.see_job("j-x", "vip", JobStatus::Completed);
    world.want_send("a", "vip", "hi");
    world.want_send("b", "vip", "hi").session = "second".to_owned();
    let mut second = world.observed.sessions[0].clone();
    second.id = id("s2");
    world.observed.sessions.push(second);
    let mut wanted = world.desired.sessions["main"].clone();
    wanted.by = crate::model::SessionRef::Id(id("s2"));
    world.desired.sessions.insert("second".to_owned(), wanted);
    assert_eq!(lines(&world.plan()), ["send.a send held", "send.b send refused:duplicate"]);
}

#[test]
fn the_snapshot_of_another_run_is_no_evidence() {
    let mut world = world();
    world.see_group("x", &[1]);
    world.observed.groups.last_mut().unwrap().name = snapshot_name("acme", "offer", "10", 1);
    world.want_send("offer", "vip", "hi").audience = crate::model::Audience::Snapshot;
    assert_eq!(lines(&world.plan()), ["send.offer send"]);
    world.observed.groups.last_mut().unwrap().name = snapshot_name("acme", "offer", "1", 1);
    assert_eq!(lines(&world.plan()), ["send.offer send held"]);
}

#[test]
fn a_snapshot_cut_off_before_it_was_armed_is_fenced_and_no_evidence() {
    let mut world = world();
    let name = snapshot_name("acme", "offer", "1", 1);
    world.see_group("x", &[1]);
    world.observed.groups.last_mut().unwrap().name.clone_from(&name);
    world.record(Event::SnapshotCreating { send: "offer".to_owned(), run: "1".to_owned(), attempt: 1, name });
    world.want_send("offer", "vip", "hi").audience = crate::model::Audience::Snapshot;
    assert_eq!(lines(&world.plan()), ["send.offer group_delete", "send.offer send"]);
}

/// A create that timed out was carried out after all, beside the one that took its place.
#[test]
fn a_second_group_of_an_attempt_is_deleted_too() {
    let mut world = world();
    let (send, run, name) = ("offer".to_owned(), "1".to_owned(), snapshot_name("acme", "offer", "1", 1));
    world.want_send("offer", "vip", "hi").audience = crate::model::Audience::Snapshot;
    world.record(Event::SnapshotCreating {
        send: send.clone(),
        run: run.clone(),
        attempt: 1,
        name: name.clone(),
    });
    for stray in ["snap-1", "snap-2"] {
        world.settled_group(stray, &[1, 2]);
        let key = stray.to_owned();
        world.record(Event::Forgotten { address: Address::group(stray) });
        world.desired.groups.remove(&key);
        let group = world.observed.groups.last_mut().unwrap();
        (group.id, group.name) = (id(stray), name.clone());
    }
    let deleted = |world: &World| -> Vec<crate::model::Id> {
        let of = |c: &super::Change| match &c.action {
            Action::DeleteSnapshot { id, .. } => Some(id.clone()),
            _ => None,
        };
        world.plan().changes.iter().filter_map(of).collect()
    };
    assert_eq!(deleted(&world), [id("snap-1"), id("snap-2")]);
    world.record(Event::SnapshotOwned { send, run, attempt: 1, id: id("snap-2") });
    assert_eq!(deleted(&world).len(), 2);
    world.see_job("j1", "x", JobStatus::Completed).group_id = Some(id("snap-1"));
    assert_eq!(deleted(&world), [id("snap-2")], "a group with a job on it is evidence");
}

/// A job on a group that is gone may be a snapshot send's own, or a firing of the schedule that was on that group.
#[test]
fn a_firing_on_a_group_that_is_gone_is_told_from_a_snapshot_send_by_its_history() {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    world.settled_schedule("daily", "vip", super::testing::cron("0 9 * * *"));
    world.see_job("j1", "old", JobStatus::Completed);
    world.observed.schedules[0].group_id = Some(id("g-old"));
    world.want_send("offer", "vip", "hi").audience = crate::model::Audience::Snapshot;
    let needed = super::needed_histories(&world.desired, &world.observed, &world.state);
    assert_eq!(needed.into_iter().collect::<Vec<_>>(), [world.observed.schedules[0].id.clone()]);
    assert!(world.plan().is_held());
    let (schedule, now) = (world.observed.schedules[0].id.clone(), world.now);
    world.observed.firings.insert(schedule, vec![now]);
    assert!(!world.plan().is_held());
}

#[test]
fn a_snapshot_group_that_came_late_is_no_evidence_unless_a_job_is_on_it() {
    let mut world = world();
    let (send, run, name) = ("offer".to_owned(), "1".to_owned(), snapshot_name("acme", "offer", "1", 1));
    let creating =
        Event::SnapshotCreating { send: send.clone(), run: run.clone(), attempt: 1, name: name.clone() };
    world.record(creating);
    world.record(Event::SnapshotOwned { send: send.clone(), run: run.clone(), attempt: 1, id: id("g-a") });
    world.record(Event::SnapshotGone { send, run, id: id("g-a") });
    world.see_group("late", &[1, 2]);
    world.observed.groups.last_mut().unwrap().name = name;
    world.want_send("offer", "vip", "hi").audience = crate::model::Audience::Snapshot;
    assert_eq!(lines(&world.plan()), ["send.offer group_delete", "send.offer send"]);
    world.see_job("j", "late", JobStatus::Running);
    assert_eq!(lines(&world.plan()), ["send.offer send held"]);
}

#[test]
fn a_job_that_goes_out_although_it_was_stopped_is_paused() {
    let mut world = world();
    world.sent("offer", "vip", "hi", JobStatus::Running);
    world.options.stopped.insert(Address::send("offer"), stopped(false));
    assert_eq!(lines(&world.plan()), ["send.offer job_pause"]);
    world.desired.sends.remove("offer");
    assert_eq!(lines(&world.plan()), ["send.offer job_pause"]);
}

#[test]
fn a_job_that_goes_on_although_it_was_cancelled_is_cancelled() {
    for status in [JobStatus::Pending, JobStatus::Running, JobStatus::Paused, JobStatus::Cancelled] {
        let mut world = world();
        world.options.stopped.insert(Address::send("offer"), stopped(true));
        let ended = status.is_final();
        world.sent("offer", "vip", "hi", status);
        let wanted = if ended { Vec::new() } else { vec!["send.offer job_cancel"] };
        assert_eq!(lines(&world.plan()), wanted);
    }
}

#[test]
fn jobs_of_stopped_sends_are_left_alone() {
    let mut world = world();
    world.sent("offer", "vip", "hi", JobStatus::Paused);
    world.options.stopped.insert(Address::send("offer"), stopped(false));
    let plan = world.plan();
    assert!(plan.changes.is_empty(), "{:?}", lines(&plan));
    assert!(plan.notes.iter().any(|n| n.code == "stopped"));
    world.options.destroy = true;
    assert_eq!(lines(&world.plan())[0], "send.offer job_cancel");
}

#[test]
fn the_digest_is_the_same_with_and_without_the_flags_it_needs() {
    let mut world = world();
    world.settled_group("staff", &[3]);
    world.desired.policy.max_audience = Some(Rule::refuse(1));
    world.desired.policy.one_job_per_session = Rule::refuse(true);
    world.want_send("a", "vip", "hi");
    world.want_send("b", "staff", "ho");
    let without = world.plan();
    world.options.confirm_audience = Some(10);
    let with = world.plan();
    assert_eq!(rules(&with), ["one_job_per_session"]);
    assert_eq!(without.digest, with.digest);
}

#[test]
fn neither_quota_nor_sessions_nor_the_hour_nor_the_rate_is_in_the_digest() {
    let mut world = world();
    world.want_send("offer", "vip", "hi");
    let digest = world.plan().digest;
    world.observed.sessions[0].status = SessionStatus::Other("failed".to_owned());
    assert_eq!(lines(&world.plan()), ["send.offer send blocked:session_not_working"]);
    assert_eq!(world.plan().digest, digest);
    world.observed.sessions[0].status = SessionStatus::Working;
    world.observed.subscription = Some(Subscription {
        messages_this_month: Some(2_999),
        requests_per_minute: Some(1),
        ..Subscription::default()
    });
    assert_eq!(lines(&world.plan()), ["send.offer send blocked:quota"]);
    assert_eq!(world.plan().digest, digest);
    world.observed.subscription = None;
    world.now = when("2026-12-01T23:00:00Z");
    assert_eq!(world.plan().digest, digest);
    world.desired.sends.get_mut("offer").unwrap().content = super::testing::text("other");
    assert_ne!(world.plan().digest, digest);
}

#[test]
fn all_that_is_in_the_digest_of_a_send_is_shown() {
    let mut world = world();
    let offer = world.want_send("offer", "vip", "hi");
    offer.send_by = Some(when("2026-12-01T10:00:00Z"));
    offer.timezone = "Europe/Berlin".to_owned();
    let plan = world.plan();
    let shown = |name: &str| {
        plan.changes[0].details.iter().find_map(|d| match d {
            Detail::Field { name: n, old: None, new: Some(new) } if *n == name => Some(new.clone()),
            _ => None,
        })
    };
    assert_eq!(shown("send_by").as_deref(), Some("2026-12-01 11:00 Europe/Berlin (+01:00)"));
    assert_eq!(shown("timezone").as_deref(), Some("Europe/Berlin"));
}

#[test]
fn making_room_does_not_change_the_digest() {
    let mut world = world();
    world.own_group("old", &[5]);
    world.want_group("new", &[6]);
    let digest = world.plan().digest;
    world.desired.account.limits.groups = 2;
    let plan = world.plan();
    assert!(plan.changes.iter().any(|c| c.step == super::Step::MakeRoom));
    assert_eq!(plan.digest, digest);
}

#[test]
fn expired_is_shown_and_is_no_change() {
    let mut world = world();
    world.want_send("offer", "vip", "hi").send_by = Some(world_now());
    let plan = world.plan();
    assert_eq!(lines(&plan), ["send.offer send expired"]);
    assert!(!plan.has_changes());
}

fn world_now() -> jiff::Timestamp {
    when("2026-12-01T09:00:00Z")
}

#[test]
fn a_send_with_only_takes_its_group_along_and_no_other_sends_account() {
    let mut world = World::new();
    world.want_group("vip", &[1]);
    world.want_send("a", "vip", "hi");
    world.want_send("b", "vip", "hi");
    world.only(Address::send("b"));
    let plan = world.plan();
    assert_eq!(lines(&plan), ["group.vip group_create", "send.b send"]);
    assert_eq!(needs(&plan, &plan.changes[1]), ["group_create"]);
}

#[test]
fn what_is_said_once_is_not_said_to_nobody() {
    let mut world = world();
    world.settled_group("other", &[5]);
    world.sent("offer", "vip", "old", JobStatus::Completed);
    world.want_send("offer", "vip", "new").on_change = OnChange::Ignore;
    let said = |world: &World| {
        world.plan().records.iter().any(|r| matches!(r, LedgerNote::Event(Event::ChangeIgnored { .. })))
    };
    assert!(said(&world));
    world.only(Address::group("other"));
    assert!(!said(&world));
}

#[test]
fn a_removed_send_that_is_still_armed_is_recovered_and_its_neighbour_waits() {
    let mut world = world();
    world.arm("gone", "vip", "old");
    world.want_send("offer", "vip", "hi");
    assert_eq!(lines(&world.plan()), ["send.gone recover", "send.offer send blocked:held_neighbour"]);
    world.hold("gone");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["send.gone recover held", "send.offer send blocked:held_neighbour"]);
    assert!(plan.is_held());
}

#[test]
fn a_doubtful_send_is_not_counted_as_unchanged() {
    let mut world = world();
    world.arm("offer", "vip", "hi");
    world.want_send("offer", "vip", "hi");
    assert_eq!(world.plan().unchanged, 1, "the group");
}

#[test]
fn two_open_sends_are_not_made_one() {
    let mut world = world();
    world.want_send("a", "vip", "one");
    world.want_send("b", "vip", "two");
    world.arm("a", "vip", "one");
    world.arm("b", "vip", "two");
    world.desired.sends.remove("a");
    world.desired.moved.push(crate::model::Move {
        from: crate::model::MoveTarget::Object(Address::send("a")),
        to: crate::model::MoveTarget::Object(Address::send("b")),
    });
    assert_eq!(lines(&world.plan()), ["send.a recover", "send.b recover"]);
}
