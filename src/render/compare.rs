//! What differs between a plan that was reviewed, as its JSON, and the present one: as changes, not as hashes
//! (`product.md`, `apply --expect`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::FORMAT_VERSION;
use super::words;
use crate::model::{one_line, printable};

/// The most lines that are shown.
const MOST: usize = 40;
/// Longest value on a line, in characters.
const LONGEST: usize = 120;
/// So many characters stand before the first one that differs.
const BEFORE: usize = 30;

/// Why a file is no plan to compare with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// Not what `plan --format json` writes.
    #[error("it is not a plan as `campaignctl plan --format json` writes it")]
    NotAPlan,
    /// Written by a version of campaignctl that writes plans otherwise.
    #[error(
        "it is a plan in format {found}, and this campaignctl reads format {FORMAT_VERSION}: plan again with this \
         one and have that plan reviewed"
    )]
    OtherVersion {
        /// What the file says.
        found: String,
    },
}

/// The digest of a plan's JSON.
pub fn digest_of(plan: &Value) -> Result<&str, CompareError> {
    let version = plan.get("format_version").ok_or(CompareError::NotAPlan)?;
    let digest = plan.get("digest").and_then(Value::as_str).ok_or(CompareError::NotAPlan)?;
    if version.as_u64() != Some(u64::from(FORMAT_VERSION)) {
        return Err(CompareError::OtherVersion { found: one_line(&version.to_string(), 40) });
    }
    Some(digest).filter(|_| plan.get("changes").is_some_and(Value::is_array)).ok_or(CompareError::NotAPlan)
}

/// A line for each change that is not the same in both; at most 41 lines.
pub fn differences(reviewed: &Value, present: &Value) -> Result<Vec<String>, CompareError> {
    let (old, new) = (changes(reviewed)?, changes(present)?);
    let mut lines = Vec::new();
    for (key, was) in &old {
        match new.get(key) {
            None => lines.push(format!("- {}: {} (was reviewed, is not in this plan)", key.0, title(was))),
            Some(is) => lines.extend(changed(
                &key.0,
                (was, recipients(reviewed, &key.0)),
                (is, recipients(present, &key.0)),
            )),
        }
    }
    for (key, is) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        lines.push(format!("+ {}: {} (was not reviewed)", key.0, title(is)));
    }
    let (before, after) = (refusals(reviewed), refusals(present));
    lines.extend(
        before.iter().filter(|r| !after.contains(r)).map(|r| format!("- the whole plan was refused: {r}")),
    );
    lines.extend(
        after.iter().filter(|r| !before.contains(r)).map(|r| format!("+ the whole plan is refused: {r}")),
    );
    for field in ["project", "environment", "account", "host"] {
        let (was, is) = (&reviewed[field], &present[field]);
        if was != is {
            lines.push(format!("~ {field}: {} → {}", word(was), word(is)));
        }
    }
    if lines.is_empty() {
        lines.push(
            "~ the same in all that a plan shows; what it does not show is not: members or their names, or the \
             session, group, schedule or job on the account that is meant"
                .to_owned(),
        );
    }
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("… and {more} more"));
    }
    Ok(lines)
}

/// Whether a plan of the same digest shows other changes or other values than the present one: then the file was
/// written by another hand, and what a person read in it is not what would run. Counters and progress may differ.
pub fn is_altered(reviewed: &Value, present: &Value) -> Result<bool, CompareError> {
    let (old, new) = (changes(reviewed)?, changes(present)?);
    let fixed = |change: &Value| {
        let mut values = values(change);
        values.retain(|(label, _)| !label.is_empty());
        values
    };
    let differs = |was: &Value, is: &Value| {
        was["verdict"]["status"] == is["verdict"]["status"] && fixed(was) != fixed(is)
    };
    Ok(!old.keys().eq(new.keys()) || old.values().zip(new.values()).any(|(was, is)| differs(was, is)))
}

/// A change's place: address and kind, with a number where there are several.
type Key = (String, String, usize);

fn changes(plan: &Value) -> Result<BTreeMap<Key, &Value>, CompareError> {
    let list = plan.get("changes").and_then(Value::as_array).ok_or(CompareError::NotAPlan)?;
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for change in list {
        let text = |field: &str| one_line(change[field].as_str().unwrap_or("?"), 200);
        let (address, kind) = (text("address"), text("kind"));
        let number = seen.entry((address.clone(), kind.clone())).or_default();
        found.insert((address, kind, *number), change);
        *number += 1;
    }
    Ok(found)
}

/// Of the whole plan; those that a flag lifts are no difference.
fn refusals(plan: &Value) -> Vec<String> {
    let list = plan["refusals"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter(|r| r["address"].is_null() && r["only_flag"] != true)
        .map(|r| one_line(r["text"].as_str().unwrap_or("?"), 200))
        .collect()
}

/// How many get what a schedule sends, by the forecast.
fn recipients(plan: &Value, address: &str) -> Option<u64> {
    let schedules = plan["forecast"]["schedules"].as_array()?;
    schedules.iter().find(|s| s["address"] == address)?["recipients"].as_u64()
}

fn title(change: &Value) -> String {
    one_line(change["title"].as_str().unwrap_or("?"), 160)
}

fn word(value: &Value) -> String {
    one_line(value.as_str().unwrap_or("?"), 80)
}

/// What becomes of a change: what it does, or why it is not done.
fn state(change: &Value) -> String {
    let verdict = &change["verdict"];
    let why = |word: &str| match verdict["text"].as_str() {
        Some(text) => format!("{word} ({})", one_line(text, 160)),
        None => word.to_owned(),
    };
    match verdict["status"].as_str() {
        Some("expired") => format!("expired ({})", words::EXPIRED),
        Some("over") => format!("over ({})", words::OVER),
        Some(word @ ("blocked" | "held" | "refused")) => why(word),
        _ => title(change),
    }
}

fn changed(
    address: &str,
    (was, got_before): (&Value, Option<u64>),
    (is, got_now): (&Value, Option<u64>),
) -> Vec<String> {
    let status = |change: &Value| change["verdict"]["status"].as_str().map(str::to_owned);
    let (mut before, mut after) = (values(was), values(is));
    if let (Some(earlier), Some(now)) = (got_before, got_now) {
        before.push(("people each time: ".to_owned(), earlier.to_string()));
        after.push(("people each time: ".to_owned(), now.to_string()));
    }
    let gone: Vec<_> = before.iter().filter(|v| !after.contains(v)).collect();
    let mut new: Vec<_> = after.iter().filter(|v| !before.contains(v)).collect();
    let mut lines = Vec::new();
    if status(was) != status(is) {
        lines.push(format!("~ {address}: was: {}; now: {}", state(was), state(is)));
        if is["details"].as_array().is_none_or(Vec::is_empty)
            || was["details"].as_array().is_none_or(Vec::is_empty)
        {
            // Nothing is done on one side: it has no values.
            return lines;
        }
    } else if title(was) != title(is) {
        lines.push(format!("~ {address}: {} → {}", title(was), title(is)));
    } else if gone.is_empty() && new.is_empty() {
        return lines;
    } else {
        lines.push(format!("~ {address}: {}", title(is)));
    }
    for (label, old) in gone {
        let partner = new.iter().position(|(other, _)| other == label).map(|at| new.remove(at));
        let (old, now) = match partner {
            Some((_, now)) => {
                let (old, now) = around(old, now);
                (old, Some(now))
            }
            None => (around(old, "").0, None),
        };
        lines.push(format!("    - {label}{old}"));
        lines.extend(now.map(|now| format!("    + {label}{now}")));
    }
    lines.extend(new.into_iter().map(|(label, now)| format!("    + {label}{}", around(now, "").0)));
    lines.iter_mut().skip(1).for_each(|line| *line = line.trim_end().to_owned());
    lines
}

/// What the details of a change say, each with what it is about.
fn values(change: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for detail in change["details"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let text = |field: &str| detail[field].as_str();
        let label = |name: &str| format!("{}: ", one_line(&name.replace('_', " "), 60));
        match text("type") {
            Some("text") => {
                found.extend(text("old").map(|old| (label("text until now"), old.to_owned())));
                found.extend(text("new").map(|new| (label("text"), new.to_owned())));
            }
            Some("field") => {
                let value = match (text("old"), text("new")) {
                    (Some(old), new) => format!("{old} → {}", new.unwrap_or("(none)")),
                    (None, Some(new)) => new.to_owned(),
                    (None, None) => "changed".to_owned(),
                };
                found.push((format!("{}: ", one_line(text("name").unwrap_or("?"), 60)), value));
            }
            Some("info") => found.push((String::new(), text("text").unwrap_or("?").to_owned())),
            kind => {
                let count = detail["count"].as_u64().map_or_else(|| "?".to_owned(), |n| n.to_string());
                found.push((label(kind.unwrap_or("?")), count));
            }
        }
    }
    found
}

/// Two values on a line each: whole where they are short, else from a little before the first character that
/// differs. Line ends and double spaces are kept to be seen.
fn around(old: &str, new: &str) -> (String, String) {
    let flat = |text: &str| -> Vec<char> { printable(text).replace('\n', "⏎").chars().collect() };
    let (old, new) = (flat(old), flat(new));
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let from = if old.len() <= LONGEST && new.len() <= LONGEST { 0 } else { same.saturating_sub(BEFORE) };
    let cut = |text: &[char]| {
        let rest = text.get(from..).unwrap_or_default();
        let shown: String = rest.iter().take(LONGEST).collect();
        let (before, after) = (if from > 0 { "…" } else { "" }, if rest.len() > LONGEST { "…" } else { "" });
        format!("{before}{shown}{after}")
    };
    (cut(&old), cut(&new))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(changes: &Value) -> Value {
        json!({"format_version": 1, "digest": "d", "project": "p", "changes": changes})
    }

    fn send(details: &Value) -> Value {
        json!({"address": "send.a", "kind": "send", "title": "send to 2 people", "verdict": {"status": "go"},
               "details": details, "requests": 5})
    }

    fn text(text: &str) -> Value {
        send(&json!([{"type": "text", "old": null, "new": text}]))
    }

    fn between(was: &Value, is: &Value) -> Vec<String> {
        differences(&plan(&json!([was])), &plan(&json!([is]))).unwrap()
    }

    #[test]
    fn what_is_new_gone_and_changed_is_said() {
        let group =
            json!({"address": "group.g", "kind": "group_create", "title": "create group", "details": []});
        let schedule =
            json!({"address": "schedule.s", "kind": "schedule_pause", "title": "pause", "details": []});
        let lines =
            differences(&plan(&json!([text("one"), group])), &plan(&json!([text("two"), schedule]))).unwrap();
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
    }

    #[test]
    fn a_file_that_shows_other_values_than_its_digest_stands_for_is_altered() {
        let altered =
            |was: &Value, is: &Value| is_altered(&plan(&json!([was])), &plan(&json!([is]))).unwrap();
        assert!(!altered(&text("one"), &text("one")));
        assert!(altered(&text("one"), &text("two")));
        assert!(altered(&text("one"), &send(&json!([]))));
        let so_far = |n: u64| send(&json!([{"type": "info", "text": format!("{n} sent")}]));
        assert!(!altered(&so_far(1), &so_far(2)), "progress");
        let more = json!([text("one"), text("one")]);
        assert!(is_altered(&plan(&json!([text("one")])), &plan(&more)).unwrap());
    }

    #[test]
    fn a_long_text_is_shown_where_it_differs() {
        let long = |end: &str| text(&format!("{}\n{end}", "word ".repeat(60)));
        let lines = between(&long("at 9"), &long("at 10"));
        assert_eq!(lines.len(), 3, "{lines:#?}");
        assert!(lines[1].starts_with("    - text: …") && lines[1].ends_with("word ⏎at 9"), "{lines:#?}");
        assert!(lines[2].ends_with("word ⏎at 10"), "{lines:#?}");
        // Only white space differs.
        let lines = between(&text("a b"), &text("a  b"));
        assert_eq!(lines[1..], ["    - text: a b", "    + text: a  b"]);
    }

    #[test]
    fn what_was_there_countand_what_is_added_is_said() {
        let name = |old: &str| send(&json!([{"type": "field", "name": "name", "old": old, "new": "C"}]));
        assert_eq!(between(&name("A"), &name("B"))[1..], ["    - name: A → C", "    + name: B → C"]);
        let by = json!([{"type": "field", "name": "send_by", "old": null, "new": "2026-12-01"}]);
        assert_eq!(
            between(&send(&json!([])), &send(&by)),
            ["~ send.a: send to 2 people", "    + send_by: 2026-12-01"]
        );
    }

    #[test]
    fn what_became_of_a_send_is_said_in_words() {
        let mut is = json!({"address": "send.a", "kind": "send", "title": "send", "details": [],
                            "verdict": {"status": "expired"}});
        let was = text("one");
        assert_eq!(
            between(&was, &is),
            ["~ send.a: was: send to 2 people; now: expired (its send_by has passed: it is not sent)"]
        );
        is["verdict"] = json!({"status": "held", "text": "it may have been sent"});
        assert_eq!(
            between(&was, &is),
            ["~ send.a: was: send to 2 people; now: held (it may have been sent)"]
        );
        let mut blocked = was.clone();
        blocked["verdict"] = json!({"status": "blocked", "rule": "quota", "text": "no messages left"});
        assert_eq!(
            between(&was, &blocked),
            ["~ send.a: was: send to 2 people; now: blocked (no messages left)"]
        );
    }

    #[test]
    fn more_people_and_refusals_of_the_whole_are_said() {
        let of = |people: u64, refusals: &Value| {
            let mut plan =
                plan(&json!([{"address": "schedule.s", "kind": "schedule_create", "title": "create",
                                         "details": []}]));
            plan["forecast"] = json!({"schedules": [{"address": "schedule.s", "recipients": people}]});
            plan["refusals"] = refusals.clone();
            plan
        };
        let refusal = json!([{"address": null, "rule": "r", "text": "another account", "only_flag": false}]);
        let lines = differences(&of(2, &json!([])), &of(4, &refusal)).unwrap();
        assert_eq!(
            lines,
            [
                "~ schedule.s: create",
                "    - people each time: 2",
                "    + people each time: 4",
                "+ the whole plan is refused: another account"
            ]
        );
        let same = differences(&of(2, &json!([])), &of(2, &json!([]))).unwrap();
        assert!(same[0].contains("members or their names"), "{same:?}");
    }

    #[test]
    fn only_a_plan_of_this_format_is_compared() {
        assert_eq!(differences(&json!([]), &plan(&json!([]))), Err(CompareError::NotAPlan));
        assert_eq!(digest_of(&plan(&json!([]))), Ok("d"));
        assert_eq!(digest_of(&json!({"a": 1})), Err(CompareError::NotAPlan));
        assert_eq!(digest_of(&json!({"digest": "d", "changes": []})), Err(CompareError::NotAPlan));
        let mut other = plan(&json!([]));
        other["format_version"] = json!(2);
        let error = digest_of(&other).unwrap_err();
        assert!(
            error.to_string().contains("format 2") && error.to_string().contains("plan again"),
            "{error}"
        );
    }
}
