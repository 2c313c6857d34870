//! What `import` says at its end: what is in the files, and by name what is not.

use std::path::Path;

use crate::cli::shell::Shell;
use crate::cli::shell_word::shell_word;
use crate::config::write::Written;
use crate::model::{Desired, Observed, grouped, masked_phones, one_line};
use crate::plan::job_line;

/// So many jobs are named; the rest is counted.
const JOBS: usize = 20;

/// Says it on stdout.
pub fn show(shell: &Shell, dir: &Path, desired: &Desired, written: &Written, observed: &Observed) {
    let ui = &shell.ui;
    let people: usize = desired.groups.values().map(|group| group.members.len()).sum();
    let count =
        |n: usize, what: &str| format!("{} {what}{}", grouped(n as u64), if n == 1 { "" } else { "s" });
    ui.line(format_args!(
        "Imported {} into {}: {} with {}, {}, {}.",
        desired.project,
        dir.display(),
        count(desired.groups.len(), "group"),
        count(people, "member"),
        count(desired.schedules.len(), "schedule"),
        count(desired.sessions.len(), "session"),
    ));
    for file in &written.files {
        ui.line(format_args!("  {}", dir.join(&file.path).display()));
    }
    if !written.left_out.is_empty() || !observed.jobs.is_empty() {
        ui.line("\nLeft out:");
    }
    for left in &written.left_out {
        let name = if left.name.is_empty() {
            "without a name".to_owned()
        } else {
            format!("\u{201c}{}\u{201d}", masked_phones(&left.name))
        };
        ui.line(format_args!("  {} {name} ({}): {}", left.kind, left.id, masked_phones(&left.why)));
    }
    if !observed.jobs.is_empty() {
        ui.line(format_args!(
            "  {}: what was sent is history, and nothing to apply",
            count(observed.jobs.len(), "bulk send")
        ));
        for job in observed.jobs.iter().take(JOBS) {
            ui.line(format_args!("    {}", one_line(&job_line(job), 200)));
        }
        if let Some(more) = observed.jobs.len().checked_sub(JOBS).filter(|more| *more > 0) {
            ui.line(format_args!("    and {more} more"));
        }
    }
    ui.line(format_args!(
        "\nThe ledger knows all of it by its id. What a plan says now:\n  campaignctl plan {}",
        shell_word(dir)
    ));
}
