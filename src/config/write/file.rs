//! The YAML files: which section lies where, and what most schedules share.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_yaml::FlowMap;

use super::groups::GroupOut;
use super::schedules::ScheduleOut;
use super::sessions::SessionOut;
use super::{Given, WrittenFile};

/// So many groups and schedules fit into one file.
const ONE_FILE: usize = 12;

#[derive(Serialize)]
struct Head<'a> {
    version: u8,
    project: &'a str,
}

#[derive(Serialize)]
struct Account {
    account: FlowMap<Plan>,
}

#[derive(Serialize)]
struct Plan {
    plan: &'static str,
}

#[derive(Serialize)]
struct Defaults {
    defaults: FlowMap<Default>,
}

#[derive(Serialize)]
struct Default {
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
}

#[derive(Serialize)]
struct Sessions {
    sessions: BTreeMap<String, FlowMap<SessionOut>>,
}

#[derive(Serialize)]
struct Groups {
    groups: BTreeMap<String, GroupOut>,
}

#[derive(Serialize)]
struct Schedules {
    schedules: BTreeMap<String, ScheduleOut>,
}

/// The YAML files of the project.
pub fn files(
    given: &Given<'_>,
    sessions: BTreeMap<String, SessionOut>,
    groups: BTreeMap<String, GroupOut>,
    mut schedules: BTreeMap<String, ScheduleOut>,
) -> Vec<WrittenFile> {
    let session = most(schedules.values().filter_map(|s| s.session.clone()))
        .or_else(|| (sessions.len() == 1).then(|| sessions.keys().next().cloned()).flatten());
    let timezone = most(schedules.values().filter_map(|s| s.timezone.clone()));
    for schedule in schedules.values_mut() {
        schedule.session = schedule.session.take().filter(|own| Some(own) != session.as_ref());
        schedule.timezone = schedule.timezone.take().filter(|own| Some(own) != timezone.as_ref());
    }
    let one_file = groups.len() + schedules.len() <= ONE_FILE;
    let mut main = vec![yaml(&Head { version: 1, project: given.project })];
    main.extend(given.plan.map(|plan| yaml(&Account { account: FlowMap(Plan { plan: plan.as_str() }) })));
    if session.is_some() || timezone.is_some() {
        main.push(yaml(&Defaults { defaults: FlowMap(Default { session, timezone }) }));
    }
    if !sessions.is_empty() {
        main.push(yaml(&Sessions {
            sessions: sessions.into_iter().map(|(key, session)| (key, FlowMap(session))).collect(),
        }));
    }
    let groups = (!groups.is_empty()).then(|| spaced(&yaml(&Groups { groups })));
    let schedules = (!schedules.is_empty()).then(|| spaced(&yaml(&Schedules { schedules })));
    let mut files = Vec::new();
    if one_file {
        main.extend(groups.into_iter().chain(schedules));
        files.push(file("campaign.yaml", &main));
    } else {
        files.push(file("campaign.yaml", &main));
        let head = "version: 1\n".to_owned();
        files.extend(groups.map(|groups| file("groups.yaml", &[head.clone(), groups])));
        files.extend(schedules.map(|schedules| file("schedules.yaml", &[head, schedules])));
    }
    files
}

fn file(path: &str, sections: &[String]) -> WrittenFile {
    let text = format!("# yaml-language-server: $schema=campaign.schema.json\n{}", sections.join("\n"));
    WrittenFile { path: path.to_owned(), text }
}

/// The value that most have; of several the first in order.
fn most(values: impl Iterator<Item = String>) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0))).map(|(value, _)| value)
}

fn yaml<T: Serialize>(section: &T) -> String {
    let options = serde_yaml::ser_options! { prefer_block_scalars: false, compact_list_indent: false };
    // These types have nothing that YAML cannot say.
    serde_yaml::to_string_with_options(section, options).unwrap_or_default()
}

/// An empty line between the entries of a section, and `on` without quotes, as people write them. (The writer quotes
/// it for readers of YAML 1.1, to whom it is a truth value; those of the `$schema` know better.)
fn spaced(section: &str) -> String {
    let mut out = String::with_capacity(section.len());
    for (number, line) in section.split_inclusive('\n').enumerate() {
        let entry = line.starts_with("  ") && !line.starts_with("   ");
        if entry && number > 1 {
            out.push('\n');
        }
        let on = ["    weekly: {", "    monthly: {"]
            .into_iter()
            .find_map(|head| Some((head, line.strip_prefix(head)?.strip_prefix("\"on\": ")?)));
        match on {
            Some((head, rest)) => out.extend([head, "on: ", rest]),
            None => out.push_str(line),
        }
    }
    out
}
