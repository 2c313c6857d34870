//! Makes the forecast of a plan.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::forecast::{Forecast, MonthForecast, ScheduleForecast, SendForecast};
use super::groups::Outlook;
use super::input::Facts;
use super::{Action, Change, Verdict};
use crate::model::{Address, DesiredSchedule, JobStatus, Timing};
use crate::time::{Cron, Pacing, Zone};

/// The most firings that are counted for one schedule in one month: a firing every five minutes and some.
const MOST: usize = 10_000;

pub(super) fn forecast(facts: &Facts<'_>, changes: &[Change], groups: &BTreeMap<&str, Outlook>) -> Forecast {
    let mut quota = facts.quota_left();
    let sends: Vec<SendForecast> = changes
        .iter()
        .filter(|c| matches!(c.verdict, Verdict::Go | Verdict::Blocked(_)))
        .filter_map(|change| match &change.action {
            Action::Send(order) => {
                let recipients = order.audience.len() as u64;
                let Pacing { shortest, expected, longest } = Pacing::of(recipients);
                let before = quota;
                quota = quota.map(|q| q.saturating_sub(recipients));
                Some(SendForecast {
                    address: change.address.clone(),
                    recipients,
                    shortest,
                    expected,
                    longest,
                    ends: facts.now.saturating_add(expected).unwrap_or(Timestamp::MAX),
                    timezone: order.timezone.clone(),
                    quota: before.map(|b| {
                        (
                            b,
                            i64::try_from(b).unwrap_or(i64::MAX)
                                - i64::try_from(recipients).unwrap_or(i64::MAX),
                        )
                    }),
                })
            }
            _ => None,
        })
        .collect();
    let month_end = month_end(facts.now);
    let mut uses: Vec<(Timestamp, u64)> = sends.iter().map(|s| (facts.now, s.recipients)).collect();
    let mut schedules = Vec::new();
    for (key, schedule) in &facts.desired.schedules {
        let address = Address::schedule(key.as_str());
        // What `destroy` takes away fires no more.
        if schedule.paused || facts.options.destroy || facts.options.stopped.contains_key(&address) {
            continue;
        }
        let recipients = groups.get(schedule.group.as_str()).map_or(0, |o| o.size);
        let month = firings(
            schedule,
            facts.now,
            facts.now.saturating_add(SignedDuration::from_hours(24 * 30)).unwrap_or(Timestamp::MAX),
            MOST,
        );
        let next = firings(schedule, facts.now, Timestamp::MAX, 3);
        if next.is_empty() {
            continue;
        }
        uses.extend(firings(schedule, facts.now, month_end, MOST).into_iter().map(|at| (at, recipients)));
        schedules.push(ScheduleForecast {
            address,
            recipients,
            next,
            timezone: schedule.timezone.clone(),
            per_month: recipients.saturating_mul(month.len() as u64),
        });
    }
    let month = (!sends.is_empty() || !schedules.is_empty()).then(|| month(facts, uses));
    Forecast { sends, schedules, month }
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
    MonthForecast { limit, used, planned, runs_out }
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

fn month_end(now: Timestamp) -> Timestamp {
    let zoned = now.to_zoned(jiff::tz::TimeZone::UTC);
    zoned
        .first_of_month()
        .and_then(|z| z.start_of_day())
        .and_then(|z| z.checked_add(1.month()))
        .map_or(now, |z| z.timestamp())
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
