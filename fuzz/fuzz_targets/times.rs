//! Texts that mean a time: `Retry-After`, `Date` and `X-RateLimit-*` of a server, moments and cron lines of the YAML.
#![no_main]

use campaignctl::api::{RateHeaders, RawResponse};
use campaignctl::time::{Cron, TimeOfDay, Weekday, Zone, local};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let now: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
    let mut parts = text.splitn(4, '\n').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    let headers = ["retry-after", "date", "x-ratelimit-reset", "x-ratelimit-remaining"]
        .map(|name| (name.to_owned(), next()))
        .to_vec();
    let read = RateHeaders::of(&RawResponse::full(429, headers, Vec::new()), now);
    for wait in [read.retry_after, read.reset].into_iter().flatten() {
        assert!(!wait.is_negative() && wait <= DAY, "{wait:?}");
    }
    match Cron::parse(&text) {
        Ok(cron) => {
            assert_eq!(Cron::parse(&cron.to_string()).as_ref(), Ok(&cron));
            let zone = Zone::parse("Europe/Berlin").unwrap();
            let firings: Vec<Timestamp> = cron.firings(&zone, now, now + DAY * 400).take(20).collect();
            assert!(firings.is_sorted(), "{firings:?}");
        }
        Err(error) => assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span),
    }
    let _ = (Zone::parse(&text), TimeOfDay::parse(&text), Weekday::parse(&text), local::parse_at(&text));
});
