//! `status`: what is managed, how each send is doing, what is held.

use crate::cli::args::{Format, PathArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::{on_account, read_account};
use crate::cli::shell::Shell;
use crate::cli::status_view::{Row, rows};
use crate::ledger::Phase;
use crate::model::Address;
use crate::plan::{Refresh, moved_state, ways_out};
use crate::render::Table;

/// Shows it; exit 5 while anything is held.
pub async fn run(shell: &Shell, args: &PathArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    on_account(shell, &args.path, async |project, account| {
        let ledger = project.read_ledger(shell)?;
        let observed =
            read_account(project, account, &ledger.state, Refresh::None, account.clock.now()).await?;
        let state = moved_state(&project.desired, &ledger.state);
        let stops = project.store.stops()?;
        let rows = rows(&project.desired, &state, &observed, &stops);
        let held: Vec<(Address, String, String)> = state
            .runs()
            .filter_map(|(send, run, history)| match &history.phase {
                Phase::Held(evidence) => Some((Address::send(send), run.to_owned(), evidence.why.clone())),
                _ => None,
            })
            .collect();
        if format == Format::Json {
            shell.ui.json(&serde_json::json!({
                "project": project.desired.project,
                "environment": project.desired.environment,
                "held": held.len(),
                "objects": rows.iter().map(Row::json).collect::<Vec<_>>(),
            }));
        } else {
            show(shell, &rows);
            for (address, run, why) in &held {
                shell.ui.line(format_args!("\n{address} (run {run}) is held: {why}\nTo settle it, one of:"));
                for way in ways_out(address, run) {
                    shell.ui.line(format_args!("  {way}"));
                }
            }
        }
        Ok(if held.is_empty() { Exit::Done } else { Exit::Held })
    })
    .await
}

fn show(shell: &Shell, rows: &[Row]) {
    if rows.is_empty() {
        shell.ui.line("Nothing is managed yet, and the YAML asks for nothing.");
        return;
    }
    let mut table = Table::new(["what", "state", "details"]).width(shell.ui.terminal().width());
    for row in rows {
        table.row([row.address.to_string(), row.state.clone(), row.details.clone()]);
    }
    shell.ui.out(table);
    if shell.global.verbose > 0 {
        shell.ui.line("");
        // An id that was cut is of no use, so these lines may be as long as they are.
        for row in rows.iter().filter(|row| !row.id.is_empty()) {
            shell.ui.line(format_args!("{} is {}", row.address, row.id));
        }
    }
}
