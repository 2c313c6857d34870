//! What differs between a plan that was reviewed, as its JSON, and the present one: as changes, not as hashes
//! (`product.md`, `apply --expect`).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::one_line;

/// The most lines that are shown.
const MOST: usize = 40;

/// Why a file is no plan to compare with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// Not what `plan --format json` writes.
    #[error("it is not a plan as `campaignctl plan --format json` writes it")]
    NotAPlan,
}

/// The digest of a plan's JSON.
pub fn digest_of(plan: &Value) -> Result<&str, CompareError> {
    plan.get("digest")
        .and_then(Value::as_str)
        .filter(|_| plan.get("changes").is_some_and(Value::is_array))
        .ok_or(CompareError::NotAPlan)
}

/// A line for each change that is not the same in both; at most 41 lines.
pub fn differences(reviewed: &Value, present: &Value) -> Result<Vec<String>, CompareError> {
    let (old, new) = (changes(reviewed)?, changes(present)?);
    let mut lines = Vec::new();
    for (key, was) in &old {
        match new.get(key) {
            None => lines.push(format!("- {}: {} (was reviewed, is not in this plan)", key.0, title(was))),
            Some(is) if essence(was) != essence(is) => lines.extend(changed(&key.0, was, is)),
            Some(_) => {}
        }
    }
    for (key, is) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        lines.push(format!("+ {}: {} (was not reviewed)", key.0, title(is)));
    }
    for field in ["project", "environment", "account", "host"] {
        let (was, is) = (&reviewed[field], &present[field]);
        if was != is {
            lines.push(format!("~ {field}: {} → {}", word(was), word(is)));
        }
    }
    if lines.is_empty() {
        lines.push(
            "~ the same changes by name; members, or the ids of what they change, are others".to_owned(),
        );
    }
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("… and {more} more"));
    }
    Ok(lines)
}

/// A change's place: address and kind, with a number where there are several.
type Key = (String, String, usize);

fn changes(plan: &Value) -> Result<BTreeMap<Key, &Value>, CompareError> {
    let list = plan.get("changes").and_then(Value::as_array).ok_or(CompareError::NotAPlan)?;
    let mut found = BTreeMap::new();
    for change in list {
        let text = |field: &str| one_line(change[field].as_str().unwrap_or("?"), 200);
        let (address, kind) = (text("address"), text("kind"));
        let number =
            (0..list.len()).find(|n| !found.contains_key(&(address.clone(), kind.clone(), *n))).unwrap_or(0);
        found.insert((address, kind, number), change);
    }
    Ok(found)
}

fn title(change: &Value) -> String {
    one_line(change["title"].as_str().unwrap_or("?"), 160)
}

fn word(value: &Value) -> String {
    one_line(value.as_str().unwrap_or("?"), 80)
}

/// What a review is about; a count of requests is not.
fn essence(change: &Value) -> (String, String) {
    (title(change), change["details"].to_string())
}

fn changed(address: &str, was: &Value, is: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if title(was) == title(is) {
        lines.push(format!("~ {address}: {}", title(is)));
    } else {
        lines.push(format!("~ {address}: {} → {}", title(was), title(is)));
    }
    let details = |change: &Value| -> Vec<String> {
        change["details"].as_array().map(|d| d.iter().map(detail).collect()).unwrap_or_default()
    };
    let (before, after) = (details(was), details(is));
    lines.extend(before.iter().filter(|d| !after.contains(d)).map(|d| format!("    - {d}")));
    lines.extend(after.iter().filter(|d| !before.contains(d)).map(|d| format!("    + {d}")));
    lines
}

/// One detail on one line.
fn detail(detail: &Value) -> String {
    let new = detail["new"].as_str().or(detail["old"].as_str()).map(|t| one_line(t, 120));
    let name = detail["name"].as_str().or(detail["type"].as_str()).unwrap_or("?");
    match (new, detail["count"].as_u64()) {
        (Some(value), _) => format!("{name}: {value}"),
        (None, Some(count)) => format!("{}: {count}", name.replace('_', " ")),
        (None, None) => one_line(detail["text"].as_str().unwrap_or(name), 160),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(changes: &Value) -> Value {
        json!({"digest": "d", "project": "p", "changes": changes})
    }

    #[test]
    fn what_is_new_gone_and_changed_is_said() {
        let send = |text: &str| {
            json!({"address": "send.a", "kind": "send", "title": "send to 2 people",
                   "details": [{"type": "text", "old": null, "new": text}], "requests": 5})
        };
        let group =
            json!({"address": "group.g", "kind": "group_create", "title": "create group", "details": []});
        let schedule =
            json!({"address": "schedule.s", "kind": "schedule_pause", "title": "pause", "details": []});
        let lines =
            differences(&plan(&json!([send("one"), group])), &plan(&json!([send("two"), schedule]))).unwrap();
        assert_eq!(
            lines,
            [
                "- group.g: create group (was reviewed, is not in this plan)",
                "~ send.a: send to 2 people",
                "    - text: one",
                "    + text: two",
                "+ schedule.s: pause (was not reviewed)",
            ]
        );
        assert_eq!(differences(&json!([]), &plan(&json!([]))), Err(CompareError::NotAPlan));
        assert_eq!(digest_of(&plan(&json!([]))), Ok("d"));
    }
}
