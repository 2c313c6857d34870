//! What must never happen by accident: mass deletion, emptying, the wrong account, a group taken from under a job.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::input::{Facts, Input};
use super::{Change, ChangeKind, NoteLevel, Refusal, Verdict};
use crate::model::{Address, DesiredGroup, Id, Kind, MaxDelete, PhoneSet, ScheduleStatus, one_line};

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
    if facts.options.destroy {
        return;
    }
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
        .filter(|id| facts.observed.schedules.iter().any(|o| o.id == **id && !o.status.is_final()))
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
    (broken && !rule.warn).then(|| Refusal {
        rule: "max_delete",
        text: format!("{gone} of {of} {what} would be deleted; policy max_delete allows {limit}"),
        ways: vec![format!("if that is meant: --allow-delete {gone}")],
        only_flag: true,
    })
}

/// Why a group may not be deleted now.
pub(super) fn group_in_use(facts: &Facts<'_>, draft: &Draft, id: &Id) -> Option<String> {
    for (send, run, history) in facts.state.runs() {
        let armed = history.armed.as_ref().filter(|(_, armed)| armed.group_id == *id);
        if history.is_unsettled() && armed.is_some() {
            return Some(format!(
                "send.{send} (run {run}) to this group is not settled yet; settle it first (see send.{send})"
            ));
        }
    }
    let cancelled: BTreeSet<&Id> = draft
        .changes
        .iter()
        .filter_map(|c| match &c.action {
            super::Action::CancelJob { job, .. } if c.verdict == Verdict::Go => Some(job),
            _ => None,
        })
        .collect();
    // A word that is not known is no word for *over* (`api.md`, *Lists*): it may still need the group.
    let job = facts
        .observed
        .jobs
        .iter()
        .find(|j| j.group_id.as_ref() == Some(id) && !j.status.is_final() && !cancelled.contains(&j.id));
    if let Some(job) = job {
        return Some(format!(
            "job {} to this group is {}: the group is deleted by the next apply after it has ended",
            job.id,
            one_line(job.status.as_str(), 40)
        ));
    }
    untouched_user(facts, id)
}

/// A schedule of ours that is not touched, since its status is not known, and so still sends to the group.
fn untouched_user(facts: &Facts<'_>, id: &Id) -> Option<String> {
    facts.observed.schedules.iter().find_map(|schedule| {
        let ScheduleStatus::Unknown(word) = &schedule.status else { return None };
        let key = facts.state.schedule_of(&schedule.id)?;
        let planned = || facts.state.schedules.get(key)?.spec.as_ref().map(|spec| &spec.group_id);
        (schedule.group_id.as_ref().or_else(planned) == Some(id)).then(|| {
            format!(
                "schedule.{key} sends to this group and is {}, which this version does not know: end it on the \
                 dashboard, then apply again",
                one_line(word, 40)
            )
        })
    })
}

/// Schedules on the account that are not ours and use the group: said, for they lose it.
pub(super) fn foreign_users<'a>(
    facts: &'a Facts<'_>,
    id: &'a Id,
) -> impl Iterator<Item = &'a crate::model::ObservedSchedule> {
    facts.observed.schedules.iter().filter(move |s| {
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

/// Where the creates of this plan would pass the account's limit: early deletion, or a refusal.
pub(super) fn group_limit(facts: &Facts<'_>, draft: &mut Draft) {
    let creates = draft
        .changes
        .iter()
        .filter(|c| matches!(c.kind, ChangeKind::CreateGroup | ChangeKind::ImportGroup))
        .count();
    let snapshots = usize::from(draft.changes.iter().any(|c| {
        c.verdict == Verdict::Go
            && matches!(&c.action, super::Action::Send(o) if o.via == crate::model::Audience::Snapshot)
    }));
    let needed = facts.observed.groups.len() + creates + snapshots;
    let limit = usize::try_from(facts.limits.groups).unwrap_or(usize::MAX);
    if creates + snapshots == 0 || needed <= limit {
        return;
    }
    let mut over = needed - limit;
    let early: BTreeSet<Address> = draft
        .changes
        .iter()
        .filter(|c| c.kind == ChangeKind::DeleteGroup && c.verdict == Verdict::Go)
        .map(|c| c.address.clone())
        .take(over)
        .collect();
    let needed_schedules: BTreeSet<usize> = draft
        .changes
        .iter()
        .filter(|c| c.kind == ChangeKind::DeleteGroup && early.contains(&c.address))
        .flat_map(|c| c.needs.iter().copied())
        .collect();
    for (position, change) in draft.changes.iter_mut().enumerate() {
        let group = change.kind == ChangeKind::DeleteGroup && early.contains(&change.address);
        let schedule = change.kind == ChangeKind::DeleteSchedule && needed_schedules.contains(&position);
        if group {
            change.reason = format!("{}; deleted first, to make room for the new groups", change.reason);
        }
        if group || schedule {
            change.step = super::order::Step::MakeRoom;
        }
    }
    over -= early.len();
    if over > 0 {
        draft.refusals.push(Refusal {
            rule: "group_limit",
            text: format!(
                "the account may have {limit} groups; it has {} and this plan needs {} more: {over} too many",
                facts.observed.groups.len(),
                creates + snapshots
            ),
            ways: vec![
                "remove groups that are not needed, here or on the dashboard".to_owned(),
                "or write account: {limits: {groups: N}} if the account allows more".to_owned(),
            ],
            only_flag: false,
        });
    }
}

/// Sets a refusal on a change.
pub(super) fn refuse(change: &mut Change, refusal: Refusal) {
    change.verdict = Verdict::Refused(refusal);
}
