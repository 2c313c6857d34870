//! What the policy makes of a whole plan: `max_per_recipient`, `require`, quiet hours of schedules, numbers that
//! nobody has. Each violation names the rule, the numbers and the way out (`product.md`, *policy*).
//!
//! A broken rule refuses the changes that break it. Where nothing of this plan does (the schedules are on the account
//! already), it is said as a warning: refusing would keep only mending changes from being made.

use std::collections::BTreeMap;

use super::combinations::Combinations;
use super::draft::{Draft, people, words_in};
use super::forecast::LoadForecast;
use super::forecasting::{Found, MOST, firings, in_a_month};
use super::groups::Outlook;
use super::input::Facts;
use super::load::{self, Load};
use super::outgoing::{AHEAD_DAYS, Outgoing, active};
use super::quiet::{self, QuietAudience};
use super::{Action, Change, ChangeId, Note, NoteLevel, Refusal, Verdict};
use crate::model::{
    Address, CHECKED_WHEN_READ, Kind, MaxPerRecipient, Requirement, Rule, ScheduleType, Timing, is_in_use,
    one_line,
};
use crate::time::format::local_words;
use crate::time::{Cron, Zone};
use jiff::{SignedDuration, Timestamp};

/// Looks at the whole plan, once all of its changes are known. Gives what the forecast shows of it.
pub(super) fn enforce(facts: &Facts<'_>, draft: &mut Draft, outlooks: &BTreeMap<&str, Outlook>) -> Found {
    numbers(facts, draft);
    requirements(facts, draft);
    let quiet_firings = quiet_schedules(facts, draft, outlooks);
    let limit = facts.desired.policy.max_per_recipient;
    let ahead = limit.map_or(AHEAD_DAYS, |rule| rule.value.days.max(AHEAD_DAYS));
    let back = limit.map_or(0, |rule| rule.value.days);
    let outgoing = Outgoing::of(facts, &draft.changes, outlooks, (back, ahead));
    let combinations = Combinations::of(&outgoing);
    let overlap = load::overlap(&outgoing, &combinations);
    let load = limit.map(|rule| per_recipient(facts, draft, rule, ahead, &outgoing, &combinations));
    Found { overlap, load, quiet_firings }
}

/// `require:` of what goes out.
fn requirements(facts: &Facts<'_>, draft: &mut Draft) {
    let rule = &facts.desired.policy.require;
    for wanted in &rule.value {
        for (address, text, way) in broken(facts, *wanted) {
            let (code, name) = match wanted {
                Requirement::HttpsMedia => ("require_https_media", "https_media"),
                Requirement::NamedWeekdays => ("require_named_weekdays", "named_weekdays"),
            };
            let text = format!("{text}; policy require has {name}");
            if rule.warn {
                draft.note(NoteLevel::Warning, code, &address, format!("{text}. {way}"));
                continue;
            }
            let refusal = Refusal { rule: code, text, ways: vec![way], only_flag: false };
            let there = address.kind == Kind::Schedule && !draft.changes.iter().any(|c| c.address == address);
            if there {
                // Nothing of it changes, but it goes out as it is, and the YAML breaks the rule.
                let text = format!("{address}: {}", refusal.text);
                draft.refusals.push(Refusal { text, ..refusal });
            } else {
                refuse(draft, &address, &refusal);
            }
        }
    }
}

/// Where a requirement is not met: address, what is wrong, what to write.
fn broken(facts: &Facts<'_>, wanted: Requirement) -> Vec<(Address, String, String)> {
    let desired = facts.desired;
    let live = || desired.schedules.iter().filter(|(_, schedule)| !schedule.paused);
    let schedules = live().map(|(key, s)| (Address::schedule(key.as_str()), &s.content));
    let sends = desired.sends.iter().map(|(key, s)| (Address::send(key.as_str()), &s.content));
    match wanted {
        Requirement::HttpsMedia => schedules
            .chain(sends)
            .filter_map(|(address, content)| {
                let media = content.media.as_deref()?;
                let rest = media
                    .get(..7)
                    .filter(|scheme| scheme.eq_ignore_ascii_case("http://"))
                    .map(|_| &media[7..])?;
                Some((
                    address,
                    format!("its media is fetched over http: {}", one_line(media, 120)),
                    format!("write media: https://{}", one_line(rest, 120)),
                ))
            })
            .collect(),
        Requirement::NamedWeekdays => live()
            .filter_map(|(key, schedule)| {
                let Timing::Recurring { schedule_type: ScheduleType::Cron, cron: text } = &schedule.timing
                else {
                    return None;
                };
                let cron = Cron::parse(text).ok().filter(Cron::has_numeric_weekday)?;
                Some((
                    Address::schedule(key.as_str()),
                    format!("its cron expression has a weekday as a number: {text:?}"),
                    format!("write it with names: cron: {:?}", cron.to_string()),
                ))
            })
            .collect(),
    }
}

/// Refuses every change of an address that makes something go out.
fn refuse(draft: &mut Draft, address: &Address, refusal: &Refusal) {
    let of_it = draft.changes.iter_mut().filter(|change| change.address == *address);
    for change in of_it.filter(|change| !matches!(change.action, Action::None) && !takes_away(&change.action))
    {
        put(change, refusal.clone());
    }
}

/// A change that stops or removes something never breaks a rule about what goes out.
fn takes_away(action: &Action) -> bool {
    matches!(
        action,
        Action::PauseSchedule { .. }
            | Action::CancelSchedule { .. }
            | Action::DeleteSchedule { .. }
            | Action::CancelJob { .. }
            | Action::PauseJob { .. }
            | Action::PauseForSuppressed { .. }
            | Action::Recover { .. }
            | Action::ForgetGone { .. }
    )
}

/// Sets a refusal; every rule that is broken is said, and one that no flag lifts comes first.
fn put(change: &mut Change, refusal: Refusal) {
    let said = change.also_refused.iter().any(|before| before.rule == refusal.rule);
    match &mut change.verdict {
        Verdict::Held(_) | Verdict::Expired | Verdict::Over => {}
        Verdict::Refused(before) if said || before.rule == refusal.rule => {}
        Verdict::Refused(before) if before.only_flag && !refusal.only_flag => {
            change.also_refused.push(std::mem::replace(before, refusal));
        }
        Verdict::Refused(_) => change.also_refused.push(refusal),
        Verdict::Go | Verdict::Blocked(_) => change.verdict = Verdict::Refused(refusal),
    }
}

/// `max_per_recipient`.
fn per_recipient(
    facts: &Facts<'_>,
    draft: &mut Draft,
    rule: Rule<MaxPerRecipient>,
    ahead: u32,
    outgoing: &Outgoing<'_>,
    combinations: &Combinations<'_>,
) -> LoadForecast {
    let limit = rule.value;
    let load = Load::of(limit, facts.now, outgoing, combinations, ahead);
    let forecast = LoadForecast {
        messages: limit.messages,
        days: limit.days,
        people_over: load.over,
        most: load.worst,
        weeks: ahead.div_ceil(7),
    };
    if load.over == 0 {
        return forecast;
    }
    let worst = worst(facts, limit, outgoing, &load);
    if rule.warn {
        draft.notes.push(standing(load.over, &worst));
        return forecast;
    }
    let mut refused = false;
    for (item, over) in outgoing.items.iter().zip(&load.by_item) {
        let Some(change) = item.change.filter(|_| *over > 0) else { continue };
        let text = format!("with it, {}", sentence(*over, &worst));
        put(&mut draft.changes[change], refusal(limit, &load, text));
        refused = true;
    }
    if !refused && !added(draft, &load, limit, combinations, &worst) {
        draft.notes.push(standing(load.over, &worst));
    }
    forecast
}

/// The worst case in words.
fn worst(facts: &Facts<'_>, limit: MaxPerRecipient, outgoing: &Outgoing<'_>, load: &Load) -> String {
    let items: Vec<_> = load.worst_from.iter().filter_map(|i| outgoing.items.get(*i)).collect();
    let mut names: Vec<String> = items
        .iter()
        .map(
            |item| {
                if item.past { format!("{} (already out)", item.address) } else { item.address.to_string() }
            },
        )
        .collect();
    names.dedup();
    let more = names.len().saturating_sub(6);
    names.truncate(6);
    let mut names = names.join(", ");
    if more > 0 {
        names = format!("{names} and {more} more");
    }
    let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a %-d %b").to_string();
    let when = match load.worst_window {
        Some((first, last)) if limit.days > 1 => format!("from {} to {}", day(first), day(last)),
        Some((first, _)) => format!("on {}", day(first)),
        None => local_words(facts.now, &Zone::utc()),
    };
    let past = if items.iter().any(|item| item.past) {
        ". What is already out is counted for those who are in its group now, which is an estimate"
    } else {
        ""
    };
    let days = if limit.days == 1 { "a day".to_owned() } else { format!("in {} days", limit.days) };
    format!(
        "more than {} {days} (policy max_per_recipient); the most is {} {when}, by {names}{past}",
        if limit.messages == 1 { "1 message".to_owned() } else { format!("{} messages", limit.messages) },
        load.worst
    )
}

fn sentence(over: u64, worst: &str) -> String {
    format!("{} would get {worst}", people(over))
}

fn standing(over: u64, worst: &str) -> Note {
    let text = format!(
        "{}. Send fewer or later, or leave people out of one of the groups with without:",
        sentence(over, worst)
    );
    Note { address: None, level: NoteLevel::Warning, code: "max_per_recipient", text }
}

fn refusal(limit: MaxPerRecipient, load: &Load, text: String) -> Refusal {
    let MaxPerRecipient { messages, days } = limit;
    Refusal {
        rule: "max_per_recipient",
        text,
        ways: vec![
            "send it later, make a schedule rarer, or leave people out of one of the groups with without:"
                .to_owned(),
            format!("or allow it: policy: {{max_per_recipient: {{messages: {}, days: {days}}}}}", load.worst),
            format!(
                "or only warn: policy: {{max_per_recipient: {{warn: {{messages: {messages}, days: {days}}}}}}}"
            ),
        ],
        only_flag: false,
    }
}

/// People who are added to a group and are over the limit by what already goes out to it.
fn added(
    draft: &mut Draft,
    load: &Load,
    limit: MaxPerRecipient,
    combinations: &Combinations<'_>,
    worst: &str,
) -> bool {
    let mut over: BTreeMap<ChangeId, u64> = BTreeMap::new();
    for (id, change) in draft.changes.iter().enumerate() {
        let Action::AddMembers { target } = &change.action else { continue };
        if combinations.index(&change.address.key).is_none() {
            continue;
        }
        let count = target.phones.iter().filter(|p| load.is_over(&combinations.of_person(*p))).count();
        if count > 0 {
            over.insert(id, count as u64);
        }
    }
    for (id, count) in &over {
        let text = format!("of those added, {}", sentence(*count, worst));
        put(&mut draft.changes[*id], refusal(limit, load, text));
    }
    !over.is_empty()
}

/// Firings of schedules inside quiet hours: a warning with counts. Gives how many for each schedule.
fn quiet_schedules(
    facts: &Facts<'_>,
    draft: &mut Draft,
    outlooks: &BTreeMap<&str, Outlook>,
) -> BTreeMap<Address, u64> {
    let mut inside = BTreeMap::new();
    let Some(rule) = facts.desired.policy.quiet_hours else { return inside };
    let until = in_a_month(facts.now);
    let schedules: Vec<_> = active(facts, &draft.changes).collect();
    for (address, schedule, _) in schedules {
        let at = firings(schedule, facts.now, until, MOST);
        let read = outlooks.get(schedule.group.as_str()).and_then(|o| o.audience.as_ref());
        let members = facts.desired.groups.get(&schedule.group).map(|group| &group.members);
        let Some(audience) = read.or(members).filter(|audience| !audience.is_empty()) else { continue };
        let Some(next) = at.first().copied() else { continue };
        let end = at.last().copied().unwrap_or(until).saturating_add(SignedDuration::from_secs(1));
        let end = end.unwrap_or(Timestamp::MAX);
        let quiet = QuietAudience::new(&rule.value, audience, &schedule.timezone, next, end);
        let found: Vec<(Timestamp, u64)> =
            at.iter().map(|at| (*at, quiet.inside_at(*at))).filter(|(_, people)| *people > 0).collect();
        inside.insert(address.clone(), found.len() as u64);
        let (Some((first, _)), Some(most)) = (found.first(), found.iter().map(|(_, people)| *people).max())
        else {
            if let Some(words) = quiet::runs_into_words(&rule.value, audience, &schedule.timezone, next) {
                draft.note(
                    NoteLevel::Warning,
                    "runs_into_quiet_hours",
                    &address,
                    format!(
                        "when it fires next, on {}, {words}. Choose an earlier time, or a schedule for each part of the \
                         group",
                        words_in(next, &schedule.timezone)
                    ),
                );
            }
            continue;
        };
        draft.note(
            NoteLevel::Warning,
            "quiet_hours",
            &address,
            format!(
                "{} inside the quiet hours ({}) of {} of {}; the first is {}. \
                 Choose another time, or a schedule and a group for each part of the world",
                firings_start(found.len(), at.len()),
                quiet::hours(&rule.value),
                if found.len() == 1 { most.to_string() } else { format!("up to {most}") },
                people(audience.len() as u64),
                words_in(*first, &schedule.timezone)
            ),
        );
    }
    inside
}

fn firings_start(inside: usize, all: usize) -> String {
    match (inside, all) {
        (_, 1) => "its only firing in the next month starts".to_owned(),
        (1, _) => format!("1 of its {all} firings in the next month starts"),
        _ => format!("{inside} of its {all} firings in the next month start"),
    }
}

/// Numbers that no numbering plan has, among those added to groups too large to be looked through when the YAML is
/// read.
fn numbers(facts: &Facts<'_>, draft: &mut Draft) {
    let mut notes = Vec::new();
    for change in &draft.changes {
        let (Action::CreateGroup(target)
        | Action::AddMembers { target }
        | Action::ImportGroup { target, .. }) = &change.action
        else {
            continue;
        };
        let members = facts.desired.groups.get(&change.address.key).map_or(0, |group| group.members.len());
        if members + facts.desired.suppressed.len() <= CHECKED_WHEN_READ {
            continue;
        }
        let wrong = target.phones.iter().filter(|phone| !is_in_use(*phone)).count();
        if wrong > 0 {
            let verb = if wrong == 1 { "has a number" } else { "have numbers" };
            let text = format!(
                "of {} added, {wrong} {verb} that no country's numbering plan has: check for slips (new ranges and examples are fine)",
                people(target.phones.len() as u64)
            );
            notes.push((change.address.clone(), text));
        }
    }
    for (address, text) in notes {
        draft.note(NoteLevel::Warning, "number_not_in_use", &address, text);
    }
}
