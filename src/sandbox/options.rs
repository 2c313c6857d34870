//! How a sandbox is started. Values only.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use secrecy::SecretString;
use uuid::Uuid;

use super::clock::SandboxClock;
use super::dialect::Dialect;
use super::fault::Fault;
use super::plan_name::{LimitOverrides, PlanName};
use super::server::{ALL_SCOPES, ServerConfig};

/// A WhatsApp number that is to be there, working, if it is not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSeed {
    /// Its name.
    pub name: String,
    /// Its id, when the project names it by id; else it follows from the seed and the name.
    pub id: Option<Uuid>,
}

impl SessionSeed {
    /// A session found or made by name.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), id: None }
    }
}

/// How to start a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where its data are kept; `None` keeps them in memory only.
    pub data_dir: Option<PathBuf>,
    /// The address to listen on; 127.0.0.1 by default.
    pub host: IpAddr,
    /// The port; 0 takes any that is free.
    pub port: u16,
    /// The account's plan.
    pub plan: PlanName,
    /// Limits that differ from the plan's.
    pub limits: LimitOverrides,
    /// The one key that is right; `None` takes any that is not empty.
    pub api_key: Option<SecretString>,
    /// What the key may do.
    pub scopes: Vec<String>,
    /// The numbers that are to be there.
    pub sessions: Vec<SessionSeed>,
    /// Which reading of the API is served.
    pub dialect: Dialect,
    /// What fails.
    pub faults: Vec<Fault>,
    /// Its clock.
    pub clock: SandboxClock,
    /// From which ids and pauses are drawn; used only when there are no data yet.
    pub seed: u64,
    /// Whether more requests a minute than the plan allows are refused.
    pub throttle: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data_dir: None,
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            plan: PlanName::Business,
            limits: LimitOverrides::default(),
            api_key: None,
            scopes: ALL_SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
            sessions: vec![SessionSeed::named("Main Line")],
            dialect: Dialect::default(),
            faults: Vec::new(),
            clock: SandboxClock::real(),
            seed: 1,
            throttle: true,
        }
    }
}

impl Options {
    /// The part that the model server needs.
    pub fn server_config(&self) -> ServerConfig {
        ServerConfig {
            plan: self.plan,
            limits: self.limits.over(self.plan.limits()),
            api_key: self.api_key.clone(),
            scopes: self.scopes.clone(),
            dialect: self.dialect,
            throttle: self.throttle,
        }
    }
}
