//! The operator's commands, by the binary against a sandbox over real HTTP.

mod calendar;
mod clone;
mod export;
mod files;
mod history;
mod import;
mod import_many;
mod in_doubt;
mod looking;
mod renamed;
mod trial;
mod tying;
mod watch;
mod wrong_job;

use std::path::Path;
use std::process::{Command, Output};

use campaignctl::sandbox::{self, Dialect, Running};
use serde_json::Value;

use crate::support::rogue::{Reply, Rogue, Seen};

pub const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: Asia/Jerusalem}
sessions:
  main: {name: Main Line}
suppress:
  - phone: "+442079460099"
groups:
  vip:
    name: VIP Clients
    members:
      - "+14155552671"
      - {phone: "+442079460018", name: 'Jane "J", Doe'}
      - "+442079460019"
      - "+442079460020"
schedules:
  weekly: {group: vip, message: Weekly, weekly: {on: [monday], at: "09:00"}}
sends:
  offer: {group: vip, message: Special offer!}
  later: {group: vip, message: Later offer!, audience: snapshot, state: paused}
"#;

/// A project in a directory, and a sandbox whose clock runs.
pub struct Shop {
    pub dir: tempfile::TempDir,
    pub running: Running,
    http: reqwest::Client,
}

impl Shop {
    pub async fn open(speed: f64, dialect: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let running = sandbox::start(sandbox::Options {
            clock: crate::support::clock(speed),
            dialect: if dialect.is_empty() { Dialect::default() } else { Dialect::parse(dialect).unwrap() },
            throttle: false,
            ..sandbox::Options::default()
        })
        .await
        .unwrap();
        let shop = Self { dir: tempfile::tempdir().unwrap(), running, http: reqwest::Client::new() };
        shop.write("campaign.yaml", YAML);
        shop
    }

    pub async fn applied(speed: f64, dialect: &str) -> Self {
        let shop = Self::open(speed, dialect).await;
        let done = shop.run(&["apply", "--yes"]).await;
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        shop
    }

    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.dir.path().join(file), text).unwrap();
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(file)).unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        self.command_by(&[], args)
    }

    /// The same, started by another program, which is given ours as its last arguments.
    pub fn command_by(&self, starter: &[&str], args: &[&str]) -> Command {
        let words = [starter, &[env!("CARGO_BIN_EXE_campaignctl")], args].concat();
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .current_dir(self.dir.path())
            .env_remove("CI")
            .env("MOLTFLOW_API_URL", self.running.base_url())
            .env("MOLTFLOW_API_KEY", "sandbox");
        command
    }

    pub async fn run(&self, args: &[&str]) -> Output {
        let mut command = self.command(args);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// The same through a server in between.
    pub async fn run_on(&self, base: &str, args: &[&str]) -> Output {
        let mut command = self.command(args);
        command.env("MOLTFLOW_API_URL", base);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// A server in between that answers as `rule` says.
    pub async fn rogue(&self, rule: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Rogue {
        Rogue::start(Some(root(&self.running.base_url()).to_owned()), rule).await
    }

    /// The id that the ledger has for a job, group or schedule of that address.
    pub async fn id(&self, address: &str) -> String {
        let status = self.run(&["status", "--format", "json"]).await;
        let status: Value = serde_json::from_str(&out(&status)).unwrap();
        let rows = status.as_object().unwrap().values().find_map(Value::as_array).unwrap();
        let row = rows.iter().find(|row| row["address"] == address).unwrap_or_else(|| panic!("{status:#}"));
        row["id"].as_str().unwrap().to_owned()
    }

    pub async fn curl(&self, method: &str, path: &str, body: &Value) -> Value {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let base = self.running.base_url();
        let url = if path.starts_with("/__sandbox") {
            format!("{}{path}", root(&base))
        } else {
            format!("{base}{path}")
        };
        let mut request = self.http.request(method, url).header("X-API-Key", "test");
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub async fn group_names(&self) -> Vec<String> {
        let groups = self.curl("GET", "/custom-groups?limit=50", &Value::Null).await;
        groups["groups"].as_array().unwrap().iter().map(|g| g["name"].as_str().unwrap().to_owned()).collect()
    }
}

fn root(base: &str) -> &str {
    base.trim_end_matches("/api/v2")
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[cfg(unix)]
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
