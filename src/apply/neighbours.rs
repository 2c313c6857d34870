//! Jobs that appear on the account between the plan and a send of which the ledger knows nothing yet: somebody at the
//! dashboard, or another clone of the project whose ledger is not this one, sends the same (`send-safety.md`, *A lost
//! ledger*). The plan has seen what was there before.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::executor::Executor;
use crate::api::{Read, Write};
use crate::model::{Audience, Id, ObservedJob};
use crate::plan::{SendOrder, taken};

/// A list of jobs is read again before a send once it is as old as this: whoever answers a prompt, or waits for the
/// account's rate, has it read once more, and a short apply takes no request for it.
const LISTED: SignedDuration = SignedDuration::from_mins(2);

/// The jobs, as last read.
#[derive(Debug, Default)]
pub(super) struct Listed {
    at: Timestamp,
    /// On the account now, and not in the plan's list.
    since: Vec<ObservedJob>,
}

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    /// The plan's list is of that moment.
    pub(super) fn listed_by(&self, at: Timestamp) {
        self.listed().at = at;
    }

    fn listed(&self) -> std::sync::MutexGuard<'_, Listed> {
        self.listed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Why a first attempt may not go out: a job that is not in the plan's list may be the same send.
    pub(super) async fn job_since_the_plan(
        &self,
        key: &str,
        order: &SendOrder,
        target: &Id,
    ) -> Option<String> {
        let run = order.run.as_str();
        if self.journal.with(|state| state.run(key, run).is_some_and(|history| !history.made_nothing())) {
            return None;
        }
        if let Err(error) = self.list_again().await {
            return Some(format!(
                "whether somebody else has sent it by now could not be read: {error}; apply again"
            ));
        }
        let taken = self.journal.with(|state| taken(state, key, run));
        let listed = self.listed();
        let other = listed.since.iter().find(|job| {
            let other_text =
                job.echoes_content && !order.content.same_as_echo(job.text.as_deref(), job.media.as_deref());
            job.session_id.as_ref().is_none_or(|id| *id == order.session_id)
                && !taken.contains(&job.id)
                && !other_text
                && self.may_be_on(job, order, target)
        })?;
        Some(format!(
            "job {} has come to be on its session since the plan, and may be this send by somebody else; apply again to \
             see",
            other.id
        ))
    }

    /// On the group that it goes to or is made from, on one that is not said, or on one that nobody knows any more and
    /// that may have been made for an attempt. A direct send may be a snapshot in another clone of the project: then as
    /// many people are in it.
    fn may_be_on(&self, job: &ObservedJob, order: &SendOrder, target: &Id) -> bool {
        let Some(group) = &job.group_id else { return true };
        let source = self.journal.with(|state| state.group_id(&order.group) == Some(group));
        let known = self.observed.groups.iter().any(|there| there.id == *group)
            || self.journal.with(|state| state.group_of(group).is_some());
        let alike = order.via == Audience::Snapshot
            || job.total.is_none_or(|total| total == order.audience.len() as u64);
        group == target || source || (!known && alike)
    }

    async fn list_again(&self) -> Result<(), crate::api::ApiError> {
        let now = self.clock.now();
        if now.duration_since(self.listed().at).abs() < LISTED {
            return Ok(());
        }
        let mut jobs = self.api.jobs().await?;
        let before: BTreeSet<&Id> = self.observed.jobs.iter().map(|job| &job.id).collect();
        jobs.retain(|job| !before.contains(&job.id));
        let mut listed = self.listed();
        // A list that lacks what one before it had is an old one.
        let known: BTreeSet<Id> = jobs.iter().map(|job| job.id.clone()).collect();
        jobs.extend(listed.since.drain(..).filter(|job| !known.contains(&job.id)));
        *listed = Listed { at: now, since: jobs };
        Ok(())
    }
}
