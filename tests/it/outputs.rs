//! The files of `apply --events` and `--report`: never over what the project needs, and never an earlier run's.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Project;

const HEAD: &str = "version: 1\nproject: acme\ndefaults: {session: main, timezone: UTC}\nsessions: {main: {name: Main Line}}\n";
const REST: &str = "groups:\n  vip:\n    members_from: [{csv: people.csv}]\nsends:\n  offer: {group: vip, message: An offer.}\n";

fn project() -> Project {
    let project = Project::yaml("");
    std::fs::write(project.path().join("campaign.yaml"), format!("{HEAD}{REST}")).unwrap();
    std::fs::write(project.path().join("people.csv"), "phone\n+447700900101\n+447700900102\n").unwrap();
    project
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// What is in every file below the directory, but for what the emulator keeps: it has its own clock in there.
fn all_of(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            if path.extension().is_none_or(|extension| extension != "data") {
                found.extend(all_of(&path));
            }
        } else {
            let content = std::fs::read(&path).unwrap();
            found.push((path, content));
        }
    }
    found.sort();
    found
}

#[test]
fn neither_is_written_over_the_ledger_or_a_file_of_the_project() {
    let project = project();
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let dir = project.path();
    let ledger = dir.join(".campaignctl/sandbox/default/acme.jsonl");
    assert!(ledger.exists());
    let plan = dir.join("plan.json");
    let (_, json, _) = project.run(&["plan", "--sandbox", "--format", "json"]);
    std::fs::write(&plan, json).unwrap();
    let link = dir.join("link");
    std::os::unix::fs::symlink(&ledger, &link).unwrap();
    let hard = dir.join("hard");
    std::fs::hard_link(dir.join("campaign.yaml"), &hard).unwrap();
    let before = all_of(&dir);
    let beside = dir.join(".campaignctl/sandbox/default/new");
    let places = [&ledger, &link, &hard, &dir.join("campaign.yaml"), &dir.join("people.csv"), &beside, &plan];
    for place in places {
        for flag in ["--events", "--report"] {
            let place = text(place);
            let apply = ["apply", "--sandbox", "--yes", "--plan-file", &text(&plan), flag, &place];
            let (code, _, err) = project.run(&apply);
            assert_eq!(code, 3, "{flag} {place}: {err}");
            assert!(err.contains("nothing was changed") && err.contains(flag), "{err}");
        }
    }
    for link in [&ledger, &link] {
        project.ok(3, &["export", "group.vip", "--sandbox", "--format", "csv", "--out", &text(link)]);
    }
    let both = text(&dir.join("both"));
    project.ok(3, &["apply", "--sandbox", "--yes", "--events", &both, "--report", &both]);
    let differs = all_of(&dir).into_iter().find(|file| !before.contains(file)).map(|(path, _)| path);
    assert_eq!(differs, None, "nothing was written");
    assert_eq!(all_of(&dir).len(), before.len());
}

/// What cannot be made again, or is read by the very same command, is not written over.
#[test]
fn no_file_that_the_command_reads_is_written_over() {
    let project = project();
    let dir = project.path();
    let at = |name: &str| text(&dir.join(name));
    std::fs::write(dir.join("vars"), "A=1\n").unwrap();
    std::fs::write(dir.join("key"), "sandbox\n").unwrap();
    std::fs::write(dir.join("identity"), "AGE-SECRET-KEY-1\n").unwrap();
    let named = at("ledger.jsonl");
    let base = ["--sandbox", "--ledger", &named];
    project.ok(0, &[&["apply", "--yes"], &base[..]].concat());
    let before = all_of(&dir);
    let reads =
        [("--var-file", at("vars")), ("--api-key-file", at("key")), ("--age-identity", at("identity"))];
    for (flag, file) in &reads {
        for out in ["--events", "--report"] {
            let (code, _, err) = project
                .run(&[&["apply", "--yes", flag, file.as_str(), out, file.as_str()], &base[..]].concat());
            assert_eq!(code, 3, "{out} {flag}: {err}");
            assert!(err.contains(flag) && err.contains("nothing was changed"), "{err}");
        }
        let export = ["export", "group.vip", "--format", "csv", flag, file, "--out", file];
        let (code, _, err) = project.run(&[&export[..], &base[..]].concat());
        assert_eq!(code, 3, "{flag}: {err}");
    }
    for out in [&named, &at("campaign.yaml"), &at("ledger.stops.jsonl")] {
        for what in [["export", "group.vip"], ["export", "send.offer"]] {
            let (code, _, err) =
                project.run(&[&what[..], &["--format", "csv", "--out", out], &base[..]].concat());
            assert_eq!(code, 3, "{out}: {err}");
            assert!(err.contains("nothing was written"), "{err}");
        }
        let (code, _, err) =
            project.run(&[&["wa-groups", "export", "1@g.us", "--out", out], &base[..]].concat());
        assert_eq!(code, 3, "{out}: {err}");
    }
    let differs = all_of(&dir).into_iter().find(|file| !before.contains(file)).map(|(path, _)| path);
    assert_eq!(differs, None, "nothing was written");
    // A file of members may be made anew.
    project.ok(
        0,
        &[&["export", "group.vip", "--format", "csv", "--out", &at("people.csv")], &base[..]].concat(),
    );
}

/// A ledger that was named, in a directory where other files lie: only itself and what belongs to it is kept from.
#[test]
fn a_report_may_lie_beside_a_ledger_that_was_named() {
    let project = project();
    let dir = project.path().join("state");
    std::fs::create_dir(&dir).unwrap();
    let ledger = text(&dir.join("acme.jsonl"));
    let apply = ["apply", "--sandbox", "--yes", "--ledger", &ledger, "--report"];
    project.ok(0, &[&apply[..], &[&text(&dir.join("report.json"))]].concat());
    for taken in ["acme.jsonl", "acme.stops.jsonl", "acme.lock"] {
        project.ok(3, &[&apply[..], &[&text(&dir.join(taken))]].concat());
    }
}

#[test]
fn a_refused_apply_leaves_no_earlier_report() {
    let project = project();
    let report = project.path().join("report.json");
    let apply = ["apply", "--sandbox", "--yes", "--report", &text(&report)];
    project.ok(0, &apply);
    let read = || serde_json::from_slice::<Value>(&std::fs::read(&report).unwrap()).unwrap();
    assert_eq!(read()["summary"]["done"], 2);
    project.ok(3, &[&apply[..], &["--expect", &"0".repeat(64)]].concat());
    let now = read();
    assert_eq!(now["summary"]["done"], 0);
    assert!(now["stopped"].as_str().unwrap().contains("not the plan that was reviewed"), "{now}");
}

/// Files of an earlier run, or made by hand: nobody else reads them from now on. A pipe and a device are left alone.
#[test]
fn files_that_are_there_already_become_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let project = project();
    let at = |name: &str| project.path().join(name);
    for name in ["events", "target"] {
        std::fs::write(at(name), "earlier\n").unwrap();
        std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    std::os::unix::fs::symlink(at("target"), at("report")).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let null = mode(Path::new("/dev/null"));
    let apply = ["apply", "--sandbox", "--yes", "--events"];
    project.ok(0, &[&apply[..], &[&text(&at("events")), "--report", &text(&at("report"))]].concat());
    assert_eq!((mode(&at("events")), mode(&at("target"))), (0o600, 0o600));
    assert!(!std::fs::read_to_string(at("events")).unwrap().contains("earlier"));
    project.ok(0, &[&apply[..], &["/dev/null"]].concat());
    assert_eq!(mode(Path::new("/dev/null")), null);
}

/// What was sent in staging is not sent in production: a ledger belongs to one environment.
#[test]
fn a_ledger_is_that_of_one_environment() {
    let project = Project::yaml("");
    let environments = "environments:\n  staging: {}\n  production: {}\n";
    std::fs::write(project.path().join("campaign.yaml"), format!("{HEAD}{REST}{environments}")).unwrap();
    std::fs::write(project.path().join("people.csv"), "phone\n+447700900101\n").unwrap();
    let ledger = text(&project.path().join("one.jsonl"));
    let apply = ["apply", "--sandbox", "--yes", "--ledger", &ledger, "-e"];
    project.ok(0, &[&apply[..], &["staging"]].concat());
    for flags in [vec!["-e", "production"], vec![]] {
        let (code, out, err) =
            project.run(&[&["plan", "--sandbox", "--ledger", &ledger], &flags[..]].concat());
        assert_eq!(code, 3, "{out}{err}");
        assert!(out.contains("environment staging") && out.contains("ledger of its own"), "{out}");
    }
    let adopt = ["adopt", "send.offer", "--new", "--sandbox", "--ledger", &ledger, "-e", "production"];
    let (code, _, err) = project.run(&adopt);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("environment staging"), "{err}");
    project.ok(0, &[&apply[..], &["staging"]].concat());
}
