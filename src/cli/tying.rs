//! What has to be so before something of the account may be tied to an address.

use super::error::CliError;
use crate::ledger::{Armed, SentJob, State};
use crate::model::{Address, DesiredSend, Id, OnChange};

/// What is not in the YAML would be deleted by the next apply.
pub fn in_yaml(address: &Address, there: bool) -> Result<(), CliError> {
    if there {
        return Ok(());
    }
    Err(CliError::refused(format!("the YAML has no {address}")).hint(
        "add it to the YAML first: what is adopted and not in the YAML would be deleted by the next apply",
    ))
}

/// The account has no such thing.
pub fn nothing(what: &str, id: &Id) -> CliError {
    CliError::refused(format!("the account has no {what} {id}")).hint("check the id; nothing was recorded")
}

/// Neither the address nor the id may be tied already.
pub fn free(address: &Address, id: &Id, mine: Option<&Id>, other: Option<&str>) -> Result<(), CliError> {
    match (mine, other) {
        (Some(mine), _) if mine == id => Err(CliError::refused(format!("{address} is {id} already"))),
        (_, Some(key)) => Err(CliError::refused(format!("{id} belongs to {}.{key}", address.kind))
            .hint(format!("campaignctl forget {}.{key}", address.kind))),
        (Some(mine), None) => Err(CliError::refused(format!("{address} is {mine} at present"))
            .hint(format!("campaignctl forget {address}"))),
        (None, None) => Ok(()),
    }
}

/// Only a send without a history can be tied: what was begun here is settled by `resolve`. One that is about to go out
/// once more by `on_change: resend` can: the job may be that of a ledger that was put back to an older state.
pub fn unsent(
    state: &State,
    address: &Address,
    run: &str,
    desired: Option<&DesiredSend>,
) -> Result<(), CliError> {
    let resends = |job: &SentJob| {
        let other = |armed: &Armed, send: &DesiredSend| {
            !armed.content.matches(&send.content) || armed.group != send.group
        };
        let of_this_run = desired.filter(|send| send.run == run && send.on_change == OnChange::Resend);
        of_this_run.zip(job.armed.as_ref()).is_some_and(|(send, armed)| other(armed, send))
    };
    match state.run(&address.key, run) {
        Some(history) if history.is_unsettled() => {
            Err(CliError::refused(format!("{address} (run {run}) was begun here and its fate is not known"))
                .hint(format!("campaignctl resolve {address} settles it")))
        }
        Some(history) if history.last_job().is_some_and(|job| !resends(job)) => {
            Err(CliError::refused(format!("{address} (run {run}) went out already"))
                .hint("to send it once more on purpose, give it another `run:` in the YAML"))
        }
        _ => Ok(()),
    }
}
