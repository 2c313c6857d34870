//! `pause`, `resume`, `cancel`: at once, without the ledger's lock. The operator's word is made durable first: a
//! running apply sees it before its next change, and it outranks the YAML until `resume`.

use std::collections::BTreeSet;

use crate::api::Read;
use crate::cli::account::Account;
use crate::cli::args::{Format, StopArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::on_account_or_ledger;
use crate::cli::project::Project;
use crate::cli::settling::record;
use crate::cli::shell::{Shell, real_now};
use crate::cli::stop_note::{check_known, note};
use crate::cli::stopping::{Act, ours, theirs, under_way, wanted};
use crate::ledger::{StopEvent, StopKind, Stops, login_name};
use crate::model::{Address, Kind};

/// Records the stop, then acts on what runs.
pub async fn run(shell: &Shell, args: &StopArgs, kind: StopKind) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    if let Some(group) = args.addresses.iter().find(|address| address.kind == Kind::Group) {
        return Err(CliError::failed(format!("{group} is a group: only sends and schedules can be stopped")));
    }
    on_account_or_ledger(shell, &args.project.path, async |project, account| {
        let state = project.read_ledger(shell)?.state;
        check_known(project, &state, &args.addresses)?;
        let stopped_before = project.store.stops()?;
        note(project, args, kind)?;
        let (addresses, all) = (&args.addresses, args.all);
        shell.ui.line(match (kind, all) {
            (StopKind::Resume, true) => "The stops are lifted: the YAML counts again.".to_owned(),
            (StopKind::Resume, false) => {
                format!("The stop of {} is lifted: the YAML counts again.", list(addresses))
            }
            (_, true) => {
                "Stopped: no apply starts anything of this project until `campaignctl resume --all`."
                    .to_owned()
            }
            (_, false) => format!("Stopped: no apply starts {} until `campaignctl resume`.", list(addresses)),
        });
        act(shell, project, account, args, kind, &stopped_before).await
    })
    .await
}

fn list(addresses: &[Address]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Whatever cannot be done is said, and does not keep the rest from being done.
async fn act(
    shell: &Shell,
    project: &Project,
    account: &Account,
    args: &StopArgs,
    kind: StopKind,
    stopped_before: &Stops,
) -> Result<Exit, CliError> {
    let unread = |error: crate::api::ApiError| CliError {
        exit: Exit::Partial,
        ..CliError::failed("what runs on the account could not be read, so it was not touched")
            .because(&error)
            .hint(error.hint())
            .hint("the stop itself is recorded; run this again to reach what runs")
    };
    let jobs = account.client.jobs().await.map_err(unread)?;
    let schedules = account.client.schedules().await.map_err(unread)?;
    // Read after the lists: an apply that runs notes what it makes, and sees the stop of what it has not noted yet.
    let state = &project.read_ledger(shell)?.state;
    let stops = project.store.stops()?;
    let mut acts = ours(state, &jobs, &schedules);
    if !args.all {
        acts.retain(|act| act.address.as_ref().is_some_and(|address| args.addresses.contains(address)));
    }
    if args.account {
        acts.extend(theirs(state, &jobs, &schedules));
    }
    let unknown: Vec<String> = acts.iter().filter_map(Act::unknown).collect();
    if kind == StopKind::Resume {
        // What is not ours goes on only where we stopped it: its owner may have paused it.
        let given = |act: &Act| match &act.address {
            Some(address) => wanted(&project.desired, address, act),
            None => act.was_stopped(&stops),
        };
        let (back, left): (Vec<Act>, Vec<Act>) = acts.into_iter().partition(given);
        for act in left.iter().filter(|act| act.fits(kind)) {
            shell.ui.line(format_args!("  {}", act.left_paused(&project.desired)));
        }
        // Whoever lifts a stop may not know that somebody in the job is suppressed by now: that is asked for apart.
        let unasked = |act: &Act| {
            act.lifted(state).is_some()
                && act.address.as_ref().is_some_and(|a| args.all || stopped_before.stopped(a).is_some())
        };
        let (warned, back): (Vec<Act>, Vec<Act>) = back.into_iter().partition(unasked);
        for act in warned.iter().filter(|act| act.fits(kind)) {
            shell.ui.line(format_args!("  {}", act.kept_for_suppressed()));
        }
        acts = back;
    }
    acts.retain(|act| act.fits(kind));
    let open = if kind == StopKind::Resume {
        BTreeSet::new()
    } else {
        under_way(state, |address| args.all || args.addresses.contains(address))
    };
    if acts.is_empty() && unknown.is_empty() && open.is_empty() {
        shell.ui.line("Nothing on the account had to be changed.");
    }
    for address in open {
        shell.ui.warn(format_args!(
            "{address} is being made just now, or a run died while it was: an apply that runs stops it as soon as it is \
             there, and so does the next one"
        ));
    }
    let (mut failed, mut lifted) = (0_usize, Vec::new());
    for text in unknown {
        failed += 1;
        shell.ui.error(
            &CliError::failed(text)
                .hint("it was not touched, and may go on: look at it on the MoltFlow dashboard"),
        );
    }
    for act in &acts {
        if let Some(target) = act.foreign() {
            project.store.add_stop(&StopEvent::new(real_now(), login_name(), kind, target))?;
        }
        match act.perform(account, kind).await {
            Ok(()) => {
                shell.ui.line(format_args!("  {}", act.done(kind)));
                lifted.extend(act.lifted(state).filter(|_| kind == StopKind::Resume));
            }
            Err(error) => {
                failed += 1;
                shell.ui.error(&CliError::failed(act.name()).because(&error).hint(error.hint()));
            }
        }
    }
    // The only word that the ledger itself has to hear; without it no apply would resume the job by itself again.
    if !lifted.is_empty()
        && let Err(error) = record(shell, project, account, "resume", |_| Ok(lifted))
    {
        shell.ui.warn(format_args!(
            "that the pause is lifted could not be noted in the ledger: {}",
            error.message
        ));
    }
    Ok(if failed > 0 { Exit::Partial } else { Exit::Done })
}
