//! The JSON of a report.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::FORMAT_VERSION;
use super::plan::all_hidden;
use crate::apply::{ChangeResult, Outcome, Report};
use crate::plan::Hold;
use crate::render::redact::hidden;
use crate::render::summary::{ReportSummary, next_steps};

/// The JSON of `report`: no phone number, no message text.
pub fn report_json(report: &Report) -> Value {
    serde_json::to_value(ReportJson::of(report)).unwrap_or_default()
}

/// The JSON Schema (draft 2020-12) of [`report_json`]; committed as `schemas/report.schema.json`.
pub fn report_schema() -> Value {
    schemars::schema_for!(ReportJson).to_value()
}

/// The report of one campaignctl apply.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "campaignctl report")]
struct ReportJson {
    /// Always 1. A later version may add fields; it is another number when one is renamed or removed.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The project's name.
    project: String,
    /// The environment, or "default".
    environment: String,
    /// The digest of the plan that was run.
    digest: String,
    /// When it began, RFC 3339 in UTC.
    started: String,
    /// Seconds that it took.
    took_seconds: i64,
    /// Requests made.
    requests: u64,
    /// It was interrupted.
    interrupted: bool,
    /// What stopped the whole run; null: nothing.
    stopped: Option<String>,
    /// One entry a change, in the order of the plan.
    outcomes: Vec<OutcomeJson>,
    /// What else to know.
    notes: Vec<String>,
    /// What to do next; empty where all is done.
    next: Vec<String>,
    /// The counts.
    summary: ReportSummaryJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Outcome")]
struct OutcomeJson {
    /// Such as "send.spring-offer".
    address: String,
    /// Such as `group_create`.
    kind: &'static str,
    /// What became of it.
    result: ResultJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
#[schemars(rename = "Result")]
enum ResultJson {
    /// Done.
    Done { note: Option<String> },
    /// The API or the network said no.
    Failed { text: String },
    /// Not begun.
    Skipped { text: String },
    /// Cannot go now; the next apply tries again.
    Blocked { text: String },
    /// A person must settle it.
    Held { text: String, evidence: Vec<String>, ways: Vec<String> },
    /// `send_by` had passed.
    Expired,
    /// Begun, and its end is not known; the next plan finds out.
    Unknown { text: String },
    /// Its time lay in the past.
    Over,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReportSummary")]
struct ReportSummaryJson {
    done: u64,
    failed: u64,
    skipped: u64,
    blocked: u64,
    held: u64,
    unknown: u64,
    expired: u64,
    over: u64,
}

impl ReportJson {
    fn of(report: &Report) -> Self {
        let next = next_steps(report);
        let ReportSummary { done, failed, skipped, blocked, held, unknown, expired, over } =
            ReportSummary::of(report);
        let Report {
            project,
            environment,
            digest,
            started,
            took,
            requests,
            outcomes,
            interrupted,
            stopped,
            notes,
        } = report;
        Self {
            format_version: FORMAT_VERSION,
            project: project.clone(),
            environment: environment.clone(),
            digest: digest.clone(),
            started: started.to_string(),
            took_seconds: took.as_secs(),
            requests: *requests,
            interrupted: *interrupted,
            stopped: stopped.as_deref().map(hidden),
            outcomes: outcomes.iter().map(OutcomeJson::of).collect(),
            notes: all_hidden(notes),
            next,
            summary: ReportSummaryJson { done, failed, skipped, blocked, held, unknown, expired, over },
        }
    }
}

impl OutcomeJson {
    fn of(outcome: &Outcome) -> Self {
        let Outcome { address, kind, result } = outcome;
        let result = match result {
            ChangeResult::Done { note } => ResultJson::Done { note: note.as_deref().map(hidden) },
            ChangeResult::Failed { error } => ResultJson::Failed { text: hidden(error) },
            ChangeResult::Skipped { because } => ResultJson::Skipped { text: hidden(because) },
            ChangeResult::Blocked { why } => ResultJson::Blocked { text: hidden(why) },
            ChangeResult::Held(Hold { text, evidence, ways }) => {
                ResultJson::Held { text: hidden(text), evidence: all_hidden(evidence), ways: ways.clone() }
            }
            ChangeResult::Expired => ResultJson::Expired,
            ChangeResult::Unknown { why } => ResultJson::Unknown { text: hidden(why) },
            ChangeResult::Nothing => ResultJson::Over,
        };
        Self { address: address.to_string(), kind: kind.as_str(), result }
    }
}
