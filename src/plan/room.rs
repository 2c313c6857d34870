//! The account's limit of groups: where creates would pass it, groups that no kept object uses are deleted first
//! (`product.md`, *Plan*, Order).

use std::collections::BTreeSet;

use super::change::{ChangeId, ChangeKind};
use super::draft::Draft;
use super::input::Facts;
use super::{Action, Change, Refusal, Step, Verdict};
use crate::model::Audience;

/// Deletes early what can be, and refuses where that is not enough.
pub(super) fn make_room(facts: &Facts<'_>, draft: &mut Draft) {
    let changes = &draft.changes;
    let new = changes.iter().map(groups_made).sum::<usize>();
    // Of these the place is free before the first create.
    let free = changes.iter().filter(|c| is_deletion(c) && c.step < Step::MakeRoom).count();
    let needed = (facts.groups.len() + new).saturating_sub(free);
    let limit = usize::try_from(facts.limits.groups).unwrap_or(usize::MAX);
    if new == 0 || needed <= limit {
        return;
    }
    let over = needed - limit;
    let early: BTreeSet<ChangeId> =
        (0..changes.len()).filter(|position| can_be_early(changes, *position)).take(over).collect();
    let schedules: BTreeSet<ChangeId> = early
        .iter()
        .flat_map(|position| changes[*position].needs.iter().copied())
        .filter(|need| changes[*need].kind == ChangeKind::DeleteSchedule)
        .collect();
    for (position, change) in draft.changes.iter_mut().enumerate() {
        if early.contains(&position) {
            change.reason = format!("{}; deleted first, to make room for the new groups", change.reason);
            change.step = Step::MakeRoom;
        } else if schedules.contains(&position) {
            change.step = Step::ClearSchedules;
        }
    }
    let missing = over - early.len();
    if missing > 0 {
        draft.refusals.push(Refusal {
            rule: "group_limit",
            text: format!(
                "the account may have {limit} groups; it has {} and this plan needs {new} more: {missing} too many",
                facts.groups.len(),
            ),
            ways: vec![
                "remove groups that are not needed, here or on the dashboard".to_owned(),
                "or write account: {limits: {groups: N}} if the account allows more".to_owned(),
            ],
            only_flag: false,
        });
    }
}

/// How many groups a change makes. A snapshot's stays while its job runs, a temporary one for a moment. Whether a send is blocked today makes no
/// difference: the plan is the same.
fn groups_made(change: &Change) -> usize {
    match &change.action {
        Action::CreateGroup(_) | Action::ImportGroup { .. } | Action::Reimport { .. } => 1,
        Action::Send(order) => usize::from(order.via == Audience::Snapshot),
        _ => 0,
    }
}

fn is_deletion(change: &Change) -> bool {
    change.kind == ChangeKind::DeleteGroup && change.verdict == Verdict::Go
}

/// Whether all that it needs can be done before the first create.
fn can_be_early(changes: &[Change], position: ChangeId) -> bool {
    let change = &changes[position];
    let before = |need: &ChangeId| changes[*need].step < Step::ClearSchedules;
    is_deletion(change)
        && change.step == Step::DeleteGroups
        && change.needs.iter().all(|need| {
            let needed = &changes[*need];
            before(need) || (needed.kind == ChangeKind::DeleteSchedule && needed.needs.iter().all(before))
        })
}
