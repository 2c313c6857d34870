//! Schedules of ours that the YAML no longer has: cancelled first, deleted last.

use super::change::{ChangeId, ChangeKind};
use super::draft::Draft;
use super::input::Facts;
use super::{Action, Change, Detail, NoteLevel};
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
        let there = state.id.as_ref().and_then(|id| facts.observed.schedules.iter().find(|s| s.id == *id));
        let retired: Vec<Id> = state
            .retired
            .iter()
            .filter(|id| facts.observed.schedules.iter().any(|s| s.id == **id && s.status.is_final()))
            .cloned()
            .collect();
        let Some(there) = there else {
            if let Some(id) = &state.id {
                draft.push(
                    Change::new(address.clone(), ChangeKind::Forget, Action::ForgetGone { id: id.clone() })
                        .because("it is no longer on the account")
                        .costs(0),
                );
            }
            if !retired.is_empty() {
                let requests = retired.len() as u64;
                draft.push(
                    Change::new(
                        address,
                        ChangeKind::DeleteSchedule,
                        Action::DeleteSchedule { id: None, retired },
                    )
                    .because("earlier versions of it, cancelled when it was replaced")
                    .costs(requests),
                );
            }
            continue;
        };
        if let ScheduleStatus::Unknown(word) = &there.status {
            draft.note(
                NoteLevel::Warning,
                "unknown_status",
                &address,
                format!(
                    "was removed from the YAML, but its status is {:?}: it is not touched",
                    one_line(word, 40)
                ),
            );
            continue;
        }
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
            .after(cancel),
        );
        let group = there.group_id.clone().or_else(|| state.spec.as_ref().map(|s| s.group_id.clone()));
        removals.push((delete, group));
    }
    removals
}
