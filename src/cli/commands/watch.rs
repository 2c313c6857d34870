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
use crate::render::{Watched, counts};
use crate::time::Zone;

/// Between two looks, where there is no stream.
const POLL: SignedDuration = SignedDuration::from_secs(15);
/// Before the stream is asked for again.
const RECONNECT: SignedDuration = SignedDuration::from_secs(2);
/// A stream that says nothing for so long is dead.
const IDLE: Duration = Duration::from_secs(90);
/// Streams that end without news before the rest is polled.
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
            end = watching.follow() => Some(end?),
            () = shell.signals.one() => None,
        };
        watching.view.finish();
        let Some(end) = end else {
            shell.ui.say(format_args!(
                "Not watching any longer; the job goes on. To stop it: campaignctl cancel {address}"
            ));
            return Ok(Exit::Interrupted);
        };
        if !json {
            let status = one_line(end.status.as_str(), 40);
            shell.ui.line(format_args!("{address} (run {run}) is {status}: {}.", counts(&end)));
        }
        Ok(Exit::Done)
    })
    .await
}

struct Watching<'a> {
    shell: &'a Shell,
    account: &'a Account,
    job: Id,
    watched: Watched,
    view: WatchView<'a>,
}

impl Watching<'_> {
    /// Until the job is final.
    async fn follow(&mut self) -> Result<Progress, CliError> {
        // Time in the embedded sandbox passes only while somebody waits on its clock, which a stream does not.
        let mut silent = if self.account.is_embedded() { STREAMS } else { 0 };
        let mut failures = 0;
        loop {
            match self.account.client.job(&self.job).await {
                Ok(job) => {
                    failures = 0;
                    if let Some(end) = self.see(of_job(&job)) {
                        return Ok(end);
                    }
                }
                Err(error) if failures < FAILURES && is_passing(&error) => {
                    failures += 1;
                    self.shell.ui.say(format_args!("… {error}; trying again"));
                }
                Err(error) if error.is_not_found() => {
                    return Err(CliError::failed(format!("the account has no job {} any more", self.job))
                        .hint("what is known of it: `campaignctl status`"));
                }
                Err(error) => return Err(error.into()),
            }
            if silent >= STREAMS {
                self.account.clock.sleep(POLL).await;
                continue;
            }
            let mut news = 0_u32;
            if let Ok(mut stream) = self.account.client.progress(&self.job).await {
                while let Ok(Some(Ok(progress))) = tokio::time::timeout(IDLE, stream.next()).await {
                    news = news.saturating_add(1);
                    if let Some(end) = self.see(progress) {
                        return Ok(end);
                    }
                }
            }
            // The first event only repeats what is known.
            silent = if news > 1 { 0 } else { silent + 1 };
            if silent == STREAMS {
                self.shell.ui.say("The live progress ends early each time; asking every 15 seconds instead.");
            }
            self.account.clock.sleep(RECONNECT).await;
        }
    }

    /// Shows it; gives it back once it is final.
    fn see(&mut self, progress: Progress) -> Option<Progress> {
        let now = self.account.clock.now();
        self.watched.see(now, &progress);
        self.view.show(now, &self.watched);
        let last = self.watched.progress().cloned().unwrap_or(progress);
        last.status.is_final().then_some(last)
    }
}

fn of_job(job: &ObservedJob) -> Progress {
    Progress { sent: job.sent, total: job.total, failed: job.failed, status: job.status.clone() }
}

/// The network or the server may be back in a moment.
fn is_passing(error: &ApiError) -> bool {
    error.status().is_none_or(|status| status == 429 || status >= 500)
}
