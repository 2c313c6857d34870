//! Requests are the scarce resource (`product.md`): how many a plan and an apply make, counted by the sandbox, and
//! that the plan says so beforehand.
//!
//! How reads count: planning reads the account (five lists, and the members of the groups that it depends on); the
//! number that a plan prints is what an apply makes *after* that, its writes, gates and readings back.

use std::fmt::Write as _;

use campaignctl::plan::Refresh;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Options, World, summary};

/// What the sandbox was asked since some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    reads: usize,
    writes: usize,
}

impl Asked {
    fn all(self) -> usize {
        self.reads + self.writes
    }
}

async fn log(world: &World) -> Vec<Value> {
    let log = world.get("/__sandbox/log").await;
    assert_eq!(log["forgotten"], 0, "the log is too short for this test");
    log["requests"].as_array().unwrap().clone()
}

/// Counts what `work` asks the sandbox.
async fn counted<T>(world: &World, work: impl AsyncFnOnce() -> T) -> (T, Asked) {
    let before = log(world).await.len();
    let client_before = world.client.requests_made();
    let result = work().await;
    let since = log(world).await.split_off(before);
    let reads = since.iter().filter(|r| r["method"] == "GET").count();
    let asked = Asked { reads, writes: since.len() - reads };
    assert_eq!(world.client.requests_made() - client_before, asked.all() as u64, "the client's own count");
    (result, asked)
}

/// Plans, then applies; the apply makes the plan's reads and then exactly the number that the plan printed. Gives
/// that number and the writes.
async fn apply(world: &World, options: &Options) -> (u64, usize) {
    let (plan, planning) = counted(world, async || world.plan_with(options).await).await;
    assert_eq!(planning.writes, 0, "a plan writes nothing");
    let (report, applying) = counted(world, async || world.apply_with(options).await).await;
    assert_eq!(report.stopped, None);
    let after = applying.all() - planning.all();
    assert_eq!(
        after as u64,
        plan.requests(),
        "the plan's number, for\n{}\n{:?}",
        summary(&plan),
        report.outcomes
    );
    (plan.requests(), applying.writes)
}

async fn settle(world: &World) -> (u64, usize) {
    let done = apply(world, &Options::default()).await;
    world.assert_empty().await;
    done
}

fn phone(n: usize) -> String {
    format!("+1555{n:07}")
}

const HEAD: &str = "version: 1
project: acme
defaults: {session: main, timezone: Europe/Berlin}
sessions: {main: {name: Main Line}}
";

/// `count` groups of one person, and a weekly schedule for each.
fn many(count: usize) -> String {
    let mut yaml = format!("{HEAD}groups:\n");
    for n in 0..count {
        let _ = writeln!(yaml, "  g{n:02}: {{members: [\"{}\"]}}", phone(n));
    }
    yaml.push_str("schedules:\n");
    for n in 0..count {
        let minute = n % 60;
        let _ = writeln!(
            yaml,
            "  s{n:02}: {{group: g{n:02}, message: Number {n}., weekly: {{on: [monday], at: \"09:{minute:02}\"}}}}"
        );
    }
    yaml
}

#[tokio::test]
async fn forty_five_groups_and_schedules() {
    let world = World::new().await;
    world.write("campaign.yaml", &many(45));
    let (printed, writes) = settle(&world).await;
    assert_eq!(writes, 90, "one a group with its members, one a schedule");
    assert_eq!(printed, 91, "and one list that reads the groups back");

    let (plan, asked) = counted(&world, async || world.plan().await).await;
    assert!(!plan.has_changes());
    assert_eq!(asked, Asked { reads: 5, writes: 0 }, "sessions, subscription, groups, schedules, jobs");

    let refresh = |refresh| Options { refresh, ..Options::default() };
    let full = refresh(Refresh::Full);
    let (plan, asked) = counted(&world, async || world.plan_with(&full).await).await;
    assert!(!plan.has_changes());
    assert_eq!(asked.all(), 5 + 45, "--refresh full reads every group");

    // A day later the groups of active schedules are looked at again, once.
    world.advance(SignedDuration::from_hours(25));
    let none = refresh(Refresh::None);
    let (_, asked) = counted(&world, async || world.plan_with(&none).await).await;
    assert_eq!(asked.all(), 5, "--refresh none reads no members, whatever is due");
    let (_, asked) = counted(&world, async || world.plan().await).await;
    assert_eq!(asked.all(), 5 + 45, "policy recheck");
    world.apply().await;
    let (_, asked) = counted(&world, async || world.plan().await).await;
    assert_eq!(asked.all(), 5, "what was seen is remembered, though nothing was changed");
}

#[tokio::test]
async fn more_objects_than_a_page() {
    let world = World::new().await;
    world.write("campaign.yaml", &many(60));
    let (printed, writes) = settle(&world).await;
    assert_eq!((printed, writes), (122, 120), "two pages of groups are read back");
    let (_, asked) = counted(&world, async || world.plan().await).await;
    assert_eq!(asked.all(), 7, "one more page of groups, one more of schedules");
}

fn members(count: usize) -> String {
    (0..count).map(|n| format!("{}\n", phone(n))).fold("phone\n".to_owned(), |all, line| all + &line)
}

const TEAM: &str = "groups:
  team: {members_from: [{csv: team.csv}]}
schedules:
  weekly: {group: team, message: Hello., weekly: {on: [monday], at: \"09:00\"}}
";

#[tokio::test]
async fn members_cost_a_request_a_thousand() {
    let world = World::new().await;
    world.write("campaign.yaml", &format!("{HEAD}{TEAM}"));
    world.write("team.csv", &members(1));
    assert_eq!(settle(&world).await, (3, 2));
    world.write("team.csv", &members(2_501));
    assert_eq!(settle(&world).await, (4, 3), "2,500 new members");
    world.write("team.csv", &members(2_502));
    assert_eq!(settle(&world).await, (2, 1), "one member");
    world.write("team.csv", &members(2_000));
    assert_eq!(settle(&world).await, (2, 1), "502 fewer");
}

#[tokio::test]
async fn a_new_group_of_2500_carries_its_first_thousand() {
    let world = World::new().await;
    world.write("campaign.yaml", &format!("{HEAD}{TEAM}"));
    world.write("team.csv", &members(2_500));
    assert_eq!(settle(&world).await, (3 + 1 + 1, 3 + 1));
}

#[tokio::test]
async fn what_changes_to_a_schedule_cost() {
    let world = World::new().await;
    let yaml =
        format!("{HEAD}{TEAM}").replace("schedules:", "  staff: {members: [\"+15550009999\"]}\nschedules:");
    world.write("campaign.yaml", &yaml);
    world.write("team.csv", &members(3));
    settle(&world).await;
    let edited = yaml.replace("Hello.", "Hello again.").replace("09:00", "10:30");
    world.write("campaign.yaml", &edited);
    assert_eq!(settle(&world).await, (1, 1), "text and time in one PATCH");
    let moved = edited.replace("group: team, message", "group: staff, message");
    world.write("campaign.yaml", &moved);
    assert_eq!(settle(&world).await, (3, 2), "replaced: cancelled, seen cancelled, created");
    let paused = moved.replace("weekly: {group", "weekly: {paused: true, group");
    world.write("campaign.yaml", &paused);
    assert_eq!(settle(&world).await, (1, 1));
    world.write("campaign.yaml", &moved);
    assert_eq!(settle(&world).await, (1, 1));
}

#[tokio::test]
async fn what_deleting_costs() {
    let world = World::new().await;
    let more = "  often: {group: team, message: Often., daily: \"08:00\"}\n";
    let extra = "groups:\n  spare: {members: [\"+15550009999\"]}\n";
    let yaml = format!("{HEAD}{TEAM}{more}").replace("groups:\n", extra);
    world.write("campaign.yaml", &yaml);
    world.write("team.csv", &members(3));
    settle(&world).await;
    world.write("campaign.yaml", &format!("{HEAD}{TEAM}"));
    assert_eq!(settle(&world).await, (3, 3), "a schedule cancelled and deleted, a group deleted");
}

#[tokio::test]
async fn what_a_send_costs() {
    let world = World::new().await;
    world.write("team.csv", &members(1_200));
    let groups = format!("{HEAD}groups:\n  team: {{members_from: [{{csv: team.csv}}]}}\n");
    world.write("campaign.yaml", &groups);
    settle(&world).await;
    let direct = format!("{groups}sends:\n  offer: {{group: team, message: Special offer!}}\n");
    world.write("campaign.yaml", &direct);
    assert_eq!(settle(&world).await, (5, 1), "session, group, quota, the one POST, the job");
    let snapshot = format!("{direct}  news: {{group: team, message: News., audience: snapshot}}\n");
    world.write("campaign.yaml", &snapshot);
    assert_eq!(settle(&world).await, (8, 3), "and a group of two requests, read back");
}

#[tokio::test]
async fn what_a_recovery_costs() {
    let world = World::new().await;
    let yaml = format!(
        "{HEAD}groups:\n  vip: {{members: [\"+15550000001\"]}}\nsends:\n  offer: {{group: vip, message: Offer., audience: snapshot}}\n"
    );
    world.write("campaign.yaml", &yaml);
    let lost = json!({"nth": 1, "mode": "drop_after", "path": "^/bulk-send$"});
    world.curl("POST", "/__sandbox/fault", lost).await;
    world.apply().await;
    assert_eq!(summary(&world.plan().await), "send.offer recover");
    assert_eq!(
        apply(&world, &Options::default()).await,
        (4, 0),
        "the jobs twice, the schedules, the one found"
    );
    assert_eq!(world.jobs().await.len(), 1);
}

#[tokio::test]
async fn what_an_import_costs() {
    let world = World::new().await;
    let yaml = format!(
        "{HEAD}groups:\n  chat:\n    membership: at-least\n    members: [\"+15550000001\"]\n    members_from: [{{whatsapp: {{group: \"120363012345@g.us\", session: main}}}}]\n"
    );
    world.write("campaign.yaml", &yaml);
    let (printed, writes) = settle(&world).await;
    assert_eq!((printed, writes), (4, 2), "the import, who came, one more member, the groups");
    world.write("campaign.yaml", &yaml.replace("120363012345", "120363067890"));
    let (printed, writes) = settle(&world).await;
    assert_eq!(
        (printed, writes),
        (5, 3),
        "a temporary group made, read, its people added, deleted; the groups"
    );
}
