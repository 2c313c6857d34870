//! A project with every key becomes the `Desired` it says.

use std::path::Path;

use super::{load_path, load_text, load_with, project, shown};
use crate::model::{
    Address, Audience, Content, Desired, MaxDelete, Membership, MoveTarget, OnChange, Phone, PlanName,
    RunState, ScheduleType, SessionRef, Timing,
};

const EVERYTHING: &str = "tests/data/config/everything";

fn everything(environment: Option<&str>) -> Desired {
    let loaded = load_with(Path::new(EVERYTHING), &[], environment);
    loaded.desired.clone().unwrap_or_else(|| panic!("{}", shown(&loaded)))
}

fn phones(desired: &Desired, group: &str) -> Vec<String> {
    desired.groups[group].members.iter().map(Phone::e164).collect()
}

#[test]
fn account_sessions_and_policy() {
    let desired = everything(None);
    assert_eq!((desired.project.as_str(), desired.environment.as_str()), ("acme", "default"));
    assert_eq!(desired.root, Path::new(EVERYTHING));
    assert_eq!(desired.account.plan, Some(PlanName::Business));
    assert_eq!((desired.account.limits.messages_per_month, desired.account.limits.groups), (5_000, 100));
    assert_eq!(desired.sessions["main"].by, SessionRef::Name("Main Line".to_owned()));
    assert!(matches!(&desired.sessions["second"].by, SessionRef::Id(id) if id.short() == "3f0c1f9e"));
    assert_eq!(desired.sessions["third"].by, SessionRef::Name("third".to_owned()));
    assert_eq!((desired.sessions["main"].source.line, desired.sessions["main"].source.column), (10, 3));
    assert_eq!(desired.policy.max_delete.value, MaxDelete::Percent(30));
    assert!(desired.policy.quiet_hours.unwrap().warn);
    assert_eq!(desired.policy.recheck.as_hours(), 24);
    assert_eq!(desired.ledger.as_deref(), Some("s3://bucket/prefix"));
}

#[test]
fn members_come_from_everywhere_and_the_suppressed_from_nowhere() {
    let desired = everything(None);
    assert_eq!(
        phones(&desired, "vip"),
        ["+14155552671", "+49309018201", "+61291234567", "+81312345678", "+442079460018", "+525512345678"]
    );
    // 493090182 01 is the one of the spreadsheet, 4930901820 is staff, 33142685300 and 442079460100 are suppressed.
    assert_eq!(phones(&desired, "newsletter"), ["+4930901820"]);
    let vip = &desired.groups["vip"];
    assert_eq!(vip.name, "VIP Clients");
    assert_eq!(vip.names[&Phone::parse("+493090182 01").unwrap()], "Müller");
    assert_eq!(vip.names.len(), 4);
    assert!(vip.protect && !vip.sync_names);
    assert_eq!(desired.suppressed.len(), 2);
    let chat = &desired.groups["from-chat"];
    assert_eq!((chat.membership, chat.import[0].session.as_str()), (Membership::AtLeast, "second"));
}

#[test]
fn schedules_and_sends() {
    let desired = everything(None);
    let cron = |key: &str| match &desired.schedules[key].timing {
        Timing::Recurring { schedule_type, cron } => (*schedule_type, cron.as_str()),
        Timing::Once { .. } => panic!("{key}"),
    };
    assert_eq!(cron("weekly-update"), (ScheduleType::Weekly, "0 9 * * MON,THU"));
    assert_eq!(cron("daily"), (ScheduleType::Daily, "0 9 * * *"));
    assert_eq!(cron("one-day"), (ScheduleType::Weekly, "0 10 * * FRI"));
    assert_eq!(cron("monthly"), (ScheduleType::Monthly, "0 9 1 * *"));
    assert_eq!(cron("cron"), (ScheduleType::Cron, "0 9 * * MON-FRI"));
    let weekly = &desired.schedules["weekly-update"];
    assert_eq!((weekly.name.as_str(), weekly.timezone.as_str()), ("Weekly Update", "America/New_York"));
    assert_eq!(weekly.content.text.as_deref(), Some("Weekly report is ready."));
    assert!(desired.schedules["daily"].paused);
    assert_eq!(desired.schedules["daily"].timezone, "Asia/Jerusalem");
    assert_eq!(desired.schedules["monthly"].content.text.as_deref(), Some("Your monthly news\nare here."));
    assert_eq!(desired.schedules["once"].on_change, OnChange::Resend);
    let once = |key: &str| match &desired.schedules[key].timing {
        Timing::Once { local, at } => format!("{local} {at}"),
        Timing::Recurring { .. } => panic!("{key}"),
    };
    assert_eq!(once("once"), "2026-12-01T09:00:00 2026-12-01T07:00:00Z");
    assert_eq!(once("fixed"), "2026-12-01T06:00:00 2026-12-01T04:00:00Z");

    let offer = &desired.sends["spring-offer"];
    assert_eq!((offer.run.as_str(), offer.session.as_str()), ("1", "main"));
    assert_eq!(offer.repeat_of, Some(Address::send("winter-offer")));
    assert_eq!(offer.send_by.unwrap().to_string(), "2026-12-01T16:00:00Z");
    let picture = &desired.sends["picture"];
    assert_eq!((picture.audience, picture.state), (Audience::Snapshot, RunState::Paused));
    assert_eq!(picture.content, Content { text: None, media: Some("https://example.com/a.jpg".to_owned()) });
    assert_eq!(desired.moved.len(), 3);
    assert_eq!(desired.moved[2].from, MoveTarget::Project("old".to_owned()));
}

#[test]
fn an_environment_is_laid_over_the_rest() {
    let desired = everything(Some("production"));
    assert_eq!(desired.environment, "production");
    assert_eq!(desired.account.plan, Some(PlanName::Pro));
    assert_eq!((desired.account.limits.messages_per_month, desired.account.limits.groups), (5_000, 20));
    assert!(matches!(desired.sessions["main"].by, SessionRef::Id(_)));
    assert!(matches!(desired.sessions["second"].by, SessionRef::Id(_)));
    assert_eq!(desired.policy.max_delete.value, MaxDelete::Items(5));
    assert!(!desired.policy.quiet_hours.unwrap().warn);
    assert!(desired.policy.max_audience.is_some());
    assert_eq!(desired.ledger.as_deref(), Some("s3://bucket/production"));

    let loaded = load_with(Path::new(EVERYTHING), &[], Some("prodution"));
    assert!(loaded.desired.is_none());
    assert!(shown(&loaded).contains("did you mean \"production\"?"), "{}", shown(&loaded));
}

#[test]
fn variables_are_values_and_never_structure() {
    let yaml = "version: 1\nproject: ${P}\nsessions:\n  main: {name: \"${N:-Main} $${x}\"}\n";
    let directory = project(yaml);
    let loaded = load_with(directory.path(), &[("P", "acme"), ("N", "a: [b")], None);
    let desired = loaded.desired.unwrap();
    assert_eq!(desired.project, "acme");
    assert_eq!(desired.sessions["main"].by, SessionRef::Name("a: [b ${x}".to_owned()));
    // What a variable holds may be a secret: it is not repeated.
    let loaded = load_with(directory.path(), &[("P", "TOP SECRET")], None);
    assert!(!shown(&loaded).contains("SECRET"), "{}", shown(&loaded));
}

#[test]
fn several_files_are_one_project() {
    let directory =
        project("version: 1\nproject: acme\nsuppress: [{phone: \"+442079460018\"}]\ngroups: {a: {}}\n");
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "sub/b.yml",
        "version: 1\nproject: acme\nsuppress: [{phone: \"+14155552671\"}]\ngroups: {b: {members_from: [{csv: b.csv}]}}\n",
    );
    write("sub/b.csv", "phone\n+33142685300\n");
    write(".hidden/c.yaml", "not: ours\n");
    write("other.yaml", "not: ours\n");
    write(".campaignignore", "other.*\n");
    let loaded = load_path(directory.path());
    let desired = loaded.desired.clone().unwrap_or_else(|| panic!("{}", shown(&loaded)));
    assert_eq!(desired.groups.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(desired.groups["b"].members.len(), 1);
    assert_eq!(desired.suppressed.len(), 2);
    assert_eq!(loaded.files.len(), 3);
}

#[test]
fn a_file_that_is_no_yaml_hides_no_reference() {
    let directory = project(
        "version: 1\nproject: acme\nsessions: {main: {}}\nsends: {x: {group: there, session: main, message: Hi}}\n",
    );
    std::fs::write(directory.path().join("groups.yaml"), "version: 1\ngroups: [\n").unwrap();
    let loaded = load_path(directory.path());
    assert_eq!(loaded.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["yaml"]);
}

#[test]
fn nothing_there_is_told() {
    for (path, expected) in [("tests/no-such-thing", "no such file"), ("src/config", "no YAML file")] {
        let loaded = load_path(Path::new(path));
        assert!(shown(&loaded).contains(expected), "{}", shown(&loaded));
    }
}

#[test]
fn words_that_other_programs_read_as_true_stay_words() {
    let loaded = load_text("version: 1\nproject: a\nsessions: {on: {name: yes}, no: {name: 12:30:45}}\n");
    let desired = loaded.desired.unwrap();
    assert_eq!(desired.sessions["on"].by, SessionRef::Name("yes".to_owned()));
    assert_eq!(desired.sessions["no"].by, SessionRef::Name("12:30:45".to_owned()));
}

#[test]
fn members_load_linearly() {
    let mut yaml = "version: 1\nproject: a\ngroups:\n  vip:\n    members:\n".to_owned();
    for i in 0..5_000 {
        yaml.push_str(&format!("    - {{phone: \"+4915112{i:06}\", name: Person {i}}}\n"));
    }
    let desired = load_text(&yaml).desired.unwrap();
    assert_eq!((desired.groups["vip"].members.len(), desired.groups["vip"].names.len()), (5_000, 5_000));
}
