//! An attempt that was taken for not sent, and made a job after all: a proxy said no in the API's words, after the API
//! had acted. Nothing goes out beside that job; it becomes the send.

use std::sync::atomic::{AtomicU32, Ordering};

use campaignctl::apply::ChangeResult;
use jiff::SignedDuration;

use crate::support::rogue::{Reply, Rogue, json};
use crate::support::{World, driver, summary};

const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: UTC}
sessions: {main: {name: Main Line}}
groups:
  vip: {members: ["+15550123456", "+15550987654"]}
sends:
  offer: {group: vip, message: Special offer!}
"#;

/// The first POST of a send is refused with this status by a proxy, and acted upon.
async fn refused_after(world: &mut World, status: u16) -> Rogue {
    let posts = AtomicU32::new(0);
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        if seen.is_send() && posts.fetch_add(1, Ordering::SeqCst) == 0 {
            return Reply::ActThen(Box::new(json(status, r#"{"detail": "not now"}"#)));
        }
        Reply::Pass
    })
    .await;
    world.client = driver::client(&rogue.base, &world.clock, None);
    rogue
}

#[tokio::test]
async fn a_refusal_after_the_effect_is_found_out_before_anything_goes_out_again() {
    for audience in ["direct", "snapshot"] {
        let mut world = World::new().await;
        let yaml = YAML.replace("offer!}", &format!("offer!, audience: {audience}}}"));
        world.write("campaign.yaml", &yaml);
        let _rogue = refused_after(&mut world, 400).await;
        let report = world.apply().await;
        let failed = report.outcomes.iter().any(|o| matches!(o.result, ChangeResult::Failed { .. }));
        assert!(failed, "{:?}", report.outcomes);
        assert_eq!(world.jobs().await.len(), 1);
        world.advance(SignedDuration::from_mins(2));
        let plan = summary(&world.plan().await);
        assert!(plan.starts_with("send.offer recover") && !plan.contains("send.offer send"), "{plan}");
        world.settle().await;
        world.advance(SignedDuration::from_hours(1));
        world.settle().await;
        world.assert_empty().await;
        assert_eq!(world.jobs().await.len(), 1, "{audience}");
        assert_eq!(world.list("/custom-groups").await.len(), 1, "{audience}");
    }
}

/// Within one run, too: a rate limit may be waited for and then tried again.
#[tokio::test]
async fn a_rate_limit_after_the_effect_is_not_tried_again_beside_its_job() {
    let mut world = World::new().await;
    world.write("campaign.yaml", YAML);
    let _rogue = refused_after(&mut world, 429).await;
    let report = world.apply().await;
    let blocked = report.outcomes.iter().find_map(|o| match &o.result {
        ChangeResult::Blocked { why } => Some(why.clone()),
        _ => None,
    });
    assert!(blocked.as_ref().is_some_and(|why| why.contains("that of the attempt before")), "{blocked:?}");
    assert_eq!(world.jobs().await.len(), 1);
    world.advance(SignedDuration::from_mins(2));
    world.settle().await;
    world.assert_empty().await;
    assert_eq!(world.jobs().await.len(), 1);
}
