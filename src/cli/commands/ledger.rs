//! `ledger show`, `verify`, `compact`. Needs no account.

use std::fmt::Write;

use crate::cli::args::{Format, LedgerCommand, PathArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::shell::{Shell, real_now};
use crate::ledger::{Holder, Record, new_run_id};
use crate::model::one_line;

/// Runs one of them.
pub fn run(shell: &Shell, command: &LedgerCommand) -> Result<Exit, CliError> {
    match command {
        LedgerCommand::Show(args) => show(shell, args),
        LedgerCommand::Verify(args) => verify(shell, args),
        LedgerCommand::Compact(args) => compact(shell, args),
    }
}

/// A line an event: the ledger's own in JSON, time and event in text.
fn show(shell: &Shell, args: &PathArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    let project = Project::load(shell, &args.path)?;
    let extent = project.store.read(&mut |record| match format {
        Format::Json => shell.ui.line(serde_json::to_value(&record).unwrap_or_default()),
        _ => shell.ui.line(words(&record)),
    })?;
    if extent.records == 0 {
        shell.ui.say(format_args!("The ledger {} has no events yet.", project.store.place()));
    }
    Ok(Exit::Done)
}

/// `12  2026-12-01T09:00:00Z  group_owned group=vip id=…`: the fields that are plain values.
fn words(record: &Record) -> String {
    let Record { v: _, seq, at, tool: _, run_id: _, event } = record;
    let mut kind = String::new();
    let mut fields = String::new();
    if let Ok(serde_json::Value::Object(event)) = serde_json::to_value(event) {
        for (name, value) in event {
            let value = match value {
                serde_json::Value::String(_) if name == "salt" => continue,
                serde_json::Value::String(text) => one_line(&text, 80),
                serde_json::Value::Number(number) => number.to_string(),
                serde_json::Value::Bool(flag) => flag.to_string(),
                _ => continue,
            };
            if name == "type" {
                kind = value;
            } else {
                let _ = write!(fields, "  {name}={value}");
            }
        }
    }
    format!("{seq:>5}  {}  {kind}{fields}", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
}

fn verify(shell: &Shell, args: &PathArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    let project = Project::load(shell, &args.path)?;
    let loaded = project.read_ledger(shell)?;
    project.store.verify()?;
    project.stops(shell)?;
    let place = project.store.place();
    match format {
        Format::Json => shell.ui.json(&serde_json::json!({
            "ledger": place,
            "events": loaded.records,
            "unfinished_bytes": loaded.torn.map_or(0, |torn| torn.bytes),
            "whole": true,
        })),
        _ if loaded.existed => {
            shell.ui.line(format_args!("The ledger {place} is whole: {} events.", loaded.records));
        }
        _ => shell.ui.line(format_args!("There is no ledger at {place} yet.")),
    }
    Ok(Exit::Done)
}

fn compact(shell: &Shell, args: &PathArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    let project = Project::load(shell, &args.path)?;
    let now = real_now();
    let holder = Holder::here("ledger compact", new_run_id()?, now);
    let done = project.store.compact(&holder, now)?;
    let place = project.store.place();
    if done.events_after == done.events_before {
        shell.ui.line(format_args!(
            "The ledger {place} has nothing to leave out: {} events.",
            done.events_before
        ));
    } else {
        shell.ui.line(format_args!(
            "The ledger {place} was compacted: {} events became {}, {} bytes became {}.",
            done.events_before, done.events_after, done.bytes_before, done.bytes_after
        ));
    }
    Ok(Exit::Done)
}
