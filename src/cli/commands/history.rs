//! `history`: when a schedule fired, page by page, latest first where the API says so.

use serde_json::json;

use crate::api::{Execution, Read};
use crate::cli::account::Account;
use crate::cli::args::{Format, HistoryArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::firings::{Fired, Firings};
use crate::cli::planning::on_account;
use crate::cli::sent::not_there;
use crate::cli::shell::Shell;
use crate::model::{Id, Kind, one_line};
use crate::plan::moved_state;
use crate::render::Table;
use crate::time::Zone;
use crate::time::format::{local_words, with_offset};

/// Shows it.
pub async fn run(shell: &Shell, args: &HistoryArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    let address = &args.address;
    if address.kind != Kind::Schedule {
        return Err(CliError::failed(format!("{address} is no schedule; only schedules have a history"))
            .hint("`campaignctl status` shows how sends are doing"));
    }
    on_account(shell, &args.project.path, async |project, account| {
        let state = moved_state(&project.desired, &project.read_ledger(shell)?.state);
        let known = state.schedules.get(&address.key);
        let (id, retired) = known.map_or((None, None), |known| (known.id.as_ref(), Some(&known.retired)));
        // The present one, and those that it replaced.
        let ids: Vec<&Id> = id.into_iter().chain(retired.into_iter().flatten()).collect();
        if ids.is_empty() {
            return Err(not_there(address, project.desired.schedules.keys().map(String::as_str)));
        }
        let Fired { executions, total, more } = read_all(account, &ids, args.limit).await?;
        let zone = project.desired.schedules.get(&address.key).and_then(|s| Zone::parse(&s.timezone).ok());
        let zone = zone.unwrap_or_else(Zone::utc);
        match format {
            Format::Json => shell.ui.json(&json!({
                "schedule": address,
                "executions": executions.iter().map(|e| json!({
                    "at": e.at.map(|at| with_offset(at, &zone)),
                    "status": e.status, "job": e.job_id, "total": e.total, "sent": e.sent, "failed": e.failed,
                })).collect::<Vec<_>>(),
                "total": total,
                "more": more,
            })),
            Format::Text | Format::Markdown if executions.is_empty() => {
                shell.ui.line(format_args!("{address} has not fired yet."));
            }
            Format::Text | Format::Markdown | Format::Csv | Format::Ics | Format::Html => {
                shell.ui.out(table(shell, &executions, &zone));
            }
        }
        if more {
            let shown = executions.len();
            shell.ui.say(match total {
                Some(total) => {
                    format!("{shown} of {total} firings are shown; all of them: --limit {total}")
                }
                None => format!("There are more than {shown} firings; a larger --limit shows more."),
            });
        }
        Ok(Exit::Done)
    })
    .await
}

/// The firings of all of them as of one schedule: latest first where there are several.
async fn read_all(account: &Account, ids: &[&Id], limit: u64) -> Result<Fired, CliError> {
    let mut all = Fired { executions: Vec::new(), total: Some(0), more: false };
    let mut with_firings = 0;
    for id in ids {
        let Fired { executions, total, more } = read(account, id, limit).await?;
        with_firings += usize::from(!executions.is_empty());
        all.total = all.total.zip(total).map(|(a, b)| a.saturating_add(b));
        all.more |= more;
        all.executions.extend(executions);
    }
    if with_firings > 1 {
        all.executions.sort_by_key(|execution| std::cmp::Reverse(execution.at));
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    all.more |= all.executions.len() > most;
    all.executions.truncate(most);
    Ok(all)
}

async fn read(account: &Account, id: &Id, limit: u64) -> Result<Fired, CliError> {
    let mut firings = Firings::new(limit);
    while let Some(page) = firings.next() {
        firings.take(account.client.history(id, page).await?)?;
    }
    Ok(firings.finish())
}

fn table(shell: &Shell, executions: &[Execution], zone: &Zone) -> Table {
    let count = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let mut table = Table::new(["fired", "status", "people", "sent", "failed"]);
    table = table.right(2).right(3).right(4).width(shell.ui.terminal().width());
    for e in executions {
        let at = e.at.map(|at| local_words(at, zone)).unwrap_or_default();
        table.row([at, one_line(&e.status, 40), count(e.total), count(e.sent), count(e.failed)]);
    }
    table
}
