//! Two sends to one group, both in doubt at once: a job that may be either's is nobody's until a person says.

use std::sync::Mutex;

use campaignctl::apply::ChangeResult;
use jiff::SignedDuration;

use crate::support::World;
use crate::support::driver::{Ended, client, try_apply};
use crate::support::rogue::{Reply, Rogue, json};

const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: UTC}
sessions:
  main: {name: Main Line}
groups:
  vip: {members: ["+15550123456", "+15550987654"]}
sends:
  first: {group: vip, message: The first.}
  second: {group: vip, message: The second.}
"#;

/// Both answers are lost; the server acted on the POSTs of these numbers.
async fn both_in_doubt(dialect: &str, acts: &'static [usize]) -> (World, Vec<(String, ChangeResult)>) {
    let mut world = World::with(dialect).await;
    world.write("campaign.yaml", YAML);
    let sends = Mutex::new(0);
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        if !seen.is_send() {
            return Reply::Pass;
        }
        let mut sends = sends.lock().unwrap();
        *sends += 1;
        let lost = json(504, "");
        if acts.contains(&*sends) { Reply::ActThen(Box::new(lost)) } else { lost }
    })
    .await;
    world.client = client(&rogue.base, &world.clock, None);
    let desired = world.desired();
    let mut last = Vec::new();
    for _ in 0..3 {
        let Ended::Report(report) = try_apply(&world, &desired, 4).await else { panic!("no report") };
        last = report.outcomes.iter().map(|o| (o.address.to_string(), o.result.clone())).collect();
        world.advance(SignedDuration::from_secs(90));
    }
    assert_eq!(rogue.seen().iter().filter(|s| s.is_send()).count(), 2, "nothing is sent again");
    (world, last)
}

fn job_is_evidence(result: &ChangeResult) -> bool {
    matches!(result, ChangeResult::Held(hold) if hold.evidence.iter().any(|line| line.starts_with("job ")))
}

#[tokio::test]
async fn one_job_for_two_doubtful_sends_is_left_to_a_person() {
    for acts in [&[1][..], &[2][..]] {
        let (world, last) = both_in_doubt("", acts).await;
        assert_eq!(world.jobs().await.len(), 1);
        assert_eq!(last.len(), 2, "{last:?}");
        assert!(last.iter().all(|(_, result)| job_is_evidence(result)), "{last:?}");
    }
}

#[tokio::test]
async fn an_echoed_text_tells_them_apart() {
    let (world, last) = both_in_doubt("echo=yes", &[1]).await;
    assert_eq!(world.jobs().await.len(), 1);
    let held: Vec<&String> =
        last.iter().filter(|(_, r)| matches!(r, ChangeResult::Held(_))).map(|(a, _)| a).collect();
    assert_eq!(held, ["send.second"], "{last:?}");
    let (world, last) = both_in_doubt("echo=yes", &[1, 2]).await;
    assert_eq!(world.jobs().await.len(), 2);
    assert!(last.is_empty(), "{last:?}");
}
