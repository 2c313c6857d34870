//! What must be true once all faults are healed and the applies have come to rest: by the plan, and by the account
//! itself.

use std::collections::BTreeSet;

use campaignctl::apply::{ChangeResult, Report};
use campaignctl::ledger::{Phase, State, Store};
use campaignctl::model::{DesiredSend, Membership, RunState};
use campaignctl::plan::{ChangeKind, Plan, Verdict};
use campaignctl::sandbox::ScheduleStatus;

use super::guards;
use super::project::Project;
use super::world::{Shared, World};

/// Nothing is left to do but what waits for a person.
pub fn is_at_rest(plan: &Plan, report: &Report) -> bool {
    let did = report.outcomes.iter().any(|o| match o.result {
        ChangeResult::Done { .. } => true,
        // Taken for not sent: the next one sends it.
        ChangeResult::Blocked { .. } => o.kind == ChangeKind::Recover,
        _ => false,
    });
    !did && plan.changes.iter().all(|change| match &change.verdict {
        Verdict::Go | Verdict::Refused(_) => false,
        Verdict::Blocked(block) => block.rule == "held_neighbour",
        Verdict::Held(_) | Verdict::Expired | Verdict::Over => true,
    })
}

/// A refusal that the history of the run explains: a text edited after it went out, where the YAML says so.
pub fn is_rightly_refused(why: &str) -> bool {
    let of_author = why.contains("changed_after_send") || why.contains("already_sent");
    // Several groups that late creates may have made: which is ours, only a person can say.
    of_author || (why.contains("ambiguous_name") && why.contains("kind: Group"))
}

/// `resolved`: a person has settled what was held.
pub fn check(shared: &Shared, project: &Project, resolved: bool) {
    let mut world = shared.lock();
    let now = world.now;
    world.server.tick(now);
    let state = world.store.load().unwrap().state;
    for (send, run, history) in state.runs() {
        if history.is_unsettled() {
            world.stats.holds += 1;
            if resolved {
                world.breaks(format!("send.{send} run {run} is still held after it was resolved"));
            } else if let Some(why) = needless(&world, &state, send, run, history) {
                world
                    .breaks(format!("send.{send} run {run} is held for nothing: {why}; {:?}", history.phase));
            }
        }
    }
    for (key, send) in &project.desired.sends {
        check_send(&mut world, &state, key, send, resolved);
    }
    check_groups(&mut world, project, &state);
    check_schedules(&mut world, project, &state);
}

/// Why the hold is not owed to a real doubt: its job is there, and could be told from others.
fn needless(
    world: &World,
    state: &State,
    send: &str,
    run: &str,
    history: &campaignctl::ledger::RunHistory,
) -> Option<String> {
    let post = world.post_of(send, run, history.attempts)?;
    let [job] = post.jobs.as_slice() else { return None };
    if post.raced {
        return None;
    }
    let Some((_, armed)) = &history.armed else { return Some("nothing was armed".to_owned()) };
    let echo = world.server.config().dialect.echo;
    let there = world.server.state().job(*job)?;
    // Without an echo, another job or a schedule on the same group leaves a doubt.
    let others = world.server.state().jobs.iter().any(|j| {
        j.id != *job && j.custom_group_id == there.custom_group_id && j.created_at >= there.created_at - DAY
    });
    let schedules =
        world.server.state().schedules.iter().any(|s| s.fields.custom_group_id == there.custom_group_id);
    let gone = state.schedule_gone_since_armed(history);
    // Another send's attempt on the group was taken for not sent, and may have been.
    let unsent = state.runs().any(|(key, other, there)| {
        (key, other) != (send, run) && there.unsent.iter().any(|(_, a)| a.group_id == armed.group_id)
    });
    // So late that anybody else may have made it.
    let late = there.created_at > armed.server_time + HELD_UP;
    (echo || armed.snapshot || !(others || schedules || gone || late || unsent))
        .then(|| format!("job {job} is there"))
}

/// Whether the account shows a job on the send's group that no schedule there explains any more: its schedule was
/// deleted. For a key without history that may be its own job, as far as anybody can tell.
pub fn unexplained_job(world: &World, project: &Project, state: &State, key: &str) -> bool {
    let Some(group) = state.group_id(&project.desired.sends[key].group) else { return false };
    let claimed = state.claimed_jobs();
    let gone = |group: &uuid::Uuid| world.server.state().group(*group).is_none();
    world.server.state().jobs.iter().any(|job| {
        let id = job.id.to_string();
        (job.custom_group_id.to_string() == group.as_str() || gone(&job.custom_group_id))
            && !claimed.iter().any(|c| guards::real(c.as_str()) == id)
    })
}

/// What recovery takes for the longest way of a request.
const HELD_UP: jiff::SignedDuration = jiff::SignedDuration::from_mins(30);
const DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

fn check_send(world: &mut World, state: &State, key: &str, send: &DesiredSend, resolved: bool) {
    let history = state.run(key, &send.run);
    let Some(history) = history else {
        if resolved && send.state == RunState::Running && world.ledger == 0 {
            world.breaks(format!("send.{key} was never sent, and nothing says why"));
        }
        return;
    };
    match &history.phase {
        Phase::Open if resolved && send.state == RunState::Running => {
            world.breaks(format!("send.{key} is open in the end, and was not sent"));
        }
        Phase::Accepted => {
            // Each job of the ledger is one that its own POST made.
            let identity = world.identity(key);
            for sent in &history.jobs {
                let mine = world.posts.iter().any(|p| {
                    world.identity(&p.send) == identity
                        && p.jobs.iter().any(|j| j.to_string() == guards::real(sent.job.as_str()))
                });
                if !mine {
                    world.breaks(format!("send.{key} claims job {}, which is not its own", sent.job));
                }
            }
            if let Some(post) = world.post_of(key, &send.run, history.attempts)
                && post.raced
                && !resolved
                && post.read.as_ref().is_some_and(|(_, armed)| {
                    post.jobs.iter().any(|job| {
                        world.server.state().job(*job).is_some_and(|j| j.total > armed.len() as u64)
                    })
                })
            {
                world.breaks(format!("send.{key} went to more than were armed, and nobody was told"));
            }
        }
        _ => {}
    }
}

fn check_groups(world: &mut World, project: &Project, state: &State) {
    for (key, group) in &project.desired.groups {
        let Some(id) = state.group_id(key) else {
            world.breaks(format!("group.{key} has no id in the end"));
            continue;
        };
        let wanted: BTreeSet<u64> = group.members.iter().map(campaignctl::model::Phone::as_u64).collect();
        let Some(there) = world.members(id.as_str()) else {
            world.breaks(format!("group.{key} is not on the account in the end"));
            continue;
        };
        let right = match group.membership {
            Membership::Exact => there == wanted,
            Membership::AtLeast => there.is_superset(&wanted),
        };
        let suppressed = project.desired.suppressed.iter().any(|p| there.contains(&p.as_u64()));
        // A swap leaves the count as it was, and is found by the next full read.
        let observed =
            state.groups.get(key).and_then(|known| known.observed.as_ref()).map(|(_, seen)| seen.count);
        let is_as_counted = observed == Some(there.len() as u64);
        let swapped = !world.full && is_as_counted && world.touched.contains_key(id.as_str());
        if (!right || suppressed) && !swapped {
            world.breaks(format!("group.{key} has {there:?} and should have {wanted:?}"));
        }
    }
}

fn check_schedules(world: &mut World, project: &Project, state: &State) {
    for (key, schedule) in &project.desired.schedules {
        let live: Vec<String> = world
            .server
            .state()
            .schedules
            .iter()
            .filter(|s| s.fields.name == schedule.name)
            .filter(|s| matches!(s.status, ScheduleStatus::Active | ScheduleStatus::Paused))
            .map(|s| s.id.to_string())
            .collect();
        if live.len() > 1 {
            world.breaks(format!(
                "schedule.{key} is on the account {} times: each firing is sent twice",
                live.len()
            ));
        }
        let known = state.schedule_id(key).map(|id| id.as_str().to_owned());
        if live.len() == 1 && known.as_deref() != Some(live[0].as_str()) {
            world.breaks(format!("schedule.{key} on the account is not the one in the ledger"));
        }
    }
    let removed: Vec<String> = world
        .server
        .state()
        .schedules
        .iter()
        .filter(|s| !s.status.is_final() && !world.foreign.contains(&s.id.to_string()))
        .filter(|s| !project.desired.schedules.values().any(|d| d.name == s.fields.name))
        .map(|s| s.fields.name.clone())
        .collect();
    // What only a lost ledger knew is nobody's now.
    if !removed.is_empty() && world.ledger == 0 {
        world.breaks(format!("{removed:?} was removed and still fires"));
    }
    check_snapshots(world);
}

/// Groups made for one attempt are gone once their job is over; nothing else knows of them.
fn check_snapshots(world: &mut World) {
    let state = world.store.load().unwrap().state;
    let wanted: BTreeSet<String> = state
        .runs()
        .filter(|(_, _, h)| h.is_unsettled() || h.jobs.iter().any(|j| j.end.is_none()))
        .flat_map(|(_, _, h)| h.snapshots.values().map(|(name, _)| name.clone()))
        .collect();
    let left: Vec<String> = world
        .server
        .state()
        .groups
        .iter()
        .filter(|g| g.name.starts_with("campaignctl snapshot") && !wanted.contains(&g.name))
        .filter(|g| !world.strays.contains(&g.id.to_string()))
        .map(|g| format!("{} {}", g.id, g.name))
        .collect();
    if !left.is_empty() && world.ledger == 0 {
        world.breaks(format!("groups of attempts that are over are left: {left:?}"));
    }
}
