//! `watch`: how a send is doing, until it is over. Reads only; Ctrl-C leaves the job as it is.

use jiff::Timestamp;

use crate::cli::args::{Format, WatchArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::following::{End, Face, Following};
use crate::cli::planning::on_account;
use crate::cli::sent::Sent;
use crate::cli::shell::Shell;
use crate::cli::ui::{Ui, WatchView};
use crate::model::one_line;
use crate::render::{Watched, counts};
use crate::time::Zone;

/// Watches it.
pub async fn run(shell: &Shell, args: &WatchArgs) -> Result<Exit, CliError> {
    let json = shell.format(&[Format::Text, Format::Json])? == Format::Json;
    on_account(shell, &args.project.path, async |project, account| {
        let address = &args.address;
        let Sent { run, job } = Sent::find(shell, project, address, args.run.as_deref())?;
        let zone = project.desired.sends.get(&address.key).and_then(|send| Zone::parse(&send.timezone).ok());
        let view = WatchView::new(&shell.ui, address.to_string(), json);
        let watched = Watched::new(zone.unwrap_or_else(Zone::utc));
        let mut following = Following {
            client: &account.client,
            clock: account.clock.as_ref(),
            // Time in the embedded sandbox passes only while somebody waits on its clock, which a stream does not.
            streams: !account.is_embedded(),
            job: job.job,
            watched,
            face: Shown { ui: &shell.ui, view },
        };
        let end = tokio::select! {
            end = following.follow() => Some(end?),
            () = shell.signals.one() => None,
            () = shell.ui.unread() => Some(End::Unread),
        };
        following.face.view.finish();
        match end {
            Some(End::Over(end)) => {
                let status = one_line(end.status.as_str(), 40);
                if !json {
                    shell.ui.line(format_args!("{address} (run {run}) is {status}: {}.", counts(&end)));
                }
                Ok(Exit::Done)
            }
            // As every program whose reader has left: without a word.
            Some(End::Unread) => Ok(Exit::Done),
            None => {
                shell.ui.say(format_args!(
                    "Not watching any longer; the job goes on. To stop it: campaignctl cancel {address}"
                ));
                Ok(Exit::Interrupted)
            }
        }
    })
    .await
}

/// The terminal or the pipe.
struct Shown<'a> {
    ui: &'a Ui,
    view: WatchView<'a>,
}

impl Face for Shown<'_> {
    fn show(&mut self, now: Timestamp, watched: &Watched) {
        self.view.show(now, watched);
    }

    fn say(&self, text: &str) {
        self.ui.say(text);
    }

    fn is_read(&self) -> bool {
        self.ui.is_read()
    }
}
