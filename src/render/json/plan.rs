//! The JSON of a plan.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::FORMAT_VERSION;
use super::forecast::ForecastJson;
use crate::plan::{Block, Change, Detail, Hold, Note, NoteLevel, Plan, Refusal, Verdict};
use crate::render::figures::wide;
use crate::render::headline::headline;
use crate::render::redact::{hidden, hidden_value};
use crate::render::summary::Summary;
use crate::render::words;

/// The JSON of `plan`. The same plan gives the same value.
pub fn plan_json(plan: &Plan) -> Value {
    serde_json::to_value(PlanJson::of(plan)).unwrap_or_default()
}

/// The JSON Schema (draft 2020-12) of [`plan_json`]; committed as `schemas/plan.schema.json`.
pub fn plan_schema() -> Value {
    schemars::schema_for!(PlanJson).to_value()
}

/// A campaignctl plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "campaignctl plan")]
struct PlanJson {
    /// Always 1. A later version may add fields; it is another number when one is renamed or removed.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The project's name.
    project: String,
    /// The environment, or "default".
    environment: String,
    /// The account's name in the YAML.
    account: String,
    /// Host with port of the API, or "sandbox".
    host: String,
    /// The moment the plan was made for, RFC 3339 in UTC.
    now: String,
    /// What `apply --expect` compares: 64 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    digest: String,
    /// Every change, in the order in which they are done.
    changes: Vec<ChangeJson>,
    /// What is said and not done.
    notes: Vec<NoteJson>,
    /// Every refusal, of changes and of the whole plan. One is enough to stop the whole apply.
    refusals: Vec<RefusalJson>,
    /// Who gets what and when. Not part of the digest.
    forecast: ForecastJson,
    /// The counts.
    summary: SummaryJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeJson {
    /// Such as "send.spring-offer".
    address: String,
    /// Such as `group_create`.
    kind: &'static str,
    /// The sign in texts: + ~ - ►
    symbol: &'static str,
    /// The step in the order of an apply.
    step: &'static str,
    /// What it does, in plain words.
    title: String,
    /// Whether it is done.
    verdict: VerdictJson,
    /// Why; may be empty.
    reason: String,
    /// Old and new.
    details: Vec<DetailJson>,
    /// Requests to the API.
    requests: u64,
    /// Positions (from 0) of the changes that must be done before this one.
    needs: Vec<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
#[schemars(rename = "Verdict")]
enum VerdictJson {
    /// It is done.
    Go,
    /// Stops the whole apply.
    Refused {
        rule: &'static str,
        text: String,
        ways: Vec<String>,
        /// Only a flag is missing: the digest is the same with it.
        only_flag: bool,
    },
    /// Not now; the next apply tries again.
    Blocked { rule: &'static str, text: String },
    /// A person must settle it.
    Held { text: String, evidence: Vec<String>, ways: Vec<String> },
    /// Its `send_by` has passed.
    Expired,
    /// Its time has passed.
    Over,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schemars(rename = "Detail")]
enum DetailJson {
    /// A field of the YAML; null: there was none, or there will be none. Both null: changed, values not shown.
    Field { name: &'static str, old: Option<String>, new: Option<String> },
    /// The message text.
    Text {
        old: Option<String>,
        new: Option<String>,
        /// There is an old text, which the API does not show.
        hidden: bool,
    },
    /// Members added.
    MembersAdded { count: u64 },
    /// Members removed.
    MembersRemoved { count: u64 },
    /// Of those removed, the suppressed.
    MembersSuppressed { count: u64 },
    /// Anything else.
    Info { text: String },
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Note")]
struct NoteJson {
    /// What it is about; null: the project.
    address: Option<String>,
    /// "warning" or "info".
    level: &'static str,
    /// A stable name.
    code: &'static str,
    /// In plain words.
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Refusal")]
struct RefusalJson {
    /// The change that is refused; null: the whole plan.
    address: Option<String>,
    /// A stable name of the rule.
    rule: &'static str,
    /// What is wrong, with the numbers.
    text: String,
    /// The ways on.
    ways: Vec<String>,
    /// Only a flag is missing: the digest is the same with it.
    only_flag: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryJson {
    create: u64,
    change: u64,
    send: u64,
    cancel: u64,
    delete: u64,
    blocked: u64,
    held: u64,
    refused: u64,
    expired: u64,
    over: u64,
    unchanged: u64,
    members_added: u64,
    members_removed: u64,
    /// Requests that an apply makes.
    requests: u64,
    /// Seconds that these wait for the account's rate.
    seconds: u64,
}

impl PlanJson {
    fn of(plan: &Plan) -> Self {
        let Plan {
            project,
            environment,
            account,
            host,
            now,
            changes,
            notes,
            refusals: _,
            forecast,
            unchanged: _,
            read_back: _,
            requests_per_minute: _,
            digest,
            records: _,
        } = plan;
        Self {
            format_version: FORMAT_VERSION,
            project: project.clone(),
            environment: environment.clone(),
            account: hidden(account),
            host: host.clone(),
            now: now.to_string(),
            digest: digest.to_string(),
            changes: changes.iter().map(ChangeJson::of).collect(),
            notes: notes.iter().map(NoteJson::of).collect(),
            refusals: plan
                .all_refusals()
                .map(|(address, refusal)| RefusalJson::of(address.map(ToString::to_string), refusal))
                .collect(),
            forecast: ForecastJson::of(forecast),
            summary: SummaryJson::of(&Summary::of(plan)),
        }
    }
}

impl ChangeJson {
    fn of(change: &Change) -> Self {
        let title = hidden(&headline(change));
        let Change {
            address,
            kind,
            step,
            verdict,
            also_refused: _,
            reason,
            details,
            requests,
            needs,
            action: _,
        } = change;
        Self {
            address: address.to_string(),
            kind: kind.as_str(),
            symbol: words::of_kind(*kind).sign.as_str(),
            step: words::step(*step),
            title,
            verdict: VerdictJson::of(verdict),
            reason: hidden(reason),
            details: details.iter().map(DetailJson::of).collect(),
            requests: *requests,
            needs: needs.iter().map(|id| wide(*id)).collect(),
        }
    }
}

impl VerdictJson {
    fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Go => Self::Go,
            Verdict::Refused(Refusal { rule, text, ways, only_flag }) => {
                Self::Refused { rule, text: hidden(text), ways: ways.clone(), only_flag: *only_flag }
            }
            Verdict::Blocked(Block { rule, text }) => Self::Blocked { rule, text: hidden(text) },
            Verdict::Held(Hold { text, evidence, ways }) => {
                Self::Held { text: hidden(text), evidence: all_hidden(evidence), ways: ways.clone() }
            }
            Verdict::Expired => Self::Expired,
            Verdict::Over => Self::Over,
        }
    }
}

impl DetailJson {
    fn of(detail: &Detail) -> Self {
        match detail {
            Detail::Field { name, old, new } => {
                let shown = |value: &Option<String>| value.as_ref().map(|value| hidden_value(name, value));
                Self::Field { name, old: shown(old), new: shown(new) }
            }
            Detail::Text { old, new, hidden } => {
                Self::Text { old: old.clone(), new: new.clone(), hidden: *hidden }
            }
            Detail::Added(phones) => Self::MembersAdded { count: wide(phones.len()) },
            Detail::Removed(phones) => Self::MembersRemoved { count: wide(phones.len()) },
            Detail::Suppressed(phones) => Self::MembersSuppressed { count: wide(phones.len()) },
            Detail::Info(text) => Self::Info { text: hidden(text) },
        }
    }
}

impl NoteJson {
    fn of(note: &Note) -> Self {
        let Note { address, level, code, text } = note;
        let level = match level {
            NoteLevel::Info => "info",
            NoteLevel::Warning => "warning",
        };
        Self { address: address.as_ref().map(ToString::to_string), level, code, text: hidden(text) }
    }
}

impl RefusalJson {
    fn of(address: Option<String>, refusal: &Refusal) -> Self {
        let Refusal { rule, text, ways, only_flag } = refusal;
        Self { address, rule, text: hidden(text), ways: ways.clone(), only_flag: *only_flag }
    }
}

impl SummaryJson {
    fn of(summary: &Summary) -> Self {
        let &Summary {
            create,
            change,
            send,
            cancel,
            delete,
            blocked,
            held,
            refused,
            expired,
            over,
            unchanged,
            members_added,
            members_removed,
            requests,
            seconds,
        } = summary;
        Self {
            create,
            change,
            send,
            cancel,
            delete,
            blocked,
            held,
            refused,
            expired,
            over,
            unchanged,
            members_added,
            members_removed,
            requests,
            seconds,
        }
    }
}

pub(super) fn all_hidden(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| hidden(text)).collect()
}
