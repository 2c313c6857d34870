//! What is written is read back as the same.

use proptest::prelude::*;

use super::*;
use crate::config::{LoadOptions, load, text};
use crate::model::{Desired, ObservedMembers, Phone, ScheduleStatus, ScheduleType, SessionStatus, Timing};

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

fn session(name: &str, n: u32) -> ObservedSession {
    ObservedSession { id: id(&format!("s-{n}")), name: name.to_owned(), status: SessionStatus::Working }
}

fn group(name: &str, members: &[(u64, &str)]) -> ObservedGroup {
    let phone = |n: u64| Phone::from_u64(442_079_460_000 + n).unwrap();
    let members = ObservedMembers {
        phones: members.iter().map(|(n, _)| phone(*n)).collect(),
        names: members.iter().map(|(n, name)| (phone(*n), (*name).to_owned())).collect(),
        ..ObservedMembers::default()
    };
    ObservedGroup {
        id: id(&format!("g-{}", crate::model::Sha256Hex::of(name.as_bytes()).as_str())),
        name: name.to_owned(),
        member_count: None,
        created_at: None,
        members: Some(members),
    }
}

fn schedule(name: &str, text: &str, kind: ScheduleType, timing: &str) -> ObservedSchedule {
    let once = kind == ScheduleType::OneTime;
    ObservedSchedule {
        id: id(&format!("m-{}", crate::model::Sha256Hex::of(name.as_bytes()).as_str())),
        name: name.to_owned(),
        status: ScheduleStatus::Active,
        session_id: Some(id("s-1")),
        group_id: Some(group("VIP Clients", &[]).id),
        schedule_type: Some(kind),
        text: Some(text.to_owned()),
        media: None,
        shows_content: true,
        cron: (!once).then(|| timing.to_owned()),
        scheduled_time: once.then(|| timing.to_owned()),
        timezone: Some("Asia/Jerusalem".to_owned()),
        next_run_at: None,
        created_at: None,
    }
}

fn given<'a>(
    sessions: &'a [ObservedSession],
    groups: &'a [ObservedGroup],
    schedules: &'a [ObservedSchedule],
) -> Given<'a> {
    Given { project: "acme", plan: Some(PlanName::Pro), sessions, groups, schedules, now: now() }
}

fn read(written: &Written) -> Desired {
    let dir = tempfile::tempdir().unwrap();
    for file in &written.files {
        let path = dir.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    let vars = BTreeMap::new();
    let loaded = load(&LoadOptions::new(dir.path(), &vars, now()));
    loaded
        .desired
        .unwrap_or_else(|| panic!("{}\n{}", text(&loaded.diagnostics, false), written.files[0].text))
}

#[test]
fn a_small_account_as_a_person_would_have_written_it() {
    let sessions = [session("Main Line", 1), session("Shop", 2)];
    let groups = [group("VIP Clients", &[(1, "Jane Doe"), (2, "")]), group("staff", &[])];
    let mut paused = schedule("Monthly", "Due {name}!", ScheduleType::Monthly, "30 8 1 * *");
    paused.status = ScheduleStatus::Paused;
    paused.media = Some("https://example.com/a.pdf".to_owned());
    paused.session_id = Some(id("s-2"));
    let schedules = [
        schedule(
            "Weekly Update",
            "Dear all,\n\n  the report is ready: ${HOME}\n",
            ScheduleType::Weekly,
            "0 9 * * 1,4",
        ),
        schedule("tip", "yes", ScheduleType::Daily, "0 8 * * *"),
        schedule("odd", "Hi: there #1", ScheduleType::Cron, "0 9 1 * 1"),
        schedule("Once", "x", ScheduleType::OneTime, "2026-12-01T09:00:00"),
        paused,
    ];
    let written = write(&given(&sessions, &groups, &schedules));
    assert_eq!(written.left_out, []);
    insta::assert_snapshot!(written.files[0].text);
    let desired = read(&written);
    assert_eq!(
        desired.schedules["weekly-update"].content.text.as_deref(),
        Some("Dear all,\n\n  the report is ready: ${HOME}")
    );
    assert_eq!(desired.groups["vip-clients"].name, "VIP Clients");
    assert!(desired.schedules["monthly"].paused && !desired.schedules["tip"].paused);
    let types: Vec<_> = desired.schedules.values().map(|s| s.timing.schedule_type().as_str()).collect();
    assert_eq!(types, ["monthly", "cron", "one_time", "daily", "weekly"]);
}

#[test]
fn what_cannot_be_written_is_named_with_the_reason() {
    let sessions = [session("Main Line", 1), session("Main Line", 2), session("", 3)];
    let mut again = group("VIP Clients", &[(9, "")]);
    (again.id, again.created_at) = (id("g-again"), Some(now()));
    let groups = [
        again,
        group("VIP Clients", &[(1, "")]),
        group(" spaced ", &[]),
        group("campaignctl try send.x [a-1-b]", &[]),
    ];
    let with = |name: &str, change: &dyn Fn(&mut ObservedSchedule)| {
        let mut schedule = schedule(name, "x", ScheduleType::Daily, "0 8 * * *");
        change(&mut schedule);
        schedule
    };
    let schedules = [
        with("cancelled", &|s| s.status = ScheduleStatus::Cancelled),
        with("unknown", &|s| s.status = ScheduleStatus::Unknown("archived".to_owned())),
        with("other group", &|s| s.group_id = Some(id("g-gone"))),
        with("no group", &|s| s.group_id = None),
        with("no text", &|s| s.text = None),
        with("often", &|s| s.cron = Some("* * * * *".to_owned())),
        with("bad cron", &|s| s.cron = Some("never".to_owned())),
        with("zone", &|s| s.timezone = Some("Mars/Olympus".to_owned())),
        with("media", &|s| s.media = Some("ftp://x/y".to_owned())),
        schedule("past", "x", ScheduleType::OneTime, "2020-01-01T09:00"),
        schedule("good", "x", ScheduleType::Daily, "0 8 * * *"),
        with("good", &|s| s.id = id("m-again")),
    ];
    let written = write(&given(&sessions, &groups, &schedules));
    let why: Vec<String> =
        written.left_out.iter().map(|l| format!("{} {}: {}", l.kind, l.name, l.why)).collect();
    insta::assert_snapshot!(why.join("\n"));
    let desired = read(&written);
    assert_eq!(desired.schedules.len(), 1);
    assert_eq!(desired.sessions.len(), 3);
}

/// The ledger keeps the names of groups and the keys, and has no phone in it.
#[test]
fn names_with_a_phone_are_left_out_and_keys_have_none() {
    let sessions = [session("Line +1 212 456 7890", 1)];
    let groups = [group("Call Jane +12124567890", &[]), group("VIP Clients", &[(1, "")])];
    let written = write(&given(&sessions, &groups, &[]));
    assert!(written.left_out[0].why.contains("phone number"), "{:?}", written.left_out[0].why);
    let desired = read(&written);
    assert_eq!(desired.groups.keys().collect::<Vec<_>>(), ["vip-clients"]);
    assert_eq!(desired.sessions.keys().collect::<Vec<_>>(), ["line"]);
}

#[test]
fn large_groups_go_to_files_and_many_objects_to_several() {
    let many: Vec<(u64, String)> = (1..=21).map(|n| (n, format!("Name, \"{n}\" ${{X}}"))).collect();
    let many: Vec<(u64, &str)> = many.iter().map(|(n, name)| (*n, name.as_str())).collect();
    let mut groups: Vec<ObservedGroup> = (0..20).map(|n| group(&format!("Group {n}"), &many[..20])).collect();
    groups.push(group("VIP Clients", &many));
    let written = write(&given(&[session("Main Line", 1)], &groups, &[]));
    let paths: Vec<&str> = written.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["campaign.yaml", "groups.yaml", "private/vip-clients.csv"]);
    let desired = read(&written);
    for group in &groups {
        let (key, _) = written.groups.iter().find(|(_, id)| **id == group.id).unwrap();
        let members = group.members.as_ref().unwrap();
        assert_eq!(desired.groups[key].members, members.phones, "{key}");
        assert_eq!(desired.groups[key].names, members.names, "{key}");
    }
}

#[test]
fn times_that_clocks_change_are_kept() {
    let twice = schedule("twice", "x", ScheduleType::OneTime, "2027-10-31T01:30:00.000");
    let offset = schedule("offset", "x", ScheduleType::OneTime, "2027-01-05T07:00:00.5+00:00");
    let lost = schedule("lost", "x", ScheduleType::OneTime, "2027-03-26T02:30:00");
    let groups = [group("VIP Clients", &[(1, "")])];
    let written = write(&given(&[session("Main Line", 1)], &groups, &[twice, offset, lost]));
    assert_eq!(written.left_out.len(), 1, "{:?}", written.left_out);
    let desired = read(&written);
    let at = |key: &str| match desired.schedules[key].timing {
        Timing::Once { at, .. } => at.to_string(),
        Timing::Recurring { .. } => panic!("recurring"),
    };
    assert_eq!(at("offset"), "2027-01-05T07:00:00Z");
    assert_eq!(at("twice"), "2027-10-30T22:30:00Z");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_text_and_any_name_come_back_as_they_were(
        texts in proptest::collection::vec("(\\PC|[ \n\t:#'\"{}$%|>&*!\\[\\]\\-]|true|null|0x1|\\$\\{A\\}){1,40}", 1..6),
        name in "\\PC{1,60}",
    ) {
        let sessions = [session(&name, 1)];
        let groups = [group("VIP Clients", &[(1, &name), (2, &texts[0])]), group(&name, &[])];
        let schedules: Vec<ObservedSchedule> = texts
            .iter()
            .enumerate()
            .map(|(n, text)| schedule(&format!("{n}{}", name.trim()), text, ScheduleType::Daily, "0 8 * * *"))
            .collect();
        let written = write(&given(&sessions, &groups, &schedules));
        let desired = read(&written);
        for (key, id) in &written.schedules {
            let there = schedules.iter().find(|s| s.id == *id).unwrap();
            prop_assert_eq!(&desired.schedules[key].name, &there.name);
            prop_assert!(desired.schedules[key].content.same_as_echo(there.text.as_deref(), None));
        }
        for (key, id) in &written.groups {
            let there = groups.iter().find(|g| g.id == *id).unwrap();
            prop_assert_eq!(&desired.groups[key].name, &there.name);
        }
        let unwritten = schedules.len() - written.schedules.len();
        let empty = texts.iter().filter(|t| t.trim().is_empty()).count();
        prop_assert!(unwritten <= empty + usize::from(!written.left_out.is_empty()) * schedules.len());
    }
}

/// What is on the account and in no file is said, or nobody knows that the files are not all of it.
#[test]
fn members_that_are_not_written_are_counted() {
    let mut odd = group("Mexico", &[]);
    let numbers = [525_512_345_678, 5_215_512_345_678, 14_155_552_671];
    odd.members = Some(ObservedMembers {
        phones: numbers.into_iter().filter_map(Phone::from_u64).collect(),
        redacted: 2,
        ..ObservedMembers::default()
    });
    let written = write(&given(&[], &[odd], &[]));
    let why: Vec<&str> = written.left_out.iter().map(|left| left.why.as_str()).collect();
    assert_eq!(why.len(), 2, "{why:?}");
    assert!(why[0].starts_with("2 of them have no phone number"), "{why:?}");
    assert!(why[1].starts_with("1 number is in it in two forms"), "{why:?}");
}
