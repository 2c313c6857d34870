//! One file a command. A command reads, decides nothing that the plan can decide, and speaks through [`super::ui`].

mod account;
mod adopt;
mod apply;
mod destroy;
mod forget;
mod history;
mod init;
mod ledger;
mod man;
mod plan;
mod resolve;
mod sandbox;
mod schema;
mod status;
mod stop;
mod validate;

use super::args::{Command, SandboxCommand};
use super::error::CliError;
use super::exit::Exit;
use super::shell::Shell;
use crate::ledger::StopKind;

/// Runs the command.
pub async fn run(shell: &Shell, command: &Command) -> Result<Exit, CliError> {
    if shell.given_now.is_some() && !matches!(command, Command::Plan(_) | Command::Validate(_)) {
        return Err(CliError::failed("--now works with plan and validate only: everything else happens now"));
    }
    match command {
        Command::Init(args) => init::run(shell, args),
        Command::Validate(args) => validate::run(shell, args),
        Command::Plan(args) => plan::run(shell, args).await,
        Command::Apply(args) => apply::run(shell, args).await,
        Command::Destroy(args) => destroy::run(shell, args).await,
        Command::Status(args) => status::run(shell, args).await,
        Command::Resolve(args) => resolve::run(shell, args).await,
        Command::Adopt(args) => adopt::run(shell, args).await,
        Command::Forget(args) => forget::run(shell, args).await,
        Command::Pause(args) => stop::run(shell, args, StopKind::Pause).await,
        Command::Resume(args) => stop::run(shell, args, StopKind::Resume).await,
        Command::Cancel(args) => stop::run(shell, args, StopKind::Cancel).await,
        Command::History(args) => history::run(shell, args).await,
        Command::Sessions(args) => account::sessions(shell, args).await,
        Command::Contacts(args) => account::contacts(shell, args).await,
        Command::WaGroups(args) => account::wa_groups(shell, args).await,
        Command::Ledger(command) => ledger::run(shell, command),
        Command::Sandbox(SandboxCommand::Serve(args)) => sandbox::serve(shell, args).await,
        Command::Schema(args) => schema::run(shell, args),
        Command::Completions { shell: kind } => man::completions(shell, *kind),
        Command::Man(args) => man::run(shell, args),
    }
}
