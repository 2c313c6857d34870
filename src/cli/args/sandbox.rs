//! `sandbox serve`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand};

use crate::sandbox::{Dialect, Fault, PlanName};

/// The emulator as a server.
#[derive(Debug, Clone, Subcommand)]
pub enum SandboxCommand {
    /// Serve the emulator until Ctrl-C.
    #[command(
        after_help = "Examples:\n  campaignctl sandbox serve\n  campaignctl sandbox serve --port 0 --speed 60 --session \"Main Line\" --session Shop"
    )]
    Serve(Box<ServeArgs>),
}

/// Flags of `sandbox serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// The port; 0 takes any that is free.
    #[arg(long, value_name = "N", default_value_t = 8089)]
    pub port: u16,
    /// The address to listen on. Anything but this machine's own is warned of.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Where its data are kept.
    #[arg(long, value_name = "DIR", default_value = ".campaignctl/sandbox/serve")]
    pub data: PathBuf,
    /// How many times as fast as real time its clock runs.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// A WhatsApp number that is there and works; may be repeated.
    #[arg(long, value_name = "NAME", default_value = "Main Line", action = ArgAction::Append)]
    pub session: Vec<String>,
    /// The account's plan: free, starter, pro or business.
    #[arg(long, value_name = "PLAN", default_value = "business", value_parser = plan)]
    pub plan: PlanName,
    /// The only key that is right; without it any key is.
    #[arg(long, value_name = "KEY")]
    pub api_key: Option<String>,
    /// A reading that the API's description leaves open, such as envelope=bare; several with commas.
    #[arg(long, value_name = "KEY=VALUE", value_parser = dialect)]
    pub dialect: Option<Dialect>,
    /// What fails, such as nth=3,mode=drop_after,path=^/bulk-send; may be repeated.
    #[arg(long, value_name = "FAULT", action = ArgAction::Append, value_parser = fault)]
    pub fault: Vec<Fault>,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 && speed <= 1_000_000.0 => Ok(speed),
        _ => Err("a number above 0, at most 1000000".to_owned()),
    }
}

fn plan(text: &str) -> Result<PlanName, String> {
    PlanName::parse(&text.to_ascii_lowercase())
        .ok_or_else(|| "one of free, starter, pro, business".to_owned())
}

fn dialect(text: &str) -> Result<Dialect, String> {
    Dialect::parse(text).map_err(|error| error.to_string())
}

fn fault(text: &str) -> Result<Fault, String> {
    Fault::parse(text).map_err(|error| error.to_string())
}
