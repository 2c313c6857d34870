//! Who gets what a schedule of this plan starts to send: part of the digest, as the audience of a send is.
//!
//! The same whether the members were read or not, wherever that can be: a group that was not read is as the YAML has
//! it, or there would be a reason to read it. Only a group that also keeps others (`at-least`) has to be read
//! (see [`super::reads`]).

use std::collections::BTreeMap;

use serde_json::Value;

use super::groups::Outlook;
use super::input::Facts;
use super::members::diff_members;
use super::{Change, ChangeKind, digest};
use crate::model::{Kind, Membership, PhoneSet};

/// The audience of each schedule that starts, as what the digest has of it; by schedule key. Null where it is not
/// known: not read, or only known once WhatsApp's own groups were imported.
pub(super) fn starting(
    facts: &Facts<'_>,
    changes: &[Change],
    outlooks: &BTreeMap<&str, Outlook>,
) -> BTreeMap<String, Value> {
    let mut by_group: BTreeMap<&str, Value> = BTreeMap::new();
    let mut by_schedule = BTreeMap::new();
    for change in changes.iter().filter(|c| c.address.kind == Kind::Schedule && starts(c.kind)) {
        let Some(schedule) = facts.desired.schedules.get(&change.address.key) else { continue };
        let group = schedule.group.as_str();
        let audience = by_group.entry(group).or_insert_with(|| {
            audience(facts, group, outlooks.get(group)).map_or(Value::Null, |a| digest::phones(&a))
        });
        by_schedule.insert(change.address.key.clone(), audience.clone());
    }
    by_schedule
}

fn starts(kind: ChangeKind) -> bool {
    matches!(
        kind,
        ChangeKind::CreateSchedule
            | ChangeKind::ScheduleAgain
            | ChangeKind::UpdateSchedule
            | ChangeKind::ReplaceSchedule
            | ChangeKind::ResumeSchedule
    )
}

/// One form for each person: which of several a server gives back says nothing.
fn audience(facts: &Facts<'_>, key: &str, outlook: Option<&Outlook>) -> Option<PhoneSet> {
    let outlook = outlook?;
    if outlook.importing {
        return None;
    }
    if let Some(read) = &outlook.audience {
        return Some(read.canonical());
    }
    let group = facts.desired.groups.get(key).filter(|g| g.membership == Membership::Exact)?;
    Some(diff_members(group, &PhoneSet::new(), &facts.suppressed_canonical).add.canonical())
}
