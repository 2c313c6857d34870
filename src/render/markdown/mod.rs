//! Plans and reports as GitHub-flavoured markdown, for pull requests and job summaries.
//!
//! At most 60,000 bytes (a comment holds 65,536 characters), with an honest count of what was left out. No
//! phone number, not even masked, and no member's name. What users and servers wrote cannot become markup.

mod budget;
mod escape;
mod plan;
mod report;
#[cfg(test)]
mod tests;

pub use plan::plan_markdown;
pub use report::report_markdown;

/// The longest result, in bytes.
const LONGEST: usize = 60_000;
