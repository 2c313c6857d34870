//! `account:`, `defaults:`, `sessions:` and `moved:` as written.

use super::patterns::{ID, MOVED, NAME, ZONE, form, range};
use crate::config::read::{Choices, Count, OneOf, Text, record};
use crate::model::PlanName;

impl Choices for PlanName {
    const WHAT: &'static str = "a plan";
    const ALL: &'static [(&'static str, Self)] =
        &[("free", Self::Free), ("starter", Self::Starter), ("pro", Self::Pro), ("business", Self::Business)];
}

record! {
    /// Your MoltFlow account: what it is called here, and what it may do.
    AccountFile, "the account";
    /// A name of your choice for the account. It is kept in the ledger, so that the key of another account is
    /// noticed. Refused: a name that is empty or has several lines or a phone number in it, and 256 characters or more.
    Optional name "name": Text = "default", default "default", schema form(NAME, Some(255));
    /// The plan you pay MoltFlow for; it sets the limits. Left out: the limits of business.
    /// Refused: any other word.
    Optional plan "plan": OneOf<PlanName> = "business";
    /// Only where your limits differ from the plan's: what MoltFlow agreed with you.
    Optional limits "limits": LimitsFile = {"messages_per_month": 5000};
}

record! {
    /// Limits of your account that differ from its plan's. What is left out is the plan's.
    LimitsFile, "limits";
    /// How many groups (contact lists) the account may have.
    Optional groups "groups": Count = 100;
    /// How many messages may go out in a calendar month.
    Optional messages_per_month "messages_per_month": Count = 5000;
    /// How many requests a minute the API answers. Refused: 0, and more than 100,000.
    Optional requests_per_minute "requests_per_minute": Count = 60, schema range(1, 100_000);
}

record! {
    /// What schedules and sends use where they do not say otherwise.
    DefaultsFile, "defaults";
    /// The WhatsApp number to send from, by its name under `sessions:`. Refused: a name that is not there.
    Optional session "session": Text = "main";
    /// The time zone of all times, as Area/City. Left out: UTC, with a warning wherever it matters.
    /// Refused: offsets such as +02:00, and names that are no time zone.
    Optional timezone "timezone": Text = "Asia/Jerusalem", schema form(ZONE, None);
}

record! {
    /// A WhatsApp number to send from, which is connected in MoltFlow. It is found there by its name or by its id.
    SessionFile, "a session", schema serde_json::json!({"not": {"type": "object", "required": ["name", "id"]}});
    /// Its name in MoltFlow (`campaignctl sessions` lists them). Left out: the name it has here.
    /// Refused: together with `id`; a name that is empty or has several lines.
    Optional name "name": Text = "Main Line", schema form(NAME, Some(255));
    /// Its id in MoltFlow, instead of the name: for names that change or that two numbers have.
    /// Refused: together with `name`; anything that is no id.
    Optional id "id": Text = "3f0c1f9e-6d58-4a53-9a3f-2f2f6a1f0b11", schema form(ID, None);
}

record! {
    /// A name that you changed in these files. With this entry its history goes along: nothing is deleted, made anew
    /// or sent again.
    MoveFile, "a `moved` entry";
    /// What it was called: group.NAME, schedule.NAME, send.NAME or project.NAME. What an operator stopped stays
    /// stopped, and a project keeps the ledger it has.
    /// Refused: a name that is still there.
    Required from "from": Text = "group.vips", schema form(MOVED, None);
    /// What it is called now. Refused: another kind than in `from`, and circles.
    Required to "to": Text = "group.vip", schema form(MOVED, None);
}
