//! Schedules that are not on the account, or are there in a final state: created, created again, or over.

use super::change::{ChangeId, ChangeKind};
use super::draft::{Draft, people, words_in};
use super::input::Found;
use super::schedules::Case;
use super::when_words::when;
use super::{Action, Change, Detail, LedgerNote, NoteLevel, ScheduleOrder, Verdict};
use crate::ledger::{Event, ScheduleState};
use crate::model::{ObservedSchedule, OnChange, Timing, one_line};

impl Case<'_> {
    pub(super) fn plan_absent(&self, draft: &mut Draft) {
        if self.is_past() {
            self.plan_over(draft, None);
            return;
        }
        if let Some(id) = &self.state.id {
            draft.records.push(LedgerNote::Event(Event::ScheduleGone {
                schedule: self.key.to_owned(),
                id: id.clone(),
            }));
        }
        let fired_before = self.state.completed
            || self.state.spec.as_ref().and_then(|s| s.at).is_some_and(|at| at <= self.facts.now);
        if fired_before && matches!(self.desired.timing, Timing::Once { .. }) {
            self.plan_again(draft);
            return;
        }
        let reason = if self.state.id.is_some() { "it was deleted elsewhere" } else { "" };
        self.plan_create(draft, ChangeKind::CreateSchedule, reason);
    }

    /// A one-time schedule whose time has passed: shown as over; one that is still set for another time is
    /// cancelled, because nobody asks for that time any more.
    pub(super) fn plan_over(&self, draft: &mut Draft, there: Option<&ObservedSchedule>) {
        if let Some(there) = there.filter(|t| !t.status.is_final() && !self.is_set_as_desired(t)) {
            let spec = self.state.spec.as_ref().map(|s| s.timing.as_str());
            let set_for = there.scheduled_time.as_deref().or(there.cron.as_deref()).or(spec);
            draft.push(
                self.change(ChangeKind::CancelSchedule, Action::CancelSchedule { id: there.id.clone() })
                    .because(format!(
                        "on the account it is still set for {}, and its time in the YAML is in the past",
                        one_line(set_for.unwrap_or("another time"), 40)
                    )),
            );
            return;
        }
        draft.push(self.over(there));
    }

    /// The one-time message went out, and the YAML gives it a new time.
    pub(super) fn plan_again(&self, draft: &mut Draft) {
        let size = self.outlook.size;
        let spec_at = self.state.spec.as_ref().and_then(|s| s.at);
        if let (Timing::Once { at, .. }, Some(old)) = (&self.desired.timing, spec_at)
            && *at == old
        {
            return;
        }
        match self.desired.on_change {
            OnChange::Ignore => {
                draft.note(
                    NoteLevel::Info,
                    "change_ignored",
                    &self.address,
                    "it already went out; its new time is ignored (on_change: ignore)",
                );
            }
            OnChange::Refuse => {
                draft.push(self.change(ChangeKind::ScheduleAgain, Action::None).costs(0).refused(
                    "already_sent",
                    format!(
                        "this one-time message already went out to {}, and now it has a new time",
                        people(size)
                    ),
                    [
                        "to send it once more: on_change: resend, and --confirm-audience N".to_owned(),
                        "to leave it: on_change: ignore".to_owned(),
                        "for another message: another key".to_owned(),
                    ],
                ));
            }
            OnChange::Resend => {
                let confirmed = self.facts.options.confirm_audience.is_some_and(|n| size <= n);
                let reason = "it went out before, and has a new time";
                let Some(position) = self.plan_create(draft, ChangeKind::ScheduleAgain, reason) else {
                    return;
                };
                let change = &mut draft.changes[position];
                if !confirmed && change.verdict == Verdict::Go {
                    change.verdict =
                        Verdict::Refused(super::sends::needs_confirmation(size, "a message again"));
                }
            }
        }
    }

    /// Gives its position, unless it is paused: then nothing is created yet.
    pub(super) fn plan_create(&self, draft: &mut Draft, kind: ChangeKind, reason: &str) -> Option<ChangeId> {
        if self.desired.paused {
            draft.note(
                NoteLevel::Info,
                "paused",
                &self.address,
                "is paused in the YAML and not on the account; it is created when it is first unpaused",
            );
            return None;
        }
        if let Some(text) = self.went_out_by_another_name() {
            draft.note(NoteLevel::Warning, "went_out_before", &self.address, text);
        }
        let change = match self.order() {
            Ok(order) => self
                .change(kind, Action::CreateSchedule { order })
                .because(reason)
                .details(self.describe())
                .after(self.outlook.changes.iter().copied()),
            Err(change) => *change,
        };
        Some(draft.push(self.feature_gate(change)))
    }

    /// A one-time message with this text to this group, under a key that the YAML no longer has, whose time has passed:
    /// this may be the same one, renamed.
    fn went_out_by_another_name(&self) -> Option<String> {
        let Timing::Once { .. } = self.desired.timing else { return None };
        let group = self.facts.state.groups.get(&self.desired.group)?;
        let before = |(key, state): (&String, &ScheduleState)| {
            let spec = state.spec.as_ref()?;
            let at = spec.at.filter(|at| *at <= self.facts.now)?;
            let gone = *key != self.key && !self.facts.desired.schedules.contains_key(key);
            (gone && group.has_been(&spec.group_id) && spec.content.matches(&self.desired.content))
                .then(|| (key.clone(), at))
        };
        let (key, at) = self.facts.state.schedules.iter().find_map(before)?;
        Some(format!(
            "schedule.{key}, which is not in the YAML any more, sent this text to this group on {}; if it was renamed, \
             write moved: [{{from: schedule.{key}, to: {}}}]",
            words_in(at, &self.desired.timezone),
            self.address
        ))
    }

    pub(super) fn feature_gate(&self, change: Change) -> Change {
        if self.facts.limits.outreach {
            return change;
        }
        change.refused(
            "plan_feature",
            "the account's plan (free) has no scheduled messages",
            ["upgrade the plan, or write account: {plan: starter} if it is another one".to_owned()],
        )
    }

    /// Everything of a new schedule, for people.
    pub(super) fn describe(&self) -> Vec<Detail> {
        let desired = self.desired;
        let field = |name, value: &str| Detail::Field { name, old: None, new: Some(value.to_owned()) };
        let mut details = vec![field("name", &desired.name)];
        match &desired.timing {
            Timing::Once { local, .. } => details.push(field("at", &local.to_string())),
            Timing::Recurring { schedule_type, cron } => details.push(when(*schedule_type, None, cron)),
        }
        details.push(field("timezone", &desired.timezone));
        details.push(field("group", &desired.group));
        details.push(field("session", &desired.session));
        if let Some(media) = &desired.content.media {
            details.push(field("media", media));
        }
        if desired.content.text.is_some() {
            details.push(Detail::Text { old: None, new: desired.content.text.clone(), hidden: false });
        }
        details
    }

    pub(super) fn order(&self) -> Result<ScheduleOrder, Box<Change>> {
        let desired = self.desired;
        match self.facts.session(&desired.session) {
            Some(Found::Session { id, .. }) => Ok(ScheduleOrder {
                name: desired.name.clone(),
                group: desired.group.clone(),
                session: desired.session.clone(),
                session_id: id.clone(),
                content: desired.content.clone(),
                timing: desired.timing.clone(),
                timezone: desired.timezone.clone(),
                paused: desired.paused,
            }),
            Some(Found::Missing(why)) => Err(Box::new(self.session_missing(why.clone()))),
            None => {
                Err(Box::new(self.session_missing(format!("session {} is not in the YAML", desired.session))))
            }
        }
    }

    pub(super) fn session_missing(&self, why: String) -> Change {
        self.change(ChangeKind::CreateSchedule, Action::None).costs(0).refused(
            "session_not_found",
            why,
            Vec::new(),
        )
    }

    pub(super) fn plan_completed(&mut self, draft: &mut Draft, there: &ObservedSchedule) {
        if !self.state.completed {
            draft.records.push(LedgerNote::Event(Event::ScheduleCompleted {
                schedule: self.key.to_owned(),
                id: there.id.clone(),
            }));
        }
        if self.is_past() {
            draft.push(self.over(Some(there)));
        } else if matches!(self.desired.timing, Timing::Once { .. }) {
            let was_once = self.state.spec.as_ref().is_none_or(|s| s.at.is_some());
            if was_once && !self.is_set_as_desired(there) {
                self.plan_again(draft);
            } else if !was_once {
                self.plan_create(draft, ChangeKind::CreateSchedule, "the one before it is completed");
            }
        } else {
            self.plan_create(
                draft,
                ChangeKind::CreateSchedule,
                "the one on the account is completed, which is final: it is created anew",
            );
        }
    }

    pub(super) fn plan_cancelled(&mut self, draft: &mut Draft, there: &ObservedSchedule) {
        if self.is_past() {
            draft.push(self.over(Some(there)));
            return;
        }
        let reason = if self.state.replacing.is_some() {
            "its replacement was cut off after the old one was cancelled"
        } else if self.state.cancelled {
            "it was cancelled by an earlier apply"
        } else {
            "it was cancelled elsewhere, which is final: it is created anew"
        };
        self.plan_create(draft, ChangeKind::CreateSchedule, reason);
    }
}
