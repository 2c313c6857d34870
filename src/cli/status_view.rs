//! How each address is doing, as values: from the YAML, the ledger and the account.

use std::collections::BTreeSet;

use crate::ledger::{Phase, RunHistory, State, Stops};
use crate::model::{Address, Desired, Kind, Observed, ObservedJob, grouped, masked_phones, one_line};
use crate::plan::{ChangeKind, Hold, Plan, Verdict};
use crate::time::Zone;
use crate::time::format::local_words;

/// One address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub address: Address,
    /// In a word or two.
    pub state: String,
    /// What else there is to know.
    pub details: String,
    /// Its id on the account; empty where it has none.
    pub id: String,
}

impl Row {
    /// For programs.
    pub fn json(&self) -> serde_json::Value {
        let Self { address, state, details, id } = self;
        let id = (!id.is_empty()).then_some(id);
        serde_json::json!({"address": address, "state": state, "details": details, "id": id})
    }
}

/// All of them: groups, schedules, sends, each in order of its key; a send once a run.
///
/// What only the plan knows, because this ledger does not, is asked of it: a ledger that was lost is no reason to call
/// something absent.
pub fn rows(desired: &Desired, state: &State, observed: &Observed, stops: &Stops, plan: &Plan) -> Vec<Row> {
    let mut rows = Vec::new();
    for key in
        union(desired.groups.keys(), state.groups.iter().filter(|(_, g)| g.id.is_some()).map(|(k, _)| k))
    {
        rows.push(group(key, desired, state, observed));
    }
    for key in union(
        desired.schedules.keys(),
        state.schedules.iter().filter(|(_, s)| s.id.is_some()).map(|(k, _)| k),
    ) {
        rows.push(schedule(key, desired, state, observed));
    }
    for key in union(desired.sends.keys(), state.sends.keys()) {
        sends(key, desired, state, observed, &mut rows);
    }
    let is_held = |address: &Address| holds(plan).any(|(held, _)| held == address);
    let is_there = |address: &Address| {
        plan.changes
            .iter()
            .any(|c| c.address == *address && c.kind == ChangeKind::Adopt && c.verdict == Verdict::Go)
    };
    for row in &mut rows {
        if row.state == NOT_SENT && is_held(&row.address) {
            HELD.clone_into(&mut row.state);
        } else if row.state == NOT_YET && is_there(&row.address) {
            NOT_TIED.clone_into(&mut row.state);
        }
    }
    // Names and words of the account: somebody may have written a number into one.
    for row in &mut rows {
        row.state = masked_phones(&row.state);
        row.details = masked_phones(&row.details);
    }
    // A group does not start anything, so there is nothing in it to stop.
    for row in rows.iter_mut().filter(|row| row.address.kind != Kind::Group) {
        if let Some(stop) = stops.stopped(&row.address).filter(|_| row.state != "completed") {
            row.state.push_str(", stopped");
            // Who it was may not be known.
            if stop.by != crate::ledger::UNKNOWN {
                row.state.extend([" by ", &one_line(&stop.by, 40)]);
            }
        }
    }
    rows
}

fn union<'a>(
    one: impl Iterator<Item = &'a String>,
    other: impl Iterator<Item = &'a String>,
) -> BTreeSet<&'a str> {
    one.chain(other).map(String::as_str).collect()
}

const GONE: &str = "gone from the account";
const NOT_YET: &str = "not created yet";
const NOT_TIED: &str = "there, not tied";
const NOT_SENT: &str = "not sent yet";
const HELD: &str = "HELD";

/// What a plan holds.
pub fn holds(plan: &Plan) -> impl Iterator<Item = (&Address, &Hold)> {
    plan.changes.iter().filter_map(|change| match &change.verdict {
        Verdict::Held(hold) => Some((&change.address, hold)),
        _ => None,
    })
}

fn group(key: &str, desired: &Desired, state: &State, observed: &Observed) -> Row {
    let id = state.group_id(key);
    let there = id.and_then(|id| observed.groups.iter().find(|g| g.id == *id));
    let text = match (id, there) {
        (None, _) => NOT_YET.to_owned(),
        (Some(_), None) => GONE.to_owned(),
        (Some(_), Some(group)) => group.member_count.map_or_else(
            || "there".to_owned(),
            |n| format!("{} member{}", grouped(n), if n == 1 { "" } else { "s" }),
        ),
    };
    let mut details = there.map(|g| one_line(&g.name, 60)).unwrap_or_default();
    if !desired.groups.contains_key(key) {
        details.push_str(" (no longer in the YAML)");
    }
    Row {
        address: Address::group(key),
        state: text,
        details,
        id: id.map(ToString::to_string).unwrap_or_default(),
    }
}

fn schedule(key: &str, desired: &Desired, state: &State, observed: &Observed) -> Row {
    let id = state.schedule_id(key);
    let there = id.and_then(|id| observed.schedules.iter().find(|s| s.id == *id));
    let over = state.schedules.get(key).is_some_and(|s| s.completed);
    let text = match (id, there) {
        (_, Some(schedule)) => schedule.status.as_str().to_owned(),
        (_, None) if over => "completed".to_owned(),
        (None, None) => NOT_YET.to_owned(),
        (Some(_), None) => GONE.to_owned(),
    };
    let wanted = desired.schedules.get(key);
    let zone = wanted.and_then(|s| Zone::parse(&s.timezone).ok()).unwrap_or_else(Zone::utc);
    let mut details = there
        .filter(|s| !s.status.is_final())
        .and_then(|s| s.next_run_at)
        .map(|at| format!("next: {}", local_words(at, &zone)))
        .unwrap_or_default();
    if wanted.is_none() {
        details.push_str(" (no longer in the YAML)");
    }
    Row {
        address: Address::schedule(key),
        state: text,
        details,
        id: id.map(ToString::to_string).unwrap_or_default(),
    }
}

fn sends(key: &str, desired: &Desired, state: &State, observed: &Observed, rows: &mut Vec<Row>) {
    let wanted = desired.sends.get(key).map(|send| send.run.as_str());
    let runs = state.sends.get(key).map(|send| &send.runs);
    if let Some(run) = wanted
        && runs.is_none_or(|runs| !runs.contains_key(run))
    {
        let details = if run == "1" { String::new() } else { format!("run {run}") };
        rows.push(Row {
            address: Address::send(key),
            state: NOT_SENT.to_owned(),
            details,
            id: String::new(),
        });
    }
    for (run, history) in runs.into_iter().flatten() {
        let job = history.last_job();
        let there = job.and_then(|job| observed.jobs.iter().find(|j| j.id == job.job));
        let mut details = match (there, job.and_then(|job| job.end.as_ref())) {
            (Some(job), _) => counts(job),
            (None, Some(end)) => format!("{} sent, {} failed", grouped(end.sent), grouped(end.failed)),
            (None, None) => String::new(),
        };
        if run != "1" {
            details = format!("run {run}: {details}");
        }
        let id = job.map(|job| job.job.to_string()).unwrap_or_default();
        rows.push(Row { address: Address::send(key), state: phase(history, there), details, id });
    }
}

fn counts(job: &ObservedJob) -> String {
    let total = job.total.map(|n| format!(" of {}", grouped(n))).unwrap_or_default();
    let failed = if job.failed > 0 { format!(", {} failed", grouped(job.failed)) } else { String::new() };
    format!("{}{total} sent{failed}", grouped(job.sent))
}

fn phase(history: &RunHistory, job: Option<&ObservedJob>) -> String {
    match &history.phase {
        Phase::Open if history.rejected.is_some() => "refused by the API, not sent".to_owned(),
        Phase::Open => NOT_SENT.to_owned(),
        Phase::Armed => "begun; the next apply finds out".to_owned(),
        Phase::InDoubt { .. } => "in doubt; the next apply finds out".to_owned(),
        Phase::Held(_) => HELD.to_owned(),
        Phase::Accepted => match (job, history.last_job().and_then(|job| job.end.as_ref())) {
            (Some(job), _) => job.status.as_str().to_owned(),
            (None, Some(end)) => one_line(&end.status, 40),
            (None, None) => "accepted".to_owned(),
        },
    }
}
