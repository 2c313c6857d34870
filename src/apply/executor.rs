//! Runs a plan, step by step of the order table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use super::interrupt::Interrupt;
use super::journal::Journal;
use super::neighbours::Listed;
use super::progress::Progress;
use super::report::{ChangeResult, Outcome, Report};
use crate::api::{Clock, Read, Write};
use crate::ledger::{Event, GroupObservation, LedgerError, Store, Writer, new_salt};
use crate::model::{Address, AudienceDigest, Desired, Observed};
use crate::plan::{Action, Change, LedgerNote, Plan, SeenGroup, Step, Verdict};

/// What the shell decides about a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many addresses are worked on at the same time; sends always go one after another. At least 1.
    pub parallelism: usize,
    /// How long after `armed` recovery waits before it looks (`policy.settle`, or the environment).
    pub settle: SignedDuration,
}

/// Everything one apply works with.
pub struct Executor<'a, A: Read + Write + ?Sized> {
    pub(super) api: &'a A,
    pub(super) clock: &'a dyn Clock,
    pub(super) store: &'a dyn Store,
    pub(super) desired: &'a Desired,
    pub(super) observed: &'a Observed,
    pub(super) journal: Journal,
    pub(super) interrupt: Interrupt,
    pub(super) settings: Settings,
    pub(super) tell: &'a (dyn Fn(Progress) + Sync),
    /// Groups whose members were written, with who must be in them now.
    pub(super) written: Mutex<BTreeMap<String, crate::model::PhoneSet>>,
    /// The account's jobs, as last listed.
    pub(super) listed: Mutex<Listed>,
}

/// What ends a change before its natural end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The ledger cannot be written: the whole run stops.
    Ledger(LedgerError),
    /// It ended so.
    Result(ChangeResult),
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// The ledger's error that ended the run, at a change that had begun or had not.
#[derive(Debug)]
struct Broken {
    begun: bool,
    error: LedgerError,
}

impl From<LedgerError> for Broken {
    fn from(error: LedgerError) -> Self {
        Self { begun: true, error }
    }
}

impl From<ChangeResult> for Stop {
    fn from(result: ChangeResult) -> Self {
        Self::Result(result)
    }
}

impl From<crate::api::ApiError> for Stop {
    fn from(error: crate::api::ApiError) -> Self {
        Self::Result(failed(&error))
    }
}

/// A failure in the API's words, with what to do.
pub(super) fn failed(error: &crate::api::ApiError) -> ChangeResult {
    let hint = error.hint();
    let text = error.to_string();
    ChangeResult::Failed { error: if hint.is_empty() { text } else { format!("{text}; {hint}") } }
}

pub(super) fn done() -> ChangeResult {
    ChangeResult::Done { note: None }
}

impl<'a, A: Read + Write + ?Sized> Executor<'a, A> {
    /// Takes the lock's `writer`; the plan to run must have been made from its state.
    #[expect(clippy::too_many_arguments, reason = "the parts of one apply; called in one place")]
    pub fn new(
        api: &'a A,
        clock: &'a dyn Clock,
        store: &'a dyn Store,
        writer: Box<dyn Writer>,
        desired: &'a Desired,
        observed: &'a Observed,
        interrupt: Interrupt,
        settings: Settings,
        tell: &'a (dyn Fn(Progress) + Sync),
    ) -> Self {
        Self {
            api,
            clock,
            store,
            desired,
            observed,
            journal: Journal::new(writer),
            interrupt,
            settings,
            tell,
            written: Mutex::new(BTreeMap::new()),
            listed: Mutex::default(),
        }
    }

    /// Does the plan. Never fails as a whole: the report says what became of each change.
    pub async fn run(self, plan: &Plan) -> Report {
        let started = self.clock.now();
        self.listed_by(plan.now);
        let mut results: Vec<Option<ChangeResult>> = vec![None; plan.changes.len()];
        let mut stopped = self.prepare(plan).err().map(|error| ledger_text(&error));
        let steps: BTreeSet<Step> = plan.changes.iter().map(|c| c.step).collect();
        let mut verified = false;
        for step in steps {
            if stopped.is_some() {
                break;
            }
            if step > Step::AddMembers && !verified {
                verified = true;
                stopped = self.verify_groups(plan, &mut results).await.err().map(|e| ledger_text(&e));
            }
            if stopped.is_none() {
                stopped = self.run_step(plan, step, &mut results).await;
            }
        }
        if !verified && stopped.is_none() {
            stopped = self.verify_groups(plan, &mut results).await.err().map(|e| ledger_text(&e));
        }
        let outcomes: Vec<Outcome> = plan
            .changes
            .iter()
            .zip(results)
            .map(|(change, result)| Outcome {
                address: change.address.clone(),
                kind: change.kind,
                result: result.unwrap_or_else(|| ChangeResult::Skipped {
                    because: if stopped.is_some() {
                        "the run was stopped".to_owned()
                    } else {
                        "the run was interrupted".to_owned()
                    },
                }),
            })
            .collect();
        // A signal that came when all had begun and ended well has left nothing.
        let left = |o: &Outcome| {
            matches!(
                o.result,
                ChangeResult::Skipped { .. } | ChangeResult::Unknown { .. } | ChangeResult::Failed { .. }
            )
        };
        let interrupted = self.interrupt.is_raised() && outcomes.iter().any(left);
        Report {
            project: plan.project.clone(),
            environment: plan.environment.clone(),
            digest: plan.digest.to_string(),
            started,
            took: self.clock.now().duration_since(started),
            requests: 0,
            outcomes,
            interrupted,
            stopped,
            notes: Vec::new(),
        }
    }

    /// Binds a new ledger, and records what was seen.
    fn prepare(&self, plan: &Plan) -> Result<(), LedgerError> {
        let now = self.clock.now();
        if self.journal.with(|s| s.binding.is_none()) {
            self.journal.append(
                Event::Bound {
                    project: plan.project.clone(),
                    account: plan.account.clone(),
                    host: plan.host.clone(),
                    environment: Some(plan.environment.clone()),
                    salt: new_salt()?.to_hex(),
                },
                now,
            )?;
        }
        for session in &self.observed.sessions {
            let key = self
                .desired
                .sessions
                .iter()
                .find(|(_, s)| match &s.by {
                    crate::model::SessionRef::Name(name) => *name == session.name,
                    crate::model::SessionRef::Id(id) => *id == session.id,
                })
                .map_or("", |(key, _)| key.as_str());
            if self.journal.with(|s| s.sessions.get(&session.id).is_none_or(|known| known != key)) {
                self.journal
                    .append(Event::SessionSeen { session: key.to_owned(), id: session.id.clone() }, now)?;
            }
        }
        for note in &plan.records {
            match note {
                LedgerNote::Event(event) => self.journal.append(event.clone(), now)?,
                // An adopted group is not ours yet: it is recorded once it is (see `verify`).
                LedgerNote::Seen(seen)
                    if self.journal.with(|s| s.group_id(&seen.group) == Some(&seen.id)) =>
                {
                    self.record_seen(seen, now)?;
                }
                LedgerNote::Seen(_) => {}
            }
        }
        Ok(())
    }

    /// Records a group as read, unless the ledger says the same already and not long ago.
    pub(super) fn record_seen(&self, seen: &SeenGroup, now: Timestamp) -> Result<(), LedgerError> {
        let SeenGroup { group, id, redacted, phones, wanted, suppressed } = seen;
        let event = self.journal.with(|state| {
            let salt = state.salt.as_ref()?;
            let observation = GroupObservation {
                id: id.clone(),
                count: phones.len() as u64 + redacted,
                digest: AudienceDigest::of(salt, phones),
                redacted: *redacted,
                wanted: AudienceDigest::of(salt, wanted),
                suppressed: AudienceDigest::of(salt, suppressed),
            };
            let known = state.groups.get(group).and_then(|g| g.observed.as_ref());
            let same = known.is_some_and(|(at, old)| {
                *old == observation && now.duration_since(*at) < SignedDuration::from_hours(1)
            });
            (!same).then(|| Event::GroupObserved { group: group.clone(), observation })
        });
        event.map_or(Ok(()), |event| self.journal.append(event, now))
    }

    /// All changes of one step: those of one address one after another, addresses side by side; sends strictly
    /// one after another.
    async fn run_step(
        &self,
        plan: &Plan,
        step: Step,
        results: &mut [Option<ChangeResult>],
    ) -> Option<String> {
        let mut by_address: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
        for (position, change) in plan.changes.iter().enumerate().filter(|(_, c)| c.step == step) {
            by_address.entry(&change.address).or_default().push(position);
        }
        let alone = matches!(step, Step::Send | Step::Recover);
        let width = if alone { 1 } else { self.settings.parallelism.max(1) };
        let before: &[Option<ChangeResult>] = results;
        let finished: Vec<Vec<(usize, Result<ChangeResult, Broken>)>> =
            stream::iter(by_address.into_values().map(|positions| async move {
                let mut mine: Vec<(usize, Result<ChangeResult, Broken>)> = Vec::new();
                for position in positions {
                    let change = &plan.changes[position];
                    let unmet = change.needs.iter().find(|need| {
                        let own = mine.iter().find(|(p, _)| p == *need).map(|(_, r)| r.as_ref().ok());
                        let ended = own.unwrap_or(before[**need].as_ref());
                        !matches!(ended, Some(ChangeResult::Done { .. }))
                    });
                    let result = self.run_change(plan, position, unmet.copied()).await;
                    let broken = result.is_err();
                    mine.push((position, result));
                    if broken {
                        break;
                    }
                }
                mine
            }))
            .buffer_unordered(width)
            .collect()
            .await;
        let mut stopped = None;
        for (position, result) in finished.into_iter().flatten() {
            match result {
                Ok(result) => results[position] = Some(result),
                Err(Broken { begun, error }) => {
                    let text = ledger_text(&error);
                    results[position] = Some(if begun {
                        ChangeResult::Unknown { why: text.clone() }
                    } else {
                        ChangeResult::Skipped { because: text.clone() }
                    });
                    stopped = Some(text);
                }
            }
        }
        stopped
    }

    async fn run_change(
        &self,
        plan: &Plan,
        position: usize,
        unmet: Option<usize>,
    ) -> Result<ChangeResult, Broken> {
        let change = &plan.changes[position];
        let recovers_hold =
            matches!((&change.verdict, &change.action), (Verdict::Held(_), Action::Recover { .. }));
        if let Some(result) = ChangeResult::of_verdict(&change.verdict).filter(|_| !recovers_hold) {
            return Ok(result);
        }
        let of = plan.changes.len();
        let number = position + 1;
        (self.tell)(Progress::Started { number, of, address: change.address.clone(), kind: change.kind });
        let may_begin = !self.interrupt.is_raised() && unmet.is_none();
        if let Some(error) = may_begin.then(|| self.journal.still_ours().err()).flatten() {
            return Err(Broken { begun: false, error });
        }
        let result = if self.interrupt.is_raised() {
            Ok(ChangeResult::Skipped { because: "the run was interrupted".to_owned() })
        } else if let Some(need) = unmet {
            let other = &plan.changes[need];
            Ok(ChangeResult::Skipped {
                because: format!("{} was not done, and this needs it", other.address),
            })
        } else if let Some(why) = self.stopped_by_operator(change)? {
            Ok(ChangeResult::Blocked { why })
        } else if matches!(
            change.action,
            Action::Send(_) | Action::Recover { .. } | Action::ReplaceSchedule { .. }
        ) {
            // Nobody may cut these short: Ctrl-C waits for them.
            self.perform(change).await
        } else {
            tokio::select! {
                result = self.perform(change) => result,
                () = self.interrupt.raised(2) => {
                    Ok(ChangeResult::Unknown { why: "interrupted while it was under way; the next plan finds out".to_owned() })
                }
            }
        }?;
        let result = self.heed_late_stop(change, result).await?;
        (self.tell)(Progress::Ended {
            number,
            of,
            outcome: Outcome { address: change.address.clone(), kind: change.kind, result: result.clone() },
        });
        Ok(result)
    }

    async fn perform(&self, change: &Change) -> Result<ChangeResult, LedgerError> {
        let key = change.address.key.as_str();
        let result = match &change.action {
            Action::None => Ok(ChangeResult::Nothing),
            Action::Recover { run } => self.recover(key, run).await,
            Action::PauseJob { job } => self.pause_job(job).await,
            Action::PauseForSuppressed { run, job } => self.pause_for_suppressed(key, run, job).await,
            Action::ResumeJob { job } => self.resume_job(job).await,
            Action::CancelJob { run, job } => self.cancel_job(key, run, job).await,
            Action::AdoptGroup { id, name } => self.adopt_group(key, id, name),
            Action::AdoptSchedule { id, spec } => self.adopt_schedule(key, id, spec.as_ref()),
            Action::ForgetGone { id } => self.forget_gone(change, id),
            Action::CreateGroup(target) => self.create_group(key, target).await,
            Action::ImportGroup { target, import } => self.import_group(key, target, import).await,
            Action::Reimport { import } => self.reimport(key, import).await,
            Action::DropImport => self.drop_import(key).await.map(|()| done()),
            Action::RenameGroup { name } => self.rename_group(key, name).await,
            Action::AddMembers { target } => self.add_members(key, target).await,
            Action::RemoveMembers { phones, suppressed } => {
                self.remove_members(key, phones, suppressed).await
            }
            Action::DeleteSnapshot { run, attempt, id } => self.delete_snapshot(key, run, *attempt, id).await,
            Action::DeleteGroup { id } => self.delete_group(key, id).await,
            Action::CreateSchedule { order } => self.create_schedule(key, order).await,
            Action::UpdateSchedule { id, patch, order } => self.update_schedule(key, id, patch, order).await,
            Action::ReplaceSchedule { old, order } => self.replace_schedule(key, old, order).await,
            Action::PauseSchedule { id } => self.pause_schedule(id).await,
            Action::ResumeSchedule { id } => self.resume_schedule(id).await,
            Action::CancelSchedule { id } => self.cancel_schedule(key, id).await,
            Action::DeleteSchedule { id, retired } => self.delete_schedule(key, id.as_ref(), retired).await,
            Action::Send(order) => self.send(key, order).await,
        };
        settled(result)
    }
}

/// A change that ended early ended all the same; only the ledger's errors end the run.
pub(super) fn settled(result: Result<ChangeResult, Stop>) -> Result<ChangeResult, LedgerError> {
    match result {
        Ok(result) | Err(Stop::Result(result)) => Ok(result),
        Err(Stop::Ledger(error)) => Err(error),
    }
}

/// What stopped the run, and what to do.
fn ledger_text(error: &LedgerError) -> String {
    let hint = error.hint();
    if hint.is_empty() { error.to_string() } else { format!("{error}; {hint}") }
}
