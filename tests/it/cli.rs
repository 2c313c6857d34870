//! The program as people and pipelines run it: the examples, exit codes, what goes where.

use crate::support::Project;

#[test]
fn the_quickstart_twice() {
    let project = Project::example("quickstart");
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let second = project.ok(0, &["apply", "--sandbox", "--yes"]);
    assert!(second.contains("No changes."), "{second}");
}

#[test]
fn the_agency_before_and_after() {
    let project = Project::example("agency");
    project.ok(0, &["validate"]);
    project.ok(2, &["plan", "--sandbox", "--detailed-exitcode"]);
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let after = project.ok(0, &["plan", "--sandbox", "--detailed-exitcode"]);
    assert!(after.contains("No changes."), "{after}");
}

#[test]
fn the_same_moment_gives_the_same_bytes() {
    let project = Project::example("agency");
    let plan = ["plan", "--sandbox", "--format", "json", "--now", "2026-12-01T09:00:00Z"];
    let first = project.ok(0, &plan);
    assert_eq!(first, project.ok(0, &plan));
    let value: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(value["now"], "2026-12-01T09:00:00Z");
}

#[test]
fn stdout_is_the_result_and_errors_say_what_next() {
    let project = Project::example("quickstart");
    for (arguments, code, says) in [
        (&["plan"][..], 1, "MOLTFLOW_API_KEY"),
        (&["plan", "--sandbox", "nowhere"][..], 1, "nowhere"),
        (&["nonsense"][..], 1, "--help"),
        (&["plan", "--sandbox", "--only", "vip"][..], 1, "group.KEY"),
        (&["apply", "--sandbox"][..], 3, "--yes"),
        (&["apply", "--sandbox", "--yes", "--expect", "0000"][..], 3, "--expect"),
    ] {
        let (got, _, err) = project.run(arguments);
        assert_eq!(got, code, "{arguments:?}\n{err}");
        assert!(err.contains(says), "{arguments:?} does not say {says:?}:\n{err}");
    }
    assert_eq!(project.run(&["plan"]).1, "", "a failure has no result");
}

#[test]
fn expect_runs_what_was_reviewed_and_nothing_else() {
    let project = Project::example("quickstart");
    let plan: serde_json::Value =
        serde_json::from_str(&project.ok(0, &["plan", "--sandbox", "--format", "json"])).unwrap();
    let digest = plan["digest"].as_str().unwrap().to_owned();
    let path = project.path().join("campaign.yaml");
    let reviewed = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, reviewed.replace("Welcome!", "Hello!")).unwrap();
    let (code, _, err) = project.run(&["apply", "--sandbox", "--yes", "--expect", &digest]);
    assert_eq!(code, 3, "{err}");
    std::fs::write(&path, reviewed).unwrap();
    project.ok(0, &["apply", "--sandbox", "--yes", "--expect", &digest]);
}

#[test]
fn a_refusal_changes_nothing() {
    let yaml = "version: 1\nproject: acme\ndefaults: {session: main, timezone: UTC}\nsessions: {main: {name: Main Line}}\n\
                groups:\n  vip: {members: [\"+447700900123\", \"+447700900456\"]}\n\
                sends:\n  offer: {group: vip, message: First text.}\n";
    let project = Project::yaml(yaml);
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let changed = yaml
        .replace("First text.", "Other text.")
        .replace("\"+447700900456\"", "\"+447700900456\", \"+447700900789\"");
    std::fs::write(project.path().join("campaign.yaml"), changed).unwrap();
    let (code, out, _) = project.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("2 people"), "{out}");
    let status = project.ok(0, &["status", "--sandbox"]);
    assert!(status.contains("2 members"), "nothing else was applied: {status}");
}

#[test]
fn destroy_needs_the_projects_name() {
    let project = Project::example("quickstart");
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let (code, _, err) = project.run(&["destroy", "--sandbox"]);
    assert!(code == 3 && err.contains("--confirm"), "{err}");
    let (code, _, err) = project.run(&["destroy", "--sandbox", "--confirm", "wrong"]);
    assert_eq!(code, 3, "{err}");
    project.ok(0, &["destroy", "--sandbox", "--confirm", "quickstart"]);
}

#[test]
fn an_emergency_stop_works_while_the_yaml_is_broken() {
    let project = Project::example("quickstart");
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let path = project.path().join("campaign.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("groups:", "grops:")).unwrap();
    project.ok(0, &["pause", "send.welcome", "--sandbox"]);
    std::fs::write(&path, text).unwrap();
    let plan = project.ok(0, &["plan", "--sandbox"]);
    assert!(plan.contains("stopped by operator"), "{plan}");
    // What is to go on only the YAML knows.
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, whole.replace("groups:", "grops:")).unwrap();
    let (code, _, err) = project.run(&["resume", "send.welcome", "--sandbox"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("nothing was resumed"), "{err}");
    std::fs::write(&path, whole).unwrap();
    project.ok(0, &["resume", "send.welcome", "--sandbox"]);
    project.ok(0, &["plan", "--sandbox", "--detailed-exitcode"]);
}

/// In an emergency what runs is stopped, also where the word cannot be kept.
#[test]
fn what_runs_is_stopped_without_a_place_to_record_it() {
    let yaml = "version: 1\nproject: acme\ndefaults: {session: main, timezone: UTC}\nsessions: {main: {name: Main Line}}\n\
                groups:\n  vip: {members: [\"+12125550101\", \"+16135550142\"]}\nsends:\n  offer: {group: vip, message: An offer.}\n";
    let project = Project::yaml(yaml);
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let home = project.path().join(".campaignctl/sandbox/default");
    let (stops, ledger) = (home.join("acme.stops.jsonl"), home.join("acme.jsonl"));
    std::fs::create_dir(&stops).unwrap();
    let (code, out, err) = project.run(&["pause", "--all", "--sandbox"]);
    assert_eq!(code, 4, "{out}{err}");
    assert!(err.contains("could not be recorded") && out.contains("send.offer: paused"), "{out}{err}");
    std::fs::remove_dir(&stops).unwrap();
    // Nor the ledger: then everything is stopped, or nothing.
    std::fs::rename(&ledger, home.join("kept")).unwrap();
    std::fs::create_dir(&ledger).unwrap();
    let (code, _, err) = project.run(&["cancel", "--all", "--sandbox"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("--all --account"), "{err}");
    let (code, out, err) = project.run(&["cancel", "--all", "--account", "--sandbox"]);
    assert_eq!(code, 4, "{out}{err}");
    assert!(out.contains("(not of this project): cancelled"), "{out}{err}");
    std::fs::remove_dir(&ledger).unwrap();
    std::fs::rename(home.join("kept"), &ledger).unwrap();
    assert!(project.ok(0, &["status", "--sandbox"]).contains("cancelled"));
}

/// Pausing reaches jobs of earlier runs too; resuming gives the word back to the YAML, which has one run.
#[test]
fn what_resume_leaves_paused_is_said() {
    let yaml = "version: 1\nproject: acme\ndefaults: {session: main, timezone: UTC}\nsessions: {main: {name: Main Line}}\n\
                groups:\n  vip: {members: [\"+12125550101\", \"+16135550142\"]}\n\
                sends:\n  offer: {group: vip, message: An offer., run: \"1\"}\n";
    let project = Project::yaml(yaml);
    project.ok(0, &["apply", "--sandbox", "--yes"]);
    let second = yaml.replace("\"1\"", "\"2\"");
    std::fs::write(project.path().join("campaign.yaml"), second).unwrap();
    project.ok(0, &["apply", "--sandbox", "--yes", "--confirm-audience", "2"]);
    let paused = project.ok(0, &["pause", "--all", "--sandbox"]);
    assert!(paused.contains("send.offer: paused") && paused.contains("(run 2): paused"), "{paused}");
    let resumed = project.ok(0, &["resume", "--all", "--sandbox"]);
    assert!(resumed.contains("send.offer (run 2): resumed"), "{resumed}");
    assert!(resumed.contains("send.offer: stays paused") && resumed.contains("run \"2\" now"), "{resumed}");
}

#[test]
fn the_version_tells_that_of_the_time_zones() {
    let project = Project::yaml("version: 1\n");
    let version = project.ok(0, &["--version", "-v"]);
    let data = campaignctl::time::Zone::tzdata_version();
    assert_eq!(version, format!("campaignctl {}\ntime zone data {data}\n", env!("CARGO_PKG_VERSION")));
    assert!(data.starts_with("20"), "{data}");
}

#[test]
fn every_command_that_reads_the_yaml_marks_its_mistakes_in_the_pull_request() {
    let good = "version: 1\nproject: a\nsessions: {main: {}}\nschedules:\n  x: {group: g, session: main, message: Hi, daily: \"09:00\"}\ngroups: {g: {members: [\"+14155552671\"]}}\n";
    for (text, code, marks) in [
        (good.to_owned(), 0, "::warning file=project/campaign.yaml,line=5,col=3,title=no-timezone::"),
        (
            good.replace("group: g", "group: h"),
            1,
            "::error file=project/campaign.yaml,line=5,col=14,title=unknown-reference::",
        ),
    ] {
        let project = Project::yaml(&text).env("GITHUB_ACTIONS", "true");
        let root = project.dir.path().to_str().unwrap().to_owned();
        let project = project.env("GITHUB_WORKSPACE", &root);
        for command in [
            &["validate"][..],
            &["plan", "--sandbox"],
            &["apply", "--sandbox", "--yes"],
            &["calendar"],
            &["status", "--sandbox"],
        ] {
            let (got, out, err) = project.run(command);
            assert_eq!(got, code, "{command:?}\n{out}\n{err}");
            assert_eq!(err.matches(marks).count(), 1, "{command:?}\n{err}");
            assert!(!out.contains("::error") && !out.contains("::warning"), "{out}");
        }
    }
}
