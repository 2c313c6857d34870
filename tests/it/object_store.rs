//! The whole program with its ledger in an object store, over real HTTP. `tests/object_store.sh` starts the store
//! (`moto_server`) and names it in `CAMPAIGNCTL_TEST_S3`; without that these tests say so and do nothing.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use campaignctl::sandbox;

use crate::object_store_proxy::{Fault, Running};

const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: Europe/Berlin}
sessions:
  main: {name: Main Line}
groups:
  vip:
    members: ["+15550123456", "+15550987654"]
sends:
  offer:
    group: vip
    message: Special offer!
"#;

/// An account, and a store that may misbehave. Each test has a prefix of its own.
struct Place {
    account: sandbox::Running,
    store: Running,
    prefix: &'static str,
    dir: tempfile::TempDir,
}

impl Place {
    async fn new(prefix: &'static str, fault: Fault) -> Option<Self> {
        let Ok(store) = std::env::var("CAMPAIGNCTL_TEST_S3") else {
            eprintln!("skipped: tests/object_store.sh runs it");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("campaign.yaml"), YAML).unwrap();
        Some(Self {
            account: sandbox::start(sandbox::Options::default()).await.unwrap(),
            store: Running::start(&store, fault).await,
            prefix,
            dir,
        })
    }

    fn command(&self, dir: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_campaignctl"));
        command
            .args(args)
            .args(["--ledger", &format!("s3://ledgers/{}", self.prefix)])
            .args(["--api-url", &self.account.base_url()])
            .current_dir(dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", dir)
            .env("CI", "true")
            .env("MOLTFLOW_API_KEY", "test")
            .env("AWS_ACCESS_KEY_ID", "AKIACANARY")
            .env("AWS_SECRET_ACCESS_KEY", "secret-canary")
            .env("AWS_ENDPOINT_URL", &self.store.url)
            .env("CAMPAIGNCTL_SETTLE_SECONDS", "1")
            .env("CAMPAIGNCTL_LEASE_SECONDS", "10")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn spawn(&self, args: &[&str]) -> Child {
        self.command(self.dir.path(), args).spawn().unwrap()
    }

    /// Runs it on a thread that may block, while the account and the store answer.
    async fn run(&self, args: &[&str]) -> (i32, String) {
        said(self.spawn(args)).await
    }

    async fn jobs(&self) -> usize {
        let url = format!("{}/bulk-send?limit=50", self.account.base_url());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let text = http.get(url).header("X-API-Key", "test").send().await.unwrap().text().await.unwrap();
        text.matches("\"custom_group_id\"").count()
    }
}

async fn said(child: Child) -> (i32, String) {
    let output: Output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(
        !text.contains("CANARY") && !text.contains("secret-canary") && !text.contains("panicked"),
        "{text}"
    );
    (output.status.code().unwrap_or(-1), text)
}

async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn object_store_holds_a_ledger_for_every_machine() {
    let Some(place) = Place::new("life", Fault::None).await else { return };
    let (code, text) = place.run(&["plan", "--detailed-exitcode"]).await;
    assert_eq!(code, 2, "{text}");
    let (code, text) = place.run(&["apply", "--yes"]).await;
    assert_eq!(code, 0, "{text}");
    // Another machine has the YAML and nothing else.
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("campaign.yaml"), YAML).unwrap();
    for args in
        [&["plan", "--detailed-exitcode"][..], &["apply", "--yes"], &["status"], &["ledger", "verify"]]
    {
        let (code, text) = said(place.command(other.path(), args).spawn().unwrap()).await;
        assert_eq!(code, 0, "{args:?}: {text}");
    }
    let (code, text) = place.run(&["ledger", "compact"]).await;
    assert_eq!(code, 0, "{text}");
    for args in [&["ledger", "verify"][..], &["ledger", "show"], &["plan", "--detailed-exitcode"]] {
        let (code, text) = place.run(args).await;
        assert_eq!(code, 0, "{args:?}: {text}");
    }
    assert!(!place.dir.path().join(".campaignctl/default").exists(), "no local ledger was made");
    assert_eq!(place.jobs().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn object_store_lets_one_of_two_runs_win() {
    for prefix in ["race1", "race2", "race3"] {
        let Some(place) = Place::new(prefix, Fault::None).await else { return };
        let (one, two) = (place.spawn(&["apply", "--yes"]), place.spawn(&["apply", "--yes"]));
        let (one, two) = tokio::join!(said(one), said(two));
        let codes = [one.0, two.0];
        assert!(codes.contains(&0) && codes.iter().all(|c| [0, 3].contains(c)), "{one:?}\n{two:?}");
        assert_eq!(place.jobs().await, 1, "{one:?}\n{two:?}");
        let (code, text) = place.run(&["plan", "--detailed-exitcode"]).await;
        assert_eq!(code, 0, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn object_store_survives_a_run_that_dies_with_the_lease() {
    let Some(mut place) = Place::new("dies", Fault::Hangs("\"accepted\"")).await else { return };
    let store = std::env::var("CAMPAIGNCTL_TEST_S3").unwrap();
    let mut dying = place.spawn(&["apply", "--yes"]);
    while place.store.hanging() == 0 {
        assert!(dying.try_wait().unwrap().is_none(), "it ended before it could be killed");
        sleep(Duration::from_millis(20)).await;
    }
    // It has sent, and cannot write that down.
    assert_eq!(place.jobs().await, 1);
    let pid = dying.id();
    dying.kill().unwrap();
    dying.wait().unwrap();
    place.store = Running::start(&store, Fault::None).await;
    let (code, text) = place.run(&["apply", "--yes"]).await;
    assert_eq!(code, 3, "{text}");
    let part = format!("process {pid}");
    for part in [part.as_str(), "renewed", "s3://ledgers/dies/lease.json"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    sleep(Duration::from_secs(13)).await;
    let (code, text) = place.run(&["apply", "--yes"]).await;
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("ended without saying so"), "{text}");
    assert_eq!(place.jobs().await, 1);
    let (code, text) = place.run(&["plan", "--detailed-exitcode"]).await;
    assert_eq!(code, 0, "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn object_store_that_ignores_conditions_is_refused() {
    let Some(place) = Place::new("liar", Fault::Unconditional).await else { return };
    let (code, text) = place.run(&["apply", "--yes"]).await;
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("cannot hold a ledger") && text.contains("--ledger PATH"), "{text}");
    assert_eq!(place.jobs().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn object_store_may_lose_answers() {
    let Some(place) = Place::new("lossy", Fault::LosesAnswers).await else { return };
    let (code, text) = place.run(&["apply", "--yes"]).await;
    assert_eq!(code, 0, "{text}");
    let (code, text) = place.run(&["ledger", "verify"]).await;
    assert_eq!(code, 0, "{text}");
    assert_eq!(place.jobs().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn object_store_that_is_not_there_is_said() {
    let Some(mut place) = Place::new("x", Fault::None).await else { return };
    let mut command = place.command(place.dir.path(), &["plan", "--ledger", "s3://no-such-bucket/x"]);
    let _ = command.args(["--ledger", "s3://no-such-bucket/x"]);
    let (code, text) = said(command.spawn().unwrap()).await;
    assert_eq!(code, 1, "{text}");
    place.store.url = "http://127.0.0.1:9".to_owned();
    let (code, text) = place.run(&["plan"]).await;
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("Check the network"), "{text}");
}

/// `file:///…` needs no store: a directory is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_directory_holds_a_ledger_as_a_store_does() {
    let account = sandbox::start(sandbox::Options { throttle: false, ..sandbox::Options::default() });
    let account = account.await.unwrap();
    let [here, there, shelf] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let ledger = format!("file://{}/acme", shelf.path().display());
    let spawn = |dir: &tempfile::TempDir, args: &[&str]| {
        std::fs::write(dir.path().join("campaign.yaml"), YAML).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_campaignctl"));
        command
            .args(args)
            .args(["--ledger", &ledger, "--api-url", &account.base_url()])
            .current_dir(dir.path())
            .env_remove("CI")
            .env("MOLTFLOW_API_KEY", "test")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let (code, text) = said(spawn(&here, &["plan", "--detailed-exitcode"])).await;
    assert_eq!(code, 2, "{text}");
    assert!(!shelf.path().join("acme").exists(), "a plan makes nothing");
    let apply = ["apply", "--yes"];
    let (one, two) = tokio::join!(said(spawn(&here, &apply)), said(spawn(&there, &apply)));
    let codes = [one.0, two.0];
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 3].contains(code)), "{one:?}\n{two:?}");
    for args in [
        &["plan", "--detailed-exitcode"][..],
        &["ledger", "verify"],
        &["ledger", "compact"],
        &["pause", "send.offer"],
        &["resume", "send.offer"],
        &["status"],
        &apply,
    ] {
        let (code, text) = said(spawn(&there, args)).await;
        assert_eq!(code, 0, "{args:?}: {text}");
    }
    let http = crate::support::rogue::plain();
    let jobs = http.get(format!("{}/bulk-send", account.base_url())).header("X-API-Key", "test").send().await;
    let jobs = jobs.unwrap().text().await.unwrap();
    assert_eq!(jobs.matches("\"custom_group_id\"").count(), 1, "{jobs}");
    let report = shelf.path().join("acme/report.json");
    let (code, text) = said(spawn(&here, &["apply", "--yes", "--report", report.to_str().unwrap()])).await;
    assert_eq!((code, report.exists()), (3, false), "{text}");
}
