//! A plan as text.

use std::fmt;

use super::options::TextOptions;
use super::page::Page;
use super::span::{Paint, Span};
use super::{change, forecast};
use crate::model::{Address, one_line, printable};
use crate::plan::{Hold, Note, NoteLevel, Plan, Refusal, Verdict};
use crate::render::PlanUse;
use crate::render::redact::masked;
use crate::render::summary::Summary;
use crate::render::words;

/// A plan as text, ending with a line feed.
#[derive(Debug, Clone, Copy)]
pub struct PlanText<'a> {
    plan: &'a Plan,
    options: TextOptions,
    used_for: PlanUse,
}

impl<'a> PlanText<'a> {
    /// The text of `plan`, to be applied.
    pub fn new(plan: &'a Plan, options: &TextOptions) -> Self {
        Self { plan, options: *options, used_for: PlanUse::Apply }
    }

    /// The same for another use.
    #[must_use]
    pub fn used_for(mut self, used_for: PlanUse) -> Self {
        self.used_for = used_for;
        self
    }
}

impl fmt::Display for PlanText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page::new(&self.options);
        write(&mut page, self.plan, &self.options, self.used_for);
        f.write_str(&page.finish())
    }
}

fn write(page: &mut Page, plan: &Plan, options: &TextOptions, used_for: PlanUse) {
    let summary = Summary::of(plan);
    let Plan {
        project,
        environment,
        account,
        host,
        now: _,
        changes,
        notes,
        refusals,
        forecast,
        unchanged: _,
        read_back: _,
        requests_per_minute: _,
        digest,
        records: _,
    } = plan;
    header(page, project, environment, account, host);
    let nothing = changes.is_empty() && refusals.is_empty();
    if nothing {
        page.heading(Paint::Strong, &summary.closing());
    }
    for entry in changes {
        page.blank();
        change::change(page, entry, changes, options);
    }
    write_notes(page, notes);
    // An unchanged project says so and nothing about what does not change; the forecast is in the JSON always.
    if !summary.is_quiet() || options.verbose {
        forecast::forecast(page, forecast);
    }
    let holds = changes.iter().filter_map(|c| match &c.verdict {
        Verdict::Held(hold) => Some((&c.address, hold)),
        _ => None,
    });
    write_holds(page, holds);
    write_refusals(page, plan);
    if !nothing {
        let paint = if summary.refused > 0 { Paint::Alarm } else { Paint::Strong };
        page.blank();
        page.heading(paint, &summary.closing());
        if used_for.has_digest() {
            page.blank();
            page.heading(Paint::Plain, "Digest of this plan, for apply --expect:");
            page.raw(digest.as_str());
        }
    }
}

fn header(page: &mut Page, project: &str, environment: &str, account: &str, host: &str) {
    let title = words::project(&one_line(project, 60), &one_line(environment, 60));
    let place = if host == "sandbox" {
        " in the sandbox (nothing reaches real people)".to_owned()
    } else {
        format!(" on account {} ({})", one_line(account, 60), one_line(host, 80))
    };
    page.put(&[], 2, &[Span::new(Paint::Strong, format!("Plan for {title}")), Span::plain(place)]);
    page.blank();
}

/// Warnings first; the order is otherwise the plan's.
fn write_notes(page: &mut Page, notes: &[Note]) {
    if notes.is_empty() {
        return;
    }
    page.blank();
    page.heading(Paint::Strong, "To know");
    for level in [NoteLevel::Warning, NoteLevel::Info] {
        for Note { address, level: _, code: _, text } in notes.iter().filter(|n| n.level == level) {
            let (sign, paint) = match level {
                NoteLevel::Warning => ("  ! ", Paint::Change),
                NoteLevel::Info => ("  · ", Paint::Dim),
            };
            let about = address.as_ref().map(|a| format!("{a}: ")).unwrap_or_default();
            let body = [Span::new(Paint::Strong, about), Span::plain(masked(&printable(text)))];
            page.put(&[Span::new(paint, sign)], 6, &body);
        }
    }
}

pub(super) fn write_holds<'a>(page: &mut Page, holds: impl Iterator<Item = (&'a Address, &'a Hold)>) {
    let mut holds = holds.peekable();
    if holds.peek().is_none() {
        return;
    }
    page.blank();
    page.heading(Paint::Alarm, "? HELD: what became of this is not known, and a person must settle it.");
    for (address, Hold { text, evidence, ways }) in holds {
        page.blank();
        let body = [Span::new(Paint::Strong, format!("{address}: ")), Span::plain(masked(&printable(text)))];
        page.put(&[Span::plain("  ")], 4, &body);
        if !evidence.is_empty() {
            page.say("    ", 4, "What was found:");
            for item in evidence {
                page.say("      • ", 8, &masked(&printable(item)));
            }
        }
        write_ways(page, "To settle it, one of:", ways);
    }
}

fn write_refusals(page: &mut Page, plan: &Plan) {
    if !plan.is_refused() {
        return;
    }
    page.blank();
    page.heading(Paint::Alarm, "✗ REFUSED: nothing is changed until this is settled.");
    for (address, Refusal { rule, text, ways, only_flag: _ }) in plan.all_refusals() {
        page.blank();
        let about = address.map_or_else(|| "the whole plan".to_owned(), ToString::to_string);
        let body = [
            Span::new(Paint::Strong, format!("{about}: ")),
            Span::plain(masked(&printable(text))),
            Span::new(Paint::Dim, format!(" ({rule})")),
        ];
        page.put(&[Span::plain("  ")], 4, &body);
        write_ways(page, "Ways on:", ways);
    }
}

fn write_ways(page: &mut Page, title: &str, ways: &[String]) {
    if ways.is_empty() {
        return;
    }
    page.say("    ", 4, title);
    for way in ways {
        page.say("      • ", 8, &printable(way));
    }
}
