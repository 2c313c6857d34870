//! A plan as a page.

use super::change::change;
use super::escape::{code, escaped, sentence};
use super::forecast::forecast;
use super::lists::{LONGEST, hold_item, section, tiles, under};
use super::page::Page;
use crate::plan::{Change, Note, NoteLevel, Plan, Refusal, Verdict};
use crate::render::PlanUse;
use crate::render::figures::{moment, plural, wide};
use crate::render::fitting::{Fitted, Unseen, WHOLE, fit, summed, unseen};
use crate::render::summary::Summary;

/// Opens and closes what is folded.
const CONTROLS: &str = "<button type=\"button\" id=\"unfold\">Open all</button>\n";

/// `plan` as one page: no phone number, no member's name.
pub fn plan_html(plan: &Plan, used_for: PlanUse) -> String {
    let Plan {
        project,
        environment,
        account,
        host,
        now,
        changes,
        notes,
        refusals: _,
        forecast: ahead,
        unchanged,
        read_back: _,
        requests_per_minute: _,
        digest,
        records: _,
    } = plan;
    let summary = Summary::of(plan);
    let lead = if host == "sandbox" {
        "In the sandbox: nothing reaches real people.".to_owned()
    } else {
        format!("On account {} ({}).", code(account), sentence(host))
    };
    let mut main = verdict(&summary);
    let (warning, list) = list(changes);
    main.push_str(&warning);
    main.push_str(&refusals(plan));
    main.push_str(&holds(changes));
    main.push_str(&list);
    main.push_str(&write_notes(notes));
    main.push_str(&forecast(ahead));
    let mut foot = format!("<p>Made {} by campaignctl.", sentence(&moment(*now, "UTC")));
    if *unchanged > 0 {
        let objects = plural(wide(*unchanged), "object stays", "objects stay");
        foot.push_str(&format!(" {objects} as they are."));
    }
    foot.push_str("</p>\n");
    if used_for.has_digest() {
        foot.push_str(&format!(
            "<p>Digest of this plan, for <code>apply --expect</code>:<br><code class=\"digest\">{}</code></p>\n",
            escaped(digest.as_str())
        ));
    }
    let kind = if used_for.has_digest() { "Plan" } else { "Plan to destroy" };
    Page { kind, project, environment, lead, controls: CONTROLS, main, foot }.html()
}

fn verdict(summary: &Summary) -> String {
    let class = if summary.refused > 0 {
        "bad"
    } else if summary.held + summary.blocked > 0 {
        "care"
    } else {
        "good"
    };
    let mut figures = vec![
        (summary.create, "to create", "add"),
        (summary.change, "to change", "alter"),
        (summary.send, "to send", "send"),
        (summary.delete, "to delete", "remove"),
    ];
    let more = [
        (summary.cancel, "to cancel", "remove"),
        (summary.refused, "refused", "remove"),
        (summary.held, "held", "remove"),
        (summary.blocked, "blocked", "alter"),
        (summary.expired, "expired", "quiet"),
        (summary.over, "over", "quiet"),
    ];
    figures.extend(more.into_iter().filter(|(n, _, _)| *n > 0));
    let tiles = if figures.iter().all(|(n, _, _)| *n == 0) { String::new() } else { tiles(&figures) };
    format!("<p class=\"verdict {class}\">{}</p>\n{tiles}", escaped(&summary.closing()))
}

fn refusals(plan: &Plan) -> String {
    let items: Vec<String> = plan
        .all_refusals()
        .map(|(address, Refusal { rule, text, ways, only_flag: _ })| {
            let about = address.map_or_else(|| "The whole plan:".to_owned(), |a| code(&a.to_string()));
            format!(
                "<li><p>{about} {} <span class=\"rule\">({})</span></p>\n{}</li>\n",
                sentence(text),
                escaped(rule),
                under("Ways on:", ways)
            )
        })
        .collect();
    section("refused", "alarm", "✗ Refused: nothing is changed until this is settled", items, "refusals")
}

fn holds(changes: &[Change]) -> String {
    let items: Vec<String> = changes
        .iter()
        .filter_map(|c| match &c.verdict {
            Verdict::Held(hold) => Some(hold_item(&c.address.to_string(), hold)),
            _ => None,
        })
        .collect();
    section(
        "held",
        "alarm",
        "? Held: what became of this is not known, and a person must settle it",
        items,
        "held",
    )
}

/// What is to be said first where not everything that is sent can be shown, and the changes.
fn list(changes: &[Change]) -> (String, String) {
    if changes.is_empty() {
        return (String::new(), String::new());
    }
    let Fitted { shown, left } = fit(changes, LONGEST, change);
    let number = plural(wide(changes.len()), "change", "changes");
    let (order, rest) = if left.is_empty() {
        (", in this order", String::new())
    } else {
        let rest = sentence(&summed(&left));
        let rest = format!(
            "<li class=\"more\">… and {rest} (not shown here for length; the plan's text has all)</li>\n"
        );
        ("; what goes to people first", rest)
    };
    let list = format!(
        "<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">{number}{order}</h2>\n<ol class=\"changes\">\n{}{rest}</ol>\n</section>\n",
        shown.concat()
    );
    (unseen(&left).map_or_else(String::new, |unseen| warning(&unseen)), list)
}

fn warning(unseen: &Unseen<'_>) -> String {
    let Unseen { lead, items } = unseen;
    let lead = format!("<li><p>{}. {WHOLE}</p></li>\n", sentence(lead));
    let items =
        items.iter().map(|(address, what)| format!("<li>{}: {what}</li>\n", code(&address.to_string())));
    let items = std::iter::once(lead).chain(items).collect();
    section("unseen", "alarm", "⚠ This page does not show everything that is sent", items, "of them")
}

fn write_notes(notes: &[Note]) -> String {
    let of = |wanted: NoteLevel, sign: &'static str| {
        notes.iter().filter(move |n| n.level == wanted).map(
            move |Note { address, level: _, code: _, text }| {
                let about =
                    address.as_ref().map(|a| format!("{} ", code(&a.to_string()))).unwrap_or_default();
                format!("<li>{sign}{about}{}</li>\n", sentence(text))
            },
        )
    };
    let warning = "<strong class=\"warn\">Warning:</strong> ";
    let items: Vec<String> = of(NoteLevel::Warning, warning).chain(of(NoteLevel::Info, "")).collect();
    section("notes", "notes", "To know", items, "notes")
}
