//! Groups made for one attempt of a snapshot send: deleted once the job is final, or at once where the attempt made
//! none (`send-safety.md`, *Snapshot audiences*: deleting the group fences a late request).

use super::draft::Draft;
use super::input::Facts;
use super::{Action, Change, ChangeKind, LedgerNote, Step};
use crate::ledger::{Event, RunHistory};
use crate::model::{Address, Id, ObservedGroup};

/// Attempts are counted from 1: what is noted under this number is that of none.
const NO_ATTEMPT: u32 = 0;

/// What is to become of one snapshot group.
enum Fate {
    /// Its job runs, or its attempt is not settled.
    Keep,
    /// Its job is final.
    Finished,
    /// Its attempt made no job.
    Fence,
}

/// Plans the deletion of snapshot groups that are no longer needed.
pub(super) fn plan_snapshots(facts: &Facts<'_>, draft: &mut Draft) {
    for (send, run, history) in facts.state.runs() {
        for (attempt, (name, known)) in &history.snapshots {
            let there = facts.groups.iter().find(|g| match known {
                Some(id) => g.id == *id,
                None => g.name == *name && !history.snapshots_gone.contains(&g.id),
            });
            let Some(there) = there else {
                if let Some(id) = known {
                    let (send, run, id) = (send.to_owned(), run.to_owned(), id.clone());
                    draft.records.push(LedgerNote::Event(Event::SnapshotGone { send, run, id }));
                }
                continue;
            };
            let step = match fate(facts, draft, history, *attempt, &there.id) {
                Fate::Keep => continue,
                Fate::Finished => Step::DeleteGroups,
                Fate::Fence => Step::Stop,
            };
            let action =
                Action::DeleteSnapshot { run: run.to_owned(), attempt: *attempt, id: there.id.clone() };
            let mut change =
                Change::new(Address::send(send), ChangeKind::DeleteGroup, action).because(match step {
                    Step::Stop => {
                        "the attempt it was made for sent nothing, and a late request must find nothing"
                    }
                    _ => "the send it was made for has ended",
                });
            change.step = step;
            // Not from under a job that goes on: where its cancel fails, the group stays.
            let job = history.jobs.iter().find(|j| j.armed.as_ref().is_some_and(|a| a.group_id == there.id));
            let ends = |c: &Change| matches!((&c.action, job), (Action::CancelJob { job: id, .. }, Some(j)) if *id == j.job);
            change.needs.extend(draft.changes.iter().position(ends));
            let position = draft.push(change);
            if step == Step::Stop {
                wait_for(draft, send, position);
            }
        }
        plan_strays(facts, draft, (send, run, history));
    }
}

/// A send goes again only once that is done: its group may have the same name.
fn wait_for(draft: &mut Draft, send: &str, position: usize) {
    let again = |c: &&mut Change| c.address.key == send && matches!(c.action, Action::Send(_));
    draft.changes.iter_mut().filter(again).for_each(|c| c.needs.push(position));
}

/// Groups that were made for an attempt and that the ledger never came to know: a create that timed out and was
/// carried out later, beside the one that took its place. Nothing was ever sent to them; one with a job on it is
/// evidence and stays.
fn plan_strays(facts: &Facts<'_>, draft: &mut Draft, (send, run, history): (&str, &str, &RunHistory)) {
    if history.is_unsettled() {
        return;
    }
    let known = |g: &ObservedGroup| history.snapshots.values().any(|(_, id)| id.as_ref() == Some(&g.id));
    let chosen = |draft: &Draft, g: &ObservedGroup| {
        draft.changes.iter().any(|c| matches!(&c.action, Action::DeleteSnapshot { id, .. } if *id == g.id))
    };
    let has_job = |g: &ObservedGroup| facts.jobs.iter().any(|job| job.group_id.as_ref() == Some(&g.id));
    let named = facts.groups.iter().filter(|g| history.snapshot_names.contains(&g.name));
    for group in named.filter(|g| !history.snapshots_gone.contains(&g.id) && !known(g) && !has_job(g)) {
        if chosen(draft, group) {
            continue;
        }
        let action =
            Action::DeleteSnapshot { run: run.to_owned(), attempt: NO_ATTEMPT, id: group.id.clone() };
        let mut change = Change::new(Address::send(send), ChangeKind::DeleteGroup, action)
            .because("it was made for an attempt that went on without it");
        change.step = Step::Stop;
        let position = draft.push(change);
        wait_for(draft, send, position);
    }
}

fn fate(facts: &Facts<'_>, draft: &Draft, history: &RunHistory, attempt: u32, group: &Id) -> Fate {
    let current = history.armed.as_ref().is_some_and(|(_, armed)| armed.attempt == attempt);
    if history.is_unsettled() && current {
        return Fate::Keep;
    }
    let job = history.jobs.iter().find(|j| j.armed.as_ref().is_some_and(|a| a.group_id == *group));
    let Some(sent) = job else {
        // A job on it that nobody has is the attempt's own, and came late; the send's recovery takes it.
        let there = facts.jobs.iter().filter(|job| job.group_id.as_ref() == Some(group));
        return match there.map(|job| job.status.is_final()).reduce(|a, b| a && b) {
            None => Fate::Fence,
            Some(true) => Fate::Finished,
            Some(false) => Fate::Keep,
        };
    };
    let cancelled =
        draft.changes.iter().any(|c| matches!(&c.action, Action::CancelJob { job, .. } if *job == sent.job));
    match facts.job(&sent.job) {
        Some(job) if !job.status.is_final() && !cancelled => Fate::Keep,
        _ => Fate::Finished,
    }
}
