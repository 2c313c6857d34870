//! Examples as a person would write them: short ones on one line, quotes only where they are needed.

use serde_json::{Value, json};

/// `key: value`, with keys in the order of the schema.
pub fn example(key: &str, value: &Value, orders: &[Vec<&str>]) -> String {
    let written = match value {
        Value::Object(_) | Value::Array(_) if flow(value, orders).len() > 70 || has_maps(value) => {
            format!("{key}:\n{}", block(value, orders, 2))
        }
        _ => format!("{key}: {}\n", flow(value, orders)),
    };
    // Read back, it is the same: what the manual shows can be copied.
    let back: Value = serde_yaml::from_str(&written).unwrap();
    assert_eq!(back, json!({key: value}), "{written}");
    written
}

fn has_maps(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.values().any(Value::is_object),
        Value::Array(items) => items.iter().any(Value::is_object),
        _ => false,
    }
}

fn block(value: &Value, orders: &[Vec<&str>], indent: usize) -> String {
    let space = " ".repeat(indent);
    match value {
        Value::Array(items) => {
            items.iter().map(|item| format!("{space}- {}\n", flow(item, orders))).collect()
        }
        Value::Object(object) => sorted(object, orders)
            .into_iter()
            .map(|key| match &object[key] {
                child @ Value::Object(_) => format!("{space}{key}:\n{}", block(child, orders, indent + 2)),
                child => format!("{space}{key}: {}\n", flow(child, orders)),
            })
            .collect(),
        other => format!("{space}{}\n", flow(other, orders)),
    }
}

/// On one line.
pub fn flow(value: &Value, orders: &[Vec<&str>]) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| flow(item, orders)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(object) => {
            let entries: Vec<String> = sorted(object, orders)
                .into_iter()
                .map(|key| format!("{key}: {}", flow(&object[key], orders)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

fn sorted<'a>(object: &'a serde_json::Map<String, Value>, orders: &[Vec<&str>]) -> Vec<&'a str> {
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    if let Some(order) = orders.iter().find(|order| keys.iter().all(|key| order.contains(key))) {
        keys.sort_by_key(|key| order.iter().position(|known| known == key));
    }
    keys
}

/// What YAML would take for something else than a text.
fn quoted(text: &str) -> String {
    let number = text.starts_with(|c: char| c.is_ascii_digit() || c == '+')
        && text.chars().all(|c| c.is_ascii_digit() || "+:.".contains(c));
    let sign = text.contains(": ")
        || text.contains(" #")
        || text.starts_with(|c: char| "*&!|>%@`,;?-[]{}#'\"".contains(c));
    let cron = text.contains(" * ");
    if number || sign || cron { format!("{text:?}") } else { text.to_owned() }
}
