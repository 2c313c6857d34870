//! Recovery of a doubtful send: wait, read until two lists agree, decide, record (`send-safety.md`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::executor::{Executor, Stop};
use super::observe::firings;
use super::progress::Progress;
use super::report::ChangeResult;
use crate::api::{Read, Write};
use crate::ledger::{Armed, Event, HoldEvidence, NotSentWhy, Phase, RunHistory};
use crate::model::{
    Address, Id, InDoubt, JobStatus, ObservedJob, ObservedSchedule, Phone, SuppressRunning, grouped, one_line,
};
use crate::plan::{Evidence, Hold, Recovered, decide, late_jobs, people, taken, unsent_of_others, ways_out};

/// Listings until two agree; then the list is no evidence.
const LISTINGS: u32 = 5;
/// Between two listings that differ.
const BETWEEN: SignedDuration = SignedDuration::from_secs(2);

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    pub(super) async fn recover(&self, key: &str, run: &str) -> Result<ChangeResult, Stop> {
        let Some(history) = self.journal.with(|s| s.run(key, run).cloned()) else {
            return Ok(ChangeResult::Nothing);
        };
        let history = match self.doubt_again(key, run, &history)? {
            _ if history.is_unsettled() => history,
            Some(doubted) => doubted,
            None => {
                return match history.last_job() {
                    Some(sent) => self.recheck(key, run, sent).await,
                    None => Ok(ChangeResult::Nothing),
                };
            }
        };
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
        let claimed = self.journal.with(|state| taken(state, key, run));
        let settle = self.settings.settle;
        let others = self.journal.with(|state| unsent_of_others(state, (key, run), settle, &jobs));
        let content = self.desired.sends.get(key).filter(|s| s.run == run).map(|s| &s.content);
        let schedule_gone = self.journal.with(|state| state.schedule_gone_since_armed(&history));
        let decision = decide(&Evidence {
            schedule_gone,
            history: &history,
            jobs: &jobs,
            claimed: &claimed,
            others: &others,
            schedules: &schedules,
            firings: &fired,
            content,
            settle: self.settings.settle,
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
                self.check_recovered(key, run, &job).await
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
                    return Ok(self.taken_for_not_sent(key, run));
                }
                let mut lines = vec![looked_at(all)];
                lines.extend(evidence);
                self.hold(key, run, &history, &why, jobs, lines)
            }
        }
    }

    /// Step 5 for a job that was found and not answered, and what has changed since it was armed: somebody in it may have
    /// been suppressed, who is taken out of its group by now and out of no job.
    async fn check_recovered(&self, key: &str, run: &str, job: &Id) -> Result<ChangeResult, Stop> {
        let found = format!("it had gone out: job {job}");
        let detail = match self.api.job_detail(job).await {
            Ok(detail) => detail,
            Err(error) => {
                let note = format!("{found}; it could not be read back: {error}");
                return Ok(ChangeResult::Done { note: Some(note) });
            }
        };
        let armed = self.journal.with(|s| s.run(key, run)?.last_job()?.armed.clone());
        if let Some(armed) = armed
            && let Some(what) = self.not_as_armed(&detail, &armed)
        {
            return self.wrong_job(key, run, &detail.job, &what).await;
        }
        let suppressed = self.desired.suppressed.canonical();
        let named = detail.recipients.iter().flatten().filter_map(|recipient| recipient.phone);
        let is_suppressed = named.map(Phone::canonical).any(|phone| suppressed.contains(phone));
        let runs = matches!(detail.job.status, JobStatus::Pending | JobStatus::Running);
        let note = match self.desired.policy.suppress_running {
            SuppressRunning::Pause if is_suppressed && runs => {
                self.pause_for_suppressed(key, run, job).await?;
                format!("{found}; it was paused, because someone in it is suppressed by now")
            }
            _ if is_suppressed => format!("{found}; someone in it is suppressed by now"),
            _ if detail.job.status.is_final() => {
                let (status, sent) = (detail.job.status.as_str(), grouped(detail.job.sent));
                format!("{found}; it is {status}, with {sent} sent")
            }
            _ => found,
        };
        Ok(ChangeResult::Done { note: Some(note) })
    }

    /// What the YAML wants sent is not sent by this apply: whoever goes by its exit code has to apply again.
    fn taken_for_not_sent(&self, key: &str, run: &str) -> ChangeResult {
        let wanted = self.desired.sends.get(key).is_some_and(|send| send.run == run);
        if wanted {
            let why = "no job appeared; by policy in_doubt: retry the next apply sends it again";
            return ChangeResult::Blocked { why: why.to_owned() };
        }
        let note = "no job appeared; by policy in_doubt: retry it is taken for not sent";
        ChangeResult::Done { note: Some(note.to_owned()) }
    }

    /// The jobs of `jobs` that may be those of attempts that were taken for not sent.
    fn late_jobs<'j>(&self, key: &str, run: &str, jobs: &'j [ObservedJob]) -> Vec<&'j ObservedJob> {
        let (schedules, firings) = (&self.observed.schedules, &self.observed.firings);
        // As the plan has it, which asked the same question.
        let settle = self.desired.policy.settle;
        self.journal.with(|state| match state.run(key, run) {
            Some(history) => late_jobs(history, &taken(state, key, run), settle, jobs, schedules, firings),
            None => Vec::new(),
        })
    }

    /// The plan saw a job that may be that of an attempt taken for not sent: the attempt is in doubt again, unless
    /// another key has turned out to be the job's since.
    fn doubt_again(&self, key: &str, run: &str, history: &RunHistory) -> Result<Option<RunHistory>, Stop> {
        if history.is_unsettled() || self.late_jobs(key, run, &self.observed.jobs).is_empty() {
            return Ok(None);
        }
        let why = "a job appeared after the attempt was taken for not sent".to_owned();
        let (send, label) = (key.to_owned(), run.to_owned());
        let doubt = Event::InDoubt { send, run: label, why, wrong_job: None };
        self.journal.append(doubt, self.clock.now())?;
        Ok(self.journal.with(|state| state.run(key, run).cloned()))
    }

    /// Right before another attempt of a run whose attempts before were taken for not sent: no job of theirs has
    /// appeared since the plan. Their groups, where they were made for them alone, are gone by now, and so none can.
    pub(super) async fn late_gate(&self, key: &str, run: &str) -> Result<Option<ChangeResult>, Stop> {
        if self.journal.with(|state| state.run(key, run).is_none_or(|history| history.unsent.is_empty())) {
            return Ok(None);
        }
        let jobs = match self.stable_jobs().await {
            Ok(jobs) => jobs,
            Err(error) => {
                let why = format!("whether the attempt before made a job is not known: {error}; apply again");
                return Ok(Some(ChangeResult::Blocked { why }));
            }
        };
        Ok(self.late_jobs(key, run, &jobs).first().map(|job| ChangeResult::Blocked {
            why: format!(
                "job {} appeared, which may be that of the attempt before; apply again to find out whether it is",
                job.id
            ),
        }))
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
