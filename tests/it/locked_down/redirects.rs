//! A redirect is never followed: not to another host, which would get the key, and not on the same one, for then a
//! plan would work where every write of its apply would be lost on the way.

use crate::support::rogue::{Rogue, json, redirect};
use crate::support::run_with;

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_takes_the_key_anywhere() {
    let other = Rogue::start(None, |_| json(200, "[]")).await;
    for status in [301, 302, 303, 307, 308] {
        for to in [format!("{}/api/v2/sessions", other.base), "/api/v2/sessions/".to_owned()] {
            let target = to.clone();
            let first = Rogue::start(None, move |_| redirect(status, &target)).await;
            let base = first.base.clone();
            let ran = tokio::task::spawn_blocking(move || {
                run_with(&[("MOLTFLOW_API_KEY", "key-of-a-test"), ("MOLTFLOW_API_URL", &base)], &["sessions"])
            })
            .await
            .unwrap();
            assert_eq!(ran.code, 1, "{status} {to}: {ran:?}");
            assert_eq!(first.seen().len(), 1, "{status} {to}: asked once");
            assert!(
                ran.err.contains("points elsewhere") && ran.err.contains("follows no redirect"),
                "{}",
                ran.err
            );
        }
    }
    assert!(other.seen().is_empty(), "another host was told something");
}
