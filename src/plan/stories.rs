//! Worlds for the property tests, each with how it came about: one project applied to an account, then other hands,
//! the clock and crashes, and then another YAML. Only states that can be reached.

use proptest::prelude::*;

use super::interpret::{Names, interpret};
use super::testing::{World, cron, once, phones, text, when};
use crate::model::{Address, Audience, JobStatus, Membership, OnChange, RunState, ScheduleStatus};

pub(super) const GROUPS: [&str; 3] = ["a", "b", "c"];
pub(super) const SCHEDULES: [&str; 3] = ["x", "y", "z"];
pub(super) const SENDS: [&str; 3] = ["p", "q", "r"];

/// Group, words, `on_change`, state, and one more key.
type SendBits = (u8, u8, u8, u8, u8);

/// A YAML, as small numbers.
#[derive(Debug, Clone)]
struct Yaml {
    groups: Vec<Option<(u8, bool, bool)>>,
    schedules: Vec<Option<(u8, u8, bool, u8)>>,
    sends: Vec<Option<SendBits>>,
    suppressed: u8,
}

fn yaml() -> impl Strategy<Value = Yaml> {
    let group =
        prop::option::weighted(0.8, (any::<u8>(), prop::bool::weighted(0.2), prop::bool::weighted(0.2)));
    let schedule = prop::option::weighted(0.7, (0..3_u8, 0..6_u8, prop::bool::weighted(0.2), 0..3_u8));
    let send = prop::option::weighted(0.6, (0..3_u8, 0..3_u8, 0..3_u8, 0..6_u8, 0..6_u8));
    (
        prop::collection::vec(group, 3),
        prop::collection::vec(schedule, 3),
        prop::collection::vec(send, 3),
        prop_oneof![Just(0), any::<u8>().prop_map(|n| n & (n >> 3))],
    )
        .prop_map(|(groups, schedules, sends, suppressed)| Yaml { groups, schedules, sends, suppressed })
}

fn bits(mask: u8) -> Vec<u64> {
    (0..8).filter(|bit| mask & (1 << bit) != 0).collect()
}

impl Yaml {
    fn write(&self, world: &mut World) {
        world.desired.groups.clear();
        world.desired.schedules.clear();
        world.desired.sends.clear();
        world.desired.suppressed = phones(&bits(self.suppressed));
        for (key, group) in GROUPS.iter().zip(&self.groups) {
            let Some((members, at_least, protect)) = group else { continue };
            // Nobody is never listed: an empty source is another rule.
            let wanted = world.want_group(key, &bits((members | 1) & !self.suppressed));
            wanted.membership = if *at_least { Membership::AtLeast } else { Membership::Exact };
            wanted.protect = *protect;
        }
        for (key, schedule) in SCHEDULES.iter().zip(&self.schedules) {
            let Some((group, timing, paused, words)) = schedule else { continue };
            let group = GROUPS[usize::from(*group)];
            if !world.desired.groups.contains_key(group) {
                continue;
            }
            let timing = match timing {
                0 => cron("0 9 * * MON"),
                1 => cron("0 12 * * *"),
                2 => once("2026-12-01T08:00", "UTC"),
                3 => once("2026-12-01T09:02", "UTC"),
                _ => once("2026-12-24T09:00", "UTC"),
            };
            let wanted = world.want_schedule(key, group, timing);
            wanted.paused = *paused;
            wanted.content = text(["hello", "hi", "dear"][usize::from(*words)]);
            wanted.on_change = [OnChange::Refuse, OnChange::Resend, OnChange::Ignore][usize::from(*words)];
        }
        for (key, send) in SENDS.iter().zip(&self.sends) {
            let Some((group, words, on_change, state, other)) = send else { continue };
            let group = GROUPS[usize::from(*group)];
            if !world.desired.groups.contains_key(group) {
                continue;
            }
            let past = when("2026-12-01T08:30:00Z");
            let wanted = world.want_send(key, group, ["one", "two", "three"][usize::from(*words)]);
            wanted.on_change =
                [OnChange::Ignore, OnChange::Resend, OnChange::Refuse][usize::from(*on_change)];
            wanted.state = match state {
                0 => RunState::Paused,
                1 => RunState::Cancelled,
                _ => RunState::Running,
            };
            match other {
                0 => "2".clone_into(&mut wanted.run),
                1 => wanted.send_by = Some(past),
                2 => wanted.audience = Audience::Snapshot,
                3 => wanted.repeat_of = Some(Address::send("p")).filter(|_| *key != "p"),
                _ => {}
            }
        }
    }
}

/// Other hands, crashes, operators.
#[derive(Debug, Clone, Copy)]
struct Mishap {
    kind: u8,
    which: u8,
}

fn mishaps() -> impl Strategy<Value = Vec<Mishap>> {
    prop::collection::vec((0..18_u8, any::<u8>()).prop_map(|(kind, which)| Mishap { kind, which }), 0..6)
}

fn pick<T>(from: &mut [T], which: u8) -> Option<&mut T> {
    let count = from.len();
    (count > 0).then(|| &mut from[usize::from(which) % count])
}

impl Mishap {
    fn happen(self, world: &mut World, names: &mut Names) {
        let Self { kind, which } = self;
        let key = |keys: &[&str]| keys[usize::from(which) % keys.len()].to_owned();
        match kind {
            0 if !world.observed.groups.is_empty() => {
                let at = usize::from(which) % world.observed.groups.len();
                world.observed.groups.remove(at);
            }
            1 => {
                if let Some(group) = pick(&mut world.observed.groups, which) {
                    group.name.push('!');
                }
            }
            2 => {
                if let Some(group) = pick(&mut world.observed.groups, which) {
                    let members = group.members.as_mut().unwrap();
                    members.phones = phones(&bits(which));
                }
            }
            3 => {
                let group = world.see_group(&key(&GROUPS), &bits(which));
                world.observed.groups.last_mut().unwrap().id = names.fresh("theirs");
                let _ = group;
            }
            4..=7 => {
                if let Some(schedule) = pick(&mut world.observed.schedules, which) {
                    schedule.status = match kind {
                        4 => ScheduleStatus::Paused,
                        5 => ScheduleStatus::Cancelled,
                        6 => ScheduleStatus::Completed,
                        _ => ScheduleStatus::Unknown("odd".to_owned()),
                    };
                }
            }
            8 if !world.observed.schedules.is_empty() => {
                // Another of the same: somebody's, or a twin.
                let at = usize::from(which) % world.observed.schedules.len();
                let mut twin = world.observed.schedules[at].clone();
                twin.id = names.fresh("twin");
                world.observed.schedules.push(twin);
            }
            9 => world.doubt_create(&key(&SCHEDULES)),
            10 if !world.observed.schedules.is_empty() => {
                let at = usize::from(which) % world.observed.schedules.len();
                world.observed.schedules.remove(at);
            }
            11..=14 => {
                if let Some(job) = pick(&mut world.observed.jobs, which) {
                    job.status = match kind {
                        11 => JobStatus::Completed,
                        12 => JobStatus::Paused,
                        13 => JobStatus::Failed,
                        _ => JobStatus::Unknown("odd".to_owned()),
                    };
                }
            }
            15 => {
                // An apply that was cut off in the middle of a send; the job may be there.
                let group = key(&GROUPS);
                if let Some(group_id) = world.state.group_id(&group).cloned() {
                    let send = key(&SENDS);
                    if world.state.run(&send, "1").is_none_or(|h| !h.is_unsettled()) {
                        world.arm_on(&send, &group, &group_id, "one");
                        if which & 1 == 0 {
                            let job = names.fresh("lost-job");
                            world.see_job(job.as_str(), "-", JobStatus::Running).group_id = Some(group_id);
                        }
                    }
                }
            }
            16 => {
                let address = if which & 1 == 0 {
                    Address::send(key(&SENDS))
                } else {
                    Address::schedule(key(&SCHEDULES))
                };
                world.options.stopped.insert(address, super::testing::stopped(false));
            }
            17 => {
                let group = key(&GROUPS);
                if let Some(group_id) = world.state.group_id(&group).cloned() {
                    let job = names.fresh("theirs");
                    world.see_job(job.as_str(), "-", JobStatus::Running).group_id = Some(group_id);
                }
            }
            _ => {}
        }
    }
}

/// With everything allowed that a flag allows.
fn allowed(mut world: World) -> World {
    world.options.confirm_audience = Some(1000);
    world.options.allow_delete = Some(1000);
    world
}

/// How a world came about.
#[derive(Debug, Clone)]
pub(super) struct Story {
    first: Yaml,
    mishaps: Vec<Mishap>,
    second: Yaml,
}

pub(super) fn story() -> impl Strategy<Value = Story> {
    (yaml(), mishaps(), yaml()).prop_map(|(first, mishaps, second)| Story { first, mishaps, second })
}

impl Story {
    pub(super) fn reached(&self) -> (World, Names) {
        let mut world = allowed(World::new());
        let mut names = Names::default();
        self.first.write(&mut world);
        let plan = world.plan();
        if !plan.is_refused() {
            interpret(&plan, &mut world, &mut names);
        }
        for mishap in &self.mishaps {
            mishap.happen(&mut world, &mut names);
        }
        self.second.write(&mut world);
        (world, names)
    }
}
