//! Flags of `plan`, `apply` and `destroy`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::model::Address;
use crate::plan::{PlanOptions, Refresh};

/// What shapes a plan.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// A campaign file, or a directory of them.
    #[arg(default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// What is to be planned.
    #[command(flatten)]
    pub run: RunFlags,
}

/// What `plan` and `apply` share.
#[derive(Debug, Clone, Default, Args)]
pub struct RunFlags {
    /// Only this address and what it needs, such as send.spring-offer; may be repeated, or separated by commas.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', action = ArgAction::Append)]
    pub only: Vec<Address>,
    /// Allow sends of up to N people where the policy asks for it, and sending again.
    #[arg(long, value_name = "N")]
    pub confirm_audience: Option<u64>,
    /// Allow up to N deletions where the policy stops them.
    #[arg(long, value_name = "N")]
    pub allow_delete: Option<u64>,
    /// Which groups' members are read from the account.
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub refresh: RefreshMode,
    /// Show phone numbers in full (on a terminal, in text).
    #[arg(long)]
    pub show_phones: bool,
}

impl RunFlags {
    /// For the planner.
    pub fn options(&self) -> PlanOptions {
        PlanOptions {
            only: self.only.iter().cloned().collect::<BTreeSet<_>>(),
            allow_delete: self.allow_delete,
            confirm_audience: self.confirm_audience,
            ..PlanOptions::default()
        }
    }
}

/// `apply`.
#[derive(Debug, Clone, Args)]
pub struct ApplyArgs {
    /// A campaign file, or a directory of them.
    #[arg(default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
    /// Answer the last question with yes. It answers no other question.
    #[arg(long)]
    pub yes: bool,
    /// Go on only when the plan has this digest: what was reviewed is what runs.
    #[arg(long, value_name = "DIGEST")]
    pub expect: Option<String>,
    /// What is to be planned.
    #[command(flatten)]
    pub run: RunFlags,
    /// How it is done.
    #[command(flatten)]
    pub execute: ExecuteFlags,
    /// The reviewed plan, as `plan --format json` wrote it: only that plan is run, and where the present one is
    /// another, what differs is shown.
    #[arg(long, value_name = "FILE")]
    pub plan_file: Option<PathBuf>,
    /// Write each change's end as a line of JSON to this file.
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Write the report as JSON to this file.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// How changes are carried out.
#[derive(Debug, Clone, Args)]
pub struct ExecuteFlags {
    /// Changes that may be under way at a time.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: u16,
    /// In CI: send with a local ledger that did not exist before.
    #[arg(long)]
    pub allow_new_ledger: bool,
}

/// `destroy`.
#[derive(Debug, Clone, Args)]
pub struct DestroyArgs {
    /// A campaign file, or a directory of them.
    #[arg(default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
    /// The project's name, instead of typing it when asked.
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Changes that may be under way at a time.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: u16,
}

/// `--refresh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RefreshMode {
    /// All of them.
    Full,
    /// Those that cannot be known without.
    #[default]
    Auto,
    /// None.
    None,
}

impl From<RefreshMode> for Refresh {
    fn from(mode: RefreshMode) -> Self {
        match mode {
            RefreshMode::Full => Self::Full,
            RefreshMode::Auto => Self::Auto,
            RefreshMode::None => Self::None,
        }
    }
}
