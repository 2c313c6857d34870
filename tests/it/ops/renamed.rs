//! Keys and projects that are renamed with `moved:`: their history, and what an operator stopped, go along; and stops
//! that nobody can read any more.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::{Shop, YAML, err, out};
use crate::support::rogue::Reply;

const STOPS: &str = ".campaignctl/default/acme.stops.jsonl";

async fn ok(shop: &Shop, code: i32, args: &[&str]) -> String {
    let ran = shop.run(args).await;
    assert_eq!(ran.status.code(), Some(code), "{args:?}\n{}{}", out(&ran), err(&ran));
    format!("{}{}", out(&ran), err(&ran))
}

async fn jobs(shop: &Shop) -> Vec<Value> {
    shop.curl("GET", "/bulk-send", &Value::Null).await["jobs"].as_array().unwrap().clone()
}

/// The project with the send called otherwise, and perhaps the entry that says so.
fn called(name: &str, moved: &str) -> String {
    format!("{}{moved}", YAML.replace("  offer: {", &format!("  {name}: {{")))
}

const OFFER_TO_DEAL: &str = "moved: [{from: send.offer, to: send.deal}]\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stopped_stays_stopped_under_its_new_name() {
    for verb in ["pause", "cancel"] {
        let shop = Shop::open(1.0, "").await;
        ok(&shop, 0, &[verb, "send.offer"]).await;
        shop.write("campaign.yaml", &called("deal", OFFER_TO_DEAL));
        let plan = ok(&shop, 0, &["plan"]).await;
        assert!(plan.contains("campaignctl resume send.deal"), "{plan}");
        let status = ok(&shop, 0, &["status"]).await;
        assert!(status.contains("stopped"), "{status}");
        ok(&shop, 0, &["apply", "--yes"]).await;
        assert!(jobs(&shop).await.is_empty(), "{verb}");
        // The entry may go once it was applied.
        shop.write("campaign.yaml", &called("deal", ""));
        ok(&shop, 0, &["apply", "--yes"]).await;
        assert!(jobs(&shop).await.is_empty(), "{verb}");
        let before = shop.read(STOPS);
        ok(&shop, 0, &["apply", "--yes"]).await;
        assert_eq!(shop.read(STOPS), before, "said once is enough");
        ok(&shop, 0, &["resume", "send.deal"]).await;
        ok(&shop, 0, &["apply", "--yes"]).await;
        assert_eq!(jobs(&shop).await.len(), 1, "{verb}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_lifted_by_the_new_name_and_said_by_the_old() {
    let shop = Shop::open(1.0, "").await;
    ok(&shop, 0, &["pause", "send.offer"]).await;
    shop.write("campaign.yaml", &called("deal", OFFER_TO_DEAL));
    ok(&shop, 0, &["resume", "send.deal"]).await;
    let said = ok(&shop, 0, &["pause", "send.offer"]).await;
    assert!(said.contains("send.offer is called send.deal now"), "{said}");
    ok(&shop, 0, &["apply", "--yes"]).await;
    assert!(jobs(&shop).await.is_empty());
    ok(&shop, 0, &["resume", "send.offer"]).await;
    ok(&shop, 0, &["apply", "--yes"]).await;
    assert_eq!(jobs(&shop).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_reached_by_a_name_that_the_ledger_has_not_heard_yet() {
    let shop = Shop::applied(1.0, "").await;
    shop.write("campaign.yaml", &called("deal", OFFER_TO_DEAL));
    for (verb, status) in [("pause", "paused"), ("resume", "pending"), ("cancel", "cancelled")] {
        ok(&shop, 0, &[verb, "send.deal"]).await;
        assert_eq!(jobs(&shop).await[0]["status"], status, "{verb}");
    }
    shop.write("campaign.yaml", &called("offer", ""));
    let plan = ok(&shop, 0, &["plan"]).await;
    assert!(plan.contains("stopped by operator"), "whoever has the old files obeys it too: {plan}");
}

/// The stop is said by somebody who has the old files, while the apply of the new ones runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_apply_hears_a_stop_of_the_old_name_and_takes_lost_ones_as_stops() {
    let said = "\n{\"v\":1,\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"ada\",\"kind\":\"pause\",\"address\":\"send.offer\"}\n";
    for (line, why) in [(said, "stopped by operator ada"), ("\nrubbish\n", "a stop may be lost")] {
        let shop = Shop::open(1.0, "").await;
        shop.write("campaign.yaml", &called("deal", OFFER_TO_DEAL));
        let (path, once) = (shop.dir.path().join(STOPS), AtomicBool::new(false));
        let rogue = shop
            .rogue(move |seen| {
                if seen.is_write() && !once.swap(true, Ordering::SeqCst) {
                    std::fs::write(&path, line).unwrap();
                }
                Reply::Pass
            })
            .await;
        let applied = shop.run_on(&format!("{}/api/v2", rogue.base), &["apply", "--yes"]).await;
        assert_eq!(applied.status.code(), Some(4), "{}{}", out(&applied), err(&applied));
        assert!(out(&applied).contains(why), "{}", out(&applied));
        assert!(jobs(&shop).await.is_empty());
        let groups = shop.curl("GET", "/custom-groups", &Value::Null).await;
        assert!(groups.to_string().contains("VIP Clients"), "what starts nothing is done: {groups}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_stop_stops_everything_and_a_word_on_all_ends_that() {
    let shop = Shop::open(1.0, "").await;
    ok(&shop, 0, &["pause", "send.offer"]).await;
    let whole = shop.read(STOPS);
    // Cut by a crash: its command never said that it had worked.
    shop.write(STOPS, whole.trim_end().get(..40).unwrap());
    let plan = ok(&shop, 0, &["plan"]).await;
    assert!(plan.contains("give it again if it is meant"), "{plan}");
    ok(&shop, 0, &["pause", "send.later"]).await;
    let plan = ok(&shop, 0, &["plan"]).await;
    assert!(!plan.contains("give it again"), "said once: {plan}");
    shop.write(STOPS, &format!("{}{whole}", whole.replace("pause", "\u{1}")));
    let ways = ["campaignctl pause --all", "campaignctl resume --all"];
    for args in
        [&["plan"][..], &["apply", "--yes"], &["status"], &["ledger", "verify"], &["resume", "send.later"]]
    {
        let told = ok(&shop, 1, args).await;
        assert!(told.contains("damaged") && ways.iter().all(|way| told.contains(way)), "{args:?}: {told}");
    }
    ok(&shop, 0, &["pause", "send.offer"]).await;
    ok(&shop, 1, &["plan"]).await;
    ok(&shop, 0, &["pause", "--all"]).await;
    ok(&shop, 0, &["apply", "--yes"]).await;
    assert!(jobs(&shop).await.is_empty());
    ok(&shop, 0, &["resume", "--all"]).await;
    ok(&shop, 0, &["apply", "--yes"]).await;
    assert_eq!(jobs(&shop).await.len(), 1);
}

fn project(name: &str, moved: &str) -> String {
    format!("{}{moved}", YAML.replace("project: acme", &format!("project: {name}")))
}

const ACME_TO_ZENITH: &str =
    "moved: [{from: project.acme, to: project.apex}, {from: project.apex, to: project.zenith}]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_project_keeps_its_ledger_and_stops() {
    let shop = Shop::applied(1.0, "").await;
    ok(&shop, 0, &["pause", "send.later"]).await;
    shop.write("campaign.yaml", &project("zenith", ACME_TO_ZENITH));
    let plan = ok(&shop, 0, &["plan"]).await;
    assert!(plan.contains("No changes"), "{plan}");
    let status = ok(&shop, 0, &["status"]).await;
    assert!(status.contains("stopped"), "{status}");
    ok(&shop, 0, &["apply", "--yes"]).await;
    // Also when the entry is gone.
    shop.write("campaign.yaml", &project("zenith", ""));
    let plan = ok(&shop, 0, &["plan"]).await;
    assert!(plan.contains("No changes"), "{plan}");
    assert!(ok(&shop, 0, &["ledger", "verify"]).await.contains("is whole"));
    // Whoever still has the old files is told so, and sends nothing.
    shop.write("campaign.yaml", YAML);
    let told = ok(&shop, 3, &["apply", "--yes"]).await;
    assert!(told.contains("zenith"), "{told}");
    assert_eq!(jobs(&shop).await.len(), 1);
    // A project of another name beside it has a ledger of its own.
    shop.write("campaign.yaml", &project("other", ""));
    assert!(ok(&shop, 0, &["ledger", "verify"]).await.contains("There is no ledger"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_ledgers_of_one_project_are_refused() {
    let shop = Shop::applied(1.0, "").await;
    // Once begun anew under the new name, before the entry was written.
    let begun = shop.read(".campaignctl/default/acme.jsonl").replace("\"acme\"", "\"zenith\"");
    shop.write(".campaignctl/default/zenith.jsonl", &begun);
    shop.write("campaign.yaml", &project("zenith", ACME_TO_ZENITH));
    for args in [&["plan"][..], &["apply", "--yes"]] {
        let told = ok(&shop, 3, args).await;
        assert!(told.contains("more than one ledger") && told.contains("acme.jsonl"), "{told}");
    }
    assert_eq!(jobs(&shop).await.len(), 1);
    ok(&shop, 0, &["plan", "--ledger", ".campaignctl/default/acme.jsonl"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_sandbox_goes_along_with_a_renamed_project() {
    let shop = Shop::open(1.0, "").await;
    ok(&shop, 0, &["apply", "--yes", "--sandbox"]).await;
    shop.write("campaign.yaml", &project("zenith", ACME_TO_ZENITH));
    let plan = ok(&shop, 0, &["plan", "--sandbox"]).await;
    assert!(plan.contains("No changes"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_key_keeps_its_history_through_compaction() {
    let shop = Shop::applied(1.0, "").await;
    let chain = "moved: [{from: send.sale, to: send.deal}, {from: send.offer, to: send.sale}]\n";
    for (name, moved) in [
        ("deal", chain),
        ("deal", ""),
        // And back.
        ("offer", "moved: [{from: send.deal, to: send.offer}]\n"),
        ("offer", ""),
        ("sale", "moved: [{from: send.offer, to: send.sale}]\n"),
    ] {
        shop.write("campaign.yaml", &called(name, moved));
        ok(&shop, 0, &["ledger", "compact"]).await;
        ok(&shop, 0, &["apply", "--yes"]).await;
        ok(&shop, 0, &["ledger", "compact"]).await;
        let plan = ok(&shop, 0, &["plan"]).await;
        assert!(plan.contains("No changes"), "{name} {moved}: {plan}");
        assert_eq!(jobs(&shop).await.len(), 1, "{name} {moved}");
    }
}
