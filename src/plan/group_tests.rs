//! Groups: what may never happen to them, and what must.

use super::testing::{World, cron, find, id, lines, needs, once, phones, rules, stopped, when};
use super::{Action, ChangeKind, LedgerNote, Step, Verdict};
use crate::ledger::Event;
use crate::model::{Address, JobStatus, MaxDelete, Phone, PhoneSet, Rule, ScheduleStatus};

#[test]
fn only_does_not_lift_the_limits_on_deletion() {
    let mut world = World::new();
    world.own_group("a", &[1]);
    world.only(Address::group("a"));
    assert_eq!(rules(&world.plan()), ["empties_project"]);

    let mut world = World::new();
    for n in 0..10 {
        world.settled_group(&format!("k{n}"), &[n]);
        if n < 4 {
            world.desired.groups.remove(&format!("k{n}"));
            world.only(Address::group(format!("k{n}")));
        }
    }
    assert_eq!(rules(&world.plan()), ["max_delete"]);
    world.options.only.remove(&Address::group("k0"));
    assert!(rules(&world.plan()).is_empty(), "three of ten are within 30%");
}

#[test]
fn a_warning_instead_of_a_refusal_is_said() {
    let mut world = World::new();
    world.desired.policy.max_delete = Rule::warn(MaxDelete::Items(1));
    world.settled_group("keep", &[1]);
    for n in 0..10 {
        world.own_group(&format!("k{n}"), &[n]);
    }
    let members: Vec<u64> = (0..20).collect();
    world.own_group("big", &members);
    world.want_group("big", &members[..10]);
    let plan = world.plan();
    assert!(!plan.is_refused());
    let warned: Vec<_> = plan.notes.iter().filter(|n| n.code == "max_delete").collect();
    assert_eq!(warned.len(), 2, "{:?}", plan.notes);
}

#[test]
fn a_group_is_deleted_only_once_its_job_is_cancelled() {
    let mut world = World::new();
    world.settled_group("keep", &[1]);
    world.own_group("old", &[2]);
    world.sent("offer", "old", "hi", JobStatus::Running);
    let plan = world.plan();
    let delete = find(&plan, &Address::group("old"), ChangeKind::DeleteGroup);
    assert_eq!(delete.verdict, Verdict::Go);
    assert_eq!(needs(&plan, delete), ["job_cancel"]);
    world.only(Address::group("old"));
    assert_eq!(lines(&world.plan()), ["send.offer job_cancel", "group.old group_delete"]);
}

#[test]
fn a_job_of_unknown_status_keeps_its_group() {
    let mut world = World::new();
    world.settled_group("keep", &[1]);
    world.own_group("old", &[2]);
    world.see_job("j-x", "old", JobStatus::Unknown("thinking".to_owned()));
    assert_eq!(lines(&world.plan()), ["group.old group_delete blocked:group_in_use"]);
}

#[test]
fn a_schedule_of_unknown_status_keeps_its_group() {
    let mut world = World::new();
    world.settled_group("keep", &[1]);
    world.settled_group("old", &[2]);
    world.settled_schedule("kept", "keep", cron("0 9 * * MON"));
    world.settled_schedule("weekly", "old", cron("0 9 * * MON")).status =
        ScheduleStatus::Unknown("odd".to_owned());
    world.desired.schedules.remove("weekly");
    world.desired.groups.remove("old");
    assert_eq!(lines(&world.plan()), ["group.old group_delete blocked:group_in_use"]);
}

#[test]
fn a_schedule_that_an_operator_stopped_keeps_its_group() {
    let mut world = World::new();
    world.settled_group("keep", &[1]);
    world.settled_group("old", &[2]);
    world.settled_schedule("weekly", "old", cron("0 9 * * MON"));
    world.desired.schedules.get_mut("weekly").unwrap().group = "keep".to_owned();
    world.desired.groups.remove("old");
    world.options.stopped.insert(Address::schedule("weekly"), stopped(false));
    assert_eq!(
        lines(&world.plan()),
        ["schedule.weekly schedule_pause", "group.old group_delete blocked:group_in_use"]
    );
}

#[test]
fn an_unsettled_snapshot_send_keeps_the_group_it_was_made_from() {
    let mut world = World::new();
    world.settled_group("keep", &[1]);
    world.own_group("old", &[2]);
    world.arm_on("offer", "old", &id("g-snapshot"), "hi");
    world.hold("offer");
    assert_eq!(
        lines(&world.plan()),
        ["send.offer recover held", "group.old group_delete blocked:group_in_use"]
    );
}

#[test]
fn room_is_made_in_an_order_that_works() {
    let mut world = World::new();
    world.desired.account.limits.groups = 2;
    world.settled_group("keep", &[1]);
    world.settled_group("old", &[2]);
    world.settled_schedule("kept", "keep", cron("0 9 * * MON"));
    world.settled_schedule("weekly", "old", cron("0 9 * * MON"));
    world.desired.schedules.remove("weekly");
    world.desired.groups.remove("old");
    world.want_group("new", &[3]);
    let plan = world.plan();
    assert!(!plan.is_refused(), "{:?}", rules(&plan));
    assert_eq!(
        lines(&plan),
        [
            "schedule.weekly schedule_cancel",
            "schedule.weekly schedule_delete",
            "group.old group_delete",
            "group.new group_create",
        ]
    );
    let (delete, group) = (&plan.changes[1], &plan.changes[2]);
    assert!(delete.step < group.step, "one step runs its addresses side by side");
    assert_eq!(group.step, Step::MakeRoom);
}

#[test]
fn a_group_that_a_kept_schedule_still_leaves_is_not_deleted_first() {
    let mut world = World::new();
    world.desired.account.limits.groups = 2;
    world.settled_group("keep", &[1]);
    world.settled_group("old", &[2]);
    world.settled_schedule("weekly", "old", cron("0 9 * * MON"));
    world.desired.groups.remove("old");
    world.want_group("new", &[3]);
    world.desired.schedules.get_mut("weekly").unwrap().group = "new".to_owned();
    assert_eq!(rules(&world.plan()), ["group_limit"]);
}

#[test]
fn destroy_keeps_a_group_that_the_yaml_protects_though_it_was_never_applied() {
    let mut world = World::new();
    world.settled_group("vip", &[1]);
    world.desired.groups.get_mut("vip").unwrap().protect = true;
    world.settled_group("other", &[1]);
    world.settled_schedule("weekly", "vip", cron("0 9 * * MON"));
    world.options.destroy = true;
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        ["schedule.weekly schedule_cancel", "schedule.weekly schedule_delete", "group.other group_delete"]
    );
    assert!(plan.notes.iter().any(|n| n.code == "protected"));
}

#[test]
fn names_and_members_change_in_one_apply() {
    let mut world = World::new();
    world.own_group("vip", &[1, 2]);
    let jane = phones(&[1]).iter().next().unwrap();
    let group = world.want_group("vip", &[1, 3]);
    group.sync_names = true;
    group.names.insert(jane, "Jane".to_owned());
    let plan = world.plan();
    let (mut removed, mut added) = (PhoneSet::new(), PhoneSet::new());
    for change in &plan.changes {
        match &change.action {
            Action::RemoveMembers { phones, .. } => removed = removed.union(phones),
            Action::AddMembers { target } => added = added.union(&target.phones),
            _ => {}
        }
    }
    assert_eq!(removed, phones(&[1, 2]));
    assert_eq!(added, phones(&[1, 3]));
}

#[test]
fn a_new_group_has_nobody_suppressed_and_nobody_twice() {
    let mut world = World::new();
    let two_forms: PhoneSet = ["+5215512345678", "+525512345678", "+15550000001", "+15550000002"]
        .iter()
        .map(|p| Phone::parse(p).unwrap())
        .collect();
    world.want_group("vip", &[]).members = two_forms;
    world.desired.suppressed = phones(&[2]).iter().chain([Phone::parse("+15550000002").unwrap()]).collect();
    let plan = world.plan();
    let Action::CreateGroup(target) = &plan.changes[0].action else { panic!() };
    assert_eq!(target.phones.len(), 2, "one form of the one, and the other");
}

#[test]
fn a_group_deleted_elsewhere_and_made_anew_there_is_adopted() {
    let mut world = World::new();
    world.settled_group("vip", &[1]);
    world.observed.groups[0].id = id("g-other");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["group.vip adopt"]);
    assert!(plan.records.iter().any(|r| matches!(r, LedgerNote::Event(Event::GroupGone { .. }))));
}

#[test]
fn a_group_whose_create_was_cut_off_is_cleaned_up_only_if_it_is_surely_ours() {
    let mut world = World::new();
    world.settled_group("keep", &[1]);
    let creating =
        Event::GroupCreating { group: "left".to_owned(), name: "left".to_owned(), before: Vec::new() };
    world.record(creating);
    world.see_group("left", &[2]);
    assert_eq!(lines(&world.plan()), ["group.left group_delete"]);
    world.observed.groups.last_mut().unwrap().created_at = Some(when("2027-01-01T00:00:00Z"));
    assert!(world.plan().changes.is_empty(), "made long after: somebody else's");
}

#[test]
fn what_only_did_not_choose_is_not_recorded_as_said_or_applied() {
    let mut world = World::new();
    world.settled_group("vip", &[1]);
    world.settled_group("other", &[1]);
    world.desired.groups.get_mut("vip").unwrap().protect = true;
    world.only(Address::group("other"));
    let protects = |world: &World| {
        world.plan().records.iter().any(|r| matches!(r, LedgerNote::Event(Event::GroupProtect { .. })))
    };
    assert!(!protects(&world));
    world.options.only.clear();
    assert!(protects(&world));
}

#[test]
fn an_ambiguous_group_stops_what_needs_it_also_with_only() {
    let mut world = World::new();
    world.want_group("vip", &[1]);
    world.see_group("vip", &[1]);
    world.see_group("vip", &[1]);
    world.observed.groups[1].id = id("g-second");
    world.want_schedule("weekly", "vip", once("2026-12-24T09:00", "UTC"));
    world.only(Address::schedule("weekly"));
    assert_eq!(rules(&world.plan()), ["ambiguous_name"]);
}

#[test]
fn an_erased_member_is_not_added_back() {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    let members = world.observed.groups[0].members.as_mut().unwrap();
    members.phones = phones(&[1]);
    members.redacted = 1;
    assert_eq!(rules(&world.plan()), ["erased_member"]);
}

#[test]
fn an_adopted_group_is_not_emptied_by_the_way() {
    let mut world = World::new();
    let members: Vec<u64> = (0..20).collect();
    world.see_group("vip", &members);
    world.want_group("vip", &[0]);
    assert_eq!(rules(&world.plan()), ["max_delete"]);
    world.options.allow_delete = Some(19);
    assert_eq!(lines(&world.plan()), ["group.vip adopt", "group.vip group_remove_members"]);
}

#[test]
fn a_ledger_of_another_environment_is_refused() {
    let mut world = World::new();
    world.desired.environment = "production".to_owned();
    let plan = world.plan();
    assert_eq!(plan.refusals[0].rule, "another_environment");
    assert!(plan.refusals[0].text.contains("environment default"), "{}", plan.refusals[0].text);
}
