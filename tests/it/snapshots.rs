//! `audience: snapshot`: a group of its own for the attempt, deleted when its job is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use campaignctl::apply::ChangeResult;
use campaignctl::ledger::Event;
use campaignctl::model::Id;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::rogue::{Reply, Rogue, answer, json as page};
use crate::support::{World, driver, summary};

const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: UTC}
sessions: {main: {name: Main Line}}
groups:
  vip: {members: ["+15550123456", "+15550987654"]}
sends:
  offer: {group: vip, message: Special offer!, audience: snapshot}
"#;

#[tokio::test]
async fn the_send_goes_to_a_group_of_its_own_which_is_deleted_in_the_end() {
    let world = World::new().await;
    world.write("campaign.yaml", YAML);
    world.settle().await;
    let groups = world.list("/custom-groups").await;
    assert_eq!(groups.len(), 2, "{groups:?}");
    let vip = groups.iter().find(|g| g["name"] == "vip").unwrap();
    assert_ne!(world.jobs().await[0]["custom_group_id"], vip["id"]);
    world.advance(SignedDuration::from_hours(1));
    assert_eq!(summary(&world.plan().await), "send.offer group_delete");
    world.settle().await;
    assert_eq!(world.list("/custom-groups").await.len(), 1);
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_recovered_exactly() {
    let world = World::new().await;
    world.write("campaign.yaml", YAML);
    world
        .curl("POST", "/__sandbox/fault", json!({"nth": 1, "mode": "drop_after", "path": "/bulk-send"}))
        .await;
    let report = world.apply().await;
    assert!(report.is_held(), "{:?}", report.outcomes);
    world.advance(SignedDuration::from_mins(2));
    assert_eq!(summary(&world.plan().await), "send.offer recover");
    world.apply().await;
    assert_eq!(world.jobs().await.len(), 1);
    world.advance(SignedDuration::from_hours(1));
    world.apply().await;
    world.assert_empty().await;
}

#[tokio::test]
async fn a_lost_ledger_is_seen_by_the_groups_name() {
    let mut world = World::new().await;
    world.write("campaign.yaml", YAML);
    world.settle().await;
    world.store = campaignctl::ledger::MemoryStore::new();
    assert!(world.plan().await.is_held());
}

/// The run that made the group was killed before it had its answer, and the next list comes from a replica that lags.
#[tokio::test]
async fn a_group_that_a_list_does_not_show_yet_is_not_made_twice() {
    let mut world = World::new().await;
    world.write("campaign.yaml", YAML.split("sends:").next().unwrap());
    world.settle().await;
    world.write("campaign.yaml", YAML);
    let name = "campaignctl snapshot acme send.offer run 1 attempt 1".to_owned();
    let members = json!([{"phone": "+15550123456"}, {"phone": "+15550987654"}]);
    world.curl("POST", "/custom-groups", json!({"name": name, "members": members})).await;
    let (send, run) = ("offer".to_owned(), "1".to_owned());
    world.record(Event::Prepared { send: send.clone(), run: run.clone() });
    world.record(Event::SnapshotCreating { send, run, attempt: 1, name });
    let lists = Arc::new(AtomicU32::new(0));
    let listed = lists.clone();
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        let is_list = seen.method == "GET" && seen.path.ends_with("/custom-groups");
        // The plan's list and the one before the create show nothing, the next one does.
        if is_list && listed.fetch_add(1, Ordering::SeqCst) < 2 {
            return page(200, r#"{"groups": [], "total": 0}"#);
        }
        Reply::Pass
    })
    .await;
    world.client = driver::client(&rogue.base, &world.clock, None);
    world.apply().await;
    let made = world.list("/custom-groups").await;
    assert_eq!(made.len(), 2, "{made:?}");
    assert_eq!(world.jobs().await.len(), 1);
    world.advance(SignedDuration::from_hours(1));
    world.apply().await;
    assert_eq!(world.list("/custom-groups").await.len(), 1);
}

/// An attempt that came to nothing had a group of the same name, and a list from before its end still shows that one.
#[tokio::test]
async fn a_group_that_was_deleted_is_not_taken_for_the_one_just_made() {
    let mut world = World::new().await;
    world.write("campaign.yaml", YAML.split("sends:").next().unwrap());
    world.settle().await;
    world.write("campaign.yaml", YAML);
    let (send, run, attempt) = ("offer".to_owned(), "1".to_owned(), 1);
    let name = "campaignctl snapshot acme send.offer run 1 attempt 1".to_owned();
    let gone = Id::new("2f1f7f6e-2b1b-4b8e-9c51-111111111111").unwrap();
    let old = json!({"groups": [{"id": gone.to_string(), "name": name, "member_count": 2}], "total": 1})
        .to_string();
    world.record(Event::SnapshotCreating { send: send.clone(), run: run.clone(), attempt, name });
    world.record(Event::SnapshotOwned { send: send.clone(), run: run.clone(), attempt, id: gone.clone() });
    world.record(Event::SnapshotGone { send, run, id: gone });
    let (made, posts) = (Arc::new(AtomicU32::new(0)), AtomicU32::new(0));
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        if !seen.path.ends_with("/custom-groups") {
            return Reply::Pass;
        }
        if seen.method == "POST" && posts.fetch_add(1, Ordering::SeqCst) > 0 {
            return Reply::Pass;
        }
        if seen.method == "POST" {
            made.store(1, Ordering::SeqCst);
            return Reply::ActThen(Box::new(answer(502, "text/html", "<title>502 Bad Gateway</title>")));
        }
        // Only the list that is to settle the create is old.
        if made.swap(0, Ordering::SeqCst) == 1 { page(200, &old) } else { Reply::Pass }
    })
    .await;
    world.client = driver::client(&rogue.base, &world.clock, None);
    let report = world.apply().await;
    let ChangeResult::Blocked { why } = &report.outcomes[0].result else { panic!("{report:?}") };
    assert!(why.contains("is not known"), "{why}");
    // The next run finds the group, and nothing of it is left in the end.
    world.apply().await;
    assert_eq!(world.jobs().await.len(), 1);
    world.advance(SignedDuration::from_hours(1));
    world.apply().await;
    let left = world.list("/custom-groups").await;
    assert_eq!(left.len(), 1, "{left:?}");
}
