//! Two sends to one group, where the answers to both are lost: the job of one is never taken for the other's.

use std::sync::Mutex;

use campaignctl::apply::ChangeResult;
use campaignctl::ledger::{Event, Holder, Resolution, Store};
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

/// The answers to the first two POSTs are lost; the server acted on those of `acts`.
async fn both_lost(acts: &'static [usize]) -> (World, Rogue) {
    let mut world = World::new().await;
    world.write("campaign.yaml", YAML);
    let sends = Mutex::new(0);
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        if !seen.is_send() {
            return Reply::Pass;
        }
        let mut sends = sends.lock().unwrap();
        *sends += 1;
        let lost = json(504, "");
        match *sends {
            n if acts.contains(&n) => Reply::ActThen(Box::new(lost)),
            1 | 2 => lost,
            _ => Reply::Pass,
        }
    })
    .await;
    world.client = client(&rogue.base, &world.clock, None);
    (world, rogue)
}

/// Four applies, more than the settle time apart; what the last one leaves undone, a line each.
async fn applied(world: &World) -> Vec<String> {
    let desired = world.desired();
    let mut last = Vec::new();
    for _ in 0..4 {
        let Ended::Report(report) = try_apply(world, &desired, 4).await else { panic!("no report") };
        last = report
            .outcomes
            .iter()
            .filter(|o| !matches!(o.result, ChangeResult::Done { .. }))
            .map(|o| {
                let how = match &o.result {
                    ChangeResult::Held(_) => "held",
                    ChangeResult::Blocked { why } if why.contains("send.first") => "waits for send.first",
                    other => panic!("{}: {other:?}", o.address),
                };
                format!("{} {how}", o.address)
            })
            .collect();
        world.advance(SignedDuration::from_secs(90));
    }
    last
}

async fn contents(world: &World) -> Vec<String> {
    let state = world.get("/__sandbox/state").await;
    let jobs = state["jobs"].as_array().unwrap();
    let mut all: Vec<String> =
        jobs.iter().map(|j| j["message"]["content"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

fn posts(rogue: &Rogue) -> usize {
    rogue.seen().iter().filter(|s| s.is_send()).count()
}

#[tokio::test]
async fn both_had_gone_out() {
    let (world, rogue) = both_lost(&[1, 2]).await;
    assert_eq!(applied(&world).await, Vec::<String>::new());
    assert_eq!((contents(&world).await, posts(&rogue)), (vec!["The first.".into(), "The second.".into()], 2));
}

#[tokio::test]
async fn only_the_first_had_gone_out() {
    let (world, rogue) = both_lost(&[1]).await;
    assert_eq!(applied(&world).await, ["send.second held"]);
    assert_eq!((contents(&world).await, posts(&rogue)), (vec!["The first.".into()], 2));
}

/// The second would have gone out; its job would have been taken for the first's.
#[tokio::test]
async fn the_second_waits_until_a_person_has_settled_the_first() {
    let (world, rogue) = both_lost(&[2]).await;
    let mut last = applied(&world).await;
    last.sort();
    assert_eq!(last, ["send.first held", "send.second waits for send.first"]);
    assert_eq!((contents(&world).await.len(), posts(&rogue)), (0, 1));
    let event = Event::Resolved {
        send: "first".to_owned(),
        run: "1".to_owned(),
        by: "test".to_owned(),
        how: Resolution::NotSent { reason: None },
    };
    let holder = Holder::here("resolve", "r".to_owned(), world.clock.now());
    world.store.lock(&holder).unwrap().append(event, world.clock.now()).unwrap();
    assert_eq!(applied(&world).await, Vec::<String>::new());
    assert_eq!((contents(&world).await, posts(&rogue)), (vec!["The first.".into(), "The second.".into()], 3));
}
