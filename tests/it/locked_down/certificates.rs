//! Certificates are verified, with the machine's roots or those of `SSL_CERT_FILE`; a key goes nowhere in clear.

use super::tls::{Authority, self_signed, start};
use crate::support::{Ran, run_with};

const NOBODY: &str = "key-of-a-test";

/// `sessions` on that server, with these roots.
async fn ask(url: String, roots: Option<std::path::PathBuf>) -> Ran {
    tokio::task::spawn_blocking(move || {
        let roots = roots.map(|path| path.display().to_string());
        let mut env = vec![("MOLTFLOW_API_KEY", NOBODY), ("MOLTFLOW_API_URL", url.as_str())];
        env.extend(roots.as_deref().map(|path| ("SSL_CERT_FILE", path)));
        run_with(&env, &["sessions"])
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_certificate_that_a_trusted_root_signed_is_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (our_roots, their_roots) = (dir.path().join("ours.pem"), dir.path().join("theirs.pem"));
    ours.write(&our_roots);
    theirs.write(&their_roots);
    let good = || ours.serve(&["127.0.0.1", "localhost"], false);
    for (what, config, roots, trusted) in [
        ("named in SSL_CERT_FILE", good(), Some(&our_roots), true),
        ("nobody's", self_signed("127.0.0.1"), None, false),
        ("nobody's, and a root that is another", self_signed("127.0.0.1"), Some(&our_roots), false),
        ("another root's", good(), Some(&their_roots), false),
        ("expired", ours.serve(&["127.0.0.1"], true), Some(&our_roots), false),
        ("another name's", ours.serve(&["example.com"], false), Some(&our_roots), false),
    ] {
        let (port, heard) = start(config).await;
        let ran = ask(format!("https://127.0.0.1:{port}"), roots.cloned()).await;
        assert_eq!(ran.code == 0, trusted, "{what}: {ran:?}");
        if trusted {
            assert_eq!(heard.all().len(), 1, "{what}");
            assert!(heard.all()[0].to_ascii_lowercase().contains(&format!("x-api-key: {NOBODY}")), "{what}");
        } else {
            assert_eq!((ran.code, heard.all().len()), (1, 0), "{what}: no request left: {ran:?}");
            assert!(ran.err.contains("no secure connection could be made"), "{what}: {}", ran.err);
            assert!(ran.err.contains("SSL_CERT_FILE"), "{what} says what to do: {}", ran.err);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roots_that_cannot_be_read_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let (port, heard) = start(authority.serve(&["127.0.0.1"], false)).await;
    let junk = dir.path().join("junk.pem");
    std::fs::write(&junk, "no certificate at all\n").unwrap();
    for roots in [junk, dir.path().join("missing.pem")] {
        let named = format!("SSL_CERT_FILE names {:?}", roots.display().to_string());
        let ran = ask(format!("https://127.0.0.1:{port}"), Some(roots)).await;
        assert_eq!((ran.code, heard.all().len()), (1, 0), "{ran:?}");
        assert!(ran.err.contains(&named), "{}", ran.err);
    }
}

#[test]
fn clear_text_leaves_this_machine_never() {
    for url in ["http://apiv2.waiflow.app", "http://10.1.2.3:8080/api/v2", "http://0.0.0.0:9"] {
        let ran = run_with(&[("MOLTFLOW_API_KEY", NOBODY), ("MOLTFLOW_API_URL", url)], &["sessions"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains("in clear text; use https://"), "{}", ran.err);
    }
}
