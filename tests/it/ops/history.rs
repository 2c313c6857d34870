//! `history`: whole, or an error; never short without a word.

use serde_json::{Value, json};

use super::{Shop, err, out};
use crate::support::rogue;

/// A shop whose schedule has fired so often.
async fn fired(hours: u32, dialect: &str) -> Shop {
    let shop = Shop::open(1.0, dialect).await;
    let hourly = super::YAML.replace("weekly: {on: [monday], at: \"09:00\"}", "cron: \"0 * * * *\"");
    shop.write("campaign.yaml", &hourly);
    let done = shop.run(&["apply", "--yes"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    shop.curl("POST", "/__sandbox/clock", &json!({"advance": format!("{hours}h")})).await;
    shop
}

async fn rows(shop: &Shop, args: &[&str]) -> Vec<Value> {
    let done = shop.run(&[&["history", "schedule.weekly", "--format", "json"], args].concat()).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let history: Value = serde_json::from_str(&out(&done)).unwrap();
    history["executions"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_two_pages_and_that_there_are_more_is_said() {
    for dialect in ["", "total=no,envelope=bare", "page=7,order=old"] {
        let shop = fired(60, dialect).await;
        let all = rows(&shop, &[]).await;
        assert_eq!(all.len(), 60, "{dialect}");
        let times: std::collections::BTreeSet<_> = all.iter().map(|row| row["at"].to_string()).collect();
        assert_eq!(times.len(), 60, "{dialect}: one came twice");
        let some = shop.run(&["history", "schedule.weekly", "--limit", "55"]).await;
        assert_eq!(out(&some).lines().count(), 56, "{dialect}: {}", out(&some));
        let words = if dialect.contains("total=no") {
            "There are more than 55 firings"
        } else {
            "55 of 60 firings are shown; all of them: --limit 60"
        };
        assert!(err(&some).contains(words), "{dialect}: {}", err(&some));
        let all = shop.run(&["history", "schedule.weekly"]).await;
        assert!(!err(&all).contains("firings"), "{}", err(&all));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_page_is_an_error() {
    let shop = fired(60, "").await;
    for total in ["", ", \"total\": 60"] {
        let first: Vec<Value> = (10..60)
            .map(|n| json!({"id": format!("e-{n}"), "fired_at": format!("2026-12-01T10:{n}:00Z")}))
            .collect();
        let same = shop
            .rogue(move |seen| {
                if !seen.path.ends_with("/history") {
                    return rogue::Reply::Pass;
                }
                let limit = seen.query.split(['&', '=']).skip_while(|word| *word != "limit").nth(1).unwrap();
                let page = Value::from(&first[..limit.parse::<usize>().unwrap().min(50)]);
                rogue::json(200, &format!("{{\"executions\": {page}{total}}}"))
            })
            .await;
        let error = shop.run_on(&same.base, &["history", "schedule.weekly", "--limit", "200"]).await;
        assert_eq!((error.status.code(), out(&error)), (Some(1), String::new()), "{total}");
        assert!(err(&error).contains("repeats the first page"), "{}", err(&error));
        let few = shop.run_on(&same.base, &["history", "schedule.weekly", "--limit", "20"]).await;
        assert_eq!(out(&few).lines().count(), 21, "{}", err(&few));
    }
    let cut = shop
        .rogue(|seen| {
            if seen.path.ends_with("/history") && seen.query.contains("offset=50") {
                return rogue::json(200, r#"{"executions": [], "total": 60}"#);
            }
            rogue::Reply::Pass
        })
        .await;
    let error = shop.run_on(&cut.base, &["history", "schedule.weekly"]).await;
    assert_eq!(error.status.code(), Some(1));
    assert!(err(&error).contains("cut short: 50 of 60 came"), "{}", err(&error));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_none_says_so() {
    let shop = Shop::applied(1.0, "").await;
    let none = shop.run(&["history", "schedule.weekly"]).await;
    assert_eq!(out(&none), "schedule.weekly has not fired yet.\n", "{}", err(&none));
    for (address, words) in [
        ("send.offer", "is no schedule"),
        ("schedule.none", "schedule.none is neither in the YAML nor in the ledger"),
        ("schedule.wekly", "did you mean schedule.weekly?"),
    ] {
        let error = shop.run(&["history", address]).await;
        assert_eq!(error.status.code(), Some(1));
        assert!(err(&error).contains(words), "{}", err(&error));
        assert!(!err(&error).contains("creates it"), "{}", err(&error));
    }
}

/// A schedule with another group is another object on the account; to whoever wrote the YAML it is the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_fired_before_a_replacement_is_in_it() {
    let shop = fired(3, "").await;
    assert_eq!(rows(&shop, &[]).await.len(), 3);
    let other = shop
        .read("campaign.yaml")
        .replace("weekly: {group: vip", "weekly: {group: other")
        .replace("groups:\n", "groups:\n  other: {members: [\"+442079460019\"]}\n");
    shop.write("campaign.yaml", &other);
    let done = shop.run(&["apply", "--yes"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    shop.curl("POST", "/__sandbox/clock", &json!({"advance": "2h"})).await;
    let all = rows(&shop, &[]).await;
    let times: Vec<_> = all.iter().map(|row| row["at"].as_str().unwrap().to_owned()).collect();
    assert_eq!(times.len(), 5, "{times:?}");
    assert!(times.windows(2).all(|pair| pair[0] > pair[1]), "{times:?}");
    let some = shop.run(&["history", "schedule.weekly", "--limit", "4"]).await;
    assert!(err(&some).contains("4 of 5 firings are shown"), "{}", err(&some));
    for command in [["cancel", "schedule.weekly"], ["resume", "schedule.weekly"], ["apply", "--yes"]] {
        let done = shop.run(&command).await;
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    }
    assert_eq!(rows(&shop, &[]).await.len(), 5);
}
