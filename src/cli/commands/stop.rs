//! `pause`, `resume`, `cancel`: at once, without the ledger's lock. The operator's word is made durable first: a
//! running apply sees it before its next change, and it outranks the YAML until `resume`.

use std::collections::BTreeSet;

use crate::api::Read;
use crate::cli::account::Account;
use crate::cli::args::{Format, StopArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::settling::record;
use crate::cli::shell::{Shell, real_now};
use crate::cli::stop_note::{check_known, meant, note};
use crate::cli::stopping::{Act, Untied, ours, still_open, theirs, untied, wanted};
use crate::ledger::{Event, State, StopEvent, StopKind, Stops, login_name};
use crate::model::{Address, Kind, ObservedGroup, ObservedJob, ObservedSchedule};
use crate::plan::moved_state;

/// Records the stop, then acts on what runs.
pub async fn run(shell: &Shell, args: &StopArgs, kind: StopKind) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    if let Some(group) = args.addresses.iter().find(|address| address.kind == Kind::Group) {
        return Err(CliError::failed(format!("{group} is a group: only sends and schedules can be stopped")));
    }
    let project = &Project::load_or_ledger(shell, &args.project.path)?;
    let args = &meant(shell, project, args);
    // Who has no key at hand can stop what an apply would start all the same.
    let opened = Account::open(shell, project).await;
    let account = match opened {
        Ok(account) => account,
        Err(error) if kind == StopKind::Resume => return Err(error),
        Err(error) => {
            let word = recorded(shell, project, args, kind)?;
            if word.unrecorded {
                return Err(error);
            }
            said(shell, args, kind, &word);
            let error = error.hint("what runs on the account was not reached: run this again once it can be");
            return Err(CliError { exit: Exit::Partial, ..error });
        }
    };
    let result = async {
        let word = recorded(shell, project, args, kind)?;
        said(shell, args, kind, &word);
        act(shell, project, &account, args, kind, &word).await
    };
    let result = result.await;
    account.close().await;
    result
}

/// Says what was recorded.
fn said(shell: &Shell, args: &StopArgs, kind: StopKind, word: &Word) {
    let (addresses, all) = (&args.addresses, args.all);
    shell.ui.line(match (kind, all) {
        _ if word.unrecorded => "What runs is stopped all the same.".to_owned(),
        (StopKind::Resume, true) => "The stops are lifted: the YAML counts again.".to_owned(),
        (StopKind::Resume, false) => {
            format!("The stop of {} is lifted: the YAML counts again.", list(addresses))
        }
        (_, true) => {
            "Stopped: no apply starts anything of this project until `campaignctl resume --all`.".to_owned()
        }
        (_, false) => format!("Stopped: no apply starts {} until `campaignctl resume`.", list(addresses)),
    });
}

/// What was known and what became of the operator's word.
struct Word {
    /// The ledger, as it was before; empty where it cannot be read and everything on the account is meant.
    state: State,
    stopped_before: Stops,
    /// It could not be made durable, or the ledger could not be read.
    unrecorded: bool,
}

/// Makes the word durable. A ledger that cannot be reached is no reason to let go on what runs; only `resume`, which
/// is no emergency, needs it and the YAML.
fn recorded(shell: &Shell, project: &Project, args: &StopArgs, kind: StopKind) -> Result<Word, CliError> {
    if kind == StopKind::Resume && !project.has_yaml() {
        return Err(CliError::failed(
            "the YAML has mistakes, so what is to go on is not known; nothing was resumed",
        )
        .hint("mend it first (`campaignctl validate` shows the mistakes), then run this again"));
    }
    let (state, unread) = match project.read_ledger(shell) {
        Ok(loaded) => (moved_state(&project.desired, &loaded.state), None),
        // Without the ledger nobody knows what is ours, but everything is everything.
        Err(error) if args.account && kind != StopKind::Resume => (State::default(), Some(error)),
        Err(error) => {
            let way = "without the ledger, this stops everything on the account: --all --account";
            return Err(if kind == StopKind::Resume { error } else { error.hint(way) });
        }
    };
    if unread.is_none() {
        check_known(project, &state, &args.addresses)?;
    }
    let noted = match unread {
        Some(error) => Err(error),
        None => before(shell, project, args, kind).and_then(|before| {
            note(project, args, kind)?;
            Ok(before)
        }),
    };
    match noted {
        Ok(stopped_before) => Ok(Word { state, stopped_before, unrecorded: false }),
        Err(error) if kind == StopKind::Resume => Err(error),
        Err(error) => {
            let message = format!("the stop could not be recorded, so no apply sees it: {}", error.message);
            let hint = "end every apply that runs, and run this again once the ledger can be written to";
            shell.ui.error(&CliError::failed(message).hint(hint));
            Ok(Word { state, stopped_before: Stops::default(), unrecorded: true })
        }
    }
}

/// What was stopped before. Only who lets single ones go on has to know it.
fn before(shell: &Shell, project: &Project, args: &StopArgs, kind: StopKind) -> Result<Stops, CliError> {
    match project.stops(shell) {
        Err(_) if kind != StopKind::Resume || args.all => Ok(Stops::default()),
        known => known,
    }
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
    word: &Word,
) -> Result<Exit, CliError> {
    let unread = |error: crate::api::ApiError| {
        let failed = CliError::failed("what runs on the account could not be read, so it was not touched")
            .because(&error)
            .hint(error.hint());
        if word.unrecorded {
            return failed;
        }
        let failed = failed.hint("the stop itself is recorded; run this again to reach what runs");
        CliError { exit: Exit::Partial, ..failed }
    };
    let jobs = account.client.jobs().await.map_err(unread)?;
    let schedules = account.client.schedules().await.map_err(unread)?;
    // Read after the lists: an apply that runs notes what it makes, and sees the stop of what it has not noted yet.
    let read = if word.unrecorded { None } else { Some(project.read_ledger(shell)?.state) };
    let read = read.map(|state| moved_state(&project.desired, &state));
    let state = read.as_ref().unwrap_or(&word.state);
    let stops =
        if word.unrecorded || kind != StopKind::Resume { Stops::default() } else { project.store.stops()? };
    let mut acts = ours(state, &jobs, &schedules);
    if !args.all {
        acts.retain(|act| act.address.as_ref().is_some_and(|address| args.addresses.contains(address)));
    }
    if args.account {
        acts.extend(theirs(state, &jobs, &schedules));
    }
    let unknown: Vec<String> = acts.iter().filter_map(Act::unknown).collect();
    let mut ended = false;
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
                && act.address.as_ref().is_some_and(|a| args.all || word.stopped_before.stopped(a).is_some())
        };
        let (warned, back): (Vec<Act>, Vec<Act>) = back.into_iter().partition(unasked);
        for act in warned.iter().filter(|act| act.fits(kind)) {
            shell.ui.line(format_args!("  {}", act.kept_for_suppressed()));
        }
        for text in back.iter().filter_map(|act| act.ended(state)) {
            shell.ui.line(format_args!("  {text}"));
            ended = true;
        }
        acts = back;
    }
    acts.retain(|act| act.fits(kind));
    let open = if kind == StopKind::Resume {
        BTreeSet::new()
    } else {
        still_open(state, |address| args.all || args.addresses.contains(address))
    };
    let untied = match kind {
        StopKind::Resume => Vec::new(),
        _ => goes_on_untied(project, account, args, kind, (state, &jobs, &schedules)).await,
    };
    if acts.is_empty() && unknown.is_empty() && open.is_empty() && untied.is_empty() && !ended {
        shell.ui.line("Nothing on the account had to be changed.");
    }
    let under_way = open.len();
    for address in open {
        shell.ui.warn(format_args!(
            "{address} is being made just now, or a run died while it was: an apply that runs stops it as soon as it is \
             there, and so does the next one"
        ));
    }
    // What may be on its way is not stopped yet.
    let (mut failed, mut lifted) = (usize::from(word.unrecorded) + under_way, Vec::new());
    for text in unknown {
        failed += 1;
        shell.ui.error(
            &CliError::failed(text)
                .hint("it was not touched, and may go on: look at it on the MoltFlow dashboard"),
        );
    }
    for found in untied {
        failed += 1;
        shell.ui.error(&not_reached(&found, kind));
    }
    for act in &acts {
        if let Some(target) = act.foreign().filter(|_| !word.unrecorded) {
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
        && let Err(error) = record(shell, project, account, "resume", |state| Ok(as_kept(state, lifted)))
    {
        shell.ui.warn(format_args!(
            "that the pause is lifted could not be noted in the ledger: {}",
            error.message
        ));
    }
    Ok(if failed > 0 { Exit::Partial } else { Exit::Done })
}

/// What goes on and may be what is meant, although this ledger does not know it.
async fn goes_on_untied(
    project: &Project,
    account: &Account,
    args: &StopArgs,
    kind: StopKind,
    (state, jobs, schedules): (&State, &[ObservedJob], &[ObservedSchedule]),
) -> Vec<Untied> {
    // Everything is reached anyway.
    if args.account {
        return Vec::new();
    }
    let find = |groups: &[ObservedGroup]| {
        let mut found = untied(&project.desired, state, (groups, jobs, schedules), kind);
        found.retain(|found| args.all || args.addresses.contains(&found.address));
        found
    };
    // Which groups the jobs are on is asked only where there are any; without an answer, any may be it.
    let perhaps = find(&[]);
    if perhaps.iter().all(|found| found.address.kind != Kind::Send) {
        return perhaps;
    }
    account.client.groups().await.map_or(perhaps, |groups| find(&groups))
}

fn not_reached(found: &Untied, kind: StopKind) -> CliError {
    let verb = if kind == StopKind::Pause { "pause" } else { "cancel" };
    CliError::failed(format!(
        "this ledger does not know {} on the account, and what may be it goes on: {}",
        found.address,
        found.name()
    ))
    .hint(format!("if that is it: {}, then run this again", found.adopt()))
    .hint(format!("to {verb} everything on the account, whoever's it is: campaignctl {verb} --all --account"))
}

/// The ledger may not have heard yet of a key's new name.
fn as_kept(state: &State, mut lifted: Vec<Event>) -> Vec<Event> {
    for event in &mut lifted {
        if let Event::PausedForSuppressed { send, job, .. } = event
            && let Some((known, _)) = state.job_of(job)
        {
            known.clone_into(send);
        }
    }
    lifted
}
