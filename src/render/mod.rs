//! Plans and reports as text, JSON and markdown. One model, several renderings.
//!
//! Owns the wording, the layout and what may be seen: phones are masked in text and absent elsewhere, message
//! texts are in plans and never in reports. Returns `Display` wrappers, strings and JSON values; prints nothing,
//! decides nothing, and reads neither a clock nor a terminal (width and colour are arguments).

mod calendar;
mod compare;
mod diff;
mod figures;
mod headline;
mod json;
mod markdown;
mod redact;
#[cfg(test)]
mod samples;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod watch;
mod words;

pub use calendar::{CalendarText, calendar_ics, calendar_json};
pub use compare::{CompareError, differences, digest_of};
pub use json::{plan_json, plan_schema, report_json, report_schema};
pub use markdown::{plan_markdown, report_markdown};
pub use summary::{ReportSummary, Summary};
pub use table::Table;
pub use text::{PlanText, ReportText, TextOptions, progress_line};
pub use watch::{Watched, counts};
