//! The commands (`product.md`, *Commands*).

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ops::{CalendarArgs, ExportArgs, ImportArgs, TryArgs, WaGroupsArgs, WatchArgs, run};
use super::planning::{ApplyArgs, DestroyArgs, PlanArgs};
use super::sandbox::SandboxCommand;
use super::stopping::StopArgs;
use crate::model::Address;

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Make a small working project.
    #[command(after_help = "Examples:\n  campaignctl init my-campaign")]
    Init(InitArgs),
    /// Check the YAML: everything that can be known offline.
    #[command(
        after_help = "Examples:\n  campaignctl validate my-campaign\n  campaignctl validate my-campaign --format json"
    )]
    Validate(PathArgs),
    /// Show what apply would do, who would get what and when; changes nothing.
    #[command(
        after_help = "Examples:\n  campaignctl plan --sandbox my-campaign\n  campaignctl plan my-campaign --only send.welcome\n  campaignctl plan my-campaign --format markdown > plan.md"
    )]
    Plan(PlanArgs),
    /// Do what the YAML says: plan, show the plan, ask, and do it.
    #[command(
        after_help = "Examples:\n  campaignctl apply --sandbox my-campaign\n  campaignctl apply my-campaign --yes --expect DIGEST\n  campaignctl apply my-campaign --only send.welcome"
    )]
    Apply(Box<ApplyArgs>),
    /// Cancel and delete everything of this project on the account.
    #[command(after_help = "Examples:\n  campaignctl destroy --sandbox my-campaign")]
    Destroy(DestroyArgs),
    /// What is managed, how each send is doing, what is held.
    #[command(after_help = "Examples:\n  campaignctl status my-campaign")]
    Status(PathArgs),
    /// At once: hold what runs and start nothing, until `resume`. Outranks the YAML.
    #[command(
        after_help = "Examples:\n  campaignctl pause send.welcome --project my-campaign\n  campaignctl pause --all --project my-campaign"
    )]
    Pause(StopArgs),
    /// At once: take a pause or cancel back. A send that was cancelled is over all the same; a schedule that was is
    /// created anew by the next apply.
    #[command(after_help = "Examples:\n  campaignctl resume send.welcome --project my-campaign")]
    Resume(StopArgs),
    /// At once: end what runs and start nothing, until `resume`. Outranks the YAML.
    #[command(after_help = "Examples:\n  campaignctl cancel send.welcome --project my-campaign")]
    Cancel(StopArgs),
    /// Watch a send until it is over.
    #[command(after_help = "Examples:\n  campaignctl watch send.welcome --project my-campaign")]
    Watch(WatchArgs),
    /// Send the text of a send to your own phone, and to nobody else.
    #[command(
        after_help = "Examples:\n  campaignctl try send.welcome --to +12125550101 --project my-campaign"
    )]
    Try(TryArgs),
    /// Every firing and send, day by day; offline.
    ///
    /// Where the phones of recipients show another time, that is told too, from the countries and areas of their
    /// numbers; and with `policy: quiet_hours`, how many would be written to inside these.
    #[command(
        after_help = "Examples:\n  campaignctl calendar my-campaign\n  campaignctl calendar my-campaign --from 2026-12-01 --weeks 8 --format ics > campaign.ics"
    )]
    Calendar(CalendarArgs),
    /// Write YAML for what is on the account, and tie it.
    #[command(after_help = "Examples:\n  campaignctl import --out my-account")]
    Import(ImportArgs),
    /// The members of a group, or the recipients of a send, as CSV or JSON.
    #[command(
        after_help = "Examples:\n  campaignctl export group.vip --out private/vip.csv --project my-campaign\n  campaignctl export send.welcome --format json --project my-campaign"
    )]
    Export(ExportArgs),
    /// Settle a send whose fate is not known.
    #[command(
        after_help = "Examples:\n  campaignctl resolve send.welcome --job ID --project my-campaign\n  campaignctl resolve send.welcome --not-sent --reason \"the dashboard shows no job\" --project my-campaign"
    )]
    Resolve(ResolveArgs),
    /// Tie something of the account to an address of the YAML.
    #[command(after_help = "Examples:\n  campaignctl adopt group.vip --id ID --project my-campaign")]
    Adopt(AdoptArgs),
    /// Untie an address: what it stood for stays on the account and is ours no longer.
    #[command(after_help = "Examples:\n  campaignctl forget group.vip --project my-campaign")]
    Forget(ForgetArgs),
    /// When a schedule fired, and what became of it.
    #[command(after_help = "Examples:\n  campaignctl history schedule.weekly-news --project my-campaign")]
    History(HistoryArgs),
    /// The WhatsApp numbers of the account.
    #[command(after_help = "Examples:\n  campaignctl sessions --project my-campaign")]
    Sessions(ProjectArgs),
    /// The people of the account.
    #[command(after_help = "Examples:\n  campaignctl contacts --project my-campaign")]
    Contacts(ContactsArgs),
    /// The WhatsApp groups of the account, for `members_from: whatsapp`.
    #[command(
        after_help = "Examples:\n  campaignctl wa-groups --project my-campaign\n  campaignctl wa-groups export 120363012345@g.us --out private/members.csv --project my-campaign"
    )]
    WaGroups(WaGroupsArgs),
    /// Look at the ledger, which remembers what was done.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// The emulator of the API.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Print a JSON Schema.
    #[command(after_help = "Examples:\n  campaignctl schema > campaign.schema.json")]
    Schema(SchemaArgs),
    /// Print completions for a shell.
    #[command(
        after_help = "Examples:\n  campaignctl completions bash > ~/.local/share/bash-completion/completions/campaignctl"
    )]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    #[command(after_help = "Examples:\n  campaignctl man | man -l -\n  campaignctl man --out man1")]
    Man(ManArgs),
}

/// A command on one project.
#[derive(Debug, Clone, Args)]
pub struct PathArgs {
    /// A campaign file, or a directory of them.
    #[arg(default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
}

/// Where the project is, for commands that take an address.
#[derive(Debug, Clone, Args)]
pub struct ProjectArgs {
    /// A campaign file, or a directory of them.
    #[arg(long = "project", default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
}

/// `init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// Where; made when it is not there.
    #[arg(default_value = ".", value_name = "DIR")]
    pub dir: PathBuf,
}

/// `resolve`.
#[derive(Debug, Clone, Args)]
pub struct ResolveArgs {
    /// The send, such as send.spring-offer.
    #[arg(value_name = "ADDRESS")]
    pub address: Address,
    /// This job is the send.
    #[arg(long, value_name = "ID", required_unless_present = "not_sent")]
    pub job: Option<String>,
    /// It did not go out; the next apply may send it.
    #[arg(long, conflicts_with = "job", requires = "reason")]
    pub not_sent: bool,
    /// How you know that it did not go out. Only its hash is kept.
    #[arg(long, value_name = "TEXT", conflicts_with = "job")]
    pub reason: Option<String>,
    /// Which run, where several are open.
    #[arg(long, value_name = "RUN", value_parser = run)]
    pub run: Option<String>,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// `adopt`.
#[derive(Debug, Clone, Args)]
pub struct AdoptArgs {
    /// The address in the YAML.
    #[arg(value_name = "ADDRESS")]
    pub address: Address,
    /// For a group or a schedule: its id on the account.
    #[arg(long, value_name = "ID", conflicts_with_all = ["job", "new"])]
    pub id: Option<String>,
    /// For a send: the job that is this send.
    #[arg(long, value_name = "ID", conflicts_with = "new")]
    pub job: Option<String>,
    /// For a send: the jobs on the account are something else; this one is still to be sent.
    #[arg(long)]
    pub new: bool,
    /// Which run of the send, where it is not the one in the YAML.
    #[arg(long, value_name = "RUN", value_parser = run, conflicts_with = "id")]
    pub run: Option<String>,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// `forget`.
#[derive(Debug, Clone, Args)]
pub struct ForgetArgs {
    /// The group or schedule, such as group.vip.
    #[arg(value_name = "ADDRESS")]
    pub address: Address,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// `history`.
#[derive(Debug, Clone, Args)]
pub struct HistoryArgs {
    /// The schedule, such as schedule.weekly-update.
    #[arg(value_name = "ADDRESS")]
    pub address: Address,
    /// At most so many firings.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub limit: u64,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// `contacts`.
#[derive(Debug, Clone, Args)]
pub struct ContactsArgs {
    /// Show phone numbers in full (on a terminal).
    #[arg(long)]
    pub show_phones: bool,
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// `ledger`.
#[derive(Debug, Clone, Subcommand)]
pub enum LedgerCommand {
    /// Every event, oldest first.
    #[command(after_help = "Examples:\n  campaignctl ledger show my-campaign")]
    Show(PathArgs),
    /// Check that the ledger is whole.
    #[command(after_help = "Examples:\n  campaignctl ledger verify my-campaign")]
    Verify(PathArgs),
    /// Rewrite it without what later events have superseded.
    #[command(after_help = "Examples:\n  campaignctl ledger compact my-campaign")]
    Compact(PathArgs),
}

/// `schema`.
#[derive(Debug, Clone, Args)]
pub struct SchemaArgs {
    /// Of what.
    #[arg(default_value = "campaign")]
    pub kind: SchemaKind,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// The YAML.
    Campaign,
    /// `plan --format json`.
    Plan,
    /// `apply --format json`.
    Report,
}

/// `man`.
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// Write a page for every command into this directory instead.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
