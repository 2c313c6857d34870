//! Groups: create, import, adopt, rename, add and remove members, delete.

use std::collections::BTreeMap;

use super::change::Change;
use super::change::{Action, ChangeId, ChangeKind, Detail, GroupTarget, LedgerNote, NoteLevel, SeenGroup};
use super::draft::{Draft, batches, members};
use super::input::Facts;
use super::members::{MemberDiff, diff_members};
use super::safety;
use crate::ledger::{Event, GroupState};
use crate::model::{Address, DesiredGroup, Id, Kind, ObservedGroup, PhoneSet, one_line};

/// What a desired group will be after this plan, for the schedules and sends that need it.
#[derive(Debug, Clone, Default)]
pub(super) struct Outlook {
    /// Its id, where it is on the account already.
    pub id: Option<Id>,
    /// Its changes in this plan.
    pub changes: Vec<ChangeId>,
    /// Who will be in it; `None` where that cannot be known (not read, or imported now).
    pub audience: Option<PhoneSet>,
    /// Of `audience`, how many, or what the list says.
    pub size: u64,
    /// It is imported from WhatsApp groups in this very plan.
    pub importing: bool,
}

/// What the account has for a key.
enum Match<'a> {
    /// The ledger ties it.
    Ours(&'a ObservedGroup),
    /// A create that was cut off made it.
    Found(&'a ObservedGroup),
    /// It has the desired name and is nobody's.
    Adoptable(&'a ObservedGroup),
    /// Several have that name.
    Ambiguous(Vec<&'a ObservedGroup>),
    /// It is not there; whether the ledger knew an id.
    Absent(Option<Id>),
}

/// Plans every desired group; gives what each will be.
pub(super) fn plan_groups<'a>(facts: &Facts<'a>, draft: &mut Draft) -> BTreeMap<&'a str, Outlook> {
    facts
        .desired
        .groups
        .iter()
        .map(|(key, group)| {
            let before = draft.changes.len();
            let outlook = plan_group(facts, draft, key, group);
            if draft.changes.len() == before {
                draft.unchanged += 1;
            }
            let protect = facts.state.groups.get(key).is_some_and(|s| s.protect);
            if protect != group.protect {
                draft.records.push(LedgerNote::Event(Event::GroupProtect {
                    group: key.clone(),
                    protect: group.protect,
                }));
            }
            (key.as_str(), outlook)
        })
        .collect()
}

fn plan_group(facts: &Facts<'_>, draft: &mut Draft, key: &str, group: &DesiredGroup) -> Outlook {
    let address = Address::group(key);
    let state = facts.state.groups.get(key);
    match find(facts, group, state) {
        Match::Ours(there) => plan_existing(facts, draft, key, group, there, Vec::new()),
        Match::Found(there) => {
            let adopt = draft.push(
                Change::new(address, ChangeKind::Adopt, adopt_action(there))
                    .because("it was created by an apply that was cut off before it could note the id")
                    .costs(0),
            );
            plan_existing(facts, draft, key, group, there, vec![adopt])
        }
        Match::Adoptable(there) => {
            let adopt = draft.push(
                Change::new(address, ChangeKind::Adopt, adopt_action(there))
                    .because(format!(
                        "a group named “{}” is on the account and belongs to no other key",
                        one_line(&there.name, 80)
                    ))
                    .costs(0),
            );
            plan_existing(facts, draft, key, group, there, vec![adopt])
        }
        Match::Ambiguous(several) => {
            draft.push(
                Change::new(address.clone(), ChangeKind::Adopt, Action::None)
                    .refused(
                        "ambiguous_name",
                        format!(
                            "the account has {} groups named “{}”, and which of them is meant is not known",
                            several.len(),
                            one_line(&group.name, 80)
                        ),
                        [
                            format!(
                                "tie one of them: campaignctl adopt {address} --id ID (ids: {})",
                                ids(&several)
                            ),
                            "or give this group another name".to_owned(),
                        ],
                    )
                    .costs(0),
            );
            Outlook::default()
        }
        Match::Absent(known) => plan_create(facts, draft, key, group, known),
    }
}

fn adopt_action(there: &ObservedGroup) -> Action {
    Action::AdoptGroup { id: there.id.clone(), name: there.name.clone() }
}

fn ids(groups: &[&ObservedGroup]) -> String {
    groups.iter().map(|g| g.id.to_string()).collect::<Vec<_>>().join(", ")
}

fn find<'a>(facts: &Facts<'a>, group: &DesiredGroup, state: Option<&GroupState>) -> Match<'a> {
    let groups = &facts.observed.groups;
    if let Some(id) = state.and_then(|s| s.id.as_ref()) {
        return groups
            .iter()
            .find(|g| g.id == *id)
            .map_or_else(|| Match::Absent(Some(id.clone())), Match::Ours);
    }
    let unowned = |g: &&ObservedGroup| facts.state.group_of(&g.id).is_none();
    if let Some(creating) = state.and_then(|s| s.creating.as_ref()) {
        let found: Vec<_> = groups
            .iter()
            .filter(|g| g.name == creating.what && !creating.before.contains(&g.id))
            .filter(unowned)
            .collect();
        match found.as_slice() {
            [] => {}
            [one] => return Match::Found(one),
            _ => return Match::Ambiguous(found),
        }
    }
    let named: Vec<_> = groups.iter().filter(|g| g.name == group.name).filter(unowned).collect();
    match named.as_slice() {
        [] => Match::Absent(None),
        [one] => Match::Adoptable(one),
        _ => Match::Ambiguous(named),
    }
}

fn plan_create(
    facts: &Facts<'_>,
    draft: &mut Draft,
    key: &str,
    group: &DesiredGroup,
    known: Option<Id>,
) -> Outlook {
    let address = Address::group(key);
    if let Some(id) = known {
        draft.records.push(LedgerNote::Event(Event::GroupGone { group: key.to_owned(), id }));
    }
    let gone = facts.state.groups.get(key).is_some_and(|s| s.id.is_some());
    let reason = if gone { "it was deleted elsewhere" } else { "" };
    let target =
        GroupTarget { name: group.name.clone(), phones: group.members.clone(), names: group.names.clone() };
    let importing = !group.import.is_empty();
    let size = group.members.len();
    let change = if importing {
        Change::new(
            address,
            ChangeKind::ImportGroup,
            Action::ImportGroup { target, import: group.import.clone() },
        )
        .costs(1 + batches(size))
        .with(Detail::Info(format!("members of {} WhatsApp group(s), imported once", group.import.len())))
    } else {
        Change::new(address, ChangeKind::CreateGroup, Action::CreateGroup(target)).costs(batches(size).max(1))
    };
    let mut change =
        change.because(reason).with(Detail::Field { name: "name", old: None, new: Some(group.name.clone()) });
    if size > 0 {
        change = change.with(Detail::Added(group.members.clone()));
    }
    let id = draft.push(change);
    Outlook {
        id: None,
        changes: vec![id],
        audience: (!importing).then(|| group.members.clone()),
        size: size as u64,
        importing,
    }
}

fn plan_existing(
    facts: &Facts<'_>,
    draft: &mut Draft,
    key: &str,
    group: &DesiredGroup,
    there: &ObservedGroup,
    mut changes: Vec<ChangeId>,
) -> Outlook {
    let address = Address::group(key);
    let adopted = changes.clone();
    if there.name != group.name {
        changes.push(
            draft.push(
                Change::new(
                    address.clone(),
                    ChangeKind::RenameGroup,
                    Action::RenameGroup { name: group.name.clone() },
                )
                .with(Detail::Field {
                    name: "name",
                    old: Some(there.name.clone()),
                    new: Some(group.name.clone()),
                })
                .after(adopted.clone()),
            ),
        );
    }
    let Some(seen) = &there.members else {
        return Outlook {
            id: Some(there.id.clone()),
            changes,
            audience: None,
            size: there.member_count.unwrap_or(group.members.len() as u64),
            importing: false,
        };
    };
    let diff = diff_members(group, &seen.phones, &facts.suppressed_canonical);
    let audience = diff.result.clone();
    let known = facts.state.groups.get(key).filter(|s| s.id.is_some());
    let erased = known.map_or(0, |s| seen.redacted.saturating_sub(s.redacted));
    if diff.is_empty() {
        let renames = renames(facts, draft, group, there, &address, &adopted);
        changes.extend(renames);
        draft.records.push(LedgerNote::Seen(SeenGroup {
            group: key.to_owned(),
            id: there.id.clone(),
            redacted: seen.redacted,
            phones: seen.phones.clone(),
            wanted: group.members.clone(),
            suppressed: facts.desired.suppressed.clone(),
        }));
    } else {
        changes.extend(member_changes(facts, draft, key, group, &seen.phones, diff, erased, &adopted));
    }
    Outlook {
        id: Some(there.id.clone()),
        changes,
        size: audience.len() as u64,
        audience: Some(audience),
        importing: false,
    }
}

/// `sync_names: true`: a changed name is a removal and an addition of the same person.
fn renames(
    facts: &Facts<'_>,
    draft: &mut Draft,
    group: &DesiredGroup,
    there: &ObservedGroup,
    address: &Address,
    adopted: &[ChangeId],
) -> Vec<ChangeId> {
    let Some(seen) = there.members.as_ref().filter(|_| group.sync_names) else { return Vec::new() };
    let renamed: PhoneSet = group
        .names
        .iter()
        .filter(|(phone, name)| seen.phones.contains(**phone) && seen.names.get(phone) != Some(name))
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
    let _ = facts;
    vec![remove, add]
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call; a struct for it would only name the same eight values"
)]
fn member_changes(
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
            change.verdict = super::change::Verdict::Refused(refusal);
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
