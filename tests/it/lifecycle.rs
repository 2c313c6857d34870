//! Groups, schedules and sends from nothing to nothing, with other hands on the account in between.

use serde_json::{Value, json};

use crate::support::{Options, World, summary};

const BASE: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: Asia/Jerusalem}
sessions:
  main: {name: Main Line}
groups:
  vip:
    name: VIP Clients
    members:
      - "+15550123456"
      - {phone: "+15550987654", name: Jane Doe}
  staff:
    members: ["+15550111111"]
schedules:
  weekly:
    name: Weekly Update
    group: vip
    message: Weekly report is ready.
    weekly: {on: [monday, thursday], at: "09:00"}
    timezone: America/New_York
  daily:
    group: staff
    message: Good morning.
    daily: "08:00"
"#;

const SEND: &str = "
sends:
  offer:
    group: vip
    message: Special offer!
";

async fn applied(yaml: &str) -> World {
    let world = World::new().await;
    world.write("campaign.yaml", yaml);
    world.settle().await;
    world
}

#[tokio::test]
async fn from_nothing_to_an_empty_plan() {
    let world = World::new().await;
    world.write("campaign.yaml", &format!("{BASE}{SEND}"));
    let plan = world.plan().await;
    assert_eq!(
        summary(&plan),
        "group.staff group_create\ngroup.vip group_create\nschedule.daily schedule_create\n\
         schedule.weekly schedule_create\nsend.offer send"
    );
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 1);
    world.settle().await;
    assert_eq!(world.jobs().await.len(), 1, "a second apply sends nothing");
}

#[tokio::test]
async fn changes_made_elsewhere_are_put_right() {
    let world = applied(BASE).await;
    let groups = world.list("/custom-groups").await;
    let vip = id_of(&groups, "VIP Clients");
    world
        .curl(
            "POST",
            &format!("/custom-groups/{vip}/members/add"),
            json!({"contacts": [{"phone": "+15550222222"}]}),
        )
        .await;
    world.curl("PATCH", &format!("/custom-groups/{vip}"), json!({"name": "Renamed"})).await;
    let schedules = world.list("/scheduled-messages").await;
    let weekly = id_of(&schedules, "Weekly Update");
    world.curl("POST", &format!("/scheduled-messages/{weekly}/pause"), Value::Null).await;
    assert_eq!(
        summary(&world.plan().await),
        "group.vip group_remove_members\ngroup.vip group_rename\nschedule.weekly schedule_resume"
    );
    world.settle().await;
}

#[tokio::test]
async fn a_group_deleted_elsewhere_is_created_anew_with_its_schedule() {
    let world = applied(BASE).await;
    let vip = id_of(&world.list("/custom-groups").await, "VIP Clients");
    world.curl("DELETE", &format!("/custom-groups/{vip}"), Value::Null).await;
    let plan = world.plan().await;
    assert!(summary(&plan).contains("group.vip group_create"), "{}", summary(&plan));
    world.settle().await;
    let vip = id_of(&world.list("/custom-groups").await, "VIP Clients");
    let live: Vec<Value> = world
        .list("/scheduled-messages")
        .await
        .into_iter()
        .filter(|s| s["name"] == "Weekly Update" && s["status"] == "active")
        .collect();
    assert_eq!(live.len(), 1);
    assert_eq!(live[0]["custom_group_id"], Value::String(vip));
}

#[tokio::test]
async fn removal_cancels_then_deletes_and_spares_what_is_not_ours() {
    let world = applied(BASE).await;
    world.curl("POST", "/custom-groups", json!({"name": "Foreign", "members": []})).await;
    let smaller = BASE.split("  staff:").next().unwrap().to_owned()
        + "schedules:\n"
        + BASE.split("schedules:\n").nth(1).unwrap().split("  daily:").next().unwrap();
    world.write("campaign.yaml", &smaller);
    assert_eq!(
        summary(&world.plan().await),
        "schedule.daily schedule_cancel\nschedule.daily schedule_delete\ngroup.staff group_delete"
    );
    world.settle().await;
    let names: Vec<Value> = world.list("/custom-groups").await.iter().map(|g| g["name"].clone()).collect();
    assert!(names.contains(&json!("Foreign")) && !names.contains(&json!("staff")), "{names:?}");
}

#[tokio::test]
async fn emptying_is_refused_and_destroy_does_it() {
    let world = applied(BASE).await;
    world.write("campaign.yaml", "version: 1\nproject: acme\n");
    let plan = world.plan().await;
    assert!(plan.is_refused());
    assert_eq!(plan.refusals.iter().filter(|r| r.rule == "empties_project").count(), 2);
    world.write("campaign.yaml", BASE);
    let report = world.apply_with(&Options::destroy()).await;
    assert!(!report.is_partial(), "{:?}", report.outcomes);
    assert!(world.list("/custom-groups").await.is_empty());
    assert!(world.list("/scheduled-messages").await.is_empty());
}

#[tokio::test]
async fn edits_are_patched_and_replacements_are_one_change() {
    let world = applied(BASE).await;
    world.write("campaign.yaml", &BASE.replace("Weekly report is ready.", "The weekly report is here."));
    assert_eq!(summary(&world.plan().await), "schedule.weekly schedule_update");
    world.settle().await;
    world.write(
        "campaign.yaml",
        &BASE.replace("    group: vip\n", "    group: staff\n").replace("monday, thursday", "monday"),
    );
    assert_eq!(summary(&world.plan().await), "schedule.weekly schedule_replace");
    world.settle().await;
    world.write("campaign.yaml", BASE);
    world.settle().await;
}

#[tokio::test]
async fn pausing_in_the_yaml() {
    let world = applied(BASE).await;
    world.write(
        "campaign.yaml",
        &BASE.replace("    daily: \"08:00\"", "    daily: \"08:00\"\n    paused: true"),
    );
    assert_eq!(summary(&world.plan().await), "schedule.daily schedule_pause");
    world.settle().await;
    world.write("campaign.yaml", BASE);
    assert_eq!(summary(&world.plan().await), "schedule.daily schedule_resume");
    world.settle().await;
}

#[tokio::test]
async fn a_group_by_that_name_is_adopted() {
    let world = World::new().await;
    world
        .curl(
            "POST",
            "/custom-groups",
            json!({"name": "VIP Clients", "members": [{"phone": "+15550123456"}]}),
        )
        .await;
    world.write("campaign.yaml", BASE);
    let plan = summary(&world.plan().await);
    assert!(
        plan.starts_with("group.vip adopt\ngroup.staff group_create\ngroup.vip group_add_members"),
        "{plan}"
    );
    world.settle().await;
    assert_eq!(world.list("/custom-groups").await.len(), 2);
}

fn id_of(items: &[Value], name: &str) -> String {
    items.iter().find(|i| i["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

/// The removal was done, the addition was not: what is there is not taken for what is wanted.
#[tokio::test]
async fn a_change_of_members_that_is_half_done_is_finished() {
    let world = World::new().await;
    let yaml = |members: &str| {
        format!(
            "version: 1\nproject: acme\ndefaults: {{session: main, timezone: UTC}}\n\
             sessions: {{main: {{name: Main Line}}}}\ngroups:\n  vip: {{members: [{members}]}}\n"
        )
    };
    world.write("campaign.yaml", &yaml(r#""+15550123456", "+15550987654""#));
    world.settle().await;
    world.write("campaign.yaml", &yaml(r#""+15550123456", "+15550987655""#));
    let fault = json!({"nth": 1, "mode": "500_before", "path": "/members/add", "every": true});
    world.curl("POST", "/__sandbox/fault", fault).await;
    let report = world.apply().await;
    assert!(report.is_partial(), "{:?}", report.outcomes);
    world.curl("DELETE", "/__sandbox/fault", serde_json::Value::Null).await;
    assert_eq!(summary(&world.plan().await), "group.vip group_add_members");
    world.settle().await;
}
