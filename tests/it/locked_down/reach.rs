//! Who can reach the sandbox: this machine, unless somebody wants it otherwise and is warned.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

/// What `sandbox serve` says with these flags, on stdout (the address) and on stderr.
fn serve(flags: &[&str]) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_campaignctl"))
        .args(["sandbox", "serve", "--port", "0", "--data", "data"])
        .args(flags)
        .current_dir(dir.path())
        .env_clear()
        .env("HOME", dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (url.trim().to_owned(), said)
}

#[test]
fn the_sandbox_listens_on_loopback_unless_told_otherwise() {
    let (url, said) = serve(&[]);
    assert!(url.starts_with("http://127.0.0.1:") && !said.contains("warning"), "{url}\n{said}");
}

#[test]
fn a_sandbox_that_others_can_reach_says_so_loudly_and_also_when_quiet() {
    for flags in [&["--host", "0.0.0.0"][..], &["--host", "0.0.0.0", "-q"]] {
        let (_, said) = serve(flags);
        assert!(said.contains("warning") && said.contains("everybody in this network"), "{flags:?}: {said}");
    }
}
