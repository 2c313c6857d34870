//! Flags of the operator's commands: export, watch, try, import, calendar, wa-groups.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::commands::ProjectArgs;
use crate::model::{Address, normal};

/// `export`.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// group.KEY: its members. send.KEY: its recipients, each with its state.
    #[arg(value_name = "ADDRESS")]
    pub address: Address,
    /// Write to this file instead of stdout; it is there only once it is whole.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Which run of the send, where it is not the one in the YAML.
    #[arg(long, value_name = "RUN", value_parser = run)]
    pub run: Option<String>,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// `watch`.
#[derive(Debug, Clone, Args)]
pub struct WatchArgs {
    /// The send, such as send.spring-offer.
    #[arg(value_name = "ADDRESS")]
    pub address: Address,
    /// Which run, where it is not the one in the YAML.
    #[arg(long, value_name = "RUN", value_parser = run)]
    pub run: Option<String>,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// `try`.
#[derive(Debug, Clone, Args)]
pub struct TryArgs {
    /// The send whose text you want to see on your phone.
    #[arg(value_name = "ADDRESS")]
    pub address: Address,
    /// Your own number, with its country code. It is kept nowhere.
    #[arg(long, value_name = "PHONE")]
    pub to: String,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// `import`.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// Where the project is written; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}

/// `calendar`.
#[derive(Debug, Clone, Args)]
pub struct CalendarArgs {
    /// A campaign file, or a directory of them.
    #[arg(default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
    /// The first day, such as 2026-12-01; by default today.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    /// How many weeks.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=260))]
    pub weeks: u16,
}

/// `wa-groups`: the list, or the export of one.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct WaGroupsArgs {
    /// Where the project is.
    #[command(flatten)]
    pub project: super::commands::ProjectArgs,
    /// What else than the list.
    #[command(subcommand)]
    pub command: Option<WaGroupsCommand>,
}

/// `wa-groups export`.
#[derive(Debug, Clone, Subcommand)]
pub enum WaGroupsCommand {
    /// The members of a WhatsApp group, through a temporary group that is deleted afterwards.
    Export(WaExportArgs),
}

/// `wa-groups export`.
#[derive(Debug, Clone, Args)]
pub struct WaExportArgs {
    /// Its id, which ends in @g.us.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Write to this file instead of stdout; it is there only once it is whole.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// A run, in the form in which the YAML's is compared.
#[expect(clippy::unnecessary_wraps, reason = "clap wants a result")]
pub(super) fn run(text: &str) -> Result<String, String> {
    Ok(normal(text).into_owned())
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a date such as 2026-12-01".to_owned())
}
