//! Data on disk: kept between runs, whole after a crash, locked, private.

use std::fs;

use serde_json::{Value, json};

use super::super::*;
use super::http::{json_of, sandbox};

async fn make_group(running: &Running, members: &Value) -> String {
    let (status, group) =
        json_of(running, "POST", "/custom-groups", &json!({"name": "VIP", "members": members})).await;
    assert_eq!(status, 201, "{group}");
    group["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn everything_is_there_in_the_next_run_and_time_has_not_gone_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    let on_disk = |options: &mut Options| options.data_dir = Some(path.clone());
    let running = sandbox(on_disk).await;
    let group =
        make_group(&running, &json!([{"phone": "+15550100001", "name": "Jane"}, {"phone": "+15550100002"}]))
            .await;
    let (_, sessions) = json_of(&running, "GET", "/sessions", &Value::Null).await;
    let body = json!({
        "session_id": sessions["sessions"][0]["id"], "custom_group_id": group, "message_content": "Hello"
    });
    let (_, job) = json_of(&running, "POST", "/bulk-send", &body).await;
    running.clock().advance(jiff::SignedDuration::from_secs(10));
    let job_path = format!("/bulk-send/{}", job["id"].as_str().unwrap());
    let before = json_of(&running, "GET", &job_path, &Value::Null).await.1;
    assert_eq!(before["sent_count"], json!(1));
    running.shutdown().await;

    let running = sandbox(on_disk).await;
    assert_eq!(running.clock().now().to_string(), "2026-11-22T10:00:10Z");
    assert_eq!(json_of(&running, "GET", &job_path, &Value::Null).await.1, before);
    let read = json_of(&running, "GET", &format!("/custom-groups/{group}"), &Value::Null).await.1;
    assert_eq!((&read["member_count"], &read["members"][0]["name"]), (&json!(2), &json!("Jane")));
    let (_, again) = json_of(&running, "GET", "/sessions", &Value::Null).await;
    assert_eq!(again, sessions, "no second session");
    running.clock().advance(jiff::SignedDuration::from_hours(1));
    assert_eq!(json_of(&running, "GET", &job_path, &Value::Null).await.1["status"], json!("completed"));
    running.shutdown().await;
}

#[tokio::test]
async fn what_was_answered_is_on_disk_even_when_the_process_dies() {
    let dir = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let running = sandbox(|options| options.data_dir = Some(dir.path().to_path_buf())).await;
    make_group(&running, &json!([{"phone": "+15550100001"}])).await;
    // The files as a killed process leaves them, with what it had begun to write.
    for kind in ["", "members", "recipients"] {
        fs::create_dir_all(copy.path().join(kind)).unwrap();
        for entry in fs::read_dir(dir.path().join(kind)).unwrap().flatten() {
            if entry.file_type().unwrap().is_file() && entry.file_name() != "lock" {
                fs::copy(entry.path(), copy.path().join(kind).join(entry.file_name())).unwrap();
            }
        }
    }
    running.shutdown().await;
    let orphan = copy.path().join("members").join("00000000-0000-4000-8000-000000000000.1.json");
    fs::write(&orphan, "{").unwrap();
    let next = sandbox(|options| options.data_dir = Some(copy.path().to_path_buf())).await;
    assert_eq!(
        json_of(&next, "GET", "/custom-groups", &Value::Null).await.1["groups"][0]["member_count"],
        json!(1)
    );
    assert!(!orphan.exists(), "left-overs are swept");
    next.shutdown().await;
}

#[tokio::test]
async fn a_large_group_is_written_only_when_it_changes() {
    let dir = tempfile::tempdir().unwrap();
    let running = sandbox(|options| options.data_dir = Some(dir.path().to_path_buf())).await;
    let group = make_group(&running, &json!([{"phone": "+15550100001"}])).await;
    let files = || -> Vec<_> {
        fs::read_dir(dir.path().join("members")).unwrap().flatten().map(|entry| entry.file_name()).collect()
    };
    let first = files();
    assert_eq!(first.len(), 1);
    json_of(&running, "PATCH", &format!("/custom-groups/{group}"), &json!({"name": "Other"})).await;
    assert_eq!(files(), first);
    let add = json!({"contacts": [{"phone": "+15550100002"}]});
    json_of(&running, "POST", &format!("/custom-groups/{group}/members/add"), &add).await;
    assert_ne!(files(), first);
    assert_eq!(files().len(), 1, "the old file is gone");
    assert!(!fs::read_to_string(dir.path().join("state.json")).unwrap().contains("1555010000"));
    json_of(&running, "DELETE", &format!("/custom-groups/{group}"), &Value::Null).await;
    assert!(files().is_empty());
    running.shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    let running = sandbox(|options| options.data_dir = Some(path.clone())).await;
    make_group(&running, &json!([{"phone": "+15550100001"}])).await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&path), mode(&path.join("state.json")), mode(&path.join("lock"))),
        (0o700, 0o600, 0o600)
    );
    let members = fs::read_dir(path.join("members")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode(&members), 0o600);
    running.shutdown().await;
}

#[tokio::test]
async fn one_directory_serves_one_process_and_damage_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store::Store::open(dir.path(), std::time::Duration::ZERO).unwrap();
    assert!(store.load().unwrap().is_none());
    let second = store::Store::open(dir.path(), std::time::Duration::from_millis(50));
    assert!(matches!(second, Err(SandboxError::InUse { .. })));
    drop(store);
    fs::write(dir.path().join("state.json"), "{\"format\": 1, \"now\": \"+15550100001\"").unwrap();
    let options = Options { data_dir: Some(dir.path().to_path_buf()), ..Options::default() };
    let error = start(options.clone()).await.unwrap_err();
    assert!(matches!(error, SandboxError::Corrupt { .. }), "{error}");
    assert!(
        error.to_string().contains("delete the directory") && !error.to_string().contains("1555"),
        "{error}"
    );
    fs::write(dir.path().join("state.json"), "{\"format\": 99}").unwrap();
    let error = start(options).await.unwrap_err();
    assert!(matches!(error, SandboxError::Format { found: 99, .. }), "{error}");
}
