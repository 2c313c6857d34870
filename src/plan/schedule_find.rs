//! What the account has for a schedule's key: the one the ledger ties, one that a cut-off create made, or an
//! unowned one of that name. Twins of a doubtful create are cancelled here (`send-safety.md`).

use std::collections::BTreeMap;

use super::change::{ChangeId, ChangeKind};
use super::compare::{same_timing, same_zone};
use super::draft::Draft;
use super::input::Facts;
use super::schedules::Case;
use super::{Action, Change, LedgerNote};
use crate::ledger::{DoubtedCreate, Event, ScheduleSpec, ScheduleState};
use crate::model::{Address, Id, ObservedSchedule, ScheduleStatus, Timing, one_line};

impl Case<'_> {
    /// What the account has for this key; adopts what a cut-off create made, or an unowned one of that name;
    /// cancels twins.
    pub(super) fn find(
        &mut self,
        draft: &mut Draft,
        adopted: &mut Vec<ChangeId>,
    ) -> Result<Option<ObservedSchedule>, Box<Change>> {
        if let Some(there) = self.find_made(draft, adopted) {
            return Ok(Some(there));
        }
        let mine = self.state.id.as_ref().and_then(|id| self.facts.schedule(id)).cloned();
        // What cannot come back would be made anew: not where somebody has made one of that name already, or
        // everybody would get each message from both. A one-time message that is over stays over.
        let makes_new = mine.as_ref().is_none_or(|m| m.status.is_final())
            && (self.state.id.is_none() || matches!(self.desired.timing, Timing::Recurring { .. }));
        if makes_new && let Some(theirs) = self.adopt_by_name(draft, adopted)? {
            return Ok(Some(theirs));
        }
        Ok(mine)
    }

    /// What a create of this key made that was cut off or in doubt. Cancels twins.
    pub(super) fn find_made(
        &mut self,
        draft: &mut Draft,
        adopted: &mut Vec<ChangeId>,
    ) -> Option<ObservedSchedule> {
        let mine = self.state.id.as_ref().and_then(|id| self.facts.schedule(id)).cloned();
        if let Some(creating) = self.state.creating.clone() {
            let found = made_by(self.facts, &creating.what, &creating.before);
            let reason = "it was created by an apply that was cut off before it could note the id";
            if let Some(first) = self.keep_first(draft, adopted, found, Some(creating.what), reason) {
                return Some(first);
            }
            // It may still appear: twins are looked for from now on.
            draft.records.push(LedgerNote::Event(Event::ScheduleInDoubt { schedule: self.key.to_owned() }));
        }
        self.settle_twins(draft, adopted, mine.filter(|m| !m.status.is_final()))
    }

    /// Twins of every create of this key that was ever in doubt. The oldest is kept; but where ours has been
    /// renamed or retimed since, ours is what is wanted, and a twin shows what was wanted then.
    fn settle_twins(
        &mut self,
        draft: &mut Draft,
        adopted: &mut Vec<ChangeId>,
        mine: Option<ObservedSchedule>,
    ) -> Option<ObservedSchedule> {
        let mut twins = BTreeMap::new();
        for DoubtedCreate { spec, before } in &self.state.doubted {
            let made = made_by(self.facts, spec, before);
            twins.extend(made.into_iter().map(|twin| (twin.id.clone(), (twin, spec.clone()))));
        }
        if twins.is_empty() {
            return None;
        }
        let changed = self
            .state
            .spec
            .as_ref()
            .is_none_or(|spec| self.state.doubted.iter().all(|create| create.spec != *spec));
        if changed && let Some(mine) = mine {
            let mut all = vec![mine];
            all.extend(twins.into_values().map(|(twin, _)| twin));
            return self.keep_first(draft, adopted, all, None, "");
        }
        let mut all: Vec<ObservedSchedule> = twins.values().map(|(twin, _)| twin.clone()).collect();
        all.extend(mine);
        oldest_first(&mut all);
        let spec = all
            .first()
            .and_then(|first| twins.remove(&first.id))
            .map_or_else(|| self.state.spec.clone(), |(_, spec)| Some(spec));
        self.keep_first(draft, adopted, all, spec, "it is the older of two that one create made")
    }

    /// Keeps the oldest and cancels the rest (`send-safety.md`, twins).
    pub(super) fn keep_first(
        &mut self,
        draft: &mut Draft,
        adopted: &mut Vec<ChangeId>,
        found: Vec<ObservedSchedule>,
        spec: Option<ScheduleSpec>,
        reason: &str,
    ) -> Option<ObservedSchedule> {
        let mut found = found.into_iter();
        let first = found.next()?;
        for twin in found.filter(is_live) {
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

    pub(super) fn adopt_by_name(
        &mut self,
        draft: &mut Draft,
        adopted: &mut Vec<ChangeId>,
    ) -> Result<Option<ObservedSchedule>, Box<Change>> {
        let named: Vec<&ObservedSchedule> = self
            .facts
            .schedules
            .iter()
            .copied()
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
}

fn oldest_first(schedules: &mut [ObservedSchedule]) {
    schedules.sort_by(|a, b| {
        (a.created_at.is_none(), a.created_at, &a.id).cmp(&(b.created_at.is_none(), b.created_at, &b.id))
    });
}

/// Active or paused: can be cancelled. What is of a status that this version does not know is not touched.
pub(super) fn is_live(schedule: &ObservedSchedule) -> bool {
    matches!(schedule.status, ScheduleStatus::Active | ScheduleStatus::Paused)
}

/// Schedules that are nobody's and are what was sent by a create, oldest first; none of `before`, which were
/// there already.
pub(super) fn made_by(facts: &Facts<'_>, spec: &ScheduleSpec, before: &[Id]) -> Vec<ObservedSchedule> {
    let mut found: Vec<ObservedSchedule> = facts
        .schedules
        .iter()
        .filter(|s| facts.state.schedule_of(&s.id).is_none() && !before.contains(&s.id))
        .filter(|s| !s.status.is_final() && is_spec(s, spec))
        .map(|s| (*s).clone())
        .collect();
    oldest_first(&mut found);
    found
}

/// Earlier versions of ours that were replaced and are not over on the account: one of them firing would be one
/// too many.
pub(super) fn cancel_retired(
    facts: &Facts<'_>,
    draft: &mut Draft,
    address: &Address,
    state: &ScheduleState,
) -> Vec<ChangeId> {
    state
        .retired
        .iter()
        .filter_map(|id| facts.schedule(id))
        .filter(|there| is_live(there))
        .map(|there| {
            let action = Action::CancelSchedule { id: there.id.clone() };
            draft.push(
                Change::new(address.clone(), ChangeKind::CancelSchedule, action)
                    .because("an earlier version of it is not over on the account"),
            )
        })
        .collect()
}

/// Whether an observed schedule is what was sent, as far as the API shows.
pub fn is_spec(there: &ObservedSchedule, spec: &ScheduleSpec) -> bool {
    there.name == spec.name
        && there.session_id.as_ref().is_none_or(|id| *id == spec.session_id)
        && there.group_id.as_ref().is_none_or(|id| *id == spec.group_id)
        && there.timezone.as_deref().is_none_or(|zone| same_zone(zone, &spec.timezone))
        && is_timed(there, spec)
}

/// Whether its time or expression is the one that was sent, as far as the API shows.
pub(super) fn is_timed(there: &ObservedSchedule, spec: &ScheduleSpec) -> bool {
    let timing = match spec.at {
        Some(_) => there.scheduled_time.as_deref(),
        None => there.cron.as_deref(),
    };
    timing.is_none_or(|shown| {
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
    })
}
