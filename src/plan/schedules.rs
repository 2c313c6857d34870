//! Schedules: create, adopt, update, pause, resume, replace, cancel, delete.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::change::{
    Action, Change, ChangeId, ChangeKind, Detail, LedgerNote, NoteLevel, ScheduleOrder, SchedulePatch,
    Verdict,
};
use super::compare::{ScheduleDiff, Targets, diff_schedule, same_timing, same_zone};
use super::draft::{Draft, people};
use super::groups::Outlook;
use super::input::{Facts, Found};
use crate::ledger::{Event, ScheduleSpec, ScheduleState};
use crate::model::{
    Address, DesiredSchedule, Id, ObservedSchedule, OnChange, ScheduleStatus, Timing, one_line,
};

/// No replacement this close to a firing (`send-safety.md`, *Groups and schedules*).
const NO_REPLACE: SignedDuration = SignedDuration::from_mins(5);

/// One desired schedule with all that is known of it.
struct Case<'a> {
    facts: &'a Facts<'a>,
    key: &'a str,
    address: Address,
    desired: &'a DesiredSchedule,
    state: ScheduleState,
    outlook: &'a Outlook,
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
        let before = draft.changes.len();
        if let Some(why) = facts.options.stopped.get(&case.address) {
            draft.note(NoteLevel::Warning, "stopped", &case.address, why.clone());
            draft.unchanged += 1;
            continue;
        }
        case.plan(draft);
        if draft.changes.len() == before {
            draft.unchanged += 1;
        }
    }
}

impl Case<'_> {
    fn plan(mut self, draft: &mut Draft) {
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

    fn change(&self, kind: ChangeKind, action: Action) -> Change {
        Change::new(self.address.clone(), kind, action)
    }

    /// What the account has for this key; adopts what a cut-off create made, or an unowned one of that name;
    /// cancels twins.
    fn find(
        &mut self,
        draft: &mut Draft,
        adopted: &mut Vec<ChangeId>,
    ) -> Result<Option<ObservedSchedule>, Box<Change>> {
        let observed = &self.facts.observed.schedules;
        let mine = self.state.id.as_ref().and_then(|id| observed.iter().find(|s| s.id == *id)).cloned();
        let creating = self.state.creating.clone();
        if let Some(creating) = &creating {
            let mut found: Vec<ObservedSchedule> = observed
                .iter()
                .filter(|s| self.facts.state.schedule_of(&s.id).is_none() && !creating.before.contains(&s.id))
                .filter(|s| !s.status.is_final() && is_spec(s, &creating.what))
                .cloned()
                .collect();
            oldest_first(&mut found);
            if let Some(first) = self.keep_first(
                draft,
                adopted,
                found,
                Some(creating.what.clone()),
                "it was created by an apply that was cut off before it could note the id",
            ) {
                return Ok(Some(first));
            }
            // It may still appear: twins are looked for from now on.
            draft.records.push(LedgerNote::Event(Event::ScheduleInDoubt { schedule: self.key.to_owned() }));
        } else if self.state.doubted
            && let Some(spec) = self.state.spec.clone()
        {
            let mut all: Vec<ObservedSchedule> = observed
                .iter()
                .filter(|s| self.facts.state.schedule_of(&s.id).is_none())
                .filter(|s| !s.status.is_final() && is_spec(s, &spec))
                .cloned()
                .collect();
            if !all.is_empty() {
                all.extend(mine.clone().filter(|m| !m.status.is_final()));
                oldest_first(&mut all);
                return Ok(self.keep_first(
                    draft,
                    adopted,
                    all,
                    Some(spec),
                    "it is the older of two that one create made",
                ));
            }
        }
        if mine.is_some() || self.state.id.is_some() {
            return Ok(mine);
        }
        self.adopt_by_name(draft, adopted)
    }

    /// Keeps the oldest and cancels the rest (`send-safety.md`, twins).
    fn keep_first(
        &mut self,
        draft: &mut Draft,
        adopted: &mut Vec<ChangeId>,
        found: Vec<ObservedSchedule>,
        spec: Option<ScheduleSpec>,
        reason: &str,
    ) -> Option<ObservedSchedule> {
        let mut found = found.into_iter();
        let first = found.next()?;
        for twin in found {
            draft.push(
                self.change(ChangeKind::CancelSchedule, Action::CancelSchedule { id: twin.id.clone() }).because(
                    "a doubtful create made it twice: the older one is kept, or everybody would get each message twice",
                ),
            );
        }
        if self.state.id.as_ref() != Some(&first.id) {
            adopted.push(
                draft.push(
                    self.change(
                        ChangeKind::Adopt,
                        Action::AdoptSchedule { id: first.id.clone(), spec: spec.clone() },
                    )
                    .because(reason)
                    .costs(0),
                ),
            );
            self.state.spec = spec;
            self.state.id = Some(first.id.clone());
            self.state.updating = false;
        }
        Some(first)
    }

    fn adopt_by_name(
        &mut self,
        draft: &mut Draft,
        adopted: &mut Vec<ChangeId>,
    ) -> Result<Option<ObservedSchedule>, Box<Change>> {
        let named: Vec<&ObservedSchedule> = self
            .facts
            .observed
            .schedules
            .iter()
            .filter(|s| s.name == self.desired.name && !s.status.is_final())
            .filter(|s| self.facts.state.schedule_of(&s.id).is_none())
            .collect();
        match named.as_slice() {
            [] => Ok(None),
            [one] => {
                adopted.push(
                    draft.push(
                        self.change(
                            ChangeKind::Adopt,
                            Action::AdoptSchedule { id: one.id.clone(), spec: None },
                        )
                        .because(format!(
                            "a schedule named “{}” is on the account and belongs to no other key",
                            one_line(&one.name, 80)
                        ))
                        .costs(0),
                    ),
                );
                Ok(Some((*one).clone()))
            }
            several => Err(Box::new(
                self.change(ChangeKind::Adopt, Action::None)
                    .refused(
                        "ambiguous_name",
                        format!(
                            "the account has {} live schedules named “{}”, and which of them is meant is not known",
                            several.len(),
                            one_line(&self.desired.name, 80)
                        ),
                        [
                            format!(
                                "tie one of them: campaignctl adopt {} --id ID (ids: {})",
                                self.address,
                                several.iter().map(|s| s.id.to_string()).collect::<Vec<_>>().join(", ")
                            ),
                            "or give this schedule another name".to_owned(),
                        ],
                    )
                    .costs(0),
            )),
        }
    }

    fn is_past(&self) -> bool {
        matches!(self.desired.timing, Timing::Once { at, .. } if at <= self.facts.now)
    }

    fn over(&self) -> Change {
        let mut change = self.change(ChangeKind::CreateSchedule, Action::None).costs(0);
        change.verdict = Verdict::Over;
        change.because("its time is in the past")
    }

    fn plan_absent(&self, draft: &mut Draft) {
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
    fn plan_over(&self, draft: &mut Draft, there: Option<&ObservedSchedule>) {
        if let Some(there) = there.filter(|t| !t.status.is_final()) {
            let set_for =
                there.scheduled_time.as_deref().or(self.state.spec.as_ref().map(|s| s.timing.as_str()));
            if set_for.is_some_and(|old| !same_timing(old, &self.desired.timing, None)) {
                draft.push(
                    self.change(ChangeKind::CancelSchedule, Action::CancelSchedule { id: there.id.clone() })
                        .because(format!(
                            "on the account it is still set for {}, and its time in the YAML is in the past",
                            one_line(set_for.unwrap_or("?"), 40)
                        )),
                );
                return;
            }
        }
        draft.push(self.over());
    }

    /// The one-time message went out, and the YAML gives it a new time.
    fn plan_again(&self, draft: &mut Draft) {
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
                let position = self.plan_create(
                    draft,
                    ChangeKind::ScheduleAgain,
                    "it went out before, and has a new time",
                );
                let change = &mut draft.changes[position];
                if !confirmed && change.verdict == Verdict::Go {
                    super::safety::refuse(change, super::sends::needs_confirmation(size, "a message again"));
                }
            }
        }
    }

    fn plan_create(&self, draft: &mut Draft, kind: ChangeKind, reason: &str) -> ChangeId {
        if self.desired.paused {
            draft.note(
                NoteLevel::Info,
                "paused",
                &self.address,
                "is paused in the YAML and not on the account; it is created when it is first unpaused",
            );
            return draft.changes.len().saturating_sub(1);
        }
        let change = match self.order() {
            Ok(order) => self
                .change(kind, Action::CreateSchedule { order })
                .because(reason)
                .details(self.describe())
                .after(self.outlook.changes.iter().copied()),
            Err(change) => *change,
        };
        draft.push(self.feature_gate(change))
    }

    fn feature_gate(&self, change: Change) -> Change {
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
    fn describe(&self) -> Vec<Detail> {
        let desired = self.desired;
        let field = |name, value: &str| Detail::Field { name, old: None, new: Some(value.to_owned()) };
        let mut details = vec![field("name", &desired.name)];
        match &desired.timing {
            Timing::Once { local, .. } => details.push(field("at", &local.to_string())),
            Timing::Recurring { cron, .. } => details.push(field("cron", cron)),
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

    fn order(&self) -> Result<ScheduleOrder, Box<Change>> {
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

    fn session_missing(&self, why: String) -> Change {
        self.change(ChangeKind::CreateSchedule, Action::None).costs(0).refused(
            "session_not_found",
            why,
            Vec::new(),
        )
    }

    fn plan_existing(&mut self, draft: &mut Draft, there: &ObservedSchedule, adopted: Vec<ChangeId>) {
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
            ScheduleStatus::Cancelled => self.plan_cancelled(draft),
            ScheduleStatus::Active | ScheduleStatus::Paused => {
                if self.is_past() {
                    self.plan_over(draft, Some(there));
                } else {
                    self.plan_live(draft, there, adopted);
                }
            }
        }
    }

    fn plan_completed(&mut self, draft: &mut Draft, there: &ObservedSchedule) {
        if !self.state.completed {
            draft.records.push(LedgerNote::Event(Event::ScheduleCompleted {
                schedule: self.key.to_owned(),
                id: there.id.clone(),
            }));
        }
        if self.is_past() {
            draft.push(self.over());
        } else if matches!(self.desired.timing, Timing::Once { .. }) {
            let was_once = self.state.spec.as_ref().is_none_or(|s| s.at.is_some());
            let moved = there
                .scheduled_time
                .as_deref()
                .is_none_or(|old| !same_timing(old, &self.desired.timing, there.timezone.as_deref()));
            if was_once && moved {
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

    fn plan_cancelled(&mut self, draft: &mut Draft) {
        if self.is_past() {
            draft.push(self.over());
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

    fn plan_live(&mut self, draft: &mut Draft, there: &ObservedSchedule, adopted: Vec<ChangeId>) {
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
        if diff.replace {
            self.plan_replace(draft, there, diff, &needs);
            return;
        }
        if !diff.is_empty() {
            needs.push(self.plan_update(draft, there, diff, &needs));
        }
        let paused = there.status == ScheduleStatus::Paused;
        if self.desired.paused && !paused {
            draft.push(
                self.change(ChangeKind::PauseSchedule, Action::PauseSchedule { id: there.id.clone() })
                    .because("the YAML says paused: true"),
            );
        } else if !self.desired.paused && paused {
            draft.push(
                self.change(ChangeKind::ResumeSchedule, Action::ResumeSchedule { id: there.id.clone() })
                    .because("it is paused on the account, and the YAML wants it active")
                    .after(needs),
            );
        }
    }

    fn plan_update(
        &self,
        draft: &mut Draft,
        there: &ObservedSchedule,
        diff: ScheduleDiff,
        needs: &[ChangeId],
    ) -> ChangeId {
        let ScheduleDiff { patch, replace: _, details } = diff;
        let change = match self.order() {
            Ok(order) => self.change(
                ChangeKind::UpdateSchedule,
                Action::UpdateSchedule { id: there.id.clone(), patch: complete(patch, self.desired), order },
            ),
            Err(change) => *change,
        };
        draft.push(change.details(details).after(needs.iter().copied()))
    }

    fn plan_replace(
        &self,
        draft: &mut Draft,
        there: &ObservedSchedule,
        diff: ScheduleDiff,
        needs: &[ChangeId],
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
        let next = there
            .next_run_at
            .or_else(|| self.next_of(there))
            .filter(|_| there.status == ScheduleStatus::Active);
        if let Some(next) = next.filter(|_| change.verdict == Verdict::Go)
            && next > self.facts.now - NO_REPLACE
            && next < self.facts.now + NO_REPLACE
        {
            change = change.blocked(
                    "firing_soon",
                    "it fires within five minutes; it is replaced by the next apply after that, so that nobody gets it twice or not at all",
                );
        }
        draft.push(change);
    }

    /// The next firing of the one on the account, by our own reading.
    fn next_of(&self, there: &ObservedSchedule) -> Option<jiff::Timestamp> {
        let spec = self.state.spec.as_ref();
        let zone = there.timezone.as_deref().or(spec.map(|s| s.timezone.as_str())).unwrap_or("UTC");
        let zone = crate::time::Zone::parse(zone).ok()?;
        if let Some(at) = spec.and_then(|s| s.at) {
            return Some(at);
        }
        let cron = there.cron.as_deref().or(spec.map(|s| s.timing.as_str()))?;
        crate::time::Cron::parse(cron).ok()?.next_after(&zone, self.facts.now)
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

fn oldest_first(schedules: &mut [ObservedSchedule]) {
    schedules.sort_by(|a, b| {
        (a.created_at.is_none(), a.created_at, &a.id).cmp(&(b.created_at.is_none(), b.created_at, &b.id))
    });
}

/// Whether an observed schedule is what was sent, as far as the API shows.
pub fn is_spec(there: &ObservedSchedule, spec: &ScheduleSpec) -> bool {
    let timing = match spec.at {
        Some(_) => there.scheduled_time.as_deref(),
        None => there.cron.as_deref(),
    };
    let same_timing = timing.is_none_or(|shown| {
        shown == spec.timing
            || match spec.at {
                Some(at) => crate::time::local::parse_at(&spec.timing).is_ok_and(|parsed| match parsed {
                    crate::time::At::Local(local) => {
                        same_timing(shown, &Timing::Once { local, at }, there.timezone.as_deref())
                    }
                    crate::time::At::Fixed(..) => false,
                }),
                None => same_timing(
                    shown,
                    &Timing::Recurring { schedule_type: spec.schedule_type, cron: spec.timing.clone() },
                    None,
                ),
            }
    });
    there.name == spec.name
        && there.session_id.as_ref().is_none_or(|id| *id == spec.session_id)
        && there.group_id.as_ref().is_none_or(|id| *id == spec.group_id)
        && there.timezone.as_deref().is_none_or(|zone| same_zone(zone, &spec.timezone))
        && same_timing
}

/// Schedules of ours that the YAML no longer has, or all of them for `destroy`: cancelled first, deleted last.
/// Gives each deletion with the group it used.
pub(super) fn plan_schedule_removals(facts: &Facts<'_>, draft: &mut Draft) -> Vec<(ChangeId, Option<Id>)> {
    let mut removals = Vec::new();
    for (key, state) in &facts.state.schedules {
        if facts.desired.schedules.contains_key(key) && !facts.options.destroy {
            continue;
        }
        let address = Address::schedule(key.as_str());
        let there = state.id.as_ref().and_then(|id| facts.observed.schedules.iter().find(|s| s.id == *id));
        let retired: Vec<Id> = state
            .retired
            .iter()
            .filter(|id| facts.observed.schedules.iter().any(|s| s.id == **id && s.status.is_final()))
            .cloned()
            .collect();
        let Some(there) = there else {
            if let Some(id) = &state.id {
                draft.push(
                    Change::new(address.clone(), ChangeKind::Forget, Action::ForgetGone { id: id.clone() })
                        .because("it is no longer on the account")
                        .costs(0),
                );
            }
            if !retired.is_empty() {
                let requests = retired.len() as u64;
                draft.push(
                    Change::new(
                        address,
                        ChangeKind::DeleteSchedule,
                        Action::DeleteSchedule { id: None, retired },
                    )
                    .because("earlier versions of it, cancelled when it was replaced")
                    .costs(requests),
                );
            }
            continue;
        };
        if let ScheduleStatus::Unknown(word) = &there.status {
            draft.note(
                NoteLevel::Warning,
                "unknown_status",
                &address,
                format!(
                    "was removed from the YAML, but its status is {:?}: it is not touched",
                    one_line(word, 40)
                ),
            );
            continue;
        }
        let reason = if facts.options.destroy { "destroy" } else { "it was removed from the YAML" };
        let cancel = (!there.status.is_final()).then(|| {
            draft.push(
                Change::new(
                    address.clone(),
                    ChangeKind::CancelSchedule,
                    Action::CancelSchedule { id: there.id.clone() },
                )
                .because(reason),
            )
        });
        let requests = 1 + retired.len() as u64;
        let delete = draft.push(
            Change::new(
                address,
                ChangeKind::DeleteSchedule,
                Action::DeleteSchedule { id: Some(there.id.clone()), retired },
            )
            .because(reason)
            .with(Detail::Field { name: "name", old: Some(there.name.clone()), new: None })
            .costs(requests)
            .after(cancel),
        );
        let group = there.group_id.clone().or_else(|| state.spec.as_ref().map(|s| s.group_id.clone()));
        removals.push((delete, group));
    }
    removals
}
