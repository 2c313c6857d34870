//! `account:`, `defaults:`, `sessions:` and `moved:` as written.

use crate::config::read::{Choices, Count, OneOf, Text, record};
use crate::model::PlanName;

impl Choices for PlanName {
    const WHAT: &'static str = "a plan";
    const ALL: &'static [(&'static str, Self)] =
        &[("free", Self::Free), ("starter", Self::Starter), ("pro", Self::Pro), ("business", Self::Business)];
}

record! {
    /// The MoltFlow account.
    AccountFile, "the account";
    /// A name for it, kept in the ledger. Never a credential.
    Optional name "name": Text = "default";
    /// Its plan, which sets its limits.
    Optional plan "plan": OneOf<PlanName> = "business";
    /// Where its limits differ from the plan's.
    Optional limits "limits": LimitsFile = {"messages_per_month": 5000};
}

record! {
    /// Limits that differ from the plan's.
    LimitsFile, "limits";
    /// Contact lists.
    Optional groups "groups": Count = 100;
    /// Messages a calendar month.
    Optional messages_per_month "messages_per_month": Count = 5000;
    /// API requests a minute.
    Optional requests_per_minute "requests_per_minute": Count = 60;
}

record! {
    /// What schedules and sends use that do not say otherwise.
    DefaultsFile, "defaults";
    /// The session to send from: a name under `sessions:`.
    Optional session "session": Text = "main";
    /// The time zone, by its IANA name.
    Optional timezone "timezone": Text = "Asia/Jerusalem";
}

record! {
    /// A WhatsApp number to send from.
    SessionFile, "a session";
    /// Its name on the account. By default the key.
    Optional name "name": Text = "Main Line";
    /// Its id on the account, instead of the name.
    Optional id "id": Text = "3f0c1f9e-6d58-4a53-9a3f-2f2f6a1f0b11";
}

record! {
    /// A key that was renamed.
    MoveFile, "a `moved` entry";
    /// The old address: group.KEY, schedule.KEY, send.KEY or project.NAME.
    Required from "from": Text = "group.vips";
    /// The new address, of the same kind.
    Required to "to": Text = "group.vip";
}
