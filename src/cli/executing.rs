//! From a plan that was agreed to, to a report: the lock, the ledger read again, the executor, Ctrl-C. The same for
//! `apply` and `destroy`.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;

use super::account::Account;
use super::args::Format;
use super::error::CliError;
use super::exit::Exit;
use super::outputs::Events;
use super::panic;
use super::planning::Planned;
use super::project::Project;
use super::shell::{Shell, real_now};
use super::ui::ProgressView;
use crate::apply::{Executor, Outcome, Progress, Report, Settings};
use crate::plan::{Action, Plan, Verdict};
use crate::render::{ReportText, report_html, report_json, report_markdown};

/// Overrides `policy.settle`.
const SETTLE: &str = "CAMPAIGNCTL_SETTLE_SECONDS";

/// How a plan is carried out.
pub struct Execution<'a> {
    /// The command's name, for whoever finds the ledger locked.
    pub command: &'static str,
    /// Changes that may be under way at a time.
    pub parallelism: u16,
    /// Where each change's end is written, a line of JSON each.
    pub events: Option<&'a Mutex<Events>>,
}

impl Execution<'_> {
    /// Does the plan. An error means that nothing was begun.
    pub async fn run(
        self,
        shell: &Shell,
        project: &Project,
        account: &Account,
        planned: &Planned,
    ) -> Result<Report, CliError> {
        let settings = Settings {
            parallelism: usize::from(self.parallelism.max(1)),
            settle: settle(project.desired.policy.settle)?,
        };
        if shell.ui.is_broken() {
            // What nobody could see is not done. The reason is said at the end.
            return Err(CliError::failed(""));
        }
        let writer = project.lock(shell, self.command, real_now())?;
        if writer.state().seq != planned.ledger.state.seq {
            return Err(CliError::refused(
                "the ledger has changed since this plan was made: another run was faster",
            )
            .hint(format!("run `campaignctl {}` again; it plans anew", self.command)));
        }
        // A key that is renamed takes its stop along for good, before the ledger knows the new name.
        for event in project.store.stops()?.to_carry(&project.desired.moved) {
            project.store.add_stop(&event)?;
        }
        panic::changes_begin();
        let ui = Arc::clone(&shell.ui);
        let interrupt = shell.signals.claim(move |times| match times {
            1 => ui.err("Interrupted: nothing new is begun; what is under way is finished. Once more to stop waiting."),
            2 => ui.err("Not waiting any longer, except for a send that is under way."),
            _ => {}
        });
        let changes = planned.plan.changes.len();
        let view = ProgressView::new(&shell.ui, changes);
        let tell = |progress: Progress| {
            if let (Progress::Ended { number, of, outcome }, Some(events)) = (&progress, self.events) {
                write_event(events, *number, *of, outcome);
            }
            view.show(progress);
        };
        let executor = Executor::new(
            &account.client,
            account.clock.as_ref(),
            project.store.as_ref(),
            writer,
            &project.desired,
            &planned.observed,
            interrupt,
            settings,
            &tell,
        );
        let mut report = executor.run(&planned.plan).await;
        view.finish();
        if shell.signals.heard() && !report.interrupted {
            report.notes.push(
                "The interrupt came when everything had begun: it was finished, and nothing was left."
                    .to_owned(),
            );
        }
        report.requests = account.client.requests_made();
        Ok(report)
    }
}

/// Whether an apply has anything to do: a change, a fact to record, or a held send to look at once more.
pub fn is_anything_to_do(plan: &Plan) -> bool {
    let looks_again = |c: &&crate::plan::Change| {
        matches!((&c.verdict, &c.action), (Verdict::Held(_), Action::Recover { .. }))
    };
    plan.doable().next().is_some() || !plan.records.is_empty() || plan.changes.iter().any(|c| looks_again(&c))
}

/// The exit code of a report. A signal is one also where it left nothing.
pub fn exit_of(shell: &Shell, report: &Report) -> Exit {
    if shell.signals.heard() { Exit::Interrupted } else { Exit::of_report(report) }
}

/// Shows a report on stdout.
pub fn show_report(shell: &Shell, report: &Report, format: Format) {
    match format {
        Format::Json => shell.ui.json(&report_json(report)),
        Format::Markdown => shell.ui.out(report_markdown(report)),
        Format::Html => shell.ui.out(report_html(report)),
        _ => shell.ui.out(ReportText::new(report, &shell.ui.text(false))),
    }
}

/// The last question. Only `answer` in full is a yes.
pub async fn agree(shell: &Shell, question: String, answer: &str, flag: &str) -> Result<(), CliError> {
    // On a thread of its own: a Ctrl-C at the question has to be heard.
    let ui = Arc::clone(&shell.ui);
    let given = tokio::task::spawn_blocking(move || ui.ask(&question)).await.ok().flatten();
    match given {
        Some(given) if given == answer => Ok(()),
        Some(_) => Err(CliError::refused("not agreed to, so nothing was changed")),
        None => Err(CliError::refused(
            "this has to be agreed to and there is nobody to ask, so nothing was changed",
        )
        .hint(format!("to agree beforehand: {flag}"))),
    }
}

fn write_event(events: &Mutex<Events>, number: usize, of: usize, outcome: &Outcome) {
    let value = serde_json::json!({
        "at": real_now().to_string(),
        "number": number,
        "of": of,
        "change": as_in_reports(outcome),
    });
    events.lock().unwrap_or_else(PoisonError::into_inner).write(&value);
}

/// An outcome in the form that it has in a report.
fn as_in_reports(outcome: &Outcome) -> serde_json::Value {
    let report = Report {
        project: String::new(),
        environment: String::new(),
        digest: String::new(),
        started: jiff::Timestamp::UNIX_EPOCH,
        took: SignedDuration::ZERO,
        requests: 0,
        outcomes: vec![outcome.clone()],
        interrupted: false,
        stopped: None,
        notes: Vec::new(),
    };
    report_json(&report)["outcomes"][0].take()
}

fn settle(policy: SignedDuration) -> Result<SignedDuration, CliError> {
    let Some(text) = std::env::var_os(SETTLE) else { return Ok(policy) };
    match text.to_str().and_then(|text| text.trim().parse::<u32>().ok()).filter(|seconds| *seconds <= 86_400)
    {
        Some(seconds) => Ok(SignedDuration::from_secs(i64::from(seconds))),
        None => Err(CliError::failed(format!("{SETTLE} is no number of seconds from 0 to 86400"))
            .hint(format!("unset it, or set {SETTLE}=60"))),
    }
}
