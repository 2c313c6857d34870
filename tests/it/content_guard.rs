//! The same content is not sent again, whatever happens to the YAML around it.

use serde_json::Value;

use crate::support::{Options, World, summary};

const GROUP: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: UTC}
sessions:
  main: {name: Main Line}
groups:
  vip: {members: ["+15550123456", "+15550987654"]}
"#;

fn with(sends: &str) -> String {
    format!("{GROUP}{sends}")
}

const OFFER: &str = "sends:\n  offer: {group: vip, message: Special offer!}\n";

async fn sent() -> World {
    let world = World::new().await;
    world.write("campaign.yaml", &with(OFFER));
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 1);
    world
}

#[tokio::test]
async fn removed_and_put_back() {
    let world = sent().await;
    world.write("campaign.yaml", GROUP);
    assert_eq!(summary(&world.plan().await), "send.offer job_cancel");
    world.settle().await;
    world.write("campaign.yaml", &with(OFFER));
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 1);
}

#[tokio::test]
async fn new_members_get_nothing_sent_again() {
    let world = sent().await;
    world.write(
        "campaign.yaml",
        &with(OFFER).replace("\"+15550987654\"", "\"+15550987654\", \"+15550444444\""),
    );
    assert_eq!(summary(&world.plan().await), "group.vip group_add_members");
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 1);
}

#[tokio::test]
async fn another_key_is_refused_and_names_the_first() {
    let world = sent().await;
    world
        .write("campaign.yaml", &with(&format!("{OFFER}  again: {{group: vip, message: Special offer!}}\n")));
    let plan = world.plan().await;
    let (address, refusal) = plan.all_refusals().next().unwrap();
    assert_eq!(address.unwrap().to_string(), "send.again");
    assert!(refusal.text.contains("send.offer"), "{}", refusal.text);
    world.write(
        "campaign.yaml",
        &with(&format!("{OFFER}  again: {{group: vip, message: Special offer!, repeat_of: send.offer}}\n")),
    );
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 2);
}

#[tokio::test]
async fn another_text_is_refused_with_the_number_of_people() {
    let world = sent().await;
    world.write("campaign.yaml", &with(OFFER).replace("Special", "Better"));
    let plan = world.plan().await;
    let (_, refusal) = plan.all_refusals().next().unwrap();
    assert!(refusal.text.contains("2 people"), "{}", refusal.text);
    world.write(
        "campaign.yaml",
        &with("sends:\n  offer: {group: vip, message: Better offer!, on_change: resend}\n"),
    );
    let plan = world.plan().await;
    let digest = plan.digest.clone();
    assert!(plan.is_refused(), "it needs --confirm-audience");
    let confirmed = world.plan_with(&Options::confirm(2)).await;
    assert!(!confirmed.is_refused(), "{}", summary(&confirmed));
    assert_eq!(confirmed.digest, digest, "the flag is not part of the digest");
    world.apply_with(&Options::confirm(2)).await;
    let jobs = world.jobs().await;
    assert_eq!(jobs.len(), 2);
    assert_eq!(
        jobs.iter().filter(|j| j["status"] == "cancelled").count(),
        1,
        "the old one was stopped first"
    );
    world.assert_empty().await;
}

#[tokio::test]
async fn a_new_run_and_ignore() {
    let world = sent().await;
    world.write(
        "campaign.yaml",
        &with("sends:\n  offer: {group: vip, message: Better offer!, on_change: ignore}\n"),
    );
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 1);
    world
        .write("campaign.yaml", &with("sends:\n  offer: {group: vip, message: Better offer!, run: \"2\"}\n"));
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 2);
}

#[tokio::test]
async fn a_job_cancelled_elsewhere_is_said_and_not_sent_again() {
    let world = sent().await;
    let job = world.jobs().await[0]["id"].as_str().unwrap().to_owned();
    world.curl("POST", &format!("/bulk-send/{job}/cancel"), Value::Null).await;
    let plan = world.plan().await;
    assert!(!plan.has_changes());
    assert!(
        plan.notes.iter().any(|n| n.code == "job_cancelled" && n.text.contains("of 2 people")),
        "{:?}",
        plan.notes
    );
    world.settle().await;
    assert!(world.plan().await.notes.iter().any(|n| n.code == "job_cancelled"), "a standing note");
    assert_eq!(world.jobs().await.len(), 1);
}

#[tokio::test]
async fn a_job_paused_elsewhere_is_resumed_and_state_is_obeyed() {
    let world = sent().await;
    let job = world.jobs().await[0]["id"].as_str().unwrap().to_owned();
    world.curl("POST", &format!("/bulk-send/{job}/pause"), Value::Null).await;
    assert_eq!(summary(&world.plan().await), "send.offer job_resume");
    world.settle().await;
    world.write(
        "campaign.yaml",
        &with("sends:\n  offer: {group: vip, message: Special offer!, state: paused}\n"),
    );
    assert_eq!(summary(&world.plan().await), "send.offer job_pause");
    world.settle().await;
    world.write(
        "campaign.yaml",
        &with("sends:\n  offer: {group: vip, message: Special offer!, state: cancelled}\n"),
    );
    assert_eq!(summary(&world.plan().await), "send.offer job_cancel");
    world.settle().await;
}

#[tokio::test]
async fn a_lost_ledger_holds() {
    let mut world = sent().await;
    world.store = campaignctl::ledger::MemoryStore::new();
    let plan = world.plan().await;
    assert!(plan.is_held(), "{}", summary(&plan));
    assert!(summary(&plan).contains("send.offer send HELD"), "{}", summary(&plan));
    world.apply().await;
    assert_eq!(world.jobs().await.len(), 1);
}
