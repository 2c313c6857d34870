//! `schedules:` as written.

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
    /// A message that goes out at given times: exactly one of daily, weekly, monthly, cron, at.
    ScheduleFile, "a schedule";
    /// Its name on the account. By default the key.
    Optional name "name": Text = "Weekly Update";
    /// Whom it goes to: a name under `groups:`.
    Required group "group": Text = "vip";
    /// What it is sent from: a name under `sessions:`. By default the default session.
    Optional session "session": Text = "main";
    /// The text.
    Optional message "message": MessageFile = "Weekly report is ready.";
    /// An http or https address of a picture, video or document.
    Optional media "media": Text = "https://example.com/report.pdf";
    /// Every day at this time.
    Optional daily "daily": Parsed<Clock> = "09:00";
    /// Every week on these days.
    Optional weekly "weekly": WeeklyFile = {"on": ["monday", "thursday"], "at": "09:00"};
    /// Every month on this day.
    Optional monthly "monthly": MonthlyFile = {"on": 1, "at": "09:00"};
    /// A cron expression of five fields.
    Optional cron "cron": Text = "0 9 * * MON-FRI";
    /// Once: a local time, or one with an offset.
    Optional at "at": Text = "2026-12-01T09:00";
    /// The time zone of these times, by its IANA name. By default the default time zone.
    Optional timezone "timezone": Text = "America/New_York";
    /// Paused from the start: created when first unpaused.
    Optional paused "paused": Flag = false;
    /// With `at:` only: what an edited text does once it was sent.
    Optional on_change "on_change": OneOf<OnChange> = "refuse";
}

record! {
    /// Days of the week and a time.
    WeeklyFile, "a weekly time";
    /// The days.
    Required on "on": OneOrMany<OneOf<Weekday>> = ["monday", "thursday"];
    /// The time of day.
    Required at "at": Parsed<Clock> = "09:00";
}

record! {
    /// A day of the month and a time.
    MonthlyFile, "a monthly time";
    /// The day, 1 to 31; months without it are skipped.
    Required on "on": Parsed<MonthDay> = 1;
    /// The time of day.
    Required at "at": Parsed<Clock> = "09:00";
}
