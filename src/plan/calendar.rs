//! What goes out when, offline: every firing of every schedule, and every send.
//!
//! A send has no time of its own. One that went out, by the ledger, stands at the moment it was accepted; one that
//! is still to go stands at `now` (or at the first moment asked for, if that is later), for the next apply sends it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::clocks::{Clocks, RecipientTime};
use super::forecasting::firings;
use super::quiet;
use crate::ledger::{Phase, State};
use crate::model::{Address, Desired, QuietHours, RunState, Timing};
use crate::time::Pacing;

/// The most entries of one schedule: a firing every five minutes for a month and some.
const MOST: usize = 10_000;
/// The most entries in all.
const MOST_IN_ALL: usize = 200_000;

/// Why an entry is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// A schedule fires.
    Firing,
    /// A send that the next apply sends.
    NextApply,
    /// A send that went out.
    Sent,
}

/// How often a schedule fires, where it does so at the same times of each day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Every day.
    Daily,
    /// On some days of every week.
    Weekly,
    /// On the same days of every month.
    Monthly,
}

/// One message to one group at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The schedule or send.
    pub address: Address,
    /// When it begins.
    pub at: Timestamp,
    /// When the last person has it, at the vendor's usual pace.
    pub ends: Timestamp,
    /// The IANA zone its time is meant in.
    pub timezone: String,
    /// Why.
    pub occasion: Occasion,
    /// The key of the group.
    pub group: String,
    /// The name of the group on the account.
    pub group_name: String,
    /// How many people, by the YAML.
    pub recipients: u64,
    /// There may be more: whoever is in the group besides, or in the WhatsApp group that it is imported from.
    pub or_more: bool,
}

/// All entries of a time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// In order of time, then address.
    pub entries: Vec<Entry>,
    /// Schedules and sends that are paused or cancelled in the YAML, expired or not settled, and so have no entry.
    pub resting: BTreeSet<Address>,
    /// Schedules with more firings than are counted: the rest is missing.
    pub cut: BTreeSet<Address>,
    /// How often schedules fire; without those that have no simple pace.
    pub paces: BTreeMap<Address, Pace>,
    /// The clocks of the groups of all entries, by the members in the YAML.
    pub clocks: Clocks,
    /// The policy's quiet hours.
    pub quiet_hours: Option<QuietHours>,
}

impl Calendar {
    /// What time it is for the recipients of an entry when it begins, by the YAML: those of most people first. Empty
    /// where no recipient is in the YAML.
    pub fn recipient_times(&self, entry: &Entry) -> Vec<RecipientTime> {
        self.clocks.at(&entry.group, &entry.timezone, entry.at)
    }

    /// How many recipients of an entry are inside their quiet hours when it begins. `None`: there is no such policy,
    /// or it went out already.
    pub fn in_quiet_hours(&self, entry: &Entry) -> Option<u64> {
        let rule = self.quiet_hours.filter(|_| entry.occasion != Occasion::Sent)?;
        Some(self.clocks.inside(rule, &entry.group, &entry.timezone, entry.at))
    }

    /// The quiet hours in words: `21:00 to 08:00`.
    pub fn quiet_hours_words(&self) -> Option<String> {
        self.quiet_hours.as_ref().map(quiet::hours)
    }
}

/// What goes out from `from` up to, not including, `until`: sends from `from` on, firings from `firings_from` on. What
/// was to fire before now has fired or never will, which the YAML alone cannot tell.
pub fn calendar(
    desired: &Desired,
    state: &State,
    now: Timestamp,
    from: Timestamp,
    firings_from: Timestamp,
    until: Timestamp,
) -> Calendar {
    let mut calendar = Calendar::default();
    let (after, last) = (just_before(firings_from), just_before(until));
    for (key, schedule) in &desired.schedules {
        let address = Address::schedule(key.as_str());
        if schedule.paused {
            calendar.resting.insert(address);
            continue;
        }
        let room = MOST.min(MOST_IN_ALL.saturating_sub(calendar.entries.len()));
        let mut times = firings(schedule, after, last, room.saturating_add(1));
        if times.len() > room {
            times.truncate(room);
            calendar.cut.insert(address.clone());
        }
        if let Some(pace) = pace(&schedule.timing) {
            calendar.paces.insert(address.clone(), pace);
        }
        let make =
            |at| entry(desired, address.clone(), at, &schedule.timezone, Occasion::Firing, &schedule.group);
        calendar.entries.extend(times.into_iter().map(make));
    }
    for (key, send) in &desired.sends {
        let address = Address::send(key.as_str());
        let run = state.run(key, &send.run);
        let sent = run.and_then(|run| run.last_job()).map(|job| job.at);
        let fits = |at: Timestamp| at >= from && at < until;
        let (at, occasion) = match (sent, run.map(|run| &run.phase)) {
            (Some(at), _) => (at, Occasion::Sent),
            (None, None | Some(Phase::Open)) if send.state == RunState::Running => {
                (now.max(from), Occasion::NextApply)
            }
            _ => {
                calendar.resting.insert(address);
                continue;
            }
        };
        let expired = occasion == Occasion::NextApply && send.send_by.is_some_and(|by| by <= at);
        if expired {
            calendar.resting.insert(address);
        } else if fits(at) {
            calendar.entries.push(entry(desired, address, at, &send.timezone, occasion, &send.group));
        }
    }
    calendar.entries.sort_by(|a, b| (a.at, &a.address).cmp(&(b.at, &b.address)));
    calendar.clocks = clocks(desired, &calendar.entries, from, until);
    calendar.quiet_hours = desired.policy.quiet_hours.map(|rule| rule.value);
    calendar
}

/// By the fields of the expression: minute, hour, day of the month, month, day of the week.
fn pace(timing: &Timing) -> Option<Pace> {
    let Timing::Recurring { cron, .. } = timing else { return None };
    let fields: Vec<&str> = cron.split_whitespace().collect();
    match fields.as_slice() {
        [_, _, "*", "*", "*"] => Some(Pace::Daily),
        [_, _, "*", "*", _] => Some(Pace::Weekly),
        [_, _, _, "*", "*"] => Some(Pace::Monthly),
        _ => None,
    }
}

/// Those of everyone who has an entry.
fn clocks(desired: &Desired, entries: &[Entry], from: Timestamp, until: Timestamp) -> Clocks {
    let groups: BTreeSet<&str> = entries.iter().map(|entry| entry.group.as_str()).collect();
    let zones: BTreeSet<&str> = entries.iter().map(|entry| entry.timezone.as_str()).collect();
    let members = groups.into_iter().filter_map(|key| Some((key, &desired.groups.get(key)?.members)));
    Clocks::of(members, zones, from, until)
}

fn just_before(at: Timestamp) -> Timestamp {
    at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MIN)
}

fn entry(
    desired: &Desired,
    address: Address,
    at: Timestamp,
    timezone: &str,
    occasion: Occasion,
    group: &str,
) -> Entry {
    use crate::model::Membership;
    let wanted = desired.groups.get(group);
    let recipients = wanted.map_or(0, |group| group.members.len() as u64);
    let takes = Pacing::of(recipients).expected;
    Entry {
        address,
        at,
        ends: at.checked_add(takes).unwrap_or(Timestamp::MAX),
        timezone: timezone.to_owned(),
        occasion,
        group: group.to_owned(),
        group_name: wanted.map_or_else(|| group.to_owned(), |group| group.name.clone()),
        recipients,
        or_more: wanted.is_some_and(|group| group.membership == Membership::AtLeast),
    }
}

/// The zone that most of the project's times are meant in; UTC where there is none. Of several the first by name.
pub fn usual_zone(desired: &Desired) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let zones =
        desired.schedules.values().map(|s| &s.timezone).chain(desired.sends.values().map(|s| &s.timezone));
    for zone in zones {
        *counts.entry(zone).or_default() += 1;
    }
    let most = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)));
    most.map_or_else(|| "UTC".to_owned(), |(zone, _)| zone.to_owned())
}
