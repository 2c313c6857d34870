//! A colleague's clone has the YAML and no ledger. What it cannot know it says, and what it can see it says too.

use serde_json::{Value, json};

use super::{Shop, YAML, err, out};

/// A project that was applied, and `.clone/` with the same YAML and no ledger.
async fn cloned() -> Shop {
    let shop = Shop::applied(1.0, "").await;
    std::fs::create_dir(shop.dir.path().join(".clone")).unwrap();
    shop.write(".clone/campaign.yaml", YAML);
    shop
}

async fn run(shop: &Shop, args: &[&str]) -> (Option<i32>, String, String) {
    let done = shop.run(args).await;
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    (done.status.code(), flat(out(&done)), flat(err(&done)))
}

#[tokio::test(flavor = "multi_thread")]
async fn status_shows_what_may_have_been_sent() {
    let shop = cloned().await;
    let job = shop.id("send.offer").await;
    let (code, said, _) = run(&shop, &["status", ".clone"]).await;
    assert_eq!(code, Some(5), "{said}");
    for words in [
        "group.vip there, not tied",
        "schedule.weekly there, not tied",
        "send.offer HELD",
        "it may have been sent",
        job.as_str(),
        "campaignctl adopt send.offer --new",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (code, said, _) = run(&shop, &["status", ".clone", "--format", "json"]).await;
    let status: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &status["held"]), (Some(5), &json!(1)), "{said}");
}

/// An emergency: whoever stops something must not be told that all is well while it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_reaches_nothing_says_what_may_go_on() {
    let shop = cloned().await;
    let job = shop.id("send.offer").await;
    let weekly = shop.id("schedule.weekly").await;
    for words in [&["pause", "send.offer", "schedule.weekly"][..], &["pause", "--all"], &["cancel", "--all"]]
    {
        let (code, said, warned) = run(&shop, &[words, &["--project", ".clone"]].concat()).await;
        assert_eq!(code, Some(4), "{words:?}: {said} {warned}");
        assert!(!said.contains("Nothing on the account had to be changed"), "{words:?}: {said}");
        for part in [
            format!("job {job}: pending"),
            format!("campaignctl adopt send.offer --job {job}"),
            format!("campaignctl adopt schedule.weekly --id {weekly}"),
            "--all --account".to_owned(),
        ] {
            assert!(warned.contains(&part), "{words:?}: {part}: {warned}");
        }
    }
    // Another one's address is not its business.
    let (code, said, warned) = run(&shop, &["pause", "schedule.weekly", "--project", ".clone"]).await;
    assert_eq!((code, warned.contains(&job)), (Some(4), false), "{said} {warned}");
    // As it says.
    let tied = run(&shop, &["adopt", "send.offer", "--job", &job, "--project", ".clone"]).await;
    assert_eq!(tied.0, Some(0), "{tied:?}");
    let (code, said, warned) = run(&shop, &["pause", "send.offer", "--project", ".clone"]).await;
    assert_eq!(code, Some(0), "{said} {warned}");
    assert_eq!(shop.curl("GET", &format!("/bulk-send/{job}"), &Value::Null).await["status"], "paused");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_this_ledger_does_not_know_is_not_called_absent() {
    let shop = cloned().await;
    for (args, words) in [
        (&["watch", "send.offer"][..], "this ledger does not know that send.offer was sent"),
        (&["export", "send.offer"], "this ledger does not know that send.offer was sent"),
        (&["export", "group.vip"], "this ledger does not know group.vip on the account"),
        (&["history", "schedule.weekly"], "this ledger does not know schedule.weekly on the account"),
    ] {
        let (code, _, said) = run(&shop, &[args, &["--project", ".clone"]].concat()).await;
        assert_eq!(code, Some(1), "{args:?}: {said}");
        assert!(said.contains(words) && said.contains("campaignctl plan"), "{args:?}: {said}");
    }
}

/// The stop is this machine's own file: it needs no key, only what runs does.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_without_a_key_is_recorded_and_says_what_it_did_not_reach() {
    let shop = Shop::applied(1.0, "").await;
    let mut command = shop.command(&["pause", "--all"]);
    command.env_remove("MOLTFLOW_API_KEY");
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(done.status.code(), Some(4), "{}", err(&done));
    assert!(out(&done).contains("Stopped: no apply starts anything"), "{}", out(&done));
    assert!(err(&done).contains("no API key") && err(&done).contains("was not reached"), "{}", err(&done));
    let (_, said, _) = run(&shop, &["plan"]).await;
    assert!(said.contains("send.offer: stopped by operator"), "{said}");
}

/// A job that was cancelled is over: whoever lifts the stop has to know that it does not go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_resume_after_a_cancel_says_what_does_not_come_back() {
    let shop = Shop::applied(1.0, "").await;
    for verb in ["cancel", "resume"] {
        let (code, said, warned) = run(&shop, &[verb, "send.offer", "schedule.weekly"]).await;
        assert_eq!(code, Some(0), "{said} {warned}");
        if verb == "resume" {
            for words in ["send.offer: stays cancelled", "not sent again", "creates it anew"] {
                assert!(said.contains(words), "{words}: {said}");
            }
            assert!(!said.contains("Nothing on the account"), "{said}");
        }
    }
    let (code, said, _) = run(&shop, &["apply", "--yes"]).await;
    assert_eq!(code, Some(0), "{said}");
    // The replaced one is cancelled for good, and nobody asks for it.
    let (_, said, _) = run(&shop, &["resume", "--all"]).await;
    assert!(!said.contains("schedule.weekly: stays cancelled"), "{said}");
}

/// What was tied by hand was sent with the text, to the group, that the YAML had: a new name of the key or another text
/// is compared with that.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_was_tied_is_neither_sent_under_a_new_key_nor_edited_in_silence() {
    let shop = cloned().await;
    let job = shop.id("send.offer").await;
    let tied = run(&shop, &["adopt", "send.offer", "--job", &job, "--project", ".clone"]).await;
    assert_eq!(tied.0, Some(0), "{tied:?}");
    for (yaml, rule) in [
        (YAML.replace("  offer: {", "  spring: {"), "this went out as send.offer"),
        (YAML.replace("Special offer!", "Another offer!"), "the text was changed"),
    ] {
        shop.write(".clone/campaign.yaml", &yaml);
        let (code, said, _) = run(&shop, &["plan", ".clone"]).await;
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains(rule), "{rule}: {said}");
    }
    shop.write(".clone/campaign.yaml", YAML);
    let (code, said, warned) = run(&shop, &["apply", ".clone", "--yes"]).await;
    assert_eq!(code, Some(0), "{said} {warned}");
    let (code, said, _) = run(&shop, &["plan", ".clone", "--detailed-exitcode"]).await;
    assert_eq!(code, Some(0), "{said}");
    let jobs = shop.curl("GET", "/bulk-send", &Value::Null).await;
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 1, "{jobs}");
}
