//! `environments:`: what differs in the one chosen with `-e`, laid over the rest before it is read.

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
                .error("unknown-environment", at, format!("there is no environment {}", super::read::quoted(wanted)))
                .help(help);
        }
        return false;
    };
    let chosen = chosen.clone();
    if let Value::Map(entries) = chosen.value {
        for (key, value) in entries {
            let name = key.text().unwrap_or_default().to_owned();
            if ["account", "sessions", "policy", "ledger"].contains(&name.as_str()) {
                lay(root, key, value, depth(&name));
            }
        }
    }
    true
}

/// Puts `key: value` into a mapping, or into what the mapping has under that key.
fn lay(target: &mut Node, key: Node, value: Node, depth: usize) {
    let Value::Map(entries) = &mut target.value else { return };
    let present = entries.iter_mut().find(|(k, _)| k.text() == key.text());
    match present {
        None => entries.push((key, value)),
        Some((_, present)) => match value.value {
            Value::Map(more) if depth > 0 && matches!(present.value, Value::Map(_)) => {
                for (key, value) in more {
                    lay(present, key, value, depth - 1);
                }
            }
            _ if value.is_null() => {}
            _ => *present = value,
        },
    }
}
