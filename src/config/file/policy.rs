//! `policy:` as written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::forms::{Clock, Share, Span as DurationForm};
use super::patterns::range;
use crate::config::read::{
    Choices, Count, Cx, Flag, FromNode, List, Need, OneOf, Parsed, Slot, Table, quoted, record,
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
    /// Rules against accidents. A plan that breaks one is refused; written as {warn: VALUE}, the rule only warns.
    PolicyFile, "the policy";
    /// The most that one apply may delete: groups, schedules, and the members of each group, counted apart. Where
    /// there are fewer than 10 of a kind, any number is fine. Refused in a plan: more, unless with `--allow-delete N`.
    Optional max_delete "max_delete": Weighed<Parsed<Share>> = "30%", default "30%";
    /// The largest send, in people. Left out: any size. Refused in a plan: a larger one, unless with
    /// `--confirm-audience N`.
    Optional max_audience "max_audience": Weighed<Count> = 500;
    /// Nobody is written to between these times, in each recipient's own time zone, as far as the phone number tells it. A
    /// send that would start inside them waits; the next apply tries again. Left out: none.
    Optional quiet_hours "quiet_hours": Weighed<QuietHoursFile> = {"from": "21:00", "to": "08:00"};
    /// The most messages that one person gets in so many days, from schedules and sends together. Left out: any number.
    Optional max_per_recipient "max_per_recipient": Weighed<MaxPerRecipientFile> = {"messages": 3, "days": 7};
    /// What these files must keep to. `https_media`: pictures and documents come from https addresses. `named_weekdays`:
    /// cron expressions have weekdays by name (MON), because programs disagree about their numbers.
    Optional require "require": Weighed<List<OneOf<Requirement>>> = ["https_media", "named_weekdays"], default [];
    /// What happens to a send that is under way when one of its recipients is added to `suppress:`, also one who has left
    /// its group since. pause: it is paused, and you decide. warn: it goes on, and the plan says so.
    Optional suppress_running "suppress_running": OneOf<SuppressRunning> = "pause", default "pause";
    /// One send at a time from each WhatsApp number: two together are slower, or faster than is safe for the number.
    Optional one_job_per_session "one_job_per_session": Weighed<Flag> = {"warn": true}, default {"warn": true};
    /// What happens to a send of which nobody knows whether it went out (the line broke, the machine died), and of which
    /// the account shows no trace. hold: a person settles it. retry: a later apply sends it, at the risk of a second one.
    Optional in_doubt "in_doubt": OneOf<InDoubt> = "hold", default "hold";
    /// How long to wait before looking on the account for such a send. Refused: more than 366 days.
    Optional settle "settle": Parsed<DurationForm> = "60s", default "60s";
    /// How often at least the members of a group with an active schedule are read from the account in full.
    /// Refused: more than 366 days.
    Optional recheck "recheck": Parsed<DurationForm> = "24h", default "24h";
}

record! {
    /// Two times of day; the night between them may pass midnight.
    QuietHoursFile, "quiet hours";
    /// The first quiet minute.
    Required from "from": Parsed<Clock> = "21:00";
    /// The first minute that is not quiet any more. Refused: the same time as in `from`.
    Required to "to": Parsed<Clock> = "08:00";
}

record! {
    /// A number of messages in a number of days.
    MaxPerRecipientFile, "this limit";
    /// How many messages. Refused: 0.
    Required messages "messages": Count = 3, schema range(1, 1_000_000_000_000);
    /// In how many days in a row. Refused: 0, and more than 366.
    Required days "days": Count = 7, schema range(1, 366);
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
        if let Some([(key, _)]) = node.entries()
            && let Some(word) = key.text().filter(|word| *word != "warn" && is_nearly_warn(word))
        {
            cx.report
                .error("unknown-key", key.span, format!("{} is no key of a rule", quoted(word)))
                .help("did you mean \"warn\"? {warn: VALUE} makes a rule that only warns");
            return None;
        }
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

fn is_nearly_warn(word: &str) -> bool {
    word.len() <= 8 && strsim::damerau_levenshtein(&word.to_lowercase(), "warn") <= 2
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
