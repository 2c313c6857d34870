//! `groups:`, and the CSV files of the large ones.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_yaml::{DoubleQuoted, FlowMap};

use super::keys::keys;
use super::names::{escaped, is_lost, wrong_name};
use super::{Given, MOST_INLINE, Written, WrittenFile};
use crate::model::{ObservedGroup, ObservedMembers, Phone, grouped, member_name};

/// A group as written.
#[derive(Serialize)]
pub struct GroupOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<MemberOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members_from: Option<Vec<FlowMap<SourceOut>>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum MemberOut {
    Phone(DoubleQuoted<String>),
    Named(FlowMap<NamedOut>),
}

#[derive(Serialize)]
struct NamedOut {
    phone: DoubleQuoted<String>,
    name: String,
}

#[derive(Serialize)]
struct SourceOut {
    csv: String,
}

/// Groups that exist only while a command or a send runs.
const OURS: [&str; 3] = ["campaignctl try ", "campaignctl export ", "campaignctl snapshot "];

/// All that can be written.
pub fn write(given: &Given<'_>, written: &mut Written) -> BTreeMap<String, GroupOut> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut good = Vec::new();
    for group in in_order(given) {
        let wrong = if OURS.iter().any(|prefix| group.name.starts_with(prefix)) {
            Some("campaignctl made it for a moment; it is no group of people")
        } else if let Some(wrong) = wrong_name(&group.name) {
            Some(wrong)
        } else if !names.insert(&group.name) {
            Some("another group has the same name; rename one of the two on the dashboard to have both")
        } else {
            None
        };
        if let Some(why) = wrong {
            written.leave_out("group", &group.name, &group.id, why);
            continue;
        }
        good.push(group);
    }
    let keys = keys(good.iter().map(|group| group.name.as_str()), "group");
    let mut groups = BTreeMap::new();
    for (group, key) in good.into_iter().zip(keys) {
        let out = group_out(&key, group, written);
        written.groups.insert(key.clone(), group.id.clone());
        groups.insert(key, out);
    }
    groups
}

/// Of two groups of one name, the one that live schedules use comes first, then the older one: whatever order the
/// API lists them in.
fn in_order<'g>(given: &Given<'g>) -> Vec<&'g ObservedGroup> {
    let live = given.schedules.iter().filter(|schedule| !schedule.status.is_final());
    let used: BTreeSet<_> = live.filter_map(|schedule| schedule.group_id.as_ref()).collect();
    let mut groups: Vec<_> = given.groups.iter().collect();
    groups.sort_by_key(|group| {
        (!used.contains(&group.id), group.created_at.is_none(), group.created_at, &group.id)
    });
    groups
}

fn group_out(key: &str, group: &ObservedGroup, written: &mut Written) -> GroupOut {
    let none = ObservedMembers::default();
    let members = group.members.as_ref().unwrap_or(&none);
    let lost = members.names.values().filter(|name| is_lost(name)).count();
    if lost > 0 {
        let why = if lost == 1 {
            "the name of 1 member has control characters or more than 255 characters; the number is \
             in the file without it"
                .to_owned()
        } else {
            format!(
                "the names of {lost} members have control characters or more than 255 characters; the \
                 numbers are in the file without them"
            )
        };
        written.leave_out("names in group", &group.name, &group.id, why);
    }
    if members.redacted > 0 {
        let why = match members.redacted {
            1 => "1 of them has no phone number, as after an erasure, and cannot be written".to_owned(),
            more => format!(
                "{} of them have no phone number, as after an erasure, and cannot be written",
                grouped(more)
            ),
        };
        written.leave_out("members of group", &group.name, &group.id, why);
    }
    let twice = members.phones.len() - members.phones.canonical().len();
    if twice > 0 {
        let them = if twice == 1 {
            "1 number is".to_owned()
        } else {
            format!("{} numbers are", grouped(twice as u64))
        };
        let why = format!(
            "{them} in it in two forms, which WhatsApp takes for the same person: they would get everything twice, so \
             a plan takes the second form out"
        );
        written.leave_out("members of group", &group.name, &group.id, why);
    }
    let large = members.phones.len() > MOST_INLINE;
    let file = large.then(|| {
        let path = format!("private/{key}.csv");
        written.files.push(WrittenFile { path: path.clone(), text: csv(members) });
        vec![FlowMap(SourceOut { csv: path })]
    });
    GroupOut {
        name: (group.name != key).then(|| escaped(&group.name)),
        members: (!large).then(|| members.phones.iter().map(|phone| member(phone, members)).collect()),
        members_from: file,
    }
}

fn name_of(phone: Phone, members: &ObservedMembers) -> Option<String> {
    member_name(members.names.get(&phone)?).filter(|name| !name.is_empty()).map(Cow::into_owned)
}

fn member(phone: Phone, members: &ObservedMembers) -> MemberOut {
    let number = DoubleQuoted(phone.e164());
    match name_of(phone, members) {
        Some(name) => MemberOut::Named(FlowMap(NamedOut { phone: number, name: escaped(&name) })),
        None => MemberOut::Phone(number),
    }
}

/// Variables are not looked for in CSV.
fn csv(members: &ObservedMembers) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut rows = writer.write_record(["phone", "name"]);
    for phone in members.phones.iter() {
        let name = name_of(phone, members).unwrap_or_default();
        rows = rows.and_then(|()| writer.write_record([phone.e164(), name]));
    }
    // Writing to memory does not fail, and every cell is UTF-8.
    let bytes = rows.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
