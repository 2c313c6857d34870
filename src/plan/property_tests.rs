//! The properties of the planner (`style.md`): converged, deterministic, ordered, contained, complete; and that the
//! digest depends on nothing that it must not.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::interpret::interpret;
use super::stories::{GROUPS, SCHEDULES, SENDS, story};
use super::testing::{World, lines, when};
use super::{Action, Change, Plan, Verdict, moved_state};
use crate::ledger::State;
use crate::model::{Address, Id, ScheduleStatus, SessionStatus, Subscription};

/// The same few stories each time; with `PROPTEST_CASES=N` as many others.
fn config() -> ProptestConfig {
    let given = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return given;
    }
    ProptestConfig { cases: 80, rng_seed: RngSeed::Fixed(7), ..given }
}

/// Every id that an action names and that must be ours.
fn ids(action: &Action) -> Vec<&Id> {
    match action {
        Action::None
        | Action::Reimport { .. }
        | Action::DropImport
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
    let twins = world.observed.schedules.iter().filter(|there| {
        world
            .state
            .schedules
            .values()
            .any(|ours| ours.doubted.iter().any(|create| super::is_spec(there, &create.spec)))
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
            // Nobody who is suppressed in a chosen group gets more of a job that was not chosen.
            let is_pause = matches!(change.action, super::Action::PauseForSuppressed { .. });
            let is_needed = part.changes.iter().any(|c| c.needs.iter().any(needed));
            prop_assert!(is_needed || is_pause, "{:?} was not asked for", change.address);
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
