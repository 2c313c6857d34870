//! Lists that come from a replica which lags: a job that one list of a run showed does not cease to be because the
//! next list lacks it (`send-safety.md`, *Recovery*: what is no evidence).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use campaignctl::apply::{ChangeResult, Report};
use jiff::SignedDuration;

use crate::support::rogue::{Reply, Rogue, answer, json};
use crate::support::{World, driver};

const PROJECT: &str = r#"
version: 1
project: shop
defaults: {session: main, timezone: Europe/London}
sessions: {main: {name: Main Line}}
policy: {in_doubt: retry}
groups:
  vip: {members: ["+12125550101", "+12125550102"]}
sends:
  offer: {group: vip, message: An offer.}
"#;

fn of_send(report: &Report) -> &ChangeResult {
    let outcome = report.outcomes.iter().find(|outcome| outcome.address.to_string() == "send.offer");
    &outcome.unwrap_or_else(|| panic!("{report:?}")).result
}

#[tokio::test]
async fn a_list_without_a_job_that_the_plan_saw_is_no_proof_that_there_is_none() {
    let mut world = World::new().await;
    world.write("campaign.yaml", PROJECT);
    let (stale, lists) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
    let (is_stale, listed) = (stale.clone(), lists.clone());
    let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
        if seen.is_send() {
            let page = answer(502, "text/html", "<title>502 Bad Gateway</title>");
            return Reply::ActThen(Box::new(page));
        }
        let is_list = seen.method == "GET" && seen.path.ends_with("/bulk-send");
        // The plan's own list is up to date, those of the recovery are not.
        if is_list && is_stale.load(Ordering::SeqCst) && listed.fetch_add(1, Ordering::SeqCst) > 0 {
            return json(200, r#"{"jobs": [], "total": 0}"#);
        }
        Reply::Pass
    })
    .await;
    world.client = driver::client(&rogue.base, &world.clock, None);

    assert!(matches!(of_send(&world.apply().await), ChangeResult::Held(_)));
    // Twice, so that the policy's second settle time has passed.
    for _ in 0..2 {
        world.advance(SignedDuration::from_mins(3));
        lists.store(0, Ordering::SeqCst);
        let report = world.apply().await;
        let ChangeResult::Held(hold) = of_send(&report) else { panic!("{report:?}") };
        assert!(hold.text.contains("lacks one that it had shown before"), "{}", hold.text);
    }
    stale.store(false, Ordering::SeqCst);
    world.advance(SignedDuration::from_mins(3));
    assert!(matches!(of_send(&world.apply().await), ChangeResult::Done { .. }));
    world.assert_empty().await;
    assert_eq!(world.jobs().await.len(), 1);
}
