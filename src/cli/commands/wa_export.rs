//! `wa-groups export`: the members of a WhatsApp group. The API has no list of them, so it imports them into a
//! temporary group, which is exported and deleted.

use crate::api::{Read, Write};
use crate::cli::account::Account;
use crate::cli::args::{Format, WaExportArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::exporting::export_members;
use crate::cli::outputs::check_out;
use crate::cli::planning::on_account_alone;
use crate::cli::project::Project;
use crate::cli::shell::Shell;
use crate::cli::temporary::{Purpose, made, name, remove, sweep};
use crate::model::{Id, SessionStatus, one_line};
use crate::plan::people;

/// Writes them.
pub async fn run(shell: &Shell, args: &WaExportArgs) -> Result<Exit, CliError> {
    let json = shell.format_or(Format::Csv, &[Format::Csv, Format::Json])? == Format::Json;
    let project = Project::quietly(shell, &args.project.path);
    check_out(&shell.global, project.as_ref(), args.out.as_deref())?;
    on_account_alone(shell, &args.project.path, async |account| export(shell, account, args, json).await)
        .await
}

async fn export(shell: &Shell, account: &Account, args: &WaExportArgs, json: bool) -> Result<Exit, CliError> {
    let session = session(account, &args.id).await?;
    let (groups, jobs) = (account.client.groups().await?, account.client.jobs().await?);
    sweep(shell, &account.client, &groups, &jobs, account.clock.now()).await;
    let name = name(Purpose::Export, &args.id)?;
    // From here on a signal waits until the group is gone.
    let interrupt = shell.signals.claim(|_| {});
    let outcome = account.client.create_group_from_wa(&name, &[(args.id.as_str(), &session)]).await;
    let id = made(&account.client, &name, outcome).await?;
    let written = async {
        let group = account.client.groups().await?.into_iter().find(|group| group.id == id);
        let count = group.and_then(|group| group.member_count);
        export_members(shell, account, &id, count, args.out.as_deref(), json).await
    };
    let written = tokio::select! {
        written = written => Some(written),
        () = interrupt.raised(1) => None,
    };
    remove(shell, &account.client, &id).await;
    let Some(written) = written else {
        return Err(CliError {
            exit: Exit::Interrupted,
            ..CliError::failed("interrupted; nothing was written")
        });
    };
    let (written, no_phone) = written?;
    if let Some(path) = &args.out {
        shell.ui.say(format_args!("{} of {} written to {}.", people(written), args.id, path.display()));
    }
    if no_phone > 0 {
        let entries = if no_phone == 1 { "entry is" } else { "entries are" };
        shell.ui.say(format_args!("{no_phone} {entries} no phone number and left out."));
    }
    Ok(Exit::Done)
}

/// The session that is in the group; one that works where there are several.
async fn session(account: &Account, id: &str) -> Result<Id, CliError> {
    let known = account.client.wa_groups().await?;
    let sessions = account.client.sessions().await?;
    let there: Vec<_> = known.iter().filter(|group| group.id == id).collect();
    if there.is_empty() {
        return Err(CliError::failed(format!(
            "no session of the account is in the WhatsApp group {}",
            one_line(id, 60)
        ))
        .hint("`campaignctl wa-groups` lists the groups with their ids, which end in @g.us"));
    }
    let works = |id: &&Id| sessions.iter().any(|s| s.id == **id && s.status == SessionStatus::Working);
    let named = there.iter().filter_map(|group| group.session_id.as_ref());
    let found = named.clone().find(works).or_else(|| named.clone().next());
    let found = found.or_else(|| sessions.iter().find(|s| s.status == SessionStatus::Working).map(|s| &s.id));
    found.cloned().ok_or_else(|| {
        CliError::failed("the account has no session that could read this group")
            .hint("connect a WhatsApp number on the MoltFlow dashboard first")
    })
}
