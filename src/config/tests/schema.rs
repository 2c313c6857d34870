//! The committed schema is the generated one, and agrees with the reader.

use serde_json::{Map, Value, json};

use super::super::schema;
use super::super::spans::{self, Node};
use super::load_path;

const COMMITTED: &str = "schemas/campaign.schema.json";

#[test]
fn the_committed_schema_is_the_generated_one() {
    let generated = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::create_dir_all("schemas").unwrap();
        std::fs::write(COMMITTED, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(committed == generated, "{COMMITTED} is out of date: run the tests with UPDATE_SCHEMA=1");
}

/// As a YAML 1.2 program reads it.
fn value(node: &Node) -> Value {
    match &node.value {
        _ if node.is_null() => Value::Null,
        spans::Value::Scalar(text, spans::Style::Plain) => match &**text {
            "true" => json!(true),
            "false" => json!(false),
            text => text
                .strip_prefix('+')
                .unwrap_or(text)
                .parse::<i64>()
                .map(Value::from)
                .or_else(|_| text.parse::<f64>().map(Value::from))
                .unwrap_or_else(|_| json!(text)),
        },
        spans::Value::Scalar(text, _) => json!(text),
        spans::Value::List(items) => items.iter().map(value).collect(),
        spans::Value::Map(entries) => {
            let entries: Map<String, Value> =
                entries.iter().map(|(k, v)| (k.text().unwrap_or_default().to_owned(), value(v))).collect();
            Value::Object(entries)
        }
    }
}

fn as_json(yaml: &str) -> Option<Value> {
    let mut files = spans::Files::default();
    let file = files.add("a".into(), "a".into(), yaml.into());
    let mut report = super::super::report::Report::default();
    let node = spans::parse(file, yaml, &mut report)?;
    (report.errors() == 0).then(|| value(&node))
}

fn yaml_files(directory: &str) -> Vec<std::path::PathBuf> {
    walkdir::WalkDir::new(directory)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect()
}

#[test]
fn what_is_right_is_right_for_the_schema_too() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut seen = 0;
    let mut files = yaml_files("examples");
    files.push("tests/data/config/everything/campaign.yaml".into());
    for path in files {
        let value = as_json(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        seen += 1;
    }
    assert!(seen > 0);
}

/// Mistakes of structure: an editor shows them by the schema alone. Mistakes of meaning are ours.
#[test]
fn structural_mistakes_are_mistakes_for_the_schema_too() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let structural = [
        "unknown-key",
        "missing-key",
        "missing-version",
        "wrong-type",
        "unknown-word",
        "bad-key",
        "empty-value",
        "bad-day",
        "bad-duration",
        "bad-share",
    ];
    let mut seen = 0;
    for path in yaml_files("tests/data/broken") {
        let Some(value) = as_json(&std::fs::read_to_string(&path).unwrap()) else { continue };
        let loaded = load_path(&path);
        let Some(first) = loaded.diagnostics.iter().next() else { continue };
        let by_hand =
            ["two-files-one-key", "send-no-session", "missing-project", "suppress-nobody", "sandbox"];
        if loaded.diagnostics.errors() != 1
            || !structural.contains(&first.code)
            || by_hand.iter().any(|name| path.to_string_lossy().contains(name))
        {
            continue;
        }
        assert!(!validator.is_valid(&value), "{} is fine for the schema", path.display());
        seen += 1;
    }
    assert!(seen >= 12, "{seen}");
}

/// All keys of a schema, each with the path to it.
fn keys<'a>(value: &'a Value, path: &str, found: &mut Vec<(String, &'a Value)>) {
    if let Some(properties) = value.get("properties").and_then(Value::as_object) {
        found.extend(properties.iter().map(|(key, property)| (format!("{path}/{key}"), property)));
    }
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| keys(value, &format!("{path}/{key}"), found));
        }
        Value::Array(items) => items.iter().for_each(|value| keys(value, path, found)),
        _ => {}
    }
}

/// What editors need of a key: a title, a sentence, and an example that is right.
fn is_explained(property: &Value) -> bool {
    let text = |word: &str| property[word].as_str().unwrap_or_default();
    let sentence = text("description");
    !text("title").is_empty()
        && sentence.len() > 10
        && sentence.ends_with(['.', ')'])
        && !sentence.contains("  ")
        && property["examples"].as_array().is_some_and(|examples| !examples.is_empty())
}

#[test]
fn every_key_is_explained() {
    let schema = schema();
    let mut found = Vec::new();
    keys(&schema, "", &mut found);
    assert!(found.len() > 80, "{}", found.len());
    for (path, property) in &found {
        assert!(is_explained(property), "{path} lacks a title, a sentence or an example: {property:#}");
    }
    // The check itself: without any one of the three, it fails.
    for word in ["title", "description", "examples"] {
        let mut lacking = found[0].1.clone();
        lacking.as_object_mut().unwrap().remove(word);
        assert!(!is_explained(&lacking), "{word}");
    }
    for (name, object) in schema["$defs"].as_object().unwrap() {
        let object = object.get("items").unwrap_or(object);
        assert!(object["description"].as_str().is_some_and(|text| text.len() > 10), "{name}");
    }
}

/// An editor offers them, so they must be right where they are offered.
#[test]
fn every_example_and_default_is_right() {
    let schema = schema();
    let mut found = Vec::new();
    keys(&schema, "", &mut found);
    let mut seen = 0;
    for (path, property) in found {
        let mut alone = property.clone();
        alone.as_object_mut().unwrap().insert("$defs".to_owned(), schema["$defs"].clone());
        let validator = jsonschema::validator_for(&alone).unwrap();
        for example in property["examples"].as_array().into_iter().flatten().chain(property.get("default")) {
            assert!(validator.is_valid(example), "{path}: {example}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}
