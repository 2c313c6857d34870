//! `schedules:`.

use std::collections::BTreeMap;

use super::Settings;
use super::account::Defaults;
use super::content::{Messages, content};
use super::refer::{Names, kept_name, source};
use super::sends::session;
use crate::config::file::{CampaignFile, ScheduleFile};
use crate::config::read::{Cx, Entry, Slot};
use crate::config::spans::Span;
use crate::config::timing;
use crate::model::{DesiredSchedule, OnChange};
use crate::time::Zone;

/// All schedules that are right.
pub fn schedules(
    file: &CampaignFile,
    names: &Names<'_>,
    defaults: &Defaults,
    messages: &Messages,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> BTreeMap<String, DesiredSchedule> {
    let entries = file.schedules.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    let mut schedules = BTreeMap::new();
    let mut by_name: BTreeMap<String, Span> = BTreeMap::new();
    for entry in entries {
        let Some(given) = &entry.value else { continue };
        let name = kept_name(&given.name, &entry.key, cx);
        if let Some(name) = &name {
            let at = given.name.get().map_or(entry.span, |text| text.span);
            one_name("schedules", name, at, &mut by_name, cx);
        }
        if let Some(schedule) = schedule(entry, given, name, names, defaults, messages, settings, cx) {
            schedules.insert(entry.key.clone(), schedule);
        }
    }
    schedules
}

/// Two things of one kind cannot have one name: the account could not tell them apart.
pub fn one_name(what: &str, name: &str, at: Span, by_name: &mut BTreeMap<String, Span>, cx: &mut Cx<'_>) {
    match by_name.get(name) {
        Some(first) => {
            cx.report
                .error("same-name", at, format!("two {what} have the same name on the account"))
                .also(*first, "the other one")
                .help("give one of them another `name:`");
        }
        None => {
            by_name.insert(name.to_owned(), at);
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "all that a schedule is made of, each used once")]
fn schedule(
    entry: &Entry<ScheduleFile>,
    given: &ScheduleFile,
    name: Option<String>,
    names: &Names<'_>,
    defaults: &Defaults,
    messages: &Messages,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> Option<DesiredSchedule> {
    let group = given.group.get().and_then(|text| names.group(text, cx));
    let session = session(&given.session, defaults, names, ("schedule", entry.span), cx);
    let content =
        content("this schedule", entry.span, (&given.message, &given.media), messages, settings, cx);
    let zone = match (timing::zone(&given.timezone, cx), &defaults.zone) {
        (Slot::Given(zone), _) => Some(zone),
        (Slot::Missing, Slot::Given(zone)) => Some(zone.clone()),
        (Slot::Missing, Slot::Missing) if given.at.get().is_some_and(timing::has_offset) => Some(Zone::utc()),
        (Slot::Missing, Slot::Missing) => {
            cx.report
                .warning("no-timezone", entry.span, "no time zone is given: these times are taken as UTC")
                .help("add `timezone: Area/City` here, or under `defaults:` for all");
            Some(Zone::utc())
        }
        _ => None,
    };
    let timing = timing::timing(given, entry.span, zone.as_ref(), settings.now, cx);
    let on_change = on_change(given, cx);
    Some(DesiredSchedule {
        name: name?,
        group: group?,
        session: session?,
        content: content?,
        timing: timing?,
        timezone: zone?.name().to_owned(),
        paused: given.paused.get().is_some_and(|flag| flag.value),
        on_change,
        source: source(entry.span, cx),
    })
}

fn on_change(given: &ScheduleFile, cx: &mut Cx<'_>) -> OnChange {
    let Some(word) = given.on_change.get() else { return OnChange::default() };
    if given.at.is_missing() {
        cx.report
            .error("bad-on-change", word.span, "`on_change:` is for schedules with `at:` only")
            .help("remove it: a changed text of this schedule is used from its next firing on");
    }
    word.value
}
