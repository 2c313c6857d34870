//! Which groups must be read in full for a plan, and which schedules' histories: requests are scarce
//! (`product.md`, *Requests are the scarce resource*).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::compare::{Targets, diff_schedule};
use super::reimport;
use crate::ledger::{GroupState, Phase, State};
use crate::model::{
    AudienceDigest, Desired, DesiredSchedule, DesiredSend, Id, Membership, Observed, ObservedGroup,
    ObservedSchedule, OnChange, RunState, ScheduleStatus, SessionRef, Timing,
};

/// `--refresh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refresh {
    /// Every group's members.
    Full,
    /// What cannot be known without.
    #[default]
    Auto,
    /// None.
    None,
}

/// Ids of the groups whose members the plan needs, ascending. `observed` has the lists already.
pub fn needed_members(
    desired: &Desired,
    observed: &Observed,
    state: &State,
    refresh: Refresh,
    now: Timestamp,
) -> BTreeSet<Id> {
    if refresh == Refresh::None {
        return BTreeSet::new();
    }
    let suppressed = state.salt.as_ref().map(|salt| AudienceDigest::of(salt, &desired.suppressed));
    let mut owned: BTreeMap<&Id, &str> = BTreeMap::new();
    for (key, group) in &state.groups {
        owned.extend(group.id.as_ref().map(|id| (id, key.as_str())));
    }
    let mut needed = BTreeSet::new();
    for (key, group) in &desired.groups {
        let known = state.groups.get(key);
        let owned_there = known
            .and_then(|k| k.id.as_ref())
            .and_then(|id| observed.groups.iter().find(|g| g.id == *id).map(|there| (id, there)));
        if let Some((id, there)) = owned_there {
            let fresh = known.is_some_and(|k| is_known(k, there, desired, key, state, suppressed.as_ref()));
            let depends =
                sends_to(desired, state, key, now) || schedule_starts(desired, observed, state, key, now);
            let old = recheck(desired, observed, state, key, known, now);
            let import = reimport::is_needed(state, known, &group.import);
            if refresh == Refresh::Full || !fresh || depends || old || import {
                needed.insert(id.clone());
            }
        } else {
            let name = known.and_then(|k| k.creating.as_ref()).map_or(&group.name, |c| &c.what);
            needed.extend(
                observed
                    .groups
                    .iter()
                    .filter(|g| (g.name == *name || g.name == group.name) && !owned.contains_key(&g.id))
                    .map(|g| g.id.clone()),
            );
        }
    }
    needed
}

/// Whether the ledger knows the group as it is: same count, same desired and same suppressed set as when it was
/// last read and found right.
fn is_known(
    known: &GroupState,
    there: &ObservedGroup,
    desired: &Desired,
    key: &str,
    state: &State,
    suppressed: Option<&AudienceDigest>,
) -> bool {
    let (Some((_, seen)), Some(salt), Some(group)) = (&known.observed, &state.salt, desired.groups.get(key))
    else {
        return false;
    };
    seen.id == there.id
        && there.member_count == Some(seen.count)
        && Some(&seen.suppressed) == suppressed
        && !group.sync_names
        && seen.wanted == AudienceDigest::of(salt, &group.members)
}

fn sends_to(desired: &Desired, state: &State, group: &str, now: Timestamp) -> bool {
    desired.sends.iter().any(|(key, send)| send.group == group && may_go(state, key, send, now))
}

fn may_go(state: &State, key: &str, send: &DesiredSend, now: Timestamp) -> bool {
    let due = send.state == RunState::Running && send.send_by.is_none_or(|by| by > now);
    match state.run(key, &send.run) {
        None => due,
        Some(history) => match &history.phase {
            Phase::Open => due,
            Phase::Accepted => {
                send.on_change == OnChange::Resend
                    && history.last_job().and_then(|j| j.armed.as_ref()).is_some_and(|armed| {
                        !armed.content.matches(&send.content) || armed.group != send.group
                    })
            }
            Phase::Armed | Phase::InDoubt { .. } | Phase::Held(_) => false,
        },
    }
}

/// Whether this plan may begin to send to the group by a schedule: who gets it is in the digest, so it is read. An
/// exact group that is known is as the YAML has it; where the schedule is there already, that is enough.
fn schedule_starts(
    desired: &Desired,
    observed: &Observed,
    state: &State,
    group: &str,
    now: Timestamp,
) -> bool {
    let keeps_others = desired.groups.get(group).is_some_and(|g| g.membership == Membership::AtLeast);
    desired.schedules.iter().filter(|(_, s)| s.group == group && !s.paused).any(|(key, schedule)| {
        if matches!(schedule.timing, Timing::Once { at, .. } if at <= now) {
            return false;
        }
        let there = state.schedule_id(key).and_then(|id| observed.schedules.iter().find(|o| o.id == *id));
        match there.map(|there| (there, &there.status)) {
            None | Some((_, ScheduleStatus::Completed | ScheduleStatus::Cancelled)) => true,
            Some((_, ScheduleStatus::Paused)) => keeps_others,
            Some((there, ScheduleStatus::Active)) => {
                keeps_others && differs(desired, observed, state, key, schedule, there)
            }
            Some((_, ScheduleStatus::Unknown(_))) => false,
        }
    })
}

fn differs(
    desired: &Desired,
    observed: &Observed,
    state: &State,
    key: &str,
    schedule: &DesiredSchedule,
    there: &ObservedSchedule,
) -> bool {
    let session = desired.sessions.get(&schedule.session).and_then(|wanted| {
        observed.sessions.iter().find(|s| match &wanted.by {
            SessionRef::Name(name) => s.name == *name,
            SessionRef::Id(id) => s.id == *id,
        })
    });
    let targets = Targets {
        session_id: session.map(|s| &s.id),
        group_id: state.group_id(&schedule.group),
        old_group: None,
    };
    let known = state.schedules.get(key).cloned().unwrap_or_default();
    !diff_schedule(schedule, there, &known, &targets).is_empty()
}

fn recheck(
    desired: &Desired,
    observed: &Observed,
    state: &State,
    group: &str,
    known: Option<&GroupState>,
    now: Timestamp,
) -> bool {
    let old = known
        .and_then(|k| k.observed.as_ref())
        .is_none_or(|(at, _)| now.duration_since(*at) >= desired.policy.recheck);
    old && desired.schedules.iter().filter(|(_, s)| s.group == group).any(|(key, _)| {
        state.schedule_id(key).is_some_and(|id| {
            observed.schedules.iter().any(|o| o.id == *id && o.status == ScheduleStatus::Active)
        })
    })
}

/// Live jobs of ours whose recipients the plan needs: the list of the suppressed has changed since their group was last
/// read. Whoever had left the group before is in the job all the same.
pub fn needed_recipients(
    desired: &Desired,
    observed: &Observed,
    state: &State,
    refresh: Refresh,
) -> BTreeSet<Id> {
    let Some(salt) =
        state.salt.as_ref().filter(|_| refresh != Refresh::None && !desired.suppressed.is_empty())
    else {
        return BTreeSet::new();
    };
    let suppressed = AudienceDigest::of(salt, &desired.suppressed);
    let live = |id: &Id| observed.jobs.iter().find(|job| job.id == *id && job.status.is_live());
    let mut needed = BTreeSet::new();
    for sent in state.runs().flat_map(|(_, _, history)| &history.jobs) {
        let Some(job) = live(&sent.job) else { continue };
        let armed = sent.armed.as_ref().map(|armed| armed.group.as_str());
        let group = armed.or_else(|| state.group_of(job.group_id.as_ref()?));
        let known = group.and_then(|key| state.groups.get(key)?.observed.as_ref());
        if known.is_some_and(|(_, seen)| seen.suppressed != suppressed) {
            needed.insert(job.id.clone());
        }
    }
    needed
}

/// Schedules whose history tells a firing's job from a send's: those on the group of an unclaimed job, where a send
/// without history waits for the answer.
pub fn needed_histories(desired: &Desired, observed: &Observed, state: &State) -> BTreeSet<Id> {
    let claimed = state.claimed_jobs();
    let waiting = |(key, send): &(&String, &DesiredSend)| {
        let may_resend = || may_go(state, key, send, Timestamp::MIN);
        send.state == RunState::Running
            && state.run(key, &send.run).is_none_or(|h| h.jobs.is_empty() || h.is_unsettled() || may_resend())
    };
    // The groups of these sends: ours, those of attempts that may have made a job after all, or by name where the
    // ledger knows none. A send without history may have gone to any group that is there no more.
    let any_gone = desired.sends.iter().any(|item| waiting(&item));
    let attempts = state.runs().flat_map(|(_, _, h)| h.unsent.iter().map(|(_, armed)| &armed.group_id));
    let fresh: BTreeSet<&Id> = desired
        .sends
        .iter()
        .filter(waiting)
        .flat_map(|(_, send)| {
            let ours = state.group_id(&send.group);
            let name = desired.groups.get(&send.group).filter(|_| ours.is_none()).map(|g| &g.name);
            let named = observed.groups.iter().filter(move |g| Some(&g.name) == name).map(|g| &g.id);
            ours.into_iter().chain(named)
        })
        .chain(attempts)
        .collect();
    let there: BTreeSet<&Id> = observed.groups.iter().map(|g| &g.id).collect();
    let unclaimed: BTreeSet<&Id> = observed
        .jobs
        .iter()
        .filter(|j| !claimed.contains(&j.id))
        .filter_map(|j| j.group_id.as_ref())
        .filter(|id| fresh.contains(id) || (any_gone && !there.contains(*id)))
        .collect();
    observed
        .schedules
        .iter()
        .filter(|s| s.group_id.as_ref().is_some_and(|g| unclaimed.contains(g)))
        .map(|s| s.id.clone())
        .collect()
}
