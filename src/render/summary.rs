//! The counts at the end of a plan and of a report.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::figures::{count, plural, request_time, wide};
use super::words::{self, Tally};
use crate::apply::{ChangeResult, Outcome, Report};
use crate::plan::{Action, Change, ChangeKind, Plan, Verdict};

/// How much a plan does. A schedule that is cancelled and then deleted counts once, as deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Objects created.
    pub create: u64,
    /// Changes of objects that are there.
    pub change: u64,
    /// Sends.
    pub send: u64,
    /// Schedules and sends cancelled and kept.
    pub cancel: u64,
    /// Objects deleted.
    pub delete: u64,
    /// Changes that cannot be done now.
    pub blocked: u64,
    /// Changes that a person must settle.
    pub held: u64,
    /// Refusals, of changes and of the whole plan.
    pub refused: u64,
    /// Sends whose `send_by` has passed.
    pub expired: u64,
    /// What lies in the past.
    pub over: u64,
    /// Objects that stay as they are.
    pub unchanged: u64,
    /// Members added to groups, new groups' members too.
    pub members_added: u64,
    /// Members removed from groups that stay.
    pub members_removed: u64,
    /// Requests that an apply makes.
    pub requests: u64,
    /// Seconds that these take at the account's rate.
    pub seconds: u64,
}

impl Summary {
    /// Counts a plan.
    pub fn of(plan: &Plan) -> Self {
        let deleted: BTreeSet<_> = plan
            .doable()
            .filter(|c| c.kind == ChangeKind::DeleteSchedule)
            .map(|c| c.address.clone())
            .collect();
        let mut summary = Self {
            refused: wide(plan.refusals.len()),
            unchanged: wide(plan.unchanged),
            requests: plan.requests(),
            seconds: plan.request_time().as_secs().unsigned_abs(),
            ..Self::default()
        };
        for change in &plan.changes {
            match &change.verdict {
                Verdict::Go
                    if change.kind == ChangeKind::CancelSchedule && deleted.contains(&change.address) => {}
                Verdict::Go => summary.add(change),
                Verdict::Refused(_) => summary.refused += 1,
                Verdict::Blocked(_) => summary.blocked += 1,
                Verdict::Held(_) => summary.held += 1,
                Verdict::Expired => summary.expired += 1,
                Verdict::Over => summary.over += 1,
            }
        }
        summary
    }

    fn add(&mut self, change: &Change) {
        *match words::of_kind(change.kind).tally {
            Tally::Create => &mut self.create,
            Tally::Change => &mut self.change,
            Tally::Send => &mut self.send,
            Tally::Cancel => &mut self.cancel,
            Tally::Delete => &mut self.delete,
        } += 1;
        match &change.action {
            Action::CreateGroup(target)
            | Action::ImportGroup { target, .. }
            | Action::AddMembers { target } => self.members_added += wide(target.phones.len()),
            Action::RemoveMembers { phones, .. } => self.members_removed += wide(phones.len()),
            _ => {}
        }
    }

    /// Nothing is done, and nothing waits to be done.
    pub fn is_quiet(&self) -> bool {
        self.doing() + self.blocked + self.held + self.refused == 0
    }

    fn doing(&self) -> u64 {
        self.create + self.change + self.send + self.cancel + self.delete
    }

    /// `2 to create, 1 to change, 1 to send, 0 to delete`.
    pub(super) fn counts(&self) -> String {
        let mut text = format!(
            "{} to create, {} to change, {} to send, {} to delete",
            count(self.create),
            count(self.change),
            count(self.send),
            count(self.delete)
        );
        if self.cancel > 0 {
            text = format!("{text}, {} to cancel", count(self.cancel));
        }
        text
    }

    /// `1 blocked, 1 held`; empty where there is neither.
    pub(super) fn standing(&self) -> String {
        [
            (self.refused, "refused"),
            (self.blocked, "blocked"),
            (self.held, "held"),
            (self.expired, "expired"),
            (self.over, "over"),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{} {word}", count(n)))
        .collect::<Vec<_>>()
        .join(", ")
    }

    /// `12 members added, 3 removed`; empty where there are none.
    pub(super) fn members(&self) -> String {
        match (self.members_added, self.members_removed) {
            (0, 0) => String::new(),
            (added, 0) => format!("{} added", plural(added, "member", "members")),
            (0, removed) => format!("{} removed", plural(removed, "member", "members")),
            (added, removed) => {
                format!("{} added, {} removed", plural(added, "member", "members"), count(removed))
            }
        }
    }

    /// `5 requests, a few seconds`.
    pub(super) fn cost(&self) -> String {
        let took = SignedDuration::from_secs(i64::try_from(self.seconds).unwrap_or(i64::MAX));
        format!("{}, {}", plural(self.requests, "request", "requests"), request_time(took))
    }

    /// The closing line of a plan, without colour.
    pub(super) fn closing(&self) -> String {
        if self.refused > 0 {
            let refusals = plural(self.refused, "refusal", "refusals");
            return format!(
                "Refused: {refusals}, and nothing is changed. The rest would be: {}.",
                self.counts()
            );
        }
        let standing = self.standing();
        if self.doing() == 0 {
            let standing = if standing.is_empty() { standing } else { format!(" {standing}.") };
            return if self.is_quiet() {
                format!("No changes.{standing}")
            } else {
                format!("Nothing can be done now:{standing}")
            };
        }
        let parts = [format!("Plan: {}", self.counts()), self.members(), standing, self.cost()];
        parts.into_iter().filter(|p| !p.is_empty()).map(|p| format!("{p}.")).collect::<Vec<_>>().join(" ")
    }
}

/// How the changes of an apply ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportSummary {
    /// Done.
    pub done: u64,
    /// The API or the network said no.
    pub failed: u64,
    /// Not begun.
    pub skipped: u64,
    /// Cannot go now.
    pub blocked: u64,
    /// A person must settle it.
    pub held: u64,
    /// Begun, and its end is not known.
    pub unknown: u64,
    /// `send_by` had passed.
    pub expired: u64,
    /// Lay in the past.
    pub over: u64,
}

impl ReportSummary {
    /// Counts a report.
    pub fn of(report: &Report) -> Self {
        let mut summary = Self::default();
        for Outcome { address: _, kind: _, result } in &report.outcomes {
            *match result {
                ChangeResult::Done { .. } => &mut summary.done,
                ChangeResult::Failed { .. } => &mut summary.failed,
                ChangeResult::Skipped { .. } => &mut summary.skipped,
                ChangeResult::Blocked { .. } => &mut summary.blocked,
                ChangeResult::Held(_) => &mut summary.held,
                ChangeResult::Unknown { .. } => &mut summary.unknown,
                ChangeResult::Expired => &mut summary.expired,
                ChangeResult::Nothing => &mut summary.over,
            } += 1;
        }
        summary
    }

    /// `5 done, 1 failed, 2 skipped`: done always, the rest where there is any.
    pub(super) fn counts(&self) -> String {
        let Self { done, failed, skipped, blocked, held, unknown, expired, over } = self;
        let rest = [
            (failed, "failed"),
            (skipped, "skipped"),
            (blocked, "blocked"),
            (held, "held"),
            (unknown, "unknown"),
            (expired, "expired"),
            (over, "over"),
        ];
        let mut text = format!("{} done", count(*done));
        for (n, word) in rest.into_iter().filter(|(n, _)| **n > 0) {
            text = format!("{text}, {} {word}", count(*n));
        }
        text
    }
}

/// What to do after an apply, a sentence each; empty where all is done. Commands that settle holds are with
/// the holds.
pub(super) fn next_steps(report: &Report) -> Vec<String> {
    let summary = ReportSummary::of(report);
    let mut steps = Vec::new();
    if summary.failed + summary.skipped > 0 {
        steps.push(
            "Put right what failed, then run apply again: it does what is left and nothing twice.".to_owned(),
        );
    } else if report.interrupted || report.stopped.is_some() {
        steps.push("Run apply again: it does what is left and nothing twice.".to_owned());
    }
    if summary.unknown > 0 {
        steps.push(
            "What is unknown is looked up by the next plan; nothing of it is done a second time.".to_owned(),
        );
    }
    if summary.blocked > 0 {
        steps.push("What is blocked is tried again by the next apply.".to_owned());
    }
    if summary.held > 0 {
        steps.push("Settle what is held with one of its commands.".to_owned());
    }
    steps
}
