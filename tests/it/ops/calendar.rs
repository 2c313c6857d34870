//! `calendar`: offline, in every format.

use serde_json::Value;

use super::{Shop, err, out};

const NOW: [&str; 2] = ["--now", "2026-11-22T12:00:00Z"];

async fn calendar(shop: &Shop, args: &[&str]) -> String {
    let mut command = shop.command(&[&["calendar"], &NOW[..], args].concat());
    // No account is needed.
    command.env("MOLTFLOW_API_URL", "http://127.0.0.1:1").env_remove("MOLTFLOW_API_KEY");
    let output = tokio::task::block_in_place(|| command.output().unwrap());
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    out(&output)
}

#[tokio::test(flavor = "multi_thread")]
async fn by_day_and_as_json_in_order() {
    let shop = Shop::open(1.0, "").await;
    let text = calendar(&shop, &["--weeks", "2"]).await;
    insta::assert_snapshot!(text);
    let json: Value =
        serde_json::from_str(&calendar(&shop, &["--weeks", "2", "--format", "json"]).await).unwrap();
    let entries: Vec<(&str, &str, u64)> = json["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            (e["address"].as_str().unwrap(), e["at"].as_str().unwrap(), e["recipients"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        entries,
        [
            ("send.offer", "2026-11-22T14:00:00+02:00", 4),
            ("schedule.weekly", "2026-11-23T09:00:00+02:00", 4),
            ("schedule.weekly", "2026-11-30T09:00:00+02:00", 4),
        ]
    );
    let later: Value = serde_json::from_str(
        &calendar(&shop, &["--from", "2027-03-22", "--weeks", "2", "--format", "json"]).await,
    )
    .unwrap();
    // Israel changes its clocks on 26 March 2027: the local time stays.
    assert_eq!(later["entries"][1]["at"], "2027-03-22T09:00:00+02:00");
    assert_eq!(later["entries"][2]["at"], "2027-03-29T09:00:00+03:00");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_icalendar_with_the_same_bytes_each_time() {
    let shop = Shop::open(1.0, "").await;
    let ics = calendar(&shop, &["--weeks", "1", "--format", "ics"]).await;
    assert_eq!(ics, calendar(&shop, &["--weeks", "1", "--format", "ics"]).await);
    assert!(ics.contains("DTSTART:20261123T070000Z\r\n") && ics.ends_with("END:VCALENDAR\r\n"), "{ics}");
    assert_eq!(ics.matches("BEGIN:VEVENT").count(), 2);
    assert!(!ics.contains("Special offer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_went_out_stands_where_it_did() {
    let shop = Shop::applied(1.0, "").await;
    let output = shop.run(&["calendar", "--format", "json"]).await;
    let json: Value = serde_json::from_str(&out(&output)).unwrap();
    let sent = json["entries"].as_array().unwrap().iter().find(|e| e["address"] == "send.offer").unwrap();
    assert_eq!(sent["kind"], "sent");
    assert_eq!(json["resting"][0], "send.later");
}
