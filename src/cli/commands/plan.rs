//! `plan`: read, compare, show. Writes nothing, takes no lock.

use crate::cli::args::{Format, PlanArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::{Planned, on_account, show_plan};
use crate::cli::shell::Shell;
use crate::render::PlanUse;

/// Plans and shows.
pub async fn run(shell: &Shell, args: &PlanArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json, Format::Markdown, Format::Html])?;
    on_account(shell, &args.path, async |project, account| {
        let now = shell.given_now.unwrap_or_else(|| account.clock.now());
        let refresh = args.run.refresh.into();
        let planned = Planned::make(shell, project, account, args.run.options(), refresh, now).await?;
        if args.run.show_phones && !shell.ui.terminal().out_is_terminal() {
            shell.ui.warn("--show-phones works on a terminal only; the numbers are masked");
        }
        show_plan(shell, &planned.plan, format, args.run.show_phones, PlanUse::Apply);
        if let Some(error) = planned.new_ledger_in_ci(shell, project, account) {
            shell.ui.warn(format_args!("apply would be refused: {}", error.message));
        }
        Ok(Exit::of_plan(&planned.plan, args.detailed_exitcode))
    })
    .await
}
