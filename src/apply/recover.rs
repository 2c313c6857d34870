//! Recovery of a doubtful send: wait, read until two lists agree, decide, record (`send-safety.md`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::executor::{Executor, Stop};
use super::observe::firings;
use super::progress::Progress;
use super::report::ChangeResult;
use crate::api::{Read, Write};
use crate::ledger::{Armed, Event, HoldEvidence, NotSentWhy, Phase, RunHistory};
use crate::model::{Address, Id, InDoubt, ObservedJob, ObservedSchedule, one_line};
use crate::plan::{Evidence, Hold, Recovered, decide, people, ways_out};

/// Listings until two agree; then the list is no evidence.
const LISTINGS: u32 = 5;
/// Between two listings that differ.
const BETWEEN: SignedDuration = SignedDuration::from_secs(2);

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    pub(super) async fn recover(&self, key: &str, run: &str) -> Result<ChangeResult, Stop> {
        let Some(history) = self.journal.with(|s| s.run(key, run).cloned()) else {
            return Ok(ChangeResult::Nothing);
        };
        if !history.is_unsettled() {
            return match history.last_job() {
                Some(sent) => self.recheck(key, run, sent).await,
                None => Ok(ChangeResult::Nothing),
            };
        }
        let armed_at = history.armed.as_ref().map(|(at, _)| *at);
        if let Some(result) = self.settle(key, armed_at).await {
            return Ok(result);
        }
        let jobs = match self.stable_jobs().await {
            Ok(jobs) => jobs,
            Err(why) => return self.hold(key, run, &history, &why, Vec::new(), Vec::new()),
        };
        let (schedules, fired) = match self.schedules_and_firings(&history).await {
            Ok(read) => read,
            Err(error) => {
                let why = format!("the schedules could not be read ({})", error.cause());
                return self.hold(key, run, &history, &why, Vec::new(), Vec::new());
            }
        };
        let all = jobs.len();
        let mut claimed = self.journal.with(crate::ledger::State::claimed_jobs);
        for job in &history.jobs {
            claimed.remove(&job.job);
        }
        // What another key's POST was answered with, and was not what it had armed, is that key's to settle.
        self.journal.with(|state| {
            let others = state.runs().filter(|(send, other, _)| (*send, *other) != (key, run));
            claimed.extend(others.flat_map(|(_, _, other)| other.wrong_jobs.iter().cloned()));
        });
        let content = self.desired.sends.get(key).filter(|s| s.run == run).map(|s| &s.content);
        let schedule_gone = self.journal.with(|state| state.schedule_gone_since_armed(&history));
        let decision = decide(&Evidence {
            schedule_gone,
            history: &history,
            jobs: &jobs,
            claimed: &claimed,
            schedules: &schedules,
            firings: &fired,
            content,
            now: self.server_now(),
        });
        match decision {
            Recovered::Adopt(job) => {
                self.journal.append(
                    Event::Accepted {
                        send: key.to_owned(),
                        run: run.to_owned(),
                        job: job.clone(),
                        recovered: true,
                    },
                    self.clock.now(),
                )?;
                Ok(ChangeResult::Done { note: Some(format!("it had gone out: job {job}")) })
            }
            Recovered::Hold { why, jobs, evidence, pause, none_found } => {
                for job in &pause {
                    // Proven ours and one too many: everybody would get it twice.
                    let _ = self.api.pause_job(job).await;
                }
                if none_found && self.may_retry(&history) {
                    self.journal.append(
                        Event::NotSent {
                            send: key.to_owned(),
                            run: run.to_owned(),
                            why: NotSentWhy::AssumedByPolicy,
                        },
                        self.clock.now(),
                    )?;
                    return Ok(ChangeResult::Done {
                        note: Some(
                            "no job appeared; by policy in_doubt: retry the next apply sends it again"
                                .to_owned(),
                        ),
                    });
                }
                let mut lines = vec![looked_at(all)];
                lines.extend(evidence);
                self.hold(key, run, &history, &why, jobs, lines)
            }
        }
    }

    /// Step 1: until the settle time after `armed` has passed. The first Ctrl-C ends the wait.
    async fn settle(&self, key: &str, armed_at: Option<Timestamp>) -> Option<ChangeResult> {
        let now = self.clock.now();
        let settle = self.settings.settle;
        // A clock that went back makes the wait the whole settle time, not more.
        let passed = armed_at.map_or(settle, |at| now.duration_since(at).max(SignedDuration::ZERO));
        let wait = settle - passed.min(settle);
        if wait.is_zero() {
            return None;
        }
        (self.tell)(Progress::Waiting {
            why: format!(
                "send.{key}: waiting {} for a late job to appear, before looking",
                crate::time::format::duration_words(wait)
            ),
        });
        tokio::select! {
            () = self.clock.sleep(wait) => None,
            () = self.interrupt.raised(1) => {
                Some(ChangeResult::Skipped { because: "the run was interrupted".to_owned() })
            }
        }
    }

    /// Step 2: every page, until two listings agree and lack nothing that any listing of this run has shown: the
    /// plan's, or one before them. A list that lacks what was there is an old one, and no evidence.
    async fn stable_jobs(&self) -> Result<Vec<ObservedJob>, String> {
        let failed =
            |error: crate::api::ApiError| format!("the jobs could not be listed ({})", error.cause());
        let mut seen: BTreeSet<Id> = self.observed.jobs.iter().map(|job| job.id.clone()).collect();
        let mut last = BTreeSet::new();
        let mut lacking = false;
        for listing in 0..LISTINGS {
            let jobs = self.api.jobs().await.map_err(failed)?;
            let ids: BTreeSet<Id> = jobs.iter().map(|job| job.id.clone()).collect();
            lacking = !seen.is_subset(&ids);
            if listing > 0 && ids == last && !lacking {
                return Ok(jobs);
            }
            seen.extend(ids.iter().cloned());
            last = ids;
            if listing > 0 {
                self.clock.sleep(BETWEEN).await;
            }
        }
        Err(if lacking {
            "the list of jobs lacks one that it had shown before, so it is not up to date".to_owned()
        } else {
            "the list of jobs kept changing while it was read".to_owned()
        })
    }

    async fn schedules_and_firings(
        &self,
        history: &RunHistory,
    ) -> Result<(Vec<ObservedSchedule>, BTreeMap<Id, Vec<Timestamp>>), crate::api::ApiError> {
        let schedules = self.api.schedules().await?;
        let mut fired = BTreeMap::new();
        if let Some((_, armed)) = &history.armed {
            for schedule in &schedules {
                let here = schedule.group_id.as_ref().is_none_or(|id| *id == armed.group_id)
                    && schedule.session_id.as_ref().is_none_or(|id| *id == armed.session_id);
                if here {
                    fired.insert(schedule.id.clone(), firings(self.api, &schedule.id).await?);
                }
            }
        }
        Ok((schedules, fired))
    }

    /// `policy.in_doubt: retry`, once a second settle time has passed since the hold.
    fn may_retry(&self, history: &RunHistory) -> bool {
        self.desired.policy.in_doubt == InDoubt::Retry
            && history.held_at.is_some_and(|at| self.clock.now().duration_since(at) >= self.settings.settle)
    }

    fn hold(
        &self,
        key: &str,
        run: &str,
        history: &RunHistory,
        why: &str,
        jobs: Vec<Id>,
        evidence: Vec<String>,
    ) -> Result<ChangeResult, Stop> {
        let new = HoldEvidence { why: why.to_owned(), jobs };
        if !matches!(&history.phase, Phase::Held(old) if *old == new) {
            self.journal.append(
                Event::Held { send: key.to_owned(), run: run.to_owned(), evidence: new },
                self.clock.now(),
            )?;
        }
        let armed = history.armed.as_ref().map(|(at, armed)| armed_line(*at, armed));
        Ok(ChangeResult::Held(Hold {
            text: format!("whether it went out is not known: {}", one_line(why, 300)),
            evidence: armed.into_iter().chain(evidence).collect(),
            ways: ways_out(&Address::send(key), run),
        }))
    }
}

/// What was armed: the first thing that a person compares with the dashboard.
pub(super) fn armed_line(at: Timestamp, armed: &Armed) -> String {
    format!(
        "armed on {} (attempt {}): to {}, from session {}, to group {}",
        at.strftime("%Y-%m-%d %H:%M UTC"),
        armed.attempt,
        people(armed.audience),
        armed.session_id,
        armed.group_id
    )
}

fn looked_at(jobs: usize) -> String {
    let jobs = if jobs == 1 { "1 job is".to_owned() } else { format!("{jobs} jobs are") };
    format!("{jobs} on the account, listed until two lists agreed")
}
