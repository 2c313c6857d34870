//! `docs/tutorial.md`, executed: every command in it is run in an empty directory, and says what the page has.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::tutorial_page::{Part, edited, fits, joined, parts};

/// The moment of the page, which says so itself. It is over: what the other commands do now is after it on every day.
const NOW: &str = "2026-09-01T13:00:00Z";

/// Commands that can be told what time it is.
const TOLD: [&str; 3] = ["plan", "validate", "calendar"];

struct Terminal {
    dir: tempfile::TempDir,
    cwd: PathBuf,
}

impl Terminal {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let cwd = dir.path().join("work");
        std::fs::create_dir(&cwd).unwrap();
        Self { dir, cwd }
    }

    /// What a reader would see.
    fn run(&mut self, line: &str) -> String {
        let mut words = line.split_whitespace();
        match (words.next().unwrap(), words.collect::<Vec<_>>().as_slice()) {
            ("cd", [dir]) => {
                self.cwd = self.cwd.join(dir);
                assert!(self.cwd.is_dir(), "{line}");
                String::new()
            }
            ("cat", [file]) => std::fs::read_to_string(self.cwd.join(file)).unwrap(),
            ("campaignctl", arguments) => self.campaignctl(arguments),
            _ => panic!("the tutorial knows campaignctl, cd and cat only: {line}"),
        }
    }

    fn campaignctl(&self, arguments: &[&str]) -> String {
        let both = self.dir.path().join("terminal");
        let terminal = std::fs::File::create(&both).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_campaignctl"));
        command.args(arguments).current_dir(&self.cwd).env_clear();
        if arguments.first().is_some_and(|name| TOLD.contains(name)) {
            command.args(["--now", NOW]);
        }
        let code = command
            .env("HOME", self.dir.path())
            .env("USER", "maria")
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .stdout(terminal.try_clone().unwrap())
            .stderr(terminal)
            .status()
            .unwrap()
            .code()
            .unwrap();
        let mut said = std::fs::read_to_string(both).unwrap();
        if !said.is_empty() && !said.ends_with('\n') {
            said.push('\n');
        }
        if code != 0 {
            said.push_str(&format!("(exit {code})\n"));
        }
        said
    }

    fn write(&self, name: &str, body: &str) {
        let path = self.cwd.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, body).unwrap();
    }
}

#[test]
fn every_command_of_the_tutorial_says_what_it_shows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut parts = parts(&page);
    let mut terminal = Terminal::new();
    let (mut ran, mut wrong) = (0, Vec::new());
    for part in &mut parts {
        match part {
            Part::Text(_) => {}
            Part::File { name, body, .. } => terminal.write(name, body),
            Part::Edit { name, body, .. } => {
                let before = std::fs::read_to_string(terminal.cwd.join(&*name)).unwrap();
                terminal.write(name, &edited(&before, body));
            }
            Part::Console(commands) => {
                for (command, shown) in commands {
                    let said = terminal.run(command);
                    let told = command.split_whitespace().nth(1).is_some_and(|name| TOLD.contains(&name));
                    if !fits(shown, &said, !told) {
                        wrong.push(format!("$ {command}\n{said}\nbut the page has:\n{shown}"));
                        *shown = said;
                    }
                    ran += 1;
                }
            }
        }
    }
    if super::updating() {
        std::fs::write(&path, joined(&parts)).unwrap();
    } else {
        assert!(wrong.is_empty(), "UPDATE_DOCS=1 writes what is said now:\n{}", wrong.join("\n"));
    }
    assert!(ran > 15, "{ran}");
}
