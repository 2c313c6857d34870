//! `schedules:` as written.

use super::patterns::{CRON, MOMENT, NAME, WEB, ZONE, any_of, both, form, one_of};
use super::{Clock, MessageFile, MonthDay};
use crate::config::read::{Choices, Flag, OneOf, OneOrMany, Parsed, Text, record};
use crate::model::OnChange;
use crate::time::Weekday;

impl Choices for OnChange {
    const WHAT: &'static str = "a way to treat a changed text";
    const ALL: &'static [(&'static str, Self)] =
        &[("refuse", Self::Refuse), ("resend", Self::Resend), ("ignore", Self::Ignore)];
}

impl Choices for Weekday {
    const WHAT: &'static str = "a day of the week";
    const ALL: &'static [(&'static str, Self)] = &[
        ("monday", Self::Monday),
        ("tuesday", Self::Tuesday),
        ("wednesday", Self::Wednesday),
        ("thursday", Self::Thursday),
        ("friday", Self::Friday),
        ("saturday", Self::Saturday),
        ("sunday", Self::Sunday),
    ];
}

record! {
    /// A message that goes out at given times. It has a group, a text or media (or both), and exactly one of daily,
    /// weekly, monthly, cron and at.
    ScheduleFile, "a schedule",
        schema both(one_of(&["daily", "weekly", "monthly", "cron", "at"]), any_of(&["message", "media"]));
    /// What it is called on the account. Left out: the name it has here.
    /// Refused: a name that another schedule has, that is empty or has several lines or a phone number in it, and 256
    /// characters or more.
    Optional name "name": Text = "Weekly Update", schema form(NAME, Some(255));
    /// Whom it goes to: a name under `groups:`. Refused: a name that is not there.
    Required group "group": Text = "vip";
    /// The WhatsApp number it is sent from: a name under `sessions:`. Left out: the one under `defaults:`.
    /// Refused: a name that is not there; none in either place.
    Optional session "session": Text = "main";
    /// The text; or {use: NAME} for one under `messages:`, or {file: PATH}.
    Optional message "message": MessageFile = "Weekly report is ready.";
    /// The web address of a picture, a video or a document that goes along. Refused: what is not http or https, and
    /// addresses with a password.
    Optional media "media": Text = "https://example.com/report.pdf", schema form(WEB, None);
    /// Every day at this time.
    Optional daily "daily": Parsed<Clock> = "09:00";
    /// Every week on these days.
    Optional weekly "weekly": WeeklyFile = {"on": ["monday", "thursday"], "at": "09:00"};
    /// Every month on this day.
    Optional monthly "monthly": MonthlyFile = {"on": 1, "at": "09:00"};
    /// A cron expression: minute, hour, day of the month, month, day of the week. For what the other keys cannot say.
    /// Refused: anything but five fields, and times less than 5 minutes apart.
    Optional cron "cron": Text = "0 9 * * MON-FRI", schema form(CRON, None);
    /// Once, on this day at this time; in the schedule's time zone, or with an offset such as +02:00.
    /// Refused: a time that does not exist or comes twice on that day, because clocks are changed.
    Optional at "at": Text = "2026-12-01T09:00", schema form(MOMENT, None);
    /// The time zone of these times, as Area/City. Left out: the one under `defaults:`.
    /// Refused: offsets such as +02:00, and names that are no time zone.
    Optional timezone "timezone": Text = "America/New_York", schema form(ZONE, None);
    /// Nothing goes out as long as this is true. A schedule that is paused from the start is made on the account when it
    /// is first unpaused.
    Optional paused "paused": Flag = true, default false;
    /// With `at:` only: what an edited text does when the old one went out already. refuse: the plan is refused, and you
    /// decide. resend: it goes out again. ignore: nothing. Refused: without `at`.
    Optional on_change "on_change": OneOf<OnChange> = "refuse", default "refuse";
}

record! {
    /// Days of the week and a time.
    WeeklyFile, "a weekly time";
    /// The days, by their English names. Refused: numbers, and no day at all.
    Required on "on": OneOrMany<OneOf<Weekday>> = ["monday", "thursday"];
    /// The time of day.
    Required at "at": Parsed<Clock> = "09:00";
}

record! {
    /// A day of the month and a time.
    MonthlyFile, "a monthly time";
    /// The day. Months that do not have it are left out, which is warned of.
    Required on "on": Parsed<MonthDay> = 1;
    /// The time of day.
    Required at "at": Parsed<Clock> = "09:00";
}
