//! `destroy`: everything of this project on the account is cancelled and deleted; protected groups stay.

use crate::cli::account::Account;
use crate::cli::args::{DestroyArgs, Format};
use crate::cli::error::CliError;
use crate::cli::executing::{Execution, agree, exit_of, show_report};
use crate::cli::exit::Exit;
use crate::cli::planning::{Planned, on_account, show_plan};
use crate::cli::project::Project;
use crate::cli::shell::Shell;
use crate::plan::{PlanOptions, Refresh};
use crate::render::{PlanText, PlanUse};

/// Plans, shows, asks for the project's name, does.
pub async fn run(shell: &Shell, args: &DestroyArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json, Format::Markdown, Format::Html])?;
    on_account(shell, &args.path, async |project, account| {
        destroy(shell, args, format, project, account).await
    })
    .await
}

async fn destroy(
    shell: &Shell,
    args: &DestroyArgs,
    format: Format,
    project: &Project,
    account: &Account,
) -> Result<Exit, CliError> {
    let options = PlanOptions { destroy: true, ..PlanOptions::default() };
    let now = account.clock.now();
    let planned = Planned::make(shell, project, account, options, Refresh::None, now).await?;
    let plan = &planned.plan;
    if format == Format::Text || plan.is_refused() {
        show_plan(shell, plan, format, false, PlanUse::Destroy);
    } else if args.confirm.is_none() {
        shell.ui.err(PlanText::new(plan, &shell.ui.err_text()).used_for(PlanUse::Destroy));
    }
    let protected: Vec<String> = planned
        .ledger
        .state
        .groups
        .iter()
        .filter(|(_, group)| group.protect && group.id.is_some())
        .map(|(key, _)| format!("group.{key}"))
        .collect();
    if !protected.is_empty() {
        shell.ui.say(format_args!(
            "Protected, so it stays: {}. To delete it too, apply `protect: false` first.",
            protected.join(", ")
        ));
    }
    if plan.is_refused() {
        return Err(
            CliError::refused("destroying is refused; nothing was changed").hint("the plan above says why")
        );
    }
    if plan.doable().next().is_none() {
        if format == Format::Text {
            shell.ui.line("There is nothing of this project on the account to destroy.");
        }
        return Ok(Exit::of_nothing(plan));
    }
    let name = project.desired.project.as_str();
    match args.confirm.as_deref() {
        Some(given) if given == name => {}
        Some(given) => {
            let given = crate::model::one_line(given, 60);
            return Err(CliError::refused(format!("--confirm says {given:?}, and the project is {name:?}"))
                .hint("nothing was changed; check that this is the project you mean"));
        }
        None => {
            let question =
                format!("\nThis cannot be undone. Type the project's name ({name}) to destroy it:");
            agree(shell, question, name, &format!("--confirm {name}")).await?;
        }
    }
    let execution = Execution { command: "destroy", parallelism: args.parallelism, events: None };
    let report = execution.run(shell, project, account, &planned).await?;
    if format == Format::Text {
        shell.ui.line("");
    }
    show_report(shell, &report, format);
    Ok(exit_of(shell, &report))
}
