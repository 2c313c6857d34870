//! Groups of ours that the YAML no longer has, or all of them for `destroy`.

use std::collections::BTreeMap;

use super::change::{ChangeId, ChangeKind};
use super::draft::{Draft, members};
use super::groups::Outlook;
use super::input::Facts;
use super::safety;
use super::{Action, Change, Detail, NoteLevel};
use crate::ledger::GroupState;
use crate::model::{Address, Id, Kind, one_line};

/// Groups of ours that the YAML no longer has, or all of them for `destroy`.
pub(super) fn plan_group_removals(
    facts: &Facts<'_>,
    draft: &mut Draft,
    outlooks: &BTreeMap<&str, Outlook>,
    schedule_removals: &[(ChangeId, Option<Id>)],
) {
    let owned: Vec<(&String, &GroupState)> =
        facts.state.groups.iter().filter(|(key, _)| !outlooks.contains_key(key.as_str())).collect();
    for (key, state) in owned {
        let Some(id) = &state.id else { continue };
        let address = Address::group(key.as_str());
        let Some(there) = facts.observed.groups.iter().find(|g| g.id == *id) else {
            draft.push(
                Change::new(address, ChangeKind::Forget, Action::ForgetGone { id: id.clone() })
                    .because("it is no longer on the account")
                    .costs(0),
            );
            continue;
        };
        if state.protect {
            if facts.options.destroy {
                draft.note(NoteLevel::Warning, "protected", &address, "is protected and stays");
                continue;
            }
            draft.push(Change::new(address.clone(), ChangeKind::DeleteGroup, Action::None).costs(0).refused(
                "protect",
                format!("“{}” is protected and may not be deleted", one_line(&state.name, 80)),
                [
                    format!(
                        "put {} back with protect: false and apply that first; then remove it",
                        address.key
                    ),
                    format!("or let it be nobody's: campaignctl forget {address}"),
                ],
            ));
            continue;
        }
        let count = there.members.as_ref().map_or(there.member_count, |m| Some(m.phones.len() as u64));
        let mut change =
            Change::new(address, ChangeKind::DeleteGroup, Action::DeleteGroup { id: id.clone() })
                .because(if facts.options.destroy { "destroy" } else { "it was removed from the YAML" })
                .with(Detail::Field { name: "name", old: Some(there.name.clone()), new: None })
                .after(schedule_removals.iter().filter(|(_, g)| g.as_ref() == Some(id)).map(|(c, _)| *c))
                .after(changes_of_users(facts, draft, id));
        for foreign in safety::foreign_users(facts, id) {
            change = change.with(Detail::Info(format!(
                "schedule “{}”, which is not of this project, sends to this group and will have nobody to send to",
                one_line(&foreign.name, 80)
            )));
        }
        if let Some(count) = count {
            change =
                change.with(Detail::Info(format!("{} in it", members(usize::try_from(count).unwrap_or(0)))));
        }
        if let Some(why) = safety::group_in_use(facts, draft, id) {
            change = change.blocked("group_in_use", why);
        }
        draft.push(change);
    }
}

/// Changes of this plan to schedules that use the group now: a replacement takes the schedule away from it.
fn changes_of_users(facts: &Facts<'_>, draft: &Draft, id: &Id) -> Vec<ChangeId> {
    let users: Vec<&str> = facts
        .observed
        .schedules
        .iter()
        .filter(|s| s.group_id.as_ref() == Some(id) && !s.status.is_final())
        .filter_map(|s| facts.state.schedule_of(&s.id))
        .collect();
    draft
        .changes
        .iter()
        .enumerate()
        .filter(|(_, c)| c.address.kind == Kind::Schedule && users.contains(&c.address.key.as_str()))
        .filter(|(_, c)| c.kind != ChangeKind::DeleteSchedule)
        .map(|(position, _)| position)
        .collect()
}
