//! The fold: one event after another onto the state. Total: no event can fail, so that an old ledger never
//! becomes unreadable; what does not fit (an answer without a question) is recorded as far as it says anything.

use std::collections::btree_map::Entry;

use super::event::{Event, NotSentWhy, Record, Resolution};
use super::state::{Binding, Creating, GoneSchedule, GroupState, Phase, RunHistory, ScheduleState, State};
use crate::model::{Address, Kind, Salt, normal};

impl State {
    /// Adds one record.
    pub fn apply(&mut self, record: &Record) {
        self.seq = record.seq;
        let at = record.at;
        match &record.event {
            Event::Bound { project, account, host, environment, salt } => {
                self.binding = Some(Binding {
                    project: project.clone(),
                    account: account.clone(),
                    host: host.clone(),
                    environment: environment.clone(),
                });
                self.salt = Salt::from_hex(salt);
            }
            Event::ProjectRenamed { project } => {
                if let Some(binding) = &mut self.binding {
                    binding.project.clone_from(project);
                }
            }
            Event::SessionSeen { session, id } => {
                self.sessions.insert(id.clone(), session.clone());
            }
            Event::Tried { send: _, job } => {
                self.tried.insert(job.clone());
            }
            Event::Moved { from, to } => self.move_address(from, to),
            Event::Forgotten { address } => self.forget(address),
            Event::Compacted { .. } => {}
            event @ (Event::GroupCreating { .. }
            | Event::GroupNotCreated { .. }
            | Event::GroupInDoubt { .. }
            | Event::GroupOwned { .. }
            | Event::GroupRenamed { .. }
            | Event::GroupChanging { .. }
            | Event::GroupObserved { .. }
            | Event::GroupProtect { .. }
            | Event::GroupImportBegun { .. }
            | Event::GroupImportTemporary { .. }
            | Event::GroupImported { .. }
            | Event::GroupImportCleared { .. }
            | Event::GroupGone { .. }) => self.apply_group(event, at),
            event @ (Event::ScheduleCreating { .. }
            | Event::ScheduleNotCreated { .. }
            | Event::ScheduleInDoubt { .. }
            | Event::ScheduleOwned { .. }
            | Event::ScheduleUpdating { .. }
            | Event::ScheduleUpdated { .. }
            | Event::ScheduleReplacing { .. }
            | Event::ScheduleReplaceEnded { .. }
            | Event::ScheduleCancelled { .. }
            | Event::ScheduleCompleted { .. }
            | Event::ScheduleGone { .. }) => self.apply_schedule(event, at),
            event => self.apply_send(event, at),
        }
    }

    fn group(&mut self, key: &str) -> &mut GroupState {
        self.groups.entry(normal(key).into_owned()).or_default()
    }

    fn schedule(&mut self, key: &str) -> &mut ScheduleState {
        self.schedules.entry(normal(key).into_owned()).or_default()
    }

    fn history(&mut self, send: &str, run: &str) -> &mut RunHistory {
        let runs = &mut self.sends.entry(normal(send).into_owned()).or_default().runs;
        runs.entry(normal(run).into_owned()).or_default()
    }

    fn apply_group(&mut self, event: &Event, at: jiff::Timestamp) {
        match event {
            Event::GroupCreating { group, name, before } => {
                self.group(group).creating =
                    Some(Creating { what: name.clone(), before: before.clone(), at, in_doubt: false });
            }
            Event::GroupNotCreated { group } => {
                let state = self.group(group);
                state.creating = None;
                if state.imports.temporary.is_none() {
                    state.imports.begun = None;
                }
            }
            Event::GroupImportBegun { group, .. }
            | Event::GroupImportTemporary { group, .. }
            | Event::GroupImported { group, .. }
            | Event::GroupImportCleared { group } => self.group(group).imports.apply(event),
            Event::GroupInDoubt { group } => {
                if let Some(creating) = &mut self.group(group).creating {
                    creating.in_doubt = true;
                }
            }
            Event::GroupOwned { group, id, name, adopted: _ } => {
                let state = self.group(group);
                state.id = Some(id.clone());
                state.past_ids.insert(id.clone());
                state.name.clone_from(name);
                state.creating = None;
                state.observed = None;
            }
            Event::GroupRenamed { group, name } => self.group(group).name.clone_from(name),
            Event::GroupChanging { group } => self.group(group).observed = None,
            Event::GroupObserved { group, observation } => {
                let state = self.group(group);
                state.redacted = observation.redacted;
                state.observed = Some((at, observation.clone()));
            }
            Event::GroupProtect { group, protect } => self.group(group).protect = *protect,
            Event::GroupGone { group, id } => {
                let state = self.group(group);
                if state.id.as_ref() == Some(id) {
                    // What was, and what is being made in its stead, stays known.
                    *state = GroupState {
                        past_ids: std::mem::take(&mut state.past_ids),
                        creating: state.creating.take(),
                        imports: std::mem::take(&mut state.imports).without_group(),
                        ..GroupState::default()
                    };
                }
            }
            _ => {}
        }
    }

    fn apply_schedule(&mut self, event: &Event, at: jiff::Timestamp) {
        match event {
            Event::ScheduleCreating { schedule, spec, before } => {
                let state = self.schedule(schedule);
                // A create over one whose end was never recorded: the first may yet turn up.
                state.doubt();
                state.creating =
                    Some(Creating { what: spec.clone(), before: before.clone(), at, in_doubt: false });
            }
            Event::ScheduleNotCreated { schedule } => self.schedule(schedule).creating = None,
            Event::ScheduleInDoubt { schedule } => {
                let state = self.schedule(schedule);
                state.doubt();
                if let Some(creating) = &mut state.creating {
                    creating.in_doubt = true;
                }
            }
            Event::ScheduleOwned { schedule, id, spec, adopted: _ } => {
                let state = self.schedule(schedule);
                if let Some(old) = state.id.take().filter(|old| old != id) {
                    state.retired.insert(old);
                }
                state.retired.remove(id);
                state.id = Some(id.clone());
                state.spec.clone_from(spec);
                state.creating = None;
                state.replacing = None;
                state.updating = false;
                state.completed = false;
                state.cancelled = false;
            }
            Event::ScheduleUpdating { schedule } => self.schedule(schedule).updating = true,
            Event::ScheduleUpdated { schedule, spec } => {
                let state = self.schedule(schedule);
                state.updating = false;
                state.spec = Some(spec.clone());
            }
            Event::ScheduleReplacing { schedule, old, spec } => {
                self.schedule(schedule).replacing = Some((old.clone(), spec.clone()));
            }
            Event::ScheduleReplaceEnded { schedule, how: _ } => {
                let state = self.schedule(schedule);
                state.replacing = None;
                state.completed = true;
            }
            Event::ScheduleCancelled { schedule, id } => {
                let state = self.schedule(schedule);
                if state.id.as_ref() == Some(id) {
                    state.cancelled = true;
                } else {
                    state.retired.insert(id.clone());
                }
            }
            Event::ScheduleCompleted { schedule, id } => {
                let state = self.schedule(schedule);
                if state.id.as_ref() == Some(id) {
                    state.completed = true;
                }
            }
            Event::ScheduleGone { schedule, id } => {
                let state = self.schedule(schedule);
                // Of a retired one only the key is known; it may have had another group.
                let place = (state.id.as_ref() == Some(id))
                    .then(|| state.spec.as_ref().map(|spec| (spec.session_id.clone(), spec.group_id.clone())))
                    .flatten();
                self.gone_schedules.push(GoneSchedule { at, place });
                let state = self.schedule(schedule);
                state.retired.remove(id);
                if state.id.as_ref() == Some(id) {
                    state.id = None;
                    state.cancelled = false;
                }
            }
            _ => {}
        }
    }

    fn apply_send(&mut self, event: &Event, at: jiff::Timestamp) {
        match event {
            Event::Prepared { send, run } => {
                self.history(send, run);
            }
            Event::SnapshotCreating { send, run, attempt, name } => {
                let history = self.history(send, run);
                history.snapshots.insert(*attempt, (name.clone(), None));
                history.snapshot_names.insert(name.clone());
            }
            Event::SnapshotOwned { send, run, attempt, id } => {
                let entry = self.history(send, run).snapshots.entry(*attempt).or_default();
                entry.1 = Some(id.clone());
            }
            Event::SnapshotGone { send, run, id } => {
                let history = self.history(send, run);
                history.snapshots.retain(|_, (_, known)| known.as_ref() != Some(id));
                history.snapshots_gone.insert(id.clone());
            }
            Event::Armed { send, run, armed } => {
                let gone = self.gone_schedules.len();
                let history = self.history(send, run);
                history.gone_before = gone;
                history.phase = Phase::Armed;
                history.attempts = history.attempts.max(armed.attempt);
                history.armed = Some((at, armed.clone()));
                history.held_at = None;
                history.rejected = None;
                history.ignored = None;
                history.settled_new = false;
            }
            Event::Accepted { send, run, job, recovered: _ } => self.history(send, run).accept(job, at),
            Event::Rejected { send, run, status, scopes: _ } => {
                let history = self.history(send, run);
                history.reopen();
                history.rejected = Some(*status);
            }
            Event::NotSent { send, run, why: NotSentWhy::AssumedByPolicy } => {
                self.history(send, run).reopen();
            }
            // Not a byte has left.
            Event::NotSent { send, run, why: NotSentWhy::NoConnection | NotSentWhy::TooLate } => {
                self.history(send, run).step_back();
            }
            Event::InDoubt { send, run, why, wrong_job } => {
                let history = self.history(send, run);
                // A job that turned out to be something else is no longer this key's.
                if let Some(wrong) = wrong_job {
                    history.jobs.retain(|j| j.job != *wrong);
                    history.wrong_jobs.insert(wrong.clone());
                }
                history.phase = Phase::InDoubt { why: why.clone(), wrong_job: wrong_job.clone() };
            }
            Event::Held { send, run, evidence } => {
                let history = self.history(send, run);
                history.held_at.get_or_insert(at);
                history.phase = Phase::Held(evidence.clone());
            }
            Event::Resolved { send, run, by: _, how } => {
                let history = self.history(send, run);
                match how {
                    Resolution::Job { job, taken_for } => history.settle(job, at, taken_for.as_deref()),
                    Resolution::NotSent { .. } => {
                        history.judge();
                        history.reopen();
                    }
                    Resolution::New => {
                        history.judge();
                        history.reopen();
                        history.unsent.clear();
                        history.settled_new = true;
                    }
                }
            }
            Event::Finished { send, run, job, end } => {
                for sent in self.history(send, run).jobs.iter_mut().filter(|j| j.job == *job) {
                    sent.end = Some(end.clone());
                }
            }
            Event::SessionChangeSaid { send, run, session_id } => {
                self.history(send, run).session_said = Some(session_id.clone());
            }
            Event::PausedForSuppressed { send, run, job, lifted } => {
                self.history(send, run).paused_for_suppressed = (!lifted).then(|| job.clone());
            }
            Event::ChangeIgnored { send, run, content } => {
                self.history(send, run).ignored = Some(content.clone());
            }
            _ => {}
        }
    }

    fn move_address(&mut self, from: &Address, to: &Address) {
        if from.kind != to.kind || from == to {
            return;
        }
        // Whatever the new name already has is kept as far as the state can say it: losing the tie to something
        // that is there is what a rename must never do.
        match from.kind {
            Kind::Group => {
                if let Some(mut state) = self.groups.remove(&from.key) {
                    if let Some(present) = self.groups.remove(&to.key) {
                        state.absorb(present);
                    }
                    self.groups.insert(to.key.clone(), state);
                }
                for history in self.sends.values_mut().flat_map(|send| send.runs.values_mut()) {
                    history.rename_group(&from.key, &to.key);
                }
            }
            Kind::Schedule => {
                if let Some(mut state) = self.schedules.remove(&from.key) {
                    if let Some(present) = self.schedules.remove(&to.key) {
                        state.absorb(present);
                    }
                    self.schedules.insert(to.key.clone(), state);
                }
            }
            Kind::Send => {
                if let Some(state) = self.sends.remove(&from.key) {
                    let target = self.sends.entry(to.key.clone()).or_default();
                    for (run, history) in state.runs {
                        match target.runs.entry(run) {
                            Entry::Vacant(free) => {
                                free.insert(history);
                            }
                            Entry::Occupied(mut present) => present.get_mut().join(history),
                        }
                    }
                }
            }
        }
    }

    fn forget(&mut self, address: &Address) {
        match address.kind {
            Kind::Group => {
                self.groups.remove(&address.key);
            }
            Kind::Schedule => {
                self.schedules.remove(&address.key);
            }
            // A send key is kept for ever (`send-safety.md`).
            Kind::Send => {}
        }
    }
}
