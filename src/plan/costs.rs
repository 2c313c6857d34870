//! What an apply's requests come to, where a change is more than its one write (`product.md`, *Requests are the
//! scarce resource*: the plan says how many requests apply will need). Each number mirrors what the executor does
//! and is held to it by `tests/it/requests.rs`.

use super::change::ChangeKind;
use super::draft::batches;
use super::input::Facts;
use super::{Action, Change, SendOrder, Step, Verdict};
use crate::ledger::RunHistory;
use crate::model::Audience;

/// Items of a list in one answer (`api.md`: default 50).
const PAGE: usize = 50;
/// Listings of the jobs that a recovery compares.
const LISTINGS: u64 = 2;

/// Requests that read a list of so many.
fn pages(items: usize) -> u64 {
    (items.div_ceil(PAGE) as u64).max(1)
}

/// One send: session, group and quota at the gates, the POST, and the job read once. A snapshot is made, filled
/// and read back besides.
pub(super) fn send(order: &SendOrder, people: u64) -> u64 {
    let quota = u64::from(order.quota_left.is_some());
    let snapshot = match order.via {
        Audience::Direct => 0,
        Audience::Snapshot => batches(usize::try_from(people).unwrap_or(usize::MAX)).max(1) + 1,
    };
    4 + quota + snapshot
}

/// Besides, for an attempt after others that were taken for not sent: the jobs listed as for a recovery.
pub(super) fn late_gate(facts: &Facts<'_>) -> u64 {
    LISTINGS * pages(facts.observed.jobs.len())
}

/// One recovery: the jobs listed until two listings agree, the schedules, the history of each that could have fired, and
/// the job that is found.
pub(super) fn recover(facts: &Facts<'_>, history: &RunHistory) -> u64 {
    let could_have_fired = history.armed.as_ref().map_or(0, |(_, armed)| {
        facts
            .observed
            .schedules
            .iter()
            .filter(|s| {
                s.group_id.as_ref().is_none_or(|id| *id == armed.group_id)
                    && s.session_id.as_ref().is_none_or(|id| *id == armed.session_id)
            })
            .count()
    });
    LISTINGS * pages(facts.observed.jobs.len())
        + pages(facts.observed.schedules.len())
        + could_have_fired as u64
        + 1
}

/// One list of the groups, where members were written, as long as it is then.
pub(super) fn read_back(facts: &Facts<'_>, changes: &[Change]) -> u64 {
    let goes = |c: &&Change| c.verdict == Verdict::Go;
    let writes_members = |c: &Change| {
        let imports = matches!(c.action, Action::ImportGroup { .. } | Action::Reimport { .. });
        imports
            || matches!(c.kind, ChangeKind::CreateGroup | ChangeKind::AddMembers | ChangeKind::RemoveMembers)
    };
    if !changes.iter().filter(goes).any(writes_members) {
        return 0;
    }
    let made = changes
        .iter()
        .filter(goes)
        .filter(|c| matches!(c.action, Action::CreateGroup(_) | Action::ImportGroup { .. }))
        .count();
    let deleted = changes.iter().filter(goes).filter(|c| c.step == Step::MakeRoom).count();
    pages((facts.observed.groups.len() + made).saturating_sub(deleted))
}
