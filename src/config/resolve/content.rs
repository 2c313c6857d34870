//! What a schedule or a send says: texts by value, by name or from a file, and media.

use std::collections::BTreeMap;
use std::io::Read;

use super::Settings;
use super::placeholders::{Found, find};
use crate::config::file::{CampaignFile, MessageFile, MessageTable};
use crate::config::paths;
use crate::config::read::{Cx, Slot, Text, Written, did_you_mean};
use crate::config::spans::{FileId, Span};
use crate::model::{Content, normal, text_length};

/// Characters of a text, the limit of the API (`api.md`, *Bulk send*).
const MAX_TEXT: usize = 4_096;
/// Bytes of a message file that are read.
const MAX_FILE: u64 = 1 << 20;
/// Bytes of all message files together.
const MAX_TEXTS: u64 = 64 << 20;

/// A text that could be read; normalised; may be empty. `None` where it is wrong, and reported.
type Said = Option<String>;

/// `messages:`, by name.
pub struct Messages {
    texts: BTreeMap<String, Said>,
    complete: bool,
}

impl Messages {
    /// Reads and checks all of them, used or not.
    pub fn read(file: &CampaignFile, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Self {
        let mut texts = BTreeMap::new();
        for entry in file.messages.get().map(|map| map.entries.as_slice()).unwrap_or_default() {
            let said = match &entry.value {
                None => None,
                Some(MessageFile::Text(text)) => checked(text, false, cx),
                Some(MessageFile::Table(table)) => {
                    if let Some(used) = table.used.get() {
                        cx.report
                            .error(
                                "bad-message",
                                used.span,
                                "a text under `messages:` cannot use another one",
                            )
                            .help("write the text itself, or {file: …}");
                        None
                    } else {
                        from_table(table, None, settings, cx)
                    }
                }
            };
            if said.as_ref().is_some_and(|text| text.trim().is_empty()) {
                cx.report
                    .error("empty-message", entry.span, "this message has no text")
                    .help("write the text after the key; a long one on indented lines after `|`");
            }
            texts.insert(entry.key.clone(), said);
        }
        Self { texts, complete: settings.all_read && !matches!(file.messages, Slot::Broken) }
    }

    fn used(&self, name: &Text, cx: &mut Cx<'_>) -> Said {
        if let Some(said) = self.texts.get(normal(&name.value).as_ref()) {
            return said.clone();
        }
        if self.complete {
            let quoted = name.quote(cx);
            let mut help = String::new();
            if !cx.report.is_crowded() {
                help = did_you_mean(&name.value, "message", self.texts.keys().map(String::as_str));
            }
            if self.texts.is_empty() || help.is_empty() {
                "add it under `messages:`, or write the text itself".clone_into(&mut help);
            }
            cx.report
                .error("unknown-reference", name.span, format!("there is no message {quoted}"))
                .help(help);
        }
        None
    }
}

/// The content of `what`, whose key is at `owner`.
pub fn content(
    what: &str,
    owner: Span,
    (message, media): (&Slot<MessageFile>, &Slot<Text>),
    messages: &Messages,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> Option<Content> {
    let media = match media {
        Slot::Missing => None,
        Slot::Broken => return None,
        Slot::Given(text) => Some(media_url(text, cx)),
    };
    let text = match message {
        Slot::Missing => String::new(),
        Slot::Broken => return None,
        Slot::Given(MessageFile::Text(text)) => checked(text, false, cx)?,
        Slot::Given(MessageFile::Table(table)) => from_table(table, Some(messages), settings, cx)?,
    };
    let media = match media {
        None => None,
        Some(None) => return None,
        Some(url) => url,
    };
    let text = (!text.trim().is_empty()).then_some(text);
    if text.is_none() && media.is_none() {
        cx.report
            .error("empty-message", owner, format!("{what} says nothing: it has neither a text nor media"))
            .help("add `message: …`, or `media: https://…`, or both");
        return None;
    }
    Some(Content { text, media })
}

/// Exactly one of `use`, `file`, `text`.
fn from_table(
    table: &MessageTable,
    messages: Option<&Messages>,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> Said {
    let allowed = table.allow_placeholders.get().is_some_and(|flag| flag.value);
    let given: Vec<(&str, Span)> = [("use", &table.used), ("file", &table.file), ("text", &table.text)]
        .into_iter()
        .filter_map(|(key, slot)| Some((key, slot.get()?.span)))
        .collect();
    if let [(_, first), (key, span), ..] = given[..] {
        cx.report
            .error("two-ways", span, format!("a message has one text: `{key}:` is one too many"))
            .also(first, "the other one")
            .help("keep one of `use:`, `file:` and `text:`");
        return None;
    }
    match (&table.used, &table.file, &table.text) {
        (Slot::Given(name), ..) => {
            if allowed {
                cx.report
                    .error("bad-message", name.span, "`allow_placeholders:` does not go with `use:`")
                    .help(
                        "write it where the text is, under `messages:`: {text: …, allow_placeholders: true}",
                    );
                return None;
            }
            match messages {
                Some(messages) => messages.used(name, cx),
                None => None,
            }
        }
        (_, Slot::Given(path), _) => from_file(path, allowed, settings, cx),
        (.., Slot::Given(text)) => checked(text, allowed, cx),
        (Slot::Missing, Slot::Missing, Slot::Missing) => {
            cx.report
                .error("missing-key", table.span(), "this message has no text")
                .help("add one of {use: NAME}, {file: PATH}, {text: …}");
            None
        }
        _ => None,
    }
}

fn from_file(path: &Text, allowed: bool, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Said {
    let named = paths::open(path, settings.root, "the text", cx)?;
    if let Some(file) = cx.texts.get(&named.path).copied() {
        let text = cx.files.text(file).to_owned();
        return from_text(file, &text, allowed, cx);
    }
    let mut bytes = Vec::new();
    let read = (&named.file).take(MAX_FILE + 1).read_to_end(&mut bytes);
    let quoted = path.quote(cx);
    if read.is_err() || bytes.len() as u64 > MAX_FILE {
        cx.report
            .error("too-large", path.span, format!("{quoted} cannot be a message: it is larger than 1 MiB"))
            .help(format!("a message has at most {MAX_TEXT} characters"));
        return None;
    }
    let Ok(text) = String::from_utf8(bytes) else {
        cx.report
            .error("encoding", path.span, format!("{quoted} is not UTF-8 text"))
            .help("open it in a text editor and save it as UTF-8");
        return None;
    };
    cx.text_bytes += text.len() as u64;
    if cx.text_bytes > MAX_TEXTS {
        cx.report
            .error("too-large", path.span, "the files with texts are larger than 64 MiB together")
            .help(format!("a message has at most {MAX_TEXT} characters: name files that hold only the text"));
        return None;
    }
    // A byte-order mark is no character of the first line.
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
    let file = paths::note(&named, text.clone(), &mut cx.files);
    cx.texts.insert(named.path, file);
    from_text(file, &text, allowed, cx)
}

fn from_text(file: FileId, body: &str, allowed: bool, cx: &mut Cx<'_>) -> Said {
    if let Some(at) = body.find(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        cx.report
            .error("control-character", Span::new(file, at, at + 1), "a control character")
            .help("remove it: nobody can see it and servers refuse it");
        return None;
    }
    check(body, &|range| Span::new(file, range.start, range.end), allowed, cx)
}

/// A text that is written in YAML.
fn checked(text: &Text, allowed: bool, cx: &mut Cx<'_>) -> Said {
    let raw = cx.files.slice(text.span).to_owned();
    let span = |range: std::ops::Range<usize>| {
        let found = text.value.get(range).unwrap_or_default();
        match raw.find(found) {
            Some(at) if !found.is_empty() => text.span.part(at, found.len()),
            _ => text.span,
        }
    };
    comment_after(text, &raw, cx);
    check(&text.value, &span, allowed, cx)
}

/// YAML ends a text without quotes at ` #`: what follows may be meant.
fn comment_after(text: &Text, raw: &str, cx: &mut Cx<'_>) {
    if raw.is_empty() || raw.starts_with(['"', '\'', '|', '>', '!', '&', '*']) {
        return;
    }
    let rest = cx.files.text(text.span.file).get(text.span.end as usize..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if blanks > 0 && rest[blanks..].starts_with('#') {
        let at = Span { start: text.span.end, ..text.span }.part(blanks, 1);
        cx.report
            .warning("text-cut", at, "the text ends here: YAML takes ` #` and what follows it for a comment")
            .help("put the whole text in quotes if that belongs to it; else write the comment on a line of its own");
    }
}

fn check(body: &str, span: &dyn Fn(std::ops::Range<usize>) -> Span, allowed: bool, cx: &mut Cx<'_>) -> Said {
    let before = cx.report.errors();
    let text = Content::normalise(body);
    let length = text_length(&text);
    if length > MAX_TEXT {
        cx.report
            .error(
                "text-too-long",
                span(0..body.len()),
                format!("this text has {length} characters; the API takes at most {MAX_TEXT}"),
            )
            .help(format!("shorten it by {}, or send it as two", length - MAX_TEXT));
    }
    for (found, range) in find(body) {
        let shown = crate::model::one_line(&body[range.clone()], 40);
        match found {
            Found::Placeholder if allowed => {}
            Found::Placeholder => {
                cx.report
                    .error("placeholder", span(range), format!("nothing fills in placeholders: people would read \"{shown}\""))
                    .help("write the text without it; if it is meant to be read like this, write message: {text: …, allow_placeholders: true}");
            }
            Found::Draft => {
                cx.report
                    .warning("draft-text", span(range), format!("\"{shown}\" looks like an unfinished text"))
                    .help("finish the text before it is sent");
            }
        }
    }
    (cx.report.errors() == before).then_some(text)
}

/// An http or https address without credentials.
fn media_url(text: &Text, cx: &mut Cx<'_>) -> Option<String> {
    let address = text.value.trim();
    let quoted = text.quote(cx);
    let (message, help) = match url::Url::parse(address) {
        Err(_) if !address.contains("://") => (
            format!("{quoted} is not a web address"),
            "media are fetched by the API from a public address: write https://…",
        ),
        Err(_) => (
            format!("{quoted} is not a web address"),
            "copy the whole address from a browser: https://example.com/report.pdf",
        ),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => (
            format!("{quoted} is neither http nor https"),
            "media are fetched by the API from a public address: write https://…",
        ),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => (
            "this address has a user name or a password in it".to_owned(),
            "use a public address: credentials never belong in YAML",
        ),
        Ok(_) if address.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            ("there is white space inside this address".to_owned(), "remove it, or write it as %20")
        }
        Ok(_) => return Some(address.to_owned()),
    };
    cx.report.error("bad-media", text.span, message).help(help);
    None
}
