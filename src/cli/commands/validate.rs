//! `validate`: everything that can be known offline. What is wrong is the result, so it goes to stdout.

use crate::cli::annotations::annotate;
use crate::cli::args::{Format, PathArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project;
use crate::cli::shell::Shell;
use crate::config;
use crate::model::Desired;

/// Checks the project.
pub fn run(shell: &Shell, args: &PathArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    let loaded = project::read(shell, &args.path)?;
    annotate(&shell.ui, &loaded.diagnostics);
    if format == Format::Json {
        shell.ui.json(&config::json(&loaded.diagnostics));
    } else {
        shell.ui.out(config::text(&loaded.diagnostics, shell.ui.terminal().out_color()));
        if let Some(desired) = &loaded.desired {
            shell.ui.line(summary(desired));
        }
    }
    Ok(if loaded.desired.is_some() { Exit::Done } else { Exit::Failed })
}

fn summary(desired: &Desired) -> String {
    let people: usize = desired.groups.values().map(|group| group.members.len()).sum();
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    format!(
        "{} is valid: {} with {}, {}, {}.",
        desired.project,
        count(desired.groups.len(), "group", "groups"),
        count(people, "member", "members"),
        count(desired.schedules.len(), "schedule", "schedules"),
        count(desired.sends.len(), "send", "sends"),
    )
}
