//! What became of a send whose fate is not known: a pure decision over what was read (`send-safety.md`,
//! *Recovery*, steps 3 and 4). Which job may be which attempt's is `candidates`' to say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::candidates::{CLOCK_SLACK, fits, is_alike, is_firing, is_in_time, is_near, is_proven, latest};
use super::draft::people;
use super::evidence::job_line;
use super::input::Facts;
use crate::ledger::{Armed, Phase, RunHistory};
use crate::model::{Content, Id, JobStatus, ObservedJob, ObservedSchedule};
use crate::time::moment::{earlier, later};
use crate::time::{Cron, Zone};

/// What recovery decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// This job is the send.
    Adopt(Id),
    /// It is not known.
    Hold {
        /// Why, in words without personal data.
        why: String,
        /// The jobs that might be it.
        jobs: Vec<Id>,
        /// The same, a line each, for people.
        evidence: Vec<String>,
        /// Jobs that are proven ours and too many: to be paused.
        pause: Vec<Id>,
        /// No job was found at all: with `in_doubt: retry` a later apply may send again.
        none_found: bool,
    },
}

/// What the decision is made from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The doubtful run.
    pub history: &'a RunHistory,
    /// A complete list of jobs, read twice with the same result.
    pub jobs: &'a [ObservedJob],
    /// Jobs that are other keys' ([`super::taken`]).
    pub claimed: &'a BTreeSet<Id>,
    /// Jobs that may be what other keys' attempts made which were taken for not sent ([`super::unsent_of_others`]).
    pub others: &'a BTreeSet<Id>,
    /// All schedules of the account.
    pub schedules: &'a [ObservedSchedule],
    /// A schedule on that session and group was deleted since the send was armed, or right before
    /// ([`crate::ledger::State::schedule_gone_since_armed`]).
    pub schedule_gone: bool,
    /// Past firings, where read.
    pub firings: &'a BTreeMap<Id, Vec<Timestamp>>,
    /// The content, where the YAML still has the one that was armed.
    pub content: Option<&'a Content>,
    /// `policy.settle`, as it was waited for.
    pub settle: SignedDuration,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// What of a job is not as it was armed, in words; `None` where nothing speaks against it (`send-safety.md`, *One
/// send*, step 5). Fewer recipients are the vendor's business.
pub fn not_as_armed(job: &ObservedJob, session: &Id, group: &Id, audience: u64) -> Option<String> {
    if job.session_id.as_ref().is_some_and(|id| id != session) {
        return Some("it goes out from another session".to_owned());
    }
    if job.group_id.as_ref().is_some_and(|id| id != group) {
        return Some("it goes to another group".to_owned());
    }
    let total = job.total.filter(|total| *total > audience)?;
    Some(format!("it goes to {}, and {audience} were meant", people(total)))
}

/// The same for the last job of a run that was accepted, from the list of jobs: an apply may have been cut off, or
/// the network, before the job was read. What a person has settled stays settled.
pub(super) fn accepted_wrongly(facts: &Facts<'_>, history: &RunHistory) -> Option<String> {
    let sent = history.last_job().filter(|sent| history.phase == Phase::Accepted && !sent.settled)?;
    let armed = sent.armed.as_ref()?;
    not_as_armed(facts.job(&sent.job)?, &armed.session_id, &armed.group_id, armed.audience)
}

/// Why one candidate is not adopted.
const FIRED_MAYBE: &str =
    "a job may be it, but a schedule on the same session and group may have made it too";

/// Decides.
pub fn decide(evidence: &Evidence<'_>) -> Recovered {
    let history = evidence.history;
    let Some((_, armed)) = &history.armed else {
        return hold("the ledger does not say what was armed", Vec::new(), false);
    };
    let wrong: Vec<&Id> = history.open_wrong_jobs().collect();
    if !wrong.is_empty() {
        let jobs: Vec<&ObservedJob> = evidence.jobs.iter().filter(|j| wrong.contains(&&j.id)).collect();
        let live: Vec<&ObservedJob> = jobs
            .iter()
            .copied()
            .filter(|job| matches!(job.status, JobStatus::Pending | JobStatus::Running))
            .collect();
        return hold(
            "the job that the API answered with is not what was armed: its session, group or number of recipients differs",
            jobs,
            false,
        )
        .and_pause(&live);
    }
    if let Some(blind) = evidence.jobs.iter().find(|j| j.session_id.is_none() || j.group_id.is_none()) {
        return hold(
            "the list of jobs does not show session and group, so it proves nothing",
            vec![blind],
            false,
        );
    }
    let in_time = |armed: &Armed, job: &ObservedJob| is_in_time(armed, evidence.settle, job);
    let candidates = evidence.alike(|(_, armed), job| in_time(armed, job) && fits(armed, job));
    let proven = |job: &ObservedJob| {
        history.open_attempts().any(|(_, a)| evidence.is_alike(a, job) && is_proven(a, job))
    };
    match candidates.as_slice() {
        [] => {
            let larger = evidence.alike(|(_, armed), job| in_time(armed, job) && !fits(armed, job));
            if larger.is_empty() {
                return none(evidence);
            }
            // It may be the attempt all the same, if people were added to the group before it arrived.
            let pause: Vec<&ObservedJob> = larger.iter().copied().filter(|j| proven(j)).collect();
            let why = "a job may be it, but it goes to more people than were armed";
            hold(why, larger, false).and_pause(&pause)
        }
        [one] => {
            if one.created_at.is_none() {
                return hold(
                    "a job may be it, but the API does not say when it was created",
                    candidates,
                    false,
                );
            }
            // The ledger would take it for the last attempt's, and then for the wrong one.
            if not_as_armed(one, &armed.session_id, &armed.group_id, armed.audience).is_some() {
                return hold("a job may be that of an attempt before the last one", candidates, false);
            }
            // What a proxy refused after the API had acted, or a person took for not sent, may have come all the same.
            if evidence.others.contains(&one.id) && !proven(one) {
                let why =
                    "a job may be its own, or that of another send whose attempt was taken for not sent";
                return hold(why, candidates, false);
            }
            // A schedule that stood in doubt then may be gone by now; what it made is no more the send's for that.
            let stood_in_doubt = matches!(&history.phase, Phase::Held(old)
                if old.why == FIRED_MAYBE && old.jobs.contains(&one.id));
            let doubtful = stood_in_doubt || schedule_may_have_fired(evidence, armed);
            if proven(one) || !doubtful {
                Recovered::Adopt(one.id.clone())
            } else {
                hold(FIRED_MAYBE, candidates, false)
            }
        }
        several => {
            let mut by_age = several.to_vec();
            by_age.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
            let later: Vec<&ObservedJob> = by_age.iter().skip(1).copied().filter(|j| proven(j)).collect();
            hold("several jobs may be it", by_age, false).and_pause(&later)
        }
    }
}

/// No job of the right time: what has only the wrong time is shown, because the clocks that say so may be wrong.
fn none(evidence: &Evidence<'_>) -> Recovered {
    let explained = |armed: &Armed, job: &ObservedJob| {
        is_firing(evidence.schedules, evidence.firings, &armed.session_id, job)
    };
    let mut others = evidence.alike(|attempt, job| is_near(attempt, job) && !explained(&attempt.1, job));
    if others.is_empty() {
        let why = "the account shows no job for it, which does not prove that none will appear";
        return hold(why, Vec::new(), true);
    }
    others.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    hold(
        "no job was created when it was sent, but a job on the same session and group may be it",
        others,
        false,
    )
}

impl<'a> Evidence<'a> {
    fn is_alike(&self, armed: &Armed, job: &ObservedJob) -> bool {
        is_alike(self.history, self.claimed, armed, job)
    }

    /// The jobs that are as this says to some attempt of which they may be.
    fn alike(&self, as_said: impl Fn(&(Timestamp, Armed), &ObservedJob) -> bool) -> Vec<&'a ObservedJob> {
        let may_be = |attempt: &(Timestamp, Armed), job: &ObservedJob| {
            self.is_alike(&attempt.1, job) && as_said(attempt, job)
        };
        self.jobs.iter().filter(|job| self.history.open_attempts().any(|a| may_be(a, job))).collect()
    }
}

impl Recovered {
    /// The same, with those of these jobs that still run to be paused.
    fn and_pause(mut self, ours: &[&ObservedJob]) -> Self {
        if let Self::Hold { pause, .. } = &mut self {
            pause.extend(ours.iter().filter(|j| j.status.is_live()).map(|j| j.id.clone()));
        }
        self
    }
}

fn hold(why: &str, jobs: Vec<&ObservedJob>, none_found: bool) -> Recovered {
    Recovered::Hold {
        why: why.to_owned(),
        evidence: jobs.iter().map(|j| job_line(j)).collect(),
        jobs: jobs.into_iter().map(|j| j.id.clone()).collect(),
        pause: Vec::new(),
        none_found,
    }
}

/// Whether any schedule on that session and group could have fired while a request of this key may have arrived
/// (give or take the slack of the clocks): its job would look the same.
fn schedule_may_have_fired(evidence: &Evidence<'_>, armed: &Armed) -> bool {
    let attempts = || evidence.history.open_attempts().map(|(_, attempt)| attempt);
    let first = attempts().map(|a| a.server_time).min().unwrap_or(armed.server_time);
    let last = attempts().map(|a| latest(a, evidence.settle)).max().unwrap_or(evidence.now);
    let (from, until) = (earlier(first, CLOCK_SLACK), later(last.min(evidence.now), CLOCK_SLACK));
    evidence.schedule_gone
        || evidence.schedules.iter().any(|schedule| {
            let here = schedule.session_id.as_ref().is_none_or(|id| *id == armed.session_id)
                && schedule.group_id.as_ref().is_none_or(|id| *id == armed.group_id);
            here && fires_between(evidence, schedule, from, until)
        })
}

fn fires_between(
    evidence: &Evidence<'_>,
    schedule: &ObservedSchedule,
    from: Timestamp,
    until: Timestamp,
) -> bool {
    if evidence.firings.get(&schedule.id).is_some_and(|f| f.iter().any(|at| *at >= from && *at <= until)) {
        return true;
    }
    if schedule.status.is_final() && schedule.status.as_str() == "cancelled" {
        return false;
    }
    let Ok(zone) = Zone::parse(schedule.timezone.as_deref().unwrap_or("UTC")) else { return true };
    if let Some(cron) = &schedule.cron {
        return match Cron::parse(cron) {
            Ok(cron) => cron.next_after(&zone, from).is_some_and(|at| at <= until),
            Err(_) => true,
        };
    }
    match schedule.scheduled_time.as_deref().map(crate::time::local::parse_at) {
        Some(Ok(at)) => match at.resolve(&zone) {
            crate::time::Local::Unique(at) => at >= from && at <= until,
            _ => true,
        },
        // A time that is not shown or not understood might be any.
        _ => true,
    }
}
