//! Schedules: never twice, never at the wrong time, never after a stop.

use super::testing::{World, cron, find, id, lines, needs, once, phones, rules, stopped, text, when};
use super::{Action, ChangeKind, Verdict};
use crate::ledger::Event;
use crate::model::{Address, OnChange, ScheduleStatus};

fn world() -> World {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    world
}

#[test]
fn one_that_went_out_and_is_paused_now_changes_nothing_else() {
    let mut world = world();
    world.settled_schedule("launch", "vip", once("2026-12-01T08:00", "UTC")).status =
        ScheduleStatus::Completed;
    let launch = world.desired.schedules.get_mut("launch").unwrap();
    launch.timing = once("2026-12-05T08:00", "UTC");
    launch.on_change = OnChange::Resend;
    launch.paused = true;
    let plan = world.plan();
    assert!(plan.changes.is_empty(), "{:?}", lines(&plan));
}

#[test]
fn one_that_is_just_going_out_is_not_moved_to_another_time() {
    let mut world = world();
    world.settled_schedule("launch", "vip", once("2026-12-01T09:00", "UTC"));
    world.desired.schedules.get_mut("launch").unwrap().timing = once("2026-12-01T14:00", "UTC");
    for (now, blocked) in [
        ("2026-12-01T08:00:00Z", false),
        ("2026-12-01T08:57:00Z", true),
        ("2026-12-01T09:00:30Z", true),
        ("2026-12-01T09:20:00Z", true),
    ] {
        world.now = when(now);
        let plan = world.plan();
        let blocked = if blocked { " blocked:firing_soon" } else { "" };
        assert_eq!(lines(&plan), [format!("schedule.launch schedule_update{blocked}")], "at {now}");
    }
    world.observed.schedules[0].status = ScheduleStatus::Paused;
    assert_eq!(lines(&world.plan()), ["schedule.launch schedule_update", "schedule.launch schedule_resume"]);
}

#[test]
fn no_replacement_within_five_minutes_of_a_firing_by_either_reading() {
    let mut world = world();
    world.settled_group("staff", &[3]);
    let there = world.settled_schedule("daily", "vip", cron("0 9 * * *"));
    there.next_run_at = Some(when("2026-12-02T09:00:00Z"));
    world.desired.schedules.get_mut("daily").unwrap().group = "staff".to_owned();
    world.now = when("2026-12-01T08:57:00Z");
    assert_eq!(lines(&world.plan()), ["schedule.daily schedule_replace blocked:firing_soon"]);
    world.now = when("2026-12-01T08:50:00Z");
    assert_eq!(lines(&world.plan()), ["schedule.daily schedule_replace"]);
}

#[test]
fn one_that_shall_be_paused_does_not_fire_while_its_replacement_waits() {
    let mut world = world();
    world.settled_group("staff", &[3]);
    world.settled_schedule("daily", "vip", cron("0 9 * * *"));
    let daily = world.desired.schedules.get_mut("daily").unwrap();
    daily.group = "staff".to_owned();
    daily.paused = true;
    world.now = when("2026-12-01T08:57:00Z");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["schedule.daily schedule_pause", "schedule.daily schedule_replace"]);
    assert_eq!(needs(&plan, &plan.changes[1]), ["schedule_pause"]);
}

#[test]
fn the_same_clock_time_in_another_zone_is_another_time() {
    // Past in Jerusalem, and still to come where it is set on the account.
    let mut world = world();
    world.settled_schedule("launch", "vip", once("2026-12-01T10:00", "America/New_York")).timezone =
        Some("America/New_York".to_owned());
    let launch = world.desired.schedules.get_mut("launch").unwrap();
    launch.timing = once("2026-12-01T10:00", "Asia/Jerusalem");
    launch.timezone = "Asia/Jerusalem".to_owned();
    assert_eq!(lines(&world.plan()), ["schedule.launch schedule_cancel"]);
    // Completed in Jerusalem, and wanted again in New York.
    let mut world = self::world();
    world.settled_schedule("launch", "vip", once("2026-12-01T10:00", "Asia/Jerusalem")).status =
        ScheduleStatus::Completed;
    let launch = world.desired.schedules.get_mut("launch").unwrap();
    launch.timing = once("2026-12-01T10:00", "America/New_York");
    launch.timezone = "America/New_York".to_owned();
    assert_eq!(rules(&world.plan()), ["already_sent"]);
}

#[test]
fn a_one_time_message_that_went_out_under_a_key_that_is_gone_is_named() {
    let mut world = world();
    world.settled_schedule("launch", "vip", once("2026-11-01T10:00", "UTC")).status =
        ScheduleStatus::Completed;
    world.desired.schedules.clear();
    world.want_schedule("start", "vip", once("2026-12-24T10:00", "UTC"));
    let said = |world: &World| -> Vec<String> {
        world.plan().notes.into_iter().filter(|n| n.code == "went_out_before").map(|n| n.text).collect()
    };
    assert_eq!(
        said(&world),
        [
            "schedule.launch, which is not in the YAML any more, sent this text to this group on Sun 1 Nov 2026 10:00 (+00:00); \
          if it was renamed, write moved: [{from: schedule.launch, to: schedule.start}]"
        ]
    );
    world.desired.schedules.get_mut("start").unwrap().content = super::testing::text("another");
    assert_eq!(said(&world), [""; 0]);
}

#[test]
fn a_recurring_one_that_becomes_a_past_time_does_not_go_on() {
    let mut world = world();
    world.see_schedule_as("launch", cron("0 9 * * *"));
    world.desired.schedules.get_mut("launch").unwrap().timing = once("2026-11-01T10:00", "UTC");
    assert_eq!(lines(&world.plan()), ["schedule.launch schedule_cancel", "schedule.launch adopt"]);
}

#[test]
fn over_is_shown_and_is_no_change() {
    let mut world = world();
    world.want_schedule("launch", "vip", once("2026-11-01T10:00", "UTC"));
    let plan = world.plan();
    assert_eq!(lines(&plan), ["schedule.launch schedule_create over"]);
    assert!(!plan.has_changes());
    assert_eq!(plan.requests(), 0);
}

#[test]
fn one_deleted_elsewhere_and_made_anew_there_is_adopted_not_doubled() {
    let mut world = world();
    world.settled_schedule("weekly", "vip", cron("0 9 * * MON")).id = id("c-theirs");
    assert_eq!(lines(&world.plan()), ["schedule.weekly adopt"]);
    // The same where ours still lies there, cancelled.
    let mut ours = world.observed.schedules[0].clone();
    ours.id = id("c-weekly");
    ours.status = ScheduleStatus::Cancelled;
    world.observed.schedules.push(ours);
    assert_eq!(lines(&world.plan()), ["schedule.weekly adopt"]);
}

#[test]
fn twins_are_cancelled_also_where_the_yaml_or_an_operator_stopped_the_schedule() {
    let twin = |world: &mut World| {
        world.settled_group("other", &[1]);
        world.settled_schedule("kept", "other", cron("0 9 * * MON"));
        world.settled_schedule("weekly", "vip", cron("0 9 * * MON"));
        world.doubt_create("weekly");
        let mut twin = world.observed.schedules.last().unwrap().clone();
        twin.id = id("c-twin");
        twin.created_at = Some(when("2026-12-01T09:00:01Z"));
        world.observed.schedules.push(twin);
    };
    let mut world = world();
    twin(&mut world);
    assert_eq!(lines(&world.plan()), ["schedule.weekly schedule_cancel"]);
    world.options.stopped.insert(Address::schedule("weekly"), stopped(false));
    assert_eq!(lines(&world.plan()), ["schedule.weekly schedule_pause", "schedule.weekly schedule_cancel"]);
    world.options.stopped.clear();
    world.desired.schedules.remove("weekly");
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        [
            "schedule.weekly schedule_cancel",
            "schedule.weekly schedule_cancel",
            "schedule.weekly schedule_delete"
        ]
    );
    assert_eq!(needs(&plan, &plan.changes[2]), ["schedule_cancel", "schedule_cancel"]);
}

#[test]
fn one_whose_create_was_cut_off_is_cancelled_when_the_yaml_no_longer_has_it() {
    let mut world = world();
    world.settled_schedule("kept", "vip", cron("0 9 * * MON"));
    world.want_schedule("weekly", "vip", cron("0 10 * * MON"));
    let spec = world.spec("weekly");
    world.record(Event::ScheduleCreating { schedule: "weekly".to_owned(), spec, before: Vec::new() });
    world.see_schedule("weekly");
    world.desired.schedules.remove("weekly");
    assert_eq!(lines(&world.plan()), ["schedule.weekly schedule_cancel", "schedule.weekly schedule_delete"]);
}

#[test]
fn an_earlier_version_that_still_lives_is_cancelled() {
    let mut world = world();
    world.settled_schedule("weekly", "vip", cron("0 9 * * MON"));
    let mut old = world.observed.schedules[0].clone();
    old.id = id("c-old");
    world.observed.schedules.push(old);
    world.record(Event::ScheduleCancelled { schedule: "weekly".to_owned(), id: id("c-old") });
    assert_eq!(lines(&world.plan()), ["schedule.weekly schedule_cancel"]);
}

#[test]
fn a_stopped_one_is_neither_resumed_nor_created() {
    let mut world = world();
    world.settled_schedule("weekly", "vip", cron("0 9 * * MON")).status = ScheduleStatus::Paused;
    world.want_schedule("new", "vip", cron("0 10 * * MON"));
    for key in ["weekly", "new"] {
        world.options.stopped.insert(Address::schedule(key), stopped(false));
    }
    let plan = world.plan();
    assert!(plan.changes.is_empty(), "{:?}", lines(&plan));
    assert_eq!(plan.notes.len(), 2);
}

#[test]
fn one_that_would_fire_although_it_was_stopped_is_paused() {
    let mut world = world();
    world.settled_schedule("weekly", "vip", cron("0 9 * * MON"));
    world.options.stopped.insert(Address::schedule("weekly"), stopped(false));
    assert_eq!(lines(&world.plan()), ["schedule.weekly schedule_pause"]);
    world.options.stopped.insert(Address::schedule("weekly"), stopped(true));
    assert_eq!(lines(&world.plan()), ["schedule.weekly schedule_cancel"]);
}

#[test]
fn a_resume_waits_for_the_group() {
    let mut world = world();
    world.settled_schedule("weekly", "vip", cron("0 9 * * MON")).status = ScheduleStatus::Paused;
    world.desired.suppressed = phones(&[2]);
    world.desired.groups.get_mut("vip").unwrap().members = phones(&[1]);
    let plan = world.plan();
    let resume = find(&plan, &Address::schedule("weekly"), ChangeKind::ResumeSchedule);
    assert_eq!(needs(&plan, resume), ["group_remove_members"]);
}

#[test]
fn after_an_update_in_doubt_nothing_that_is_not_shown_is_believed() {
    let mut world = world();
    let there = world.settled_schedule("weekly", "vip", cron("0 9 * * MON"));
    (there.cron, there.timezone) = (None, None);
    assert!(world.plan().changes.is_empty());
    world.record(Event::ScheduleUpdating { schedule: "weekly".to_owned() });
    assert_eq!(lines(&world.plan()), ["schedule.weekly schedule_update"]);
}

#[test]
fn a_schedule_goes_with_its_recreated_group() {
    let mut world = world();
    world.settled_schedule("weekly", "vip", cron("0 9 * * MON"));
    world.observed.groups.clear();
    let plan = world.plan();
    assert_eq!(lines(&plan), ["group.vip group_create", "schedule.weekly schedule_replace"]);
    assert_eq!(needs(&plan, &plan.changes[1]), ["group_create"]);
    assert_eq!(plan.changes[1].verdict, Verdict::Go);
}

#[test]
fn what_needs_a_blocked_change_is_blocked_with_it() {
    let mut world = world();
    world.settled_group("old", &[3]);
    world.settled_schedule("daily", "old", cron("0 9 * * *"));
    world.desired.schedules.get_mut("daily").unwrap().group = "vip".to_owned();
    world.desired.groups.remove("old");
    world.now = when("2026-12-01T08:57:00Z");
    assert_eq!(
        lines(&world.plan()),
        ["schedule.daily schedule_replace blocked:firing_soon", "group.old group_delete blocked:waits"]
    );
}

#[test]
fn a_twin_that_turns_up_after_the_schedule_was_retimed_is_cancelled() {
    let mut world = world();
    world.settled_schedule("weekly", "vip", cron("0 9 * * MON"));
    world.doubt_create("weekly");
    world.observed.schedules.clear();
    world.settled_schedule("weekly", "vip", cron("0 10 * * TUE"));
    world.record(Event::ScheduleUpdated { schedule: "weekly".to_owned(), spec: world.spec("weekly") });
    assert!(world.plan().changes.is_empty());
    let mut late = world.observed.schedules.last().unwrap().clone();
    late.id = id("late");
    late.cron = Some("0 9 * * MON".to_owned());
    late.created_at = Some(when("2026-01-01T00:00:00Z"));
    world.observed.schedules.push(late);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["schedule.weekly schedule_cancel"]);
    assert!(
        matches!(&plan.changes[0].action, Action::CancelSchedule { id: cancelled } if *cancelled == id("late"))
    );
}

/// A machine whose clock is hours off: a time that is over is over.
#[test]
fn the_servers_clock_says_what_is_over() {
    let mut world = world();
    world.want_schedule("once", "vip", once("2026-12-01T10:00", "UTC"));
    assert_eq!(lines(&world.plan()), ["schedule.once schedule_create"]);
    world.observed.clock_skew_seconds = 7_200;
    let plan = world.plan();
    assert_eq!(lines(&plan), ["schedule.once schedule_create over"]);
    let note = plan.notes.iter().find(|n| n.code == "clock").unwrap();
    assert!(note.text.contains("2 h ahead of"), "{}", note.text);
    world.observed.clock_skew_seconds = 59;
    assert!(world.plan().notes.is_empty());
}

/// Who reads *over* wants to know whether it went out, and what became of an edit that came too late.
#[test]
fn one_whose_time_has_passed_says_what_became_of_it() {
    let reason = |world: &World| {
        let plan = world.plan();
        assert_eq!(lines(&plan), ["schedule.launch schedule_create over"]);
        plan.changes[0].reason.clone()
    };
    let mut world = self::world();
    world.want_schedule("launch", "vip", once("2026-12-01T08:00", "UTC"));
    assert_eq!(
        reason(&world),
        "its time was Tue 1 Dec 2026 08:00 (+00:00), and it had not been created by then"
    );
    world.settled_schedule("launch", "vip", once("2026-12-01T08:00", "UTC"));
    for (status, state) in [
        (ScheduleStatus::Completed, "on the account it is completed"),
        (ScheduleStatus::Cancelled, "on the account it is cancelled"),
        (ScheduleStatus::Paused, "on the account it is paused"),
        (ScheduleStatus::Active, "on the account it is active"),
    ] {
        world.observed.schedules[0].status = status;
        assert_eq!(reason(&world), format!("its time was Tue 1 Dec 2026 08:00 (+00:00); {state}"));
    }
    world.observed.schedules[0].status = ScheduleStatus::Completed;
    world.desired.schedules.get_mut("launch").unwrap().content = text("edited too late");
    assert_eq!(
        reason(&world),
        "its time was Tue 1 Dec 2026 08:00 (+00:00); on the account it is completed; the message was changed in the \
         YAML since it was created, and the new one goes to nobody"
    );
    world.observed.schedules.clear();
    assert_eq!(
        reason(&world),
        "its time was Tue 1 Dec 2026 08:00 (+00:00), and it is not on the account any more; the message was changed \
         in the YAML since it was created, and the new one goes to nobody"
    );
}
