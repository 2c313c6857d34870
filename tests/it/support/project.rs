//! A project in a directory of its own, and the real program run in it with an empty home.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct Project {
    pub dir: tempfile::TempDir,
    env: Vec<(String, String)>,
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() == ".campaignctl" {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Project {
    /// A copy of one of the repository's examples.
    pub fn example(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name), &dir.path().join("project"));
        Self { dir, env: Vec::new() }
    }

    /// One file, `campaign.yaml`.
    pub fn yaml(text: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("project")).unwrap();
        std::fs::write(dir.path().join("project/campaign.yaml"), text).unwrap();
        Self { dir, env: Vec::new() }
    }

    /// Talks to this server, and does not wait for late jobs.
    pub fn on(mut self, base_url: &str) -> Self {
        for (name, value) in [
            ("MOLTFLOW_API_URL", base_url),
            ("MOLTFLOW_API_KEY", "test"),
            ("CAMPAIGNCTL_SETTLE_SECONDS", "0"),
        ] {
            self.env.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// With this in its environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let home = self.dir.path().join("home");
        std::fs::create_dir_all(&home).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_campaignctl"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", home)
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .envs(self.env.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    /// Exit code, stdout, stderr.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.command(arguments).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    /// With the exit code it must have; gives stdout.
    pub fn ok(&self, code: i32, arguments: &[&str]) -> String {
        let (got, out, err) = self.run(arguments);
        assert_eq!(got, code, "{arguments:?}\n{out}\n{err}");
        out
    }

    /// Begins it and does not wait.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

/// How a command ended that needs no project.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub err: String,
}

/// Runs the program in an empty directory, with nothing in its environment but this.
pub fn run_with(env: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_campaignctl"))
        .args(arguments)
        .current_dir(dir.path())
        .env_clear()
        .env("HOME", dir.path())
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran { code: output.status.code().unwrap(), err: String::from_utf8(output.stderr).unwrap() }
}
