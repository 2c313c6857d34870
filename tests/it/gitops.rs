//! Reviewed is what runs: the digest through the program's own flags, environments, a first ledger in CI, and the JSON
//! that pipelines read against its committed schemas (issue 6).

use campaignctl::sandbox;
use serde_json::Value;

use crate::locked_down::tls::{Authority, front, proxy};
use crate::support::Project;

const HEAD: &str = "version: 1\nproject: acme\ndefaults: {session: main, timezone: UTC}\nsessions: {main: {name: Main Line}}\n";

fn write(project: &Project, yaml: &str) {
    std::fs::write(project.path().join("campaign.yaml"), format!("{HEAD}{yaml}")).unwrap();
}

fn members(count: u64) -> String {
    let list: Vec<String> = (0..count).map(|n| format!("\"+4477009001{n:02}\"")).collect();
    format!("groups:\n  vip: {{members: [{}]}}\n", list.join(", "))
}

/// The plan as JSON, which has to end with this code.
fn plan(project: &Project, code: i32, flags: &[&str]) -> Value {
    let (got, out, err) = project.run(&[&["plan", "--format", "json"], flags].concat());
    assert_eq!(got, code, "{flags:?}\n{out}\n{err}");
    let plan: Value = serde_json::from_str(&out).unwrap();
    fits(&plan, "plan");
    plan
}

fn digest(plan: &Value) -> String {
    plan["digest"].as_str().unwrap().to_owned()
}

/// Against the schema that is in the repository.
fn fits(value: &Value, schema: &str) {
    let path = format!("{}/schemas/{schema}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_flag_that_permits_a_change_leaves_the_digest_as_it_is() {
    let project = Project::yaml("");
    let offer = "sends:\n  offer: {group: vip, message: An offer.}\npolicy: {max_audience: 5}\n";
    write(&project, &format!("{}{offer}", members(12)));
    let refused = digest(&plan(&project, 3, &["--sandbox"]));
    assert_eq!(refused, digest(&plan(&project, 0, &["--sandbox", "--confirm-audience", "12"])));
    let apply = ["apply", "--sandbox", "--yes", "--expect", &refused];
    project.ok(3, &apply);
    project.ok(0, &[&apply[..], &["--confirm-audience", "12"]].concat());

    write(&project, &members(6));
    let refused = digest(&plan(&project, 3, &["--sandbox"]));
    assert_eq!(refused, digest(&plan(&project, 0, &["--sandbox", "--allow-delete", "6"])));
    let apply = ["apply", "--sandbox", "--yes", "--expect", &refused];
    project.ok(3, &apply);
    project.ok(0, &[&apply[..], &["--allow-delete", "6"]].concat());
}

#[test]
fn a_blocked_change_has_the_digest_of_the_change() {
    let project = Project::yaml("");
    let offer = "sends:\n  offer: {group: vip, message: An offer.}\n\
                 policy: {quiet_hours: {from: \"21:00\", to: \"08:00\"}}\n";
    write(&project, &format!("{}{offer}", members(2)));
    // The members are British: by day it would go, by night it is blocked.
    let day = plan(&project, 0, &["--sandbox", "--now", "2026-12-01T12:00:00Z"]);
    let night = plan(&project, 0, &["--sandbox", "--now", "2026-12-01T23:00:00Z"]);
    let verdict = |plan: &Value| {
        let changes = plan["changes"].as_array().unwrap();
        changes.iter().find(|change| change["address"] == "send.offer").unwrap().to_string()
    };
    assert!(verdict(&night).contains("blocked") && !verdict(&day).contains("blocked"), "{night:#}");
    assert_eq!(digest(&day), digest(&night), "the plan of the morning may be reviewed in the evening");
}

#[test]
fn an_environment_has_a_digest_and_a_ledger_of_its_own() {
    let project = Project::yaml("");
    write(&project, &format!("{}environments:\n  staging: {{}}\n  production: {{}}\n", members(2)));
    let of = |name: &str| digest(&plan(&project, 0, &["--sandbox", "-e", name]));
    let (staging, production) = (of("staging"), of("production"));
    assert_ne!(staging, production);
    let (code, _, err) =
        project.run(&["apply", "--sandbox", "--yes", "-e", "production", "--expect", &staging]);
    assert_eq!(code, 3, "what was reviewed for one is not applied to the other: {err}");
    project.ok(0, &["apply", "--sandbox", "--yes", "-e", "production", "--expect", &production]);
    let ledger = |name: &str| project.path().join(format!(".campaignctl/sandbox/{name}/acme.jsonl"));
    assert!(ledger("production").is_file() && !ledger("staging").exists() && !ledger("default").exists());
}

/// An account that is not on this machine, as far as the program can tell: TLS, a name, and a proxy on the way there.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_send_from_ci_with_a_ledger_of_its_own_is_refused() {
    let account =
        sandbox::start(sandbox::Options { throttle: false, ..sandbox::Options::default() }).await.unwrap();
    let port = account.base_url().rsplit(':').next().unwrap().split('/').next().unwrap().parse().unwrap();
    let authority = Authority::new();
    let server = front(authority.serve(&["api.far-away.test"], false), port).await;
    let (through, _) = proxy(Ok(server)).await;
    tokio::task::spawn_blocking(move || {
        let project = Project::yaml("").on("https://api.far-away.test");
        let roots = project.dir.path().join("roots.pem");
        authority.write(&roots);
        let project = project
            .env("SSL_CERT_FILE", &roots.display().to_string())
            .env("HTTPS_PROXY", &format!("http://127.0.0.1:{through}"))
            .env("CI", "true");
        let offer = "sends:\n  offer: {group: vip, message: An offer.}\n";
        write(&project, &format!("{}{offer}", members(2)));
        let reviewed = digest(&plan(&project, 0, &[]));
        let (code, _, err) = project.run(&["apply", "--yes", "--expect", &reviewed]);
        assert_eq!(code, 3, "{err}");
        for way in ["--allow-new-ledger", "ledger:"] {
            assert!(err.contains(way), "{way} is a way out: {err}");
        }
        assert!(!project.path().join(".campaignctl/default/acme.jsonl").exists(), "nothing was begun");
        project.ok(0, &["apply", "--yes", "--expect", &reviewed, "--allow-new-ledger"]);
        // From then on the ledger is there.
        write(&project, &format!("{}{offer}  more: {{group: vip, message: More.}}\n", members(2)));
        project.ok(0, &["apply", "--yes"]);
    })
    .await
    .unwrap();
}

#[test]
fn what_pipelines_read_fits_the_committed_schemas() {
    let project = Project::example("agency");
    plan(&project, 0, &["--sandbox"]);
    let (events, report) = (project.dir.path().join("events"), project.dir.path().join("report"));
    let (events, report) = (events.display().to_string(), report.display().to_string());
    let apply = ["apply", "--sandbox", "--yes", "--format", "json", "--events", &events, "--report", &report];
    let (code, out, err) = project.run(&apply);
    assert_eq!(code, 0, "{err}");
    let of_stdout: Value = serde_json::from_str(&out).unwrap();
    let of_file: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    fits(&of_stdout, "report");
    assert_eq!(of_stdout, of_file);
    // Each event is the end of a change, in the form that it has in the report.
    let events = std::fs::read_to_string(&events).unwrap();
    let outcomes = of_file["outcomes"].as_array().unwrap();
    let mut ended = 0;
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert!(outcomes.contains(&event["change"]), "{event:#}");
        ended += 1;
    }
    assert!(ended > 0 && ended <= outcomes.len(), "{ended} events of {}", outcomes.len());
    plan(&project, 0, &["--sandbox"]);
}

/// What a person reads in the file is what its digest stands for.
#[test]
fn a_plan_file_by_another_hand_is_refused() {
    let project = Project::yaml("");
    write(&project, &format!("{}sends:\n  offer: {{group: vip, message: An offer.}}\n", members(2)));
    let good = plan(&project, 0, &["--sandbox"]).to_string();
    let file = project.path().join("plan.json");
    let apply = ["apply", "--sandbox", "--yes", "--plan-file", file.to_str().unwrap()];
    std::fs::write(&file, good.replace("An offer.", "Harmless.")).unwrap();
    let (code, _, err) = project.run(&apply);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("does not show what its digest stands for"), "{err}");
    std::fs::write(&file, good).unwrap();
    let (code, _, err) = project.run(&[&apply[..], &["--expect", &"0".repeat(64)]].concat());
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("--expect and --plan-file are of two different plans"), "{err}");
    project.ok(0, &apply);
}
