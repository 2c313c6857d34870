//! The report of an apply as a page: no message text, no phone number.

use super::escape::{code, escaped, sentence};
use super::lists::{capped, hold_item, section, tiles};
use super::page::Page;
use crate::apply::{ChangeResult, Outcome, Report};
use crate::render::figures::{count, duration, moment, plural, wide};
use crate::render::summary::{ReportSummary, next_steps};
use crate::render::words;

/// `report` as one page: no phone number, no message text.
pub fn report_html(report: &Report) -> String {
    let Report {
        project,
        environment,
        digest,
        started,
        took,
        requests,
        outcomes,
        interrupted,
        stopped,
        notes,
    } = report;
    let summary = ReportSummary::of(report);
    let cost = format!("{} in {}", plural(*requests, "request", "requests"), duration(*took));
    let mut main = verdict(report, &summary);
    if let Some(why) = stopped {
        main.push_str(&format!("<p class=\"verdict bad\"><strong>Stopped:</strong> {}</p>\n", sentence(why)));
    }
    if *interrupted {
        main.push_str(
            "<p class=\"verdict care\"><strong>Interrupted:</strong> what had begun was finished or recorded, the rest was left.</p>\n",
        );
    }
    let steps: Vec<String> =
        next_steps(report).iter().map(|s| format!("<li>{}</li>\n", sentence(s))).collect();
    main.push_str(&section("next", "notes", "What to do next", steps, "steps"));
    let holds: Vec<String> = outcomes
        .iter()
        .filter_map(|o| match &o.result {
            ChangeResult::Held(hold) => Some(hold_item(&o.address.to_string(), hold)),
            _ => None,
        })
        .collect();
    let heading = "? Held: what became of this is not known, and a person must settle it";
    main.push_str(&section("held", "alarm", heading, holds, "held"));
    let (done, other): (Vec<&Outcome>, Vec<&Outcome>) =
        outcomes.iter().partition(|o| matches!(o.result, ChangeResult::Done { .. }));
    // What was done is folded where something else is to be seen.
    let open = if other.is_empty() { " open" } else { "" };
    let other: Vec<String> = other.into_iter().map(line).collect();
    main.push_str(&section("not-done", "outcomes", "Not done", other, "changes"));
    if !done.is_empty() {
        main.push_str(&format!(
            "<section class=\"outcomes\">\n<details{open}>\n<summary><h2>{} done</h2></summary>\n<ul>\n{}</ul>\n</details>\n</section>\n",
            count(wide(done.len())),
            capped(done.into_iter().map(line), "changes")
        ));
    }
    let notes: Vec<String> = notes.iter().map(|note| format!("<li>{}</li>\n", sentence(note))).collect();
    main.push_str(&section("notes", "notes", "To know", notes, "notes"));
    let lead = format!("Begun {}. {cost}.", sentence(&moment(*started, "UTC")));
    let foot = format!(
        "<p>Digest of the plan that was run:<br><code class=\"digest\">{}</code></p>\n",
        escaped(digest)
    );
    let controls = "<button type=\"button\" id=\"unfold\">Open all</button>\n";
    Page { kind: "Report", project, environment, lead, controls, main, foot }.html()
}

fn verdict(report: &Report, summary: &ReportSummary) -> String {
    let partial = report.is_partial() || report.is_held() || report.interrupted;
    let (class, verb) = match (report.is_held() || report.stopped.is_some(), partial) {
        (true, _) => ("bad", "Partly applied"),
        (false, true) => ("care", "Partly applied"),
        (false, false) => ("good", "Applied"),
    };
    let ReportSummary { done, failed, skipped, blocked, held, unknown, expired, over } = summary;
    let mut figures = vec![(*done, "done", "add")];
    let more = [
        (*failed, "failed", "remove"),
        (*held, "held", "remove"),
        (*unknown, "unknown", "alter"),
        (*blocked, "blocked", "alter"),
        (*skipped, "skipped", "quiet"),
        (*expired, "expired", "quiet"),
        (*over, "over", "quiet"),
    ];
    figures.extend(more.into_iter().filter(|(n, _, _)| *n > 0));
    // One number is in the sentence already.
    let tiles = if figures.len() > 1 { tiles(&figures) } else { String::new() };
    format!("<p class=\"verdict {class}\">{verb}: {}.</p>\n{tiles}", escaped(&summary.counts()))
}

fn line(outcome: &Outcome) -> String {
    let Outcome { address, kind, result } = outcome;
    let kind = words::of_kind(*kind);
    let text = words::result_text(result).map(|t| format!(": {}", sentence(t))).unwrap_or_default();
    let (mark, word, what, class) = match words::result_marker(result) {
        None => (kind.sign.as_str(), "", kind.done, "add"),
        Some((mark, word)) => (mark, word, kind.plain, result_class(result)),
    };
    let word = if word.is_empty() { String::new() } else { format!("<span class=\"word\">{word}</span> ") };
    format!(
        "<li class=\"line\"><span class=\"sign {class}\" aria-hidden=\"true\">{mark}</span> <span class=\"said\">{word}{} {what}{text}</span></li>\n",
        code(&address.to_string())
    )
}

fn result_class(result: &ChangeResult) -> &'static str {
    match result {
        ChangeResult::Done { .. } => "add",
        ChangeResult::Failed { .. } | ChangeResult::Held(_) => "remove",
        ChangeResult::Blocked { .. } | ChangeResult::Unknown { .. } => "alter",
        ChangeResult::Skipped { .. } | ChangeResult::Expired | ChangeResult::Nothing => "quiet",
    }
}
