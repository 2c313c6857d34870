//! A model of apply for the property tests: does the changes of a plan to copies of the account and the ledger, as
//! the executor would if nothing went wrong.

use std::collections::BTreeSet;

use super::testing::{World, id};
use super::{
    Action, Change, Evidence, LedgerNote, Plan, Recovered, ScheduleOrder, SendOrder, Verdict, decide,
};
use crate::ledger::{Armed, Event, GroupObservation, HoldEvidence, ScheduleSpec};
use crate::model::{
    Audience, AudienceDigest, Id, JobStatus, Kind, ObservedGroup, ObservedJob, ObservedMembers,
    ObservedSchedule, PhoneSet, Salt, ScheduleStatus, Timing,
};

/// What the interpreter makes up: ids that were never used.
#[derive(Clone, Default)]
pub(super) struct Names(u32);

impl Names {
    pub(super) fn fresh(&mut self, what: &str) -> Id {
        self.0 += 1;
        id(&format!("{what}-{}", self.0))
    }
}

/// Does all that the plan says go. What needs something that was not done is left.
pub(super) fn interpret(plan: &Plan, world: &mut World, names: &mut Names) {
    assert!(!plan.is_refused(), "a refused plan is not applied");
    for note in &plan.records {
        match note {
            LedgerNote::Event(event) => world.record(event.clone()),
            LedgerNote::Seen(seen) => {
                if world.state.group_id(&seen.group) == Some(&seen.id) {
                    observe(world, &seen.group, &seen.id, &seen.phones, &seen.wanted, &seen.suppressed);
                }
            }
        }
    }
    let mut done: BTreeSet<usize> = BTreeSet::new();
    for (position, change) in plan.changes.iter().enumerate() {
        let recovers = matches!(change.action, Action::Recover { .. });
        let goes = change.verdict == Verdict::Go || recovers;
        if goes && change.needs.iter().all(|need| done.contains(need)) {
            perform(change, world, names);
            done.insert(position);
        }
    }
    for group in &mut world.observed.groups {
        group.member_count = group.members.as_ref().map(|m| m.phones.len() as u64 + m.redacted);
    }
}

fn observe(
    world: &mut World,
    group: &str,
    id: &Id,
    phones: &PhoneSet,
    wanted: &PhoneSet,
    suppressed: &PhoneSet,
) {
    let of = |set: &PhoneSet| AudienceDigest::of(&Salt::new([7; 32]), set);
    let observation = GroupObservation {
        id: id.clone(),
        count: phones.len() as u64,
        digest: of(phones),
        redacted: 0,
        wanted: of(wanted),
        suppressed: of(suppressed),
    };
    world.record(Event::GroupObserved { group: group.to_owned(), observation });
}

fn perform(change: &Change, world: &mut World, names: &mut Names) {
    let key = change.address.key.clone();
    match &change.action {
        Action::None => panic!("nothing to do goes"),
        Action::Reimport { .. } | Action::DropImport => panic!("these worlds have no WhatsApp groups"),
        Action::Recover { run } => recover(world, &key, run),
        Action::PauseJob { job } => job_of(world, job).status = JobStatus::Paused,
        Action::PauseForSuppressed { run, job } => {
            let (send, run, job) = (key, run.clone(), job.clone());
            job_of(world, &job).status = JobStatus::Paused;
            world.record(Event::PausedForSuppressed { send, run, job, lifted: false });
        }
        Action::ResumeJob { job } => job_of(world, job).status = JobStatus::Running,
        Action::CancelJob { job, .. } => job_of(world, job).status = JobStatus::Cancelled,
        Action::AdoptGroup { id, name } => {
            let (id, name) = (id.clone(), name.clone());
            world.record(Event::GroupOwned { group: key, id, name, adopted: true });
        }
        Action::AdoptSchedule { id, spec } => {
            let (id, spec) = (id.clone(), spec.clone());
            world.record(Event::ScheduleOwned { schedule: key, id, spec, adopted: true });
        }
        Action::ForgetGone { id } => world.record(match change.address.kind {
            Kind::Group => Event::GroupGone { group: key, id: id.clone() },
            _ => Event::ScheduleGone { schedule: key, id: id.clone() },
        }),
        Action::CreateGroup(target) | Action::ImportGroup { target, .. } => {
            let id = add_group(world, names, &target.name, &target.phones);
            let name = target.name.clone();
            world.record(Event::GroupOwned { group: key, id, name, adopted: false });
        }
        Action::RenameGroup { name } => {
            let id = world.state.group_id(&key).unwrap().clone();
            group_of(world, &id).name.clone_from(name);
        }
        Action::AddMembers { target } => {
            let id = world.state.group_id(&key).unwrap().clone();
            let members = group_of(world, &id).members.as_mut().unwrap();
            members.phones = members.phones.union(&target.phones);
            members.names.extend(target.names.clone());
        }
        Action::RemoveMembers { phones, .. } => {
            let id = world.state.group_id(&key).unwrap().clone();
            let members = group_of(world, &id).members.as_mut().unwrap();
            members.phones = members.phones.minus(phones);
        }
        Action::DeleteGroup { id } => {
            let used = |j: &ObservedJob| !j.status.is_final() && j.group_id.as_ref() == Some(id);
            assert!(!world.observed.jobs.iter().any(used), "a group was deleted from under a job");
            world.observed.groups.retain(|g| g.id != *id);
            world.record(Event::GroupGone { group: key, id: id.clone() });
        }
        Action::DeleteSnapshot { run, id, .. } => {
            world.observed.groups.retain(|g| g.id != *id);
            world.record(Event::SnapshotGone { send: key, run: run.clone(), id: id.clone() });
        }
        Action::CreateSchedule { order } => create_schedule(world, names, &key, order),
        Action::UpdateSchedule { id, patch, order } => {
            let spec = spec(world, order);
            let there = schedule_of(world, id);
            if let Some(name) = &patch.name {
                there.name.clone_from(name);
            }
            if patch.text.is_some() {
                there.text.clone_from(&patch.text);
            }
            if let Some(time) = patch.scheduled_time {
                there.scheduled_time = Some(time.to_string());
            }
            if patch.cron.is_some() {
                there.cron.clone_from(&patch.cron);
            }
            if patch.timezone.is_some() {
                there.timezone.clone_from(&patch.timezone);
            }
            world.record(Event::ScheduleUpdated { schedule: key, spec });
        }
        Action::ReplaceSchedule { old, order } => {
            schedule_of(world, old).status = ScheduleStatus::Cancelled;
            world.record(Event::ScheduleCancelled { schedule: key.clone(), id: old.clone() });
            create_schedule(world, names, &key, order);
        }
        Action::PauseSchedule { id } => schedule_of(world, id).status = ScheduleStatus::Paused,
        Action::ResumeSchedule { id } => schedule_of(world, id).status = ScheduleStatus::Active,
        Action::CancelSchedule { id } => {
            schedule_of(world, id).status = ScheduleStatus::Cancelled;
            world.record(Event::ScheduleCancelled { schedule: key, id: id.clone() });
        }
        Action::DeleteSchedule { id, retired } => {
            for id in id.iter().chain(retired) {
                assert!(schedule_of(world, id).status.is_final(), "the API refuses to delete a live one");
                world.observed.schedules.retain(|s| s.id != *id);
                world.record(Event::ScheduleGone { schedule: key.clone(), id: id.clone() });
            }
        }
        Action::Send(order) => send(world, names, &key, order),
    }
}

fn add_group(world: &mut World, names: &mut Names, name: &str, phones: &PhoneSet) -> Id {
    let id = names.fresh("new-group");
    world.observed.groups.push(ObservedGroup {
        id: id.clone(),
        name: name.to_owned(),
        member_count: None,
        created_at: Some(world.now),
        members: Some(ObservedMembers { phones: phones.clone(), ..ObservedMembers::default() }),
    });
    id
}

fn group_of<'w>(world: &'w mut World, id: &Id) -> &'w mut ObservedGroup {
    world.observed.groups.iter_mut().find(|g| g.id == *id).unwrap()
}

fn schedule_of<'w>(world: &'w mut World, id: &Id) -> &'w mut ObservedSchedule {
    world.observed.schedules.iter_mut().find(|s| s.id == *id).unwrap()
}

fn job_of<'w>(world: &'w mut World, id: &Id) -> &'w mut ObservedJob {
    world.observed.jobs.iter_mut().find(|j| j.id == *id).unwrap()
}

fn spec(world: &World, order: &ScheduleOrder) -> ScheduleSpec {
    ScheduleSpec {
        name: order.name.clone(),
        session_id: order.session_id.clone(),
        group_id: world.state.group_id(&order.group).unwrap().clone(),
        schedule_type: order.timing.schedule_type(),
        timing: match &order.timing {
            Timing::Once { local, .. } => local.to_string(),
            Timing::Recurring { cron, .. } => cron.clone(),
        },
        at: match order.timing {
            Timing::Once { at, .. } => Some(at),
            Timing::Recurring { .. } => None,
        },
        timezone: order.timezone.clone(),
        content: order.content.hash(),
        media: None,
    }
}

fn create_schedule(world: &mut World, names: &mut Names, key: &str, order: &ScheduleOrder) {
    let spec = spec(world, order);
    let id = names.fresh("new-schedule");
    world.observed.schedules.push(ObservedSchedule {
        id: id.clone(),
        name: order.name.clone(),
        status: if order.paused { ScheduleStatus::Paused } else { ScheduleStatus::Active },
        session_id: Some(order.session_id.clone()),
        group_id: Some(spec.group_id.clone()),
        schedule_type: Some(spec.schedule_type),
        text: order.content.text.clone(),
        media: None,
        shows_content: true,
        cron: spec.at.is_none().then(|| spec.timing.clone()),
        scheduled_time: spec.at.map(|_| spec.timing.clone()),
        timezone: Some(order.timezone.clone()),
        next_run_at: None,
        created_at: Some(world.now),
    });
    world.record(Event::ScheduleOwned { schedule: key.to_owned(), id, spec: Some(spec), adopted: false });
}

/// The send protocol without mishaps; its gate is that the group is the planned audience.
fn send(world: &mut World, names: &mut Names, key: &str, order: &SendOrder) {
    let group = world.state.group_id(&order.group).unwrap().clone();
    let members = group_of(world, &group).members.clone().unwrap().phones;
    assert_eq!(members, order.audience, "the group is finished before its send");
    assert!(
        members.matching(&world.desired.suppressed.canonical()).is_empty(),
        "nobody suppressed is sent to"
    );
    let (send, run) = (key.to_owned(), order.run.clone());
    let attempt = world.state.run(key, &run).map_or(0, |h| h.attempts) + 1;
    let target = match order.via {
        Audience::Direct => group,
        Audience::Snapshot => {
            let id = add_group(world, names, "snapshot", &order.audience);
            let (send, run) = (send.clone(), run.clone());
            world.record(Event::SnapshotOwned { send, run, attempt, id: id.clone() });
            id
        }
    };
    let armed = Armed {
        attempt,
        session_id: order.session_id.clone(),
        group_id: target.clone(),
        group: order.group.clone(),
        content: order.content.hash(),
        audience: order.audience.len() as u64,
        audience_digest: AudienceDigest::of(&Salt::new([7; 32]), &order.audience),
        server_time: world.now,
        not_after: world.now,
        snapshot: order.via == Audience::Snapshot,
    };
    world.record(Event::Armed { send: send.clone(), run: run.clone(), armed });
    let job = names.fresh("new-job");
    world.observed.jobs.push(ObservedJob {
        id: job.clone(),
        session_id: Some(order.session_id.clone()),
        group_id: Some(target),
        status: JobStatus::Running,
        total: Some(order.audience.len() as u64),
        sent: 0,
        failed: 0,
        created_at: Some(world.now),
        text: None,
        media: None,
        echoes_content: false,
    });
    world.record(Event::Accepted { send, run, job, recovered: false });
}

fn recover(world: &mut World, key: &str, run: &str) {
    let why = "a job came late".to_owned();
    world.record(Event::InDoubt { send: key.to_owned(), run: run.to_owned(), why, wrong_job: None });
    let history = world.state.run(key, run).unwrap().clone();
    let claimed = super::taken(&world.state, key, run);
    let decided = decide(&Evidence {
        history: &history,
        schedule_gone: world.state.schedule_gone_since_armed(&history),
        jobs: &world.observed.jobs,
        claimed: &claimed,
        others: &super::unsent_of_others(
            &world.state,
            (key, run),
            world.desired.policy.settle,
            &world.observed.jobs,
        ),
        schedules: &world.observed.schedules,
        firings: &world.observed.firings,
        content: None,
        settle: world.desired.policy.settle,
        now: world.now,
    });
    let (send, run) = (key.to_owned(), run.to_owned());
    world.record(match decided {
        Recovered::Adopt(job) => Event::Accepted { send, run, job, recovered: true },
        Recovered::Hold { why, jobs, .. } => Event::Held { send, run, evidence: HoldEvidence { why, jobs } },
    });
}
