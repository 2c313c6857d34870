//! `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in both spellings. TLS goes through the proxy's tunnel to the far end, so
//! that the proxy sees no key; what is on this machine is never asked of a proxy.

use super::tls::{Authority, proxy, start};
use crate::support::{Ran, run_with};

/// A name that no resolver takes, a label being 63 characters at most: what goes past the proxy goes nowhere.
fn far() -> String {
    format!("{}.invalid", "a".repeat(64))
}

async fn ask(env: Vec<(&'static str, String)>) -> Ran {
    tokio::task::spawn_blocking(move || {
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        run_with(&env, &["sessions"])
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_usual_variables_name_the_proxy() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let roots = dir.path().join("roots.pem");
    authority.write(&roots);
    let name = "api.far-away.test";
    let (server, heard) = start(authority.serve(&[name], false)).await;
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let (through, asked) = proxy(Ok(server)).await;
        let before = heard.all().len();
        let ran = ask(vec![
            ("MOLTFLOW_API_KEY", "key-of-a-test".to_owned()),
            ("MOLTFLOW_API_URL", format!("https://{name}")),
            ("SSL_CERT_FILE", roots.display().to_string()),
            (variable, format!("http://me:secret@127.0.0.1:{through}")),
        ])
        .await;
        assert_eq!(ran.code, 0, "{variable}: {ran:?}");
        assert_eq!(heard.all().len(), before + 1, "{variable}");
        let asked = asked.all().join("\n").to_ascii_lowercase();
        assert!(asked.starts_with(&format!("connect {name}:443 http/1.1")), "{variable}: {asked}");
        assert!(asked.contains("proxy-authorization: basic "), "{variable}: {asked}");
        assert!(!asked.contains("key-of-a-test"), "{variable}: the proxy sees no key: {asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_refuses_means_that_nothing_left() {
    for status in [403, 407, 502] {
        let (through, asked) = proxy(Err(status)).await;
        let ran = ask(vec![
            ("MOLTFLOW_API_KEY", "key-of-a-test".to_owned()),
            ("MOLTFLOW_API_URL", format!("https://{}", far())),
            ("HTTPS_PROXY", format!("http://127.0.0.1:{through}")),
        ])
        .await;
        assert_eq!(ran.code, 1, "{status}: {ran:?}");
        assert!(!asked.all().is_empty(), "{status}: the proxy was asked");
        assert!(ran.err.contains("HTTPS_PROXY"), "{status} says where to look: {}", ran.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_none_or_not_found_is_named_by_its_variable() {
    let lost = format!("{}.invalid", "p".repeat(64));
    for (value, says) in
        [(":::", "HTTPS_PROXY is not the address of a proxy"), (lost.as_str(), "HTTPS_PROXY names a proxy")]
    {
        let ran = ask(vec![
            ("MOLTFLOW_API_KEY", "key-of-a-test".to_owned()),
            ("MOLTFLOW_API_URL", format!("https://{}", far())),
            ("HTTPS_PROXY", value.to_owned()),
        ])
        .await;
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_is_respected() {
    for (no_proxy, proxied) in [("elsewhere.test", true), (".invalid", false), ("*", false)] {
        for variable in ["NO_PROXY", "no_proxy"] {
            let (through, asked) = proxy(Err(403)).await;
            let ran = ask(vec![
                ("MOLTFLOW_API_KEY", "key-of-a-test".to_owned()),
                ("MOLTFLOW_API_URL", format!("https://{}", far())),
                ("HTTPS_PROXY", format!("http://127.0.0.1:{through}")),
                (variable, no_proxy.to_owned()),
            ])
            .await;
            assert_eq!(ran.code, 1, "{ran:?}");
            assert_eq!(!asked.all().is_empty(), proxied, "{variable}={no_proxy}: {ran:?}");
        }
    }
}

/// The sandbox is on this machine: a proxy would not find it, and need not know of it.
#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_reached_without_a_proxy() {
    let running = campaignctl::sandbox::start(campaignctl::sandbox::Options::default()).await.unwrap();
    let (through, asked) = proxy(Err(403)).await;
    let to = format!("http://127.0.0.1:{through}");
    let ran = ask(vec![
        ("MOLTFLOW_API_KEY", "key-of-a-test".to_owned()),
        ("MOLTFLOW_API_URL", running.base_url()),
        ("HTTP_PROXY", to.clone()),
        ("http_proxy", to.clone()),
        ("ALL_PROXY", to),
    ])
    .await;
    assert_eq!((ran.code, asked.all().len()), (0, 0), "{ran:?}");
}
