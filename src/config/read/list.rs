//! Lists, and mappings from names to things.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Cx, FromNode};
use crate::config::spans::{Node, Span, Value};
use crate::model::{Address, names_phone, normal, unseen};

/// A list. Items that are wrong are reported and left out.
#[derive(Debug, Clone)]
pub struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// The whole list.
    pub span: Span,
}

impl<T: FromNode> FromNode for List<T> {
    const NOTHING_IS_FINE: bool = true;

    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            cx.wrong_kind(node, "a list", "[one, two], or one `- item` a line");
            return None;
        };
        let owner = cx.owner;
        let items = items
            .iter()
            .filter_map(|item| {
                cx.owner = first_line(item, owner);
                T::from_node(item, cx)
            })
            .collect();
        cx.owner = owner;
        Some(Self { items, span: node.span })
    }
}

/// Where an item begins, for what is missing in it.
fn first_line(item: &Node, owner: Span) -> Span {
    match &item.value {
        Value::Map(entries) => entries.first().map_or(item.span, |(key, _)| key.span),
        Value::Scalar(..) if item.span.start == item.span.end => owner,
        _ => item.span,
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn schema_name() -> Cow<'static, str> {
        "List".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({"type": ["array", "null"], "items": items})
    }
}

/// One thing, or a list of them.
#[derive(Debug, Clone)]
pub struct OneOrMany<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where.
    pub span: Span,
}

impl<T: FromNode> FromNode for OneOrMany<T> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        if let Value::List(_) = node.value {
            let List { items, span } = List::from_node(node, cx)?;
            return Some(Self { items, span });
        }
        Some(Self { items: vec![T::from_node(node, cx)?], span: node.span })
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }
}

/// One entry of a mapping from names to things.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// Its name.
    pub key: String,
    /// Where the name is written.
    pub span: Span,
    /// The thing; `None` where it is wrong: the name exists all the same.
    pub value: Option<T>,
}

/// A mapping from names that users choose to things.
#[derive(Debug, Clone)]
pub struct Map<T> {
    /// In file order.
    pub entries: Vec<Entry<T>>,
}

impl<T: FromNode> FromNode for Map<T> {
    const NOTHING_IS_FINE: bool = true;

    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            cx.wrong_kind(node, "keys with values", "`name: …`, one a line, indented");
            return None;
        };
        let owner = cx.owner;
        let mut read = Vec::with_capacity(entries.len());
        let mut places: BTreeMap<String, Span> = BTreeMap::new();
        for (key, value) in entries {
            let name = normal(key.text().unwrap_or_default());
            if names_phone(&name) {
                cx.report
                    .error("phone-in-name", key.span, "there is a phone number in this name")
                    .help("take the number out of the name: names stand in plans, the ledger and logs; people are listed under `members:`");
            } else if let Some(hidden) = unseen(&name) {
                cx.report
                    .error(
                        "hidden-character",
                        key.span,
                        format!(
                            "this name has a character that nobody can see (U+{:04X})",
                            u32::from(hidden)
                        ),
                    )
                    .help("write the name anew by hand: two that look the same would be two things");
            } else if !Address::is_key(&name) {
                let shown =
                    if name.chars().count() > 60 { "this".to_owned() } else { super::cx::quoted(&name) };
                cx.report
                    .error("bad-key", key.span, format!("{shown} cannot be a name here"))
                    .help("use letters, digits, - and _, beginning with a letter or a digit, at most 100; a group or schedule can have any other name under `name:`");
            }
            let before = places.insert(name.clone().into_owned(), key.span);
            if let Some(first) = before.filter(|_| !name.is_empty()) {
                // The same bytes twice is no YAML; these only look the same.
                cx.report
                    .error("duplicate-key", key.span, "this name looks the same as another one here")
                    .also(first, "first given here")
                    .help("rename one of the two, or remove it");
                continue;
            }
            cx.owner = key.span;
            let value = T::from_node(value, cx);
            read.push(Entry { key: name.into_owned(), span: key.span, value });
        }
        cx.owner = owner;
        Some(Self { entries: read })
    }
}

impl<T: JsonSchema> JsonSchema for Map<T> {
    fn schema_name() -> Cow<'static, str> {
        "Map".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({
            "type": ["object", "null"],
            "propertyNames": {"pattern": "^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}_-]{0,99}$"},
            "additionalProperties": one,
        })
    }
}

/// The names of a mapping, for references.
impl<T> Map<T> {
    /// All names.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }
}
