//! `watch`: how a send is doing, until it is over. Reads only; Ctrl-C leaves the job as it is.

use std::time::Duration;

use futures_util::StreamExt;
use jiff::SignedDuration;

use crate::api::{ApiError, Progress, Read};
use crate::cli::account::Account;
use crate::cli::args::{Format, WatchArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::on_account;
use crate::cli::sent::Sent;
use crate::cli::shell::Shell;
use crate::cli::ui::WatchView;
use crate::model::{Id, ObservedJob, one_line};
use crate::render::{Standing, Watched, counts};
use crate::time::Zone;

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

/// Watches it.
pub async fn run(shell: &Shell, args: &WatchArgs) -> Result<Exit, CliError> {
    let json = shell.format(&[Format::Text, Format::Json])? == Format::Json;
    on_account(shell, &args.project.path, async |project, account| {
        let address = &args.address;
        let Sent { run, job } = Sent::find(shell, project, address, args.run.as_deref())?;
        let zone = project.desired.sends.get(&address.key).and_then(|send| Zone::parse(&send.timezone).ok());
        let view = WatchView::new(&shell.ui, address.to_string(), json);
        let watched = Watched::new(zone.unwrap_or_else(Zone::utc));
        let mut watching = Watching { shell, account, job: job.job, watched, view };
        let end = tokio::select! {
            end = watching.follow() => end?,
            () = shell.signals.one() => End::Interrupted,
            () = shell.ui.unread() => End::Unread,
        };
        watching.view.finish();
        match end {
            End::Over(_) if json => Ok(Exit::Done),
            End::Over(end) => {
                let status = one_line(end.status.as_str(), 40);
                shell.ui.line(format_args!("{address} (run {run}) is {status}: {}.", counts(&end)));
                Ok(Exit::Done)
            }
            // As every program whose reader has left: without a word.
            End::Unread => Ok(Exit::Done),
            End::Interrupted => {
                shell.ui.say(format_args!(
                    "Not watching any longer; the job goes on. To stop it: campaignctl cancel {address}"
                ));
                Ok(Exit::Interrupted)
            }
        }
    })
    .await
}

/// Why it is watched no longer.
enum End {
    /// The job is final.
    Over(Standing),
    /// Nobody reads stdout any more.
    Unread,
    /// A signal.
    Interrupted,
}

struct Watching<'a> {
    shell: &'a Shell,
    account: &'a Account,
    job: Id,
    watched: Watched,
    view: WatchView<'a>,
}

impl Watching<'_> {
    /// Until the job is final, or nobody reads any more.
    async fn follow(&mut self) -> Result<End, CliError> {
        // Time in the embedded sandbox passes only while somebody waits on its clock, which a stream does not.
        let mut silent = if self.account.is_embedded() { STREAMS } else { 0 };
        let (mut failures, mut short) = (0, 0);
        loop {
            match self.account.client.job(&self.job).await {
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
                    self.shell.ui.say(format_args!("… {error}; trying again"));
                }
                Err(error) => return Err(error.into()),
            }
            if let Some(end) = self.end() {
                return Ok(end);
            }
            if silent >= STREAMS {
                self.account.clock.sleep(POLL).await;
                continue;
            }
            let began = self.account.clock.now();
            let news = self.listen().await;
            if let Some(end) = self.end() {
                return Ok(end);
            }
            silent = if news { 0 } else { silent + 1 };
            short = if self.account.clock.now().duration_since(began) < SHORT { short + 1 } else { 0 };
            if silent == STREAMS {
                self.shell.ui.say("The live progress ends early each time; asking every 15 seconds instead.");
            }
            self.account.clock.sleep(before_stream(short)).await;
        }
    }

    /// Until the stream ends, or nothing more is to be seen; whether it said anything new.
    async fn listen(&mut self) -> bool {
        let Ok(mut stream) = self.account.client.progress(&self.job).await else { return false };
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
        let now = self.account.clock.now();
        let news = self.watched.see(now, progress);
        self.view.show(now, &self.watched);
        news
    }

    /// Whether there is nothing more to watch.
    fn end(&self) -> Option<End> {
        let standing = self.watched.standing().filter(|standing| standing.status.is_final());
        let unread = || (!self.shell.ui.is_read()).then_some(End::Unread);
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
mod tests {
    use super::*;

    #[test]
    fn streams_that_break_are_asked_for_ever_more_seldom() {
        let waits: Vec<i64> = [0, 1, 2, 3, 4, 40].map(|short| before_stream(short).as_secs()).to_vec();
        assert_eq!(waits, [2, 2, 4, 8, 15, 15]);
    }
}
