//! The report of an apply as text: no message text, no phone number.

use std::fmt;

use super::options::TextOptions;
use super::page::Page;
use super::plan::write_holds;
use super::span::{Paint, Span};
use crate::apply::{ChangeResult, Outcome, Report};
use crate::model::{one_line, printable};
use crate::render::figures::{duration, plural};
use crate::render::redact::masked;
use crate::render::summary::{ReportSummary, next_steps};
use crate::render::words;

/// A report as text, ending with a line feed. Plain successes are only counted, unless `verbose`.
#[derive(Debug, Clone, Copy)]
pub struct ReportText<'a> {
    report: &'a Report,
    options: TextOptions,
}

impl<'a> ReportText<'a> {
    /// The text of `report`. `show_phones` changes nothing: reports are kept and passed on.
    pub fn new(report: &'a Report, options: &TextOptions) -> Self {
        Self { report, options: *options }
    }
}

impl fmt::Display for ReportText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page::new(&self.options);
        write(&mut page, self.report, &self.options);
        f.write_str(&page.finish())
    }
}

fn write(page: &mut Page, report: &Report, options: &TextOptions) {
    let summary = ReportSummary::of(report);
    let Report {
        project,
        environment,
        digest: _,
        started: _,
        took,
        requests,
        outcomes,
        interrupted,
        stopped,
        notes,
    } = report;
    for outcome in outcomes {
        line(page, outcome, options.verbose);
    }
    if !notes.is_empty() {
        page.blank();
        page.heading(Paint::Strong, "To know");
        for note in notes {
            page.say("  · ", 6, &masked(&printable(note)));
        }
    }
    let holds = outcomes.iter().filter_map(|o| match &o.result {
        ChangeResult::Held(hold) => Some((&o.address, hold)),
        _ => None,
    });
    write_holds(page, holds);
    page.blank();
    if let Some(why) = stopped {
        let why = format!("Stopped: {}", masked(&printable(why)));
        page.heading(Paint::Alarm, &why);
    }
    if *interrupted {
        page.heading(
            Paint::Change,
            "Interrupted: what had begun was finished or recorded, the rest was left.",
        );
    }
    let title = words::project(&one_line(project, 60), &one_line(environment, 60));
    let cost = format!("{} in {}", plural(*requests, "request", "requests"), duration(*took));
    let partial = report.is_partial() || report.is_held() || *interrupted;
    let verb = if partial { "Partly applied" } else { "Applied" };
    page.heading(Paint::Strong, &format!("{verb} {title}: {}. {cost}.", summary.counts()));
    let steps = next_steps(report);
    if !steps.is_empty() {
        page.blank();
        page.heading(Paint::Strong, "What to do next");
        for step in steps {
            page.say("  • ", 4, &step);
        }
    }
}

/// One line for anything but a plain *done*.
fn line(page: &mut Page, outcome: &Outcome, verbose: bool) {
    let Outcome { address, kind, result } = outcome;
    let kind = words::of_kind(*kind);
    let (mark, paint, what) = match words::result_marker(result) {
        None => (kind.sign.as_str().to_owned(), Paint::Add, kind.done),
        Some((mark, word)) => (format!("{mark} {word}"), paint(result), kind.plain),
    };
    let text = match result {
        ChangeResult::Held(_) => Some(": see HELD below".to_owned()),
        result => words::result_text(result).map(|t| format!(": {}", masked(&printable(t)))),
    };
    if text.is_none() && matches!(result, ChangeResult::Done { .. }) && !verbose {
        return;
    }
    let lead = [Span::plain("  "), Span::new(paint, mark), Span::plain(" ")];
    let body = [
        Span::new(Paint::Strong, address.to_string()),
        Span::plain(format!(", {what}{}", text.unwrap_or_default())),
    ];
    page.put(&lead, 6, &body);
}

fn paint(result: &ChangeResult) -> Paint {
    match result {
        ChangeResult::Done { .. } => Paint::Add,
        ChangeResult::Failed { .. } | ChangeResult::Held(_) => Paint::Alarm,
        ChangeResult::Blocked { .. } | ChangeResult::Unknown { .. } => Paint::Change,
        ChangeResult::Skipped { .. } | ChangeResult::Expired | ChangeResult::Nothing => Paint::Dim,
    }
}
