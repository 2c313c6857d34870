//! A job, followed until it is final: by its live stream, reconnected ever more seldom, and by asking where the stream
//! says nothing. Owns when it is asked; what is shown, and whether anybody still looks, is the face's.

use std::time::Duration;

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};

use super::error::CliError;
use crate::api::{ApiError, Clock, Progress, Read};
use crate::model::{Id, ObservedJob};
use crate::render::{Standing, Watched};

/// Between two looks, where there is no stream.
const POLL: SignedDuration = SignedDuration::from_secs(15);
/// Before the stream is asked for again, the first time.
const RECONNECT: SignedDuration = SignedDuration::from_secs(2);
/// A stream that says nothing for so long is dead.
const IDLE: Duration = Duration::from_secs(90);
/// A stream that ends sooner than this has ended early.
const SHORT: SignedDuration = SignedDuration::from_secs(30);
/// Streams in a row that end without news before the rest is polled.
const STREAMS: u32 = 3;
/// Looks that fail in a row before it is given up.
const FAILURES: u32 = 20;

/// Who it is followed for.
pub trait Face {
    /// Shows how it is at `now`.
    fn show(&mut self, now: Timestamp, watched: &Watched);
    /// Something good to know.
    fn say(&self, text: &str);
    /// Whether somebody still looks.
    fn is_read(&self) -> bool;
}

/// Why it is followed no longer.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// The job is final.
    Over(Standing),
    /// Nobody looks any more.
    Unread,
}

/// Follows one job.
pub struct Following<'a, F> {
    /// The account.
    pub client: &'a dyn Read,
    /// Its clock.
    pub clock: &'a dyn Clock,
    /// Whether streams are of use; else it is asked for from the start.
    pub streams: bool,
    /// Which.
    pub job: Id,
    /// What was seen of it.
    pub watched: Watched,
    /// For whom.
    pub face: F,
}

impl<F: Face> Following<'_, F> {
    /// Until the job is final, or nobody reads any more.
    pub async fn follow(&mut self) -> Result<End, CliError> {
        let mut silent = if self.streams { 0 } else { STREAMS };
        let (mut failures, mut short) = (0, 0);
        loop {
            match self.client.job(&self.job).await {
                Ok(job) => {
                    failures = 0;
                    self.see(&of_job(&job));
                }
                Err(error) if error.is_not_found() => {
                    return Err(CliError::failed(format!("the account has no job {} any more", self.job))
                        .hint("what is known of it: `campaignctl status`"));
                }
                // What could be seen once may come back; what never could be is more likely a slip.
                Err(error)
                    if self.watched.standing().is_some() && failures < FAILURES && is_passing(&error) =>
                {
                    failures += 1;
                    self.face.say(&format!("… {error}; trying again"));
                }
                Err(error) => return Err(error.into()),
            }
            if let Some(end) = self.end() {
                return Ok(end);
            }
            if silent >= STREAMS {
                self.clock.sleep(POLL).await;
                continue;
            }
            let began = self.clock.now();
            let news = self.listen().await;
            if let Some(end) = self.end() {
                return Ok(end);
            }
            silent = if news { 0 } else { silent + 1 };
            short = if self.clock.now().duration_since(began) < SHORT { short + 1 } else { 0 };
            if silent == STREAMS {
                self.face.say("The live progress ends early each time; asking every 15 seconds instead.");
            }
            self.clock.sleep(before_stream(short)).await;
        }
    }

    /// Until the stream ends, or nothing more is to be seen; whether it said anything new.
    async fn listen(&mut self) -> bool {
        let Ok(mut stream) = self.client.progress(&self.job).await else { return false };
        let mut news = false;
        while self.end().is_none()
            && let Ok(Some(Ok(progress))) = tokio::time::timeout(IDLE, stream.next()).await
        {
            news |= self.see(&progress);
        }
        news
    }

    /// Shows it; whether it is news.
    fn see(&mut self, progress: &Progress) -> bool {
        let now = self.clock.now();
        let news = self.watched.see(now, progress);
        self.face.show(now, &self.watched);
        news
    }

    /// Whether there is nothing more to see.
    fn end(&self) -> Option<End> {
        let standing = self.watched.standing().filter(|standing| standing.status.is_final());
        let unread = || (!self.face.is_read()).then_some(End::Unread);
        standing.cloned().map(End::Over).or_else(unread)
    }
}

fn of_job(job: &ObservedJob) -> Progress {
    Progress {
        sent: Some(job.sent),
        total: job.total,
        failed: Some(job.failed),
        status: Some(job.status.clone()),
    }
}

/// How long to wait for the next stream after so many in a row that ended soon: longer each time, and in the end no
/// shorter than between two looks.
fn before_stream(short: u32) -> SignedDuration {
    RECONNECT.saturating_mul(1 << short.saturating_sub(1).min(8)).min(POLL)
}

/// The network or the server may be back in a moment.
fn is_passing(error: &ApiError) -> bool {
    error.status().is_none_or(|status| status == 429 || status >= 500)
}

#[cfg(test)]
#[path = "following_tests.rs"]
mod tests;
