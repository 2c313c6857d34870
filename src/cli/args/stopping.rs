//! Flags of `pause`, `resume` and `cancel`.

use clap::{ArgAction, Args};

use super::commands::ProjectArgs;
use crate::model::Address;

/// What is to be paused, resumed or cancelled.
#[derive(Debug, Clone, Args)]
pub struct StopArgs {
    /// Sends and schedules, such as send.spring-offer.
    #[arg(value_name = "ADDRESS", required_unless_present = "all", conflicts_with = "all", action = ArgAction::Append)]
    pub addresses: Vec<Address>,
    /// Everything of this project.
    #[arg(long)]
    pub all: bool,
    /// With --all: everything on the account, also what is not of this project.
    #[arg(long, requires = "all", conflicts_with = "addresses")]
    pub account: bool,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}
