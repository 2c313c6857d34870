//! Flags of every command, before or after it.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Use an embedded emulator of the API: no account, no network, nothing reaches real people.
    #[arg(long, global = true)]
    pub sandbox: bool,
    /// The API's address.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "The API's address [env: MOLTFLOW_API_URL] [default: https://apiv2.waiflow.app]"
    )]
    pub api_url: Option<String>,
    /// A file with the API key.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help = "A file with the API key, instead of the environment's MOLTFLOW_API_KEY or MOLTFLOW_TOKEN"
    )]
    pub api_key_file: Option<PathBuf>,
    /// Where the ledger is, instead of .campaignctl/ in the project's directory.
    #[arg(long, global = true, value_name = "PLACE")]
    pub ledger: Option<String>,
    /// The environment of the YAML (`environments:`) to use.
    #[arg(short, long, global = true, value_name = "NAME")]
    pub environment: Option<String>,
    /// A value for ${NAME} in the YAML; wins over --var-file and the environment.
    #[arg(long, global = true, value_name = "NAME=VALUE", action = ArgAction::Append)]
    pub var: Vec<String>,
    /// A file of NAME=value lines; wins over the environment.
    #[arg(long, global = true, value_name = "FILE", action = ArgAction::Append)]
    pub var_file: Vec<PathBuf>,
    /// A file with the age identity that decrypts members' files (`*.age`); else `CAMPAIGNCTL_AGE_IDENTITY`.
    #[arg(long, global = true, value_name = "FILE")]
    pub age_identity: Option<PathBuf>,
    /// How the result is written: text, json; plan, apply and destroy also markdown and html, calendar html and ics,
    /// export csv.
    #[arg(long, global = true, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Plan as if it were this time (plan, validate, calendar): 2026-12-01T09:00:00Z, or local to this machine.
    #[arg(long, global = true, value_name = "TIME")]
    pub now: Option<String>,
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
    /// Ask nothing: what would be asked is refused, with the flag that allows it.
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Say more (-v: what is done, -vv: each request too).
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say only the result and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// How log lines (-v) are written.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For pull requests.
    Markdown,
    /// For spreadsheets.
    Csv,
    /// For calendars.
    Ics,
    /// For a browser: one page that needs nothing else.
    Html,
}

impl Format {
    /// As it is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
            Self::Ics => "ics",
            Self::Html => "html",
        }
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` or `TERM=dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `--log-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}
