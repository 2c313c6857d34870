//! The operator's word, checked and made durable; what it does on the account is [`super::stopping`]'s.

use super::args::StopArgs;
use super::error::CliError;
use super::project::Project;
use super::shell::real_now;
use crate::ledger::{State, StopEvent, StopKind, StopTarget, login_name};
use crate::model::{Address, Kind};

/// What nobody knows is a slip, and not stopped.
pub fn check_known(project: &Project, state: &State, addresses: &[Address]) -> Result<(), CliError> {
    let known = |address: &&Address| match address.kind {
        Kind::Send => {
            project.desired.sends.contains_key(&address.key) || state.sends.contains_key(&address.key)
        }
        _ => {
            project.desired.schedules.contains_key(&address.key) || state.schedules.contains_key(&address.key)
        }
    };
    match addresses.iter().find(|address| !known(address)) {
        None => Ok(()),
        Some(address) => Err(CliError::failed(format!(
            "neither the YAML nor the ledger has {address}; nothing was stopped"
        ))
        .hint("check the spelling; `campaignctl status` lists what there is")),
    }
}

/// Makes the operator's word durable, before anything is asked of the account.
pub fn note(project: &Project, args: &StopArgs, kind: StopKind) -> Result<(), CliError> {
    let (now, by) = (real_now(), login_name());
    let targets: Vec<StopTarget> = if args.all {
        vec![StopTarget::All]
    } else {
        args.addresses.iter().cloned().map(StopTarget::Address).collect()
    };
    for target in targets {
        project.store.add_stop(&StopEvent::new(now, by.clone(), kind, target))?;
    }
    Ok(())
}
