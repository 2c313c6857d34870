//! Makes the forecast of a plan.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::forecast::{
    Forecast, LoadForecast, MonthForecast, OverlapForecast, ScheduleForecast, SendForecast,
};
use super::groups::Outlook;
use super::input::Facts;
use super::outgoing::{active, goes, is_live};
use super::{Action, Change, quiet};
use crate::model::{Address, DesiredSchedule, JobStatus, Timing};
use crate::time::{Cron, Pacing, Zone};

/// The most firings that are counted for one schedule in one month: a firing every five minutes and some.
pub(super) const MOST: usize = 10_000;

/// What the policy found out on its way.
#[derive(Default)]
pub(super) struct Found {
    pub overlap: Option<OverlapForecast>,
    pub load: Option<LoadForecast>,
    /// Firings inside quiet hours, by schedule.
    pub quiet_firings: BTreeMap<Address, u64>,
}

pub(super) fn forecast(
    facts: &Facts<'_>,
    changes: &[Change],
    groups: &BTreeMap<&str, Outlook>,
    found: &Found,
) -> Forecast {
    let mut uses: Vec<(Timestamp, u64)> = Vec::new();
    let sends = sends(facts, changes, &mut uses);
    let month_end = last_of_month(facts.now);
    let mut schedules = Vec::new();
    for (address, schedule, change) in active(facts, changes) {
        let recipients = groups.get(schedule.group.as_str()).map_or(0, |o| o.size);
        let month = firings(schedule, facts.now, in_a_month(facts.now), MOST);
        let next = firings(schedule, facts.now, Timestamp::MAX, 3);
        if next.is_empty() {
            continue;
        }
        // One that is refused does not start; where it is there already, it goes on as it is.
        if change.is_none_or(|id| goes(&changes[id].verdict)) || is_live(facts, &address.key) {
            uses.extend(firings(schedule, facts.now, month_end, MOST).into_iter().map(|at| (at, recipients)));
        }
        schedules.push(ScheduleForecast {
            recipients,
            next,
            timezone: schedule.timezone.clone(),
            per_month: recipients.saturating_mul(month.len() as u64),
            in_quiet_hours: found.quiet_firings.get(&address).copied(),
            address,
        });
    }
    let month = (!sends.is_empty() || !schedules.is_empty()).then(|| month(facts, uses));
    Forecast { sends, schedules, month, overlap: found.overlap, load: found.load }
}

/// Every send that goes out, also one that is blocked or refused now; only those that go take from the quota of the
/// ones behind them.
fn sends(facts: &Facts<'_>, changes: &[Change], uses: &mut Vec<(Timestamp, u64)>) -> Vec<SendForecast> {
    let mut quota = facts.quota_left();
    let mut sends = Vec::new();
    for change in changes {
        let Action::Send(order) = &change.action else { continue };
        let recipients = order.audience.len() as u64;
        let Pacing { shortest, expected, longest } = Pacing::of(recipients);
        let wide = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        sends.push(SendForecast {
            address: change.address.clone(),
            recipients,
            shortest,
            expected,
            longest,
            ends: facts.now.saturating_add(expected).unwrap_or(Timestamp::MAX),
            timezone: order.timezone.clone(),
            quota: quota.map(|before| (before, wide(before).saturating_sub(wide(recipients)))),
            in_quiet_hours: facts
                .desired
                .policy
                .quiet_hours
                .map(|rule| quiet::runs_into(&rule.value, &order.audience, &order.timezone, facts.now).0),
        });
        if goes(&change.verdict) {
            quota = quota.map(|left| left.saturating_sub(recipients));
            uses.push((facts.now, recipients));
        }
    }
    sends
}

fn month(facts: &Facts<'_>, mut messages_at: Vec<(Timestamp, u64)>) -> MonthForecast {
    messages_at.sort_unstable();
    let limit = facts.limits.messages_per_month;
    let used = facts.observed.subscription.as_ref().and_then(|s| s.messages_this_month);
    let mut total = used.unwrap_or_else(|| used_by_ours(facts));
    let mut runs_out = None;
    let mut planned = 0_u64;
    for (at, messages) in messages_at {
        total = total.saturating_add(messages);
        planned = planned.saturating_add(messages);
        if total > limit && runs_out.is_none() {
            runs_out = Some(at);
        }
    }
    MonthForecast { limit, used, planned, runs_out, timezone: facts.desired.timezone.clone() }
}

/// Where the API does not say: what the jobs of this month on the account were for.
fn used_by_ours(facts: &Facts<'_>) -> u64 {
    let start = facts.now.to_zoned(jiff::tz::TimeZone::UTC).first_of_month().and_then(|z| z.start_of_day());
    let Ok(start) = start else { return 0 };
    facts
        .observed
        .jobs
        .iter()
        .filter(|j| j.created_at.is_some_and(|at| at >= start.timestamp()))
        .map(|j| {
            if matches!(j.status, JobStatus::Cancelled | JobStatus::Failed) {
                j.sent
            } else {
                j.total.unwrap_or(j.sent)
            }
        })
        .sum()
}

/// The same day and time of the next month (or its last day), in UTC: whatever fires monthly is once in between.
pub(super) fn in_a_month(now: Timestamp) -> Timestamp {
    let later = now.to_zoned(jiff::tz::TimeZone::UTC).checked_add(1.month());
    later.map_or(Timestamp::MAX, |later| later.timestamp())
}

/// The last moment of the month, which is the account's: in UTC (`api.md`, limits).
fn last_of_month(now: Timestamp) -> Timestamp {
    let zoned = now.to_zoned(jiff::tz::TimeZone::UTC);
    zoned
        .first_of_month()
        .and_then(|z| z.start_of_day())
        .and_then(|z| z.checked_add(1.month()))
        .ok()
        .and_then(|next| next.timestamp().checked_sub(SignedDuration::from_nanos(1)).ok())
        .unwrap_or(now)
}

/// The firings in `(from, until]`, at most `most`.
pub fn firings(schedule: &DesiredSchedule, from: Timestamp, until: Timestamp, most: usize) -> Vec<Timestamp> {
    let Ok(zone) = Zone::parse(&schedule.timezone) else { return Vec::new() };
    match &schedule.timing {
        Timing::Once { at, .. } => Some(*at).filter(|at| *at > from && *at <= until).into_iter().collect(),
        Timing::Recurring { cron, .. } => Cron::parse(cron)
            .map_or_else(|_| Vec::new(), |cron| cron.firings(&zone, from, until).take(most).collect()),
    }
}
