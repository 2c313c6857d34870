//! Reads everything a plan needs, and nothing more: lists first, then the members of the groups that the plan
//! depends on. Changes nothing.

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::api::{ApiError, PageRequest, Read};
use crate::ledger::State;
use crate::model::{Desired, Id, Observed, Phone, PhoneSet};
use crate::plan::{Refresh, moved_state, needed_histories, needed_members, needed_recipients};

/// How many groups are read at the same time.
const PARALLEL: usize = 4;
/// How many executions of a schedule are looked at.
const HISTORY: u32 = 100;

/// Why the account could not be read. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// A request failed.
    #[error("the account could not be read: {source}")]
    Api {
        /// The failure.
        #[source]
        source: ApiError,
    },
    /// Something went away between the list and its detail.
    #[error("group {id} was deleted while the account was being read; run this again")]
    Changed {
        /// The group.
        id: Id,
    },
}

impl ObserveError {
    /// What to do next, in plain words; empty where the error says it itself.
    pub fn hint(&self) -> String {
        match self {
            Self::Api { source } => source.hint(),
            Self::Changed { .. } => String::new(),
        }
    }
}

impl From<ApiError> for ObserveError {
    fn from(source: ApiError) -> Self {
        Self::Api { source }
    }
}

/// Reads the account for `desired`. A read that fails or is cut short is an error, never an absence.
pub async fn observe<R: Read + ?Sized>(
    api: &R,
    desired: &Desired,
    state: &State,
    refresh: Refresh,
    now: Timestamp,
) -> Result<Observed, ObserveError> {
    let sessions = api.sessions().await?;
    let (subscription, groups, schedules, jobs) =
        tokio::join!(api.subscription(), api.groups(), api.schedules(), api.jobs());
    let mut observed = Observed {
        sessions,
        groups: groups?,
        schedules: schedules?,
        jobs: jobs?,
        subscription: subscription?.known(),
        ..Observed::default()
    };
    confirm_absences(api, state, &mut observed).await?;
    let state = moved_state(desired, state);
    let needed = needed_members(desired, &observed, &state, refresh, now);
    let wanted: Vec<(Id, Option<u64>)> = observed
        .groups
        .iter()
        .filter(|g| needed.contains(&g.id))
        .map(|g| (g.id.clone(), g.member_count))
        .collect();
    let mut read: Vec<_> = stream::iter(wanted.into_iter().map(|(id, count)| async move {
        match api.group_members(&id, count).await {
            Ok(members) => Ok((id, members)),
            Err(error) if error.is_not_found() => Err(ObserveError::Changed { id }),
            Err(error) => Err(ObserveError::from(error)),
        }
    }))
    .buffer_unordered(PARALLEL)
    .try_collect()
    .await?;
    for (id, members) in read.drain(..) {
        if let Some(group) = observed.groups.iter_mut().find(|g| g.id == id) {
            group.members = Some(members);
        }
    }
    for id in needed_histories(desired, &observed, &state) {
        let firings = firings(api, &id).await?;
        observed.firings.insert(id, firings);
    }
    let suppressed = desired.suppressed.canonical();
    for id in needed_recipients(desired, &observed, &state, refresh) {
        if let Some(count) = suppressed_in(api, &id, &suppressed).await? {
            observed.suppressed_in.insert(id, count);
        }
    }
    observed.clock_skew_seconds = api.clock_skew().map_or(0, |skew| skew.as_secs());
    Ok(observed)
}

/// Reads each object of the ledger that a list does not show: a list may be older than the object. Only what the
/// API says is not there is taken for gone; otherwise a lagging list would have everything made twice.
async fn confirm_absences<R: Read + ?Sized>(
    api: &R,
    state: &State,
    observed: &mut Observed,
) -> Result<(), ApiError> {
    let schedules = state.schedules.values().filter_map(|s| s.id.as_ref());
    let lacking = |id: &&Id| !observed.schedules.iter().any(|s| s.id == **id);
    for id in schedules.filter(lacking).cloned().collect::<Vec<Id>>() {
        observed.schedules.extend(ApiError::unless_gone(api.schedule(&id).await)?);
    }
    let snapshots = state.runs().flat_map(|(_, _, history)| history.snapshots.values());
    let groups = state.groups.values().filter_map(|group| group.id.as_ref());
    let groups = groups.chain(snapshots.filter_map(|(_, id)| id.as_ref()));
    let lacking = |id: &&Id| !observed.groups.iter().any(|g| g.id == **id);
    for id in groups.filter(lacking).cloned().collect::<Vec<Id>>() {
        observed.groups.extend(ApiError::unless_gone(api.group(&id, None).await)?);
    }
    let sent = state.runs().flat_map(|(_, _, history)| &history.jobs).filter(|sent| sent.end.is_none());
    let lacking = |id: &&Id| !observed.jobs.iter().any(|j| j.id == **id);
    for id in sent.map(|sent| &sent.job).filter(lacking).cloned().collect::<Vec<Id>>() {
        observed.jobs.extend(ApiError::unless_gone(api.job(&id).await)?);
    }
    Ok(())
}

/// How many of `suppressed` are in the job and have yet to get it; `Some(None)` where it does not say who is in it, `None`
/// where it is gone.
async fn suppressed_in<R: Read + ?Sized>(
    api: &R,
    id: &Id,
    suppressed: &PhoneSet,
) -> Result<Option<Option<u64>>, ApiError> {
    let detail = match api.job_detail(id).await {
        Ok(detail) => detail,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(ApiError::TooLarge { .. }) => return Ok(Some(None)),
        Err(error) => return Err(error),
    };
    let recipients = detail.recipients.unwrap_or_default();
    let named = recipients.iter().filter(|r| r.phone.is_some()).count() as u64;
    let waiting = recipients.iter().filter(|r| !r.is_over()).filter_map(|r| r.phone);
    let among = waiting.map(Phone::canonical).filter(|phone| suppressed.contains(*phone)).count() as u64;
    let is_whole = detail.job.total.is_some_and(|total| named >= total);
    Ok(Some((among > 0 || is_whole).then_some(among)))
}

/// The latest firings of one schedule.
pub(super) async fn firings<R: Read + ?Sized>(api: &R, id: &Id) -> Result<Vec<Timestamp>, ApiError> {
    match api.history(id, PageRequest { limit: HISTORY, offset: 0 }).await {
        Ok(page) => Ok(page.executions.iter().filter_map(|e| e.at).collect()),
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
