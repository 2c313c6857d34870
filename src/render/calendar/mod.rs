//! A calendar as text, JSON and iCalendar. No texts of messages, no members.

mod ics;
mod json;
mod text;

pub use ics::calendar_ics;
pub use json::calendar_json;
pub use text::CalendarText;

use crate::plan::Entry;

/// `1 person`, `at least 12 people`.
fn people_words(entry: &Entry) -> String {
    let people = crate::plan::people(entry.recipients);
    match (entry.or_more, entry.recipients) {
        (false, _) => people,
        (true, 0) => "members of WhatsApp groups".to_owned(),
        (true, _) => format!("at least {people}"),
    }
}
