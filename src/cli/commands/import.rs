//! `import`: a project out of what is on the account, tied to it, so that the first plan has nothing to do. Changes
//! nothing on the account and overwrites no file.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::init::{GITIGNORE, name, write_new};
use crate::cli::account::Account;
use crate::cli::args::{Format, ImportArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::importing::{read, ties};
use crate::cli::placing::Placing;
use crate::cli::project::Project;
use crate::cli::shell::{Shell, real_now};
use crate::cli::shell_word::shell_word;
use crate::config::write::{Given, Written, write};
use crate::config::{LoadOptions, load, schema, text};
use crate::ledger::{Event, Location, default_path, new_salt};
use crate::model::{Desired, Observed};
use crate::plan::{Input, Plan, PlanOptions, plan};

/// Reads, writes, ties.
pub async fn run(shell: &Shell, args: &ImportArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    if shell.global.sandbox {
        return Err(CliError::failed(
            "the embedded sandbox has only what a project made in it: there is nothing to import",
        )
        .hint("to try it: campaignctl sandbox serve, and --api-url http://127.0.0.1:8089"));
    }
    // Before the reading, which may take minutes: whatever can be known to be in the way.
    free(&args.out)?;
    no_ledger(shell, &args.out)?;
    let account = Account::alone(shell)?;
    let result = import(shell, &args.out, &account).await;
    account.close().await;
    result
}

async fn import(shell: &Shell, dir: &Path, account: &Account) -> Result<Exit, CliError> {
    let mut placing = Placing::begin(dir)?;
    let observed = read(shell, account).await?;
    let now = real_now();
    let given = Given {
        project: &name(dir),
        plan: observed.subscription.as_ref().and_then(|s| s.plan),
        sessions: &observed.sessions,
        groups: &observed.groups,
        schedules: &observed.schedules,
        now,
    };
    let written = write(&given);
    let desired = place(shell, dir, &mut placing, &written, now)?;
    let project = Project::of(shell, desired)?;
    let plan = tie(shell, &project, account, &written, &observed, now).map_err(|error| {
        error.hint("what of the ledger was begun is in .campaignctl/: move it away before you import again")
    })?;
    placing.keep();
    super::import_view::show(shell, dir, &project.desired, &written, &observed);
    if plan.has_changes() || plan.is_refused() || plan.is_held() {
        shell.ui.warn(format_args!(
            "not everything on the account can be written exactly: look at `campaignctl plan {}` before you apply",
            shell_word(dir)
        ));
    }
    Ok(Exit::Done)
}

/// No YAML is there yet: what is written joins nothing and overwrites nothing.
fn free(dir: &Path) -> Result<(), CliError> {
    let vars = BTreeMap::new();
    let loaded = dir.exists().then(|| load(&LoadOptions::new(dir, &vars, Timestamp::UNIX_EPOCH)));
    match loaded.as_ref().and_then(|loaded| loaded.files.first()) {
        None => Ok(()),
        Some(file) => {
            Err(CliError::refused(format!("{} is there already, and nothing is overwritten", file.display()))
                .hint("name a directory that has no YAML yet: campaignctl import --out DIR"))
        }
    }
}

/// A ledger of that name knows another history than the one that begins now.
fn no_ledger(shell: &Shell, dir: &Path) -> Result<(), CliError> {
    let global = &shell.global;
    let location = match &global.ledger {
        Some(place) => Location::parse(place, Path::new(""))?,
        None => Location::File(default_path(dir, global.environment.as_deref(), &name(dir), false)),
    };
    if !location.open()?.load()?.existed {
        return Ok(());
    }
    Err(CliError::refused("there is a ledger of this project already; nothing was written")
        .hint("name another directory: campaignctl import --out DIR; or move .campaignctl/ away"))
}

/// Writes the files aside, reads them back, and only then puts them in their place.
fn place(
    shell: &Shell,
    dir: &Path,
    placing: &mut Placing,
    written: &Written,
    now: Timestamp,
) -> Result<Desired, CliError> {
    let aside = placing.write_aside(&written.files)?;
    let vars = BTreeMap::new();
    let loaded = load(&LoadOptions::new(&aside, &vars, now));
    let Some(mut desired) = loaded.desired else {
        shell.ui.err(text(&loaded.diagnostics, shell.ui.terminal().err_color()));
        return Err(CliError::failed(
            "what is on the account cannot be written as YAML; nothing was written",
        )
        .hint("mend what is shown above on the dashboard, and import again"));
    };
    dir.clone_into(&mut desired.root);
    no_ledger(shell, dir)?;
    placing.place(&written.files)?;
    for (file, text) in
        [("campaign.schema.json", format!("{:#}\n", schema()).as_str()), (".gitignore", GITIGNORE)]
    {
        placing.add(&dir.join(file));
        write_new(shell, &dir.join(file), text)?;
    }
    Ok(desired)
}

/// Begins the ledger, and plans with what was read.
fn tie(
    shell: &Shell,
    project: &Project,
    account: &Account,
    written: &Written,
    observed: &Observed,
    now: Timestamp,
) -> Result<Plan, CliError> {
    let mut writer = project.lock(shell, "import", now)?;
    let salt = new_salt()?;
    let bound = Event::Bound {
        project: project.desired.project.clone(),
        account: project.desired.account.name.clone(),
        host: account.host.clone(),
        environment: Some(project.desired.environment.clone()),
        salt: salt.to_hex(),
    };
    writer.append(bound, now)?;
    for event in ties(written, &project.desired, observed, &salt) {
        writer.append(event, now)?;
    }
    Ok(plan(&Input {
        desired: &project.desired,
        observed,
        state: writer.state(),
        host: &account.host,
        options: &PlanOptions::default(),
        now,
    }))
}
