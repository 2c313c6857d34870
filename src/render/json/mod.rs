//! Plans and reports as JSON, versioned, with their schemas.
//!
//! The structs here are the format; the schemas are made from them. Counts only: no phone number, no member's
//! name. Message texts are in plans and not in reports. Keys of a format version are never renamed or removed.

mod forecast;
mod plan;
mod report;
#[cfg(test)]
mod tests;

pub use plan::{plan_json, plan_schema};
pub use report::{report_json, report_schema};

/// The version of both formats.
pub(super) const FORMAT_VERSION: u32 = 1;
