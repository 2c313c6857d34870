//! Who gets what and when, and what it uses.

use std::fmt::Write as _;

use super::escape::{code, escaped, sentence};
use super::lists::capped;
use crate::plan::{Forecast, ScheduleForecast, SendForecast};
use crate::render::figures::{count, duration, moment, people, plural};
use crate::render::text::forecast::{load_text, month_text, overlap_text, quiet_firings_text, runs_out_text};

/// The forecast; nothing where there is none.
pub(super) fn forecast(forecast: &Forecast) -> String {
    let Forecast { sends, schedules, month, overlap, load } = forecast;
    let mut items: Vec<String> = Vec::new();
    items.extend(sends.iter().map(send));
    items.extend(schedules.iter().map(schedule));
    let mut account = String::new();
    let mut fact = |what: &str, text: &str| {
        let _ = writeln!(account, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(what), sentence(text));
    };
    if let Some(month) = month {
        fact("This month", &month_text(month));
        if let Some(at) = month.runs_out {
            fact("The limit", runs_out_text(at, &month.timezone).trim_start_matches("! "));
        }
    }
    if let Some(text) = overlap.as_ref().and_then(overlap_text) {
        fact("Overlap", &text);
    }
    if let Some(load) = load {
        fact("Per person", &load_text(load));
    }
    if items.is_empty() && account.is_empty() {
        return String::new();
    }
    if !account.is_empty() {
        items.push(format!("<li><h3>The account</h3>\n<dl>\n{account}</dl></li>\n"));
    }
    format!(
        "<section aria-labelledby=\"forecast\">\n<h2 id=\"forecast\">Forecast</h2>\n<ul class=\"cards\">\n{}</ul>\n</section>\n",
        capped(items, "forecasts")
    )
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
    let takes = if longest.is_zero() {
        "goes out at once".to_owned()
    } else if shortest == longest {
        duration(*expected)
    } else {
        format!("about {} (between {} and {})", duration(*expected), duration(*shortest), duration(*longest))
    };
    let ends = format!("about {} ({timezone}), if started now", moment(*ends, timezone));
    let mut facts = vec![("Goes to", people(*recipients)), ("Takes", takes), ("Ends", ends)];
    if let Some((before, after)) = quota {
        let after = if *after < 0 {
            format!("{} too few for this send", count(after.unsigned_abs()))
        } else {
            format!("{} after", count(after.unsigned_abs()))
        };
        facts.push(("Messages left this month", format!("{} before, {after}", count(*before))));
    }
    if let Some(inside) = in_quiet_hours.filter(|n| *n > 0) {
        facts.push(("Quiet hours", format!("about {} would get it inside theirs", people(inside))));
    }
    card(&address.to_string(), &facts)
}

fn schedule(forecast: &ScheduleForecast) -> String {
    let ScheduleForecast { address, recipients, next, timezone, per_month, in_quiet_hours } = forecast;
    let mut facts = vec![
        ("Goes to", format!("{} each time", people(*recipients))),
        ("In a month", plural(*per_month, "message", "messages")),
    ];
    if next.is_empty() {
        facts.push(("Next", "does not go out any more".to_owned()));
    }
    for (i, at) in next.iter().enumerate() {
        let zone = if i == 0 { format!(" ({timezone})") } else { String::new() };
        facts.push((if i == 0 { "Next" } else { "then" }, format!("{}{zone}", moment(*at, timezone))));
    }
    if let Some(inside) = in_quiet_hours.filter(|n| *n > 0) {
        facts.push(("Quiet hours", quiet_firings_text(inside)));
    }
    card(&address.to_string(), &facts)
}

fn card(address: &str, facts: &[(&str, String)]) -> String {
    let mut out = format!("<li><h3>{}</h3>\n<dl>\n", code(address));
    for (what, text) in facts {
        let _ = writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(what), sentence(text));
    }
    out.push_str("</dl></li>\n");
    out
}
