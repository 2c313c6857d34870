//! `apply`: plan, show, ask, do.

use std::path::Path;

use jiff::SignedDuration;
use serde_json::Value;

use crate::apply::{ChangeResult, Report};
use crate::cli::account::Account;
use crate::cli::args::{ApplyArgs, Format};
use crate::cli::error::CliError;
use crate::cli::executing::{Execution, agree, exit_of, is_anything_to_do, show_report};
use crate::cli::exit::Exit;
use crate::cli::outputs::Outputs;
use crate::cli::panic;
use crate::cli::planning::{Planned, on_account, show_plan};
use crate::cli::project::Project;
use crate::cli::shell::Shell;
use crate::model::one_line;
use crate::plan::Plan;
use crate::render::{CompareError, PlanText, PlanUse, differences, digest_of, is_altered, plan_json};

/// Plans, shows, asks, does.
pub async fn run(shell: &Shell, args: &ApplyArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json, Format::Markdown, Format::Html])?;
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
    let (events, report) = (args.events.as_deref(), args.report.as_deref());
    let outputs = Outputs::create(&shell.global, project, events, report, args.plan_file.as_deref()).await?;
    let ended = agreed(shell, args, format, project, account, &outputs).await;
    // Whoever reads the file must not take an earlier run's report for this one's.
    let written = match &ended {
        Err(error) => outputs.write(&nothing_done(project, account, error)),
        Ok((_, Some(report))) => outputs.write(report),
        Ok((_, None)) => Ok(()),
    };
    let mut unwritten = false;
    for (flag, error) in [("--events", outputs.broken_events()), ("--report", written.err())] {
        let Some(error) = error else { continue };
        unwritten = true;
        let error = CliError::failed(format!("the file of {flag} could not be written, and is not whole"))
            .because(&error)
            .hint("what was done is in the ledger: campaignctl status");
        shell.ui.error(&error);
    }
    // As where stdout cannot be written: a failure, unless something worse or better known has happened.
    ended.map(|(exit, _)| if unwritten && exit == Exit::Done { panic::exit() } else { exit })
}

async fn agreed(
    shell: &Shell,
    args: &ApplyArgs,
    format: Format,
    project: &Project,
    account: &Account,
    outputs: &Outputs,
) -> Result<(Exit, Option<Report>), CliError> {
    let (options, refresh) = (args.run.options(), args.run.refresh.into());
    let planned = Planned::make(shell, project, account, options, refresh, account.clock.now()).await?;
    let plan = &planned.plan;
    let reviewed = args.plan_file.as_deref().map(read_plan).transpose()?;
    let doable = plan.doable().next().is_some();
    match format {
        Format::Text => show_plan(shell, plan, format, args.run.show_phones, PlanUse::Apply),
        // stdout is one document: the report, or this plan where there will be none.
        _ if plan.is_refused() => show_plan(shell, plan, format, false, PlanUse::Apply),
        _ if doable && !args.yes => shell.ui.err(PlanText::new(plan, &shell.ui.err_text())),
        _ => {}
    }
    check_reviewed(args.expect.as_deref(), reviewed.as_ref(), plan)?;
    if plan.is_refused() {
        return Err(refused(plan));
    }
    if !args.execute.allow_new_ledger
        && let Some(error) = planned.new_ledger_in_ci(shell, project, account)
    {
        return Err(error);
    }
    if doable && !args.yes {
        let question = "\nDo you want to do this? Only 'yes' is accepted:".to_owned();
        agree(shell, question, "yes", "--yes").await?;
    }
    if !is_anything_to_do(plan) && format == Format::Text && !outputs.has_report() {
        return Ok((Exit::of_nothing(plan), None));
    }
    let execution = Execution {
        command: "apply",
        parallelism: args.execute.parallelism,
        events: outputs.events.as_ref(),
    };
    let report = execution.run(shell, project, account, &planned).await?;
    // With nothing to do, the plan has said so already; only what is not as planned is worth a word, such as a held send
    // whose job was found.
    let found = report.count(|result| matches!(result, ChangeResult::Done { .. })) > 0;
    if format != Format::Text || doable || found || Exit::of_report(&report) != Exit::Done {
        if format == Format::Text {
            shell.ui.line("");
        }
        show_report(shell, &report, format);
    }
    Ok((exit_of(shell, &report), Some(report)))
}

/// The report of an apply that ended before it began.
fn nothing_done(project: &Project, account: &Account, error: &CliError) -> Report {
    Report {
        project: project.desired.project.clone(),
        environment: project.desired.environment.clone(),
        digest: String::new(),
        started: account.clock.now(),
        took: SignedDuration::ZERO,
        requests: account.client.requests_made(),
        outcomes: Vec::new(),
        interrupted: false,
        stopped: Some(error.message.clone()),
        notes: Vec::new(),
    }
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

/// What was reviewed is what runs: by its digest, or by the plan's own JSON; where it is another plan, what differs
/// is said.
fn check_reviewed(expect: Option<&str>, reviewed: Option<&Value>, plan: &Plan) -> Result<(), CliError> {
    let of_file = match reviewed {
        Some(reviewed) => Some(digest_of(reviewed).map_err(|error| not_a_plan(&error))?),
        None => None,
    };
    let expect = expect.map(str::trim);
    if let (Some(expect), Some(of_file)) = (expect, of_file)
        && !expect.eq_ignore_ascii_case(of_file)
    {
        return Err(CliError::refused(
            "--expect and --plan-file are of two different plans; nothing was changed",
        )
        .hint(format!("the plan in the file has the digest {}", one_line(of_file, 64)))
        .hint("give both of the plan that was reviewed, or one of them"));
    }
    let expected: Vec<&str> = expect.into_iter().chain(of_file).collect();
    if expected.iter().all(|digest| digest.eq_ignore_ascii_case(plan.digest.as_str())) {
        return match reviewed {
            Some(reviewed) if is_altered(reviewed, &plan_json(plan)).map_err(|error| not_a_plan(&error))? => {
                Err(CliError::refused(
                    "the plan file does not show what its digest stands for: it was changed after it was made; \
                     nothing was changed on the account",
                )
                .hint("have the present plan reviewed (`campaignctl plan`), and give the file that plan wrote"))
            }
            _ => Ok(()),
        };
    }
    let mut error = CliError::refused("this is not the plan that was reviewed; nothing was changed");
    if let Some(reviewed) = reviewed {
        for line in differences(reviewed, &plan_json(plan)).map_err(|error| not_a_plan(&error))? {
            error = error.detail(line);
        }
    } else {
        error = error.hint(
            "with --plan-file FILE (the reviewed plan, from `plan --format json`) it says what differs",
        );
    }
    Err(error
        .hint(format!("the present plan's digest is {}", plan.digest.as_str()))
        .hint("have the present plan reviewed (`campaignctl plan`), and give its digest to --expect"))
}

fn not_a_plan(error: &CompareError) -> CliError {
    CliError::failed(format!("--plan-file: {error}"))
        .hint("give it the file that `campaignctl plan --format json > FILE` wrote")
}

/// The largest reviewed plan that is read, in bytes.
const MAX_PLAN: u64 = 64 << 20;

fn read_plan(path: &Path) -> Result<Value, CliError> {
    let failed = |error: &std::io::Error| {
        CliError::failed(format!("--plan-file {}: the file cannot be read", path.display()))
            .because(error)
            .hint("give it the file that `campaignctl plan --format json > FILE` wrote")
    };
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(file, MAX_PLAN), &mut text)
        .map_err(|error| failed(&error))?;
    serde_json::from_slice(&text).map_err(|_| not_a_plan(&CompareError::NotAPlan))
}
