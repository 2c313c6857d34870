//! Plans, reports and calendars as text, JSON, markdown and HTML. One model, several renderings.
//!
//! Owns the wording, the layout and what may be seen: phones are masked in text and absent elsewhere, message
//! texts are in plans and never in reports. Returns `Display` wrappers, strings and JSON values; prints nothing,
//! decides nothing, and reads neither a clock nor a terminal (width and colour are arguments).

mod calendar;
mod compare;
mod diff;
mod figures;
mod fitting;
mod headline;
mod html;
mod json;
mod markdown;
mod plan_use;
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

pub use calendar::{CalendarJson, CalendarSpan, CalendarText, calendar_ics};
pub use compare::{CompareError, differences, digest_of, is_altered};
pub use html::{calendar_html, plan_html, report_html};
pub use json::{plan_json, plan_schema, report_json, report_schema};
pub use markdown::{plan_markdown, report_markdown};
pub use plan_use::PlanUse;
pub use summary::{ReportSummary, Summary};
pub use table::Table;
pub use text::{PlanText, ReportText, TextOptions, progress_line};
pub use watch::{Standing, Watched, counts};
