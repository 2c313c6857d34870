//! Several files as one: sections are joined, nothing may be given twice (`product.md`, *Files*).

use std::collections::BTreeMap;

use super::report::{At, Report};
use super::spans::{FileId, Node, Span, Value};

/// A file that was read.
#[derive(Debug)]
pub struct Part {
    /// Which.
    pub file: FileId,
    /// What is in it.
    pub tree: Node,
}

/// Sections whose entries are joined by name.
const MAPS: [&str; 6] = ["sessions", "groups", "messages", "schedules", "sends", "environments"];
/// Sections whose items are joined.
const LISTS: [&str; 2] = ["suppress", "moved"];
/// Keys that may repeat with equal values.
const EQUAL: [&str; 2] = ["version", "project"];

/// Joins the files into one mapping. `None` where no file could be read.
pub fn combine(parts: Vec<Part>, report: &mut Report) -> Option<Node> {
    let mut whole: Vec<(Node, Node)> = Vec::new();
    let mut places: Option<BTreeMap<String, usize>> = None;
    let mut first_file = None;
    for Part { file, tree } in parts {
        first_file.get_or_insert(file);
        let span = tree.span;
        let entries = match tree.value {
            Value::Map(entries) => entries,
            Value::Scalar(..) if tree.span.start == tree.span.end => {
                report
                    .error("missing-version", At::File(file), "this file is empty")
                    .help("begin it with `version: 1` and `project: NAME`; or remove it, or list it in .campaignignore");
                continue;
            }
            Value::Scalar(..) | Value::List(_) => {
                report
                    .error("wrong-type", tree.span, "a campaign file is made of keys with values")
                    .help("begin it with `version: 1` and `project: NAME`");
                continue;
            }
        };
        if !entries.iter().any(|(key, _)| key.text() == Some("version")) {
            let at = entries.first().map_or(Span::new(file, 0, 0), |(key, _)| key.span);
            report.error("missing-version", Span { start: at.start.max(span.start), ..at }, "this YAML file has no `version:`").help(
                "add `version: 1` at its top if it belongs to the project; list the file in .campaignignore if it does not",
            );
        }
        if whole.is_empty() {
            whole = entries;
            continue;
        }
        let places = places.get_or_insert_with(|| {
            let name = |(place, (key, _)): (usize, &(Node, Node))| {
                (key.text().unwrap_or_default().to_owned(), place)
            };
            whole.iter().enumerate().map(name).collect()
        });
        for (key, value) in entries {
            add(&mut whole, places, key, value, report);
        }
    }
    let file = first_file?;
    check_project(&whole, Span::new(file, 0, 0), report);
    Some(Node { span: Span::new(file, 0, 0), value: Value::Map(whole) })
}

fn add(
    whole: &mut Vec<(Node, Node)>,
    places: &mut BTreeMap<String, usize>,
    key: Node,
    value: Node,
    report: &mut Report,
) {
    let name = key.text().unwrap_or_default().to_owned();
    let Some((first, present)) = places.get(&name).and_then(|place| whole.get_mut(*place)) else {
        places.insert(name, whole.len());
        whole.push((key, value));
        return;
    };
    if EQUAL.contains(&name.as_str()) {
        if value.text() != present.text() {
            let message = match name.as_str() {
                "project" => "another project than in the other files".to_owned(),
                _ => format!("`{name}` differs from the other files"),
            };
            report.error("two-projects", value.span, message).also(present.span, "the other one").help(
                "files of one directory belong to one project: mend the name, or move one project to a directory of its own",
            );
        }
        return;
    }
    if value.is_null() {
        return;
    }
    if present.is_null() {
        *present = value;
        return;
    }
    match (&mut present.value, value.value) {
        (Value::Map(present), Value::Map(more)) if MAPS.contains(&name.as_str()) => {
            let mut index: BTreeMap<String, Span> =
                present.iter().filter_map(|(key, _)| Some((key.text()?.to_owned(), key.span))).collect();
            for (key, value) in more {
                let word = key.text().unwrap_or_default().to_owned();
                if let Some(before) = index.get(&word) {
                    report
                        .error(
                            "duplicate-key",
                            key.span,
                            format!("`{}` is twice under `{name}:`", crate::model::one_line(&word, 60)),
                        )
                        .also(*before, "first given here")
                        .help("rename one of the two, or remove it");
                } else {
                    index.insert(word, key.span);
                    present.push((key, value));
                }
            }
        }
        (Value::List(present), Value::List(more)) if LISTS.contains(&name.as_str()) => present.extend(more),
        _ => {
            report
                .error("duplicate-key", key.span, format!("`{name}` is given twice"))
                .also(first.span, "first given here")
                .help("write it in one of the files only");
        }
    }
}

fn check_project(whole: &[(Node, Node)], at: Span, report: &mut Report) {
    // A file with nothing in it is told already, with what to write into it.
    if !whole.is_empty() && !whole.iter().any(|(key, _)| key.text() == Some("project")) {
        let at = whole.first().map_or(at, |(key, _)| key.span);
        report
            .error("missing-key", at, "the project has no name")
            .help("add for example `project: acme`: it names the ledger, the memory of what was sent");
    }
}
