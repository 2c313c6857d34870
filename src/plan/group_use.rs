//! Who still uses a group that is to be deleted: doubtful sends, schedules of ours, jobs.

use super::change::ChangeId;
use super::draft::Draft;
use super::input::Facts;
use super::{Action, Verdict};
use crate::model::{Address, Id, ObservedJob, ObservedSchedule, one_line};

/// The changes of this plan that take every user away from the group, or why it may not be deleted now.
pub(super) fn ends_with(
    facts: &Facts<'_>,
    draft: &Draft,
    key: &str,
    id: &Id,
) -> Result<Vec<ChangeId>, String> {
    // A snapshot send goes to a group of its own, and is sent from this one again if it turns out not sent.
    for (send, run, history) in facts.state.runs().filter(|(_, _, history)| history.is_unsettled()) {
        let to_it = |armed: &crate::ledger::Armed| armed.group_id == *id || armed.group == key;
        if history.armed.as_ref().is_some_and(|(_, armed)| to_it(armed)) {
            return Err(format!(
                "send.{send} (run {}) to this group is not settled yet; settle it first (see send.{send})",
                one_line(run, 40)
            ));
        }
    }
    let mut needs = Vec::new();
    for schedule in facts.schedules.iter().filter(|s| !s.status.is_final()) {
        let owner = facts.state.schedule_of(&schedule.id);
        if group_of(facts, owner, schedule) != Some(id) {
            continue;
        }
        let leaves = |action: &Action| match action {
            Action::CancelSchedule { id } | Action::ReplaceSchedule { old: id, .. } => *id == schedule.id,
            _ => false,
        };
        match (draft.changes.iter().position(|c| leaves(&c.action)), owner) {
            (Some(position), _) => needs.push(position),
            // Somebody else's: said where the deletion is planned.
            (None, None) => {}
            (None, Some(owner)) => {
                return Err(format!(
                    "{} still sends to this group, and this plan does not change that",
                    Address::schedule(owner)
                ));
            }
        }
    }
    for job in facts.jobs.iter().filter(|j| !j.status.is_final() && goes_to(facts, j, id)) {
        let ends = |action: &Action| matches!(action, Action::CancelJob { job: id, .. } if *id == job.id);
        match draft.changes.iter().position(|c| c.verdict == Verdict::Go && ends(&c.action)) {
            Some(position) => needs.push(position),
            None => {
                return Err(format!(
                    "job {} to this group is {}: the group is deleted by the next apply after it has ended",
                    job.id,
                    one_line(job.status.as_str(), 40)
                ));
            }
        }
    }
    Ok(needs)
}

/// The group that a schedule sends to: as shown, or as written where it is ours.
fn group_of<'a>(facts: &'a Facts<'_>, owner: Option<&str>, schedule: &'a ObservedSchedule) -> Option<&'a Id> {
    let written = || Some(&facts.state.schedules.get(owner?)?.spec.as_ref()?.group_id);
    schedule.group_id.as_ref().or_else(written)
}

fn goes_to(facts: &Facts<'_>, job: &ObservedJob, id: &Id) -> bool {
    match &job.group_id {
        Some(group) => group == id,
        None => {
            facts.state.runs().flat_map(|(_, _, history)| &history.jobs).any(|sent| {
                sent.job == job.id && sent.armed.as_ref().is_some_and(|armed| armed.group_id == *id)
            })
        }
    }
}
