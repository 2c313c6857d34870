//! Groups of ours that the YAML no longer has, or all of them for `destroy`.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::change::{ChangeId, ChangeKind};
use super::draft::{Draft, members};
use super::groups::Outlook;
use super::input::Facts;
use super::{Action, Change, Detail, NoteLevel};
use super::{group_use, safety};
use crate::ledger::GroupState;
use crate::model::{Address, Id, ObservedGroup, one_line};

/// A group that a cut-off create made was made about when the create began: this much earlier, by the clocks, ...
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);
/// ... or this much later.
const CREATE_TAKES: SignedDuration = SignedDuration::from_mins(10);

pub(super) fn plan_group_removals(
    facts: &Facts<'_>,
    draft: &mut Draft,
    outlooks: &BTreeMap<&str, Outlook>,
    schedule_removals: &[(ChangeId, Option<Id>)],
) {
    let gone = facts.state.groups.iter().filter(|(key, _)| !outlooks.contains_key(key.as_str()));
    for (key, state) in gone {
        let address = Address::group(key.as_str());
        let Some(id) = &state.id else {
            if let Some(there) = left_over(facts, state) {
                plan_removal(facts, draft, key, there, schedule_removals);
            }
            continue;
        };
        let Some(there) = facts.group(id) else {
            draft.push(
                Change::new(address, ChangeKind::Forget, Action::ForgetGone { id: id.clone() })
                    .because("it is no longer on the account")
                    .costs(0),
            );
            continue;
        };
        let wanted = facts.desired.groups.get(key).is_some_and(|group| group.protect);
        if facts.options.destroy && (state.protect || wanted) {
            draft.note(NoteLevel::Warning, "protected", &address, "is protected and stays");
        } else if state.protect {
            draft.push(refuse_protected(&address, &state.name));
        } else {
            plan_removal(facts, draft, key, there, schedule_removals);
        }
    }
}

fn refuse_protected(address: &Address, name: &str) -> Change {
    Change::new(address.clone(), ChangeKind::DeleteGroup, Action::None).costs(0).refused(
        "protect",
        format!("“{}” is protected and may not be deleted", one_line(name, 80)),
        [
            format!("put {} back with protect: false and apply that first; then remove it", address.key),
            format!("or let it be nobody's: campaignctl forget {address}"),
        ],
    )
}

/// The group that a create made which was cut off before it could note the id, where there is no doubt: nothing
/// that was there before, nobody's, the only one, and made when the create was under way.
fn left_over<'a>(facts: &Facts<'a>, state: &GroupState) -> Option<&'a ObservedGroup> {
    let creating = state.creating.as_ref()?;
    let mut found = facts
        .groups
        .iter()
        .filter(|g| g.name == creating.what && !creating.before.contains(&g.id))
        .filter(|g| facts.state.group_of(&g.id).is_none());
    let one = found.next().filter(|_| found.next().is_none())?;
    let after = one.created_at?.duration_since(creating.at);
    (-CLOCK_SLACK <= after && after <= CREATE_TAKES).then_some(*one)
}

fn plan_removal(
    facts: &Facts<'_>,
    draft: &mut Draft,
    key: &str,
    there: &ObservedGroup,
    schedule_removals: &[(ChangeId, Option<Id>)],
) {
    let id = &there.id;
    let count = there.members.as_ref().map_or(there.member_count, |m| Some(m.phones.len() as u64));
    let mut change =
        Change::new(Address::group(key), ChangeKind::DeleteGroup, Action::DeleteGroup { id: id.clone() })
            .because(if facts.options.destroy { "destroy" } else { "it was removed from the YAML" })
            .with(Detail::Field { name: "name", old: Some(there.name.clone()), new: None })
            .after(schedule_removals.iter().filter(|(_, g)| g.as_ref() == Some(id)).map(|(c, _)| *c));
    for foreign in safety::foreign_users(facts, id) {
        change = change.with(Detail::Info(format!(
            "schedule “{}”, which is not of this project, sends to this group and will have nobody to send to",
            one_line(&foreign.name, 80)
        )));
    }
    if let Some(count) = count {
        change = change.with(Detail::Info(format!("{} in it", members(usize::try_from(count).unwrap_or(0)))));
    }
    change = match group_use::ends_with(facts, draft, key, id) {
        Ok(needs) => change.after(needs),
        Err(why) => change.blocked("group_in_use", why),
    };
    draft.push(change);
}
