//! `environments:`: what differs in the one chosen with `-e`, laid over the rest before it is read.

use std::collections::BTreeMap;

use super::read::{Cx, did_you_mean};
use super::report::At;
use super::spans::{Node, Value};

/// How deep values are laid over each other; below that they replace each other whole.
fn depth(key: &str) -> usize {
    // A session and a rule of the policy are each one thing; the account's limits differ one by one.
    if key == "account" { 2 } else { 1 }
}

/// Lays the chosen environment over `root`. Whether there was one to choose.
pub fn overlay(root: &mut Node, environment: Option<&str>, all_read: bool, cx: &mut Cx<'_>) -> bool {
    let Some(wanted) = environment else { return false };
    let environments = root.entry("environments").map(|(_, value)| value);
    let Some((_, chosen)) = environments.and_then(|node| node.entry(wanted)) else {
        if all_read {
            let names: Vec<&str> = environments
                .and_then(Node::entries)
                .unwrap_or_default()
                .iter()
                .filter_map(|(key, _)| key.text())
                .collect();
            let help = did_you_mean(wanted, "environment", names);
            let at = match environments {
                Some(node) => At::File(node.span.file),
                None => At::File(root.span.file),
            };
            cx.report
                .error(
                    "unknown-environment",
                    at,
                    format!("there is no environment {}", super::read::quoted(wanted)),
                )
                .help(help);
        }
        return false;
    };
    let chosen = chosen.clone();
    if let Value::Map(entries) = chosen.value {
        let known = ["account", "sessions", "policy", "ledger"];
        let more = entries
            .into_iter()
            .filter(|(key, _)| key.text().is_some_and(|key| known.contains(&key)))
            .map(|(key, value)| {
                let depth = key.text().map_or(0, depth);
                (key, value, depth)
            })
            .collect();
        lay(root, more);
    }
    true
}

/// Puts entries into a mapping, or into what the mapping has under their keys.
fn lay(target: &mut Node, more: Vec<(Node, Node, usize)>) {
    let Value::Map(entries) = &mut target.value else { return };
    let places: BTreeMap<String, usize> = entries
        .iter()
        .enumerate()
        .filter_map(|(place, (key, _))| Some((key.text()?.to_owned(), place)))
        .collect();
    for (key, value, depth) in more {
        let place = key.text().and_then(|key| places.get(key));
        let Some((_, present)) = place.and_then(|place| entries.get_mut(*place)) else {
            entries.push((key, value));
            continue;
        };
        match value.value {
            Value::Map(inner) if depth > 0 && matches!(present.value, Value::Map(_)) => {
                lay(present, inner.into_iter().map(|(key, value)| (key, value, depth - 1)).collect());
            }
            _ if value.is_null() => {}
            _ => *present = value,
        }
    }
}
