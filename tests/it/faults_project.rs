//! The project that the fault matrix runs: three states of it, so that every kind of change is made.

use std::fmt::Write as _;

/// One after another, each applied until it settles.
pub fn stages() -> Vec<String> {
    vec![first(), second(), third()]
}

/// So many that a group of them needs two writes.
const CROWD: u32 = 1_050;

fn people(from: u32, count: u32) -> String {
    let mut list = String::new();
    for number in from..from + count {
        let _ = write!(list, "\"+1555{number:07}\", ");
    }
    list
}

const HEAD: &str = r"
version: 1
project: acme
defaults: {session: main, timezone: Europe/Berlin}
sessions:
  main: {name: Main Line}
";

/// Creates: groups, one with two writes; a schedule of each kind; a send.
fn first() -> String {
    format!(
        r#"{HEAD}
groups:
  crowd: {{members: [{crowd}]}}
  vip: {{name: VIP, members: [{vip}]}}
  old: {{members: ["+15550300001"]}}
schedules:
  daily: {{group: vip, message: Good morning., daily: "20:00"}}
  weekly: {{group: old, message: The week., weekly: {{on: [monday, friday], at: "20:05"}}}}
  monthly: {{group: vip, message: The month., monthly: {{on: 20, at: "20:10"}}}}
  work: {{group: vip, message: To work., cron: "15 20 * * MON-FRI"}}
  once: {{group: vip, message: Just once., at: 2026-12-24T20:20}}
sends:
  hello: {{group: vip, message: Hello!}}
"#,
        crowd = people(1_000_000, CROWD),
        vip = people(2_000_000, 60),
    )
}

/// Renames, adds and removes members, updates, replaces, pauses and removes schedules, deletes a group, sends media.
fn second() -> String {
    format!(
        r#"{HEAD}
groups:
  crowd: {{members: [{crowd}]}}
  vip: {{name: Very Important, members: [{vip}]}}
schedules:
  daily: {{group: vip, message: "Good morning, all.", daily: "20:30"}}
  monthly: {{group: crowd, message: The month., monthly: {{on: 20, at: "20:10"}}}}
  work: {{group: vip, message: To work., cron: "15 20 * * MON-FRI", paused: true}}
  once: {{group: vip, message: Just once., at: 2026-12-25T20:20}}
sends:
  hello: {{group: vip, message: Hello!}}
  news: {{group: crowd, message: The news., media: "https://example.com/news.pdf"}}
"#,
        crowd = people(1_000_000, CROWD),
        // Three less at the front, two more at the end.
        vip = people(2_000_003, 59),
    )
}

/// Jobs are cancelled and paused, a schedule goes on.
fn third() -> String {
    second()
        .replace("paused: true", "paused: false")
        .replace("message: Hello!", "message: Hello!, state: cancelled")
        .replace("message: The news.", "message: The news., state: paused")
}
