//! The members that a group has of its own, and the suppressed.

use std::io::Read;

use super::Settings;
use super::csv_source::{self, Csv};
use super::encrypted::{self, Damage};
use super::json_source;
use super::rows::{Row, Where, without_repeats};
use crate::config::file::{CampaignFile, GroupFile, SourceFile, SuppressFile, phone_of_cell, phone_of_text};
use crate::config::paths::{self, Named};
use crate::config::read::{Cx, Slot, Text, Written};
use crate::config::spans::{FileId, Span};
use crate::model::{CHECKED_WHEN_READ, PhoneSet, is_in_use};

/// Repeats shown a group.
const SHOWN: usize = 5;

/// A file of members, open.
pub struct Source {
    /// The file, for places.
    pub file: FileId,
    /// What is in it, decrypted.
    pub input: Box<dyn Read>,
    /// Whether it broke while it was read.
    pub damage: Damage,
}

/// Opens a file of members; one that ends in `.age` is decrypted as it is read.
pub fn open(path: &Text, is_json: bool, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Option<Source> {
    let quoted = path.quote(cx);
    let named = paths::open(path, settings.root, "the members", cx)?;
    if named.length > settings.max_source_bytes {
        let limit = settings.max_source_bytes >> 20;
        cx.report
            .error("too-large", path.span, format!("{quoted} is larger than {limit} MiB"))
            .help("split it into several files, one line each under `members_from:`");
        return None;
    }
    let file = paths::note(&named, String::new(), &mut cx.files);
    cx.sources.insert(file, (path.clone(), is_json));
    let (input, damage) = readable(path, named, settings, cx)?;
    Some(Source { file, input, damage })
}

/// Opens a file of members once more; what may be wrong with it was said the first time.
pub fn reopen(path: &Text, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Option<Box<dyn Read>> {
    let said = std::mem::take(&mut cx.report);
    let named = paths::open(path, settings.root, "the members", cx);
    let input = named.and_then(|named| readable(path, named, settings, cx));
    cx.report = said;
    Some(input?.0.take(settings.max_source_bytes)).map(|input| Box::new(input) as Box<dyn Read>)
}

fn readable(
    path: &Text,
    named: Named,
    settings: &Settings<'_>,
    cx: &mut Cx<'_>,
) -> Option<(Box<dyn Read>, Damage)> {
    if path.value.trim().to_ascii_lowercase().ends_with(".age") {
        encrypted::open(path, named, settings, cx)
    } else {
        Some((Box::new(named.file) as Box<dyn Read>, Damage::default()))
    }
}

/// `suppress:`, as written.
pub fn suppressed(file: &CampaignFile, settings: &Settings<'_>, cx: &mut Cx<'_>) -> PhoneSet {
    let entries = file.suppress.get().map(|list| list.items.as_slice()).unwrap_or_default();
    let mut phones = Vec::new();
    for entry in entries {
        let SuppressFile { csv, phone, name, delimiter, .. } = entry;
        match (csv, phone) {
            (Slot::Given(path), _) => {
                let rows = csv_source::read(Csv { path, phone, name, delimiter }, settings, cx);
                phones.extend(rows.into_iter().map(|row| row.phone));
            }
            (Slot::Missing, Slot::Given(text)) => {
                csv_only(&[name, delimiter], cx);
                phones.extend(phone_of_text(text, cx));
            }
            (Slot::Missing, Slot::Missing) => {
                cx.report
                    .error("missing-key", entry.span(), "this entry names nobody")
                    .help("write `- phone: \"+15550100000\"` or `- csv: private/do-not-contact.csv`");
            }
            _ => {}
        }
    }
    phones.into_iter().collect()
}

/// Keys that describe the columns of a CSV file, where there is none.
pub fn csv_only(slots: &[&Slot<Text>], cx: &mut Cx<'_>) {
    for text in slots.iter().filter_map(|slot| slot.get()) {
        cx.report
            .error("csv-only", text.span, "this key describes a CSV file, and none is named here")
            .help("remove it, or add `csv: FILE`");
    }
}

/// Which kind a source is.
pub enum Kind<'a> {
    /// A file of members.
    Csv(&'a Text),
    /// A file of members.
    Json(&'a Text),
    /// Another group, or a WhatsApp group.
    Other,
}

/// The one kind that a source has; anything else is reported.
pub fn kind<'a>(source: &'a SourceFile, cx: &mut Cx<'_>) -> Option<Kind<'a>> {
    let SourceFile { csv, json, group, whatsapp, phone, name, delimiter, .. } = source;
    let mut there: Vec<(&str, Span)> = [("csv", csv), ("json", json), ("group", group)]
        .into_iter()
        .filter_map(|(key, slot)| Some((key, slot.get()?.span)))
        .collect();
    there.extend(whatsapp.get().map(|table| ("whatsapp", table.span())));
    let broken = [csv, json, group].iter().any(|slot| matches!(slot, Slot::Broken))
        || matches!(whatsapp, Slot::Broken);
    if let [(_, first), (key, second), ..] = there[..] {
        cx.report
            .error("two-ways", second, format!("one entry has one source: `{key}:` is one too many"))
            .also(first, "the other one")
            .help("write each source as an entry of its own, beginning with `- `");
        return None;
    }
    if broken {
        return None;
    }
    if there.is_empty()
        && let Some(text) = phone.get()
        && phone_of_cell(&text.value).is_ok()
    {
        cx.report
            .error("missing-key", source.span(), "this entry is a person, and sources of members belong here")
            .help("move it under `members:`: - {phone: \"+15550123456\", name: Jane Doe}");
        return None;
    }
    if csv.is_missing() {
        csv_only(&[phone, name, delimiter], cx);
    }
    match (csv, json, group, whatsapp) {
        (Slot::Given(path), ..) => Some(Kind::Csv(path)),
        (_, Slot::Given(path), ..) => Some(Kind::Json(path)),
        (_, _, Slot::Given(_), _) | (.., Slot::Given(_)) => Some(Kind::Other),
        _ => {
            cx.report.error("missing-key", source.span(), "this entry names no source of members").help(
                "write one of `- csv: FILE`, `- json: FILE`, `- group: NAME`, `- whatsapp: {group: ID}`",
            );
            None
        }
    }
}

/// Everyone whom a group names itself, inline and in files; each once, in ascending order.
pub fn own(group: &GroupFile, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(members) = group.members.get() {
        rows.extend(members.list.iter().map(|member| Row {
            phone: member.phone,
            name: member.name.clone(),
            at: Where::Span(member.span),
        }));
    }
    let sources = group.members_from.get().map(|list| list.items.as_slice()).unwrap_or_default();
    for source in sources {
        match kind(source, cx) {
            Some(Kind::Csv(path)) => {
                let csv =
                    Csv { path, phone: &source.phone, name: &source.name, delimiter: &source.delimiter };
                rows.append(&mut csv_source::read(csv, settings, cx));
            }
            Some(Kind::Json(path)) => rows.append(&mut json_source::read(path, settings, cx)),
            Some(Kind::Other) | None => {}
        }
    }
    let mut repeats = 0;
    let mut last = None;
    let rows = without_repeats(rows, |first, again| {
        repeats += 1;
        last = Some(again.at);
        if repeats <= SHOWN {
            let message = if first.phone == again.phone {
                "this phone number is in the group twice"
            } else {
                "this phone number is in the group twice, in two forms that WhatsApp treats as one"
            };
            cx.report
                .warning("duplicate-member", again.at, message)
                .also(first.at, "first given here")
                .help("keep one of the two; the person gets the message once either way");
        }
    });
    not_in_use(&rows, cx);
    if let Some(at) = last.filter(|_| repeats > SHOWN) {
        let message = format!("{} more phone numbers are in this group twice", repeats - SHOWN);
        cx.report.warning("duplicate-member", at, message).help("people get the message once either way");
    }
    rows
}

/// Numbers that no numbering plan has: one warning a group, at the first. New ranges exist, so it is no error. In a
/// large group the plan looks at those who are added.
fn not_in_use(rows: &[Row], cx: &mut Cx<'_>) {
    if rows.len() > CHECKED_WHEN_READ {
        return;
    }
    let wrong = || rows.iter().filter(|row| !is_in_use(row.phone)).map(|row| row.at);
    let Some(first) = wrong().min() else { return };
    let count = wrong().count();
    let message = if count == 1 {
        "this number is in no country's numbering plan".to_owned()
    } else {
        format!("{count} numbers of this group are in no country's numbering plan; this is the first")
    };
    cx.report
        .warning("number-not-in-use", first, message)
        .help("check that it begins with its country code, as in \"+15550123456\", and for a slip; a number of a new range, or an example, is fine");
}
