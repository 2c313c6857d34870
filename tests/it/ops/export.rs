//! `export` and `wa-groups export`.

use campaignctl::config::{LoadOptions, load};
use serde_json::Value;

use super::{Shop, err, mode, out};
use crate::support::rogue::{Reply, json};

const CSV: &str =
    "phone,name\n+14155552671,\n+442079460018,\"Jane \"\"J\"\", Doe\"\n+442079460019,\n+442079460020,\n";

#[tokio::test(flavor = "multi_thread")]
async fn members_as_csv_and_as_json_that_is_read_back() {
    for dialect in
        ["", "phone=suffix,envelope=bare,member_page=2,list_fields=few", "phone=digits,envelope=items"]
    {
        let shop = Shop::applied(1.0, dialect).await;
        let csv = shop.run(&["export", "group.vip"]).await;
        assert_eq!((csv.status.code(), out(&csv)), (Some(0), CSV.to_owned()), "{dialect} {}", err(&csv));
        let json = shop.run(&["export", "group.vip", "--format", "json", "--out", "vip.json"]).await;
        assert_eq!((json.status.code(), out(&json)), (Some(0), String::new()), "{}", err(&json));
        assert_eq!(mode(&shop.dir.path().join("vip.json")), 0o600);
        let again = tempfile::tempdir().unwrap();
        std::fs::copy(shop.dir.path().join("vip.json"), again.path().join("vip.json")).unwrap();
        let yaml = "version: 1\nproject: again\ngroups: {vip: {members_from: [{json: vip.json}]}}\n";
        std::fs::write(again.path().join("campaign.yaml"), yaml).unwrap();
        let vars = std::collections::BTreeMap::new();
        let desired =
            load(&LoadOptions::new(again.path(), &vars, jiff::Timestamp::UNIX_EPOCH)).desired.unwrap();
        assert_eq!(desired.groups["vip"].members.len(), 4);
        assert_eq!(desired.groups["vip"].names.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_with_their_state() {
    let shop = Shop::applied(60_000.0, "").await;
    let done = shop.run(&["watch", "send.offer"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let csv = shop.run(&["export", "send.offer"]).await;
    let lines: Vec<String> = out(&csv).lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "phone,name,state,at");
    assert_eq!(lines.len(), 5);
    assert!(lines[1].starts_with("+14155552671,,delivered,20"), "{lines:?}");
    let json = shop.run(&["export", "send.offer", "--format", "json"]).await;
    let json: Value = serde_json::from_str(&out(&json)).unwrap();
    assert_eq!(json[1]["name"], "Jane \"J\", Doe");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_says_what_to_do_and_leaves_nothing() {
    let shop = Shop::open(1.0, "").await;
    for (args, words) in [
        (&["export", "group.vip"][..], "`campaignctl apply` creates it"),
        (&["export", "group.nope"], "group.nope is neither in the YAML nor in the ledger"),
        (&["export", "group.vpi"], "did you mean group.vip?"),
        (&["export", "send.ofer"], "did you mean send.offer?"),
        (&["export", "send.offer"], "does not know that send.offer was sent"),
        (&["export", "send.none"], "neither in the YAML nor in the ledger"),
        (&["export", "schedule.weekly"], "export its group"),
        (&["export", "group.vip", "--format", "markdown"], "use one of: csv, json"),
        (&["wa-groups", "export", "1@g.us"], "`campaignctl wa-groups` lists"),
    ] {
        let output = shop.run(args).await;
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(err(&output).contains(words) && out(&output).is_empty(), "{args:?}: {}", err(&output));
    }
    shop.run(&["apply", "--yes"]).await;
    let output = shop.run(&["export", "group.vip", "--out", "no/such/dir.csv"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("check that its directory exists"), "{}", err(&output));
    let left = std::fs::read_dir(shop.dir.path()).unwrap().count();
    assert_eq!(left, 2, "the YAML and .campaignctl");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whatsapp_group_through_a_group_that_is_gone_afterwards() {
    let shop = Shop::open(1.0, "").await;
    let done = shop.run(&["wa-groups", "export", "120363012345@g.us", "--out", "chat.csv"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(shop.read("chat.csv").lines().count(), 31);
    assert_eq!(mode(&shop.dir.path().join("chat.csv")), 0o600);
    assert!(shop.group_names().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_are_all_there_or_none() {
    let shop = Shop::applied(1.0, "").await;
    for (analytics, code) in [
        (r#"{"contacts": [{"phone": "+14155552671", "status": "read"}]}"#, 1),
        (
            r#"{"contacts": [{"phone": "+14155552671", "status": "read"}, {"phone": "+442079460018", "status": "sent"},
                {"phone": "+442079460019", "status": "sent"}, {"phone": "REDACTED", "status": "sent"}]}"#,
            0,
        ),
    ] {
        let cut = shop
            .rogue(move |seen| {
                if seen.path.contains("/analytics/") {
                    return json(200, analytics);
                }
                let job = seen.path.split("/bulk-send/").nth(1).is_some_and(|rest| !rest.contains('/'));
                if job { Reply::Rewritten(two_of_them) } else { Reply::Pass }
            })
            .await;
        let done = shop.run_on(&cut.base, &["export", "send.offer", "--out", "sent.csv"]).await;
        assert_eq!(done.status.code(), Some(code), "{}", err(&done));
        if code == 0 {
            assert_eq!(shop.read("sent.csv").lines().count(), 4);
            assert!(err(&done).contains("1 entry is no phone number"), "{}", err(&done));
        } else {
            assert!(err(&done).contains("lists 2 of the 4 recipients"), "{}", err(&done));
            assert!(!shop.dir.path().join("sent.csv").exists());
        }
    }
}

fn two_of_them(body: &str) -> String {
    let mut job: Value = serde_json::from_str(body).unwrap();
    job["recipients"].as_array_mut().unwrap().truncate(2);
    job.to_string()
}
