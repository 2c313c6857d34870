//! Sample changes: groups, schedules, sends.

use super::*;

/// Groups, in every kind of change.
pub(super) fn groups() -> Vec<Change> {
    let g = Address::group;
    let mut early = change(
        g("old"),
        ChangeKind::DeleteGroup,
        "no longer in the YAML",
        vec![],
        Action::DeleteGroup { id: id(7) },
    );
    early.step = Step::MakeRoom;
    vec![
        change(
            g("press"),
            ChangeKind::Adopt,
            "",
            vec![Detail::Added(phones(1))],
            Action::AdoptGroup { id: id(2), name: "Press".to_owned() },
        ),
        change(
            g("gone"),
            ChangeKind::Forget,
            "it was deleted elsewhere",
            vec![],
            Action::ForgetGone { id: id(3) },
        ),
        early,
        change(
            g("vip"),
            ChangeKind::RemoveMembers,
            "",
            vec![Detail::Removed(phones(3)), Detail::Suppressed(phones(1))],
            Action::RemoveMembers { phones: phones(3), suppressed: phones(1) },
        ),
        change(
            g("team"),
            ChangeKind::CreateGroup,
            "",
            vec![field("name", None, Some("Team")), Detail::Added(phones(2))],
            Action::CreateGroup(target("Team", 2)),
        ),
        change(
            g("from-chat"),
            ChangeKind::ImportGroup,
            "",
            vec![Detail::Info("WhatsApp group 120363012345@g.us, read by session main".to_owned())],
            Action::ImportGroup {
                target: target("From chat", 1),
                import: vec![WaGroupRef {
                    wa_group_id: "120363012345@g.us".to_owned(),
                    session: "main".to_owned(),
                }],
            },
        ),
        change(
            g("vip"),
            ChangeKind::RenameGroup,
            "renamed elsewhere",
            vec![field("name", Some("VIPs"), Some("VIP Clients"))],
            Action::RenameGroup { name: "VIP Clients".to_owned() },
        ),
        change(
            g("vip"),
            ChangeKind::AddMembers,
            "",
            vec![Detail::Added(phones(5))],
            Action::AddMembers { target: target("VIP Clients", 5) },
        ),
    ]
}

const LONG: &str = "Dear client, thank you for being with us for another year. It was a year full of news, and \
    we have collected the most important ones for you on our page. Have a look at them whenever you find a \
    quiet moment, and tell us what you think of them.";

pub(super) fn schedules() -> Vec<Change> {
    let s = Address::schedule;
    let patch = SchedulePatch { cron: Some("0 9 * * TUE".to_owned()), ..SchedulePatch::default() };
    vec![
        change(
            s("new"),
            ChangeKind::CreateSchedule,
            "",
            vec![
                field("daily", None, Some("09:00")),
                field("media", None, Some("https://example.com/report.pdf")),
                text(
                    None,
                    Some(
                        "日本語のメッセージです。今週の特別なお知らせをお届けします。どうぞお楽しみください。",
                    ),
                    false,
                ),
            ],
            Action::CreateSchedule { order: order("New one") },
        ),
        change(
            s("once"),
            ChangeKind::ScheduleAgain,
            "it went out on Mon 2 Nov 2026 and has a new time",
            vec![field("at", Some("2026-11-02T09:00"), Some("2026-12-24T09:00"))],
            Action::CreateSchedule { order: order("Once") },
        ),
        change(
            s("weekly"),
            ChangeKind::UpdateSchedule,
            "",
            vec![
                field("when", Some("weekly on Monday at 09:00"), Some("weekly on Tuesday at 09:00")),
                field("media", Some("https://example.com/report.pdf"), None),
                field("name", None, Some("Weekly")),
                field("timezone", None, None),
                text(
                    Some(&format!("{LONG}\n\nSee you on Monday at the shop!\nYour Acme")),
                    Some(&format!("{LONG}\n\nSee you next Tuesday at the shop!\nBring a friend.\nYour Acme")),
                    false,
                ),
            ],
            Action::UpdateSchedule { id: id(4), patch, order: order("Weekly") },
        ),
        change(
            s("hidden"),
            ChangeKind::UpdateSchedule,
            "",
            vec![text(None, Some("Short."), true), text(None, None, true)],
            Action::None,
        ),
        change(
            s("other"),
            ChangeKind::ReplaceSchedule,
            "a change of the number to send from needs a new schedule",
            vec![
                field("session", Some("main"), Some("second")),
                text(Some("Merry Christmas to you all"), Some("20% off shoes"), false),
                text(Some("Only this."), None, false),
            ],
            Action::ReplaceSchedule { old: id(5), order: order("Other") },
        ),
        change(
            s("b"),
            ChangeKind::ResumeSchedule,
            "paused elsewhere",
            vec![],
            Action::ResumeSchedule { id: id(6) },
        ),
        change(s("c"), ChangeKind::Adopt, "", vec![], Action::AdoptSchedule { id: id(6), spec: None }),
    ]
}

pub(super) fn sends() -> Vec<Change> {
    let s = Address::send;
    let spring = change(
        s("spring-offer"),
        ChangeKind::Send,
        "",
        vec![text(None, Some(OFFER), false)],
        send(2, Audience::Snapshot),
    );
    let again = change(
        s("again"),
        ChangeKind::SendAgain,
        "5 people have the older text",
        vec![text(Some("See you on Monday."), Some("See you on Tuesday."), false)],
        send(5, Audience::Direct),
    );
    vec![
        spring,
        again,
        with(
            Verdict::Blocked(Block {
                rule: "session_not_working",
                text: "the number “Main Line” is not connected; scan its QR code on the dashboard".to_owned(),
            }),
            change(s("autumn"), ChangeKind::Send, "", vec![], send(3, Audience::Direct)),
        ),
        with(Verdict::Held(hold()), change(s("winter"), ChangeKind::Send, "", vec![], Action::None)),
        with(Verdict::Expired, change(s("black-friday"), ChangeKind::Send, "", vec![], Action::None)),
        with(
            Verdict::Over,
            change(Address::schedule("past"), ChangeKind::CreateSchedule, "", vec![], Action::None),
        ),
        change(s("job-3"), ChangeKind::ResumeJob, "", vec![], Action::ResumeJob { job: id(9) }),
    ]
}
