//! Groups that the YAML has: create, import, adopt, rename, and what each will be afterwards.

use std::collections::BTreeMap;

use super::change::{ChangeId, ChangeKind};
use super::draft::{Draft, batches};
use super::group_members::{member_changes, renames};
use super::input::Facts;
use super::members::diff_members;
use super::reimport::plan_reimport;
use super::{Action, Change, Detail, GroupTarget, LedgerNote, SeenGroup};
use crate::ledger::{Event, GroupState};
use crate::model::{Address, DesiredGroup, Id, ObservedGroup, PhoneSet, one_line};

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
    /// It is not there.
    Absent,
}

/// Plans every desired group; gives what each will be.
pub(super) fn plan_groups<'a>(facts: &Facts<'a>, draft: &mut Draft) -> BTreeMap<&'a str, Outlook> {
    facts
        .desired
        .groups
        .iter()
        .map(|(key, group)| {
            let outlook = plan_group(facts, draft, key, group);
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
    if let Some(id) = state.and_then(|s| s.id.as_ref()).filter(|id| facts.group(id).is_none()) {
        let (group, id) = (key.to_owned(), id.clone());
        draft.records.push(LedgerNote::Event(Event::GroupGone { group, id }));
    }
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
            let refused = draft.push(
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
            Outlook { changes: vec![refused], ..Outlook::default() }
        }
        Match::Absent => plan_create(facts, draft, key, group),
    }
}

fn adopt_action(there: &ObservedGroup) -> Action {
    Action::AdoptGroup { id: there.id.clone(), name: there.name.clone() }
}

fn ids(groups: &[&ObservedGroup]) -> String {
    groups.iter().map(|g| g.id.to_string()).collect::<Vec<_>>().join(", ")
}

fn find<'a>(facts: &Facts<'a>, group: &DesiredGroup, state: Option<&GroupState>) -> Match<'a> {
    let groups = || facts.groups.iter().copied();
    if let Some(there) = state.and_then(|s| s.id.as_ref()).and_then(|id| facts.group(id)) {
        return Match::Ours(there);
    }
    let unowned = |g: &&ObservedGroup| facts.state.group_of(&g.id).is_none();
    if let Some(creating) = state.and_then(|s| s.creating.as_ref()) {
        let found: Vec<_> = groups()
            .filter(|g| g.name == creating.what && !creating.before.contains(&g.id))
            .filter(unowned)
            .collect();
        match found.as_slice() {
            [] => {}
            [one] => return Match::Found(one),
            _ => return Match::Ambiguous(found),
        }
    }
    let named: Vec<_> = groups().filter(|g| g.name == group.name).filter(unowned).collect();
    match named.as_slice() {
        [] => Match::Absent,
        [one] => Match::Adoptable(one),
        _ => Match::Ambiguous(named),
    }
}

fn plan_create(facts: &Facts<'_>, draft: &mut Draft, key: &str, group: &DesiredGroup) -> Outlook {
    let address = Address::group(key);
    let gone = facts.state.groups.get(key).is_some_and(|s| s.id.is_some());
    let reason = if gone { "it was deleted elsewhere" } else { "" };
    // Nobody suppressed, nobody under two forms of one number.
    let wanted = diff_members(group, &PhoneSet::new(), &facts.suppressed_canonical).add;
    let names =
        group.names.iter().filter(|(p, _)| wanted.contains(**p)).map(|(p, n)| (*p, n.clone())).collect();
    let target = GroupTarget { name: group.name.clone(), phones: wanted.clone(), names };
    let importing = !group.import.is_empty();
    let size = wanted.len();
    let change = if importing {
        Change::new(
            address,
            ChangeKind::ImportGroup,
            Action::ImportGroup { target, import: group.import.clone() },
        )
        .costs(2 + batches(size))
        .with(Detail::Info(format!("members of {} WhatsApp group(s), imported once", group.import.len())))
    } else {
        Change::new(address, ChangeKind::CreateGroup, Action::CreateGroup(target)).costs(batches(size).max(1))
    };
    let mut change =
        change.because(reason).with(Detail::Field { name: "name", old: None, new: Some(group.name.clone()) });
    if size > 0 {
        change = change.with(Detail::Added(wanted.clone()));
    }
    let id = draft.push(change);
    Outlook {
        id: None,
        changes: vec![id],
        audience: (!importing).then_some(wanted),
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
    let reimport = plan_reimport(facts, draft, key, group, &adopted);
    changes.extend(reimport);
    let importing = reimport.is_some();
    let Some(seen) = &there.members else {
        return Outlook {
            id: Some(there.id.clone()),
            changes,
            audience: None,
            size: there.member_count.unwrap_or(group.members.len() as u64),
            importing,
        };
    };
    let diff = diff_members(group, &seen.phones, &facts.suppressed_canonical);
    let audience = diff.result.clone();
    let known = facts.state.groups.get(key).filter(|s| s.id.is_some());
    let erased = known.map_or(0, |s| seen.redacted.saturating_sub(s.redacted));
    if diff.is_empty() {
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
    changes.extend(renames(draft, group, seen, &audience, &address, &adopted));
    Outlook {
        id: Some(there.id.clone()),
        changes,
        size: audience.len() as u64,
        audience: Some(audience),
        importing,
    }
}
