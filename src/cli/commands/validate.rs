//! `validate`: everything that can be known offline. What is wrong is the result, so it goes to stdout.

use crate::cli::args::{Format, PathArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project;
use crate::cli::shell::Shell;
use crate::config::{self, Diagnostics, Severity};
use crate::model::Desired;

/// Checks the project.
pub fn run(shell: &Shell, args: &PathArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    let loaded = project::read(shell, &args.path)?;
    if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        annotate(shell, &loaded.diagnostics);
    }
    match format {
        Format::Json => shell.ui.json(&config::json(&loaded.diagnostics)),
        _ => {
            shell.ui.out(config::text(&loaded.diagnostics, shell.ui.terminal().out_color()));
            if let Some(desired) = &loaded.desired {
                shell.ui.line(summary(desired));
            }
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

/// As annotations of a pull request's lines.
fn annotate(shell: &Shell, diagnostics: &Diagnostics) {
    for diagnostic in diagnostics {
        let level = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut text = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            text.push_str("\nhelp: ");
            text.push_str(help);
        }
        shell.ui.err(format_args!(
            "::{level} file={},line={},col={},title={}::{}",
            property(&diagnostic.file),
            diagnostic.line.max(1),
            diagnostic.column.max(1),
            property(diagnostic.code),
            data(&text)
        ));
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_cannot_be_broken_out_of() {
        assert_eq!(property("a:b,c\n%"), "a%3Ab%2Cc%0A%25");
        assert_eq!(data("x\n::error::y"), "x%0A::error::y");
    }
}
