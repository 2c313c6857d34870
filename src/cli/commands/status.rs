//! `status`: what is managed, how each send is doing, what is held.

use crate::cli::args::{Format, PathArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::{Planned, on_account};
use crate::cli::shell::Shell;
use crate::cli::status_view::{Row, holds, rows};
use crate::ledger::{Phase, State};
use crate::model::Address;
use crate::plan::{FIND_OUT, Hold, Plan, Refresh, moved_state, ways_out};
use crate::render::Table;

/// Shows it; exit 5 while anything is held, or in doubt after an apply that said so.
pub async fn run(shell: &Shell, args: &PathArgs) -> Result<Exit, CliError> {
    let format = shell.format(&[Format::Text, Format::Json])?;
    on_account(shell, &args.path, async |project, account| {
        let now = account.clock.now();
        // As if nothing were stopped: what may have been sent may have been sent all the same.
        let planned = Planned::unstopped(shell, project, account, Refresh::None, now).await?;
        let Planned { ledger, observed, plan } = &planned;
        let state = moved_state(&project.desired, &ledger.state);
        let rows = rows(&project.desired, &state, observed, &project.stops(shell)?, plan);
        let held = held(&state, plan);
        if format == Format::Json {
            shell.ui.json(&serde_json::json!({
                "project": project.desired.project,
                "environment": project.desired.environment,
                "held": held.len(),
                "objects": rows.iter().map(Row::json).collect::<Vec<_>>(),
            }));
        } else {
            show(shell, &rows);
            for Held { address, run, why, evidence, ways } in &held {
                let run = run.as_ref().map(|run| format!(" (run {run})")).unwrap_or_default();
                shell.ui.line(format_args!("\n{address}{run} is held: {why}"));
                for line in evidence {
                    shell.ui.line(format_args!("  {line}"));
                }
                shell.ui.line("To settle it, one of:");
                for way in ways {
                    shell.ui.line(format_args!("  {way}"));
                }
            }
        }
        Ok(if held.is_empty() { Exit::Done } else { Exit::Held })
    })
    .await
}

/// A send whose fate is not known, and what ends that.
struct Held {
    address: Address,
    run: Option<String>,
    why: String,
    evidence: Vec<String>,
    ways: Vec<String>,
}

/// What the ledger holds or has in doubt, and what the plan holds because this ledger does not know it.
fn held(state: &State, plan: &Plan) -> Vec<Held> {
    let by_ledger = state.runs().filter_map(|(send, run, history)| {
        let address = Address::send(send);
        let (why, first) = match &history.phase {
            Phase::Held(evidence) => (evidence.why.clone(), None),
            Phase::InDoubt { why, .. } => (why.clone(), Some(FIND_OUT.to_owned())),
            _ => return None,
        };
        let ways = first.into_iter().chain(ways_out(&address, run)).collect();
        Some(Held { address, run: Some(run.to_owned()), why, evidence: Vec::new(), ways })
    });
    let mut held: Vec<Held> = by_ledger.collect();
    for (address, hold) in holds(plan) {
        if !held.iter().any(|held| held.address == *address) {
            let Hold { text, evidence, ways } = hold.clone();
            held.push(Held { address: address.clone(), run: None, why: text, evidence, ways });
        }
    }
    held
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
