//! Canaries: a key, a token, an age identity, a reason, a phone, a name and a message, planted and looked for in
//! everything that the program writes, on every way through it (`product.md`, issue 6 item 7).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use campaignctl::sandbox;
use jiff::SignedDuration;

use crate::support::rogue::{Reply, Rogue, Seen, answer, json, redirect};

/// Nowhere, ever.
const SECRETS: [&str; 5] = [KEY, TOKEN, "CANARY7IDENTITY", "Reason-canary", "AKIACANARY4"];
const KEY: &str = "key-canary-5c1e";
const TOKEN: &str = "tok-canary-91b2";
/// The last digits of the planted numbers; masked output has only two.
const PHONES: [&str; 5] = ["0173942", "017-3942", "0173955", "0173966", "0173977"];
const NAMES: [&str; 2] = ["Zaphodina", "Beeblebrocks"];
const MESSAGES: [&str; 2] = ["Xylophone", "Marimba"];

const YAML: &str = r#"
version: 1
project: acme
defaults: {session: main, timezone: Asia/Jerusalem}
sessions:
  main: {name: Main Line}
suppress:
  - phone: "+12120173955"
groups:
  vip:
    name: VIP Clients
    members:
      - {phone: "+12120173942", name: Zaphodina Beeblebrocks}
    members_from:
      - csv: private/vip.csv
  staff:
    members: ["+12125550100"]
schedules:
  weekly:
    group: staff
    message: Marimba lessons every week.
    weekly: {on: [monday], at: "09:00"}
sends:
  offer:
    group: vip
    message: "Xylophone sale: ${OFFER}"
"#;

/// What may be where.
#[derive(Clone, Copy, Default)]
struct Allowed {
    /// Message texts on stdout: plans.
    messages: bool,
    /// Phones and names on stdout: `export` and `contacts`.
    people: bool,
    /// Lines of the YAML with a mistake in them, on both.
    lines: bool,
}

const NOTHING: Allowed = Allowed { messages: false, people: false, lines: false };
const PLAN: Allowed = Allowed { messages: true, ..NOTHING };
const PEOPLE: Allowed = Allowed { people: true, ..NOTHING };
const LINES: Allowed = Allowed { lines: true, ..NOTHING };

fn found<'a>(text: &str, canaries: &[&'a str]) -> Option<&'a str> {
    canaries.iter().copied().find(|canary| text.contains(canary))
}

fn check(what: &str, text: &str, allowed: Allowed) {
    let mut leak = found(text, &SECRETS);
    if !allowed.people {
        leak = leak.or_else(|| found(text, &PHONES)).or_else(|| found(text, &NAMES));
    }
    if !allowed.messages && !allowed.lines {
        leak = leak.or_else(|| found(text, &MESSAGES));
    }
    assert_eq!(leak, None, "{what} shows it:\n{text}");
    assert!(!text.contains("has a fault and had to stop"), "{what} panicked:\n{text}");
}

struct Place {
    dir: tempfile::TempDir,
    base: String,
    env: BTreeMap<&'static str, String>,
    /// Whether each kind of log is tried; else only the one that says most.
    is_thorough: bool,
}

impl Place {
    fn new(base: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path().join("project");
        std::fs::create_dir_all(project.join("private")).unwrap();
        std::fs::create_dir_all(dir.path().join("out")).unwrap();
        std::fs::write(project.join("campaign.yaml"), YAML).unwrap();
        let csv = "phone,name\n+12120173966,Ford Beeblebrocks\n+12120173955,Nobody\n";
        std::fs::write(project.join("private/vip.csv"), csv).unwrap();
        let env = BTreeMap::from([
            ("MOLTFLOW_API_KEY", KEY.to_owned()),
            ("OFFER", "Marimba".to_owned()),
            ("CAMPAIGNCTL_AGE_IDENTITY", "AGE-SECRET-KEY-1CANARY7IDENTITY".to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIACANARY4".to_owned()),
            ("CAMPAIGNCTL_SETTLE_SECONDS", "0".to_owned()),
            ("RUST_BACKTRACE", "full".to_owned()),
        ]);
        Self { dir, base: base.to_owned(), env, is_thorough: false }
    }

    fn project(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_campaignctl"));
        command
            .args(arguments)
            .current_dir(self.project())
            .env_clear()
            .env("HOME", self.dir.path().join("out"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(&self.env)
            .stdin(Stdio::null());
        if !arguments.contains(&"--sandbox") && !arguments.contains(&"--api-url") {
            command.env("MOLTFLOW_API_URL", &self.base);
        }
        command
    }

    /// Runs it with every kind of log, looks at what it said and at every file, and gives exit code and stdout.
    fn run(&self, arguments: &[&str], allowed: Allowed) -> (i32, String) {
        let mut result = (0, String::new());
        let logs: &[&[&str]] = match arguments.first() {
            // What can be repeated without doing anything.
            Some(&("plan" | "validate")) if self.is_thorough => {
                &[&[], &["-v"], &["-vv", "--log-format", "json"]]
            }
            _ => &[&["-vv", "--log-format", "json"]],
        };
        for log in logs {
            let all = [arguments, log].concat();
            let output = self.command(&all).output().unwrap();
            let out = String::from_utf8(output.stdout).unwrap();
            let err = String::from_utf8(output.stderr).unwrap();
            check(&format!("stdout of {all:?}"), &out, allowed);
            check(&format!("stderr of {all:?}"), &err, Allowed { lines: allowed.lines, ..NOTHING });
            result = (output.status.code().unwrap(), format!("{out}{err}"));
        }
        self.check_files(&format!("after {arguments:?}"));
        result
    }

    fn ok(&self, arguments: &[&str], allowed: Allowed) -> String {
        let (code, out) = self.run(arguments, allowed);
        assert_eq!(code, 0, "{arguments:?}\n{out}");
        out
    }

    /// Every file that the program made: the ledger, stops, caches, events, reports.
    fn check_files(&self, when: &str) {
        let mut files = Vec::new();
        files_under(self.dir.path(), &mut files);
        for file in files {
            let name = file.strip_prefix(self.dir.path()).unwrap().display().to_string();
            // What the user wrote, what the user asked for with people in it, and the emulator's own account.
            if name.starts_with("project/campaign.yaml")
                || name.starts_with("project/private")
                || name.starts_with("out/people")
                || name.contains(".data/")
            {
                continue;
            }
            let allowed = if name.starts_with("out/plan") { PLAN } else { NOTHING };
            let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            check(&format!("{name} {when}"), &text, allowed);
        }
    }

    /// Every file under `.campaignctl` is its owner's alone.
    #[cfg(unix)]
    fn check_modes(&self) -> usize {
        use std::os::unix::fs::PermissionsExt as _;
        let mut files = Vec::new();
        files_under(&self.project().join(".campaignctl"), &mut files);
        let mut counted = 0;
        for file in files.iter().filter(|file| !file.ends_with(".gitignore")) {
            let mode = std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", file.display());
            counted += 1;
        }
        counted
    }

    fn out(&self, name: &str) -> String {
        self.dir.path().join("out").join(name).display().to_string()
    }
}

fn files_under(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { files_under(&path, found) } else { found.push(path) }
    }
    found.sort();
}

/// Runs what blocks while the server of the test answers.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
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
        let place = Place { is_thorough: true, ..Place::new(&base) };
        for format in ["text", "json"] {
            place.run(&["validate", "--format", format], NOTHING);
        }
        for format in ["text", "json", "markdown"] {
            place.ok(&["plan", "--format", format], PLAN);
            place.ok(&["plan", "--format", format, "--show-phones"], PLAN);
        }
        let (events, report) = (place.out("events.ndjson"), place.out("report.json"));
        place.run(&["apply"], PLAN);
        place.run(&["apply", "--yes", "--expect", "0000"], PLAN);
        place.ok(&["apply", "--yes", "--events", &events, "--report", &report], PLAN);
        assert!(std::fs::read_to_string(&events).unwrap().contains("send.offer"), "the events are there");
        for format in ["text", "json", "markdown"] {
            place.ok(&["apply", "--yes", "--format", format], PLAN);
        }
        for format in ["text", "json"] {
            place.ok(&["status", "--format", format], NOTHING);
        }
        place.run(&["pause", "send.offer"], NOTHING);
        place.run(&["plan"], PLAN);
        place.run(&["resume", "send.offer"], NOTHING);
        place.run(&["pause", "--all"], NOTHING);
        place.run(&["resume", "--all"], NOTHING);
        clock.advance(SignedDuration::from_hours(30));
        place.run(&["watch", "send.offer"], NOTHING);
        place.run(&["try", "send.offer", "--to", "+12120173977"], NOTHING);
        clock.advance(SignedDuration::from_hours(24 * 14));
        place.run(&["apply", "--yes"], PLAN);
        for format in ["text", "json"] {
            place.run(&["history", "schedule.weekly", "--format", format], NOTHING);
            place.run(&["sessions", "--format", format], NOTHING);
            place.run(&["wa-groups", "--format", format], NOTHING);
            // The account's own address book, which was asked for: names, and masked numbers.
            place.run(&["contacts", "--format", format], PEOPLE);
            place.run(&["ledger", "show", "--format", format], NOTHING);
            place.run(&["ledger", "verify", "--format", format], NOTHING);
        }
        for format in ["text", "json", "ics", "html"] {
            place.run(&["calendar", "--format", format], NOTHING);
        }
        // These are asked for people: their files and their stdout may have them, their stderr may not.
        for format in ["csv", "json"] {
            place.ok(&["export", "group.vip", "--format", format], PEOPLE);
            place.ok(&["export", "send.offer", "--format", format], PEOPLE);
        }
        let (people, imported) = (place.out("people.csv"), place.out("people"));
        place.ok(&["export", "group.vip", "--out", &people], NOTHING);
        place.run(&["import", "--out", &imported], NOTHING);
        // A changed text after the send, a changed audience, a renamed key: refusals and word-level differences.
        let yaml =
            YAML.replace("Xylophone sale", "Xylophone second sale").replace("12125550100", "12120173977");
        std::fs::write(place.project().join("campaign.yaml"), &yaml).unwrap();
        for format in ["text", "json", "markdown"] {
            place.run(&["plan", "--format", format], PLAN);
        }
        place.run(&["apply", "--yes"], PLAN);
        let yaml =
            yaml.replace("    group: vip\n    message", "    group: vip\n    on_change: resend\n    message");
        std::fs::write(place.project().join("campaign.yaml"), &yaml).unwrap();
        place.run(&["apply", "--yes", "--confirm-audience", "2"], PLAN);
        place
            .run(&["resolve", "send.offer", "--not-sent", "--reason", "Reason-canary of Zaphodina"], NOTHING);
        place.run(&["adopt", "group.vip", "--id", "no-such-id"], NOTHING);
        place.run(&["forget", "schedule.weekly"], NOTHING);
        place.run(&["ledger", "compact"], NOTHING);
        place.run(&["destroy", "--confirm", "acme"], PLAN);
        assert!(place.check_modes() >= 2, "a ledger and its stops at least");
    })
    .await;
}

#[test]
fn the_embedded_emulator_and_its_files_are_private() {
    let place = Place::new("http://127.0.0.1:9");
    place.ok(&["apply", "--sandbox", "--yes"], PLAN);
    place.ok(&["status", "--sandbox"], NOTHING);
    assert!(place.check_modes() >= 2);
}

#[test]
fn broken_projects_show_nobody() {
    let place = Place::new("http://127.0.0.1:9");
    let breakages: [(&str, &str); 9] = [
        ("+12120173942", "+1212017394x"),
        ("+12120173942\"", "+12120173942"),
        ("name: Zaphodina Beeblebrocks", "nmae: Zaphodina Beeblebrocks"),
        ("name: Zaphodina Beeblebrocks", "name: [Zaphodina, Beeblebrocks]"),
        ("group: vip\n    message: \"Xylophone sale", "group: vpi\n    message: \"Xylophone {name} sale"),
        ("message: Marimba lessons", "message: {text: Marimba, txt: lessons"),
        ("phone: \"+12120173955\"", "phone: 012120173955"),
        ("OFFER}", "NO_SUCH_VARIABLE}"),
        ("csv: private/vip.csv", "csv: private/campaign.csv.age"),
    ];
    for (from, to) in breakages {
        assert!(YAML.contains(from), "{from}");
        std::fs::write(place.project().join("campaign.yaml"), YAML.replacen(from, to, 1)).unwrap();
        for format in ["text", "json"] {
            place.run(&["validate", "--format", format], LINES);
        }
        place.run(&["plan"], LINES);
    }
    std::fs::write(place.project().join("campaign.yaml"), YAML).unwrap();
    for csv in [
        "phone;name\n+12120173966;Ford Beeblebrocks\n",
        "+12120173966,Ford Beeblebrocks\n",
        "phone,name\n0173966,Ford Beeblebrocks\n",
        "phone,name\n\"+12120173966,Ford Beeblebrocks\n",
        "phone,name\n+12120173966,\u{0}Beeblebrocks\n",
    ] {
        std::fs::write(place.project().join("private/vip.csv"), csv).unwrap();
        for format in ["text", "json"] {
            place.run(&["validate", "--format", format], LINES);
        }
    }
}

/// Answers that hand back what they were given.
fn echoes(credential: &str) -> Vec<(&'static str, Reply)> {
    let everything = format!("{credential} +12120173942 12120173966 and +1 212-017-3942");
    let page = format!(
        "<html><head><title>Xylophone</title></head><body>{everything} Zaphodina Beeblebrocks Marimba</body></html>"
    );
    vec![
        ("401", json(401, &format!("{{\"detail\": \"invalid key {credential}\"}}"))),
        ("403", json(403, &format!("{{\"error\": \"key {credential} may not\"}}"))),
        (
            "422",
            json(
                422,
                &format!(
                    "{{\"detail\": [{{\"loc\": [\"body\", \"contacts\", 0, \"phone\"], \"msg\": \"+12120173942 is \
                     no phone, nor is 12120173966\", \"input\": \"Zaphodina Beeblebrocks {credential}\"}}]}}"
                ),
            ),
        ),
        ("400", json(400, &format!("{{\"message\": \"{everything}\"}}"))),
        ("500 page", answer(500, "text/html", &page)),
        ("502 page", answer(502, "text/html", &page)),
        ("200 page", answer(200, "text/html", &page)),
        ("200 text", json(200, &format!("\"{everything} Zaphodina Xylophone\""))),
        ("200 cut", json(200, &format!("{{\"data\": [\"{everything} Zaphodina Xylophone"))),
        (
            "200 list of rubbish",
            json(200, &format!("[{{\"id\": {{\"{everything}\": \"Zaphodina Xylophone\"}}}}]")),
        ),
        ("redirect", redirect(302, &format!("http://127.0.0.1:9/{credential}?phone=12120173942"))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_brings_it_to_light() {
    let tokens = echoes(TOKEN).into_iter().filter(|(what, _)| *what == "401").map(|echo| (TOKEN, echo));
    let keys = echoes(KEY).into_iter().map(|echo| (KEY, echo));
    for (credential, (what, reply)) in keys.chain(tokens) {
        let rogue = Rogue::start(None, move |_| reply.clone()).await;
        let base = format!("{}/api/v2", rogue.base);
        blocking(move || {
            let mut place = Place::new(&base);
            if credential == TOKEN {
                place.env.remove("MOLTFLOW_API_KEY");
                place.env.insert("MOLTFLOW_TOKEN", TOKEN.to_owned());
            }
            let imported = place.out("imported");
            let commands = [
                &["plan"][..],
                &["apply", "--yes"],
                &["status"],
                &["sessions"],
                &["contacts"],
                &["wa-groups"],
                &["pause", "--all", "--account"],
                &["try", "send.offer", "--to", "+12120173977"],
                &["import", "--out", &imported],
                &["destroy", "--confirm", "acme"],
            ];
            // Where the client tries again, each command takes seconds.
            let some = if what.ends_with("page") { 2 } else { commands.len() };
            for arguments in commands.into_iter().take(some) {
                place.run(arguments, NOTHING);
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_refused_write_brings_it_to_light() {
    for on in ["/custom-groups", "/bulk-send", "/scheduled-messages"] {
        for (what, reply) in echoes("test") {
            // The others are settled by reading, and say nothing of the answer.
            if !matches!(what, "401" | "422" | "400" | "502 page" | "200 text" | "redirect") {
                continue;
            }
            let running = sandbox::start(sandbox::Options { throttle: false, ..sandbox::Options::default() })
                .await
                .unwrap();
            let upstream = running.base_url().trim_end_matches("/api/v2").to_owned();
            let rogue = Rogue::start(Some(upstream), move |seen: &Seen| {
                if seen.is_write() && seen.path.ends_with(on) { reply.clone() } else { Reply::Pass }
            })
            .await;
            let base = format!("{}/api/v2", rogue.base);
            blocking(move || {
                let place = Place::new(&base);
                let (events, report) = (place.out("events.ndjson"), place.out("report.json"));
                let (code, text) =
                    place.run(&["apply", "--yes", "--events", &events, "--report", &report], PLAN);
                assert_ne!(code, 0, "{on} {what}: {text}");
                if on == "/bulk-send" {
                    place.run(&["apply", "--yes", "--format", "json"], PLAN);
                    place.run(&["status"], NOTHING);
                }
            })
            .await;
        }
    }
}

/// The other process of the next test. Run through the program's own entry, so that its panic hook is there.
#[test]
#[ignore = "run by a_panic_shows_its_place_only"]
fn helper_that_panics() {
    let _ = campaignctl::cli::main([std::ffi::OsString::from("campaignctl"), "--version".into()]);
    panic!("+12120173942 Zaphodina Xylophone {KEY}");
}

#[test]
fn a_panic_shows_its_place_only() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--exact", "canary::helper_that_panics"])
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(err.contains("has a fault and had to stop") && err.contains("canary.rs"), "{err}");
    assert_eq!(
        found(&err, &PHONES).or(found(&err, &NAMES)).or(found(&err, &MESSAGES)).or(found(&err, &SECRETS)),
        None
    );
}
