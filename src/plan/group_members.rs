//! Changes to the members of a group that is on the account.

use super::change::{ChangeId, ChangeKind};
use super::draft::{Draft, batches, members};
use super::input::Facts;
use super::members::MemberDiff;
use super::safety;
use super::{Action, Change, Detail, GroupTarget, NoteLevel, Verdict};
use crate::model::{Address, DesiredGroup, ObservedMembers, PhoneSet};

/// `sync_names: true`: a changed name is a removal and an addition of the same person.
pub(super) fn renames(
    draft: &mut Draft,
    group: &DesiredGroup,
    seen: &ObservedMembers,
    staying: &PhoneSet,
    address: &Address,
    adopted: &[ChangeId],
) -> Vec<ChangeId> {
    if !group.sync_names {
        return Vec::new();
    }
    let renamed: PhoneSet = group
        .names
        .iter()
        .filter(|(phone, _)| seen.phones.contains(**phone) && staying.contains(**phone))
        .filter(|(phone, name)| seen.names.get(phone) != Some(name))
        .map(|(phone, _)| *phone)
        .collect();
    if renamed.is_empty() {
        return Vec::new();
    }
    let reason =
        "their names changed (sync_names: true): the API renames nobody, so they are removed and added again";
    let remove = draft.push(
        Change::new(
            address.clone(),
            ChangeKind::RemoveMembers,
            Action::RemoveMembers { phones: renamed.clone(), suppressed: PhoneSet::new() },
        )
        .because(reason)
        .with(Detail::Removed(renamed.clone()))
        .costs(batches(renamed.len()))
        .after(adopted.iter().copied()),
    );
    let names =
        group.names.iter().filter(|(p, _)| renamed.contains(**p)).map(|(p, n)| (*p, n.clone())).collect();
    let target = GroupTarget { name: group.name.clone(), phones: renamed.clone(), names };
    let add = draft.push(
        Change::new(address.clone(), ChangeKind::AddMembers, Action::AddMembers { target })
            .because(reason)
            .costs(batches(renamed.len()))
            .with(Detail::Added(renamed))
            .after([remove]),
    );
    vec![remove, add]
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call; a struct for it would only name the same eight values"
)]
pub(super) fn member_changes(
    facts: &Facts<'_>,
    draft: &mut Draft,
    key: &str,
    group: &DesiredGroup,
    seen: &PhoneSet,
    diff: MemberDiff,
    erased: u64,
    adopted: &[ChangeId],
) -> Vec<ChangeId> {
    let address = Address::group(key);
    let MemberDiff { add, remove, suppressed, result: _ } = diff;
    let mut changes = Vec::new();
    if !remove.is_empty() {
        let mut change = Change::new(
            address.clone(),
            ChangeKind::RemoveMembers,
            Action::RemoveMembers { phones: remove.clone(), suppressed: suppressed.clone() },
        )
        .costs(batches(suppressed.len()) + batches(remove.len() - suppressed.len()))
        .after(adopted.iter().copied());
        if !suppressed.is_empty() {
            change = change.with(Detail::Suppressed(suppressed.clone()));
        }
        let others = remove.minus(&suppressed);
        if !others.is_empty() {
            change = change.with(Detail::Removed(others.clone()));
        }
        if let Some(refusal) = safety::members(facts, key, group, seen, &others) {
            if refusal.rule == "max_delete" && facts.desired.policy.max_delete.warn {
                draft.note(NoteLevel::Warning, refusal.rule, &address, refusal.text);
            } else {
                change.verdict = Verdict::Refused(refusal);
            }
        }
        changes.push(draft.push(change));
    }
    if !add.is_empty() {
        let names =
            group.names.iter().filter(|(p, _)| add.contains(**p)).map(|(p, n)| (*p, n.clone())).collect();
        let target = GroupTarget { name: group.name.clone(), phones: add.clone(), names };
        let mut change = Change::new(address.clone(), ChangeKind::AddMembers, Action::AddMembers { target })
            .costs(batches(add.len()))
            .with(Detail::Added(add.clone()))
            .after(adopted.iter().chain(&changes).copied());
        if erased > 0 {
            change = change.refused(
                "erased_member",
                format!(
                    "{erased} member(s) of this group were erased on the account (their entries read REDACTED) since it \
                     was last read, and {} are missing: a person who had themselves erased must not be added back",
                    members(add.len())
                ),
                [
                    "if it was one of these people, list the number under suppress:".to_owned(),
                    "if these are new people, apply once without them, then add them".to_owned(),
                ],
            );
        }
        changes.push(draft.push(change));
    }
    changes
}
