//! Schedules of ours that the YAML no longer has: cancelled first, deleted last.

use std::collections::BTreeSet;

use super::change::{ChangeId, ChangeKind};
use super::draft::Draft;
use super::input::Facts;
use super::schedule_find::{cancel_retired, is_live, made_by};
use super::{Action, Change, Detail, NoteLevel};
use crate::ledger::ScheduleState;
use crate::model::{Address, Id, ScheduleStatus, one_line};

/// Schedules of ours that the YAML no longer has, or all of them for `destroy`: cancelled first, deleted last.
/// Gives each deletion with the group it used.
pub(super) fn plan_schedule_removals(facts: &Facts<'_>, draft: &mut Draft) -> Vec<(ChangeId, Option<Id>)> {
    let mut removals = Vec::new();
    for (key, state) in &facts.state.schedules {
        if facts.desired.schedules.contains_key(key) && !facts.options.destroy {
            continue;
        }
        let address = Address::schedule(key.as_str());
        let there = state.id.as_ref().and_then(|id| facts.schedule(id));
        let ended = cancel_strays(facts, draft, &address, state);
        let retired: Vec<Id> = state
            .retired
            .iter()
            .filter(|id| facts.schedule(id).is_some_and(|s| s.status.is_final()))
            .cloned()
            .chain(ended.iter().map(|(_, id)| id.clone()))
            .collect();
        let ended: Vec<ChangeId> = ended.into_iter().map(|(position, _)| position).collect();
        if let Some(id) = state.id.as_ref().filter(|_| there.is_none()) {
            draft.push(
                Change::new(address.clone(), ChangeKind::Forget, Action::ForgetGone { id: id.clone() })
                    .because("it is no longer on the account")
                    .costs(0),
            );
        }
        if let Some(ScheduleStatus::Unknown(word)) = there.map(|t| &t.status) {
            let word = one_line(word, 40);
            let text = format!("was removed from the YAML, but its status is {word:?}: it is not touched");
            draft.note(NoteLevel::Warning, "unknown_status", &address, text);
        }
        let Some(there) = there.filter(|t| !matches!(t.status, ScheduleStatus::Unknown(_))) else {
            if !retired.is_empty() {
                let requests = retired.len() as u64;
                let action = Action::DeleteSchedule { id: None, retired };
                draft.push(
                    Change::new(address, ChangeKind::DeleteSchedule, action)
                        .because("it is wanted no more, and cancelled")
                        .costs(requests)
                        .after(ended),
                );
            }
            continue;
        };
        let reason = if facts.options.destroy { "destroy" } else { "it was removed from the YAML" };
        let cancel = (!there.status.is_final()).then(|| {
            draft.push(
                Change::new(
                    address.clone(),
                    ChangeKind::CancelSchedule,
                    Action::CancelSchedule { id: there.id.clone() },
                )
                .because(reason),
            )
        });
        let requests = 1 + retired.len() as u64;
        let delete = draft.push(
            Change::new(
                address,
                ChangeKind::DeleteSchedule,
                Action::DeleteSchedule { id: Some(there.id.clone()), retired },
            )
            .because(reason)
            .with(Detail::Field { name: "name", old: Some(there.name.clone()), new: None })
            .costs(requests)
            .after(ended)
            .after(cancel),
        );
        let group = there.group_id.clone().or_else(|| state.spec.as_ref().map(|s| s.group_id.clone()));
        removals.push((delete, group));
    }
    removals
}

/// Live ones that are there besides: earlier versions, and what a create made that was cut off or in doubt. With
/// their ids, for they are deleted too.
fn cancel_strays(
    facts: &Facts<'_>,
    draft: &mut Draft,
    address: &Address,
    state: &ScheduleState,
) -> Vec<(ChangeId, Id)> {
    let mut cancelled = cancel_retired(facts, draft, address, state);
    let mut strays: BTreeSet<Id> = BTreeSet::new();
    if let Some(creating) = &state.creating {
        strays.extend(
            made_by(facts, &creating.what, &creating.before).into_iter().filter(is_live).map(|s| s.id),
        );
    }
    for create in &state.doubted {
        strays.extend(made_by(facts, &create.spec, &create.before).into_iter().filter(is_live).map(|s| s.id));
    }
    for id in strays {
        cancelled.push(
            draft.push(
                Change::new(address.clone(), ChangeKind::CancelSchedule, Action::CancelSchedule { id })
                    .because("a create that was cut off or in doubt made it, and nobody wants it"),
            ),
        );
    }
    cancelled
        .into_iter()
        .filter_map(|position| match &draft.changes[position].action {
            Action::CancelSchedule { id } => Some((position, id.clone())),
            _ => None,
        })
        .collect()
}
