//! One file a command. A command reads, decides nothing that the plan can decide, and speaks through [`super::ui`].

mod account;
mod adopt;
mod apply;
mod calendar;
mod destroy;
mod export;
mod forget;
mod history;
mod import;
mod import_view;
mod init;
mod ledger;
mod man;
mod plan;
mod resolve;
mod sandbox;
mod schema;
mod status;
mod stop;
mod try_send;
mod validate;
mod wa_export;
mod watch;

use super::args::{Command, SandboxCommand, WaGroupsCommand};
use super::error::CliError;
use super::exit::Exit;
use super::shell::Shell;
use crate::ledger::StopKind;

/// Runs the command.
pub async fn run(shell: &Shell, command: &Command) -> Result<Exit, CliError> {
    if shell.given_now.is_some()
        && !matches!(command, Command::Plan(_) | Command::Validate(_) | Command::Calendar(_))
    {
        return Err(CliError::failed(
            "--now works with plan, validate and calendar only: everything else happens now",
        ));
    }
    match command {
        Command::Init(args) => init::run(shell, args),
        Command::Validate(args) => validate::run(shell, args),
        Command::Plan(args) => plan::run(shell, args).await,
        Command::Apply(args) => apply::run(shell, args).await,
        Command::Destroy(args) => destroy::run(shell, args).await,
        Command::Status(args) => status::run(shell, args).await,
        Command::Watch(args) => watch::run(shell, args).await,
        Command::Try(args) => try_send::run(shell, args).await,
        Command::Calendar(args) => calendar::run(shell, args),
        Command::Import(args) => import::run(shell, args).await,
        Command::Export(args) => export::run(shell, args).await,
        Command::Resolve(args) => resolve::run(shell, args).await,
        Command::Adopt(args) => adopt::run(shell, args).await,
        Command::Forget(args) => forget::run(shell, args).await,
        Command::Pause(args) => stop::run(shell, args, StopKind::Pause).await,
        Command::Resume(args) => stop::run(shell, args, StopKind::Resume).await,
        Command::Cancel(args) => stop::run(shell, args, StopKind::Cancel).await,
        Command::History(args) => history::run(shell, args).await,
        Command::Sessions(args) => account::sessions(shell, args).await,
        Command::Contacts(args) => account::contacts(shell, args).await,
        Command::WaGroups(args) => match &args.command {
            None => account::wa_groups(shell, &args.project).await,
            Some(WaGroupsCommand::Export(args)) => wa_export::run(shell, args).await,
        },
        Command::Ledger(command) => ledger::run(shell, command),
        Command::Sandbox(SandboxCommand::Serve(args)) => sandbox::serve(shell, args).await,
        Command::Schema(args) => schema::run(shell, args),
        Command::Completions { shell: kind } => man::completions(shell, *kind),
        Command::Man(args) => man::run(shell, args),
    }
}
