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
    // What is only warned of is right too.
    for sample in std::fs::read_dir("tests/data/broken").unwrap().map(|entry| entry.unwrap().path()) {
        let is_sample = sample.is_dir() || sample.extension().is_some_and(|e| e == "yaml");
        if is_sample && load_path(&sample).diagnostics.errors() == 0 {
            files.extend(yaml_files(sample.to_str().unwrap()));
        }
    }
    for path in files {
        let value = as_json(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
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
        "unknown-version",
        "bad-project",
        "bad-media",
        "bad-ledger",
        "bad-time",
        "bad-name",
        "bad-address",
        "no-time",
        "two-ways",
    ];
    let mut silent = Vec::new();
    let mut seen = 0;
    for path in yaml_files("tests/data/broken") {
        let Some(value) = as_json(&std::fs::read_to_string(&path).unwrap()) else { continue };
        let loaded = load_path(&path);
        let Some(first) = loaded.diagnostics.iter().next() else { continue };
        let by_hand =
            ["two-files-one-key", "send-no-session", "missing-project", "sandbox", "media-password"];
        if loaded.diagnostics.errors() != 1
            || !structural.contains(&first.code)
            || std::path::Path::new(&first.file) != path
            || by_hand.iter().any(|name| path.to_string_lossy().contains(name))
        {
            continue;
        }
        if validator.is_valid(&value) {
            silent.push(path.display().to_string());
        }
        seen += 1;
    }
    assert!(silent.is_empty(), "fine for the schema: {silent:#?}");
    assert!(seen >= 40, "{seen}");
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

/// What the schema says of texts beside `validate`: it must never refuse what `validate` takes.
#[test]
fn no_form_is_stricter_than_the_reader() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let base = "version: 1\nproject: a\ndefaults: {session: main, timezone: UTC}\nsessions: {main: {}}\ngroups: {g: {members: [\"+14155552671\"]}}\n";
    for (key, values) in [
        (
            "sends: {s: {group: g, message: Hi, run: VALUE}}",
            &["1", "\"2026-12\"", "\"a b\"", "é", "\"${X:-1}\""][..],
        ),
        (
            "sends: {s: {group: g, media: VALUE}}",
            &["HTTP://example.com", "\" https://x.y/z \"", "\"${X:-https://x.y}\""],
        ),
        (
            "sends: {s: {group: g, message: Hi, send_by: VALUE}}",
            &["2026-12-01 09:00", "\" 2026-12-01T09:00:30+02:00 \"", "2026-12-01T09:00Z"],
        ),
        ("sends: {s: {group: g, message: Hi, repeat_of: VALUE}}", &["send.x", "send.été"]),
        (
            "schedules: {s: {group: g, message: Hi, cron: VALUE}}",
            &["\"@daily\"", "\" 0  9 * * MON-FRI \"", "\"0 9 * * ${D:-MON}\""],
        ),
        (
            "schedules: {s: {group: g, message: Hi, daily: \"09:00\", timezone: VALUE}}",
            &["utc", "Etc/GMT+5", "\" europe/berlin \""],
        ),
        (
            "schedules: {s: {group: g, message: Hi, daily: \"09:00\", name: VALUE}}",
            &["Weekly", "7", "\"a  b\"", "ü", "\"${X:-a}\""],
        ),
        (
            "ledger: VALUE",
            &[
                "x.jsonl",
                "a:b",
                "a:/b",
                "a/b:c",
                "\"a:\"",
                "S3://bucket/p",
                "azure://b/p",
                "file:///tmp/x.jsonl",
                "C:\\x.jsonl",
            ],
        ),
        ("suppress: [VALUE]", &["{phone: \"+1 415 555 2671\"}", "{phone: 14155552671}"]),
        (
            "groups: {h: {members: [VALUE]}}",
            &[
                "+14155552671",
                "\"+1 (415) 555-2671\"",
                "\"${X:-14155552671}\"",
                "{phone: 14155552671, name: 7}",
                "\"[1] 415-5552671\"",
            ],
        ),
        ("sessions: {other: VALUE}", &["{}", "{name: Main}", "{id: 3f0c1f9e-6d58}", "{id: \" a.b \"}", ""]),
        ("moved: [{from: VALUE, to: group.g}]", &["group.old"]),
        ("account: {limits: {requests_per_minute: VALUE}}", &["1", "100000"]),
        ("policy: {max_per_recipient: {messages: 1, days: VALUE}}", &["1", "366"]),
    ] {
        for given in values {
            let yaml = match key.split_once(": ") {
                Some(("groups" | "sessions", _)) => {
                    let name = key.split_once(':').unwrap().0;
                    let rest: String =
                        base.lines().filter(|l| !l.starts_with(name)).map(|l| format!("{l}\n")).collect();
                    let more =
                        key.replacen(": {", if name == "groups" { ": {g: {}, " } else { ": {main: {}, " }, 1);
                    format!("{rest}{}\n", more.replace("VALUE", given))
                }
                _ => format!("{base}{}\n", key.replace("VALUE", given)),
            };
            let loaded = super::load_text(&yaml);
            assert_eq!(loaded.diagnostics.errors(), 0, "{yaml}\n{}", super::shown(&loaded));
            let value = as_json(&yaml).unwrap();
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{yaml}\n{errors:#?}");
        }
    }
}

#[test]
fn what_the_schema_can_say_it_says() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let send = |keys: &str| format!("sends: {{s: {{group: g, {keys}}}}}");
    let schedule = |keys: &str| format!("schedules: {{s: {{group: g, message: Hi, {keys}}}}}");
    for yaml in [
        "project: Acme Inc".to_owned(),
        "sessions: {main: {name: A, id: b}}".to_owned(),
        "sessions: {main: {name: \"\"}}".to_owned(),
        format!("groups: {{g: {{name: {}}}}}", "x".repeat(256)),
        "groups: {g: {members: [nobody]}}".to_owned(),
        "groups: {g: {members: [{phone: 12345}]}}".to_owned(),
        "groups: {g: {members_from: [{csv: a, json: b}]}}".to_owned(),
        "groups: {g: {members_from: [{phone: \"+14155552671\", name: Jane}]}}".to_owned(),
        "groups: {g: {members_from: [{json: a, delimiter: tab}]}}".to_owned(),
        "groups: {g: {members_from: [{csv: a, delimiter: ab}]}}".to_owned(),
        "groups: {g: {members_from: [{whatsapp: {group: Friends}}]}}".to_owned(),
        "suppress: [{name: Jane}]".to_owned(),
        "messages: {m: {file: a, text: b}}".to_owned(),
        "messages: {m: {}}".to_owned(),
        send("run: \"1\""),
        send("message: Hi, media: example.com/a.png"),
        send("message: Hi, run: \"\""),
        send("message: Hi, repeat_of: winter"),
        send("message: Hi, send_by: tomorrow"),
        schedule("paused: true"),
        schedule("daily: \"09:00\", cron: \"0 9 * * *\""),
        schedule("cron: \"0 9 * *\""),
        schedule("at: 2026-12-01"),
        schedule("daily: \"09:00\", timezone: \"+02:00\""),
        "moved: [{from: vips, to: group.vip}]".to_owned(),
        "ledger: ftp://a/b".to_owned(),
        "account: {limits: {requests_per_minute: 0}}".to_owned(),
        "policy: {max_per_recipient: {messages: 1, days: 400}}".to_owned(),
    ] {
        let value = as_json(&format!("version: 1\n{yaml}\n")).unwrap();
        assert!(!validator.is_valid(&value), "{yaml}");
    }
    assert!(!validator.is_valid(&json!({"version": 2})) && validator.is_valid(&json!({"version": 1})));
}
