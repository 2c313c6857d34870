//! Which values of a file are people's data: their lines are masked wherever they are shown.
//!
//! Owns only where people are, also where they were put by mistake. How a line is masked is `spans`'.

use super::spans::{Files, Node, Span, Value};

/// What makes an entry of `members_from` a source, and no person.
const SOURCES: [&str; 4] = ["csv", "json", "group", "whatsapp"];

/// Everything under `members` and `suppress`, also where these words have a slip in them; and people who stand where
/// no people belong: as an entry of `members_from`, or directly under a group.
pub fn hide_people(root: &Node, files: &mut Files) {
    for (key, value) in root.entries().unwrap_or_default() {
        match value.entries() {
            _ if !is_near(key, &["groups"]) => entry(key, value, files),
            Some(groups) => groups.iter().for_each(|(_, group)| match &group.value {
                Value::Map(_) => walk(group, files),
                _ => hide(group, None, files),
            }),
            None => hide(value, None, files),
        }
    }
}

fn walk(node: &Node, files: &mut Files) {
    match &node.value {
        Value::Scalar(..) => {}
        Value::List(items) => items.iter().for_each(|item| walk(item, files)),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| entry(key, value, files)),
    }
}

fn entry(key: &Node, value: &Node, files: &mut Files) {
    if is_near(key, &["members", "suppress"]) {
        // From the key on, so that an anchor is masked too; an alias stands elsewhere.
        if value.span.file == key.span.file && value.span.start >= key.span.end {
            files.hide(Span { start: key.span.end, ..value.span });
        }
        hide(value, None, files);
        if is_near(key, &["suppress"]) {
            show_paths(value, files);
        }
    } else if is_near(key, &["members_from"]) {
        let items = match &value.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        for item in items.iter().filter(|item| SOURCES.iter().all(|source| item.entry(source).is_none())) {
            hide(item, None, files);
        }
    } else {
        walk(value, files);
    }
}

/// A path of a file is what has to be mended, and nobody's data.
fn show_paths(suppress: &Node, files: &mut Files) {
    let Value::List(entries) = &suppress.value else { return };
    for (key, path) in entries.iter().filter_map(|entry| entry.entry("csv")) {
        // An anchor stands before the value.
        let whole = Span { start: key.span.start, ..path.span };
        let is_here = path.span.file == key.span.file && path.span.start >= key.span.end;
        if path.text().is_some() {
            files.reveal(if is_here { whole } else { path.span });
        }
    }
}

/// Whether a key is one of the words, or nearly so.
fn is_near(key: &Node, words: &[&str]) -> bool {
    let name = key.text().unwrap_or_default();
    words.iter().any(|word| name.len() <= word.len() + 5 && strsim::damerau_levenshtein(word, name) <= 2)
}

/// Hides a value and what is in it: by aliases, that may stand elsewhere.
fn hide(node: &Node, within: Option<Span>, files: &mut Files) {
    let inside = |outer: Span| {
        outer.file == node.span.file && outer.start <= node.span.start && node.span.end <= outer.end
    };
    let within = within.filter(|outer| inside(*outer)).unwrap_or_else(|| {
        files.hide(node.span);
        node.span
    });
    match &node.value {
        Value::Scalar(..) => {}
        Value::List(items) => items.iter().for_each(|item| hide(item, Some(within), files)),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            hide(key, Some(within), files);
            hide(value, Some(within), files);
        }),
    }
}
