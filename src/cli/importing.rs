//! What `import` reads of an account, and how what it wrote is tied to it in the ledger.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::account::Account;
use super::error::CliError;
use super::shell::Shell;
use crate::api::{Optional, Read};
use crate::config::write::Written;
use crate::ledger::{Event, GroupObservation, ScheduleSpec};
use crate::model::{
    AudienceDigest, Desired, DesiredSchedule, Id, Observed, ObservedGroup, ObservedSchedule, Salt, Sha256Hex,
    Timing,
};

/// How many things are read at the same time.
const PARALLEL: usize = 4;

/// Everything: groups with their members, live schedules with all that their detail shows.
pub async fn read(shell: &Shell, account: &Account) -> Result<Observed, CliError> {
    let client = &account.client;
    let subscription = match client.subscription().await? {
        Optional::Known(subscription) => Some(subscription),
        Optional::Unavailable(_) => None,
    };
    let rate = subscription
        .as_ref()
        .and_then(|s| s.requests_per_minute.or_else(|| s.plan.map(|plan| plan.limits().requests_per_minute)));
    if let Some(rate) = rate {
        client.set_rate(rate);
    }
    let (sessions, groups) = (client.sessions().await?, client.groups().await?);
    let (schedules, jobs) = (client.schedules().await?, client.jobs().await?);
    match groups.len() {
        0 => {}
        1 => shell.ui.say("Reading the members of 1 group."),
        many => shell.ui.say(format_args!("Reading the members of {many} groups, one request each.")),
    }
    let groups: Vec<ObservedGroup> = stream::iter(groups.into_iter().map(|listed| async move {
        let members = client.group_members(&listed.id, listed.member_count).await.map_err(changed)?;
        Ok::<_, CliError>(ObservedGroup { members: Some(members), ..listed })
    }))
    .buffered(PARALLEL)
    .try_collect()
    .await?;
    let schedules = stream::iter(schedules.into_iter().map(|listed| async move {
        if listed.status.is_final() || is_whole(&listed) {
            return Ok(listed);
        }
        client.schedule(&listed.id).await.map_err(changed)
    }))
    .buffered(PARALLEL)
    .try_collect()
    .await?;
    let clock_skew_seconds = client.clock_skew().map_or(0, |skew| skew.as_secs());
    Ok(Observed {
        sessions,
        groups,
        schedules,
        jobs,
        subscription,
        clock_skew_seconds,
        ..Observed::default()
    })
}

/// The list has everything that the detail could have (`api.md`: list items may lack fields).
fn is_whole(schedule: &ObservedSchedule) -> bool {
    schedule.shows_content
        && schedule.group_id.is_some()
        && schedule.session_id.is_some()
        && schedule.timezone.is_some()
        && (schedule.cron.is_some() || schedule.scheduled_time.is_some())
}

fn changed(error: crate::api::ApiError) -> CliError {
    if error.is_not_found() {
        return CliError::failed("the account was changed while it was being read; nothing was written")
            .hint("run it again");
    }
    error.into()
}

/// The events that tie what was written to what is there. `salt` is that of the ledger.
pub fn ties(written: &Written, desired: &Desired, observed: &Observed, salt: &Salt) -> Vec<Event> {
    let seen =
        |(session, id): (&String, &Id)| Event::SessionSeen { session: session.clone(), id: id.clone() };
    let mut events: Vec<Event> = written.sessions.iter().map(seen).collect();
    for (key, id) in &written.groups {
        let (Some(wanted), Some(there)) =
            (desired.groups.get(key), observed.groups.iter().find(|group| group.id == *id))
        else {
            continue;
        };
        let (group, name) = (key.clone(), there.name.clone());
        events.push(Event::GroupOwned { group: group.clone(), id: id.clone(), name, adopted: true });
        let Some(members) = there.members.as_ref().filter(|members| members.phones == wanted.members) else {
            continue;
        };
        let observation = GroupObservation {
            id: id.clone(),
            count: members.phones.len() as u64 + members.redacted,
            digest: AudienceDigest::of(salt, &members.phones),
            redacted: members.redacted,
            wanted: AudienceDigest::of(salt, &wanted.members),
            suppressed: AudienceDigest::of(salt, &desired.suppressed),
        };
        events.push(Event::GroupObserved { group, observation });
    }
    for (key, id) in &written.schedules {
        let spec = desired.schedules.get(key).and_then(|wanted| spec(wanted, written));
        events.push(Event::ScheduleOwned { schedule: key.clone(), id: id.clone(), spec, adopted: true });
    }
    events
}

/// The schedule as it would have been sent: what was written has the same meaning as what is there.
fn spec(wanted: &DesiredSchedule, written: &Written) -> Option<ScheduleSpec> {
    let (timing, at) = match &wanted.timing {
        Timing::Once { local, at } => (local.to_string(), Some(*at)),
        Timing::Recurring { cron, .. } => (cron.clone(), None),
    };
    Some(ScheduleSpec {
        name: wanted.name.clone(),
        session_id: written.sessions.get(&wanted.session)?.clone(),
        group_id: written.groups.get(&wanted.group)?.clone(),
        schedule_type: wanted.timing.schedule_type(),
        timing,
        at,
        timezone: wanted.timezone.clone(),
        content: wanted.content.hash(),
        media: wanted.content.media.as_ref().map(|media| Sha256Hex::of(media.as_bytes())),
    })
}
