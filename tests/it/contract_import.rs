//! Imports from WhatsApp groups: at creation, again when the list changes (through a temporary group), and after a
//! crash at any point of that.

use std::time::Duration;

use campaignctl::apply::ChangeResult;
use serde_json::{Value, json};

use crate::support::{Options, World, summary};

const HEAD: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: UTC}
sessions: {main: {name: Main Line}}
suppress: [{phone: "+15552009001"}, {phone: "+15552009012"}]
"#;

const ONE: &str = "120363012345@g.us";
const TWO: &str = "120363067890@g.us";
const OLD: &str = "15552009099-1400000000@g.us";

fn yaml(wa_groups: &[&str]) -> String {
    let from: Vec<String> =
        wa_groups.iter().map(|id| format!("{{whatsapp: {{group: \"{id}\", session: main}}}}")).collect();
    format!(
        "{HEAD}groups:\n  chat:\n    name: From the chats\n    membership: at-least\n    members: [\"+15550000001\"]\n    members_from: [{}]\n",
        from.join(", ")
    )
}

async fn wa_group(world: &World, id: &str, people: &[u64]) {
    let members: Vec<Value> = people.iter().map(|n| json!({"phone": format!("+1555200{n}")})).collect();
    world.curl("POST", "/__sandbox/wa-groups", json!({"id": id, "name": "A chat", "members": members})).await;
}

/// An account with three WhatsApp groups; 9001 and 9012 are suppressed.
async fn world() -> World {
    let world = World::new().await;
    wa_group(&world, ONE, &[9000, 9001, 9002]).await;
    wa_group(&world, TWO, &[9002, 9010, 9011, 9012]).await;
    wa_group(&world, OLD, &[9020]).await;
    world
}

/// Every group with its people.
async fn groups(world: &World) -> Vec<(String, Vec<u64>)> {
    let state = world.get("/__sandbox/state").await;
    let mut all: Vec<(String, Vec<u64>)> = state["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| {
            let phones = g["members"]["phones"].as_array().unwrap();
            (g["name"].as_str().unwrap().to_owned(), phones.iter().map(|p| p.as_u64().unwrap()).collect())
        })
        .collect();
    all.sort();
    all
}

fn chat(people: &[u64]) -> Vec<(String, Vec<u64>)> {
    let mut phones = vec![15_550_000_001];
    phones.extend(people.iter().map(|n| 15_552_000_000 + n));
    vec![("From the chats".to_owned(), phones)]
}

fn all_done(report: &campaignctl::apply::Report) -> bool {
    report.outcomes.iter().all(|o| matches!(o.result, ChangeResult::Done { .. }))
}

#[tokio::test]
async fn the_suppressed_do_not_come_in_with_an_import() {
    let world = world().await;
    world.write("campaign.yaml", &yaml(&[ONE]));
    assert_eq!(summary(&world.plan().await), "group.chat group_import");
    world.settle().await;
    assert_eq!(groups(&world).await, chat(&[9000, 9002]));
}

#[tokio::test]
async fn a_changed_list_is_imported_through_a_temporary_group() {
    let world = world().await;
    world.write("campaign.yaml", &yaml(&[ONE]));
    world.settle().await;
    world.write("campaign.yaml", &yaml(&[ONE, TWO]));
    let plan = world.plan().await;
    assert_eq!(summary(&plan), "group.chat group_import");
    // Five to plan, and one read of the group; then made, read, added, deleted, and the groups listed.
    let before = world.client.requests_made();
    world.apply().await;
    assert_eq!(world.client.requests_made() - before, 6 + plan.requests());
    assert_eq!(plan.requests(), 5);
    world.assert_empty().await;
    assert_eq!(groups(&world).await, chat(&[9000, 9002, 9010, 9011]));

    // A shorter list, or another order, is nothing: nobody is removed.
    for list in [&[TWO, ONE][..], &[TWO]] {
        world.write("campaign.yaml", &yaml(list));
        let before = world.client.requests_made();
        world.settle().await;
        assert_eq!(world.client.requests_made() - before, 10, "two plans");
    }
    assert_eq!(groups(&world).await, chat(&[9000, 9002, 9010, 9011]));
    // What left the list and comes back is imported again: people may have joined.
    wa_group(&world, ONE, &[9000, 9003]).await;
    world.write("campaign.yaml", &yaml(&[ONE, TWO]));
    assert_eq!(summary(&world.plan().await), "group.chat group_import");
    world.settle().await;
    assert_eq!(groups(&world).await, chat(&[9000, 9002, 9003, 9010, 9011]));
}

#[tokio::test]
async fn a_group_that_becomes_one_of_imports_and_one_that_is_adopted() {
    let world = world().await;
    world.write("campaign.yaml", &yaml(&[]).replace("    members_from: []\n", ""));
    world.settle().await;
    world.write("campaign.yaml", &yaml(&[TWO]));
    world.settle().await;
    assert_eq!(groups(&world).await, chat(&[9002, 9010, 9011]));

    let other = self::world().await;
    other.curl("POST", "/custom-groups", json!({"name": "From the chats"})).await;
    other.write("campaign.yaml", &yaml(&[OLD]));
    assert!(summary(&other.plan().await).contains("group.chat adopt"));
    other.settle().await;
    assert_eq!(groups(&other).await, chat(&[9020]));
    let ledger = format!("{:?}", campaignctl::ledger::Store::load(&other.store).unwrap().state);
    assert!(!ledger.contains("15552009099"), "an old WhatsApp group's id is somebody's phone");
}

#[tokio::test]
async fn a_send_waits_for_the_next_apply() {
    let world = world().await;
    world.write("campaign.yaml", &yaml(&[ONE]));
    world.settle().await;
    let sends = "sends:\n  hello: {group: chat, message: Hello.}\n";
    world.write("campaign.yaml", &format!("{}{sends}", yaml(&[ONE, TWO])));
    assert!(summary(&world.plan().await).contains("send.hello send BLOCKED importing"));
    world.apply().await;
    assert!(world.jobs().await.is_empty());
    world.settle().await;
    assert_eq!(world.jobs().await[0]["total_recipients"], 5);
}

/// Applies until there is nothing left to do.
async fn until_settled(world: &World, what: &str) {
    for _ in 0..4 {
        let report = world.apply().await;
        if all_done(&report) && !world.plan().await.has_changes() {
            return;
        }
    }
    panic!("{what}: never settles: {}", summary(&world.plan().await));
}

#[tokio::test]
async fn a_fault_at_any_request() {
    let wanted = chat(&[9000, 9002, 9010, 9011]);
    for mode in [
        "drop_before",
        "drop_after",
        "500_before",
        "500_after",
        "502_html_after",
        "truncated",
        "429",
        "empty_2xx",
    ] {
        for nth in 1..=3 {
            let what = format!("{mode} at {nth}");
            let world = world().await;
            world.write("campaign.yaml", &yaml(&[ONE]));
            world.settle().await;
            world.write("campaign.yaml", &yaml(&[ONE, TWO]));
            world.curl("POST", "/__sandbox/fault", json!({"nth": nth, "mode": mode})).await;
            until_settled(&world, &what).await;
            assert_eq!(groups(&world).await, wanted, "{what}");
            world.curl("DELETE", "/__sandbox/fault", Value::Null).await;
            world.assert_empty().await;
        }
    }
}

/// Lets an apply hang at its `nth` write and gives it up there, as a crash would.
async fn crash(world: &World, nth: u64, mode: &str) {
    world.curl("POST", "/__sandbox/fault", json!({"nth": nth, "mode": mode})).await;
    let ended = tokio::time::timeout(Duration::from_millis(400), world.apply()).await;
    assert!(ended.is_err(), "write {nth} hangs");
    world.curl("DELETE", "/__sandbox/fault", Value::Null).await;
}

#[tokio::test]
async fn a_crash_at_any_write() {
    let wanted = chat(&[9000, 9002, 9010, 9011]);
    for mode in ["hang_before", "hang_after"] {
        for nth in 1..=3 {
            let world = world().await;
            world.write("campaign.yaml", &yaml(&[ONE]));
            world.settle().await;
            world.write("campaign.yaml", &yaml(&[ONE, TWO]));
            crash(&world, nth, mode).await;
            let what = format!("{mode} at {nth}");
            let plan = world.plan().await;
            // A deletion that was heard leaves nothing to do but to note it.
            let left = if (mode, nth) == ("hang_after", 3) { "" } else { "group.chat group_import" };
            assert_eq!(summary(&plan), left, "{what}");
            until_settled(&world, &what).await;
            assert_eq!(groups(&world).await, wanted, "{what}");
        }
    }
}

#[tokio::test]
async fn a_crash_while_the_group_itself_is_imported() {
    for mode in ["hang_before", "hang_after"] {
        let world = world().await;
        world.write("campaign.yaml", &yaml(&[ONE]));
        crash(&world, 1, mode).await;
        until_settled(&world, mode).await;
        assert_eq!(groups(&world).await, chat(&[9000, 9002]), "{mode}");
    }
}

#[tokio::test]
async fn what_a_crash_left_is_deleted_when_the_yaml_has_moved_on() {
    // The import is no longer wanted.
    let world = world().await;
    world.write("campaign.yaml", &yaml(&[ONE]));
    world.settle().await;
    world.write("campaign.yaml", &yaml(&[ONE, TWO]));
    crash(&world, 1, "hang_after").await;
    assert_eq!(groups(&world).await.len(), 2);
    world.write("campaign.yaml", &yaml(&[ONE]));
    assert_eq!(summary(&world.plan().await), "group.chat group_import");
    world.settle().await;
    assert_eq!(groups(&world).await, chat(&[9000, 9002]));

    // The group itself is no longer wanted.
    world.write("campaign.yaml", &yaml(&[ONE, TWO]));
    crash(&world, 1, "hang_after").await;
    world.write("campaign.yaml", &format!("{HEAD}groups:\n  other: {{members: [\"+15550000002\"]}}\n"));
    until_settled(&world, "removed").await;
    assert_eq!(groups(&world).await.len(), 1);
    world.apply_with(&Options::destroy()).await;
    assert!(groups(&world).await.is_empty());
}
