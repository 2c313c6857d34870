//! `policy:` with the defaults of `product.md`.

use crate::config::file::{MaxPerRecipientFile, PolicyFile, QuietHoursFile, Weighed};
use crate::config::read::{Cx, Slot};
use crate::model::{MaxPerRecipient, Policy, QuietHours, Rule};

/// The whole policy.
pub fn policy(given: &Slot<PolicyFile>, cx: &mut Cx<'_>) -> Policy {
    let mut policy = Policy::default();
    let Some(given) = given.get() else { return policy };
    if let Some(rule) = weighed(&given.max_delete, |share| Some(share.value)) {
        policy.max_delete = rule;
    }
    policy.max_audience = weighed(&given.max_audience, |count| Some(count.value));
    policy.quiet_hours = weighed(&given.quiet_hours, |hours| quiet_hours(hours, cx));
    policy.max_per_recipient = weighed(&given.max_per_recipient, |limit| per_recipient(limit, cx));
    if let Slot::Given(Weighed { value, warn }) = &given.require {
        let mut wanted: Vec<_> = value.items.iter().map(|item| item.value).collect();
        wanted.sort_unstable();
        wanted.dedup();
        policy.require = Rule { value: wanted, warn: *warn };
    }
    if let Some(word) = given.suppress_running.get() {
        policy.suppress_running = word.value;
    }
    if let Some(rule) = weighed(&given.one_job_per_session, |flag| Some(flag.value)) {
        policy.one_job_per_session = rule;
    }
    if let Some(word) = given.in_doubt.get() {
        policy.in_doubt = word.value;
    }
    if let Some(settle) = given.settle.get() {
        policy.settle = settle.value;
    }
    if let Some(recheck) = given.recheck.get() {
        policy.recheck = recheck.value;
    }
    policy
}

fn weighed<T, V>(slot: &Slot<Weighed<T>>, read: impl FnOnce(&T) -> Option<V>) -> Option<Rule<V>> {
    let given = slot.get()?;
    Some(Rule { value: read(&given.value)?, warn: given.warn })
}

fn quiet_hours(file: &QuietHoursFile, cx: &mut Cx<'_>) -> Option<QuietHours> {
    let (from, to) = (file.from.get()?, file.to.get()?);
    if from.value == to.value {
        cx.report
            .error("bad-quiet-hours", to.span, "quiet hours begin and end at the same time")
            .also(from.span, "the beginning")
            .help("write two different times, for example {from: \"21:00\", to: \"08:00\"}");
        return None;
    }
    Some(QuietHours { from: from.value.to_civil(), to: to.value.to_civil() })
}

fn per_recipient(file: &MaxPerRecipientFile, cx: &mut Cx<'_>) -> Option<MaxPerRecipient> {
    let (messages, days) = (file.messages.get()?, file.days.get()?);
    if messages.value == 0 {
        cx.report
            .error("bad-limit", messages.span, "with 0 messages, nobody could be written to at all")
            .help("write 1 or more, for example {messages: 3, days: 7}; or leave the rule out");
        return None;
    }
    let Some(span) = u32::try_from(days.value).ok().filter(|n| (1..=366).contains(n)) else {
        cx.report
            .error("bad-limit", days.span, "days are 1 to 366")
            .help("write for example {messages: 3, days: 7}");
        return None;
    };
    Some(MaxPerRecipient { messages: messages.value, days: span })
}
