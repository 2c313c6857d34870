//! Who gets what and when, and what it uses.

use jiff::Timestamp;

use super::page::Page;
use super::span::{Paint, Span};
use crate::model::printable;
use crate::plan::{Forecast, LoadForecast, MonthForecast, OverlapForecast, ScheduleForecast, SendForecast};
use crate::render::figures::{count, duration, moment, people, plural};

/// The forecast; nothing where there is none.
pub(super) fn forecast(page: &mut Page, forecast: &Forecast) {
    let Forecast { sends, schedules, month, overlap, load } = forecast;
    if sends.is_empty() && schedules.is_empty() && month.is_none() {
        return;
    }
    page.blank();
    page.heading(Paint::Strong, "Forecast");
    for entry in sends {
        send(page, entry);
    }
    for entry in schedules {
        schedule(page, entry);
    }
    if let Some(entry) = month {
        usage(page, entry);
    }
    if let Some(text) = overlap.as_ref().and_then(overlap_text) {
        page.put(
            &[Span::plain("  ")],
            6,
            &[Span::new(Paint::Strong, "overlap"), Span::plain(format!(": {text}"))],
        );
    }
    if let Some(load) = load {
        let body = [Span::new(Paint::Strong, "per person"), Span::plain(format!(": {}", load_text(load)))];
        page.put(&[Span::plain("  ")], 6, &body);
    }
}

fn send(page: &mut Page, forecast: &SendForecast) {
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
    let body =
        [Span::new(Paint::Strong, address.to_string()), Span::plain(format!(": {}", people(*recipients)))];
    page.put(&[Span::plain("  ")], 6, &body);
    if longest.is_zero() {
        page.say("      ", 8, "goes out at once");
    } else if shortest == longest {
        page.say("      ", 8, &format!("takes {}", duration(*expected)));
    } else {
        let (shortest, expected, longest) = (duration(*shortest), duration(*expected), duration(*longest));
        page.say("      ", 8, &format!("takes about {expected} (between {shortest} and {longest})"));
    }
    let zone = printable(timezone);
    page.say("      ", 8, &format!("started now, it ends about {} ({zone})", moment(*ends, timezone)));
    if let Some((before, after)) = quota {
        let after = if *after < 0 {
            format!("{} too few for this send", count(after.unsigned_abs()))
        } else {
            format!("{} after", count(after.unsigned_abs()))
        };
        page.say("      ", 8, &format!("messages left this month: {} before, {after}", count(*before)));
    }
    if let Some(inside) = in_quiet_hours.filter(|n| *n > 0) {
        page.say("      ", 8, &format!("about {} would get it inside their quiet hours", people(inside)));
    }
}

fn schedule(page: &mut Page, forecast: &ScheduleForecast) {
    let ScheduleForecast { address, recipients, next, timezone, per_month, in_quiet_hours } = forecast;
    let each = format!(": {} each time, {}", people(*recipients), plural(*per_month, "message", "messages"));
    let body = [Span::new(Paint::Strong, address.to_string()), Span::plain(format!("{each} in a month"))];
    page.put(&[Span::plain("  ")], 6, &body);
    if next.is_empty() {
        page.say("      ", 8, "does not go out any more");
    }
    for (i, at) in next.iter().enumerate() {
        let zone = if i == 0 { format!(" ({})", printable(timezone)) } else { String::new() };
        let lead = if i == 0 { "      next: " } else { "            " };
        page.say(lead, 12, &format!("{}{zone}", moment(*at, timezone)));
    }
    if let Some(inside) = in_quiet_hours.filter(|n| *n > 0) {
        page.say("      ", 8, &quiet_firings_text(inside));
    }
}

fn usage(page: &mut Page, forecast: &MonthForecast) {
    let body = [Span::new(Paint::Strong, "this month"), Span::plain(format!(": {}", month_text(forecast)))];
    page.put(&[Span::plain("  ")], 6, &body);
    if let Some(at) = forecast.runs_out {
        let text = runs_out_text(at, &forecast.timezone);
        page.put(&[Span::plain("      ")], 8, &[Span::new(Paint::Change, text)]);
    }
}

/// `3,200 messages used and 1,500 planned, 4,700 of 5,000`.
pub(in crate::render) fn month_text(forecast: &MonthForecast) -> String {
    let MonthForecast { limit, used, planned, runs_out: _, timezone: _ } = forecast;
    let used_text = used.map_or_else(
        || "how many messages are used is not known".to_owned(),
        |used| format!("{} used", plural(used, "message", "messages")),
    );
    let total = used.map(|used| used.saturating_add(*planned));
    let total = total.map_or_else(
        || format!("the limit is {}", count(*limit)),
        |total| format!("together {} of {}", count(total), count(*limit)),
    );
    format!("{used_text}, {} planned; {total}", count(*planned))
}

/// The day on which the limit is passed, in the campaign's zone.
pub(in crate::render) fn runs_out_text(at: Timestamp, timezone: &str) -> String {
    format!("! at this rate the limit is passed on {} ({})", moment(at, timezone), printable(timezone))
}

/// `4 firings in a month start inside quiet hours`.
pub(in crate::render) fn quiet_firings_text(firings: u64) -> String {
    let (what, verb) = if firings == 1 { ("firing", "starts") } else { ("firings", "start") };
    format!("{} {what} in a month {verb} inside quiet hours", count(firings))
}

/// `120 of 1,240 people are in more than one of these, up to 3`; nothing where nobody is.
pub(in crate::render) fn overlap_text(forecast: &OverlapForecast) -> Option<String> {
    let OverlapForecast { people: all, several, most } = *forecast;
    let verb = if several == 1 { "is" } else { "are" };
    (several > 0).then(|| {
        format!(
            "{} of {} {verb} in more than one of these, up to {}",
            count(several),
            people(all),
            count(most)
        )
    })
}

/// `nobody gets more than 3 messages in 7 days, 4 weeks ahead`.
pub(in crate::render) fn load_text(forecast: &LoadForecast) -> String {
    let LoadForecast { messages, days, people_over, most, weeks } = *forecast;
    let limit = plural(messages, "message", "messages");
    let span = if days == 1 { "a day".to_owned() } else { format!("in {days} days") };
    if people_over == 0 {
        return format!("nobody gets more than {limit} {span} in the next {weeks} weeks");
    }
    let verb = if people_over == 1 { "gets" } else { "get" };
    format!("{} {verb} more than {limit} {span}; the most is {}", people(people_over), count(most))
}
