//! When things go out: the only file of this layer that calls [`crate::time`] to decide something.

use jiff::Timestamp;

use super::file::ScheduleFile;
use super::read::{Cx, Slot, Text, Written};
use super::spans::Span;
use crate::model::{ScheduleType, Timing};
use crate::time::format::{duration_words, local_words, with_offset};
use crate::time::local::{parse_at, resolve};
use crate::time::second::{Cause, Difference, compare};
use crate::time::{At, AtError, Cron, Local, TimeOfDay, Zone, compile};

/// Reads `HH:MM`; otherwise what is wrong and what to write.
pub fn time_of_day(text: &str) -> Result<TimeOfDay, (String, String)> {
    TimeOfDay::parse(text).map_err(|error| {
        let sentence = error.to_string();
        let (message, help) = sentence.split_once("; ").unwrap_or((&sentence, ""));
        (format!("is {message}"), help.to_owned())
    })
}

/// A time zone by its name.
pub fn zone(given: &Slot<Text>, cx: &mut Cx<'_>) -> Slot<Zone> {
    let text = match given {
        Slot::Missing => return Slot::Missing,
        Slot::Broken => return Slot::Broken,
        Slot::Given(text) => text,
    };
    match Zone::parse(&text.value) {
        Ok(zone) => {
            unlike_its_name(&zone, text, cx);
            Slot::Given(zone)
        }
        Err(error) => {
            let sentence = if text.from_vars {
                format!("{} is not a known time zone; write a name of the form Area/City", text.quote(cx))
            } else {
                error.to_string()
            };
            sentence_error("bad-timezone", text.span, &sentence, cx);
            Slot::Broken
        }
    }
}

/// Names of zones that mean something else than most people who write them.
fn unlike_its_name(zone: &Zone, text: &Text, cx: &mut Cx<'_>) {
    if let Some((hours, place)) = match zone.name() {
        "EST" => Some((5, "New_York")),
        "MST" => Some((7, "Denver")),
        "HST" => Some((10, "Honolulu")),
        _ => None,
    } {
        let meant = if place == "Honolulu" { "Pacific/Honolulu" } else { &format!("America/{place}") };
        cx.report
            .warning(
                "fixed-timezone",
                text.span,
                format!("{} is {hours} hours behind UTC all year: it has no summer time", zone.name()),
            )
            .help(format!("write {meant} for the time on the clocks there"));
        return;
    }
    let sign = |text: &str| text.starts_with(['+', '-']).then(|| text.parse::<i8>().ok()).flatten();
    let Some(written) = zone.name().strip_prefix("Etc/GMT").and_then(sign).filter(|hours| *hours != 0) else {
        return;
    };
    let (hours, side, other) =
        (written.unsigned_abs(), if written > 0 { "behind" } else { "ahead of" }, -i16::from(written));
    let unit = if hours == 1 { "hour" } else { "hours" };
    cx.report
        .warning(
            "fixed-timezone",
            text.span,
            format!("{} is {hours} {unit} {side} UTC, all year: the sign in this name is the other way round", zone.name()),
        )
        .help(format!(
            "write the name of a zone, such as Europe/Berlin or America/New_York; or Etc/GMT{other:+} if the other side \
             of UTC is meant"
        ));
}

/// `wrong; what to do` as an error with help.
fn sentence_error(code: &'static str, at: Span, sentence: &str, cx: &mut Cx<'_>) {
    let (message, help) = sentence.split_once("; ").unwrap_or((sentence, ""));
    let mistake = cx.report.error(code, at, message);
    if !help.is_empty() {
        mistake.help(help);
    }
}

/// When a schedule fires: exactly one of the five kinds.
pub fn timing(
    given: &ScheduleFile,
    owner: Span,
    zone: Option<&Zone>,
    now: Timestamp,
    cx: &mut Cx<'_>,
) -> Option<Timing> {
    let kinds = [
        ("daily", place(&given.daily, |value| value.span)),
        ("weekly", place(&given.weekly, Written::span)),
        ("monthly", place(&given.monthly, Written::span)),
        ("cron", place(&given.cron, |value| value.span)),
        ("at", place(&given.at, |value| value.span)),
    ];
    let there: Vec<(&str, Option<Span>)> =
        kinds.into_iter().filter_map(|(kind, slot)| Some((kind, slot?))).collect();
    match there[..] {
        [] => {
            cx.report
                .error("no-time", owner, "this schedule does not say when")
                .help("add one of `daily: \"09:00\"`, `weekly: {on: monday, at: \"09:00\"}`, `monthly: {on: 1, at: \"09:00\"}`, `cron: \"0 9 * * MON-FRI\"`, `at: 2026-12-01T09:00`");
            return None;
        }
        [_] => {}
        [(first, before), (second, at), ..] => {
            let mistake = cx.report.error(
                "two-ways",
                at.unwrap_or(owner),
                format!("`{first}:` and `{second}:` are both given, and a schedule has one"),
            );
            if let Some(before) = before {
                mistake.also(before, format!("`{first}:`"));
            }
            mistake.help("keep one of them, or make two schedules");
            return None;
        }
    }
    if let Some(text) = given.at.get() {
        // Without a zone it cannot be placed, but a slip in it can still be told.
        return match zone {
            Some(zone) => once(text, zone, now, cx),
            None => written(text, cx).and(None),
        };
    }
    let (schedule_type, cron, at) = recurring(given, cx)?;
    let zone = zone?;
    if schedule_type == ScheduleType::Cron && close_at_changes(&cron, at, zone, now, cx) {
        return None;
    }
    second_reading(schedule_type, &cron, at, zone, now, cx);
    comes_twice(&cron, at, zone, now, cx);
    Some(Timing::Recurring { schedule_type, cron: cron.source().to_owned() })
}

/// Whether a key is there, and where.
#[expect(clippy::option_option, reason = "not there, there and wrong, there")]
fn place<T>(slot: &Slot<T>, span: impl Fn(&T) -> Span) -> Option<Option<Span>> {
    match slot {
        Slot::Missing => None,
        Slot::Broken => Some(None),
        Slot::Given(value) => Some(Some(span(value))),
    }
}

fn recurring(given: &ScheduleFile, cx: &mut Cx<'_>) -> Option<(ScheduleType, Cron, Span)> {
    if let Some(at) = given.daily.get() {
        return Some((ScheduleType::Daily, compile::daily(at.value), at.span));
    }
    if let Some(weekly) = given.weekly.get() {
        let (on, at) = (weekly.on.get()?, weekly.at.get()?);
        let days: Vec<_> = on.items.iter().map(|day| day.value).collect();
        return match compile::weekly(&days, at.value) {
            Ok(cron) => Some((ScheduleType::Weekly, cron, weekly.span())),
            Err(error) => {
                // An empty list; or every day in it was wrong, which is reported.
                if cx.files.slice(on.span).trim_matches(['[', ']', ' ']).is_empty() {
                    sentence_error("no-time", on.span, &error.to_string(), cx);
                }
                None
            }
        };
    }
    if let Some(monthly) = given.monthly.get() {
        let (on, at) = (monthly.on.get()?, monthly.at.get()?);
        let cron = compile::monthly(on.value, at.value).ok()?;
        if compile::monthly_skips(on.value) {
            cx.report
                .warning("skips-months", on.span, format!("months without a day {} are left out", on.value))
                .help("use a day up to 28 to have it every month");
        }
        return Some((ScheduleType::Monthly, cron, monthly.span()));
    }
    let text = given.cron.get()?;
    let cron = match Cron::parse(&text.value) {
        Ok(cron) => cron,
        Err(error) => {
            let range = error.span.clone();
            let part = text.value.get(range.clone()).unwrap_or_default();
            let raw = cx.files.slice(text.span);
            // In quotes, the text begins one further; with escapes or variables it may be nowhere.
            let at = match raw.find(text.value.as_str()) {
                Some(at) if !part.is_empty() && !text.from_vars => {
                    text.span.part(at + range.start, range.len())
                }
                _ => text.span,
            };
            sentence_error("bad-cron", at, &error.to_string(), cx);
            return None;
        }
    };
    if let Some((first, second)) = cron.shortest_gap() {
        let clock = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
        cx.report
            .error(
                "too-often",
                text.span,
                format!("this fires at {} and again at {}: less than 5 minutes later", clock(first), clock(second)),
            )
            .help("the API fires at most every 5 minutes: write for example \"*/5 * * * *\", or \"0 9 * * *\" for once a day");
        return None;
    }
    Some((ScheduleType::Cron, cron, text.span))
}

/// Five minutes and more by the clock on the wall may be less when that clock is changed. Whether that was reported.
fn close_at_changes(cron: &Cron, at: Span, zone: &Zone, now: Timestamp, cx: &mut Cx<'_>) -> bool {
    let Some((first, second)) = cron.shortest_gap_at_changes(zone, now) else { return false };
    let offset = |at: Timestamp| zone.tz().to_offset(at).seconds();
    let how = if offset(second) > offset(first) { "forward" } else { "back" };
    let day = second.to_zoned(zone.tz().clone()).strftime("%-d %B %Y").to_string();
    let later = duration_words(second.duration_since(first));
    cx.report
        .error(
            "too-often",
            at,
            format!(
                "clocks are set {how} in {} on {day}, and then this fires at {} and again at {}: {later} later",
                zone.name(),
                local_words(first, zone),
                local_words(second, zone)
            ),
        )
        .help("the API fires at most every 5 minutes: choose other minutes, or hours in which clocks are not changed");
    true
}

/// In the night in which clocks are set back, an hour comes twice; what is set for it goes out twice.
fn comes_twice(cron: &Cron, at: Span, zone: &Zone, now: Timestamp, cx: &mut Cx<'_>) {
    let Some((first, second)) = cron.repeated_at_changes(zone, now) else { return };
    let local = first.to_zoned(zone.tz().clone());
    cx.report
        .warning(
            "comes-twice",
            at,
            format!(
                "clocks are set back in {} on {}, and {} comes twice that night: everybody gets this again {} later",
                zone.name(),
                local.strftime("%-d %B %Y"),
                local.strftime("%H:%M"),
                duration_words(second.duration_since(first))
            ),
        )
        .help("choose a time of the day, or one at which no clock is changed; some servers leave the second one out");
}

/// Other programs may read the expression otherwise (`libraries.md`, *Second reading*).
fn second_reading(kind: ScheduleType, cron: &Cron, at: Span, zone: &Zone, now: Timestamp, cx: &mut Cx<'_>) {
    let numeric = kind == ScheduleType::Cron && cron.has_numeric_weekday();
    let Some(found) = compare(cron, zone, now) else {
        if numeric {
            cx.report
                .warning(
                    "numeric-weekday",
                    at,
                    "weekdays as numbers are counted from different days by different programs",
                )
                .help(format!("write names: \"{cron}\""));
        }
        return;
    };
    let code = if found.cause == Cause::NumericWeekday { "numeric-weekday" } else { "second-reading" };
    let show = |at: Option<Timestamp>| at.map_or("never again".to_owned(), |at| local_words(at, zone));
    let message = match &found.difference {
        Difference::Refused { .. } => format!("{} does not accept this", found.other),
        Difference::Fires { ours, theirs } => {
            format!("{} would fire {} where this plan says {}", found.other, show(*theirs), show(*ours))
        }
    };
    cx.report.warning(code, at, message).help(found.advice());
}

/// `at:` of a schedule.
fn once(text: &Text, zone: &Zone, now: Timestamp, cx: &mut Cx<'_>) -> Option<Timing> {
    let (written, at) = moment(text, zone, cx)?;
    let local = at.to_zoned(zone.tz().clone()).datetime();
    if at <= now {
        let was = local_words(at, zone);
        cx.report
            .warning(
                "in-the-past",
                text.span,
                format!("{was} is over: this schedule will not be created any more"),
            )
            .help("remove the schedule, or give it a new time to have it once more");
    }
    if matches!(written, At::Fixed(..)) && matches!(resolve(local, zone), Local::Overlap { .. }) {
        cx.report
            .warning(
                "ambiguous-time",
                text.span,
                format!("clocks are set back then: {} comes twice in {}, and the API cannot be told which one is meant", local.strftime("%H:%M"), zone.name()),
            )
            .help("choose a time outside the hour that comes twice");
    }
    Some(Timing::Once { local, at })
}

/// Whether a time says itself how far it is from UTC.
pub fn has_offset(text: &Text) -> bool {
    matches!(parse_at(&text.value), Ok(At::Fixed(..)))
}

/// `send_by:` of a send; `known` says whether anybody named the zone.
pub fn instant(text: &Text, zone: &Zone, known: bool, now: Timestamp, cx: &mut Cx<'_>) -> Option<Timestamp> {
    let (written, at) = moment(text, zone, cx)?;
    if at <= now {
        let was = local_words(at, zone);
        cx.report
            .warning("in-the-past", text.span, format!("{was} is over: this send is not started any more"))
            .help("give it a later time, or remove the send once it went out");
    }
    if !known && matches!(written, At::Local(_)) {
        cx.report
            .warning("no-timezone", text.span, "no time zone is given: this time is taken as UTC")
            .help("add `timezone: Area/City` under `defaults:`, or an offset: 2026-12-01T18:00+02:00");
    }
    Some(at)
}

/// A time as it is written, wherever that is.
fn written(text: &Text, cx: &mut Cx<'_>) -> Option<At> {
    match parse_at(&text.value) {
        Ok(written) => Some(written),
        Err(error) => {
            let quoted = text.quote(cx);
            let sentence = match error {
                AtError::Form => format!("{quoted} is {error}"),
                _ => format!("{quoted}: {error}"),
            };
            sentence_error("bad-time", text.span, &sentence, cx);
            None
        }
    }
}

fn moment(text: &Text, zone: &Zone, cx: &mut Cx<'_>) -> Option<(At, Timestamp)> {
    let written = written(text, cx)?;
    let local = |at: Timestamp| at.to_zoned(zone.tz().clone()).strftime("%Y-%m-%dT%H:%M").to_string();
    match written.resolve(zone) {
        Local::Unique(at) => return Some((written, at)),
        Local::Gap { before, after } => {
            cx.report
                .error(
                    "no-such-time",
                    text.span,
                    format!("this time does not exist in {}: clocks jump over it that night", zone.name()),
                )
                .help(format!("write {} or {}", local(before), local(after)));
        }
        Local::Overlap { earlier, later } => {
            cx.report
                .error(
                    "ambiguous-time",
                    text.span,
                    format!("this time comes twice in {}: clocks are set back that night", zone.name()),
                )
                .help(format!(
                    "write {} for the first time round, {} for the second",
                    with_offset(earlier, zone),
                    with_offset(later, zone)
                ));
        }
    }
    None
}
