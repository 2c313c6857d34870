//! The command line as people type it. Owns names, help texts and what can be checked without reading anything.

mod commands;
mod global;
mod ops;
mod planning;
mod sandbox;
mod stopping;
#[cfg(test)]
mod tests;

pub use commands::{
    AdoptArgs, Command, ContactsArgs, ForgetArgs, HistoryArgs, InitArgs, LedgerCommand, ManArgs, PathArgs,
    ProjectArgs, ResolveArgs, SchemaArgs, SchemaKind,
};
pub use global::{ColorWhen, Format, Global, LogFormat};
pub use ops::{CalendarArgs, ExportArgs, ImportArgs, TryArgs, WaExportArgs, WaGroupsCommand, WatchArgs};
pub use planning::{ApplyArgs, DestroyArgs, ExecuteFlags, PlanArgs, RefreshMode, RunFlags};
pub use sandbox::{SandboxCommand, ServeArgs};
pub use stopping::StopArgs;

use clap::Parser;

/// Campaigns as code for MoltFlow: plan, review and apply WhatsApp outreach from YAML, never sending twice.
#[derive(Debug, Parser)]
#[command(
    name = "campaignctl",
    disable_version_flag = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "First steps:\n  \
                  campaignctl init my-campaign\n  \
                  campaignctl plan --sandbox my-campaign     (what would happen; no account needed)\n  \
                  campaignctl apply --sandbox my-campaign\n\n\
                  Exit codes: 0 done, 1 failed before anything was changed, 2 changes (plan --detailed-exitcode),\n\
                  3 refused, 4 partly applied, 5 something is held, 130 interrupted."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Print the version; with -v also that of the time zone data.
    #[arg(short = 'V', long)]
    pub version: bool,
    /// For every command.
    #[command(flatten)]
    pub global: Global,
}
