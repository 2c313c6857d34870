//! `--now`, read.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::error::CliError;
use crate::time::At;
use crate::time::local::parse_at;

/// RFC 3339, or a local time of `zone`; one that exists twice is the earlier.
pub fn parse_now(text: &str, zone: &TimeZone) -> Result<Timestamp, CliError> {
    let wrong = |why: String| {
        CliError::failed(format!("--now {text}: {why}"))
            .hint("write --now 2026-12-01T09:00:00Z, or --now 2026-12-01T09:00 for this machine's time")
    };
    match parse_at(text).map_err(|error| wrong(error.to_string()))? {
        At::Fixed(at, _) => Ok(at),
        At::Local(local) => {
            zone.to_timestamp(local).map_err(|_| wrong("the time is out of range".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_an_offset() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let at = |text: &str| parse_now(text, &zone).unwrap().to_string();
        assert_eq!(at("2026-12-01T09:00:00Z"), "2026-12-01T09:00:00Z");
        assert_eq!(at("2026-12-01T09:00"), "2026-12-01T14:00:00Z");
        assert!(parse_now("tomorrow", &zone).unwrap_err().message.contains("--now tomorrow"));
    }
}
