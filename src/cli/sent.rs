//! Which job a send address means: what `watch` and `export` share.

use super::error::CliError;
use super::project::Project;
use super::shell::Shell;
use crate::config::nearest;
use crate::ledger::{Phase, SentJob};
use crate::model::{Address, Kind};
use crate::plan::moved_state;

/// That the ledger has no object of this address; `keys`: those of the YAML, of its kind.
pub fn not_there<'a>(address: &Address, keys: impl Iterator<Item = &'a str> + Clone) -> CliError {
    if keys.clone().any(|key| key == address.key) {
        return CliError::failed(format!("this ledger does not know {address} on the account")).hint(
            "`campaignctl plan` looks whether it is there; `campaignctl apply` creates it or takes it over",
        );
    }
    let error = CliError::failed(format!("{address} is neither in the YAML nor in the ledger"));
    match nearest(&address.key, keys) {
        Some(key) => error.hint(format!("did you mean {}.{key}?", address.kind)),
        None => error.hint("check the spelling; `campaignctl status` lists what there is"),
    }
}

/// The run that is meant and its last job, by the ledger.
pub struct Sent {
    /// The run.
    pub run: String,
    /// The job.
    pub job: SentJob,
}

impl Sent {
    /// Of `given`, else of the YAML's run, else of the latest one that was sent.
    pub fn find(
        shell: &Shell,
        project: &Project,
        address: &Address,
        given: Option<&str>,
    ) -> Result<Self, CliError> {
        if address.kind != Kind::Send {
            return Err(CliError::failed(format!("{address} is no send"))
                .hint("name a send, such as send.spring-offer; `campaignctl status` lists them"));
        }
        let ledger = project.read_ledger(shell)?;
        let state = moved_state(&project.desired, &ledger.state);
        let wanted = project.desired.sends.get(&address.key).map(|send| send.run.clone());
        let runs = state.sends.get(&address.key).map(|send| &send.runs);
        if runs.is_none_or(std::collections::BTreeMap::is_empty) {
            if wanted.is_none() {
                return Err(not_there(address, project.desired.sends.keys().map(String::as_str)));
            }
            return Err(CliError::failed(format!("this ledger does not know that {address} was sent")).hint(
                "`campaignctl plan` looks whether it may have been; `campaignctl apply` sends it if not",
            ));
        }
        let latest = || {
            let sent = runs?.iter().filter_map(|(run, history)| Some((history.last_job()?.at, run)));
            sent.max().map(|(_, run)| run.clone())
        };
        let run =
            given.map(str::to_owned).or_else(|| wanted.filter(|run| state.run(&address.key, run).is_some()));
        let run = run.or_else(latest).unwrap_or_else(|| "1".to_owned());
        let history = state.run(&address.key, &run);
        match (history, history.and_then(|history| history.last_job())) {
            (_, Some(job)) => Ok(Self { run, job: job.clone() }),
            (Some(history), None) if matches!(history.phase, Phase::Open) => {
                Err(CliError::failed(format!("{address} (run {run}) was not sent yet"))
                    .hint("`campaignctl apply` sends it; `campaignctl status` shows why it was not"))
            }
            (Some(_), None) => Err(CliError::failed(format!(
                "whether {address} (run {run}) went out is not known"
            ))
            .hint(format!("`campaignctl apply` finds out; `campaignctl resolve {address}` settles it"))),
            (None, None) => Err(CliError::failed(format!("{address} has no run {run}"))
                .hint("`campaignctl status` lists the runs that there are")),
        }
    }
}
