//! Plans, reports and progress for a terminal or a log: readable without colour, at any width from 24 columns.

mod change;
pub(in crate::render) mod forecast;
mod message;
mod options;
pub(in crate::render) mod page;
mod plan;
mod progress;
mod report;
mod span;
#[cfg(test)]
mod tests;
mod wrap;

pub use options::TextOptions;
pub use plan::PlanText;
pub use progress::progress_line;
pub use report::ReportText;
