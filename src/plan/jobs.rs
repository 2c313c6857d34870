//! The jobs of sends that went out: paused, resumed, cancelled as the YAML says; never sent again.

use std::collections::BTreeSet;

use super::draft::{Draft, people};
use super::input::{Facts, Stopped};
use super::sends::Case;
use super::{Action, Change, ChangeKind, LedgerNote, NoteLevel};
use crate::ledger::{Event, ExecutionEnd, RunHistory, SentJob};
use crate::model::{Address, Id, JobStatus, ObservedJob, RunState, SuppressRunning, one_line};

/// "went to 12 people", "went to 5 of 12 people before it was cancelled": what is known of a job's reach.
pub(super) fn went_to(facts: &Facts<'_>, sent: &SentJob) -> String {
    let planned = sent.armed.as_ref().map(|a| a.audience);
    let (status, done, total) = reach(facts, sent);
    let total = total.or(planned);
    match (status, total) {
        (Some(JobStatus::Cancelled), Some(total)) => {
            format!("went to {done} of {} before it was cancelled", people(total))
        }
        (Some(JobStatus::Failed), Some(total)) => {
            format!("went to {done} of {} before it failed", people(total))
        }
        (Some(JobStatus::Completed) | None, Some(total)) => format!("went to {}", people(total)),
        (Some(_), Some(total)) => format!("went to {} ({done} have it so far)", people(total)),
        (_, None) => "went out".to_owned(),
    }
}

/// "12 people have", "5 people have".
pub(super) fn have_it(facts: &Facts<'_>, sent: &SentJob) -> String {
    let (status, done, total) = reach(facts, sent);
    let planned = total.or(sent.armed.as_ref().map(|a| a.audience));
    let count = if status.is_none() { planned.unwrap_or(done) } else { done };
    if count == 1 { "1 person has".to_owned() } else { format!("{} have", people(count)) }
}

fn reach(facts: &Facts<'_>, sent: &SentJob) -> (Option<JobStatus>, u64, Option<u64>) {
    if let Some(job) = facts.job(&sent.job) {
        return (Some(job.status.clone()), job.sent, job.total);
    }
    match &sent.end {
        Some(end) => {
            let status = match end.status.as_str() {
                "cancelled" => JobStatus::Cancelled,
                "failed" => JobStatus::Failed,
                _ => JobStatus::Completed,
            };
            (Some(status), end.sent, end.total)
        }
        None => (None, 0, None),
    }
}

/// The job of the desired run.
pub(super) fn manage(case: &Case<'_>, draft: &mut Draft, history: &RunHistory, sent: &SentJob) {
    let Some(job) = case.facts.job(&sent.job) else {
        if sent.end.is_none() {
            draft.note(
                NoteLevel::Warning,
                "job_gone",
                &case.address,
                format!("its job {} is not on the account any more; it is not sent again", sent.job),
            );
        }
        return;
    };
    let progress = progress(job);
    match &job.status {
        JobStatus::Cancelled | JobStatus::Failed => {
            let word = job.status.as_str();
            if case.desired.state != RunState::Cancelled || job.status == JobStatus::Failed {
                draft.note(
                    NoteLevel::Warning,
                    if job.status == JobStatus::Failed { "job_failed" } else { "job_cancelled" },
                    &case.address,
                    format!(
                        "its job {} {word} after {progress}; it is not sent again (for that: a new run)",
                        sent_verb(&job.status)
                    ),
                );
            }
        }
        JobStatus::Completed => {}
        JobStatus::Unknown(word) => draft.note(
            NoteLevel::Warning,
            "unknown_status",
            &case.address,
            format!(
                "the status of its job is {:?}, which this version does not know: it is not touched",
                one_line(word, 40)
            ),
        ),
        JobStatus::Pending | JobStatus::Running | JobStatus::Paused => {
            live(case, draft, history, job, &progress);
        }
    }
}

fn sent_verb(status: &JobStatus) -> &'static str {
    if *status == JobStatus::Failed { "has" } else { "was" }
}

fn live(case: &Case<'_>, draft: &mut Draft, history: &RunHistory, job: &ObservedJob, progress: &str) {
    let paused = job.status == JobStatus::Paused;
    let change = |kind, action| Change::new(case.address.clone(), kind, action);
    match case.desired.state {
        RunState::Running if paused => {
            if history.paused_for_suppressed.as_ref() == Some(&job.id) {
                draft.note(
                    NoteLevel::Warning,
                    "paused_for_suppressed",
                    &case.address,
                    format!(
                        "its job is paused after {progress}, because someone in it is suppressed now; end it with \
                         state: cancelled, or let it go on with: campaignctl resume {}",
                        case.address
                    ),
                );
                return;
            }
            draft.push(
                change(ChangeKind::ResumeJob, Action::ResumeJob { job: job.id.clone() }).because(format!(
                    "it was paused elsewhere after {progress}, and the YAML wants it running"
                )),
            );
        }
        RunState::Paused if !paused => {
            draft.push(
                change(ChangeKind::PauseJob, Action::PauseJob { job: job.id.clone() })
                    .because(format!("the YAML says state: paused; {progress} so far")),
            );
        }
        // The pause did not take, or somebody resumed it elsewhere.
        RunState::Running if history.paused_for_suppressed.as_ref() == Some(&job.id) => {
            let action = Action::PauseForSuppressed { run: case.desired.run.clone(), job: job.id.clone() };
            draft.push(change(ChangeKind::PauseJob, action).because(format!(
                "someone in it is suppressed; it stays paused until: campaignctl resume {}",
                case.address
            )));
        }
        RunState::Running | RunState::Paused => {}
        RunState::Cancelled => {
            draft.push(
                change(
                    ChangeKind::CancelJob,
                    Action::CancelJob { run: case.desired.run.clone(), job: job.id.clone() },
                )
                .because(format!("the YAML says state: cancelled; {progress} have it already")),
            );
        }
    }
}

/// "5 of 12".
pub(super) fn progress(job: &ObservedJob) -> String {
    match job.total {
        Some(total) => format!("{} of {}", job.sent, people(total)),
        None => people(job.sent),
    }
}

/// Jobs of a send that an operator stopped and that still go out: the stop did not reach them, or somebody resumed
/// them elsewhere. It outranks the YAML until `resume`.
pub(super) fn end_stopped(facts: &Facts<'_>, draft: &mut Draft, address: &Address, stop: &Stopped) {
    for (_, run, history) in facts.state.runs().filter(|(send, _, _)| *send == address.key) {
        for job in history.jobs.iter().filter_map(|sent| facts.job(&sent.job)) {
            let id = job.id.clone();
            let (kind, action) = match &job.status {
                JobStatus::Pending | JobStatus::Running | JobStatus::Paused if stop.cancel => {
                    (ChangeKind::CancelJob, Action::CancelJob { run: run.to_owned(), job: id })
                }
                JobStatus::Pending | JobStatus::Running => {
                    (ChangeKind::PauseJob, Action::PauseJob { job: id })
                }
                _ => continue,
            };
            let why = match (stop.cancel, &job.status) {
                (true, JobStatus::Paused) => "an operator cancelled it, and it can still go on",
                (true, _) => "an operator cancelled it, and it still goes out",
                (false, _) => "an operator stopped it, and it still goes out",
            };
            let reason = format!("{why}; {} so far", progress(job));
            draft.push(Change::new(address.clone(), kind, action).because(reason));
        }
    }
}

/// Sends that the YAML no longer has: their live jobs are cancelled, the ledger keeps the keys. For `destroy`,
/// all of them.
pub(super) fn plan_send_removals(facts: &Facts<'_>, draft: &mut Draft) {
    let mut noted = BTreeSet::new();
    for (send, run, history) in facts.state.runs() {
        if facts.desired.sends.contains_key(send) && !facts.options.destroy {
            continue;
        }
        let address = Address::send(send);
        if let Some(stop) = facts.options.stopped.get(&address).filter(|_| !facts.options.destroy) {
            draft.note(NoteLevel::Warning, "stopped", &address, stop.words.clone());
            if noted.insert(send) {
                end_stopped(facts, draft, &address, stop);
            }
            continue;
        }
        for sent in &history.jobs {
            let Some(job) = facts.job(&sent.job) else { continue };
            if let JobStatus::Unknown(word) = &job.status {
                let text = format!(
                    "was removed from the YAML, but the status of its job is {:?}: it is not touched",
                    one_line(word, 40)
                );
                draft.note(NoteLevel::Warning, "unknown_status", &Address::send(send), text);
            }
            if !job.status.is_live() {
                continue;
            }
            let reason = if facts.options.destroy { "destroy" } else { "it was removed from the YAML" };
            draft.push(
                Change::new(
                    Address::send(send),
                    ChangeKind::CancelJob,
                    Action::CancelJob { run: run.to_owned(), job: job.id.clone() },
                )
                .because(format!("{reason}; {} have it already", progress(job))),
            );
        }
    }
}

/// Ends of jobs that the ledger does not know yet.
pub(super) fn record_ends(facts: &Facts<'_>, draft: &mut Draft) {
    for (send, run, history) in facts.state.runs() {
        for sent in history.jobs.iter().filter(|j| j.end.is_none()) {
            let Some(job) = facts.job(&sent.job).filter(|j| j.status.is_final()) else { continue };
            draft.records.push(LedgerNote::Event(Event::Finished {
                send: send.to_owned(),
                run: run.to_owned(),
                job: job.id.clone(),
                end: ExecutionEnd {
                    status: job.status.as_str().to_owned(),
                    sent: job.sent,
                    failed: job.failed,
                    total: job.total,
                },
            }));
        }
    }
}

/// Jobs of ours that are not over and go to a group from which a suppressed person is removed in this plan: paused,
/// and not resumed. Done again, it changes nothing.
pub(super) fn pause_for_suppressed(facts: &Facts<'_>, draft: &mut Draft) {
    let groups: Vec<(String, usize)> = draft
        .changes
        .iter()
        .filter_map(|c| match &c.action {
            Action::RemoveMembers { suppressed, .. } if !suppressed.is_empty() => {
                Some((c.address.key.clone(), suppressed.len()))
            }
            _ => None,
        })
        .collect();
    for (send, run, history) in facts.state.runs() {
        for sent in &history.jobs {
            let Some(job) = facts.job(&sent.job).filter(|j| j.status.is_live()) else { continue };
            // A snapshot was made from the group, so it has the same people in it.
            let from = |key: &str| {
                sent.armed.as_ref().is_some_and(|armed| armed.group == key)
                    || (job.group_id.is_some() && facts.state.group_id(key) == job.group_id.as_ref())
            };
            let address = Address::send(send);
            let removed = groups.iter().find(|(key, _)| from(key)).map(|(_, count)| *count as u64);
            let text = match (facts.observed.suppressed_in.get(&job.id), removed) {
                (Some(Some(count @ 1..)), _) => {
                    let are = if *count == 1 { "is" } else { "are" };
                    format!("{} newly suppressed {are} still in its running job", people(*count))
                }
                (_, Some(count)) => {
                    format!("{} newly suppressed may still be in its running job", people(count))
                }
                (Some(None), None) if job.status != JobStatus::Paused => {
                    let text = format!(
                        "`suppress:` has changed since it began, and the API does not say who is in its running job: \
                         `campaignctl pause {address}` holds it"
                    );
                    draft.note(NoteLevel::Warning, "suppressed_in_running", &address, text);
                    continue;
                }
                _ => continue,
            };
            let of_it = |c: &Change| c.address == address && job_of(&c.action) == Some(&job.id);
            let planned = draft.changes.iter().position(of_it);
            let resumes = planned.filter(|at| draft.changes[*at].kind == ChangeKind::ResumeJob);
            if facts.desired.policy.suppress_running == SuppressRunning::Warn {
                if job.status != JobStatus::Paused || resumes.is_some() {
                    draft.note(NoteLevel::Warning, "suppressed_in_running", &address, text);
                }
                continue;
            }
            let pauses = planned.filter(|at| draft.changes[*at].kind == ChangeKind::PauseJob);
            if planned.is_none() && job.status == JobStatus::Paused {
                // Whoever lets it go on later has to know.
                let mark = LedgerNote::Event(Event::PausedForSuppressed {
                    send: send.to_owned(),
                    run: run.to_owned(),
                    job: job.id.clone(),
                    lifted: false,
                });
                if history.paused_for_suppressed.as_ref() != Some(&job.id) && !draft.records.contains(&mark) {
                    draft.records.push(mark);
                }
                continue;
            }
            if resumes.or(pauses).is_none() && planned.is_some() {
                continue;
            }
            let action = Action::PauseForSuppressed { run: run.to_owned(), job: job.id.clone() };
            let pause = Change::new(address, ChangeKind::PauseJob, action)
                .because(format!("{text}: a job cannot be changed, so it is paused until you decide"));
            match resumes.or(pauses) {
                Some(at) => draft.changes[at] = pause,
                None => {
                    draft.push(pause);
                }
            }
        }
    }
}

/// The job that an action pauses, resumes or cancels.
fn job_of(action: &Action) -> Option<&Id> {
    match action {
        Action::PauseJob { job }
        | Action::ResumeJob { job }
        | Action::PauseForSuppressed { job, .. }
        | Action::CancelJob { job, .. } => Some(job),
        _ => None,
    }
}
