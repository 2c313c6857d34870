//! What `resolve`, `adopt` and `forget` share: one decision of a person, recorded under the ledger's lock.

use super::account::Account;
use super::error::CliError;
use super::project::Project;
use super::shell::{Shell, real_now};
use crate::api::Read;
use crate::ledger::{Event, State, new_salt};
use crate::model::{Id, ObservedJob, grouped};

/// Locks the ledger, has `decide` say what to record from its state as it is then, and records it.
pub fn record(
    shell: &Shell,
    project: &Project,
    account: &Account,
    command: &str,
    decide: impl FnOnce(&State) -> Result<Vec<Event>, CliError>,
) -> Result<(), CliError> {
    let now = real_now();
    let mut writer = project.lock(shell, command, now)?;
    check_binding(writer.state(), project, account)?;
    let events = if writer.state().binding.is_some() {
        decide(writer.state())?
    } else {
        // Bound only where something is decided; what is decided may be kept as a digest by this ledger's salt.
        let salt = new_salt()?;
        let bound = Event::Bound {
            project: project.desired.project.clone(),
            account: project.desired.account.name.clone(),
            host: account.host.clone(),
            environment: Some(project.desired.environment.clone()),
            salt: salt.to_hex(),
        };
        let events = decide(&State { salt: Some(salt), ..writer.state().clone() })?;
        writer.append(bound, now)?;
        events
    };
    for event in events {
        writer.append(event, now)?;
    }
    Ok(())
}

/// A decision about another account's objects would be worse than none.
pub fn check_binding(state: &State, project: &Project, account: &Account) -> Result<(), CliError> {
    let Some(binding) = &state.binding else { return Ok(()) };
    if let Some(own) = binding.other_environment(&project.desired.environment) {
        return Err(CliError::refused(format!(
            "the ledger {} is that of environment {own} and not {}",
            project.store.place(),
            project.desired.environment
        ))
        .hint("check -e and --ledger: each environment has a ledger of its own"));
    }
    let other = if binding.host == account.host {
        (binding.account != project.desired.account.name)
            .then(|| format!("the account {} and not {}", binding.account, project.desired.account.name))
    } else {
        Some(format!("the API at {} and not {}", binding.host, account.host))
    };
    match other {
        None => Ok(()),
        Some(other) => {
            Err(CliError::refused(format!("the ledger {} is that of {other}", project.store.place()))
                .hint("check --sandbox, --api-url, -e and --ledger"))
        }
    }
}

/// An id as a person typed it.
pub fn id(text: &str, flag: &str) -> Result<Id, CliError> {
    Id::new(text).ok_or_else(|| {
        CliError::failed(format!("{flag}: that is no id"))
            .hint("an id looks like 3fa85f64-5717-4562-b3fc-2c963f66afa6; `campaignctl status -v` shows them")
    })
}

/// The job of that id, as the account has it: a slip must not settle a send.
pub async fn job(account: &Account, id: &Id) -> Result<ObservedJob, CliError> {
    account.client.job(id).await.map_err(|error| {
        if error.is_not_found() {
            CliError::refused(format!("the account has no job {id}"))
                .hint("check the id; nothing was recorded")
        } else {
            CliError::from(error)
        }
    })
}

/// A job belongs to one send only.
pub fn unclaimed(state: &State, job: &Id) -> Result<(), CliError> {
    match state.job_of(job) {
        None => Ok(()),
        Some((send, run)) => {
            Err(CliError::refused(format!("the job {job} is that of send.{send}, run {run}"))
                .hint("one job is one send; nothing was recorded"))
        }
    }
}

/// How far a job is, in words.
pub fn job_words(job: &ObservedJob) -> String {
    let total = job.total.map_or_else(|| "?".to_owned(), grouped);
    format!("{}, {} of {total} sent, {} failed", job.status.as_str(), grouped(job.sent), grouped(job.failed))
}
