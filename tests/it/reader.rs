//! What a reader found who took the contract at its word: other servers than the sandbox, full disks, bad luck.

use std::path::Path;
use std::process::{Command, Output};

use campaignctl::apply::observe;
use campaignctl::ledger::Store;
use campaignctl::model::{JobStatus, ScheduleStatus};
use campaignctl::plan::{Input, Plan, plan};
use jiff::SignedDuration;

use crate::support::driver::{Ended, client, troubles, try_apply};
use crate::support::rogue::{Reply, Rogue, answer};
use crate::support::{Options, World, summary};

const PROJECT: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: Asia/Jerusalem}
sessions:
  main: {name: Main Line}
groups:
  vip:
    members: ["+12125550101", "+12125550102"]
  news:
    members: ["+12125550103"]
schedules:
  weekly: {group: vip, message: Weekly report, weekly: {on: monday, at: "09:00"}}
sends:
  offer: {group: news, message: Special offer}
"#;

/// The program in that directory, with an empty home and nothing else in its environment.
fn program(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("campaignctl"));
    command
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory.join("home"))
        .env("MOLTFLOW_API_KEY", "key")
        .stdin(std::process::Stdio::null());
    command
}

fn run(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = program(directory, arguments).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn project(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("campaign.yaml"), text).unwrap();
    dir
}

#[cfg(target_os = "linux")]
#[test]
fn a_plan_that_cannot_be_shown_is_not_carried_out() {
    let dir = project(PROJECT);
    let full = std::fs::File::create("/dev/full").unwrap();
    let Output { status, stderr, .. } =
        program(dir.path(), &["apply", "--sandbox", "--yes"]).stdout(full).output().unwrap();
    assert_eq!(status.code(), Some(1));
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(said.matches("error:").count(), 1, "{said}");
    assert!(said.contains("could not be written to stdout"), "{said}");
    let (code, _, _) = run(dir.path(), &["plan", "--sandbox", "--detailed-exitcode"]);
    assert_eq!(code, 2, "exit 1 says that nothing was changed");
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_shown_is_not_failed_before_anything_was_changed() {
    let dir = project(PROJECT);
    let full = std::fs::File::create("/dev/full").unwrap();
    // With JSON, stdout is the report alone: it breaks only when all is done.
    let arguments = ["apply", "--sandbox", "--yes", "--format", "json"];
    let output = program(dir.path(), &arguments).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let (code, out, _) = run(dir.path(), &["plan", "--sandbox", "--detailed-exitcode"]);
    assert_eq!(code, 0, "{out}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_not_whole_is_said_also_by_the_exit_code() {
    for flag in ["--events", "--report"] {
        let dir = project(PROJECT);
        let arguments = ["apply", "--sandbox", "--yes", "-q", flag, "/dev/full"];
        let (code, _, said) = run(dir.path(), &arguments);
        assert_eq!(code, 4, "{said}");
        assert_eq!(said.matches("error:").count(), 1, "{said}");
        assert!(said.contains(&format!("the file of {flag} could not be written")), "{said}");
        let (code, out, _) = run(dir.path(), &["plan", "--sandbox", "--detailed-exitcode"]);
        assert_eq!(code, 0, "everything was done: {out}");
    }
}

#[test]
fn a_bad_default_zone_hides_no_other_mistake() {
    let dir = project(
        "version: 1\nproject: p\ndefaults: {session: main, timezone: Mars/Phobos}\nsessions: {main: {}}\n\
         groups: {g: {members: [\"+12125550101\"]}}\nschedules:\n\
         \x20 a: {group: g, message: hi, at: 2026-02-30T09:00}\n\
         \x20 b: {group: g, message: hi, at: tomorrow}\n",
    );
    let (code, said, _) = run(dir.path(), &["validate"]);
    assert_eq!(code, 1);
    for mistake in ["Mars/Phobos", "there is no such day", "\"tomorrow\" is not a time", "3 errors"] {
        assert!(said.contains(mistake), "{mistake}\n{said}");
    }
}

#[test]
fn a_new_project_has_nothing_to_complain_about() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(dir.path(), &["init", "first"]).0, 0);
    let (code, out, said) = run(dir.path(), &["validate", "first"]);
    assert!(!out.contains("warning"), "{out}");
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
}

#[test]
fn large_numbers_look_the_same_everywhere() {
    let mut csv = "phone\n".to_owned();
    for number in 0..1_200 {
        csv.push_str(&format!("+1212555{number:04}\n"));
    }
    let dir =
        project(&PROJECT.replace("\n    members: [\"+12125550103\"]", " {members_from: [{csv: m.csv}]}"));
    std::fs::write(dir.path().join("m.csv"), csv).unwrap();
    let (code, out, said) = run(dir.path(), &["plan", "--sandbox"]);
    assert_eq!(code, 0, "{said}");
    assert!(out.contains("1,200 people") && !out.contains("1200"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_path_on_the_server_is_told_as_that() {
    let rogue = Rogue::start(None, |_| answer(404, "application/json", "{\"detail\": \"Not Found\"}")).await;
    let dir = project(PROJECT);
    let url = format!("{}/wrong", rogue.base);
    let (code, _, said) =
        tokio::task::spawn_blocking(move || run(dir.path(), &["plan", "--api-url", &url])).await.unwrap();
    assert_eq!(code, 1);
    assert!(said.contains("--api-url") && !said.contains("deleted"), "{said}");
}

#[tokio::test]
async fn a_session_that_cannot_be_read_alone_is_found_in_the_list() {
    for (status, body) in
        [(404, "{}"), (405, "{\"detail\": \"Method Not Allowed\"}"), (200, "{\"session\": {\"id\": \"x\"}}")]
    {
        let mut world = World::new().await;
        world.write("campaign.yaml", PROJECT);
        let rogue = Rogue::start(Some(world.running.base_url()), move |seen| {
            if seen.path.contains("/sessions/") {
                return answer(status, "application/json", body);
            }
            Reply::Pass
        })
        .await;
        world.client = client(&rogue.base, &world.clock, None);
        match try_apply(&world, &world.desired(), 1).await {
            Ended::Report(report) => assert_eq!(troubles(&report), Vec::<String>::new(), "{status}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.jobs().await.len(), 1, "{status}");
    }
}

/// A plan to destroy all, on an account where everything of ours has a status that nobody knows.
async fn destroying(world: &World, schedule: &str, job: &str) -> Plan {
    let desired = world.desired();
    let state = world.store.load().unwrap().state;
    let now = world.clock.now();
    let options = Options::destroy();
    let mut observed = observe(&world.client, &desired, &state, options.refresh, now).await.unwrap();
    for there in &mut observed.schedules {
        there.status = ScheduleStatus::Unknown(schedule.to_owned());
    }
    for there in &mut observed.jobs {
        there.status = JobStatus::Unknown(job.to_owned());
    }
    let options = &options.plan;
    plan(&Input { desired: &desired, observed: &observed, state: &state, host: "sandbox", options, now })
}

#[tokio::test]
async fn a_group_is_not_taken_from_under_what_may_not_be_touched() {
    let world = World::new().await;
    world.write("campaign.yaml", PROJECT);
    world.settle().await;
    world.advance(SignedDuration::from_secs(1));
    let plan = destroying(&world, "throttled", "queued").await;
    let lines = summary(&plan);
    assert!(lines.contains("group.vip group_delete BLOCKED group_in_use"), "{lines}");
    assert!(lines.contains("group.news group_delete BLOCKED group_in_use"), "{lines}");
    assert!(plan.forecast.schedules.is_empty(), "what is destroyed has no next firing");
}
