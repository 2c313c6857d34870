//! A report as markdown.

use std::fmt::Write as _;

use super::LONGEST;
use super::budget::capped;
use super::escape::{code, sentence};
use super::plan::{hold_item, section};
use crate::apply::{ChangeResult, Outcome, Report};
use crate::render::figures::{duration, plural};
use crate::render::summary::{ReportSummary, next_steps};
use crate::render::words;

/// Bytes for holds and for notes; the list of changes gets the rest.
const HOLDS: usize = 8_000;
const NOTES: usize = 6_000;

/// `report` for a job summary: at most 60,000 bytes, no phone number, no message text.
pub fn report_markdown(report: &Report) -> String {
    let Report {
        project,
        environment,
        digest,
        started: _,
        took,
        requests,
        outcomes,
        interrupted,
        stopped,
        notes,
    } = report;
    let title = sentence(&words::project(project, environment));
    let summary = ReportSummary::of(report);
    let cost = format!("{} in {}", plural(*requests, "request", "requests"), duration(*took));
    let mut head = format!("### campaignctl apply: {title}\n\n**{}.** {cost}.\n", summary.counts());
    if let Some(why) = stopped {
        let _ = write!(head, "\n✗ **Stopped:** {}\n", sentence(why));
    }
    if *interrupted {
        head.push_str("\n**Interrupted:** what had begun was finished or recorded, the rest was left.\n");
    }
    let next: Vec<String> = next_steps(report).iter().map(|s| format!("- {}\n", sentence(s))).collect();
    head.push_str(&section("#### What to do next", &next, NOTES, "steps"));
    let holds: Vec<String> = outcomes
        .iter()
        .filter_map(|o| match &o.result {
            ChangeResult::Held(hold) => Some(hold_item(&o.address.to_string(), hold)),
            _ => None,
        })
        .collect();
    head.push_str(&section("#### ? Held: a person must settle this", &holds, HOLDS, "held"));
    let notes: Vec<String> = notes.iter().map(|note| format!("- {}\n", sentence(note))).collect();
    let mut tail = section("#### To know", &notes, NOTES, "notes");
    let _ = write!(tail, "\nDigest of the plan that was run: {}\n", code(digest));

    let (done, other): (Vec<&Outcome>, Vec<&Outcome>) =
        outcomes.iter().partition(|o| matches!(o.result, ChangeResult::Done { .. }));
    let other: Vec<String> = other.into_iter().map(line).collect();
    let done: Vec<String> = done.into_iter().map(line).collect();
    let room = LONGEST.saturating_sub(head.len() + tail.len() + 200);
    let mut body = section("#### Not done", &other, room, "changes");
    if !done.is_empty() {
        let list = capped(&done, room.saturating_sub(body.len()), "changes");
        let _ = write!(body, "\n<details><summary>{} done</summary>\n\n{list}\n</details>\n", done.len());
    }
    format!("{head}{body}{tail}")
}

fn line(outcome: &Outcome) -> String {
    let Outcome { address, kind, result } = outcome;
    let kind = words::of_kind(*kind);
    let text = words::result_text(result).map(|t| format!(": {}", sentence(t))).unwrap_or_default();
    let address = code(&address.to_string());
    match words::result_marker(result) {
        None => format!("- {} {address} {}{text}\n", code(kind.sign.as_str()), kind.done),
        Some((mark, word)) => format!("- {mark} **{word}** {address}, {}{text}\n", kind.plain),
    }
}
