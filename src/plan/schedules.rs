//! Schedules that the YAML has: what is on the account for each, and which way it goes from there.

use std::collections::BTreeMap;

use super::change::{ChangeId, ChangeKind};
use super::draft::{Draft, words_in};
use super::groups::Outlook;
use super::input::{Facts, Stopped};
use super::schedule_find::cancel_retired;
use super::{Action, Change, NoteLevel, Verdict};
use crate::ledger::ScheduleState;
use crate::model::{Address, DesiredSchedule, ObservedSchedule, ScheduleStatus, Timing, one_line};

/// One desired schedule with all that is known of it.
pub(super) struct Case<'a> {
    pub facts: &'a Facts<'a>,
    pub key: &'a str,
    pub address: Address,
    pub desired: &'a DesiredSchedule,
    pub state: ScheduleState,
    pub outlook: &'a Outlook,
}

/// Plans every desired schedule.
pub(super) fn plan_schedules(facts: &Facts<'_>, draft: &mut Draft, groups: &BTreeMap<&str, Outlook>) {
    let none = Outlook::default();
    for (key, desired) in &facts.desired.schedules {
        let case = Case {
            facts,
            key,
            address: Address::schedule(key.as_str()),
            desired,
            state: facts.state.schedules.get(key).cloned().unwrap_or_default(),
            outlook: groups.get(desired.group.as_str()).unwrap_or(&none),
        };
        cancel_retired(facts, draft, &case.address, &case.state);
        match facts.options.stopped.get(&case.address) {
            Some(stop) => {
                draft.note(NoteLevel::Warning, "stopped", &case.address, stop.words.clone());
                case.plan_stopped(draft, stop);
            }
            None => case.plan(draft),
        }
    }
}

impl Case<'_> {
    /// An operator stopped it: nothing is created or resumed. What a doubtful create made besides, or made
    /// unseen, must not fire either.
    fn plan_stopped(mut self, draft: &mut Draft, stop: &Stopped) {
        let made = self.find_made(draft, &mut Vec::new());
        let mine = || self.state.id.as_ref().and_then(|id| self.facts.schedule(id)).cloned();
        let Some(there) = made.or_else(mine) else { return };
        let change = match there.status {
            ScheduleStatus::Active | ScheduleStatus::Paused if stop.cancel => self
                .change(ChangeKind::CancelSchedule, Action::CancelSchedule { id: there.id })
                .because("an operator cancelled it, and it could still fire"),
            ScheduleStatus::Active => self
                .change(ChangeKind::PauseSchedule, Action::PauseSchedule { id: there.id })
                .because("an operator stopped it, and it would still fire"),
            _ => return,
        };
        draft.push(change);
    }

    pub(super) fn plan(mut self, draft: &mut Draft) {
        let mut adopted = Vec::new();
        let there = match self.find(draft, &mut adopted) {
            Ok(there) => there,
            Err(refused) => {
                draft.push(*refused);
                return;
            }
        };
        match there {
            Some(there) => self.plan_existing(draft, &there, adopted),
            None => self.plan_absent(draft),
        }
    }

    pub(super) fn change(&self, kind: ChangeKind, action: Action) -> Change {
        Change::new(self.address.clone(), kind, action)
    }

    pub(super) fn is_past(&self) -> bool {
        matches!(self.desired.timing, Timing::Once { at, .. } if at <= self.facts.now)
    }

    /// Its time has passed: what became of it, as far as it is known.
    pub(super) fn over(&self, there: Option<&ObservedSchedule>) -> Change {
        let mut change = self.change(ChangeKind::CreateSchedule, Action::None).costs(0);
        change.verdict = Verdict::Over;
        let Timing::Once { at, .. } = self.desired.timing else { return change };
        let was = format!("its time was {}", words_in(at, &self.desired.timezone));
        let became = match there {
            Some(there) => format!("; on the account it is {}", one_line(there.status.as_str(), 40)),
            None if self.state.spec.is_some() => ", and it is not on the account any more".to_owned(),
            None => ", and it had not been created by then".to_owned(),
        };
        let edited =
            self.state.spec.as_ref().is_some_and(|spec| !spec.content.matches(&self.desired.content));
        let late = if edited {
            "; the message was changed in the YAML since it was created, and the new one goes to nobody"
        } else {
            ""
        };
        change.because(format!("{was}{became}{late}"))
    }

    pub(super) fn plan_existing(
        &mut self,
        draft: &mut Draft,
        there: &ObservedSchedule,
        adopted: Vec<ChangeId>,
    ) {
        match &there.status {
            ScheduleStatus::Unknown(word) => {
                draft.note(
                    NoteLevel::Warning,
                    "unknown_status",
                    &self.address,
                    format!("its status on the account is {:?}, which this version does not know: it is not touched", one_line(word, 40)),
                );
            }
            ScheduleStatus::Completed => self.plan_completed(draft, there),
            ScheduleStatus::Cancelled => self.plan_cancelled(draft, there),
            ScheduleStatus::Active | ScheduleStatus::Paused => {
                if self.is_past() {
                    self.plan_over(draft, Some(there));
                } else {
                    self.plan_live(draft, there, adopted);
                }
            }
        }
    }
}
