//! Schedules: create, adopt, update, replace, pause, resume, cancel, delete.

use jiff::{SignedDuration, Timestamp};

use super::executor::{Executor, Stop, done};
use super::report::ChangeResult;
use crate::api::{ApiError, CreateOutcome, Read, ScheduleBody, Write};
use crate::ledger::{Event, ScheduleSpec};
use crate::model::{Id, ObservedSchedule, ScheduleStatus, Sha256Hex, Timing};
use crate::plan::{ScheduleOrder, SchedulePatch, is_spec};
use crate::time::{Cron, Zone};

/// A difference between the API's `next_run_at` and our own that is worth saying.
const NEXT_RUN_SLACK: SignedDuration = SignedDuration::from_secs(60);

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    pub(super) fn adopt_schedule(
        &self,
        key: &str,
        id: &Id,
        spec: Option<&ScheduleSpec>,
    ) -> Result<ChangeResult, Stop> {
        self.journal.append(
            Event::ScheduleOwned {
                schedule: key.to_owned(),
                id: id.clone(),
                spec: spec.cloned(),
                adopted: true,
            },
            self.clock.now(),
        )?;
        Ok(done())
    }

    fn spec(&self, order: &ScheduleOrder) -> Result<ScheduleSpec, Stop> {
        Ok(ScheduleSpec {
            name: order.name.clone(),
            session_id: order.session_id.clone(),
            group_id: self.group_id(&order.group)?,
            schedule_type: order.timing.schedule_type(),
            timing: match &order.timing {
                Timing::Once { local, .. } => local.to_string(),
                Timing::Recurring { cron, .. } => cron.clone(),
            },
            at: match order.timing {
                Timing::Once { at, .. } => Some(at),
                Timing::Recurring { .. } => None,
            },
            timezone: order.timezone.clone(),
            content: order.content.hash(),
            media: order.content.media.as_ref().map(|m| Sha256Hex::of(m.as_bytes())),
        })
    }

    pub(super) async fn create_schedule(
        &self,
        key: &str,
        order: &ScheduleOrder,
    ) -> Result<ChangeResult, Stop> {
        if let Timing::Once { at, .. } = order.timing
            && at <= self.server_now()
        {
            return Ok(ChangeResult::Failed {
                error: "its time passed before it was created: it is over; give it a new time".to_owned(),
            });
        }
        let spec = self.spec(order)?;
        let schedule = key.to_owned();
        let before: Vec<Id> =
            self.observed.schedules.iter().filter(|s| s.name == spec.name).map(|s| s.id.clone()).collect();
        self.journal.append(
            Event::ScheduleCreating {
                schedule: schedule.clone(),
                spec: spec.clone(),
                before: before.clone(),
            },
            self.clock.now(),
        )?;
        let body = ScheduleBody {
            name: order.name.clone(),
            session_id: spec.session_id.clone(),
            group_id: spec.group_id.clone(),
            content: order.content.clone(),
            timing: order.timing.clone(),
            timezone: order.timezone.clone(),
        };
        let made = match self.api.create_schedule(&body).await {
            CreateOutcome::Created(made) => made,
            CreateOutcome::NotSent { error } | CreateOutcome::Rejected { error } => {
                self.journal.append(Event::ScheduleNotCreated { schedule }, self.clock.now())?;
                return Err(error.into());
            }
            CreateOutcome::InDoubt { why, error: _ } => {
                self.journal.append(Event::ScheduleInDoubt { schedule }, self.clock.now())?;
                self.find_created(&spec, &before, &why).await?
            }
        };
        self.journal.append(
            Event::ScheduleOwned {
                schedule: key.to_owned(),
                id: made.id.clone(),
                spec: Some(spec),
                adopted: false,
            },
            self.clock.now(),
        )?;
        let note = self.compare_next_run(order, &made);
        if order.paused {
            self.pause_schedule(&made.id).await?;
        }
        Ok(ChangeResult::Done { note })
    }

    async fn find_created(
        &self,
        spec: &ScheduleSpec,
        before: &[Id],
        why: &str,
    ) -> Result<ObservedSchedule, Stop> {
        let unknown = |also: &str| {
            Stop::Result(ChangeResult::Unknown {
                why: format!(
                    "whether it was created is not known ({why}; {also}); the next plan looks for it"
                ),
            })
        };
        let listed = self.api.schedules().await.map_err(|error| unknown(&error.to_string()))?;
        let mut found: Vec<ObservedSchedule> = listed
            .into_iter()
            .filter(|s| !before.contains(&s.id) && !s.status.is_final() && is_spec(s, spec))
            .filter(|s| self.journal.with(|state| state.schedule_of(&s.id).is_none()))
            .collect();
        match (found.pop(), found.is_empty()) {
            (Some(one), true) => Ok(one),
            (None, _) => Err(unknown("the list shows no such schedule yet")),
            (Some(_), false) => Err(unknown("the list shows it more than once")),
        }
    }

    /// `api.md`: one documented example answers a wrong `next_run_at`; a difference is said loudly.
    fn compare_next_run(&self, order: &ScheduleOrder, made: &ObservedSchedule) -> Option<String> {
        let theirs = made.next_run_at?;
        let zone = Zone::parse(&order.timezone).ok()?;
        let ours = match &order.timing {
            Timing::Once { at, .. } => *at,
            Timing::Recurring { cron, .. } => Cron::parse(cron).ok()?.next_after(&zone, self.server_now())?,
        };
        let differs = theirs.duration_since(ours).abs() > NEXT_RUN_SLACK;
        differs.then(|| {
            format!(
                "WARNING: the API says it fires next on {}, and by its expression it should be {}; check it on the dashboard",
                crate::time::format::local_words(theirs, &zone),
                crate::time::format::local_words(ours, &zone)
            )
        })
    }

    pub(super) async fn update_schedule(
        &self,
        key: &str,
        id: &Id,
        patch: &SchedulePatch,
        order: &ScheduleOrder,
    ) -> Result<ChangeResult, Stop> {
        let spec = self.spec(order)?;
        let old = self.journal.with(|s| s.schedules.get(key).and_then(|s| s.spec.clone()));
        let known = self.journal.with(|s| s.schedules.get(key).is_some_and(|s| !s.updating));
        self.journal.append(Event::ScheduleUpdating { schedule: key.to_owned() }, self.clock.now())?;
        match self.api.patch_schedule(id, patch).await {
            Ok(shown) => {
                self.journal
                    .append(Event::ScheduleUpdated { schedule: key.to_owned(), spec }, self.clock.now())?;
                Ok(ChangeResult::Done { note: shown.and_then(|shown| self.compare_next_run(order, &shown)) })
            }
            Err(error) => {
                let refused =
                    error.status().is_some_and(|s| (400..500).contains(&s)) && !error.was_repeated();
                if let Some(old) = old.filter(|_| refused && known) {
                    self.journal.append(
                        Event::ScheduleUpdated { schedule: key.to_owned(), spec: old },
                        self.clock.now(),
                    )?;
                }
                Err(error.into())
            }
        }
    }

    /// Cancelled, confirmed cancelled and not completed, and only then created anew (`send-safety.md`).
    pub(super) async fn replace_schedule(
        &self,
        key: &str,
        old: &Id,
        order: &ScheduleOrder,
    ) -> Result<ChangeResult, Stop> {
        let spec = self.spec(order)?;
        self.journal.append(
            Event::ScheduleReplacing { schedule: key.to_owned(), old: old.clone(), spec },
            self.clock.now(),
        )?;
        let answer = self.api.cancel_schedule(old).await;
        let there = match self.api.schedule(old).await {
            Ok(there) => there.status,
            Err(error) if error.is_not_found() => ScheduleStatus::Cancelled,
            Err(error) => {
                return Ok(ChangeResult::Unknown {
                    why: format!(
                        "whether the old one was cancelled is not known ({error}); the next apply goes on from there"
                    ),
                });
            }
        };
        match there {
            ScheduleStatus::Completed if matches!(order.timing, Timing::Once { .. }) => {
                self.end_replace(key, "sent")?;
                return Ok(ChangeResult::Done {
                    note: Some(
                        "sent: the old one went out before it could be cancelled, so no new one was created"
                            .to_owned(),
                    ),
                });
            }
            ScheduleStatus::Cancelled | ScheduleStatus::Completed => {}
            other => {
                return Err(answer.err().map_or_else(
                    || {
                        Stop::Result(ChangeResult::Failed {
                            error: format!(
                                "the old one is {} after it was cancelled; apply again",
                                other.as_str()
                            ),
                        })
                    },
                    Stop::from,
                ));
            }
        }
        self.journal.append(
            Event::ScheduleCancelled { schedule: key.to_owned(), id: old.clone() },
            self.clock.now(),
        )?;
        if matches!(order.timing, Timing::Once { at, .. } if at <= self.server_now()) {
            self.end_replace(key, "missed")?;
            return Ok(ChangeResult::Failed {
                error: "missed: its new time passed while the old one was cancelled; give it another time"
                    .to_owned(),
            });
        }
        self.create_schedule(key, order).await
    }

    fn end_replace(&self, key: &str, how: &str) -> Result<(), Stop> {
        self.journal.append(
            Event::ScheduleReplaceEnded { schedule: key.to_owned(), how: how.to_owned() },
            self.clock.now(),
        )?;
        Ok(())
    }

    pub(super) async fn pause_schedule(&self, id: &Id) -> Result<ChangeResult, Stop> {
        let answer = self.api.pause_schedule(id).await;
        self.settle_schedule(id, answer, |s| matches!(s, ScheduleStatus::Paused)).await
    }

    pub(super) async fn resume_schedule(&self, id: &Id) -> Result<ChangeResult, Stop> {
        let answer = self.api.resume_schedule(id).await;
        self.settle_schedule(id, answer, |s| matches!(s, ScheduleStatus::Active)).await
    }

    pub(super) async fn cancel_schedule(&self, key: &str, id: &Id) -> Result<ChangeResult, Stop> {
        let answer = self.api.cancel_schedule(id).await;
        let result = self.settle_schedule(id, answer, ScheduleStatus::is_final).await?;
        self.journal.append(
            Event::ScheduleCancelled { schedule: key.to_owned(), id: id.clone() },
            self.clock.now(),
        )?;
        Ok(result)
    }

    pub(super) async fn delete_schedule(
        &self,
        key: &str,
        id: Option<&Id>,
        retired: &[Id],
    ) -> Result<ChangeResult, Stop> {
        for id in id.into_iter().chain(retired) {
            match self.api.delete_schedule(id).await {
                Ok(()) => {}
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
            self.journal
                .append(Event::ScheduleGone { schedule: key.to_owned(), id: id.clone() }, self.clock.now())?;
        }
        Ok(done())
    }

    /// A refusal of a repeated call may only mean that it had its effect: the schedule says.
    async fn settle_schedule(
        &self,
        id: &Id,
        answer: Result<Option<ObservedSchedule>, ApiError>,
        wanted: impl Fn(&ScheduleStatus) -> bool,
    ) -> Result<ChangeResult, Stop> {
        match answer {
            Ok(_) => Ok(done()),
            Err(error) if error.status().is_some_and(|s| matches!(s, 400 | 404 | 409 | 422)) => {
                match self.api.schedule(id).await {
                    Ok(there) if wanted(&there.status) => Ok(done()),
                    _ => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The moment by the server's clock, as far as it is known.
    pub(super) fn server_now(&self) -> Timestamp {
        let skew = self.api.clock_skew().unwrap_or_default();
        let now = self.clock.now();
        now.checked_add(skew).unwrap_or(now)
    }
}
