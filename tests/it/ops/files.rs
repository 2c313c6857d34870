//! `--out`: what is there already. Never tried on device nodes: a pipe with a name is one of their kind.

#![cfg(unix)]

use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::process::Command;

use super::{Shop, err, out};

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_is_written_to_and_stays_one() {
    let shop = Shop::applied(1.0, "").await;
    let whole = out(&shop.run(&["export", "group.vip"]).await);
    let pipe = shop.dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for args in [
        &["export", "group.vip", "--out", "pipe"][..],
        &["export", "send.offer", "--out", "pipe"],
        &["wa-groups", "export", "120363012345@g.us", "--out", "pipe"],
    ] {
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read_to_string(pipe).unwrap()
        });
        let done = shop.run(args).await;
        assert_eq!((done.status.code(), out(&done)), (Some(0), String::new()), "{args:?} {}", err(&done));
        assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo(), "{args:?}");
        let read = reader.join().unwrap();
        assert!(read.starts_with("phone,name") && read.lines().count() >= 5, "{args:?} {read}");
        assert!(args[1] != "group.vip" || read == whole);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_followed_and_what_is_read_only_stays() {
    let shop = Shop::applied(1.0, "").await;
    let at = |name: &str| shop.dir.path().join(name);
    std::fs::create_dir(at("else")).unwrap();
    std::fs::write(at("else/old.csv"), "old").unwrap();
    symlink("else/old.csv", at("link.csv")).unwrap();
    symlink("else/new.csv", at("dangling.csv")).unwrap();
    for (link, file) in [("link.csv", "else/old.csv"), ("dangling.csv", "else/new.csv")] {
        let done = shop.run(&["export", "group.vip", "--out", link]).await;
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        assert!(at(link).is_symlink() && shop.read(file).starts_with("phone,name\n"), "{link}");
    }
    std::fs::set_permissions(at("else/old.csv"), std::fs::Permissions::from_mode(0o444)).unwrap();
    let before = shop.read("else/old.csv");
    for name in ["else/old.csv", "link.csv"] {
        let refused = shop.run(&["export", "group.vip", "--format", "json", "--out", name]).await;
        assert_eq!(refused.status.code(), Some(3), "{}", err(&refused));
        assert!(err(&refused).contains("is read-only"), "{}", err(&refused));
    }
    assert_eq!((shop.read("else/old.csv"), super::mode(&at("else/old.csv"))), (before, 0o444));
    let directory = shop.run(&["export", "group.vip", "--out", "else"]).await;
    assert!(err(&directory).contains("else is a directory"), "{}", err(&directory));
    let left: Vec<_> = std::fs::read_dir(at("else")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_reports_replace_nothing_either() {
    let shop = Shop::open(1.0, "").await;
    let at = |name: &str| shop.dir.path().join(name);
    std::fs::write(at("kept.json"), "mine").unwrap();
    std::fs::set_permissions(at("kept.json"), std::fs::Permissions::from_mode(0o444)).unwrap();
    for flag in ["--report", "--events"] {
        let refused = shop.run(&["apply", "--yes", flag, "kept.json"]).await;
        assert_eq!(refused.status.code(), Some(3), "{}", err(&refused));
        assert!(err(&refused).contains("is read-only; nothing was changed"), "{}", err(&refused));
    }
    assert!(shop.group_names().await.is_empty());
    assert_eq!(shop.read("kept.json"), "mine");
    let pipe = at("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink("report.json", at("link.json")).unwrap();
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    let done = shop.run(&["apply", "--yes", "--events", "pipe", "--report", "link.json"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(reader.join().unwrap().lines().count(), 3);
    assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(at("link.json").is_symlink() && shop.read("report.json").contains("\"outcomes\""));
}
