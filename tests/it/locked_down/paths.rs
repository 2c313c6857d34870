//! Files that the YAML names: inside the project, and files. Nothing is read that nobody meant to be read, and nothing
//! waits for ever on what is no file.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::support::Project;

/// What of the YAML names a file, with `FILE` in its place.
const NAMES: [(&str, &str); 6] = [
    ("csv", "groups:\n  vip:\n    members_from:\n      - csv: FILE\n"),
    ("a table's csv", "groups:\n  vip:\n    members_from:\n      - {csv: FILE, phone: Mobile}\n"),
    ("json", "groups:\n  vip:\n    members_from:\n      - json: FILE\n"),
    ("an encrypted one", "groups:\n  vip:\n    members_from:\n      - csv: FILE.age\n"),
    ("suppress", "suppress:\n  - csv: FILE\ngroups:\n  vip:\n    members: [\"+12125550101\"]\n"),
    (
        "a message",
        "groups:\n  vip:\n    members: [\"+12125550101\"]\nsends:\n  offer: {group: vip, message: {file: FILE}}\n",
    ),
];

const HEAD: &str = "version: 1\nproject: acme\ndefaults: {session: main, timezone: UTC}\nsessions:\n  main: {name: Main Line}\n";

/// `validate`, which has to end by itself.
fn validate(project: &Project, path: &str) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_campaignctl"))
        .args(["validate", path])
        .current_dir(project.path())
        .env_clear()
        .env("HOME", project.dir.path())
        .env("CANARY_OF_THE_ENVIRONMENT", "environment-canary")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let (done, ended) = channel::<()>();
    // What hangs is killed, so that the test fails instead of hanging too.
    let guard = std::thread::spawn(move || {
        if ended.recv_timeout(Duration::from_mins(1)) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        }
    });
    let mut said = String::new();
    for stream in [child.stdout.take().map(pipe), child.stderr.take().map(pipe)].into_iter().flatten() {
        said.push_str(&stream);
    }
    let status = child.wait().unwrap();
    drop(done);
    let _ = guard.join();
    (status.code().unwrap_or_else(|| panic!("it hung:\n{said}")), said)
}

fn pipe(mut stream: impl std::io::Read) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// A project, a file outside it, and in it every way that leads out or to what is no file.
fn project() -> (Project, Vec<&'static str>) {
    let project = Project::yaml(HEAD);
    let outside = project.dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    for name in ["people.csv", "people.csv.age", "people"] {
        std::fs::write(outside.join(name), "phone,Mobile\n+12125550199,outside-canary\n").unwrap();
    }
    let at = project.path();
    std::fs::create_dir(at.join("inside")).unwrap();
    let mut ways =
        vec!["../outside/people.csv", "inside/../../outside/people.csv", "inside", "/proc/self/environ"];
    for (name, to) in [
        ("link", outside.join("people.csv")),
        ("link-to-dir", outside.clone()),
        ("environ", "/proc/self/environ".into()),
        ("zero", "/dev/zero".into()),
        ("stdin", "/dev/stdin".into()),
        ("fd", "/proc/self/fd/0".into()),
        ("loop", at.join("loop")),
    ] {
        symlink(&to, at.join(name)).unwrap();
        symlink(&to, at.join(format!("{name}.age"))).unwrap();
    }
    for fifo in ["pipe", "pipe.age"] {
        assert!(Command::new("mkfifo").arg(at.join(fifo)).status().unwrap().success());
    }
    ways.extend(["link", "link-to-dir/people.csv", "environ", "zero", "stdin", "fd", "loop", "pipe"]);
    ways.extend(["/dev/zero", "/dev/stdin", "/etc/passwd"]);
    (project, ways)
}

#[test]
fn no_name_of_a_file_leads_out_of_the_project_or_hangs() {
    let (project, ways) = project();
    let refused = ["path-outside", "bad-path", "missing-file", "unreadable-file"];
    for (what, yaml) in NAMES {
        for way in &ways {
            let yaml = format!("{HEAD}{}", yaml.replace("FILE", way));
            std::fs::write(project.path().join("campaign.yaml"), yaml).unwrap();
            let (code, said) = validate(&project, "campaign.yaml");
            assert_eq!(code, 1, "{what} {way}: {said}");
            assert!(refused.iter().any(|code| said.contains(code)), "{what} {way}: {said}");
            for canary in ["outside-canary", "environment-canary", "root:"] {
                assert!(!said.contains(canary), "{what} {way} shows what is there: {said}");
            }
        }
    }
}

#[test]
fn a_project_of_devices_and_pipes_is_refused_at_once() {
    let (project, _) = project();
    for path in ["zero", "/dev/zero", "pipe", "environ"] {
        let (code, said) = validate(&project, path);
        assert_eq!(code, 1, "{path}: {said}");
        assert!(!said.contains("environment-canary"), "{path}: {said}");
    }
    // What lies beside the YAML: links out and pipes with a YAML's name, and an ignore file that is a pipe.
    std::fs::write(
        project.path().join("campaign.yaml"),
        format!("{HEAD}groups:\n  vip: {{members: [\"+12125550101\"]}}\n"),
    )
    .unwrap();
    let (code, said) = validate(&project, ".");
    assert_eq!(code, 0, "{said}");
    for (name, make, wanted) in [
        // No file, so none of the project's.
        ("pipe.yaml", None, 0),
        ("zero.yaml", Some("/dev/zero"), 1),
        ("environ.yaml", Some("/proc/self/environ"), 1),
        (".campaignignore", None, 1),
        (".campaignignore", Some("/dev/zero"), 1),
    ] {
        let path = project.path().join(name);
        match make {
            None => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
            Some(to) => symlink(to, &path).unwrap(),
        }
        let (code, said) = validate(&project, ".");
        assert_eq!(code, wanted, "{name} {make:?}: {said}");
        assert!(!said.contains("environment-canary"), "{said}");
        std::fs::remove_file(path).unwrap();
    }
}
