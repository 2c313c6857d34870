//! A directory with the project in it, in which commands are run and everything is looked at: what they say, and
//! every file that is there afterwards, with its mode.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::CommandFactory as _;

use super::planted::{ALL, Allowed, CSV, KEY, NOTHING, PLAN, YAML};

/// Every kind of log, the usual one first.
pub const LOGS: [&[&str]; 7] = [
    &[],
    &["-q"],
    &["-v"],
    &["-vv"],
    &["-vvv"],
    &["-v", "--log-format", "json"],
    &["-vvv", "--log-format", "json"],
];
/// The one that says most.
const LOUD: &[&str] = &["-vvv", "--log-format", "json"];

/// What it ended with.
pub struct Ended {
    pub code: i32,
    /// Both streams.
    pub said: String,
}

pub struct Place {
    dir: tempfile::TempDir,
    base: String,
    pub env: BTreeMap<&'static str, String>,
    /// The commands that were run, as `ledger show`.
    pub ran: RefCell<BTreeSet<String>>,
}

impl Place {
    /// With the API at `base`.
    pub fn new(base: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path().join("project");
        std::fs::create_dir_all(project.join("private")).unwrap();
        std::fs::create_dir_all(dir.path().join("out")).unwrap();
        std::fs::write(project.join("campaign.yaml"), YAML).unwrap();
        std::fs::write(project.join("private/vip.csv"), CSV).unwrap();
        let env = [
            ("MOLTFLOW_API_KEY", KEY),
            ("OFFER", "Marimba"),
            ("CAMPAIGNCTL_AGE_IDENTITY", "AGE-SECRET-KEY-1CANARY7IDENTITY"),
            ("AWS_ACCESS_KEY_ID", "AKIACANARY4"),
            ("AWS_SECRET_ACCESS_KEY", "aws-canary-77d0"),
            ("GITHUB_TOKEN", "runner-canary-a51c"),
            // A pipeline, where workflow commands are written too.
            ("GITHUB_ACTIONS", "true"),
            ("CAMPAIGNCTL_SETTLE_SECONDS", "0"),
            ("RUST_BACKTRACE", "full"),
            ("RUST_LOG", "trace"),
        ];
        let env = env.map(|(name, value)| (name, value.to_owned())).into();
        Self { dir, base: base.to_owned(), env, ran: RefCell::default() }
    }

    pub fn project(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    /// The campaign file, replaced.
    pub fn write(&self, yaml: &str) {
        std::fs::write(self.project().join("campaign.yaml"), yaml).unwrap();
    }

    /// Where what was asked for goes.
    pub fn out(&self, name: &str) -> String {
        self.dir.path().join("out").join(name).display().to_string()
    }

    /// The program, which may not rely on a careful umask.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.ran.borrow_mut().insert(name_of(arguments));
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", "umask 022; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_campaignctl")])
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

    /// Runs it, and looks at everything. `allowed` is what stdout may have.
    pub fn run_with(&self, arguments: &[&str], log: &[&str], allowed: Allowed) -> Ended {
        let all = [arguments, log].concat();
        let output = self.command(&all).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        check(&format!("stdout of {all:?}"), &out, allowed);
        check(&format!("stderr of {all:?}"), &err, NOTHING);
        self.check_files(&format!("after {all:?}"));
        Ended { code: output.status.code().unwrap(), said: format!("{out}{err}") }
    }

    /// With the log that says most.
    pub fn run(&self, arguments: &[&str], allowed: Allowed) -> Ended {
        self.run_with(arguments, LOUD, allowed)
    }

    /// That, and it must end well.
    pub fn ok(&self, arguments: &[&str], allowed: Allowed) {
        let Ended { code, said } = self.run(arguments, allowed);
        assert_eq!(code, 0, "{arguments:?}\n{said}");
    }

    /// A command on a project with mistakes, which are said with their lines: on both streams.
    pub fn mistaken(&self, arguments: &[&str], allowed: Allowed) -> Ended {
        let output = self.command(&[arguments, LOUD].concat()).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        check(&format!("what {arguments:?} says"), &said, allowed);
        self.check_files(&format!("after {arguments:?}"));
        Ended { code: output.status.code().unwrap(), said }
    }

    /// Every file that the program made: ledger, stops, locks, caches, events, reports, exports.
    fn check_files(&self, when: &str) {
        for (name, path) in self.files() {
            let allowed = if name.starts_with("out/people") || name.contains(".data/") {
                // What was asked for with people in it, and the emulator's own account.
                ALL
            } else if name.starts_with("out/plan") {
                PLAN
            } else {
                NOTHING
            };
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            check(&format!("{name} {when}"), &text, allowed);
        }
    }

    /// Every file that the program made is its owner's alone, and so is every directory of its own; but for what is
    /// made to be committed or installed. Gives the files' names.
    pub fn check_modes(&self) -> Vec<String> {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let mut names = Vec::new();
        for (name, path) in self.files() {
            if name.starts_with("out/begun/")
                || name.starts_with("out/man/")
                || ["out/people/.gitignore", "out/people/campaign.schema.json"].contains(&name.as_str())
            {
                continue;
            }
            assert_eq!(mode(&path), 0o600, "{name}");
            for dir in
                path.ancestors().skip(1).take_while(|dir| dir.to_string_lossy().contains(".campaignctl"))
            {
                assert_eq!(mode(dir), 0o700, "{}", dir.display());
            }
            names.push(name);
        }
        names
    }

    /// Every file that the program made, by its name under the place.
    fn files(&self) -> Vec<(String, PathBuf)> {
        walkdir::WalkDir::new(self.dir.path())
            .sort_by_file_name()
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| !entry.file_type().is_dir())
            .map(|entry| {
                let name = entry.path().strip_prefix(self.dir.path()).unwrap().display().to_string();
                (name, entry.into_path())
            })
            .filter(|(name, _)| name != "project/campaign.yaml" && !name.starts_with("project/private/"))
            .collect()
    }
}

fn check(what: &str, text: &str, allowed: Allowed) {
    assert_eq!(allowed.leak(text), None, "{what} shows it:\n{text}");
    assert!(!text.contains("has a fault and had to stop"), "{what} panicked:\n{text}");
}

/// The command that these arguments mean, as `ledger show`.
fn name_of(arguments: &[&str]) -> String {
    let line = std::iter::once(&"campaignctl").chain(arguments);
    let matches = campaignctl::cli::args::Cli::command().try_get_matches_from(line);
    let mut names = Vec::new();
    let mut at = matches.as_ref().ok();
    while let Some((name, inner)) = at.and_then(|matches| matches.subcommand()) {
        names.push(name);
        at = Some(inner);
    }
    names.join(" ")
}

/// Every command that can be run, as `ledger show`.
pub fn all_commands() -> BTreeSet<String> {
    fn walk(command: &clap::Command, above: &str, found: &mut BTreeSet<String>) {
        for inner in command.get_subcommands() {
            let name = format!("{above} {}", inner.get_name()).trim().to_owned();
            walk(inner, &name, found);
            if !inner.is_subcommand_required_set() && !inner.is_arg_required_else_help_set() {
                found.insert(name);
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(&campaignctl::cli::args::Cli::command(), "", &mut found);
    found
}

/// Runs what blocks while the server of the test answers.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}
