//! When things happen: the sandbox's one door to `crate::time`. Owns the API's rules about timing fields (which
//! type needs which, five minutes at least); must not parse cron or resolve local times itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::local::{At, Local, parse_at};
use crate::time::{Cron, Pacer, Zone};

/// The timing fields of a schedule, as a client writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// `one_time`, `daily`, `weekly`, `monthly`, `cron`.
    pub schedule_type: String,
    /// ISO 8601, local to the zone; `one_time` only.
    pub scheduled_time: Option<String>,
    /// Five fields; every recurring type.
    pub cron_expression: Option<String>,
    /// IANA name.
    pub timezone: String,
}

/// What [`check`] says of a field that is not there.
pub const MISSING: &str = "field required";

impl Timing {
    fn is_one_time(&self) -> bool {
        self.schedule_type == "one_time"
    }

    /// The instant of a one-time schedule. A time that clocks skip is the one after the gap, a time that comes
    /// twice is its first.
    fn instant(&self, zone: &Zone) -> Option<Timestamp> {
        match parse_at(whole_seconds(self.scheduled_time.as_deref()?)).ok()?.resolve(zone) {
            Local::Unique(at) | Local::Gap { after: at, .. } | Local::Overlap { earlier: at, .. } => Some(at),
        }
    }
}

/// The vendor's server takes fractions of a second (Python's ISO format); they mean nothing here.
fn whole_seconds(text: &str) -> &str {
    match text.split_once('.') {
        Some((head, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => head,
        _ => text,
    }
}

/// Every mistake in the timing fields: field and what is wrong, never with the value.
pub fn check(timing: &Timing) -> Vec<(&'static str, String)> {
    let mut mistakes = Vec::new();
    let mut wrong = |field: &'static str, what: String| mistakes.push((field, what));
    if Zone::parse(&timing.timezone).is_err() {
        wrong("timezone", "not a known IANA time zone".to_owned());
    }
    match (&timing.scheduled_time, &timing.cron_expression) {
        (None, _) if timing.is_one_time() => wrong("scheduled_time", MISSING.to_owned()),
        (Some(time), cron) if timing.is_one_time() => {
            if parse_at(whole_seconds(time)).is_err() {
                wrong("scheduled_time", "not an ISO 8601 date and time".to_owned());
            }
            if cron.is_some() {
                wrong("cron_expression", "not for schedule_type one_time".to_owned());
            }
        }
        (time, cron) => {
            if time.is_some() {
                wrong("scheduled_time", "only for schedule_type one_time".to_owned());
            }
            match cron.as_deref().map(Cron::parse) {
                None => wrong("cron_expression", MISSING.to_owned()),
                Some(Err(_)) => wrong("cron_expression", "not a cron expression of 5 fields".to_owned()),
                Some(Ok(cron)) if cron.shortest_gap().is_some() => {
                    wrong("cron_expression", "the smallest interval is 5 minutes".to_owned());
                }
                Some(Ok(_)) => {}
            }
        }
    }
    mistakes
}

/// The first firing after `after`; `None` when there is none, or when the fields are wrong.
pub fn next_after(timing: &Timing, after: Timestamp) -> Option<Timestamp> {
    let zone = Zone::parse(&timing.timezone).ok()?;
    if timing.is_one_time() {
        return timing.instant(&zone).filter(|at| *at > after);
    }
    let cron = Cron::parse(timing.cron_expression.as_deref()?).ok()?;
    cron.next_after(&zone, after).filter(|at| *at > after)
}

/// The one-time's time with its offset, for `rewrite=yes`.
pub fn with_offset(timing: &Timing) -> Option<String> {
    let text = timing.scheduled_time.as_deref()?;
    let zone = Zone::parse(&timing.timezone).ok()?;
    if let Ok(At::Fixed(..)) = parse_at(whole_seconds(text)) {
        return Some(text.to_owned());
    }
    let zoned = timing.instant(&zone)?.to_zoned(zone.tz().clone());
    Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

/// Milliseconds after the start at which each of `count` messages leaves.
pub fn pace(seed: u64, count: usize) -> Vec<i64> {
    Pacer::seeded(seed)
        .take(count)
        .map(|offset| i64::try_from(offset.as_millis()).unwrap_or(i64::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(kind: &str, time: Option<&str>, cron: Option<&str>, zone: &str) -> Timing {
        Timing {
            schedule_type: kind.to_owned(),
            scheduled_time: time.map(str::to_owned),
            cron_expression: cron.map(str::to_owned),
            timezone: zone.to_owned(),
        }
    }

    #[test]
    fn each_mistake_names_its_field() {
        let cases = [
            (timing("one_time", None, None, "UTC"), vec!["scheduled_time"]),
            (
                timing("one_time", Some("soon"), Some("0 9 * * *"), "Mars"),
                vec!["timezone", "scheduled_time", "cron_expression"],
            ),
            (timing("weekly", None, None, "UTC"), vec!["cron_expression"]),
            (
                timing("cron", Some("2026-12-01T09:00:00"), Some("* * * * *"), "UTC"),
                vec!["scheduled_time", "cron_expression"],
            ),
            (timing("daily", None, Some("0 25 * * *"), "UTC"), vec!["cron_expression"]),
            (timing("daily", None, Some("0 9 * * MON-FRI"), "Asia/Jerusalem"), vec![]),
        ];
        for (timing, fields) in cases {
            let found: Vec<_> = check(&timing).into_iter().map(|(field, _)| field).collect();
            assert_eq!(found, fields, "{timing:?}");
        }
    }

    #[test]
    fn firings_follow_the_zone() {
        let after = "2026-11-22T10:00:00Z".parse().unwrap();
        let monday = timing("cron", None, Some("0 9 * * MON"), "Asia/Jerusalem");
        assert_eq!(next_after(&monday, after).unwrap().to_string(), "2026-11-23T07:00:00Z");
        let once = timing("one_time", Some("2026-12-01T09:00:00.000"), None, "Asia/Jerusalem");
        assert_eq!(next_after(&once, after).unwrap().to_string(), "2026-12-01T07:00:00Z");
        assert_eq!(with_offset(&once).unwrap(), "2026-12-01T09:00:00+02:00");
        let past = timing("one_time", Some("2026-11-01T09:00"), None, "UTC");
        assert_eq!(next_after(&past, after), None);
    }
}
