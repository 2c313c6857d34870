//! What is another plan: old values, and who gets what a schedule starts to send.

use super::testing::{World, cron, id, lines, phones, text};
use super::{Refresh, needed_members};
use crate::model::{AudienceDigest, Membership, Salt, ScheduleStatus};

/// The digest is another one after `change`, and the changes are the same by name.
fn differs(mut world: World, change: impl FnOnce(&mut World)) {
    let before = world.plan();
    change(&mut world);
    let after = world.plan();
    assert_eq!(lines(&before), lines(&after));
    assert!(!before.changes.is_empty());
    assert_ne!(before.digest, after.digest, "{:?}", lines(&after));
}

#[test]
fn the_old_value_of_what_is_changed_is_reviewed_too() {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    world.observed.groups[0].name = "DigFoo".to_owned();
    differs(world.clone(), |world| world.observed.groups[0].name = "DigBar".to_owned());

    world.observed.groups[0].name = "vip".to_owned();
    world.settled_schedule("daily", "vip", cron("0 9 * * *"));
    let daily = world.desired.schedules.get_mut("daily").unwrap();
    (daily.timing, daily.timezone) = (cron("0 11 * * *"), "Europe/Berlin".to_owned());
    daily.content = text("new");
    differs(world.clone(), |world| world.observed.schedules[0].cron = Some("0 10 * * *".to_owned()));
    differs(world.clone(), |world| world.observed.schedules[0].timezone = Some("Asia/Tokyo".to_owned()));
    differs(world, |world| world.observed.schedules[0].text = Some("old".to_owned()));
}

fn at_least(world: &mut World) {
    world.settled_group("vip", &[1, 2]);
    world.desired.groups.get_mut("vip").unwrap().membership = Membership::AtLeast;
}

fn more_people(world: &mut World) {
    world.observed.groups[0].members.as_mut().unwrap().phones = phones(&[1, 2, 3, 4]);
    world.observed.groups[0].member_count = Some(4);
}

#[test]
fn who_gets_what_a_schedule_starts_to_send_is_reviewed() {
    let mut new = World::new();
    at_least(&mut new);
    new.want_schedule("daily", "vip", cron("0 9 * * *"));
    differs(new, more_people);

    let mut there = World::new();
    at_least(&mut there);
    there.settled_schedule("daily", "vip", cron("0 9 * * *"));
    let mut paused = there.clone();
    paused.observed.schedules[0].status = ScheduleStatus::Paused;
    assert_eq!(lines(&paused.plan()), ["schedule.daily schedule_resume"]);
    differs(paused, more_people);
    there.desired.schedules.get_mut("daily").unwrap().content = text("other");
    differs(there, more_people);
}

/// Whether the members were read makes no difference where they are known; where they are not, they are read.
#[test]
fn a_digest_goes_by_people_and_not_by_what_was_read() {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    let there = world.settled_schedule("daily", "vip", cron("0 9 * * *"));
    there.status = ScheduleStatus::Paused;
    world.desired.suppressed = phones(&[9]);
    world.desired.groups.get_mut("vip").unwrap().members = phones(&[1, 2, 9]);
    let of = |numbers: &[u64]| AudienceDigest::of(&Salt::new([7; 32]), &phones(numbers));
    let observation = crate::ledger::GroupObservation {
        id: id("g-vip"),
        count: 2,
        digest: of(&[1, 2]),
        redacted: 0,
        wanted: of(&[1, 2, 9]),
        suppressed: of(&[9]),
    };
    world.record(crate::ledger::Event::GroupObserved { group: "vip".to_owned(), observation });
    let needed = |world: &World| {
        needed_members(&world.desired, &world.observed, &world.state, Refresh::Auto, world.now).len()
    };
    assert_eq!(needed(&world), 0, "known, and as the YAML has it");
    let read = world.plan();
    let mut unread = world.clone();
    unread.observed.groups[0].members = None;
    assert_eq!(lines(&unread.plan()), ["schedule.daily schedule_resume"]);
    assert_eq!(unread.plan().digest, read.digest);

    world.desired.groups.get_mut("vip").unwrap().membership = Membership::AtLeast;
    assert_eq!(needed(&world), 1, "others may be in it");
    world.observed.schedules[0].status = ScheduleStatus::Active;
    assert_eq!(needed(&world), 0, "nothing starts");
    world.desired.schedules.get_mut("daily").unwrap().timing = cron("0 10 * * *");
    assert_eq!(needed(&world), 1, "it goes out at another time");
}

/// Whether a send may go out again where its fate is not known.
#[test]
fn a_policy_that_may_send_again_is_reviewed() {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    world.want_send("offer", "vip", "An offer.");
    let retry = |world: &mut World| world.desired.policy.in_doubt = crate::model::InDoubt::Retry;
    differs(world.clone(), retry);
    retry(&mut world);
    differs(world, |world| world.desired.policy.settle = jiff::SignedDuration::ZERO);
}
