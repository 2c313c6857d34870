//! For programs: `{"entries": [{"address", "at", "recipients", …}]}`, in order of time.

use serde_json::{Value, json};

use super::CalendarSpan;
use crate::plan::{Calendar, Entry, Occasion};
use crate::time::Zone;
use crate::time::format::with_offset;

/// The calendar of `span`.
pub fn calendar_json(calendar: &Calendar, span: &CalendarSpan<'_>) -> Value {
    let CalendarSpan { from, until, zone } = *span;
    let Calendar { entries, resting, cut } = calendar;
    json!({
        "from": with_offset(from, zone),
        "until": with_offset(until, zone),
        "timezone": zone.name(),
        "entries": entries.iter().map(entry_json).collect::<Vec<_>>(),
        "resting": resting,
        "cut": cut,
    })
}

fn entry_json(entry: &Entry) -> Value {
    let Entry { address, at, ends, timezone, occasion, group, group_name: _, recipients, or_more } = entry;
    let zone = Zone::parse(timezone).unwrap_or_else(|_| Zone::utc());
    json!({
        "address": address,
        "at": with_offset(*at, &zone),
        "ends": with_offset(*ends, &zone),
        "timezone": timezone,
        "kind": match occasion {
            Occasion::Firing => "firing",
            Occasion::NextApply => "next_apply",
            Occasion::Sent => "sent",
        },
        "group": format!("group.{group}"),
        "recipients": recipients,
        "or_more": or_more,
    })
}
