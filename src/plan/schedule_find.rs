//! What the account has for a schedule's key: the one the ledger ties, one that a cut-off create made, or an
//! unowned one of that name. Twins of a doubtful create are cancelled here (`send-safety.md`).

use super::change::{ChangeId, ChangeKind};
use super::compare::{same_timing, same_zone};
use super::draft::Draft;
use super::schedules::Case;
use super::{Action, Change, LedgerNote};
use crate::ledger::{Event, ScheduleSpec};
use crate::model::{ObservedSchedule, Timing, one_line};

impl Case<'_> {
    /// What the account has for this key; adopts what a cut-off create made, or an unowned one of that name;
    /// cancels twins.
    pub(super) fn find(
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

    pub(super) fn adopt_by_name(
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
