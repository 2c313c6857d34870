//! Jobs: pause, resume, cancel. An answer that says no is settled by reading the job.

use super::executor::{Executor, Stop, done};
use super::report::ChangeResult;
use crate::api::{ApiError, Read, Write};
use crate::ledger::{Event, ExecutionEnd};
use crate::model::{Id, JobStatus, ObservedJob, grouped};

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    pub(super) async fn pause_job(&self, job: &Id) -> Result<ChangeResult, Stop> {
        let answer = self.api.pause_job(job).await;
        self.settle_job(job, answer, |s| matches!(s, JobStatus::Paused) || s.is_final()).await.map(|_| done())
    }

    pub(super) async fn pause_for_suppressed(
        &self,
        send: &str,
        run: &str,
        job: &Id,
    ) -> Result<ChangeResult, Stop> {
        self.journal.append(
            Event::PausedForSuppressed {
                send: send.to_owned(),
                run: run.to_owned(),
                job: job.clone(),
                lifted: false,
            },
            self.clock.now(),
        )?;
        self.pause_job(job).await
    }

    pub(super) async fn resume_job(&self, job: &Id) -> Result<ChangeResult, Stop> {
        let answer = self.api.resume_job(job).await;
        self.settle_job(job, answer, |s| matches!(s, JobStatus::Running | JobStatus::Pending) || s.is_final())
            .await
            .map(|_| done())
    }

    pub(super) async fn cancel_job(&self, send: &str, run: &str, job: &Id) -> Result<ChangeResult, Stop> {
        let answer = self.api.cancel_job(job).await;
        let ended = self.settle_job(job, answer, JobStatus::is_final).await?;
        let ended = match ended {
            Some(job) if job.status.is_final() => job,
            Some(job) => {
                let status = job.status.as_str();
                return Ok(ChangeResult::Failed {
                    error: format!(
                        "the API took the cancel, and job {} is {status} all the same; apply again, or cancel it on \
                         the dashboard",
                        job.id
                    ),
                });
            }
            None => return Ok(done()),
        };
        self.journal.append(
            Event::Finished {
                send: send.to_owned(),
                run: run.to_owned(),
                job: job.clone(),
                end: ExecutionEnd {
                    status: ended.status.as_str().to_owned(),
                    sent: ended.sent,
                    failed: ended.failed,
                    total: ended.total,
                },
            },
            self.clock.now(),
        )?;
        let reached =
            ended.total.map(|total| format!("{} of {} had it already", grouped(ended.sent), grouped(total)));
        Ok(ChangeResult::Done { note: reached })
    }

    /// A refusal of a repeated call may only mean that it had its effect: the job says.
    async fn settle_job(
        &self,
        job: &Id,
        answer: Result<Option<ObservedJob>, ApiError>,
        wanted: impl Fn(&JobStatus) -> bool,
    ) -> Result<Option<ObservedJob>, Stop> {
        match answer {
            // An answer may be of before it was done: then the job is read.
            Ok(Some(shown)) if wanted(&shown.status) => Ok(Some(shown)),
            Ok(_) => Ok(Some(self.api.job(job).await?)),
            Err(error) if error.status().is_some_and(|s| matches!(s, 400 | 404 | 409 | 422)) => {
                match self.api.job(job).await {
                    Ok(there) if wanted(&there.status) => Ok(Some(there)),
                    _ => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}
