//! The account that a command talks to: the API at an address, or the embedded emulator.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::credentials;
use super::error::CliError;
use super::project::Project;
use super::shell::Shell;
use super::ui::Ui;
use crate::api::{Auth, BaseUrl, Client, ClientOptions, Clock, OnWait, RealClock, SetupError, WaitNotice};
use crate::model::{PlanName, Secret, SessionRef};
use crate::sandbox::{self, LimitOverrides, Options, Running, SessionSeed};
use crate::time::format::duration_words;

/// Waits shorter than this are not worth a word.
const WORTH_SAYING: SignedDuration = SignedDuration::from_secs(3);

/// An account that can be read and changed.
pub struct Account {
    /// The client.
    pub client: Client,
    /// Its clock: the sandbox's own, where there is one, so that no wait takes real time.
    pub clock: Arc<dyn Clock>,
    /// Host with port, or `sandbox`: what the ledger is bound to.
    pub host: String,
    /// The sandbox, or a server on this machine: nothing can reach real people through a lost CI ledger.
    pub is_trial: bool,
    sandbox: Option<Running>,
}

impl Account {
    /// Finds the account for the flags and the environment; makes no request.
    pub async fn open(shell: &Shell, project: &Project) -> Result<Self, CliError> {
        if shell.global.sandbox {
            Self::embedded(shell, project).await
        } else {
            Self::remote(shell, project.desired.account.limits.requests_per_minute)
        }
    }

    /// The account without a project, to look at it before there is one.
    pub fn alone(shell: &Shell) -> Result<Self, CliError> {
        Self::remote(shell, PlanName::Free.limits().requests_per_minute)
    }

    /// Time passes only when somebody waits: nothing happens by itself.
    pub fn is_embedded(&self) -> bool {
        self.sandbox.is_some()
    }

    fn remote(shell: &Shell, rate: u32) -> Result<Self, CliError> {
        let named = shell.global.api_url.clone();
        let text = named
            .or_else(|| std::env::var("MOLTFLOW_API_URL").ok().filter(|url| !url.trim().is_empty()))
            .unwrap_or_else(|| BaseUrl::DEFAULT.to_owned());
        let base = BaseUrl::parse(&text).map_err(|error| CliError::from(SetupError::from(error)))?;
        let auth = credentials::find(shell.global.api_key_file.as_deref(), |name| std::env::var(name).ok())?;
        let is_trial = base.is_loopback();
        let options =
            ClientOptions { on_wait: Some(say_waits(&shell.ui)), ..ClientOptions::new(base, auth, rate) };
        let client = Client::new(options)?;
        let host = client.api_host();
        Ok(Self { client, clock: Arc::new(RealClock), host, is_trial, sandbox: None })
    }

    async fn embedded(shell: &Shell, project: &Project) -> Result<Self, CliError> {
        if shell.global.api_url.is_some() {
            return Err(CliError::failed("--sandbox and --api-url name two different accounts")
                .hint("leave one of them out"));
        }
        let running = sandbox::start(sandbox_options(shell, project)).await?;
        let clock: Arc<dyn Clock> = Arc::new(running.clock());
        let base = BaseUrl::parse(&running.base_url()).map_err(SetupError::from)?;
        let rate = project.desired.account.limits.requests_per_minute;
        let auth = Auth::Key(Secret::new("sandbox"));
        let options = ClientOptions { clock: Arc::clone(&clock), ..ClientOptions::new(base, auth, rate) };
        let client = Client::new(options)?;
        Ok(Self { client, clock, host: "sandbox".to_owned(), is_trial: true, sandbox: Some(running) })
    }

    /// Lets go of it; the sandbox saves what it has.
    pub async fn close(self) {
        drop(self.client);
        if let Some(running) = self.sandbox {
            running.shutdown().await;
        }
    }
}

/// The emulator as the project's account: its sessions, its plan, its limits.
fn sandbox_options(shell: &Shell, project: &Project) -> Options {
    let desired = &project.desired;
    let account = &desired.account;
    let plan = account
        .plan
        .and_then(|plan| sandbox::PlanName::parse(plan.as_str()))
        .unwrap_or(sandbox::PlanName::Business);
    let sessions = desired
        .sessions
        .iter()
        .filter_map(|(key, session)| match &session.by {
            SessionRef::Name(name) => Some(SessionSeed::named(name)),
            SessionRef::Id(id) => {
                let uuid = id.as_str().parse().ok();
                if uuid.is_none() {
                    shell.ui.warn(format_args!(
                        "session {key}: ids in the sandbox are UUIDs, as in the API, so it does not have {id}"
                    ));
                }
                uuid.map(|id| SessionSeed { name: key.clone(), id: Some(id) })
            }
        })
        .collect();
    let limits = LimitOverrides {
        groups: Some(account.limits.groups),
        messages_per_month: Some(account.limits.messages_per_month),
        requests_per_minute: Some(u64::from(account.limits.requests_per_minute)),
    };
    let data_dir = Some(project.sandbox_data());
    // The client keeps to the rate on the sandbox's clock; several commands in one minute are nobody's mistake.
    Options { data_dir, plan, limits, sessions, throttle: false, ..Options::default() }
}

/// Long waits for the rate are said, each once however many requests wait for it.
fn say_waits(ui: &Arc<Ui>) -> OnWait {
    let (ui, said) = (Arc::clone(ui), Mutex::new(Timestamp::MIN));
    Arc::new(move |WaitNotice { wait, until }| {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        if wait >= WORTH_SAYING && until.duration_since(*said) >= WORTH_SAYING {
            *said = until;
            ui.say(format_args!(
                "… waiting {}: the account allows only so many requests a minute",
                duration_words(wait)
            ));
        }
    })
}
