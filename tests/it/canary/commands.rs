//! Every command, in every format and with every kind of log, on an account that answers as it should. A new command
//! or format that is not run here fails the test.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use campaignctl::cli::args::Format;
use campaignctl::sandbox;
use clap::ValueEnum as _;
use jiff::SignedDuration;

use super::place::{LOGS, Place, all_commands, blocking};
use super::planted::{ALL, Allowed, CONTACTS, KEY, NOTHING, PEOPLE, PLAN, YAML};

/// What changes nothing, and so is run in every format, and as loud and as quiet as can be.
const READING: [(&[&str], Allowed); 15] = [
    (&["validate"], NOTHING),
    (&["plan"], PLAN),
    (&["plan", "--show-phones", "--color", "always"], PLAN),
    (&["apply", "--yes"], PLAN),
    (&["status"], NOTHING),
    (&["history", "schedule.weekly"], NOTHING),
    (&["sessions"], NOTHING),
    (&["contacts"], CONTACTS),
    (&["contacts", "--show-phones"], CONTACTS),
    (&["wa-groups"], NOTHING),
    (&["ledger", "show"], NOTHING),
    (&["ledger", "verify"], NOTHING),
    (&["calendar"], NOTHING),
    (&["export", "group.vip"], PEOPLE),
    (&["export", "send.offer"], PEOPLE),
];

fn read(place: &Place, known: &mut BTreeSet<String>) {
    for (arguments, allowed) in READING {
        for log in [&[][..], &["-q"], &["-vv"]] {
            place.run_with(arguments, log, allowed);
        }
        for format in Format::value_variants() {
            let arguments = [arguments, &["--format", format.as_str()]].concat();
            if place.run(&arguments, allowed).code == 0 {
                known.insert(format.as_str().to_owned());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_keeps_what_it_was_told() {
    let running = sandbox::start(sandbox::Options {
        api_key: Some(KEY.to_owned().into()),
        throttle: false,
        ..sandbox::Options::default()
    })
    .await
    .unwrap();
    let (base, clock) = (running.base_url(), running.clock());
    blocking(move || {
        let place = Place::new(&base);
        let mut formats = BTreeSet::new();
        // Before the first apply.
        for log in LOGS {
            place.run_with(&["plan"], log, PLAN);
        }
        place.run(&["apply"], PLAN);
        place.run(&["apply", "--yes", "--expect", "0000"], PLAN);
        let (events, report) = (place.out("events.ndjson"), place.out("report.json"));
        place.ok(&["apply", "--yes", "--events", &events, "--report", &report], PLAN);
        assert!(std::fs::read_to_string(&events).unwrap().contains("send.offer"), "the events are there");
        assert!(std::fs::read_to_string(&report).unwrap().contains("send.offer"), "the report is there");
        // The operator.
        place.ok(&["pause", "send.offer"], NOTHING);
        place.ok(&["plan"], PLAN);
        place.ok(&["resume", "send.offer"], NOTHING);
        place.ok(&["pause", "--all", "--account"], NOTHING);
        place.ok(&["resume", "--all"], NOTHING);
        place.run(&["cancel", "schedule.weekly"], NOTHING);
        place.run(&["resume", "schedule.weekly"], NOTHING);
        clock.advance(SignedDuration::from_hours(30));
        place.ok(&["watch", "send.offer"], NOTHING);
        place.ok(&["try", "send.offer", "--to", "+12120173977"], NOTHING);
        place.run(&["try", "send.offer", "--to", "+1 (212) 017-39x42"], NOTHING);
        clock.advance(SignedDuration::from_hours(24 * 14));
        place.run(&["apply", "--yes"], PLAN);
        read(&place, &mut formats);
        let all: BTreeSet<String> =
            Format::value_variants().iter().map(|format| format.as_str().to_owned()).collect();
        assert_eq!(formats, all, "every format is some command's");
        // Files with people in them: asked for, and their owner's alone.
        for (address, name) in [("group.vip", "people-vip.csv"), ("send.offer", "people-offer.csv")] {
            place.ok(&["export", address, "--out", &place.out(name)], NOTHING);
        }
        place.run(&["wa-groups", "export", "1@g.us", "--out", &place.out("people-wa.csv")], NOTHING);
        place.ok(&["import", "--out", &place.out("people")], NOTHING);
        changed(&place);
        settled(&place);
        place.run(&["destroy", "--confirm", "acme"], PLAN);
        alone(&place);
        serve(&place);
        let missing: Vec<String> = all_commands().difference(&place.ran.borrow()).cloned().collect();
        assert!(missing.is_empty(), "commands that no canary went through: {missing:?}");
        let files = place.check_modes();
        for name in [
            "out/events.ndjson",
            "out/report.json",
            "out/people-vip.csv",
            "out/people-offer.csv",
            "out/people/campaign.yaml",
            "out/serve.data/state.json",
            "project/.campaignctl/.gitignore",
            "project/.campaignctl/default/acme.jsonl",
            "project/.campaignctl/default/acme.jsonl.lock",
            "project/.campaignctl/default/acme.stops.jsonl",
        ] {
            assert!(files.iter().any(|file| file == name), "{name} is not among {files:?}");
        }
    })
    .await;
}

/// A changed text after the send, a changed audience: refusals, and differences word by word.
fn changed(place: &Place) {
    let yaml = YAML.replace("Xylophone sale", "Xylophone second sale").replace("12125550100", "12120173977");
    place.write(&yaml);
    for format in Format::value_variants() {
        place.run(&["plan", "--format", format.as_str()], PLAN);
    }
    place.run(&["apply", "--yes"], PLAN);
    let yaml =
        yaml.replace("    group: vip\n    message", "    group: vip\n    on_change: resend\n    message");
    place.write(&yaml);
    place.run(&["apply", "--yes", "--confirm-audience", "2"], PLAN);
    // The reviewed plan, and one that differs from it.
    let reviewed = place.command(&["plan", "--format", "json"]).output().unwrap().stdout;
    std::fs::write(place.out("plan.json"), reviewed).unwrap();
    place.write(&yaml.replace("Marimba lessons", "Xylophone lessons"));
    // Differences between plans are parts of plans: their texts are shown where the refusal is, on stderr.
    let ended = place.mistaken(&["apply", "--yes", "--plan-file", &place.out("plan.json")], PLAN);
    assert_eq!(ended.code, 3, "{}", ended.said);
    use_private(&place.out("plan.json"));
    place.write(&yaml);
}

/// What the test itself wrote is as a shell's redirection would have it; the mode is not the program's doing.
fn use_private(path: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn settled(place: &Place) {
    let reason = "Reason-canary of Zaphodina";
    place.run(&["resolve", "send.offer", "--not-sent", "--reason", reason], NOTHING);
    place.run(&["resolve", "send.offer", "--job", "no-such-job"], NOTHING);
    place.run(&["adopt", "group.vip", "--id", "no-such-id"], NOTHING);
    place.run(&["adopt", "send.offer", "--new"], NOTHING);
    place.run(&["forget", "schedule.weekly"], NOTHING);
    place.run(&["ledger", "compact"], NOTHING);
}

/// What needs no account.
fn alone(place: &Place) {
    place.ok(&["init", &place.out("begun")], NOTHING);
    place.ok(&["man"], NOTHING);
    place.ok(&["man", "--out", &place.out("man")], NOTHING);
    place.ok(&["completions", "bash"], NOTHING);
    place.ok(&["schema"], NOTHING);
    place.ok(&["--version", "-v"], NOTHING);
    place.ok(&["--help"], NOTHING);
    place.run(&[], NOTHING);
    // Usage: what was typed is not repeated when it is a value.
    place.run(&["plan", "--var", "+12120173942"], NOTHING);
    place.run(&["plan", "--now", "yesterday"], NOTHING);
}

/// The emulator as a server: its log and its state have no key, and its files are private.
fn serve(place: &Place) {
    let data = place.out("serve.data");
    let arguments = ["sandbox", "serve", "--port", "0", "--api-key", KEY, "--data", &data, "-vvv"];
    let mut child = place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut url = String::new();
    out.read_line(&mut url).unwrap();
    let url = url.trim();
    place.ok(&["contacts", "--api-url", url], CONTACTS);
    place.run(&["apply", "--yes", "--api-url", url, "--ledger", &place.out("served.jsonl")], PLAN);
    for path in ["log", "state"] {
        let address = format!("{url}/__sandbox/{path}");
        let answer = std::process::Command::new("curl").args(["-sS", &address]).output().unwrap();
        let text = String::from_utf8(answer.stdout).unwrap();
        assert!(text.contains('{'), "{path}: {text}");
        assert_eq!(ALL.leak(&text), None, "{path}: {text}");
    }
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    child.wait().unwrap();
    let mut said = String::new();
    out.read_to_string(&mut said).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(NOTHING.leak(&said), None, "{said}");
}

#[test]
fn an_apply_keeps_it_with_every_kind_of_log() {
    for log in LOGS {
        let place = Place::new("http://127.0.0.1:9");
        place.run_with(&["plan", "--sandbox", "--format", "json"], log, PLAN);
        let (events, report) = (place.out("events.ndjson"), place.out("report.json"));
        let apply = ["apply", "--sandbox", "--yes", "--events", &events, "--report", &report];
        let ended = place.run_with(&apply, log, PLAN);
        assert_eq!(ended.code, 0, "{}", ended.said);
        let files = place.check_modes();
        assert!(files.iter().any(|name| name.starts_with("project/.campaignctl/sandbox/")), "{files:?}");
    }
}
