//! Which changes a comment or a page shows where it has no room for all of them.
//!
//! Whoever approves a plan approves what people will get: that comes first, whatever is cut, and where even that does
//! not fit, it is named. Owns the order and the words of what is left out; not how a change looks.

use std::collections::BTreeMap;

use super::figures::{count, people, plural, wide};
use super::words;
use crate::model::Address;
use crate::plan::{Action, Change, ChangeKind, Verdict};

/// The changes that fit, as they are shown, and those that do not.
pub(super) struct Fitted<'a> {
    /// In the plan's order where all of them fit; else what goes to people first.
    pub(super) shown: Vec<String>,
    /// In the same order.
    pub(super) left: Vec<&'a Change>,
}

/// Where a change stands when not all fit: the lower, the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A person has to look at it: refused, blocked, held, or in doubt.
    Look,
    /// People get a message.
    Send,
    /// People will get messages.
    Schedule,
    /// Something ends.
    End,
    /// Anything else.
    Rest,
}

fn rank(change: &Change) -> Rank {
    match change.verdict {
        Verdict::Refused(_) | Verdict::Blocked(_) | Verdict::Held(_) => Rank::Look,
        Verdict::Expired | Verdict::Over => Rank::Rest,
        Verdict::Go => of_kind(change.kind),
    }
}

fn of_kind(kind: ChangeKind) -> Rank {
    use ChangeKind as K;
    match kind {
        K::Recover => Rank::Look,
        K::Send | K::SendAgain | K::ResumeJob => Rank::Send,
        K::CreateSchedule | K::ScheduleAgain | K::UpdateSchedule | K::ReplaceSchedule | K::ResumeSchedule => {
            Rank::Schedule
        }
        K::RemoveMembers
        | K::DeleteGroup
        | K::PauseSchedule
        | K::CancelSchedule
        | K::DeleteSchedule
        | K::PauseJob
        | K::CancelJob => Rank::End,
        K::CreateGroup | K::ImportGroup | K::RenameGroup | K::AddMembers | K::Adopt | K::Forget => Rank::Rest,
    }
}

/// The changes as `show` shows them, in at most `room` bytes. Where not all fit, one that is too long does not keep a
/// shorter one from being shown.
pub(super) fn fit(changes: &[Change], room: usize, show: impl Fn(&Change) -> String) -> Fitted<'_> {
    if let Some(shown) = all(changes, room, &show) {
        return Fitted { shown, left: Vec::new() };
    }
    let mut used = 0;
    let mut shown = BTreeMap::new();
    // What has to be looked at is named above the changes as well: it leaves most of the room to what is sent.
    let passes = [Rank::Look, Rank::Send, Rank::Schedule, Rank::Look, Rank::End, Rank::Rest];
    for (pass, wanted) in passes.into_iter().enumerate() {
        let room = if pass == 0 { room / 4 } else { room };
        for (i, change) in changes.iter().enumerate().filter(|(_, change)| rank(change) == wanted) {
            if used >= room || shown.contains_key(&(wanted, i)) {
                continue;
            }
            let item = show(change);
            if used + item.len() <= room {
                used += item.len();
                shown.insert((wanted, i), item);
            }
        }
    }
    let mut left: Vec<(Rank, usize, &Change)> =
        changes.iter().enumerate().map(|(i, change)| (rank(change), i, change)).collect();
    left.retain(|(rank, i, _)| !shown.contains_key(&(*rank, *i)));
    left.sort_by_key(|(rank, i, _)| (*rank, *i));
    Fitted {
        shown: shown.into_values().collect(),
        left: left.into_iter().map(|(_, _, change)| change).collect(),
    }
}

/// All of them, if they fit.
fn all(changes: &[Change], room: usize, show: impl Fn(&Change) -> String) -> Option<Vec<String>> {
    let mut used = 0;
    let mut shown = Vec::new();
    for change in changes {
        let item = show(change);
        used += item.len();
        if used > room {
            return None;
        }
        shown.push(item);
    }
    Some(shown)
}

/// `340 more changes: 320 groups created, 20 members added to 3 groups`.
pub(super) fn summed(left: &[&Change]) -> String {
    let mut kinds: BTreeMap<(Rank, &str, ChangeKind), (u64, u64)> = BTreeMap::new();
    for change in left {
        let verdict = words::marker(&change.verdict).map_or("", |(_, word)| word);
        // Why it is not done says more than what is not done.
        let kind = if verdict.is_empty() { change.kind } else { ChangeKind::Recover };
        let (changes, members) = kinds.entry((rank(change), verdict, kind)).or_default();
        *changes += 1;
        *members += match &change.action {
            Action::AddMembers { target } => wide(target.phones.len()),
            Action::RemoveMembers { phones, suppressed: _ } => wide(phones.len()),
            _ => 0,
        };
    }
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|((_, verdict, kind), (changes, members))| {
            let groups = plural(changes, "group", "groups");
            let members = plural(members, "member", "members");
            match kind {
                _ if !verdict.is_empty() => format!("{} {verdict}", count(changes)),
                ChangeKind::AddMembers => format!("{members} added to {groups}"),
                ChangeKind::RemoveMembers => format!("{members} removed from {groups}"),
                kind => {
                    let (one, many) = words::counted(kind);
                    plural(changes, one, many)
                }
            }
        })
        .collect();
    format!("{}: {}", plural(wide(left.len()), "more change", "more changes"), parts.join(", "))
}

/// What goes to people and is not shown.
pub(super) struct Unseen<'a> {
    /// `12 sends to 3,400 people and 2 schedules are not shown here`.
    pub(super) lead: String,
    /// Each, and what is known of it: `to 1,200 people`.
    pub(super) items: Vec<(&'a Address, String)>,
}

/// What goes to people of what is left out; `None` where all of that is shown. A send that is blocked counts: it goes
/// as soon as it can.
pub(super) fn unseen<'a>(left: &[&'a Change]) -> Option<Unseen<'a>> {
    let mut items = Vec::new();
    let (mut sends, mut schedules, mut to) = (0, 0, 0);
    for change in left.iter().filter(|change| matches!(change.verdict, Verdict::Go | Verdict::Blocked(_))) {
        match of_kind(change.kind) {
            Rank::Send => sends += 1,
            Rank::Schedule => schedules += 1,
            Rank::Look | Rank::End | Rank::Rest => continue,
        }
        let what = if let Action::Send(order) = &change.action {
            let audience = wide(order.audience.len());
            to += audience;
            format!("to {}", people(audience))
        } else {
            words::of_kind(change.kind).plain.to_owned()
        };
        items.push((&change.address, what));
    }
    let mut parts = Vec::new();
    if sends > 0 {
        let to = if to > 0 { format!(" to {}", people(to)) } else { String::new() };
        parts.push(format!("{}{to}", plural(sends, "send", "sends")));
    }
    if schedules > 0 {
        parts.push(plural(schedules, "schedule", "schedules"));
    }
    let are = if sends + schedules == 1 { "is" } else { "are" };
    (!items.is_empty())
        .then(|| Unseen { lead: format!("{} {are} not shown here", parts.join(" and ")), items })
}

/// Where all of it is to be read.
pub(super) const WHOLE: &str = "Read the whole plan before you approve it: plan.json in the artifact of the job that \
    made it, or the output of campaignctl plan.";
