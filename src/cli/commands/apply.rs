//! `apply`: plan, show, ask, do.

use std::sync::Mutex;

use crate::cli::account::Account;
use crate::cli::args::{ApplyArgs, Format};
use crate::cli::error::CliError;
use crate::cli::executing::{Execution, agree, create, is_anything_to_do, show_report};
use crate::cli::exit::Exit;
use crate::cli::planning::{Planned, on_account, show_plan};
use crate::cli::project::Project;
use crate::cli::shell::Shell;
use crate::plan::Plan;
use crate::render::{PlanText, plan_json, report_json};

/// Plans, shows, asks, does.
pub async fn run(shell: &Shell, args: &ApplyArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json, Format::Markdown])?;
    on_account(shell, &args.path, async |project, account| apply(shell, args, format, project, account).await)
        .await
}

async fn apply(
    shell: &Shell,
    args: &ApplyArgs,
    format: Format,
    project: &Project,
    account: &Account,
) -> Result<Exit, CliError> {
    let (options, refresh) = (args.run.options(), args.run.refresh.into());
    let planned = Planned::make(shell, project, account, options, refresh, account.clock.now()).await?;
    let plan = &planned.plan;
    if let Some(path) = &args.plan_file {
        write_json(path, "--plan-file", &plan_json(plan))?;
    }
    let doable = plan.doable().next().is_some();
    match format {
        Format::Text => show_plan(shell, plan, format, args.run.show_phones),
        // stdout is one document: the report, or this plan where there will be none.
        _ if plan.is_refused() => show_plan(shell, plan, format, false),
        _ if doable && !args.yes => shell.ui.err(PlanText::new(plan, &shell.ui.err_text())),
        _ => {}
    }
    if plan.is_refused() {
        return Err(refused(plan));
    }
    check_digest(args, plan)?;
    if !args.execute.allow_new_ledger
        && let Some(error) = planned.new_ledger_in_ci(shell, project, account)
    {
        return Err(error);
    }
    let events = args.events.as_deref().map(|path| create(path, "--events")).transpose()?.map(Mutex::new);
    let report_file = args.report.as_deref().map(|path| create(path, "--report")).transpose()?;
    if doable && !args.yes {
        let question = "\nDo you want to do this? Only 'yes' is accepted:".to_owned();
        agree(shell, question, "yes", "--yes").await?;
    }
    if !is_anything_to_do(plan) && format == Format::Text && report_file.is_none() {
        return Ok(Exit::of_nothing(plan));
    }
    let execution = Execution { command: "apply", parallelism: args.execute.parallelism, events };
    let report = execution.run(shell, project, account, &planned).await?;
    // With nothing to do, the plan has said so already; only what is not as planned is worth a word.
    if format != Format::Text || doable || Exit::of_report(&report) != Exit::Done {
        if format == Format::Text {
            shell.ui.line("");
        }
        show_report(shell, &report, format);
    }
    if let Some(file) = report_file {
        use std::io::Write;
        if let Err(error) = writeln!(&file, "{:#}", report_json(&report)) {
            shell.ui.warn(format_args!("the report could not be written to the file of --report: {error}"));
        }
    }
    Ok(Exit::of_report(&report))
}

fn refused(plan: &Plan) -> CliError {
    let refusals = plan.all_refusals().count();
    let what =
        if refusals == 1 { "one thing in it is".to_owned() } else { format!("{refusals} things in it are") };
    let error =
        CliError::refused(format!("the plan is refused because {what} not allowed; nothing was changed"));
    match plan.all_refusals().next() {
        Some((Some(address), _)) if plan.refusals.is_empty() => {
            error.hint(format!("the plan above says the ways on for {address}; or do the rest with --only"))
        }
        _ => error.hint("the plan above says the ways on"),
    }
}

fn check_digest(args: &ApplyArgs, plan: &Plan) -> Result<(), CliError> {
    let Some(expected) = args.expect.as_deref().map(str::trim) else { return Ok(()) };
    if expected.eq_ignore_ascii_case(plan.digest.as_str()) {
        return Ok(());
    }
    Err(CliError::refused("this is not the plan that was reviewed; nothing was changed")
        .hint(format!("its digest is {}", plan.digest.as_str()))
        .hint("look at what is different with `campaignctl plan`, have it reviewed, and give its digest to --expect"))
}

fn write_json(path: &std::path::Path, flag: &str, value: &serde_json::Value) -> Result<(), CliError> {
    use std::io::Write;
    let mut file = create(path, flag)?;
    writeln!(file, "{value:#}").map_err(|error| {
        CliError::failed(format!("{flag} {}: the file cannot be written", path.display()))
            .because(&error)
            .hint("check that the disk is not full")
    })
}
