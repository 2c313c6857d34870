//! `export`: the members of a group, or the recipients of a send with their state. Whole, or not at all.

use std::collections::BTreeMap;
use std::io;

use crate::api::{Optional, Read, Recipient};
use crate::cli::account::Account;
use crate::cli::args::{ExportArgs, Format};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::exporting::export_members;
use crate::cli::output::{Output, Rows, not_written};
use crate::cli::outputs::check_out;
use crate::cli::planning::on_account;
use crate::cli::project::Project;
use crate::cli::sent::{Sent, not_there};
use crate::cli::shell::Shell;
use crate::model::{Kind, Phone, one_line};
use crate::plan::{moved_state, people};

/// Writes it.
pub async fn run(shell: &Shell, args: &ExportArgs) -> Result<Exit, CliError> {
    let json = shell.format_or(Format::Csv, &[Format::Csv, Format::Json])? == Format::Json;
    on_account(shell, &args.project.path, async |project, account| {
        check_out(&shell.global, Some(project), args.out.as_deref())?;
        match args.address.kind {
            Kind::Group => members(shell, project, account, args, json).await,
            Kind::Send => recipients(shell, project, account, args, json).await,
            Kind::Schedule => {
                Err(CliError::failed(format!("{} is a schedule: it has no members", args.address))
                    .hint("export its group; `campaignctl history` shows what a schedule has sent"))
            }
        }
    })
    .await
}

async fn members(
    shell: &Shell,
    project: &Project,
    account: &Account,
    args: &ExportArgs,
    json: bool,
) -> Result<Exit, CliError> {
    let address = &args.address;
    let state = moved_state(&project.desired, &project.read_ledger(shell)?.state);
    let Some(id) = state.group_id(&address.key).cloned() else {
        return Err(not_there(address, project.desired.groups.keys().map(String::as_str)));
    };
    let Some(group) = account.client.groups().await?.into_iter().find(|group| group.id == id) else {
        return Err(CliError::failed(format!("{address} is gone from the account"))
            .hint("`campaignctl plan` shows what to do about it"));
    };
    let rows = export_members(shell, account, &id, group.member_count, args.out.as_deref(), json).await?;
    said(shell, args, rows, &format!("the members of {address}"));
    Ok(Exit::Done)
}

async fn recipients(
    shell: &Shell,
    project: &Project,
    account: &Account,
    args: &ExportArgs,
    json: bool,
) -> Result<Exit, CliError> {
    let address = &args.address;
    let Sent { run, job } = Sent::find(shell, project, address, args.run.as_deref())?;
    let detail = account.client.job_detail(&job.job).await.map_err(|error| {
        if error.is_not_found() {
            CliError::failed(format!("the account has no job {} of {address} (run {run}) any more", job.job))
                .hint("what is known of it: `campaignctl status`")
        } else {
            error.into()
        }
    })?;
    // Delivered and read are known to the analytics only, which not every plan has.
    let analytics = match account.client.analytics(&job.job).await {
        Ok(Optional::Known(analytics)) => analytics.contacts,
        Ok(Optional::Unavailable(_)) | Err(_) => Vec::new(),
    };
    let later: BTreeMap<Phone, String> =
        analytics.iter().filter_map(|contact| Some((contact.phone?, contact.status.clone()))).collect();
    let lists = [detail.recipients, (!analytics.is_empty()).then_some(analytics)];
    let list = whole(lists, detail.job.total).map_err(|most| match (most, detail.job.total) {
        (Some(most), Some(total)) => CliError::failed(format!(
            "the API lists {most} of the {total} recipients of {address} (run {run}), so nothing was written"
        ))
        .hint("run it again; while the job runs, its list may still be growing")
        .hint("its numbers are in `campaignctl status`"),
        _ => CliError::failed(format!("the API does not list the recipients of {address} (run {run})"))
            .hint("its numbers are in `campaignctl status`"),
    })?;
    let out = args.out.as_deref();
    let failed = |error: io::Error| not_written(out.unwrap_or("stdout".as_ref()), &error);
    let mut rows =
        Rows::begin(Output::begin(out)?, json, &["phone", "name", "state", "at"]).map_err(failed)?;
    for recipient in &list {
        let state = recipient.phone.and_then(|phone| later.get(&phone)).unwrap_or(&recipient.status);
        let at = recipient.at.map(|at| at.to_string()).unwrap_or_default();
        let name = recipient.name.as_deref().unwrap_or_default();
        rows.row(recipient.phone, &[name, &one_line(state, 40), &at]).map_err(failed)?;
    }
    let counts = (rows.written, rows.no_phone);
    rows.finish().map_err(failed)?.finish(shell).await?;
    said(shell, args, counts, &format!("the recipients of {address} (run {run})"));
    Ok(Exit::Done)
}

/// The first list that has everybody; else how many the longest one has.
fn whole<const N: usize>(
    lists: [Option<Vec<Recipient>>; N],
    total: Option<u64>,
) -> Result<Vec<Recipient>, Option<usize>> {
    let mut most = None;
    for list in lists.into_iter().flatten() {
        if total.is_none_or(|total| list.len() as u64 >= total) {
            return Ok(list);
        }
        most = most.max(Some(list.len()));
    }
    Err(most)
}

/// What was done, on stderr: stdout may be the file.
fn said(shell: &Shell, args: &ExportArgs, (written, no_phone): (u64, u64), what: &str) {
    if let Some(path) = &args.out {
        shell.ui.say(format_args!("{}, {what}, written to {}.", people(written), path.display()));
    }
    if no_phone > 0 {
        let entries = if no_phone == 1 { "entry is" } else { "entries are" };
        shell.ui.say(format_args!("{no_phone} {entries} no phone number (erased people) and left out."));
    }
}
