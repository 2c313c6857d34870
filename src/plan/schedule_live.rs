//! Schedules that are active or paused on the account: updated, paused, resumed, replaced.

use super::change::{ChangeId, ChangeKind};
use super::compare::{ScheduleDiff, Targets, diff_schedule};
use super::draft::Draft;
use super::input::Found;
use super::schedules::Case;
use super::{Action, NoteLevel, SchedulePatch, Verdict};
use crate::model::{DesiredSchedule, ObservedSchedule, ScheduleStatus, Timing};

impl Case<'_> {
    pub(super) fn plan_live(&mut self, draft: &mut Draft, there: &ObservedSchedule, adopted: Vec<ChangeId>) {
        let targets = Targets {
            session_id: self.facts.session_id(&self.desired.session),
            group_id: self.outlook.id.as_ref(),
            old_group: there
                .group_id
                .as_ref()
                .map(|id| self.facts.state.group_of(id).map_or_else(|| id.short().to_owned(), str::to_owned)),
        };
        if targets.session_id.is_none()
            && let Some(Found::Missing(why)) = self.facts.session(&self.desired.session)
        {
            draft.note(NoteLevel::Warning, "session_not_found", &self.address, why.clone());
        }
        let diff = diff_schedule(self.desired, there, &self.state, &targets);
        let mut needs = adopted;
        let paused = there.status == ScheduleStatus::Paused;
        if self.desired.paused && !paused {
            needs.push(
                draft.push(
                    self.change(ChangeKind::PauseSchedule, Action::PauseSchedule { id: there.id.clone() })
                        .because("the YAML says paused: true"),
                ),
            );
        }
        let soon = !paused && !self.desired.paused && self.is_going_out(there);
        if diff.replace {
            self.plan_replace(draft, there, diff, &needs, soon);
            return;
        }
        if !diff.is_empty() {
            needs.push(self.plan_update(draft, there, diff, &needs, soon));
        }
        if !self.desired.paused && paused {
            draft.push(
                self.change(ChangeKind::ResumeSchedule, Action::ResumeSchedule { id: there.id.clone() })
                    .because("it is paused on the account, and the YAML wants it active")
                    .after(needs)
                    .after(self.outlook.changes.iter().copied()),
            );
        }
    }

    pub(super) fn plan_update(
        &self,
        draft: &mut Draft,
        there: &ObservedSchedule,
        diff: ScheduleDiff,
        needs: &[ChangeId],
        soon: bool,
    ) -> ChangeId {
        let ScheduleDiff { patch, replace: _, details } = diff;
        // A one-time message that is on its way would go out a second time.
        let again = soon && patch.scheduled_time.is_some();
        let change = match self.order() {
            Ok(order) => self.change(
                ChangeKind::UpdateSchedule,
                Action::UpdateSchedule { id: there.id.clone(), patch: complete(patch, self.desired), order },
            ),
            Err(change) => *change,
        };
        let mut change = change.details(details).after(needs.iter().copied());
        if again && change.verdict == Verdict::Go {
            change = change.blocked(
                "firing_soon",
                "it is just going out: whether it did is seen by the next apply, and only then it may have another time",
            );
        }
        draft.push(change)
    }

    pub(super) fn plan_replace(
        &self,
        draft: &mut Draft,
        there: &ObservedSchedule,
        diff: ScheduleDiff,
        needs: &[ChangeId],
        soon: bool,
    ) {
        let change = match self.order() {
            Ok(order) => self
                .change(ChangeKind::ReplaceSchedule, Action::ReplaceSchedule { old: there.id.clone(), order })
                .costs(3 + u64::from(self.desired.paused))
                .because(
                    "the API cannot change this in place: the old one is cancelled, then it is created anew",
                ),
            Err(change) => *change,
        };
        let mut change = self
            .feature_gate(change)
            .details(diff.details)
            .after(needs.iter().copied())
            .after(self.outlook.changes.iter().copied());
        if soon && change.verdict == Verdict::Go {
            change = change.blocked(
                    "firing_soon",
                    "it fires within five minutes; it is replaced by the next apply after that, so that nobody gets it twice or not at all",
                );
        }
        draft.push(change);
    }
}

/// A patched zone or time goes with the other: a local time means nothing without its zone.
fn complete(mut patch: SchedulePatch, desired: &DesiredSchedule) -> SchedulePatch {
    if let Timing::Once { local, .. } = &desired.timing
        && (patch.timezone.is_some() || patch.scheduled_time.is_some())
    {
        patch.scheduled_time = Some(*local);
        patch.timezone = Some(desired.timezone.clone());
    }
    patch
}
