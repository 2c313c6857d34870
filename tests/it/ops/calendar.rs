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

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_time_it_is_on_the_phones_and_who_is_inside_quiet_hours() {
    let shop = Shop::open(1.0, "").await;
    let policy = "policy: {quiet_hours: {from: \"21:00\", to: \"08:00\"}}";
    shop.write("campaign.yaml", &format!("{}{policy}\n", super::YAML));
    // Europe has changed its clocks, the United States have not.
    let args = ["--from", "2026-10-26", "--weeks", "1"];
    // Lines are wrapped.
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = words(calendar(&shop, &args).await);
    for said in [
        "on their phones: 07:00 for 3 people in London, 00:00 for 1 in Los Angeles",
        "inside their quiet hours (21:00 to 08:00): all 4 people",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    let json = calendar(&shop, &[&args[..], &["--format", "json"]].concat()).await;
    assert!(!json.contains("4155552671") && !json.contains("442079460018"), "{json}");
    let json: Value = serde_json::from_str(&json).unwrap();
    let firing = json["entries"].as_array().unwrap().iter().find(|e| e["kind"] == "firing").unwrap();
    assert_eq!(firing["in_quiet_hours"], 4);
    assert_eq!(
        firing["recipient_times"],
        serde_json::json!([
            {
                "zones": ["Europe/London"],
                "more_zones": 0,
                "earliest": "2026-10-26T07:00:00+00:00",
                "latest": "2026-10-26T07:00:00+00:00",
                "people": 3,
                "assumed": 0
            },
            {
                "zones": ["America/Los_Angeles"],
                "more_zones": 0,
                "earliest": "2026-10-26T00:00:00-07:00",
                "latest": "2026-10-26T00:00:00-07:00",
                "people": 1,
                "assumed": 0
            }
        ])
    );
    let ics = calendar(&shop, &[&args[..], &["--format", "ics"]].concat()).await.replace("\r\n ", "");
    assert!(ics.contains("it is on their phones: 07:00 for 3 people in London"), "{ics}");
    // A month later both have changed, and it is the day before in California.
    let text = words(calendar(&shop, &["--from", "2026-11-23", "--weeks", "1"]).await);
    assert!(text.contains("07:00 for 3 people in London, Sun 23:00 for 1 in Los Angeles"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_to_fire_earlier_today_is_not_to_come() {
    let shop = Shop::open(1.0, "").await;
    let at_eight = async |more: &[&str]| {
        let args = [&["calendar", "--now", "2026-11-23T08:00:00Z", "--weeks", "1", "--format", "json"], more]
            .concat();
        let shown = shop.run(&args).await;
        let shown: Value = serde_json::from_str(&out(&shown)).unwrap();
        let entries =
            shown["entries"].as_array().unwrap().iter().map(|e| e["address"].as_str().unwrap().to_owned());
        entries.collect::<Vec<_>>()
    };
    // It fires at 09:00 in Jerusalem, which was an hour ago.
    assert_eq!(at_eight(&[]).await, ["send.offer"]);
    // A day that is asked for is shown as a whole.
    assert_eq!(at_eight(&["--from", "2026-11-23"]).await, ["schedule.weekly", "send.offer"]);
}
