//! Planned recovery of doubtful sends, and the commands that end a hold.

use super::change::ChangeKind;
use super::draft::Draft;
use super::evidence::{Late, came_after_all};
use super::input::Facts;
use super::recovery::accepted_wrongly;
use super::{Action, Change, Hold, costs};
use crate::ledger::Phase;
use crate::model::{Address, one_line};

/// Recovery of every doubtful run in the ledger, whether the YAML still has it or not.
pub(super) fn plan_recoveries(facts: &Facts<'_>, draft: &mut Draft) {
    for (send, run, history) in facts.state.runs() {
        let address = Address::send(send);
        let change =
            Change::new(address.clone(), ChangeKind::Recover, Action::Recover { run: run.to_owned() })
                .costs(costs::recover(facts, history));
        let label = if run == "1" { String::new() } else { format!(" (run {})", one_line(run, 40)) };
        if let Some(Late::Recover) = came_after_all(facts, send, run, history) {
            draft.push(change.because(format!(
                "the attempt before{label} was taken for not sent, and now the account has a job that may be its own: \
                 whether it went out is found out first"
            )));
            continue;
        }
        match &history.phase {
            Phase::Open => {}
            Phase::Accepted => {
                if let Some(what) = accepted_wrongly(facts, history) {
                    draft.push(change.because(format!(
                        "its job{label} is not what was asked for: {what}; it is paused until you decide"
                    )));
                }
            }
            Phase::Armed => {
                draft.push(change.because(format!(
                    "an apply was cut off while it sent this{label}: whether it went out is found out first"
                )));
            }
            Phase::InDoubt { why, .. } => {
                draft.push(change.because(format!(
                    "whether it went out{label} is not known ({}): that is found out first",
                    one_line(why, 120)
                )));
            }
            Phase::Held(evidence) => {
                let hold = Hold {
                    text: format!(
                        "whether it went out{label} is not known: {}",
                        one_line(&evidence.why, 300)
                    ),
                    evidence: evidence.jobs.iter().map(|job| format!("job {job}")).collect(),
                    ways: ways_out(&address, run),
                };
                draft.push(change.held(hold));
            }
        }
    }
}

/// What often ends a doubt before anybody has to settle it.
pub const FIND_OUT: &str = "campaignctl apply   (it looks for the job first; often that settles it)";

/// The two commands that end a hold (`send-safety.md`, *Recovery*, 5).
pub fn ways_out(address: &Address, run: &str) -> Vec<String> {
    let run = if run == "1" { String::new() } else { format!(" --run {run:?}") };
    vec![
        format!("campaignctl resolve {address}{run} --job ID          (that job is this send)"),
        format!("campaignctl resolve {address}{run} --not-sent --reason \"…\"   (it did not go out)"),
    ]
}
