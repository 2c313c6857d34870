//! Imports from WhatsApp groups after a group was created: a changed list in the YAML is read through a temporary
//! group, because the API imports only into new groups (`api.md`, from-wa-groups). Nobody is ever removed by it:
//! such groups are `membership: at-least`.

use std::collections::BTreeSet;

use super::change::{ChangeId, ChangeKind};
use super::draft::Draft;
use super::input::Facts;
use super::{Action, Change, Detail, LedgerNote};
use crate::ledger::{Event, GroupState, State, TemporaryGroup};
use crate::model::{Address, DesiredGroup, Id, ObservedGroup, WaGroupDigest, WaGroupRef, one_line};

/// Made, read, added, deleted: each in one request, where a WhatsApp group's people fit into one.
const REQUESTS: u64 = 4;

/// The name of the temporary group; it says whose it is to whoever finds it.
pub fn import_name(project: &str, group: &str) -> String {
    one_line(&format!("campaignctl import {project} group.{group}, temporary"), 255)
}

/// The WhatsApp groups as the ledger notes them, ascending; nothing for a ledger that has no key yet.
pub fn import_digests(state: &State, import: &[WaGroupRef]) -> Vec<WaGroupDigest> {
    let Some(salt) = &state.salt else { return Vec::new() };
    let digests: BTreeSet<_> = import.iter().map(|from| WaGroupDigest::of(salt, &from.wa_group_id)).collect();
    digests.into_iter().collect()
}

/// The temporary group on the account, by its id or by the name that it was being created under.
pub fn temporary_groups<'a>(
    temporary: &TemporaryGroup,
    groups: &'a [ObservedGroup],
    state: &State,
) -> Vec<&'a Id> {
    let is_it = |g: &&ObservedGroup| match &temporary.id {
        Some(id) => g.id == *id,
        None => {
            g.name == temporary.name && !temporary.before.contains(&g.id) && state.group_of(&g.id).is_none()
        }
    };
    groups.iter().filter(is_it).map(|g| &g.id).collect()
}

/// Whether the YAML names a WhatsApp group whose members were never read for this group.
pub(super) fn is_needed(state: &State, known: Option<&GroupState>, import: &[WaGroupRef]) -> bool {
    if import.is_empty() {
        return false;
    }
    let known = known.map(|k| k.imports.known()).unwrap_or_default();
    let wanted = import_digests(state, import);
    wanted.is_empty() || wanted.iter().any(|digest| !known.contains(digest))
}

/// Plans the import into a group that is there already, where its list changed.
pub(super) fn plan_reimport(
    facts: &Facts<'_>,
    draft: &mut Draft,
    key: &str,
    group: &DesiredGroup,
    adopted: &[ChangeId],
) -> Option<ChangeId> {
    let state = facts.state.groups.get(key);
    if !is_needed(facts.state, state, &group.import) {
        let wanted = import_digests(facts.state, &group.import);
        let noted = state.filter(|s| s.id.is_some()).map(|s| &s.imports);
        if noted.is_some_and(|n| n.temporary.is_none() && !n.done.iter().eq(&wanted)) {
            // Fewer than before, or a creation whose end was not noted: nothing to read, but to be known.
            let event = Event::GroupImported { group: key.to_owned(), wa_groups: wanted };
            draft.records.push(LedgerNote::Event(event));
        }
        return None;
    }
    let change = Change::new(
        Address::group(key),
        ChangeKind::ImportGroup,
        Action::Reimport { import: group.import.clone() },
    )
    .because("its list of WhatsApp groups changed")
    .with(Detail::Info(
        "they are imported into a temporary group, its members are added to this one, and it is deleted; \
                 nobody is removed"
            .to_owned(),
    ))
    .costs(REQUESTS + u64::from(left_over(facts, key).is_some()))
    .after(adopted.iter().copied());
    Some(draft.push(change))
}

/// The temporary group that an import which was cut off left on the account.
fn left_over(facts: &Facts<'_>, key: &str) -> Option<Id> {
    let temporary = facts.state.groups.get(key)?.imports.temporary.as_ref()?;
    temporary_groups(temporary, &facts.observed.groups, facts.state).first().map(|id| (*id).clone())
}

/// Deletes what imports that were cut off left, where none is planned that begins with that.
pub(super) fn plan_leftovers(facts: &Facts<'_>, draft: &mut Draft) {
    let reimported: BTreeSet<Address> = draft
        .changes
        .iter()
        .filter(|c| matches!(c.action, Action::Reimport { .. }))
        .map(|c| c.address.clone())
        .collect();
    for (key, state) in &facts.state.groups {
        let address = Address::group(key.as_str());
        if state.imports.temporary.is_none() || reimported.contains(&address) {
            continue;
        }
        if left_over(facts, key).is_some() {
            draft.push(
                Change::new(address, ChangeKind::ImportGroup, Action::DropImport)
                    .because("an import that was cut off left its temporary group on the account"),
            );
        } else {
            draft.records.push(LedgerNote::Event(Event::GroupImportCleared { group: key.clone() }));
        }
    }
}
