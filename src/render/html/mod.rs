//! Plans, reports and calendars as HTML: one page each, whole in itself.
//!
//! A page asks for nothing else, from nowhere: style and script are in it, and a content security policy forbids the
//! rest. It can be read without JavaScript, with a keyboard, on a phone, on paper, in light and dark. No phone number,
//! not even masked, and no member's name. What users and servers wrote cannot become markup. Bounded in size, with an
//! honest count of what was left out.

mod calendar;
mod change;
mod escape;
mod forecast;
mod lists;
mod message;
mod page;
mod plan;
mod report;
#[cfg(test)]
mod tests;

pub use calendar::calendar_html;
pub use plan::plan_html;
pub use report::report_html;
