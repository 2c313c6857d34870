//! A mapping with known keys, while it is read.

use super::{Cx, FromNode, Slot, did_you_mean_word};
use crate::config::spans::{Node, Value};

/// Whether a key has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It has to be.
    Required,
    /// It may be left out.
    Optional,
    /// It has to be, in each file: that is checked before files are joined.
    EachFile,
}

/// A mapping whose keys are taken one by one; what is left over is unknown.
pub struct Table<'n> {
    entries: &'n [(Node, Node)],
    known: Vec<&'static str>,
    what: &'static str,
}

impl<'n> Table<'n> {
    /// Opens a mapping; `what` is what it describes, for messages (`a group`). Nothing at all is an empty one.
    pub fn open(node: &'n Node, what: &'static str, cx: &mut Cx<'_>) -> Option<Self> {
        let entries: &[_] = match &node.value {
            Value::Map(entries) => entries,
            _ if node.is_null() => &[],
            _ => {
                let found = node.kind();
                cx.report
                    .error(
                        "wrong-type",
                        node.span,
                        format!("{what} is described by keys with values, not by {found}"),
                    )
                    .help(instead(what));
                return None;
            }
        };
        Some(Self { entries, known: Vec::new(), what })
    }

    /// Takes a key.
    pub fn take<T: FromNode>(
        &mut self,
        key: &'static str,
        need: Need,
        example: &str,
        cx: &mut Cx<'_>,
    ) -> Slot<T> {
        self.known.push(key);
        let Some((name, value)) = self.entries.iter().find(|(k, _)| k.text() == Some(key)) else {
            if need == Need::Required {
                cx.report
                    .error("missing-key", cx.owner, format!("{} needs `{key}:`", self.what))
                    .help(format!("add for example: {key}: {example}"));
                return Slot::Broken;
            }
            return Slot::Missing;
        };
        if value.is_null() && T::NOTHING_IS_FINE && need != Need::Required {
            return Slot::Missing;
        }
        let owner = std::mem::replace(&mut cx.owner, name.span);
        let read = T::from_node(value, cx);
        cx.owner = owner;
        read.map_or(Slot::Broken, Slot::Given)
    }

    /// Reports the keys that were not taken.
    pub fn finish(self, cx: &mut Cx<'_>) {
        // An entry that names no source may be a person.
        let sources = ["csv", "json", "group", "whatsapp"];
        let person = self.what == "a source of members"
            && !self.entries.iter().any(|(key, _)| key.text().is_some_and(|key| sources.contains(&key)));
        for (key, _) in self.entries {
            let Some(name) = key.text().filter(|name| !self.known.contains(name)) else { continue };
            // Where people are, any other word may be somebody's name.
            let hidden = person || (cx.secret && !is_slip(name, &self.known));
            let shown = if hidden { "this".to_owned() } else { super::cx::quoted(name) };
            let known: &[&str] = if cx.report.is_crowded() { &[] } else { &self.known };
            let help =
                elsewhere(self.what, name).map_or_else(|| did_you_mean_word(name, known), ToOwned::to_owned);
            cx.report
                .error("unknown-key", key.span, format!("{shown} is no key of {}", self.what))
                .help(help);
        }
    }
}

/// Whether a word is one of the keys but for one slip.
fn is_slip(word: &str, known: &[&str]) -> bool {
    word.len() <= 14 && known.iter().any(|key| strsim::damerau_levenshtein(key, word) <= 1)
}

/// What to write where something else than keys stands.
fn instead(what: &str) -> &'static str {
    match what {
        "a group" => {
            "write `members:` under it, and the phone numbers below that: - \"+15550123456\", one a line"
        }
        "a session" => "write the name as a key: `main: {name: Main Line}`",
        "a `suppress` entry" => "write `- phone: \"+15550100000\"`, or `- csv: private/do-not-contact.csv`",
        "a source of members" => {
            "write `- csv: FILE`, `- json: FILE` or `- group: NAME`; phone numbers stand under `members:`"
        }
        "a `moved` entry" => "write `- {from: group.vips, to: group.vip}`",
        _ => "write `key: value` lines under it, indented, or {key: value}",
    }
}

/// What a key that exists elsewhere is asked for here.
fn elsewhere(what: &str, key: &str) -> Option<&'static str> {
    match (what, key) {
        ("a send", "at" | "daily" | "weekly" | "monthly" | "cron" | "timezone") => Some(
            "a send goes out when it is applied; what goes out at a given time stands under `schedules:`",
        ),
        ("a schedule", "run" | "repeat_of" | "send_by" | "audience" | "state") => {
            Some("this key is for `sends:`, which go out when they are applied")
        }
        ("a group", "csv" | "json" | "file" | "whatsapp") => {
            Some("write it under `members_from:`, as in `members_from: [{csv: private/vip.csv}]`")
        }
        _ => None,
    }
}
