//! `policy:` as written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::forms::{Clock, Share, Span as DurationForm};
use crate::config::read::{
    Choices, Count, Cx, Flag, FromNode, List, Need, OneOf, Parsed, Slot, Table, record,
};
use crate::config::spans::Node;
use crate::model::{InDoubt, Requirement, SuppressRunning};

impl Choices for Requirement {
    const WHAT: &'static str = "a requirement";
    const ALL: &'static [(&'static str, Self)] =
        &[("https_media", Self::HttpsMedia), ("named_weekdays", Self::NamedWeekdays)];
}

impl Choices for SuppressRunning {
    const WHAT: &'static str = "a way to treat a running job";
    const ALL: &'static [(&'static str, Self)] = &[("pause", Self::Pause), ("warn", Self::Warn)];
}

impl Choices for InDoubt {
    const WHAT: &'static str = "a way to treat a send whose fate is not known";
    const ALL: &'static [(&'static str, Self)] = &[("hold", Self::Hold), ("retry", Self::Retry)];
}

record! {
    /// Rules that a plan must keep. VALUE refuses what breaks the rule, {warn: VALUE} only warns.
    PolicyFile, "the policy";
    /// The most that one apply may delete: groups, schedules, and the members of each group, counted apart.
    Optional max_delete "max_delete": Weighed<Parsed<Share>> = "30%";
    /// A larger send needs --confirm-audience.
    Optional max_audience "max_audience": Weighed<Count> = 500;
    /// Nobody is written to between these times, in the recipient's own time zone.
    Optional quiet_hours "quiet_hours": Weighed<QuietHoursFile> = {"from": "21:00", "to": "08:00"};
    /// The most messages that one person gets in so many days.
    Optional max_per_recipient "max_per_recipient": Weighed<MaxPerRecipientFile> = {"messages": 3, "days": 7};
    /// What these files must keep to.
    Optional require "require": Weighed<List<OneOf<Requirement>>> = ["https_media", "named_weekdays"];
    /// What happens to a running job when one of its recipients is newly suppressed.
    Optional suppress_running "suppress_running": OneOf<SuppressRunning> = "pause";
    /// Only one job a session at a time.
    Optional one_job_per_session "one_job_per_session": Weighed<Flag> = {"warn": true};
    /// What happens to a send whose fate is not known: hold it for a person, or let a later apply try again.
    Optional in_doubt "in_doubt": OneOf<InDoubt> = "hold";
    /// How long to wait before looking for such a send on the account.
    Optional settle "settle": Parsed<DurationForm> = "60s";
    /// A group of an active schedule is read in full at least this often.
    Optional recheck "recheck": Parsed<DurationForm> = "24h";
}

record! {
    /// Two times of day; they may be on both sides of midnight.
    QuietHoursFile, "quiet hours";
    /// The first quiet minute.
    Required from "from": Parsed<Clock> = "21:00";
    /// The first minute that is not quiet any more.
    Required to "to": Parsed<Clock> = "08:00";
}

record! {
    /// A number of messages in a number of days.
    MaxPerRecipientFile, "this limit";
    /// Messages.
    Required messages "messages": Count = 3;
    /// Days, 1 to 366.
    Required days "days": Count = 7;
}

/// `VALUE`, or `{warn: VALUE}`.
#[derive(Debug)]
pub struct Weighed<T> {
    /// The value.
    pub value: T,
    /// Only warn.
    pub warn: bool,
}

impl<T: FromNode> FromNode for Weighed<T> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        if node.entry("warn").is_none() {
            return T::from_node(node, cx).map(|value| Self { value, warn: false });
        }
        let mut table = Table::open(node, "a rule that only warns", cx)?;
        let value: Slot<T> = table.take("warn", Need::Required, "VALUE", cx);
        table.finish(cx);
        match value {
            Slot::Given(value) => Some(Self { value, warn: true }),
            Slot::Missing | Slot::Broken => None,
        }
    }
}

impl<T: JsonSchema> JsonSchema for Weighed<T> {
    fn schema_name() -> Cow<'static, str> {
        "Weighed".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({
            "anyOf": [
                value,
                {
                    "type": "object",
                    "properties": {"warn": value},
                    "required": ["warn"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
