//! An operator's stop that comes while a plan is run (`product.md`, *Commands*: a running apply sees it before its
//! next change). What had begun when it came is stopped as soon as it is known what it made.

use super::executor::{Executor, settled};
use super::report::ChangeResult;
use crate::api::{Read, Write};
use crate::ledger::LedgerError;
use crate::model::{Address, Id, Kind};
use crate::plan::{Action, Change, ChangeKind};

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    /// Why a change that starts something may not begin.
    pub(super) fn stopped_by_operator(&self, change: &Change) -> Result<Option<String>, LedgerError> {
        if starts(change.kind) { self.stopped_now(&change.address) } else { Ok(None) }
    }

    /// The operator's stop of that address, as of this moment.
    pub(super) fn stopped_now(&self, address: &Address) -> Result<Option<String>, LedgerError> {
        Ok(self.heard(address)?.map(|heard| heard.why))
    }

    /// What the operator said of that address, under whatever name it had then. Where a stop may be lost, everything
    /// counts as stopped.
    fn heard(&self, address: &Address) -> Result<Option<Heard>, LedgerError> {
        match self.store.stops() {
            Ok(stops) => Ok(stops.following(&self.desired.moved).stopped(address).map(|stop| Heard {
                why: format!("{}; lift it with: campaignctl resume {address}", stop.words()),
                words: stop.words(),
                cancel: stop.cancel,
            })),
            Err(error) if error.may_be_a_stop() => Ok(Some(Heard {
                why: format!("{error}. {}", error.hint()),
                words: "taken as stopped by operator (the stops cannot be read)".to_owned(),
                cancel: false,
            })),
            Err(error) => Err(error),
        }
    }

    /// `change` has started something, and the stop came while it did: the command that stopped it could not see
    /// it yet, so it is paused or cancelled here.
    pub(super) async fn heed_late_stop(
        &self,
        change: &Change,
        result: ChangeResult,
    ) -> Result<ChangeResult, LedgerError> {
        let started = starts(change.kind) || change.kind == ChangeKind::Recover;
        if !started || !matches!(result, ChangeResult::Done { .. }) {
            return Ok(result);
        }
        let address = &change.address;
        let Some(stop) = self.heard(address)? else { return Ok(result) };
        let Some((run, id)) = self.made_by(change) else { return Ok(result) };
        let ended = match (address.kind, stop.cancel) {
            (Kind::Send, false) => self.pause_job(&id).await,
            (Kind::Send, true) => self.cancel_job(&address.key, &run, &id).await,
            (_, false) => self.pause_schedule(&id).await,
            (_, true) => self.cancel_schedule(&address.key, &id).await,
        };
        let (word, again) = if stop.cancel { ("cancelled", "cancel") } else { ("paused", "pause") };
        Ok(match settled(ended)? {
            ChangeResult::Failed { error } => ChangeResult::Failed {
                error: format!(
                    "it had begun when it was stopped ({id}), and could not be {word}: {error}. It goes on; at once: \
                     campaignctl {again} {address}"
                ),
            },
            _ => ChangeResult::Done {
                note: Some(format!("it had begun when it was {}, and was {word} at once", stop.words)),
            },
        })
    }

    /// What the change has made or set going, by the ledger: the run, for a send, and the id. What else there is of
    /// the address was on the account before, and the command that stopped it has seen it.
    fn made_by(&self, change: &Change) -> Option<(String, Id)> {
        let key = change.address.key.as_str();
        let run = match &change.action {
            Action::ResumeJob { job } => {
                let run = self.journal.with(|s| s.job_of(job).map(|(_, run)| run.to_owned()));
                return run.map(|run| (run, job.clone()));
            }
            Action::Send(order) => &order.run,
            Action::Recover { run } => run,
            _ => {
                let id = self.journal.with(|s| s.schedules.get(key).and_then(|schedule| schedule.id.clone()));
                return id.map(|id| (String::new(), id));
            }
        };
        let job = self.journal.with(|s| s.run(key, run).and_then(|h| h.last_job().cloned()))?;
        job.end.is_none().then(|| (run.clone(), job.job))
    }
}

/// An operator's stop, as this run heard it.
struct Heard {
    /// Why something does not begin, and what to do.
    why: String,
    /// The short of it.
    words: String,
    /// Whether what runs is to be ended rather than held.
    cancel: bool,
}

/// Changes after which more people are written to than before.
fn starts(kind: ChangeKind) -> bool {
    matches!(
        kind,
        ChangeKind::Send
            | ChangeKind::SendAgain
            | ChangeKind::ResumeJob
            | ChangeKind::ResumeSchedule
            | ChangeKind::CreateSchedule
            | ChangeKind::ScheduleAgain
            | ChangeKind::ReplaceSchedule
    )
}
