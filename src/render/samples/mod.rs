//! Plans and reports for the tests of the renderings: every kind, verdict, detail and action at least once.

mod changes;
mod reports;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::apply::{ChangeResult, Outcome, Report};
use crate::model::{
    Address, Audience, Content, Id, Phone, PhoneSet, ScheduleType, Sha256Hex, Timing, WaGroupRef,
};
use crate::plan::{
    Action, Block, Change, ChangeKind, Detail, Forecast, GroupTarget, Hold, LoadForecast, MonthForecast,
    Note, NoteLevel, OverlapForecast, Plan, Refusal, ScheduleForecast, ScheduleOrder, SchedulePatch,
    SendForecast, SendOrder, Step, Verdict,
};

pub(super) use reports::{huge_report, report, report_done};

/// Every phone that the samples use, as digits; none may appear where phones are hidden.
pub(super) const PHONES: [&str; 5] =
    ["15550123456", "972501234567", "447700900123", "5215512345678", "79161234567"];
/// A member's name; it may appear nowhere.
pub(super) const MEMBER: &str = "Jane Doe";

fn phones(n: usize) -> PhoneSet {
    PHONES.iter().take(n).filter_map(|p| Phone::parse(p).ok()).collect()
}

fn id(n: u32) -> Id {
    Id::new(&format!("3fa85f64-5717-4562-b3fc-{n:012}")).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn target(name: &str, n: usize) -> GroupTarget {
    let phones = phones(n);
    let names: BTreeMap<_, _> = phones.iter().map(|p| (p, MEMBER.to_owned())).collect();
    GroupTarget { name: name.to_owned(), phones, names }
}

fn content(text: &str) -> Content {
    Content { text: Some(text.to_owned()), media: None }
}

fn order(name: &str) -> ScheduleOrder {
    ScheduleOrder {
        name: name.to_owned(),
        group: "vip".to_owned(),
        session: "main".to_owned(),
        session_id: id(1),
        content: content("Weekly report is ready."),
        timing: Timing::Recurring { schedule_type: ScheduleType::Weekly, cron: "0 9 * * MON".to_owned() },
        timezone: "America/New_York".to_owned(),
        paused: false,
    }
}

fn send(n: usize, via: Audience) -> Action {
    Action::Send(SendOrder {
        run: "1".to_owned(),
        group: "vip".to_owned(),
        session: "main".to_owned(),
        session_id: id(1),
        content: content(OFFER),
        audience: phones(n),
        via,
        send_by: None,
        timezone: "Asia/Jerusalem".to_owned(),
        quota_left: Some(4_000),
    })
}

const OFFER: &str = "Special offer for our VIP clients!\n\nThis week only: 20% off everything in the shop. \
    Show this message at the till.";

fn change(address: Address, kind: ChangeKind, reason: &str, details: Vec<Detail>, action: Action) -> Change {
    Change {
        address,
        kind,
        step: kind.step(),
        verdict: Verdict::Go,
        also_refused: Vec::new(),
        reason: reason.to_owned(),
        details,
        requests: 1,
        needs: Vec::new(),
        action,
    }
}

fn field(name: &'static str, old: Option<&str>, new: Option<&str>) -> Detail {
    Detail::Field { name, old: old.map(ToOwned::to_owned), new: new.map(ToOwned::to_owned) }
}

fn text(old: Option<&str>, new: Option<&str>, hidden: bool) -> Detail {
    Detail::Text { old: old.map(ToOwned::to_owned), new: new.map(ToOwned::to_owned), hidden }
}

fn plan(changes: Vec<Change>) -> Plan {
    Plan {
        project: "acme".to_owned(),
        environment: "default".to_owned(),
        account: "default".to_owned(),
        host: "apiv2.waiflow.app".to_owned(),
        now: at("2026-12-01T09:00:00Z"),
        changes,
        notes: Vec::new(),
        refusals: Vec::new(),
        forecast: Forecast::default(),
        unchanged: 12,
        read_back: 0,
        requests_per_minute: 60,
        digest: Sha256Hex::of(b"a plan"),
        records: Vec::new(),
    }
}

/// Nothing to do, one thing to know.
pub(super) fn empty() -> Plan {
    let mut plan = plan(Vec::new());
    plan.notes.push(Note {
        address: Some(Address::send("winter-offer")),
        level: NoteLevel::Info,
        code: "job_cancelled",
        text: "was cancelled on the dashboard after 12 of 40 people; it is not sent again".to_owned(),
    });
    plan
}

/// What a beginner sees first.
pub(super) fn quickstart() -> Plan {
    let mut group = change(
        Address::group("vip"),
        ChangeKind::CreateGroup,
        "",
        vec![field("name", None, Some("VIP Clients")), Detail::Added(phones(2))],
        Action::CreateGroup(target("VIP Clients", 2)),
    );
    group.requests = 2;
    let schedule = change(
        Address::schedule("weekly-update"),
        ChangeKind::CreateSchedule,
        "",
        vec![
            field("group", None, Some("group.vip")),
            field("weekly", None, Some("monday, thursday at 09:00")),
            field("timezone", None, Some("America/New_York")),
            text(None, Some("Weekly report is ready."), false),
        ],
        Action::CreateSchedule { order: order("Weekly Update") },
    );
    let mut offer = change(
        Address::send("spring-offer"),
        ChangeKind::Send,
        "",
        vec![text(None, Some(OFFER), false)],
        send(2, Audience::Direct),
    );
    offer.needs = vec![0];
    let mut plan = plan(vec![group, schedule, offer]);
    plan.host = "sandbox".to_owned();
    plan.forecast = forecast();
    plan
}

fn forecast() -> Forecast {
    Forecast {
        sends: vec![SendForecast {
            address: Address::send("spring-offer"),
            recipients: 1_240,
            shortest: SignedDuration::from_mins(620),
            expected: SignedDuration::from_mins(1_550),
            longest: SignedDuration::from_mins(2_480),
            ends: at("2026-12-02T10:50:00Z"),
            timezone: "Asia/Jerusalem".to_owned(),
            quota: Some((4_000, 2_760)),
            in_quiet_hours: Some(517),
        }],
        schedules: vec![ScheduleForecast {
            address: Address::schedule("weekly-update"),
            recipients: 120,
            next: vec![at("2026-12-03T14:00:00Z"), at("2026-12-07T14:00:00Z"), at("2026-12-10T14:00:00Z")],
            timezone: "America/New_York".to_owned(),
            per_month: 1_040,
            in_quiet_hours: Some(0),
        }],
        month: Some(MonthForecast {
            limit: 5_000,
            used: Some(1_000),
            planned: 4_280,
            runs_out: Some(at("2026-12-28T14:00:00Z")),
            timezone: "Asia/Jerusalem".to_owned(),
        }),
        overlap: Some(OverlapForecast { people: 1_300, several: 60, most: 2 }),
        load: Some(LoadForecast { messages: 3, days: 7, people_over: 0, most: 0, weeks: 4 }),
    }
}

fn hold() -> Hold {
    Hold {
        text: "the connection broke while the send was handed over; it may have gone out".to_owned(),
        evidence: vec![
            "handed over on Mon 30 Nov 2026, 18:02 +02:00, to 1,240 people".to_owned(),
            "the list of sends shows none for this number and group since then".to_owned(),
        ],
        ways: vec![
            "campaignctl resolve send.winter --job ID".to_owned(),
            "campaignctl resolve send.winter --not-sent --reason \"…\"".to_owned(),
        ],
    }
}

fn with(verdict: Verdict, mut change: Change) -> Change {
    change.verdict = verdict;
    change
}

/// Every kind of change, every verdict but *refused*, every detail.
pub(super) fn everything() -> Plan {
    let s = Address::schedule;
    let mut changes = vec![
        change(
            Address::send("job-1"),
            ChangeKind::PauseJob,
            "state: paused",
            vec![Detail::Info("12 of 40 people have it".to_owned())],
            Action::PauseJob { job: id(9) },
        ),
        change(
            Address::send("job-2"),
            ChangeKind::CancelJob,
            "no longer in the YAML",
            vec![],
            Action::CancelJob { run: "1".to_owned(), job: id(9) },
        ),
        change(s("a"), ChangeKind::PauseSchedule, "", vec![], Action::PauseSchedule { id: id(6) }),
        change(
            s("old"),
            ChangeKind::CancelSchedule,
            "no longer in the YAML",
            vec![],
            Action::CancelSchedule { id: id(6) },
        ),
        change(
            Address::send("doubt"),
            ChangeKind::Recover,
            "the last apply ended before MoltFlow answered",
            vec![],
            Action::Recover { run: "2026-12".to_owned() },
        ),
    ];
    changes.extend(changes::groups());
    changes.extend(changes::schedules());
    changes.extend(changes::sends());
    changes.push(change(
        s("old"),
        ChangeKind::DeleteSchedule,
        "",
        vec![],
        Action::DeleteSchedule { id: Some(id(6)), retired: vec![id(5)] },
    ));
    changes.push(change(
        s("older"),
        ChangeKind::DeleteSchedule,
        "",
        vec![],
        Action::DeleteSchedule { id: Some(id(6)), retired: vec![] },
    ));
    changes.push(change(
        Address::group("gone-too"),
        ChangeKind::DeleteGroup,
        "no longer in the YAML",
        vec![],
        Action::DeleteGroup { id: id(7) },
    ));
    let team = changes.iter().position(|c| c.address.key == "team");
    for change in changes.iter_mut().filter(|c| c.kind == ChangeKind::Send) {
        change.needs = team.into_iter().collect();
    }
    let mut plan = plan(changes);
    plan.environment = "production".to_owned();
    plan.notes = vec![
        Note {
            address: Some(Address::group("vip")),
            level: NoteLevel::Info,
            code: "names_changed",
            text: "2 names differ; names are written only when a member is added".to_owned(),
        },
        Note {
            address: None,
            level: NoteLevel::Warning,
            code: "quota_unknown",
            text: "MoltFlow does not say how many messages are left; 15550123456 asked".to_owned(),
        },
    ];
    plan.forecast = forecast();
    plan.forecast.sends.push(SendForecast {
        address: Address::send("again"),
        recipients: 1,
        shortest: SignedDuration::ZERO,
        expected: SignedDuration::ZERO,
        longest: SignedDuration::ZERO,
        ends: at("2026-12-01T09:00:00Z"),
        timezone: "UTC".to_owned(),
        quota: Some((0, -1)),
        in_quiet_hours: None,
    });
    plan.forecast.schedules.push(ScheduleForecast {
        address: Address::schedule("a"),
        recipients: 1,
        next: Vec::new(),
        timezone: "UTC".to_owned(),
        per_month: 0,
        in_quiet_hours: Some(4),
    });
    plan.requests_per_minute = 10;
    plan
}

/// A plan that is refused, by a change and as a whole.
pub(super) fn refused() -> Plan {
    let refusal = Refusal {
        rule: "on_change",
        text: "the text was changed after it went to 1,240 people".to_owned(),
        ways: vec![
            "put the old text back".to_owned(),
            "give it a new run (run: \"2\"), to send the new text to all of them as well".to_owned(),
            "on_change: ignore, to leave it as it was sent".to_owned(),
        ],
        only_flag: false,
    };
    let edited = with(
        Verdict::Refused(refusal),
        change(
            Address::send("spring-offer"),
            ChangeKind::SendAgain,
            "",
            vec![text(Some("20% off until Friday."), Some("30% off until Friday."), false)],
            Action::None,
        ),
    );
    let mut plan = plan(quickstart().changes.into_iter().take(1).chain([edited]).collect());
    plan.refusals.push(Refusal {
        rule: "max_delete",
        text: "40 of 100 members of group.newsletter would be removed, and max_delete allows 30 of 100"
            .to_owned(),
        ways: vec![
            "campaignctl apply --allow-delete 40".to_owned(),
            "see whether private/vip.csv is whole".to_owned(),
        ],
        only_flag: true,
    });
    plan
}

/// Names and texts that try to be something else.
pub(super) fn hostile() -> Plan {
    let evil = "x\u{1b}[31m`````\n```\n<script>alert(1)</script>\n@everyone \u{202e}#1";
    let mut plan = plan(vec![change(
        Address::group("vip"),
        ChangeKind::CreateGroup,
        evil,
        vec![
            field("media", Some(evil), Some(evil)),
            text(Some("a\n````\nb"), Some("a\n````\nc\n@all\u{7}"), false),
            text(None, Some(&"w".repeat(300)), false),
            Detail::Info(evil.to_owned()),
        ],
        Action::CreateGroup(target(evil, 1)),
    )]);
    plan.project = evil.to_owned();
    plan.notes.push(Note { address: None, level: NoteLevel::Info, code: "x", text: evil.to_owned() });
    plan
}

/// More than fits a comment.
pub(super) fn huge() -> Plan {
    let long = "A long message. ".repeat(250);
    let changes = (0..400)
        .map(|i| {
            change(
                Address::send(format!("s{i}")),
                ChangeKind::Send,
                "",
                vec![text(None, Some(&long), false)],
                send(2, Audience::Direct),
            )
        })
        .chain((0..400).map(|i| {
            let key = format!("h{i}");
            with(
                Verdict::Held(hold()),
                change(Address::send(key), ChangeKind::Send, "", vec![], Action::None),
            )
        }))
        .collect();
    let mut plan = plan(changes);
    let refusal = refused().refusals.remove(0);
    plan.refusals = vec![refusal; 500];
    plan.notes = vec![empty().notes.remove(0); 500];
    plan.forecast.sends = vec![forecast().sends.remove(0); 400];
    plan
}

/// Many groups, and in the end what they are for: so many sends, each with a long text, and a schedule.
pub(super) fn buried(groups: usize, sends: usize) -> Plan {
    let creates = (0..groups).map(|i| {
        let details = vec![field("name", None, Some("Some group")), Detail::Added(phones(2))];
        let action = Action::CreateGroup(target("Some group", 2));
        change(Address::group(format!("g{i}")), ChangeKind::CreateGroup, "", details, action)
    });
    let added = change(
        Address::group("vip"),
        ChangeKind::AddMembers,
        "",
        vec![Detail::Added(phones(5))],
        Action::AddMembers { target: target("VIP Clients", 5) },
    );
    let weekly = change(
        Address::schedule("weekly"),
        ChangeKind::CreateSchedule,
        "",
        vec![text(None, Some("The weekly news."), false)],
        Action::CreateSchedule { order: order("Weekly") },
    );
    let sends = (0..sends).map(|i| {
        let details =
            vec![text(None, Some(&format!("Text number {i}. {}", "A long text. ".repeat(80))), false)];
        change(Address::send(format!("s{i}")), ChangeKind::Send, "", details, send(3, Audience::Direct))
    });
    plan(creates.chain([added, weekly]).chain(sends).collect())
}
