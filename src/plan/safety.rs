//! What must never happen by accident: mass deletion, emptying, the wrong account, a group taken from under a job.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::input::{Facts, Input};
use super::{ChangeKind, NoteLevel, Refusal};
use crate::model::{DesiredGroup, Id, Kind, MaxDelete, PhoneSet};

/// From this many items up, `max_delete` counts (`product.md`, *policy*).
const FROM: u64 = 10;

/// The removal of `others` (the suppressed not among them) from a group that has `seen`.
pub(super) fn members(
    facts: &Facts<'_>,
    key: &str,
    group: &DesiredGroup,
    seen: &PhoneSet,
    others: &PhoneSet,
) -> Option<Refusal> {
    if others.is_empty() {
        return None;
    }
    if group.members.is_empty() {
        return Some(Refusal {
            rule: "empties_group",
            text: format!(
                "the YAML lists no member for this group, and the account has {}: an empty source is never \
                 taken for a wish to remove everybody",
                seen.len()
            ),
            ways: vec![
                "check the files that members_from names".to_owned(),
                format!("to give the group up, remove it from the YAML, or: campaignctl forget group.{key}"),
            ],
            only_flag: false,
        });
    }
    max_delete(facts, others.len() as u64, seen.len() as u64, "members of this group")
}

/// Groups and schedules, counted apart, once all changes are known.
pub(super) fn deletions(facts: &Facts<'_>, draft: &mut Draft) {
    let count = |kind: Kind, kinds: &[ChangeKind]| -> u64 {
        let keys: BTreeSet<&str> = draft
            .changes
            .iter()
            .filter(|c| c.address.kind == kind && kinds.contains(&c.kind))
            .map(|c| c.address.key.as_str())
            .collect();
        keys.len() as u64
    };
    let groups = count(Kind::Group, &[ChangeKind::DeleteGroup]);
    let removed: BTreeSet<&str> = draft
        .changes
        .iter()
        .filter(|c| matches!(c.kind, ChangeKind::CancelSchedule))
        .map(|c| c.address.key.as_str())
        .filter(|key| !facts.desired.schedules.contains_key(*key))
        .collect();
    let schedules = removed.len() as u64;
    let owned_groups = facts.state.groups.values().filter(|g| g.id.is_some()).count() as u64;
    let owned_schedules = facts
        .state
        .schedules
        .values()
        .filter_map(|s| s.id.as_ref())
        .filter(|id| facts.schedule(id).is_some_and(|o| !o.status.is_final()))
        .count() as u64;
    for (gone, owned, word, kind, none_left) in [
        (groups, owned_groups, "groups", Kind::Group, facts.desired.groups.is_empty()),
        (schedules, owned_schedules, "schedules", Kind::Schedule, facts.desired.schedules.is_empty()),
    ] {
        if gone == 0 {
            continue;
        }
        if none_left {
            let example = draft
                .changes
                .iter()
                .find(|c| c.address.kind == kind)
                .map_or_else(|| format!("{kind}.KEY"), |c| c.address.to_string());
            let stop = if kind == Kind::Schedule {
                format!("campaignctl cancel {example}, then ")
            } else {
                String::new()
            };
            draft.refusals.push(Refusal {
                rule: "empties_project",
                text: format!("the YAML has no {word} any more: all {gone} of this project would be deleted"),
                ways: vec![
                    "if that is a slip (a wrong path, a file that is missing), put them back".to_owned(),
                    format!("to give up single ones: {stop}campaignctl forget {example}"),
                    "to remove everything of this project from the account: campaignctl destroy".to_owned(),
                ],
                only_flag: false,
            });
        } else if let Some(refusal) = max_delete(facts, gone, owned, word) {
            let warn = facts.desired.policy.max_delete.warn;
            if warn {
                draft.notes.push(super::Note {
                    address: None,
                    level: NoteLevel::Warning,
                    code: "max_delete",
                    text: refusal.text,
                });
            } else {
                draft.refusals.push(refusal);
            }
        }
    }
}

fn max_delete(facts: &Facts<'_>, gone: u64, of: u64, what: &str) -> Option<Refusal> {
    if of < FROM || facts.options.allow_delete.is_some_and(|n| gone <= n) {
        return None;
    }
    let rule = facts.desired.policy.max_delete;
    let (broken, limit) = match rule.value {
        MaxDelete::Percent(percent) => {
            (u128::from(gone) * 100 > u128::from(percent) * u128::from(of), format!("{percent}%"))
        }
        MaxDelete::Items(items) => (gone > items, items.to_string()),
    };
    broken.then(|| Refusal {
        rule: "max_delete",
        text: format!("{gone} of {of} {what} would be deleted; policy max_delete allows {limit}"),
        ways: vec![format!("if that is meant: --allow-delete {gone}")],
        only_flag: true,
    })
}

/// Schedules on the account that are not ours and use the group: said, for they lose it.
pub(super) fn foreign_users<'a>(
    facts: &'a Facts<'_>,
    id: &'a Id,
) -> impl Iterator<Item = &'a crate::model::ObservedSchedule> {
    facts.schedules.iter().copied().filter(move |s| {
        s.group_id.as_ref() == Some(id) && !s.status.is_final() && facts.state.schedule_of(&s.id).is_none()
    })
}

/// Whether this ledger belongs to this account, host and project.
pub(super) fn binding(input: &Input<'_>, facts: &Facts<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let Some(binding) = &facts.state.binding else { return refusals };
    let other = |text: String| {
        Refusal {
        rule: "another_account",
        text,
        ways: vec![
            "use the key and the URL of the account this ledger was made with".to_owned(),
            "or name another ledger for this account: --ledger PATH, or -e ENVIRONMENT with a ledger of its own"
                .to_owned(),
        ],
        only_flag: false,
    }
    };
    if binding.host != input.host {
        refusals.push(other(format!(
            "this ledger belongs to an account at {}, and this run talks to {}",
            binding.host, input.host
        )));
    } else if binding.account != input.desired.account.name {
        refusals.push(other(format!(
            "this ledger belongs to account {:?}, and the YAML names account {:?}",
            binding.account, input.desired.account.name
        )));
    } else if knows_nothing_of_ours(facts) {
        refusals.push(other(
            "the account has none of the sessions, groups, schedules and jobs that this ledger knows: \
             this key opens another account"
                .to_owned(),
        ));
    }
    if let Some(own) = binding.other_environment(&input.desired.environment) {
        let present = &input.desired.environment;
        refusals.push(Refusal {
            rule: "another_environment",
            text: format!(
                "this ledger is that of environment {own}, and this run is for {present}: what was sent in one would \
                 count as sent in the other"
            ),
            ways: vec![
                format!("give each a ledger of its own: environments: {{{present}: {{ledger: PLACE}}}}, or --ledger PLACE"),
                "or name the environment of this ledger with -e".to_owned(),
            ],
            only_flag: false,
        });
    }
    if binding.project != input.desired.project {
        refusals.push(Refusal {
            rule: "another_project",
            text: format!(
                "this ledger belongs to project {:?}, and the YAML is project {:?}",
                binding.project, input.desired.project
            ),
            ways: vec![
                format!(
                    "if the project was renamed: moved: [{{from: project.{}, to: project.{}}}]",
                    binding.project, input.desired.project
                ),
                "otherwise name another ledger".to_owned(),
            ],
            only_flag: false,
        });
    }
    refusals
}

fn knows_nothing_of_ours(facts: &Facts<'_>) -> bool {
    let state = facts.state;
    let mut known: BTreeSet<&Id> = state.sessions.keys().collect();
    known.extend(state.groups.values().filter_map(|g| g.id.as_ref()));
    known.extend(state.schedules.values().filter_map(|s| s.id.as_ref()));
    known.extend(facts.claimed.iter());
    let observed = facts.observed;
    let seen = observed
        .sessions
        .iter()
        .map(|s| &s.id)
        .chain(observed.groups.iter().map(|g| &g.id))
        .chain(observed.schedules.iter().map(|s| &s.id))
        .chain(observed.jobs.iter().map(|j| &j.id));
    !known.is_empty() && !seen.into_iter().any(|id| known.contains(id))
}
