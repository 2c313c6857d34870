//! `resolve`: a person settles a send whose fate is not known (`send-safety.md`, *Recovery*).

use crate::cli::args::{Format, ResolveArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::on_account;
use crate::cli::settling::{id, job, job_words, record, unclaimed};
use crate::cli::shell::Shell;
use crate::ledger::{Armed, Event, Resolution, State, login_name};
use crate::model::{Kind, ObservedJob, Sha256Hex};
use crate::plan::{echoes, not_as_armed};

/// Records how it was settled.
pub async fn run(shell: &Shell, args: &ResolveArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    if args.address.kind != Kind::Send {
        return Err(CliError::failed(format!("{} is no send; only sends are held", args.address)));
    }
    on_account(shell, &args.project.path, async |project, account| {
        let send = args.address.key.as_str();
        let found = match &args.job {
            Some(text) => Some(job(account, &id(text, "--job")?).await?),
            None => None,
        };
        let mut settled = String::new();
        record(shell, project, account, "resolve", |state| {
            let run = open_run(state, args)?;
            let how = match &found {
                Some(job) => {
                    unclaimed(state, &job.id)?;
                    check_place(state, args, &run, job)?;
                    Resolution::Job { job: job.id.clone(), taken_for: None }
                }
                None => Resolution::NotSent {
                    reason: args.reason.as_ref().map(|r| Sha256Hex::of(r.as_bytes()).as_str().to_owned()),
                },
            };
            settled.clone_from(&run);
            Ok(vec![Event::Resolved { send: send.to_owned(), run, by: login_name(), how }])
        })?;
        match &found {
            Some(job) => shell.ui.line(format_args!(
                "{} (run {settled}) is settled: it went out as job {} ({}). It is not sent again.",
                args.address,
                job.id,
                job_words(job)
            )),
            None => shell.ui.line(format_args!(
                "{} (run {settled}) is settled: it did not go out. The next apply may send it.",
                args.address
            )),
        }
        Ok(Exit::Done)
    })
    .await
}

/// Refuses a job that went elsewhere than was armed: a slip in an id would make a send that nobody got look sent. The
/// job that the POST itself was answered with is the attempt's, wherever it went.
fn check_place(state: &State, args: &ResolveArgs, run: &str, job: &ObservedJob) -> Result<(), CliError> {
    let address = &args.address;
    let Some(history) = state.run(&address.key, run).filter(|h| !h.wrong_jobs.contains(&job.id)) else {
        return Ok(());
    };
    // It is enough that it may be one of the attempts that are open.
    let differences: Vec<String> = history.open_attempts().map_while(|(_, a)| differs(a, job)).collect();
    let (Some(why), true) = (differences.last(), differences.len() == history.open_attempts().count()) else {
        return Ok(());
    };
    Err(CliError::refused(format!(
        "job {} is not {address}: {why} than was armed; nothing was recorded",
        job.id
    ))
    .hint("check the id on the MoltFlow dashboard, or in the evidence that `campaignctl status -v` shows")
    .hint(format!("if no job is it: campaignctl resolve {address} --not-sent --reason \"…\"")))
}

/// What of the job is another than this attempt armed. More recipients are a person's to judge; another session, group
/// or text is another send.
fn differs(armed: &Armed, job: &ObservedJob) -> Option<String> {
    let place = not_as_armed(job, &armed.session_id, &armed.group_id, u64::MAX);
    place.or_else(|| {
        let other = job.echoes_content && !echoes(armed, job);
        other.then(|| "the account shows another text, or other media, for it".to_owned())
    })
}

/// The one run that is open, or the one that was named.
fn open_run(state: &State, args: &ResolveArgs) -> Result<String, CliError> {
    let address = &args.address;
    let open: Vec<&str> = state
        .sends
        .get(&address.key)
        .into_iter()
        .flat_map(|send| &send.runs)
        .filter(|(_, history)| history.is_unsettled())
        .map(|(run, _)| run.as_str())
        .collect();
    match (&args.run, open.as_slice()) {
        (Some(run), _) if open.contains(&run.as_str()) => Ok(run.clone()),
        (None, [one]) => Ok((*one).to_owned()),
        (None, [_, _, ..]) => {
            Err(CliError::failed(format!("{address} has several open runs: {}", open.join(", ")))
                .hint("name the one you mean: --run RUN"))
        }
        _ => Err(CliError::failed(format!("there is nothing to settle about {address}"))
            .hint("`campaignctl status` shows what is held")),
    }
}
