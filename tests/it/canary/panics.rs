//! A fault of the program itself says where it was, and nothing else.

use std::process::Command;

use super::planted::{KEY, NOTHING};

/// The other process of the next test. Through the program's own entry, so that its panic hook is there; once on the
/// main thread, once in a task, once in a destructor after that.
#[test]
#[ignore = "run by a_panic_shows_its_place_only"]
fn helper_that_panics() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            eprintln!("the helper came to its end");
        }
    }
    let _last = Last;
    let _ = campaignctl::cli::main([std::ffi::OsString::from("campaignctl"), "--version".into()]);
    let thread = std::thread::Builder::new().name("Zaphodina +12120173942".to_owned());
    thread.spawn(|| panic!("Xylophone for {KEY}")).unwrap().join().unwrap_err();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let task = runtime.block_on(async { tokio::spawn(async { panic!("Zaphodina {KEY}") }).await });
    assert!(task.is_err());
    let phone: u64 = "+1 212 017 3942".parse().expect("Beeblebrocks");
    eprintln!("{phone}");
}

#[test]
fn a_panic_shows_its_place_only() {
    for backtrace in ["0", "full"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--nocapture", "--exact", "canary::panics::helper_that_panics"])
            .env("RUST_BACKTRACE", backtrace)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(said.matches("has a fault and had to stop").count(), 3, "{said}");
        assert!(said.contains("panics.rs:") && said.contains("came to its end"), "{said}");
        // libtest itself prints the name of the failed test and nothing of the panic.
        assert_eq!(NOTHING.leak(&said), None, "{said}");
    }
}
