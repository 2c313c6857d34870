//! Whatever a server says: no panic, and no claim that something is there which is not.

use proptest::prelude::*;

use super::echo::Echo;
use super::error_body::ErrorBody;
use super::limiter::Limiter;
use super::rate_headers::RateHeaders;
use super::transport::RawResponse;
use super::wire::{MembersFold, MembersNode, Node, WireGroupDetail, WireProgress, WireSubscription, one};
use crate::model::{ObservedGroup, ObservedJob, ObservedSchedule};

/// JSON of any shape with the names that matter.
fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("2026-02-12T10:00:00")),
    ];
    let name = prop::sample::select(vec![
        "id",
        "name",
        "data",
        "items",
        "groups",
        "members",
        "recipients",
        "total",
        "status",
        "created_at",
        "member_count",
        "phone",
        "detail",
        "loc",
        "msg",
        "error",
        "limits",
        "usage",
        "sent",
    ]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn read_all(bytes: &[u8]) {
    let _ = ErrorBody::read(bytes, "key-123456", &Echo::nothing());
    let _ = one::<ObservedJob>(bytes);
    let _ = one::<ObservedSchedule>(bytes);
    let group: Result<Option<ObservedGroup>, _> = one(bytes);
    if let Ok(Some(group)) = group {
        assert!(String::from_utf8_lossy(bytes).to_ascii_lowercase().contains(group.id.as_str()));
    }
    let _ = serde_json::from_slice::<Node<WireProgress>>(bytes).map(|node| node.page("groups"));
    let _ = serde_json::from_slice::<MembersNode>(bytes).map(|node| node.0.map(MembersFold::finish));
    let _ = serde_json::from_slice::<WireGroupDetail>(bytes).map(WireGroupDetail::convert);
    let _ = serde_json::from_slice::<WireSubscription>(bytes).map(WireSubscription::convert);
}

proptest! {
    #[test]
    fn any_json_is_taken(value in json()) {
        let text = value.to_string();
        read_all(text.as_bytes());
        // And cut anywhere.
        let cut = text.len() / 2;
        read_all(&text.as_bytes()[..cut]);
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
        read_all(&[b"<html><title>", &bytes[..]].concat());
    }

    #[test]
    fn any_rate_headers_are_taken(retry in ".{0,24}", reset in "-?[0-9.]{0,24}", left in "-?[0-9]{0,12}") {
        let headers = vec![
            ("retry-after".to_owned(), retry),
            ("x-ratelimit-reset".to_owned(), reset),
            ("x-ratelimit-remaining".to_owned(), left),
        ];
        let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
        let headers = RateHeaders::of(&RawResponse::full(429, headers, Vec::new()), now);
        let mut limiter = Limiter::new(20);
        limiter.acquire(now).unwrap();
        limiter.observe(now, now, Some(429), headers);
        let until = limiter.acquire(now).unwrap_err();
        prop_assert!(until.duration_since(now).as_secs() <= 601, "no header stops us for ever");
    }
}
