//! What goes out, to whom and when: the sends of a plan, the firings of its schedules, and, as an estimate, what went
//! out lately. The one list that overlaps, load and quiet hours are counted from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::forecasting::{MOST, firings};
use super::groups::Outlook;
use super::input::Facts;
use super::{Action, Change, ChangeId, ScheduleOrder, Verdict};
use crate::ledger::RunHistory;
use crate::model::{
    Address, DesiredSchedule, JobStatus, ObservedSchedule, PhoneSet, ScheduleStatus, ScheduleType, Timing,
};
use crate::time::Zone;

/// Weeks that are looked ahead.
pub(super) const AHEAD_DAYS: u32 = 28;

/// One send, or all firings of one schedule.
pub(super) struct Item {
    pub address: Address,
    /// The group's key.
    pub group: String,
    /// Whose calendar days its messages are counted in.
    pub timezone: String,
    /// When it goes out, ascending. A message counts at the moment its send or firing starts.
    pub at: Vec<Timestamp>,
    /// It goes out, but not within the time that is looked ahead.
    pub later: bool,
    /// It is over: counted for those who are in the group now.
    pub past: bool,
    /// The change of this plan that makes it go out; `None` where it does already.
    pub change: Option<ChangeId>,
}

/// Everything that goes out, with the audiences of the groups concerned.
pub(super) struct Outgoing<'a> {
    pub items: Vec<Item>,
    /// Who is, or is expected to be, in each group that an item names, by key.
    pub audiences: BTreeMap<&'a str, Cow<'a, PhoneSet>>,
}

impl<'a> Outgoing<'a> {
    /// Looks `ahead_days` ahead and `back_days` back.
    pub(super) fn of(
        facts: &Facts<'a>,
        changes: &[Change],
        outlooks: &'a BTreeMap<&'a str, Outlook>,
        (back_days, ahead_days): (u32, u32),
    ) -> Self {
        let day = |n: u32| SignedDuration::from_hours(24 * i64::from(n));
        let from = facts.now.saturating_sub(day(back_days)).unwrap_or(Timestamp::MIN);
        let until = facts.now.saturating_add(day(ahead_days)).unwrap_or(Timestamp::MAX);
        let mut items = sends(facts, changes);
        items.extend(schedules(facts, changes, until));
        items.extend(past_sends(facts, from));
        items.extend(past_firings(facts, from));
        items.retain(|item| !item.at.is_empty() || item.later);
        let mut audiences = BTreeMap::new();
        for (key, group) in &facts.desired.groups {
            if items.iter().any(|item| item.group == *key) {
                // A group that was not read is as the YAML has it, or there would be a reason to read it.
                let read = outlooks.get(key.as_str()).and_then(|o| o.audience.as_ref());
                audiences.insert(key.as_str(), Cow::Borrowed(read.unwrap_or(&group.members)));
            }
        }
        Self { items, audiences }
    }
}

/// Whether a send of this plan goes out, now or with the next apply that can.
pub(super) fn goes(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Go => true,
        Verdict::Blocked(block) => block.rule != "quota",
        Verdict::Refused(refusal) => refusal.only_flag,
        Verdict::Held(_) | Verdict::Expired | Verdict::Over => false,
    }
}

fn sends(facts: &Facts<'_>, changes: &[Change]) -> Vec<Item> {
    let of = |(id, change): (ChangeId, &Change)| match &change.action {
        Action::Send(order) if goes(&change.verdict) => Some(Item {
            address: change.address.clone(),
            group: order.group.clone(),
            timezone: order.timezone.clone(),
            at: vec![facts.now],
            later: false,
            past: false,
            change: Some(id),
        }),
        _ => None,
    };
    changes.iter().enumerate().filter_map(of).collect()
}

/// Schedules that will be active after this plan, each with its address.
pub(super) fn active<'a>(
    facts: &Facts<'a>,
    changes: &[Change],
) -> impl Iterator<Item = (Address, &'a DesiredSchedule, Option<ChangeId>)> {
    let desired: Vec<_> = facts
        .desired
        .schedules
        .iter()
        .filter_map(|(key, schedule)| {
            let address = Address::schedule(key.as_str());
            // What `destroy` takes away goes out no more.
            let stopped =
                schedule.paused || facts.options.destroy || facts.options.stopped.contains_key(&address);
            let change = changes.iter().position(|c| c.address == address && makes_go_out(c));
            // With --only, one that is not there and not chosen stays away.
            let left_out = change.is_none() && !facts.options.only.is_empty() && !is_live(facts, key);
            (!stopped && !left_out).then_some((address, schedule, change))
        })
        .collect();
    desired.into_iter()
}

/// Whether it is on the account and fires.
pub(super) fn is_live(facts: &Facts<'_>, key: &str) -> bool {
    observed(facts, key).is_some_and(|there| there.status == ScheduleStatus::Active)
}

fn observed<'a>(facts: &Facts<'a>, key: &str) -> Option<&'a ObservedSchedule> {
    let id = facts.state.schedule_id(key)?;
    facts.observed.schedules.iter().find(|there| there.id == *id)
}

/// Whether a change of a schedule decides when it goes out.
fn makes_go_out(change: &Change) -> bool {
    match &change.action {
        Action::CreateSchedule { order } | Action::ReplaceSchedule { order, .. } => {
            let ScheduleOrder { paused, .. } = order;
            !paused
        }
        Action::UpdateSchedule { patch, .. } => {
            patch.cron.is_some() || patch.scheduled_time.is_some() || patch.timezone.is_some()
        }
        Action::ResumeSchedule { .. } => true,
        _ => false,
    }
}

fn schedules(facts: &Facts<'_>, changes: &[Change], until: Timestamp) -> Vec<Item> {
    let of = |(address, schedule, change): (Address, &DesiredSchedule, Option<ChangeId>)| {
        let at = firings(schedule, facts.now, until, MOST);
        let later = at.is_empty() && !firings(schedule, facts.now, Timestamp::MAX, 1).is_empty();
        let (group, timezone) = (schedule.group.clone(), schedule.timezone.clone());
        Item { address, group, timezone, at, later, past: false, change }
    };
    active(facts, changes).map(of).collect()
}

/// Jobs of the ledger, and sends that may have gone out.
fn past_sends(facts: &Facts<'_>, from: Timestamp) -> Vec<Item> {
    let mut items = Vec::new();
    for (send, run, history) in facts.state.runs() {
        let wanted = facts.desired.sends.get(send);
        let mut add = |group: Option<&str>, at: Timestamp| {
            let group = group.or(wanted.map(|w| w.group.as_str()));
            let Some(group) = group.filter(|_| at >= from && at <= facts.now) else { return };
            items.push(Item {
                address: Address::send(send),
                group: group.to_owned(),
                timezone: wanted.map_or_else(|| facts.desired.timezone.clone(), |w| w.timezone.clone()),
                at: vec![at],
                later: false,
                past: true,
                change: None,
            });
        };
        for job in &history.jobs {
            if !reached_nobody(facts, job) {
                add(job.armed.as_ref().map(|armed| armed.group.as_str()), job.at);
            }
        }
        if let RunHistory { armed: Some((at, armed)), .. } = history
            && history.is_unsettled()
        {
            add(Some(armed.group.as_str()), *at);
        }
        let _ = run;
    }
    items
}

fn reached_nobody(facts: &Facts<'_>, sent: &crate::ledger::SentJob) -> bool {
    if let Some(job) = facts.job(&sent.job) {
        return matches!(job.status, JobStatus::Cancelled | JobStatus::Failed) && job.sent == 0;
    }
    sent.end.as_ref().is_some_and(|end| end.sent == 0 && end.status != "completed")
}

/// Firings of the schedules that are there, since they are there.
fn past_firings(facts: &Facts<'_>, from: Timestamp) -> Vec<Item> {
    let of = |(key, desired): (&String, &DesiredSchedule)| {
        let there = observed(facts, key)?;
        let since = there.created_at?.max(from);
        let fired = matches!(there.status, ScheduleStatus::Active | ScheduleStatus::Completed);
        let mut as_it_was = desired.clone();
        if let (Some(cron), Timing::Recurring { .. }) = (&there.cron, &desired.timing) {
            as_it_was.timing = Timing::Recurring { schedule_type: ScheduleType::Cron, cron: cron.clone() };
        }
        if let Some(zone) = there.timezone.as_deref().filter(|zone| Zone::parse(zone).is_ok()) {
            zone.clone_into(&mut as_it_was.timezone);
        }
        let mut at = if fired { firings(&as_it_was, since, facts.now, MOST) } else { Vec::new() };
        if let (Timing::Once { .. }, Some(spec)) =
            (&desired.timing, facts.state.schedules.get(key)?.spec.as_ref())
        {
            at = spec.at.filter(|at| fired && *at > since && *at <= facts.now).into_iter().collect();
        }
        Some(Item {
            address: Address::schedule(key.as_str()),
            group: desired.group.clone(),
            timezone: as_it_was.timezone,
            at,
            later: false,
            past: true,
            change: None,
        })
    };
    facts.desired.schedules.iter().filter_map(of).collect()
}
