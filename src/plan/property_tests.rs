//! The properties of the planner (`style.md`): converged, deterministic, ordered, contained, complete; and that the
//! digest depends on nothing that it must not.
//!
//! A world is what comes of applying one project to an account, then other hands and the clock, then a crash or
//! two, and then another YAML: only states that can be reached.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::interpret::{Names, interpret};
use super::testing::{World, cron, lines, once, phones, text, when};
use super::{Action, Change, Plan, Verdict, moved_state};
use crate::ledger::{Event, State};
use crate::model::{
    Address, Audience, Id, JobStatus, Membership, OnChange, RunState, ScheduleStatus, SessionStatus,
    Subscription,
};

const GROUPS: [&str; 3] = ["a", "b", "c"];
const SCHEDULES: [&str; 3] = ["x", "y", "z"];
const SENDS: [&str; 3] = ["p", "q", "r"];

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
            9 => world.record(Event::ScheduleInDoubt { schedule: key(&SCHEDULES) }),
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
                world.options.stopped.insert(address, "stopped by operator".to_owned());
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

/// The same few stories each time; with `PROPTEST_CASES=N` as many others.
fn config() -> ProptestConfig {
    let given = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return given;
    }
    ProptestConfig { cases: 80, rng_seed: RngSeed::Fixed(7), ..given }
}

/// With everything allowed that a flag allows.
fn allowed(mut world: World) -> World {
    world.options.confirm_audience = Some(1000);
    world.options.allow_delete = Some(1000);
    world
}

/// How a world came about.
#[derive(Debug, Clone)]
struct Story {
    first: Yaml,
    mishaps: Vec<Mishap>,
    second: Yaml,
}

fn story() -> impl Strategy<Value = Story> {
    (yaml(), mishaps(), yaml()).prop_map(|(first, mishaps, second)| Story { first, mishaps, second })
}

impl Story {
    fn reached(&self) -> (World, Names) {
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

/// Every id that an action names and that must be ours.
fn ids(action: &Action) -> Vec<&Id> {
    match action {
        Action::None
        | Action::Recover { .. }
        | Action::CreateGroup(_)
        | Action::ImportGroup { .. }
        | Action::RenameGroup { .. }
        | Action::AddMembers { .. }
        | Action::RemoveMembers { .. }
        | Action::CreateSchedule { .. }
        | Action::Send(_)
        | Action::AdoptGroup { .. }
        | Action::AdoptSchedule { .. } => Vec::new(),
        Action::PauseJob { job }
        | Action::ResumeJob { job }
        | Action::PauseForSuppressed { job, .. }
        | Action::CancelJob { job, .. } => vec![job],
        Action::ForgetGone { id }
        | Action::DeleteGroup { id }
        | Action::DeleteSnapshot { id, .. }
        | Action::UpdateSchedule { id, .. }
        | Action::PauseSchedule { id }
        | Action::ResumeSchedule { id }
        | Action::CancelSchedule { id }
        | Action::ReplaceSchedule { old: id, .. } => vec![id],
        Action::DeleteSchedule { id, retired } => id.iter().chain(retired).collect(),
    }
}

fn ours(state: &State) -> BTreeSet<Id> {
    let mut ours = state.claimed_jobs();
    ours.extend(state.groups.values().filter_map(|g| g.id.clone()));
    for schedule in state.schedules.values() {
        ours.extend(schedule.id.clone());
        ours.extend(schedule.retired.iter().cloned());
    }
    ours.extend(state.runs().flat_map(|(_, _, h)| h.snapshots.values().filter_map(|(_, id)| id.clone())));
    ours
}

/// What this plan adopts, or takes for the work of a create of ours that was in doubt.
fn taken(plan: &Plan, world: &World) -> BTreeSet<Id> {
    let adopted = plan.changes.iter().filter_map(|c| match &c.action {
        Action::AdoptGroup { id, .. } | Action::AdoptSchedule { id, .. } => Some(id.clone()),
        _ => None,
    });
    let twins =
        world.observed.schedules.iter().filter(|there| {
            world.state.schedules.values().any(|ours| {
                ours.doubted && ours.spec.as_ref().is_some_and(|spec| super::is_spec(there, spec))
            })
        });
    adopted.chain(twins.map(|there| there.id.clone())).collect()
}

fn goes(change: &Change) -> bool {
    change.verdict == Verdict::Go
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn converged(story in story()) {
        let (mut world, mut names) = story.reached();
        let plan = world.plan();
        prop_assume!(!plan.is_refused());
        // What waits for an answer or for something to end goes on when that has come.
        let waits = plan.changes.iter().any(|c| matches!(c.action, Action::Recover { .. }) || matches!(c.verdict, Verdict::Blocked(_)));
        let before = lines(&plan);
        interpret(&plan, &mut world, &mut names);
        let mut next = world.plan();
        for _ in 0..3 {
            if !waits || next.is_refused() {
                break;
            }
            interpret(&next, &mut world, &mut names);
            next = world.plan();
        }
        let after: Vec<_> = next.changes.iter().filter(|c| goes(c)).map(|c| (&c.address, c.kind, &c.reason)).collect();
        if !next.is_refused() || !waits {
            prop_assert!(after.is_empty(), "{before:#?}\nand then {after:#?}");
            prop_assert!(!next.is_refused(), "{before:#?}\nand then {:#?}", lines(&next));
        }
    }

    #[test]
    fn deterministic(story in story()) {
        let (world, _) = story.reached();
        let plan = world.plan();
        let mut other = world.clone();
        other.observed.groups.reverse();
        other.observed.schedules.reverse();
        other.observed.jobs.reverse();
        other.observed.sessions.reverse();
        if let Some(again) = other.observed.groups.first().cloned() {
            other.observed.groups.push(again);
        }
        prop_assert_eq!(other.plan(), plan);
    }

    #[test]
    fn ordered(story in story()) {
        let (world, _) = story.reached();
        let plan = world.plan();
        let mut last = None;
        for (position, change) in plan.changes.iter().enumerate() {
            prop_assert!(last <= Some(change.step));
            last = Some(change.step);
            for need in &change.needs {
                let needed = &plan.changes[*need];
                prop_assert!(*need < position, "{:#?}", lines(&plan));
                // One step does its addresses side by side.
                prop_assert!(needed.step < change.step || needed.address == change.address, "{:#?}", lines(&plan));
            }
        }
    }

    #[test]
    fn contained(story in story()) {
        let (world, _) = story.reached();
        let plan = world.plan();
        let mut ours = ours(&moved_state(&world.desired, &world.state));
        ours.extend(taken(&plan, &world));
        for change in &plan.changes {
            for id in ids(&change.action) {
                prop_assert!(ours.contains(id), "{id} of {:?} is not ours", change.address);
            }
        }
    }

    #[test]
    fn complete(story in story()) {
        let (world, _) = story.reached();
        let plan = world.plan();
        let desired = &world.desired;
        let wanted = |a: &Address| {
            desired.groups.contains_key(&a.key) || desired.schedules.contains_key(&a.key) || desired.sends.contains_key(&a.key)
        };
        let changed: BTreeSet<&Address> = plan.changes.iter().map(|c| &c.address).filter(|a| wanted(a)).collect();
        prop_assert_eq!(changed.len() + plan.unchanged, desired.len());
        for change in &plan.changes {
            let acts = change.action != Action::None;
            prop_assert!(acts || !matches!(change.verdict, Verdict::Go | Verdict::Blocked(_)), "nothing to do is no change");
        }
        // At most one change sends under a key, and nothing is both sent and doubtful.
        for key in desired.sends.keys() {
            let address = Address::send(key);
            let sends = plan.changes.iter().filter(|c| c.address == address && matches!(c.action, Action::Send(_))).count();
            prop_assert!(sends <= 1);
        }
    }

    #[test]
    fn the_digest_says_what_is_done_and_not_when_it_can_be(story in story()) {
        let (world, _) = story.reached();
        let digest = world.plan().digest;
        let mut other = world.clone();
        other.observed.sessions[0].status = SessionStatus::Other("failed".to_owned());
        other.observed.subscription = Some(Subscription {
            messages_this_month: Some(3_000),
            requests_per_minute: Some(3),
            ..Subscription::default()
        });
        other.now += jiff::SignedDuration::from_secs(1);
        for job in &mut other.observed.jobs {
            job.sent += 1;
        }
        for schedule in &mut other.observed.schedules {
            schedule.next_run_at = Some(when("2027-01-01T00:00:00Z"));
        }
        let plan = other.plan();
        prop_assert_eq!(&plan.digest, &digest, "{:#?}\n{:#?}", lines(&world.plan()), lines(&plan));
        let mut without = world.clone();
        without.options.confirm_audience = None;
        without.options.allow_delete = None;
        prop_assert_eq!(&without.plan().digest, &digest);
    }

    #[test]
    fn only_is_a_part_of_the_whole(story in story(), which in 0..9_usize) {
        let (world, _) = story.reached();
        let all = world.plan();
        let keys: Vec<Address> = GROUPS.iter().map(|k| Address::group(*k))
            .chain(SCHEDULES.iter().map(|k| Address::schedule(*k)))
            .chain(SENDS.iter().map(|k| Address::send(*k)))
            .collect();
        let mut one = world.clone();
        one.only(keys[which].clone());
        let part = one.plan();
        for change in part.changes.iter().filter(|c| c.address.kind != crate::model::Kind::Send) {
            prop_assert!(all.changes.iter().any(|c| c.address == change.address && c.action == change.action));
        }
        for change in part.changes.iter().filter(|c| c.address != keys[which]) {
            let needed = |n: &usize| part.changes[*n] == *change;
            prop_assert!(part.changes.iter().any(|c| c.needs.iter().any(needed)), "{:?} was not asked for", change.address);
        }
    }

    #[test]
    fn destroy_leaves_nothing_of_ours_but_what_it_names(story in story()) {
        let (mut world, mut names) = story.reached();
        world.options.destroy = true;
        for _ in 0..3 {
            let plan = world.plan();
            prop_assert!(!plan.is_refused(), "{:?}", super::testing::rules(&plan));
            interpret(&plan, &mut world, &mut names);
        }
        let plan = world.plan();
        let waiting: Vec<_> = plan.changes.iter().filter(|c| goes(c)).collect();
        prop_assert!(waiting.is_empty(), "{:#?}", lines(&plan));
        let unknown = |s: &ScheduleStatus| matches!(s, ScheduleStatus::Unknown(_));
        for schedule in &world.observed.schedules {
            let mine = world.state.schedule_of(&schedule.id).is_some();
            prop_assert!(!mine || unknown(&schedule.status), "{}", schedule.id);
        }
    }
}
