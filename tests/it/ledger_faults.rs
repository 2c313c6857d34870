//! What can be wrong with the ledger's place, seen from outside: the real program on a disk that is full, in a place
//! that cannot be written to, with a ledger of a later version, beside another run (`send-safety.md`, *The ledger*).
//! What the stores do by themselves is tested in `src/ledger/store_tests.rs`.

#![cfg(unix)]

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::ops::{Shop, err, out};

const LEDGER: &str = ".campaignctl/default/acme.jsonl";
const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: UTC}
sessions: {main: {name: Main Line}}
groups: {vip: {members: ["+14155552671"]}}
sends: {offer: {group: vip, message: Special offer!}}
"#;

async fn shop() -> Shop {
    let shop = Shop::open(1.0, "").await;
    shop.write("campaign.yaml", YAML);
    shop
}

fn text(output: &Output) -> String {
    format!("{}{}", out(output), err(output))
}

async fn jobs(shop: &Shop) -> usize {
    shop.curl("GET", "/bulk-send", &Value::Null).await["jobs"].as_array().unwrap().len()
}

async fn writes(shop: &Shop) -> usize {
    let log = shop.curl("GET", "/__sandbox/log", &Value::Null).await;
    let is = |r: &&Value| r["method"] != "GET" && !r["path"].as_str().unwrap().contains("__sandbox");
    log["requests"].as_array().unwrap().iter().filter(is).count()
}

/// An apply whose files can grow to so many bytes: a write stops in the middle of a line, as on a full disk.
async fn apply_within(shop: &Shop, blocks: usize) -> Output {
    let mut limited = Command::new("sh");
    let real = shop.command(&[]);
    limited
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" apply --yes")])
        .arg(real.get_program())
        .current_dir(shop.dir.path())
        .env_remove("CI")
        .env("CAMPAIGNCTL_SETTLE_SECONDS", "0");
    for (name, value) in real.get_envs() {
        if let Some(value) = value {
            limited.env(name, value);
        }
    }
    tokio::task::spawn_blocking(move || limited.output().unwrap()).await.unwrap()
}

/// Whatever the size at which the disk is full: no send that is not on record, none twice, and it goes on where it
/// stopped once there is room.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_at_any_event() {
    let mut stopped = 0;
    for blocks in 1..=6 {
        let shop = shop().await;
        let full = apply_within(&shop, blocks).await;
        let said = text(&full);
        let ledger = fs::read_to_string(shop.dir.path().join(LEDGER)).unwrap_or_default();
        if full.status.code() != Some(0) {
            stopped += 1;
            assert!(matches!(full.status.code(), Some(1 | 4 | 5)), "{blocks}: {said}");
            assert!(said.contains("cannot write"), "{blocks}: {said}");
        }
        let sent = jobs(&shop).await;
        assert!(
            sent == 0 || ledger.contains("\"armed\""),
            "{blocks}: sent, and not on record\n{ledger}\n{said}"
        );
        let mut command = shop.command(&["apply", "--yes"]);
        command.env("CAMPAIGNCTL_SETTLE_SECONDS", "0");
        let again = command.output().unwrap();
        assert_eq!(again.status.code(), Some(0), "{blocks}: {said}\n{}", text(&again));
        assert_eq!(jobs(&shop).await, 1, "{blocks}");
        assert_eq!(shop.group_names().await.len(), 1, "{blocks}");
        let verified = shop.run(&["ledger", "verify"]).await;
        assert_eq!(verified.status.code(), Some(0), "{blocks}: {}", text(&verified));
    }
    assert!(stopped >= 2, "the limits are too large to stop anything: {stopped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_cannot_be_written_to_stops_before_anything_is_done() {
    let shop = shop().await;
    // Root may write to any directory, so a file stands where the directory belongs.
    shop.write(".campaignctl", "no directory");
    let refused = shop.run(&["apply", "--yes"]).await;
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));
    assert!(text(&refused).contains("is a file where a directory is needed"), "{}", text(&refused));
    assert_eq!(writes(&shop).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_a_later_version_is_left_alone() {
    let shop = shop().await;
    assert_eq!(shop.run(&["apply", "--yes"]).await.status.code(), Some(0));
    let before = writes(&shop).await;
    let good = shop.read(LEDGER);
    for later in
        [format!("{good}{{\"v\":2,\"something\":\"else\"}}\n"), good.replacen("\"v\":1", "\"v\":9", 1)]
    {
        shop.write(LEDGER, &later);
        for command in [&["apply", "--yes"][..], &["plan"], &["ledger", "compact"], &["status"]] {
            let refused = shop.run(command).await;
            assert_eq!(refused.status.code(), Some(1), "{command:?}: {}", text(&refused));
            assert!(text(&refused).contains("upgrade"), "{command:?}: {}", text(&refused));
        }
        assert_eq!(shop.read(LEDGER), later, "not a byte of it was touched");
    }
    assert_eq!(writes(&shop).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_runs_one_is_told_who_has_the_lock_and_a_killed_one_is_taken_over_at_once() {
    let shop = shop().await;
    shop.curl("POST", "/__sandbox/fault", &json!({"nth": 1, "mode": "hang_before"})).await;
    let mut first = shop.command(&["apply", "--yes"]);
    let mut first = first.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while writes(&shop).await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = shop.run(&["apply", "--yes"]).await;
    assert_eq!(second.status.code(), Some(3), "{}", text(&second));
    let said = text(&second);
    assert!(said.contains("is locked by") && said.contains(&format!("process {}", first.id())), "{said}");
    assert_eq!(writes(&shop).await, 1, "the second did nothing");
    first.kill().unwrap();
    first.wait().unwrap();
    let third = shop.run(&["apply", "--yes"]).await;
    assert_eq!(third.status.code(), Some(0), "{}", text(&third));
    assert!(text(&third).contains("ended without saying so"), "{}", text(&third));
    assert_eq!((jobs(&shop).await, shop.group_names().await.len()), (1, 1));
}

/// Its times are for people: what decides is the order of the events, and the server's clock.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_from_the_future_is_gone_on_with() {
    let shop = shop().await;
    assert_eq!(shop.run(&["apply", "--yes"]).await.status.code(), Some(0));
    let year = |text: &str| text.find("\"at\":\"").map(|at| text[at + 6..at + 10].to_owned()).unwrap();
    let ledger = shop.read(LEDGER);
    let now = year(&ledger);
    shop.write(LEDGER, &ledger.replace(&format!("\"at\":\"{now}"), "\"at\":\"2199"));
    let same = shop.run(&["apply", "--yes"]).await;
    assert_eq!(same.status.code(), Some(0), "{}", text(&same));
    shop.write(
        "campaign.yaml",
        &YAML.replace("sends: {", "sends: {again: {group: vip, message: Another.}, "),
    );
    let more = shop.run(&["apply", "--yes"]).await;
    assert_eq!(more.status.code(), Some(0), "{}", text(&more));
    assert_eq!(jobs(&shop).await, 2);
}
