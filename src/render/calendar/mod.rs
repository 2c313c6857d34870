//! A calendar as text, JSON and iCalendar, and what its HTML shares with them. No texts of messages, no members.

pub(in crate::render) mod days;
mod ics;
mod json;
pub(in crate::render) mod phones;
mod series;
pub(in crate::render) mod span;
#[cfg(test)]
mod tests;
mod text;

pub use ics::calendar_ics;
pub use json::CalendarJson;
pub use span::CalendarSpan;
pub use text::CalendarText;

use crate::plan::{Entry, Occasion};
use crate::time::Zone;

/// `1 person`, `at least 12 people`.
pub(in crate::render) fn people_words(entry: &Entry) -> String {
    let people = crate::plan::people(entry.recipients);
    match (entry.or_more, entry.recipients) {
        (false, _) => people,
        (true, 0) => "members of WhatsApp groups".to_owned(),
        (true, _) => format!("at least {people}"),
    }
}

/// `08:00 in Europe/Berlin`, where a firing's own zone is not the calendar's.
pub(in crate::render) fn own_time(entry: &Entry, zone: &Zone) -> Option<String> {
    let own = Zone::parse(&entry.timezone).ok().filter(|own| own != zone)?;
    (entry.occasion == Occasion::Firing).then(|| format!("{} in {}", days::clock(entry.at, &own), own.name()))
}
