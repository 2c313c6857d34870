//! The vendor page's own example, as curl commands and as YAML: both end in the same account.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::World;
use crate::support::state::account;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The account after the curl commands, and the file that they exported; nothing where there is no curl.
async fn by_curl() -> Option<(Vec<String>, String)> {
    if Command::new("curl").arg("--version").output().is_err() {
        return None;
    }
    let world = World::new().await;
    let csv = world.dir.path().join("vip-clients.csv");
    let mut script = Command::new("sh");
    script
        .arg(Path::new(ROOT).join("tests/seed/walkthrough.sh"))
        .arg(&csv)
        .env("MOLTFLOW_API_URL", world.running.base_url())
        .env("MOLTFLOW_API_KEY", "any");
    let output = tokio::task::spawn_blocking(move || script.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [added, schedule, paused, resumed] = &answers[..] else { panic!("{said}") };
    assert_eq!(added["added"], 3);
    assert_eq!(schedule["status"], "active");
    assert_eq!(paused["status"], "paused");
    assert!(matches!(resumed["status"].as_str(), Some("pending" | "running")), "{resumed}");
    Some((account(&world.get("/__sandbox/state").await), std::fs::read_to_string(csv).unwrap()))
}

#[tokio::test]
async fn curl_and_yaml_end_in_the_same_account() {
    let world = World::new().await;
    let yaml = std::fs::read_to_string(Path::new(ROOT).join("examples/from-curl/campaign.yaml")).unwrap();
    world.write("campaign.yaml", &yaml);
    world.settle().await;
    world.settle().await;
    let from_yaml = account(&world.get("/__sandbox/state").await);
    assert_eq!(from_yaml.len(), 4, "{from_yaml:?}");
    let Some((from_curl, csv)) = by_curl().await else {
        // A pipeline that lost its curl would be green without having looked.
        let ci = std::env::var("CI").is_ok_and(|ci| !matches!(ci.as_str(), "" | "0" | "false"));
        assert!(!ci, "curl is not installed in this pipeline");
        println!("SKIPPED: curl is not installed here, so the vendor page's commands were not run");
        return;
    };
    // The page adds each number as it is written; the schedule's type is `cron` in both.
    assert_eq!(from_yaml, from_curl);
    assert_eq!(csv, "phone,name\n+15550123456,\n+15550987654,\n+15551112222,\n");
}

/// The page's texts are in the script and in the YAML as the page has them.
#[test]
fn nothing_of_the_page_is_left_out() {
    let script = std::fs::read_to_string(Path::new(ROOT).join("tests/seed/walkthrough.sh")).unwrap();
    let yaml = std::fs::read_to_string(Path::new(ROOT).join("examples/from-curl/campaign.yaml")).unwrap();
    for text in [
        "VIP Clients",
        "+15550123456",
        "+15550987654",
        "+15551112222",
        "Exclusive offer for our VIP clients!",
        "Weekly VIP Update",
        "Weekly report is ready!",
        "0 9 * * MON",
        "Asia/Jerusalem",
    ] {
        assert!(script.contains(text) && yaml.contains(text), "{text}");
    }
    for path in ["/members/add", "/bulk-send", "/scheduled-messages", "/pause", "/resume", "/export/csv"] {
        assert!(script.contains(path), "{path}");
    }
}
