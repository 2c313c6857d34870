//! The way from a path to a plan, the same for `plan`, `apply` and `destroy`: read everything, then plan.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::account::Account;
use super::args::Format;
use super::error::CliError;
use super::project::{Project, read};
use super::shell::Shell;
use crate::apply::{ObserveError, observe};
use crate::ledger::{Loaded, State, Stops};
use crate::model::{Address, Desired, Observed};
use crate::plan::{ChangeKind, Input, Plan, PlanOptions, Refresh, Stopped, moved_state, plan};
use crate::render::{PlanText, PlanUse, plan_html, plan_json, plan_markdown};
use crate::time::Zone;
use crate::time::format::local_words;

/// A plan with what it was made from.
pub struct Planned {
    /// The ledger at that time.
    pub ledger: Loaded,
    /// The account at that time.
    pub observed: Observed,
    /// The plan.
    pub plan: Plan,
}

impl Planned {
    /// Reads the ledger and the account, and plans. Changes nothing, locks nothing.
    pub async fn make(
        shell: &Shell,
        project: &Project,
        account: &Account,
        mut options: PlanOptions,
        refresh: Refresh,
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let ledger = project.read_ledger(shell)?;
        let moved = moved_state(&project.desired, &ledger.state);
        options.stopped = stopped(&project.stops(shell)?, &project.desired, &moved);
        Self::with(shell, project, account, ledger, options, refresh, now).await
    }

    /// As if no operator had stopped anything.
    pub async fn unstopped(
        shell: &Shell,
        project: &Project,
        account: &Account,
        refresh: Refresh,
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let ledger = project.read_ledger(shell)?;
        Self::with(shell, project, account, ledger, PlanOptions::default(), refresh, now).await
    }

    async fn with(
        shell: &Shell,
        project: &Project,
        account: &Account,
        ledger: Loaded,
        options: PlanOptions,
        refresh: Refresh,
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let mut observed = read_account(project, account, &ledger.state, refresh, now).await?;
        // A moment that was given is nobody's clock.
        if shell.given_now.is_some() {
            observed.clock_skew_seconds = 0;
        }
        let plan = plan(&Input {
            desired: &project.desired,
            observed: &observed,
            state: &ledger.state,
            host: &account.host,
            options: &options,
            now,
        });
        check_only(&options, &project.desired, &ledger.state)?;
        Ok(Self { ledger, observed, plan })
    }

    /// In CI, a ledger that is not there may be one that was lost: sending with it could send twice
    /// (`product.md`, *The ledger's place*). What to say, where that is so.
    pub fn new_ledger_in_ci(&self, shell: &Shell, project: &Project, account: &Account) -> Option<CliError> {
        let local = project.location.local().is_some();
        let sends = self.plan.doable().any(|c| matches!(c.kind, ChangeKind::Send | ChangeKind::SendAgain));
        let at_risk =
            shell.ui.terminal().is_ci() && local && sends && !self.ledger.existed && !account.is_trial;
        at_risk.then(|| {
            CliError::refused(format!(
                "in CI there is no ledger yet at {}: if an earlier run had one and it was lost, sending now could \
                 send twice",
                project.store.place()
            ))
            .hint("keep the ledger between runs: cache its directory, or name another place with `ledger:` in the YAML")
            .hint("if this really is the first run: --allow-new-ledger")
        })
    }
}

/// Reads the account for a project; its rate is the subscription's from then on.
pub async fn read_account(
    project: &Project,
    account: &Account,
    state: &State,
    refresh: Refresh,
    now: Timestamp,
) -> Result<Observed, CliError> {
    let observed =
        observe(&account.client, &project.desired, state, refresh, now).await.map_err(read_failed)?;
    if let Some(rate) = observed.subscription.as_ref().and_then(|s| s.requests_per_minute) {
        account.client.set_rate(rate);
    }
    Ok(observed)
}

fn read_failed(error: ObserveError) -> CliError {
    match error {
        ObserveError::Api { source } => {
            let hint = source.hint();
            CliError::failed("the account could not be read, so nothing was done").because(&source).hint(hint)
        }
        changed @ ObserveError::Changed { .. } => CliError::failed(changed.to_string()),
    }
}

/// The addresses that an operator stopped, with the words that say so.
fn stopped(stops: &Stops, desired: &Desired, state: &State) -> BTreeMap<Address, Stopped> {
    if stops.is_empty() {
        return BTreeMap::new();
    }
    let schedules = desired.schedules.keys().chain(state.schedules.keys()).map(Address::schedule);
    let sends = desired.sends.keys().chain(state.sends.keys()).map(Address::send);
    schedules
        .chain(sends)
        .filter_map(|address| {
            let stop = stops.stopped(&address)?;
            let at = local_words(stop.at, &Zone::utc());
            let words = format!(
                "{} on {at}, which outranks the YAML until `campaignctl resume {}`",
                stop.words(),
                if stop.all { "--all".to_owned() } else { address.to_string() }
            );
            Some((address, Stopped { words, cancel: stop.cancel }))
        })
        .collect()
}

/// `--only` of what nobody knows is a slip, not an empty plan.
fn check_only(options: &PlanOptions, desired: &Desired, state: &State) -> Result<(), CliError> {
    use crate::model::Kind;
    let known = |address: &&Address| match address.kind {
        Kind::Group => desired.groups.contains_key(&address.key) || state.groups.contains_key(&address.key),
        Kind::Schedule => {
            desired.schedules.contains_key(&address.key) || state.schedules.contains_key(&address.key)
        }
        Kind::Send => desired.sends.contains_key(&address.key) || state.sends.contains_key(&address.key),
    };
    match options.only.iter().find(|address| !known(address)) {
        None => Ok(()),
        Some(address) => {
            Err(CliError::failed(format!("--only {address}: neither the YAML nor the ledger has it"))
                .hint("check the spelling; `campaignctl status` lists what there is"))
        }
    }
}

/// Shows a plan on stdout.
pub fn show_plan(shell: &Shell, plan: &Plan, format: Format, show_phones: bool, used_for: PlanUse) {
    match format {
        Format::Json => shell.ui.json(&plan_json(plan)),
        Format::Markdown => shell.ui.out(plan_markdown(plan, used_for)),
        Format::Html => shell.ui.out(plan_html(plan, used_for)),
        _ => shell.ui.out(PlanText::new(plan, &shell.ui.text(show_phones)).used_for(used_for)),
    }
}

/// Loads the project at `path`, opens its account, does `work`, and lets go of the account whatever comes.
pub async fn on_account<T>(
    shell: &Shell,
    path: &Path,
    work: impl AsyncFnOnce(&Project, &Account) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let project = Project::load(shell, path)?;
    let account = Account::open(shell, &project).await?;
    let result = work(&project, &account).await;
    account.close().await;
    result
}

/// As [`on_account`], for looking at an account that may have no project yet, or one with mistakes in it: nothing of
/// the YAML is needed for it.
pub async fn on_account_alone<T>(
    shell: &Shell,
    path: &Path,
    work: impl AsyncFnOnce(&Account) -> Result<T, CliError>,
) -> Result<T, CliError> {
    // The embedded sandbox is that of a project.
    if shell.global.sandbox || is_project(shell, path)? {
        return on_account(shell, path, async |_, account| work(account).await).await;
    }
    let account = Account::alone(shell)?;
    let result = work(&account).await;
    account.close().await;
    result
}

/// Whether there is a project that can be used. That there is none where nobody named one goes without saying.
fn is_project(shell: &Shell, path: &Path) -> Result<bool, CliError> {
    let loaded = read(shell, path)?;
    if loaded.desired.is_some() {
        return Ok(true);
    }
    if loaded.diagnostics.iter().any(|d| d.code == "no-project") {
        return Ok(path != Path::new("."));
    }
    if path.exists() {
        shell.ui.warn(
            "the YAML has mistakes and is left out of this; the account is the one of your key \
             (`campaignctl validate` shows the mistakes)",
        );
    }
    Ok(!path.exists())
}
