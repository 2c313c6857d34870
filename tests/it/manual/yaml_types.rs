//! What may stand after a key, in words, from its schema.

use serde_json::Value;

use super::anchor;
use super::yaml::title;

/// The schema's own patterns. One that is not here has no words yet, and the test says so.
const PATTERNS: &[(&str, &str)] = &[
    ("^([01][0-9]|2[0-3]):[0-5][0-9]$|\\$\\{", "a time of day, HH:MM on a 24-hour clock, in quotes"),
    ("^[0-9]+(s|m|h|d)$|\\$\\{", "a number with a unit: s, m, h or d"),
    ("^([0-9]|[1-9][0-9]|100)%$|^[0-9]+$|\\$\\{", "a percentage from 0% to 100%, or a number of items"),
    ("^([1-9]|[12][0-9]|3[01])$|\\$\\{", "a whole number from 1 to 31"),
];

/// What may stand there; `place` gives the heading of a part of the schema by its name.
pub fn words(schema: &Value, place: &dyn Fn(&str) -> String) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        let link = format!("[`{0}`](#{1})", place(name), anchor(&title(&place(name))));
        return match name {
            "Members" => format!("a list of phone numbers, or of members with the keys of {link}"),
            "Message" => format!("a text, or the keys of {link}"),
            _ => format!("the keys of {link}"),
        };
    }
    if let Some(ways) = schema["anyOf"].as_array() {
        return either(ways, place);
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let known = PATTERNS.iter().find(|(known, _)| *known == pattern);
        return known.unwrap_or_else(|| panic!("no words for the pattern {pattern}")).1.to_owned();
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).filter(|t| *t != "null").collect(),
        other => other.as_str().into_iter().collect(),
    };
    match types[..] {
        ["boolean"] => "`true` or `false`".to_owned(),
        ["integer"] => "a whole number".to_owned(),
        ["string" | "number", "number" | "string"] => "a text".to_owned(),
        ["string", "integer"] => "a phone number".to_owned(),
        ["array"] => format!("a list; each item: {}", words(&schema["items"], place)),
        ["object"] if schema["additionalProperties"].is_object() => {
            format!("names of your choice; under each: {}", words(&schema["additionalProperties"], place))
        }
        _ => panic!("no words for {schema}"),
    }
}

fn either(ways: &[Value], place: &dyn Fn(&str) -> String) -> String {
    let [first, second] = ways else { panic!("no words for {ways:?}") };
    if let Some(choices) = first["enum"].as_array() {
        let choices: Vec<String> =
            choices.iter().map(|word| format!("`{}`", word.as_str().unwrap())).collect();
        return format!("one of {}", choices.join(", "));
    }
    let first_words = words(first, place);
    if second["properties"]["warn"].is_object() {
        return format!("{first_words}; or {{warn: …}} with the same, to be only warned");
    }
    assert_eq!(second["items"], *first, "no words for {ways:?}");
    format!("{first_words}; or a list of such")
}
