//! A plan as markdown.

use std::fmt::Write as _;

use super::LONGEST;
use super::budget::capped;
use super::escape::{code, fence, field, html, sentence};
use crate::plan::{
    Block, Change, Detail, Forecast, Hold, Note, NoteLevel, Plan, Refusal, ScheduleForecast, SendForecast,
    Verdict,
};
use crate::render::PlanUse;
use crate::render::diff;
use crate::render::figures::{count, duration, moment, people, plural, wide};
use crate::render::fitting::{Fitted, Unseen, WHOLE, fit, summed, unseen};
use crate::render::headline::headline;
use crate::render::summary::Summary;
use crate::render::text::forecast::{load_text, month_text, overlap_text, quiet_firings_text, runs_out_text};
use crate::render::words;

/// Bytes for each of the parts beside the changes, which get the rest.
const REFUSALS: usize = 12_000;
const HOLDS: usize = 8_000;
const NOTES: usize = 6_000;
const FORECAST: usize = 8_000;
/// For the heading over the changes.
const HEADING: usize = 100;
/// For the line that sums up the changes that are left out: one part for each kind of change and each verdict.
const REST: usize = 1_600;
/// For what is sent and is left out.
const UNSEEN: usize = 6_000;

/// `plan` for a pull request: at most 60,000 bytes, no phone number, no member's name.
pub fn plan_markdown(plan: &Plan, used_for: PlanUse) -> String {
    let Plan {
        project,
        environment,
        account,
        host,
        now,
        changes,
        notes,
        refusals: _,
        forecast,
        unchanged: _,
        read_back: _,
        requests_per_minute: _,
        digest,
        records: _,
    } = plan;
    let closing = Summary::of(plan).closing();
    let title = sentence(&words::project(project, environment));
    let head = format!("### campaignctl plan: {title}\n\n**{}**\n", sentence(&closing));
    let settle = format!("{}{}", refusals(plan), holds(changes));
    let mut tail = write_notes(notes);
    tail.push_str(&write_forecast(forecast));
    let made = moment(*now, "UTC");
    let _ = write!(tail, "\nAccount {} on {}, {made}.", code(account), code(host));
    tail.push_str(&if used_for.has_digest() {
        format!(" Digest of this plan, for `apply --expect`:\n\n`{digest}`\n")
    } else {
        "\n".to_owned()
    });
    let room = LONGEST.saturating_sub(head.len() + settle.len() + tail.len());
    let (warning, body) = write_changes(changes, room);
    format!("{head}{warning}{settle}{body}{tail}")
}

/// What is to be said first where not everything that is sent can be shown, and the changes; together `room` bytes at
/// most.
fn write_changes(changes: &[Change], room: usize) -> (String, String) {
    if changes.is_empty() {
        return (String::new(), String::new());
    }
    let number = plural(wide(changes.len()), "change", "changes");
    let room = room.saturating_sub(HEADING);
    let mut fitted = fit(changes, room, change);
    if !fitted.left.is_empty() {
        let room = room.saturating_sub(REST);
        fitted = fit(changes, room, change);
        if unseen(&fitted.left).is_some() {
            fitted = fit(changes, room.saturating_sub(UNSEEN), change);
        }
    }
    let Fitted { shown, left } = fitted;
    let blocks = shown.concat();
    if left.is_empty() {
        return (String::new(), format!("\n#### {number}, in this order\n\n{blocks}"));
    }
    let warning = unseen(&left).map_or_else(String::new, |unseen| warning(&unseen));
    let rest = summed(&left);
    let body = format!(
        "\n#### {number}; what goes to people first\n\n{blocks}\n… and {rest} (not shown here for length; the \
         plan's text has all)\n"
    );
    (warning, body)
}

fn warning(unseen: &Unseen<'_>) -> String {
    let Unseen { lead, items } = unseen;
    let mut out = format!("\n> ⚠ **This does not show everything that is sent: {lead}.** {WHOLE}\n>\n");
    let items: Vec<String> =
        items.iter().map(|(address, what)| format!("> - {}: {what}\n", code(&address.to_string()))).collect();
    let room = UNSEEN.saturating_sub(out.len());
    out.push_str(&capped(&items, room, "of them"));
    out
}

fn refusals(plan: &Plan) -> String {
    let items: Vec<String> = plan
        .all_refusals()
        .map(|(address, Refusal { rule, text, ways, only_flag: _ })| {
            let about = address.map_or_else(|| "the whole plan".to_owned(), |a| code(&a.to_string()));
            format!("- {about}: {} ({})\n{}", sentence(text), code(rule), bullets(ways))
        })
        .collect();
    section("#### ✗ Refused: nothing is changed until this is settled", &items, REFUSALS, "refusals")
}

fn holds(changes: &[Change]) -> String {
    let items: Vec<String> = changes
        .iter()
        .filter_map(|c| match &c.verdict {
            Verdict::Held(hold) => Some(hold_item(&c.address.to_string(), hold)),
            _ => None,
        })
        .collect();
    section("#### ? Held: a person must settle this", &items, HOLDS, "held")
}

pub(super) fn hold_item(address: &str, hold: &Hold) -> String {
    let Hold { text, evidence, ways } = hold;
    let mut item = format!("- {}: {}\n", code(address), sentence(text));
    if !evidence.is_empty() {
        let _ = write!(item, "  - What was found:\n{}", deeper(evidence, sentence));
    }
    if !ways.is_empty() {
        let _ = write!(item, "  - To settle it, one of:\n{}", deeper(ways, sentence));
    }
    item
}

fn deeper(lines: &[String], show: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for line in lines.iter().take(20) {
        let _ = writeln!(out, "    - {}", show(line));
    }
    if lines.len() > 20 {
        let _ = writeln!(out, "    - … and {} more", lines.len() - 20);
    }
    out
}

fn bullets(lines: &[String]) -> String {
    let mut out = String::new();
    for line in lines.iter().take(20) {
        let _ = writeln!(out, "  - {}", sentence(line));
    }
    out
}

pub(super) fn section(heading: &str, items: &[String], limit: usize, what: &str) -> String {
    if items.is_empty() {
        return String::new();
    }
    format!("\n{heading}\n\n{}", capped(items, limit, what))
}

fn change(change: &Change) -> String {
    let title = headline(change);
    let Change {
        address,
        kind,
        step: _,
        verdict,
        also_refused: _,
        reason,
        details,
        requests: _,
        needs: _,
        action: _,
    } = change;
    let mark = match words::marker(verdict) {
        None => words::of_kind(*kind).sign.as_str().to_owned(),
        Some((mark, word)) => format!("{mark} {word}"),
    };
    let mut body = String::new();
    if !reason.is_empty() {
        let _ = write!(body, "{}\n\n", sentence(reason));
    }
    let why = match verdict {
        Verdict::Go | Verdict::Refused(_) | Verdict::Held(_) => None,
        Verdict::Blocked(Block { rule: _, text }) => Some(format!("Not now: {}", sentence(text))),
        Verdict::Expired => Some(sentence(words::EXPIRED)),
        Verdict::Over => Some(sentence(words::OVER)),
    };
    if let Some(why) = why {
        let _ = write!(body, "{why}\n\n");
    }
    for entry in details {
        detail(&mut body, entry);
    }
    let line = format!("<code>{mark}</code> <code>{}</code>: {}", html(&address.to_string()), html(&title));
    if body.is_empty() {
        // As HTML, so that nothing in the line is read as markdown.
        return format!("<p>{line}</p>\n\n");
    }
    format!("<details><summary>{line}</summary>\n\n{}\n\n</details>\n\n", body.trim())
}

fn detail(body: &mut String, detail: &Detail) {
    let item = match detail {
        Detail::Field { name, old: None, new: None } => format!("- {}: changed", code(name)),
        Detail::Field { name, old: None, new: Some(new) } => {
            format!("- {}: {}", code(name), field(name, new))
        }
        Detail::Field { name, old: Some(old), new } => {
            let new = new.as_deref().map_or_else(|| "(none)".to_owned(), |new| field(name, new));
            format!("- {}: {} → {new}", code(name), field(name, old))
        }
        Detail::Text { old, new, hidden } => message(old.as_deref(), new.as_deref(), *hidden),
        Detail::Added(phones) => format!("- {} added", plural(wide(phones.len()), "member", "members")),
        Detail::Removed(phones) => format!("- {} removed", plural(wide(phones.len()), "member", "members")),
        Detail::Suppressed(phones) => {
            format!("- {} of those removed: suppressed", count(wide(phones.len())))
        }
        Detail::Info(text) => format!("- {}", sentence(text)),
    };
    body.push_str(&item);
    body.push('\n');
}

fn message(old: Option<&str>, new: Option<&str>, hidden: bool) -> String {
    let split = |sign: &str, text: &str| text.split('\n').map(|l| format!("{sign}{l}")).collect::<Vec<_>>();
    match (old, new) {
        (Some(old), Some(new)) => {
            let lines = match diff::lines(old, new) {
                Some(lines) => lines.into_iter().map(|(sign, line)| format!("{sign}{line}")).collect(),
                None => [split("-", old), split("+", new)].concat(),
            };
            format!("\nMessage:\n{}", fence("diff", &lines))
        }
        (None, Some(new)) if hidden => {
            format!(
                "\nMessage changed (MoltFlow does not show the old one); new:\n{}",
                fence("text", &split("", new))
            )
        }
        (None, Some(new)) => format!("\nMessage:\n{}", fence("text", &split("", new))),
        (Some(old), None) => format!("\nMessage, taken out:\n{}", fence("diff", &split("-", old))),
        (None, None) => "- message: changed (MoltFlow does not show the old one)".to_owned(),
    }
}

fn write_notes(notes: &[Note]) -> String {
    let of = |wanted: NoteLevel, sign: &str| -> Vec<String> {
        notes
            .iter()
            .filter(|n| n.level == wanted)
            .map(|Note { address, level: _, code: _, text }| {
                let about =
                    address.as_ref().map(|a| format!("{}: ", code(&a.to_string()))).unwrap_or_default();
                format!("- {sign}{about}{}\n", sentence(text))
            })
            .collect()
    };
    let mut items = of(NoteLevel::Warning, "⚠ ");
    items.extend(of(NoteLevel::Info, ""));
    section("#### To know", &items, NOTES, "notes")
}

fn write_forecast(forecast: &Forecast) -> String {
    let Forecast { sends, schedules, month, overlap, load } = forecast;
    let mut items: Vec<String> = Vec::new();
    if let Some(month) = month {
        items.push(format!("- this month: {}\n", sentence(&month_text(month))));
        items.extend(
            month.runs_out.map(|at| format!("- {}\n", sentence(&runs_out_text(at, &month.timezone)))),
        );
    }
    items.extend(
        overlap.as_ref().and_then(overlap_text).map(|text| format!("- overlap: {}\n", sentence(&text))),
    );
    items.extend(load.as_ref().map(|load| format!("- per person: {}\n", sentence(&load_text(load)))));
    items.extend(sends.iter().map(send));
    items.extend(schedules.iter().map(schedule));
    if items.is_empty() {
        return String::new();
    }
    let list = capped(&items, FORECAST, "forecasts");
    format!("\n<details><summary>Forecast</summary>\n\n{list}\n</details>\n")
}

fn send(forecast: &SendForecast) -> String {
    let SendForecast {
        address,
        recipients,
        shortest,
        expected,
        longest,
        ends,
        timezone,
        quota,
        in_quiet_hours,
    } = forecast;
    let quiet = in_quiet_hours.filter(|n| *n > 0).map_or_else(String::new, |inside| {
        format!("; about {} would get it inside their quiet hours", people(inside))
    });
    let quota = quota.map_or_else(String::new, |(before, after)| {
        let minus = if after < 0 { "-" } else { "" };
        format!("; messages left this month: {} → {minus}{}", count(before), count(after.unsigned_abs()))
    });
    format!(
        "- {}: {}, about {} ({} to {}), ends about {} ({}) if started now{quota}{quiet}\n",
        code(&address.to_string()),
        people(*recipients),
        duration(*expected),
        duration(*shortest),
        duration(*longest),
        moment(*ends, timezone),
        sentence(timezone),
    )
}

fn schedule(forecast: &ScheduleForecast) -> String {
    let ScheduleForecast { address, recipients, next, timezone, per_month, in_quiet_hours } = forecast;
    let quiet = in_quiet_hours
        .filter(|n| *n > 0)
        .map_or_else(String::new, |inside| format!("; {}", quiet_firings_text(inside)));
    let next = if next.is_empty() {
        "does not go out any more".to_owned()
    } else {
        let next: Vec<String> = next.iter().map(|at| moment(*at, timezone)).collect();
        format!("next {} ({})", next.join("; "), sentence(timezone))
    };
    let month = plural(*per_month, "message", "messages");
    format!(
        "- {}: {} each time, {month} in a month; {next}{quiet}\n",
        code(&address.to_string()),
        people(*recipients)
    )
}
