//! The operator's word, checked and made durable; what it does on the account is [`super::stopping`]'s.

use super::args::StopArgs;
use super::error::CliError;
use super::project::Project;
use super::shell::{Shell, real_now};
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

/// What is meant, by its present name: in an emergency people write the name they know.
pub fn meant(shell: &Shell, project: &Project, args: &StopArgs) -> StopArgs {
    let mut meant = args.clone();
    for address in &mut meant.addresses {
        let present = project.desired.present_name(address);
        if present != *address {
            shell.ui.say(format_args!("{address} is called {present} now."));
            *address = present;
        }
    }
    meant
}

/// Makes the operator's word durable, before anything is asked of the account: also under the names that a key had
/// before, since an apply that runs may have begun with these.
pub fn note(project: &Project, args: &StopArgs, kind: StopKind) -> Result<(), CliError> {
    let (now, by) = (real_now(), login_name());
    let targets: Vec<StopTarget> = if args.all {
        vec![StopTarget::All]
    } else {
        let names = |address: &Address| {
            let mut names: Vec<Address> = project.desired.former_names(address).into_iter().collect();
            names.push(address.clone());
            names
        };
        args.addresses.iter().flat_map(names).map(StopTarget::Address).collect()
    };
    for target in targets {
        project.store.add_stop(&StopEvent::new(now, by.clone(), kind, target))?;
    }
    Ok(())
}
