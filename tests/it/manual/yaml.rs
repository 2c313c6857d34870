//! `docs/yaml.md`, from the JSON Schema: every key, where it may stand, what it takes, its default, what it means, what is
//! refused, and an example.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::anchor;
use super::yaml_example::{example, flow};
use super::yaml_types::words;

const HEAD: &str = "# The YAML, key by key\n\n\
    <!-- Made by UPDATE_DOCS=1 cargo test --test it manual, from src/config/file. Edits here are lost. -->\n\n\
    Every key there is, with what it takes and what is refused. To begin with, copy\n\
    [an example](../examples/quickstart/campaign.yaml) and [walk through the tutorial](tutorial.md); editors show the same\n\
    texts as you type, because of the first line that `campaignctl init` writes. `campaignctl validate` finds every\n\
    mistake at once, with its place.\n\n\
    - **NAME** is a name of your choice: letters, digits, `-` and `_`, at most 100. It is how the rest of the files and the\n\
    \x20 commands call a thing: `group.vip`, `send.spring-offer`. Rename it with [`moved`](#moved).\n\
    \x20 No name has a phone number in it, nor characters that nobody can see: names stand in plans, logs and the ledger.\n\
    - **Quotes**: phone numbers, times of day and runs are put in quotes (`\"+15550123456\"`, `\"09:00\"`, `\"1\"`), because\n\
    \x20 YAML takes them for numbers otherwise.\n\
    - **Variables**: `${VAR}` and `${VAR:-default}` stand for a value from `--var VAR=…`, `--var-file` or the environment, in\n\
    \x20 any text of the YAML; not in files of members or texts. One that is not set is refused. `$${` writes `${`.\n\
    - **Several files**: PATH may be a directory; all its `*.yaml` and `*.yml` files are read together, sub-directories too.\n\
    \x20 A YAML file that is something else is listed in `.campaignignore`, in the manner of `.gitignore`.\n\
    - **Files** that the YAML names lie in the project's directory; their paths begin at the file that names them.\n\
    - **Refused** means that `validate` shows it as a mistake, and nothing is planned; *refused in a plan*: the plan says\n\
    \x20 so, and nothing is applied.\n";

/// One kind of thing that has keys.
struct Section<'a> {
    /// The places where it may stand, the first one its heading.
    places: Vec<String>,
    object: &'a Value,
}

/// All of them in the order in which a reader meets them.
struct Sections<'a> {
    schema: &'a Value,
    order: Vec<String>,
    by_name: BTreeMap<String, Section<'a>>,
}

fn keys(object: &Value) -> Vec<&str> {
    let order: Vec<&str> =
        object["x-order"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    let properties = object["properties"].as_object().unwrap();
    assert!(
        order.len() == properties.len() && order.iter().all(|key| properties.contains_key(*key)),
        "{order:?}"
    );
    order
}

impl<'a> Sections<'a> {
    fn of(schema: &'a Value) -> Self {
        let mut sections = Self { schema, order: Vec::new(), by_name: BTreeMap::new() };
        sections.add("", "", schema);
        sections
    }

    fn add(&mut self, name: &str, place: &str, object: &'a Value) {
        if let Some(section) = self.by_name.get_mut(name) {
            section.places.push(place.to_owned());
        } else {
            self.order.push(name.to_owned());
            self.by_name.insert(name.to_owned(), Section { places: vec![place.to_owned()], object });
        }
        for key in keys(object) {
            let place = if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
            self.visit(&place, &object["properties"][key]);
        }
    }

    /// What stands there, if it has keys of its own.
    fn visit(&mut self, place: &str, value: &'a Value) {
        if let Some(name) = value["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
            let target = &self.schema["$defs"][name];
            if target["items"].is_object() {
                self.add(name, &format!("{place}[]"), &target["items"]);
            } else {
                self.add(name, place, target);
            }
        } else if value["items"].is_object() {
            self.visit(&format!("{place}[]"), &value["items"]);
        } else if value["additionalProperties"].is_object() {
            self.visit(&format!("{place}.NAME"), &value["additionalProperties"]);
        } else if let Some(first) = value["anyOf"].as_array().and_then(|ways| ways.first()) {
            self.visit(place, first);
        }
    }

    /// The order of keys in each kind of thing.
    fn orders(&self) -> Vec<Vec<&'a str>> {
        self.by_name.values().map(|section| keys(section.object)).collect()
    }

    fn heading(&self, name: &str) -> String {
        self.by_name[name].places[0].clone()
    }
}

fn entry(page: &mut String, key: &str, value: &Value, required: bool, sections: &Sections<'_>) {
    let text = value["description"].as_str().unwrap();
    let (meaning, refused) = text.split_once(" Refused").map_or((text, None), |(a, b)| (a, Some(b)));
    let (meaning, left_out) = meaning.split_once(" Left out:").map_or((meaning, None), |(a, b)| (a, Some(b)));
    write!(page, "\n### {key}\n\n{meaning}\n\n").unwrap();
    writeln!(page, "- Takes: {}.", words(value, &|name| sections.heading(name))).unwrap();
    let default = match (&value["default"], left_out) {
        (Value::Null, Some(text)) => Some(text.trim().to_owned()),
        (Value::Null, None) if required => None,
        (Value::Null, None) => Some(String::new()),
        (Value::Array(none), _) if none.is_empty() => Some("none".to_owned()),
        (value, _) => Some(format!("`{}`", flow(value, &sections.orders()))),
    };
    match default.as_deref().map(|text| text.trim_end_matches('.')) {
        None => page.push_str("- It has to be there.\n"),
        Some("") => page.push_str("- It may be left out.\n"),
        Some(default) => writeln!(page, "- Left out: {default}.").unwrap(),
    }
    if let Some(refused) = refused {
        writeln!(page, "- Refused{refused}").unwrap();
    }
    write!(page, "\n```yaml\n{}```\n", example(key, &value["examples"][0], &sections.orders())).unwrap();
}

/// The heading of what has keys: not the same as the heading of any key.
pub fn title(place: &str) -> String {
    format!("Under {place}")
}

fn page() -> String {
    let schema = campaignctl::config::schema();
    let sections = Sections::of(&schema);
    let mut page = HEAD.to_owned();
    page.push_str("\n| where | what |\n|---|---|\n");
    for name in sections.order.iter().filter(|name| !name.is_empty()) {
        let section = &sections.by_name[name];
        let what = section.object["description"].as_str().unwrap();
        let first = what.split_inclusive(". ").next().unwrap().trim();
        writeln!(page, "| [`{0}`](#{1}) | {first} |", section.places[0], anchor(&title(&section.places[0])))
            .unwrap();
    }
    for name in &sections.order {
        let Section { places, object } = &sections.by_name[name];
        let heading = if name.is_empty() { "The file".to_owned() } else { title(&places[0]) };
        write!(page, "\n## {heading}\n\n{}\n", object["description"].as_str().unwrap()).unwrap();
        if let [_, others @ ..] = &places[..]
            && !others.is_empty()
        {
            let others: Vec<String> = others.iter().map(|place| format!("`{place}`")).collect();
            write!(page, "\nThe same under {}.\n", others.join(", ")).unwrap();
        }
        let required: Vec<&str> =
            object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for key in keys(object) {
            entry(&mut page, key, &object["properties"][key], required.contains(&key), &sections);
        }
    }
    page
}

#[test]
fn docs_yaml_is_the_schemas() {
    super::check("docs/yaml.md", &page());
}
