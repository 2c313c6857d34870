//! Which jobs of the account may be an attempt's own (`send-safety.md`, *Recovery*, step 3): by place, text, time and
//! number. Owns these questions and their tolerances; what follows from the answers is `recovery`'s and `evidence`'s.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::ledger::{Armed, RunHistory, State};
use crate::model::{Content, Id, ObservedJob, ObservedSchedule};
use crate::time::moment::{earlier, later};

/// By so much the server's clock may be off from what `armed` recorded (`send-safety.md`, *Recovery*, 3).
pub(super) const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);

/// What lies between here and the API keeps a request no longer than this: five minutes until it is started, one until
/// the client gives up, and then as long as any proxy is known to hold one back. A job that is younger is not adopted
/// for its place and time alone; a settle time that is longer says more of this account, and wins.
const HELD_UP: SignedDuration = SignedDuration::from_mins(30);

/// A clock or a proxy's `Date` may be wrong by a time zone and more: a job so long before an attempt is still shown to
/// whoever has to decide.
const CLOCK_DOUBT: SignedDuration = SignedDuration::from_hours(24);

/// How far a schedule's firing and its job may lie apart.
const FIRING_SLACK: SignedDuration = SignedDuration::from_mins(2);

/// The jobs that are somebody else's as seen from one run: claimed by other keys, made by `try`, or what another
/// key's POST was answered with and was not what it had armed, which is that key's to settle.
pub fn taken(state: &State, send: &str, run: &str) -> BTreeSet<Id> {
    let mut taken = state.claimed_jobs();
    for (key, other, history) in state.runs() {
        if (key, other) == (send, run) {
            history.jobs.iter().for_each(|job| {
                taken.remove(&job.job);
            });
        }
    }
    let others = state.runs().filter(|(key, other, _)| (*key, *other) != (send, run));
    taken.extend(others.flat_map(|(_, _, other)| other.wrong_jobs.iter().cloned()));
    taken
}

/// Of `jobs`, those that may be what other sends' attempts made which were taken for not sent; not those of which a
/// person has judged that they are not.
pub fn unsent_of_others(
    state: &State,
    (send, run): (&str, &str),
    settle: SignedDuration,
    jobs: &[ObservedJob],
) -> BTreeSet<Id> {
    let none = BTreeSet::new();
    let is_of = |history: &RunHistory, job: &ObservedJob| {
        history.unsent.iter().any(|(_, armed)| {
            is_alike(history, &none, armed, job) && is_in_time(armed, settle, job) && fits(armed, job)
        })
    };
    let others: Vec<&RunHistory> = state
        .runs()
        .filter(|(key, other, history)| (*key, *other) != (send, run) && !history.unsent.is_empty())
        .map(|(_, _, history)| history)
        .collect();
    let theirs = jobs.iter().filter(|job| others.iter().any(|history| is_of(history, job)));
    theirs.map(|job| job.id.clone()).collect()
}

/// On the attempt's session and group, nobody else's, not what a person has judged to be something else, and not with
/// another text. Says nothing of time and number.
pub(super) fn is_alike(history: &RunHistory, taken: &BTreeSet<Id>, armed: &Armed, job: &ObservedJob) -> bool {
    job.group_id.is_some() && may_be_alike(history, taken, armed, job)
}

/// The same, as far as a list that leaves fields out can tell.
fn may_be_alike(history: &RunHistory, taken: &BTreeSet<Id>, armed: &Armed, job: &ObservedJob) -> bool {
    job.session_id.as_ref().is_none_or(|session| *session == armed.session_id)
        && job.group_id.as_ref().is_none_or(|group| *group == armed.group_id)
        && !taken.contains(&job.id)
        && !history.jobs.iter().any(|known| known.job == job.id)
        && !history.judged.contains(&job.id)
        && (!job.echoes_content || echoes(armed, job))
}

/// No more recipients than armed.
pub(super) fn fits(armed: &Armed, job: &ObservedJob) -> bool {
    job.total.is_none_or(|total| total <= armed.audience)
}

/// Its text, or the group made for this attempt alone, proves it the attempt's own.
pub(super) fn is_proven(armed: &Armed, job: &ObservedJob) -> bool {
    armed.snapshot || (job.echoes_content && echoes(armed, job))
}

/// Created when the attempt's request may have arrived. Whatever is on a snapshot group came of the attempt, whatever
/// the clocks say.
pub(super) fn is_in_time(armed: &Armed, settle: SignedDuration, job: &ObservedJob) -> bool {
    armed.snapshot
        || job.created_at.is_none_or(|at| {
            let soon = at <= later(latest(armed, settle), CLOCK_SLACK);
            at >= earlier(armed.server_time, CLOCK_SLACK) && (soon || is_proven(armed, job))
        })
}

/// The latest moment, by the server's clock, at which the attempt's request may have arrived.
pub(super) fn latest(armed: &Armed, settle: SignedDuration) -> Timestamp {
    later(armed.server_time, settle.max(HELD_UP))
}

/// Not so long before the attempt, by either clock, that it cannot be its own even where a clock was wrong.
pub(super) fn is_near((at, armed): &(Timestamp, Armed), job: &ObservedJob) -> bool {
    job.created_at.is_none_or(|created| created >= earlier(armed.server_time.min(*at), CLOCK_DOUBT))
}

/// Whether the echoed content is what was armed: by its hash, so that it works when the YAML has another text now.
pub fn echoes(armed: &Armed, job: &ObservedJob) -> bool {
    let echoed = Content {
        text: job.text.as_deref().filter(|t| !t.is_empty()).map(Content::normalise),
        media: job.media.clone().filter(|m| !m.is_empty()),
    };
    armed.content.matches(&echoed)
}

/// Whether the job is a firing of a schedule on the same session and group (`api.md`: a firing may appear as a
/// job), by the schedule's history.
pub(super) fn is_firing<'s>(
    schedules: impl IntoIterator<Item = &'s ObservedSchedule>,
    firings: &BTreeMap<Id, Vec<Timestamp>>,
    session: &Id,
    job: &ObservedJob,
) -> bool {
    let Some(created) = job.created_at else { return false };
    schedules.into_iter().any(|s| {
        s.group_id.as_ref().is_none_or(|g| job.group_id.as_ref() == Some(g))
            && s.session_id.as_ref().is_none_or(|id| id == session)
            && firings
                .get(&s.id)
                .is_some_and(|all| all.iter().any(|at| created.duration_since(*at).abs() <= FIRING_SLACK))
    })
}

/// The jobs that may be those of attempts that were taken for not sent: by a person, by `in_doubt: retry`, by an
/// answer that a proxy gave after the API had acted, or by a ledger that was put back to an older state. No attempt
/// goes out beside one. A schedule's firing explains only a job that is too young to be an attempt's own by its time:
/// the attempt may have arrived within the same minutes, and not every server shows a firing as a job.
pub fn late_jobs<'a>(
    history: &RunHistory,
    taken: &BTreeSet<Id>,
    settle: SignedDuration,
    jobs: impl IntoIterator<Item = &'a ObservedJob>,
    schedules: &[ObservedSchedule],
    firings: &BTreeMap<Id, Vec<Timestamp>>,
) -> Vec<&'a ObservedJob> {
    let is_late = |(at, armed): &(Timestamp, Armed), job: &ObservedJob| {
        let since = earlier(armed.server_time.min(*at), CLOCK_SLACK);
        may_be_alike(history, taken, armed, job)
            && ((armed.snapshot && job.group_id.is_some())
                || job.created_at.is_none_or(|created| created >= since))
            && (is_in_time(armed, settle, job)
                || is_proven(armed, job)
                || !is_firing(schedules, firings, &armed.session_id, job))
    };
    jobs.into_iter().filter(|job| history.unsent.iter().any(|attempt| is_late(attempt, job))).collect()
}
