//! Every open reading (A) of `api.md`: the whole main job under combinations of dialects in which each pair of
//! values occurs at least once ends in the same account and an empty plan.

use jiff::SignedDuration;

use crate::support::World;
use crate::support::state::account;

/// The switches of `api.md`, first value the default.
const SWITCHES: [(&str, &[&str]); 18] = [
    ("envelope", &["named", "bare", "items"]),
    ("total", &["yes", "no"]),
    ("phone", &["plus", "digits", "suffix"]),
    ("echo", &["no", "yes"]),
    ("order", &["new", "old"]),
    ("page", &["50", "2"]),
    ("member_page", &["all", "2"]),
    ("remove", &["phones", "contacts", "member_ids"]),
    ("error", &["detail", "list", "message", "text"]),
    ("retry_after", &["seconds", "date", "none"]),
    ("rate_headers", &["yes", "no"]),
    ("reset", &["seconds", "epoch"]),
    ("list_fields", &["all", "few"]),
    ("rewrite", &["no", "yes"]),
    ("patch", &["known", "all"]),
    ("next_run", &["right", "day_off"]),
    ("firings_as_jobs", &["no", "yes"]),
    ("subscription", &["yes", "no"]),
];

/// A row is a choice of one value a switch; greedy all-pairs, deterministic.
fn pairwise() -> Vec<Vec<usize>> {
    let mut open = std::collections::BTreeSet::new();
    for (a, (_, xs)) in SWITCHES.iter().enumerate() {
        for (b, (_, ys)) in SWITCHES.iter().enumerate().skip(a + 1) {
            for x in 0..xs.len() {
                for y in 0..ys.len() {
                    open.insert((a, x, b, y));
                }
            }
        }
    }
    let mut rows = vec![vec![0; SWITCHES.len()]];
    let cover = |row: &[usize], open: &mut std::collections::BTreeSet<(usize, usize, usize, usize)>| {
        open.retain(|(a, x, b, y)| !(row[*a] == *x && row[*b] == *y));
    };
    cover(&rows[0].clone(), &mut open);
    while let Some(&(a, x, b, y)) = open.iter().next() {
        let mut row: Vec<Option<usize>> = vec![None; SWITCHES.len()];
        (row[a], row[b]) = (Some(x), Some(y));
        for switch in 0..SWITCHES.len() {
            if row[switch].is_some() {
                continue;
            }
            let best = (0..SWITCHES[switch].1.len())
                .max_by_key(|value| {
                    open.iter()
                        .filter(|(a, x, b, y)| {
                            (*a == switch && x == value && row[*b] == Some(*y))
                                || (*b == switch && y == value && row[*a] == Some(*x))
                        })
                        .count()
                })
                .unwrap();
            row[switch] = Some(best);
        }
        let row: Vec<usize> = row.into_iter().map(Option::unwrap).collect();
        cover(&row, &mut open);
        rows.push(row);
    }
    rows
}

fn name(row: &[usize]) -> String {
    row.iter()
        .enumerate()
        .filter(|(_, v)| **v > 0)
        .map(|(s, v)| format!("{}={}", SWITCHES[s].0, SWITCHES[s].1[*v]))
        .collect::<Vec<_>>()
        .join(",")
}

const FIRST: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: America/New_York}
sessions: {main: {name: Main Line}}
groups:
  vip: {name: VIP Clients, members: [{phone: "+15550123456", name: Jane Doe}, "+15550987654", "+15550100001", "+15550100002", "+15550100003"]}
  staff: {members: ["+15550111111"]}
  press: {members: ["+15550122222"]}
schedules:
  weekly: {group: vip, message: Weekly., weekly: {on: [monday, thursday], at: "09:00"}}
  once: {group: staff, message: Once., at: 2027-03-01T09:00}
  often: {group: press, message: Often., cron: "0 9 1 * MON"}
sends:
  offer: {group: vip, message: Special offer!}
"#;

const SECOND: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: America/New_York}
sessions: {main: {name: Main Line}}
groups:
  vip: {name: VIPs, members: [{phone: "+15550123456", name: Jane Doe}, "+15550987654", "+15550100001", "+15550100002", "+15550100004"]}
  staff: {members: ["+15550111111"]}
schedules:
  weekly: {group: staff, message: Weekly!, weekly: {on: [friday], at: "09:30"}}
  once: {group: staff, message: Once., at: 2027-03-01T10:00, timezone: Europe/Paris}
sends:
  offer: {group: vip, message: Special offer!}
  second: {group: staff, message: To the staff., media: "https://example.com/a.png"}
"#;

async fn run(dialect: &str) -> Vec<String> {
    let world = World::with(dialect).await;
    world.write("campaign.yaml", FIRST);
    world.settle().await;
    world.settle().await;
    world.write("campaign.yaml", SECOND);
    world.settle().await;
    world.advance(SignedDuration::from_hours(2));
    world.settle().await;
    account(&world.get("/__sandbox/state").await)
}

#[tokio::test]
async fn the_main_job_under_every_pair_of_dialects() {
    let plain = run("").await;
    // What is compared is all there: 2 groups with members and names, 2 jobs, 2 schedules and the one that was
    // replaced.
    assert_eq!(plain.len(), 9, "{plain:#?}");
    for part in [
        "15550100004",
        "To the staff.",
        "https://example.com/a.png",
        "Europe/Paris",
        "30 9 * * ",
        "Weekly!",
        "Jane Doe",
    ] {
        assert!(plain.iter().any(|line| line.contains(part)), "{part} is nowhere in {plain:#?}");
    }
    let rows = pairwise();
    assert!(rows.len() >= 12, "{}", rows.len());
    for row in &rows {
        let dialect = name(row);
        let got = run(&dialect).await;
        assert_eq!(got, plain, "under {dialect}");
    }
    println!("{} combinations", rows.len());
}
