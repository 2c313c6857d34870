//! `history`: when a schedule fired, page by page, latest first where the API says so.

use serde_json::json;

use crate::api::{Execution, PageRequest, Read};
use crate::cli::account::Account;
use crate::cli::args::{Format, HistoryArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::on_account;
use crate::cli::shell::Shell;
use crate::model::{Id, Kind, one_line};
use crate::render::Table;
use crate::time::Zone;
use crate::time::format::{local_words, with_offset};

/// Executions asked for at once.
const PAGE: u32 = 50;

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
        let executions = read(account, id, args.limit).await?;
        let zone = project.desired.schedules.get(&address.key).and_then(|s| Zone::parse(&s.timezone).ok());
        let zone = zone.unwrap_or_else(Zone::utc);
        match format {
            Format::Json => shell.ui.json(&json!({
                "schedule": address,
                "executions": executions.iter().map(|e| json!({
                    "at": e.at.map(|at| with_offset(at, &zone)),
                    "status": e.status, "job": e.job_id, "total": e.total, "sent": e.sent, "failed": e.failed,
                })).collect::<Vec<_>>(),
            })),
            Format::Text | Format::Markdown if executions.is_empty() => {
                shell.ui.line(format_args!("{address} has not fired yet."));
            }
            Format::Text | Format::Markdown | Format::Csv | Format::Ics | Format::Html => {
                shell.ui.out(table(shell, &executions, &zone));
            }
        }
        Ok(Exit::Done)
    })
    .await
}

async fn read(account: &Account, id: &Id, limit: u64) -> Result<Vec<Execution>, CliError> {
    let mut all: Vec<Execution> = Vec::new();
    loop {
        let offset = all.len() as u64;
        let left = limit.saturating_sub(offset);
        if left == 0 {
            return Ok(all);
        }
        let page = PageRequest { limit: u32::try_from(left).unwrap_or(PAGE).min(PAGE), offset };
        let got = account.client.history(id, page).await?;
        // A server that does not know `offset` gives its first page again.
        let repeats = offset > 0 && got.executions.first() == all.first();
        if got.executions.is_empty() || repeats {
            return Ok(all);
        }
        let last = got.total.is_some_and(|total| offset + got.executions.len() as u64 >= total);
        all.extend(got.executions);
        all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        if last {
            return Ok(all);
        }
    }
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
