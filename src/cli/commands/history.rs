//! `history`: when a schedule fired, page by page, latest first where the API says so.

use serde_json::json;

use crate::api::{Execution, Read};
use crate::cli::account::Account;
use crate::cli::args::{Format, HistoryArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::firings::{Fired, Firings};
use crate::cli::planning::on_account;
use crate::cli::shell::Shell;
use crate::model::{Id, Kind, one_line};
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
        let state = project.read_ledger(shell)?.state;
        let id = state.schedule_id(&address.key).ok_or_else(|| {
            CliError::failed(format!("{address} is not on the account"))
                .hint("`campaignctl apply` creates it")
        })?;
        let Fired { executions, total, more } = read(account, id, args.limit).await?;
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
