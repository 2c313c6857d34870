//! References by name, and where things are written.

use std::collections::BTreeSet;

use crate::config::file::CampaignFile;
use crate::config::read::{Cx, Map, Slot, Text, did_you_mean};
use crate::config::spans::Span;
use crate::model::{Source, names_phone, normal};

/// The names that there are, whether or not what they name is right.
#[derive(Debug)]
pub struct Names<'a> {
    /// Under `sessions:`.
    pub sessions: BTreeSet<&'a str>,
    /// Under `groups:`.
    pub groups: BTreeSet<&'a str>,
    /// Under `schedules:`.
    pub schedules: BTreeSet<&'a str>,
    /// Under `sends:`.
    pub sends: BTreeSet<&'a str>,
    all_read: bool,
}

impl<'a> Names<'a> {
    /// Collects them.
    pub fn of(file: &'a CampaignFile, all_read: bool) -> Self {
        fn keys<T>(slot: &Slot<Map<T>>) -> (BTreeSet<&str>, bool) {
            let set = slot.get().map(|map| map.keys().collect()).unwrap_or_default();
            (set, !matches!(slot, Slot::Broken))
        }
        let (sessions, a) = keys(&file.sessions);
        let (groups, b) = keys(&file.groups);
        let (schedules, c) = keys(&file.schedules);
        let (sends, d) = keys(&file.sends);
        Self { sessions, groups, schedules, sends, all_read: all_read && a && b && c && d }
    }

    /// Whether what is not there is really missing, and not in a file that could not be read.
    pub fn complete(&self) -> bool {
        self.all_read
    }

    /// Checks a name of a group.
    pub fn group(&self, text: &Text, cx: &mut Cx<'_>) -> Option<String> {
        self.check(text, "group", &self.groups, cx)
    }

    /// Checks a name of a session.
    pub fn session(&self, text: &Text, cx: &mut Cx<'_>) -> Option<String> {
        self.check(text, "session", &self.sessions, cx)
    }

    fn check(&self, text: &Text, what: &str, names: &BTreeSet<&str>, cx: &mut Cx<'_>) -> Option<String> {
        let value = normal(&text.value);
        if names.contains(value.as_ref()) {
            return Some(value.into_owned());
        }
        if self.all_read {
            let quoted = text.quote(cx);
            let mut help = String::new();
            if !cx.report.is_crowded() {
                help = did_you_mean(&text.value, what, names.iter().copied());
            }
            if names.is_empty() || help.is_empty() {
                help = format!("add it under `{what}s:`");
            }
            cx.report
                .error("unknown-reference", text.span, format!("there is no {what} {quoted}"))
                .help(help);
        }
        None
    }
}

/// Where something is written, for later layers.
pub fn source(span: Span, cx: &Cx<'_>) -> Source {
    let (line, column) = cx.files.line_and_column(span);
    Source { file: cx.files.name(span.file).to_owned(), line, column }
}

/// The same for what the ledger keeps, which has no phone in it (`send-safety.md`, *The ledger*).
pub fn kept_name(given: &Slot<Text>, key: &str, cx: &mut Cx<'_>) -> Option<String> {
    let name = shown_name(given, key, cx)?;
    match given.get().filter(|text| names_phone(&text.value)) {
        Some(text) => {
            cx.report
                .error("phone-in-name", text.span, "there is a phone number in this name")
                .help("take the number out of the name: names stand in plans, the ledger and logs");
            None
        }
        None => Some(name),
    }
}

/// A name as the account shows it: the one given, or the key; 1 to 255 characters on one line.
pub fn shown_name(given: &Slot<Text>, key: &str, cx: &mut Cx<'_>) -> Option<String> {
    let text = match given {
        Slot::Missing => return Some(key.to_owned()),
        Slot::Broken => return None,
        Slot::Given(text) => text,
    };
    let length = crate::model::text_length(&text.value);
    let (message, help) = if text.value.trim().is_empty() {
        ("a name cannot be empty".to_owned(), "write a name, or remove the key to use the entry's own")
    } else if length > 255 {
        (format!("this name has {length} characters; the API takes at most 255"), "shorten it")
    } else if text.value.contains(['\n', '\r', '\t']) {
        ("a name is one line".to_owned(), "remove the line breaks and tabs")
    } else if text.value.trim() != text.value {
        (
            "this name begins or ends with a space".to_owned(),
            "remove it: nobody can see it, and servers drop it",
        )
    } else {
        return Some(text.value.clone());
    };
    cx.report.error("bad-name", text.span, message).help(help);
    None
}
