//! What one change does, in a few plain words: the same in every rendering.

use super::figures::{people, plural, wide};
use super::words;
use crate::model::{Audience, PhoneSet, one_line};
use crate::plan::{Action, Change, ChangeKind, GroupTarget, ScheduleOrder, SendOrder, Step, Verdict};

/// `create group “VIP Clients” with 2 members`. Names come from files and servers; they are made printable.
pub(super) fn headline(change: &Change) -> String {
    if change.verdict == Verdict::Over {
        return "one-time message".to_owned();
    }
    let mut text = of_action(change.kind, &change.action);
    if change.step == Step::MakeRoom {
        text.push_str(" (early, to make room for new groups)");
    }
    text
}

fn of_action(kind: ChangeKind, action: &Action) -> String {
    let plain = words::of_kind(kind).plain;
    match action {
        Action::None
        | Action::PauseJob { job: _ }
        | Action::PauseForSuppressed { run: _, job: _ }
        | Action::ResumeJob { job: _ }
        | Action::CancelJob { run: _, job: _ }
        | Action::ForgetGone { id: _ }
        | Action::DeleteGroup { id: _ }
        | Action::PauseSchedule { id: _ }
        | Action::ResumeSchedule { id: _ }
        | Action::CancelSchedule { id: _ } => plain.to_owned(),
        Action::DeleteSnapshot { run: _, attempt: _, id: _ } => {
            "delete the group made for this send".to_owned()
        }
        Action::Recover { run } => format!("{plain} (run {})", one_line(run, 40)),
        Action::AdoptGroup { id: _, name } => {
            format!("take over group {}, which is already on the account", quoted(name))
        }
        Action::AdoptSchedule { id: _, spec: _ } => {
            "take over the schedule, which is already on the account".to_owned()
        }
        Action::CreateGroup(target) => {
            let GroupTarget { name, phones, names: _ } = target;
            format!("create group {} with {}", quoted(name), members(phones))
        }
        Action::ImportGroup { target, import } => {
            let GroupTarget { name, phones, names: _ } = target;
            let from = plural(wide(import.len()), "WhatsApp group", "WhatsApp groups");
            let more =
                if phones.is_empty() { String::new() } else { format!(", then add {}", members(phones)) };
            format!("create group {} from {from}{more}", quoted(name))
        }
        Action::Reimport { import } => {
            let from = plural(wide(import.len()), "WhatsApp group", "WhatsApp groups");
            format!("import {from} again, through a temporary group")
        }
        Action::DropImport => "delete the temporary group of an import that was cut off".to_owned(),
        Action::RenameGroup { name } => format!("rename the group to {}", quoted(name)),
        Action::AddMembers { target } => {
            let GroupTarget { name, phones, names: _ } = target;
            format!("add {} to group {}", members(phones), quoted(name))
        }
        Action::RemoveMembers { phones, suppressed } => match (phones.len(), suppressed.len()) {
            (_, 0) => format!("remove {}", members(phones)),
            (all, some) if all == some => format!("remove {}, suppressed", members(phones)),
            (_, some) => format!("remove {}, {some} of them suppressed", members(phones)),
        },
        Action::CreateSchedule { order } if kind == ChangeKind::ScheduleAgain => {
            format!("schedule again: {}", schedule(order))
        }
        Action::CreateSchedule { order } => format!("create schedule {}", schedule(order)),
        Action::UpdateSchedule { id: _, patch: _, order } => {
            format!("change schedule {}", quoted(&order.name))
        }
        Action::ReplaceSchedule { old: _, order } => {
            format!("replace schedule {}: cancel it, then create it anew", quoted(&order.name))
        }
        Action::DeleteSchedule { id: _, retired } if retired.is_empty() => plain.to_owned(),
        Action::DeleteSchedule { id: _, retired } => {
            let replaced = plural(wide(retired.len()), "cancelled one", "cancelled ones");
            format!("{plain} and {replaced} that it replaced")
        }
        Action::Send(order) => send(plain, order),
    }
}

fn send(plain: &str, order: &SendOrder) -> String {
    let SendOrder { group, session, audience, via, .. } = order;
    let snapshot = match via {
        Audience::Direct => "",
        Audience::Snapshot => ", by a group made for this send alone",
    };
    let to = people(wide(audience.len()));
    format!("{plain} to {to} in group.{group} from session {session}{snapshot}")
}

fn schedule(order: &ScheduleOrder) -> String {
    let ScheduleOrder { name, group, session, paused, .. } = order;
    let paused = if *paused { ", paused" } else { "" };
    format!("{} for group.{group} from session {session}{paused}", quoted(name))
}

fn members(phones: &PhoneSet) -> String {
    plural(wide(phones.len()), "member", "members")
}

/// A name in quotation marks, on one line.
fn quoted(name: &str) -> String {
    format!("“{}”", one_line(name, 80))
}
