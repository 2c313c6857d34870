//! `import` of a large account: what cannot be written is named, and the plan of the rest is empty.

use serde_json::{Value, json};

use super::{Shop, err, out};
use crate::support::rogue::{self, Reply};

fn people(from: u64, to: u64) -> Vec<Value> {
    (from..to)
        .map(|i| {
            let name = match i % 5_000 {
                7 => "Bell\u{7}".to_owned(),
                8 => "Two\r\nlines".to_owned(),
                _ => format!("P {i}"),
            };
            json!({"phone": format!("+4420{:08}", 70_000_000 + i), "name": name})
        })
        .collect()
}

/// A status that only somebody else's server knows.
fn archived(body: &str) -> String {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(map) => {
                if map.get("name").is_some_and(|name| name == "Foreign") {
                    map.insert("status".to_owned(), "archived".into());
                }
                map.values_mut().for_each(walk);
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(body).unwrap();
    walk(&mut value);
    value.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_groups_with_everything_odd_among_them() {
    let shop = Shop::open(1.0, "").await;
    let group = async |name: &str, members: Vec<Value>| {
        let made = shop.curl("POST", "/custom-groups", &json!({"name": name, "members": members})).await;
        made["id"].as_str().unwrap().to_owned()
    };
    let mut ids = Vec::new();
    for n in 1..=56_u64 {
        ids.push(group(&format!("Group {n}"), people(n * 100, n * 100 + n % 30)).await);
    }
    let big = group("Everybody", people(0, 1_000)).await;
    for from in (1_000..12_000).step_by(1_000) {
        let path = format!("/custom-groups/{big}/members/add");
        shop.curl("POST", &path, &json!({"contacts": people(from, from + 1_000)})).await;
    }
    group("Group 1", people(0, 2)).await;
    group("😀😀", people(0, 3)).await;
    group("group", people(0, 3)).await;
    let sessions = shop.curl("GET", "/sessions", &Value::Null).await;
    let session = &sessions["sessions"][0]["id"];
    let mut made = Vec::new();
    for (name, to) in [("Weekly", &big), ("Cancelled", &ids[1]), ("Foreign", &ids[2])] {
        let body = json!({"name": name, "session_id": session, "custom_group_id": to, "schedule_type": "weekly",
            "cron_expression": "0 9 * * MON", "timezone": "Asia/Jerusalem", "message_content": "Hi"});
        made.push(shop.curl("POST", "/scheduled-messages", &body).await["id"].as_str().unwrap().to_owned());
    }
    shop.curl("POST", &format!("/scheduled-messages/{}/cancel", made[1]), &Value::Null).await;
    let foreign = shop
        .rogue(|seen| {
            if seen.path.ends_with("/billing/subscription") {
                // A rate at which a minute's reading takes no minute.
                return rogue::json(
                    200,
                    r#"{"plan_id": "business", "limits": {"requests_per_minute": 60000}}"#,
                );
            }
            let schedules = seen.path.contains("/scheduled-messages");
            if schedules && !seen.is_write() { Reply::Rewritten(archived) } else { Reply::Pass }
        })
        .await;
    let done = shop.run_on(&foreign.base, &["import", "--out", "client"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let said = out(&done);
    for words in [
        "59 groups with 12,792 members",
        "1 schedule, 1 session",
        "another group has the same name",
        "it is cancelled, which is final",
        "its status is \"archived\", which this version does not know",
        "names in group",
        "the names of 3 members have control characters",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // Each number is its group's own: who has no name at all takes what is left.
    let groups = shop.read("client/groups.yaml");
    for entry in ["\n  group-2:\n    name: Group 2\n", "\n  group:\n", "\n  group-57:\n    name: 😀😀\n"]
    {
        assert!(groups.contains(entry), "{entry:?}: {groups}");
    }
    let everybody = shop.read("client/private/everybody.csv");
    assert_eq!(everybody.lines().count(), 12_001);
    assert_eq!(everybody.matches(",Two lines\n").count(), 3);
    let plan = shop.run_on(&foreign.base, &["plan", "client", "--detailed-exitcode"]).await;
    assert!(out(&plan).contains("No changes."), "{} {}", out(&plan), err(&plan));
    assert_eq!(plan.status.code(), Some(0));
}
