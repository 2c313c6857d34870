//! `adopt`: ties something of the account to an address of the YAML.

use crate::api::Read;
use crate::cli::account::Account;
use crate::cli::args::{AdoptArgs, Format};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::fitting::Fit;
use crate::cli::planning::on_account;
use crate::cli::project::Project;
use crate::cli::settling::{id, job, job_words, record, unclaimed};
use crate::cli::shell::{Shell, real_now};
use crate::cli::tying::{free, in_yaml, nothing, unsent};
use crate::ledger::{Armed, Event, Resolution, State, login_name};
use crate::model::{AudienceDigest, DesiredSend, Id, Kind, ObservedJob, masked_phones, one_line};

/// Records the tie.
pub async fn run(shell: &Shell, args: &AdoptArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    on_account(shell, &args.project.path, async |project, account| {
        let said = match (args.address.kind, &args.id) {
            (Kind::Group, Some(given)) => {
                adopt_group(shell, project, account, args, &id(given, "--id")?).await?
            }
            (Kind::Schedule, Some(given)) => {
                adopt_schedule(shell, project, account, args, &id(given, "--id")?).await?
            }
            (Kind::Send, None) if args.job.is_none() && !args.new => {
                return Err(CliError::failed(format!("which job {} is was not said", args.address)).hint(
                    "--job ID: that job is this send; --new: what is on the account is something else, and this one is \
                     still to be sent",
                ));
            }
            (Kind::Send, None) => adopt_send(shell, project, account, args).await?,
            (Kind::Send, Some(_)) => {
                return Err(CliError::failed(format!("{} is a send, which has no id", args.address))
                    .hint("use --job ID (that job is this send) or --new (it is still to be sent)"));
            }
            (kind, None) if args.job.is_none() && !args.new => {
                return Err(CliError::failed(format!("which {kind} {} is was not said", args.address)).hint(
                    "use --id ID; the ids are on the MoltFlow dashboard, and in the plan where it finds several",
                ));
            }
            (kind, None) => {
                return Err(CliError::failed(format!("{} is a {kind}, which has no job", args.address))
                    .hint("use --id ID"));
            }
        };
        shell.ui.line(said);
        Ok(Exit::Done)
    })
    .await
}

async fn adopt_group(
    shell: &Shell,
    project: &Project,
    account: &Account,
    args: &AdoptArgs,
    id: &Id,
) -> Result<String, CliError> {
    let address = &args.address;
    in_yaml(address, project.desired.groups.contains_key(&address.key))?;
    let groups = account.client.groups().await?;
    let group = groups.into_iter().find(|g| g.id == *id).ok_or_else(|| nothing("group", id))?;
    record(shell, project, account, "adopt", |state| {
        free(address, id, state.group_id(&address.key), state.group_of(id))?;
        // The ledger has no phone in it, and the next plan gives the group its name of the YAML.
        let (group, name) = (address.key.clone(), masked_phones(&group.name));
        Ok(vec![Event::GroupOwned { group, id: id.clone(), name, adopted: true }])
    })?;
    Ok(format!(
        "{address} is now {:?} ({id}). The next plan shows what differs.",
        one_line(&masked_phones(&group.name), 80)
    ))
}

async fn adopt_schedule(
    shell: &Shell,
    project: &Project,
    account: &Account,
    args: &AdoptArgs,
    id: &Id,
) -> Result<String, CliError> {
    let address = &args.address;
    in_yaml(address, project.desired.schedules.contains_key(&address.key))?;
    let schedules = account.client.schedules().await?;
    let schedule = schedules.into_iter().find(|s| s.id == *id).ok_or_else(|| nothing("schedule", id))?;
    if schedule.status.is_final() {
        return Err(CliError::refused(format!(
            "the schedule {id} is {}: it never fires again",
            schedule.status.as_str()
        ))
        .hint("a new one is created by the next apply; nothing was recorded"));
    }
    record(shell, project, account, "adopt", |state| {
        free(address, id, state.schedule_id(&address.key), state.schedule_of(id))?;
        Ok(vec![Event::ScheduleOwned {
            schedule: address.key.clone(),
            id: id.clone(),
            spec: None,
            adopted: true,
        }])
    })?;
    Ok(format!(
        "{address} is now {:?} ({id}). The next plan shows what differs.",
        one_line(&masked_phones(&schedule.name), 80)
    ))
}

/// What a job that was never armed here is taken for: the send as the YAML has it, on the job's own session and group.
/// `None` where these are not known.
fn taken_for(project: &Project, state: &State, send: &DesiredSend, job: &ObservedJob) -> Option<Armed> {
    let group = project.desired.groups.get(&send.group)?;
    let session_id = job.session_id.clone().or_else(|| {
        state.sessions.iter().find(|(_, name)| **name == send.session).map(|(id, _)| id.clone())
    })?;
    let audience = group.members.minus(&project.desired.suppressed);
    let at = job.created_at.unwrap_or_else(real_now);
    Some(Armed {
        attempt: 0,
        session_id,
        group_id: job.group_id.clone().or_else(|| state.group_id(&send.group).cloned())?,
        group: send.group.clone(),
        content: send.content.hash(),
        audience: job.total.unwrap_or(audience.len() as u64),
        audience_digest: AudienceDigest::of(state.salt.as_ref()?, &audience),
        server_time: at,
        not_after: at,
        snapshot: false,
    })
}

async fn adopt_send(
    shell: &Shell,
    project: &Project,
    account: &Account,
    args: &AdoptArgs,
) -> Result<String, CliError> {
    let address = &args.address;
    let desired = project.desired.sends.get(&address.key);
    in_yaml(address, desired.is_some())?;
    let run = args.run.clone().or_else(|| desired.map(|d| d.run.clone())).unwrap_or_default();
    let found = match &args.job {
        Some(text) => Some(job(account, &id(text, "--job")?).await?),
        None => None,
    };
    if let (Some(job), Some(send)) = (&found, desired) {
        let state = project.read_ledger(shell)?.state;
        Fit { project, state: &state, address, send, run: &run }.check(account, job).await?;
    }
    record(shell, project, account, "adopt", |state| {
        unsent(state, address, &run, desired)?;
        let how = match &found {
            Some(job) => {
                unclaimed(state, &job.id)?;
                let taken_for = desired.and_then(|send| taken_for(project, state, send, job)).map(Box::new);
                Resolution::Job { job: job.id.clone(), taken_for }
            }
            None => Resolution::New,
        };
        let (send, by) = (address.key.clone(), login_name());
        Ok(vec![
            Event::Prepared { send: send.clone(), run: run.clone() },
            Event::Resolved { send, run: run.clone(), by, how },
        ])
    })?;
    Ok(match found {
        Some(job) => format!(
            "{address} (run {run}) went out as job {} ({}). It is not sent again.",
            job.id,
            job_words(&job)
        ),
        None => format!(
            "{address} (run {run}) is new: what is on the account is something else. The next apply may send it."
        ),
    })
}
