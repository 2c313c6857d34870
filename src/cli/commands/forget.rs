//! `forget`: unties an address. What it stood for stays on the account, and nobody here changes it any more.

use crate::cli::args::{ForgetArgs, Format};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::on_account;
use crate::cli::settling::record;
use crate::cli::shell::Shell;
use crate::ledger::Event;
use crate::model::{Address, Desired, Kind};

/// Records that the tie is given up.
pub async fn run(shell: &Shell, args: &ForgetArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    let address = &args.address;
    if address.kind == Kind::Send {
        return Err(CliError::failed(format!("{address} is a send: what was sent is never forgotten"))
            .hint("that is what keeps it from going out twice")
            .hint("to send it once more on purpose, give it another `run:` in the YAML"));
    }
    on_account(shell, &args.project.path, async |project, account| {
        record(shell, project, account, "forget", |state| {
            let known = match address.kind {
                Kind::Group => state.groups.get(&address.key).is_some_and(|g| g.id.is_some() || g.creating.is_some()),
                _ => state.schedules.get(&address.key).is_some_and(|s| s.id.is_some() || s.creating.is_some()),
            };
            if known {
                return Ok(vec![Event::Forgotten { address: address.clone() }]);
            }
            Err(CliError::failed(format!("the ledger has no {address}")).hint("`campaignctl status` lists what it has"))
        })?;
        shell.ui.line(format_args!("{address} is forgotten: it stays on the account as it is, and is nobody's here."));
        if is_wanted(address, &project.desired) {
            shell.ui.say(format_args!(
                "The YAML still has {address}: unless it is taken out there, the next apply adopts it again by its \
                 name, or creates another."
            ));
        }
        Ok(Exit::Done)
    })
    .await
}

fn is_wanted(address: &Address, desired: &Desired) -> bool {
    match address.kind {
        Kind::Group => desired.groups.contains_key(&address.key),
        Kind::Schedule => desired.schedules.contains_key(&address.key),
        Kind::Send => desired.sends.contains_key(&address.key),
    }
}
