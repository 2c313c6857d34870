//! Jobs: pause, resume, cancel. An answer that says no is settled by reading the job.

use super::executor::{Executor, Stop, done};
use super::report::ChangeResult;
use crate::api::{ApiError, Read, Write};
use crate::ledger::{Event, ExecutionEnd};
use crate::model::{Id, JobStatus, ObservedJob};

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
        let Some(ended) = ended.filter(|j| j.status.is_final()) else { return Ok(done()) };
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
            ended.total.map_or_else(String::new, |total| format!("{} of {total} had it already", ended.sent));
        Ok(ChangeResult::Done { note: Some(reached).filter(|r| !r.is_empty()) })
    }

    /// A refusal of a repeated call may only mean that it had its effect: the job says.
    async fn settle_job(
        &self,
        job: &Id,
        answer: Result<Option<ObservedJob>, ApiError>,
        wanted: impl Fn(&JobStatus) -> bool,
    ) -> Result<Option<ObservedJob>, Stop> {
        match answer {
            Ok(shown) => Ok(shown),
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
