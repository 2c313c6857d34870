//! `calendar`: every firing and send, by day. Offline: the YAML, and a local ledger for what went out already.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::cli::args::{CalendarArgs, Format};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::shell::{Shell, real_now};
use crate::ledger::State;
use crate::plan::{calendar, moved_state, usual_zone};
use crate::render::{CalendarJson, CalendarSpan, CalendarText, calendar_html, calendar_ics};
use crate::time::Zone;

/// Shows it.
pub fn run(shell: &Shell, args: &CalendarArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json, Format::Ics, Format::Html])?;
    let project = Project::load(shell, &args.path)?;
    let desired = &project.desired;
    let now = shell.given_now.unwrap_or_else(real_now);
    let zone = Zone::parse(&usual_zone(desired)).unwrap_or_else(|_| Zone::utc());
    let from = args.from.unwrap_or_else(|| now.to_zoned(zone.tz().clone()).date());
    let (from, until) = range(from, args.weeks, &zone)
        .ok_or_else(|| CliError::failed("--from is out of range").hint("write a date such as 2026-12-01"))?;
    // Whoever asks for a past day wants to see what it had; today as a whole is asked for by nobody.
    // A firing of this very moment is over, as in a plan.
    let firings_from =
        if args.from.is_some() { from } else { from.max(now + jiff::SignedDuration::from_nanos(1)) };
    let calendar = calendar(desired, &ledger(shell, &project), now, from, firings_from, until);
    let span = CalendarSpan { from, until, zone: &zone };
    let (name, environment) = (&desired.project, &desired.environment);
    match format {
        Format::Json => shell.ui.out(CalendarJson::new(&calendar, span)),
        Format::Ics => shell.ui.out(calendar_ics(&calendar, name, environment, now)),
        Format::Html => shell.ui.out(calendar_html(&calendar, &span, name, environment, now)),
        _ => shell.ui.out(CalendarText::new(&calendar, span, &shell.ui.text(false))),
    }
    Ok(Exit::Done)
}

/// Whole days of the zone.
fn range(from: Date, weeks: u16, zone: &Zone) -> Option<(Timestamp, Timestamp)> {
    let until = from.checked_add(i32::from(weeks).weeks()).ok()?;
    let start = |date: Date| date.to_zoned(zone.tz().clone()).ok().map(|zoned| zoned.timestamp());
    Some((start(from)?, start(until)?))
}

/// What went out, where that can be known without a network.
fn ledger(shell: &Shell, project: &Project) -> State {
    let sends = !project.desired.sends.is_empty();
    match project.location.local() {
        Some(_) => match project.read_ledger(shell) {
            Ok(ledger) => return moved_state(&project.desired, &ledger.state),
            Err(error) if sends => shell.ui.warn(format_args!(
                "the ledger cannot be read ({}): sends are shown as if none had gone out",
                error.message
            )),
            Err(_) => {}
        },
        None if sends => {
            shell.ui.say("The ledger is not on this machine: sends are shown as if none had gone out.");
        }
        None => {}
    }
    State::default()
}
