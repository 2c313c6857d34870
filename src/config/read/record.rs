//! `record!`: a mapping with known keys as a struct, its reader and its schema, from one list.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// Makes a struct of [`Slot`](super::Slot)s, how it is read, and its schema.
///
/// ```text
/// record! {
///     /// What it is.
///     GroupFile, "a group";
///     /// What the key means.
///     Optional protect "protect": Flag = true, default false;
/// }
/// ```
///
/// After `=` stands an example, after `default` what counts where the key is left out, after `schema` what else a schema
/// can say of the value, or of all the keys together. A key's text is its meaning
/// and then, after `Refused:`, what is a mistake in it; both are shown by editors and in `docs/yaml.md`.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $name:ident, $what:literal $(, schema $rules:expr)?;
        $(
            $(#[doc = $key_doc:literal])+
            $need:ident $field:ident $key:literal : $ty:ty = $example:tt $(, default $default:tt)? $(, schema $more:expr)?;
        )+
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub struct $name {
            span: $crate::config::spans::Span,
            $( $(#[doc = $key_doc])+ pub $field: $crate::config::read::Slot<$ty>, )+
        }

        impl $crate::config::read::Written for $name {
            fn span(&self) -> $crate::config::spans::Span {
                self.span
            }
        }

        impl $crate::config::read::FromNode for $name {
            const NOTHING_IS_FINE: bool = true;

            fn from_node(
                node: &$crate::config::spans::Node,
                cx: &mut $crate::config::read::Cx<'_>,
            ) -> Option<Self> {
                use $crate::config::read::{Need, Table};
                let mut table = Table::open(node, $what, cx)?;
                let read = Self {
                    span: node.span,
                    $( $field: table.take(
                        $key, Need::$need, &serde_json::json!($example).to_string(), cx,
                    ), )+
                };
                table.finish(cx);
                Some(read)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).trim_end_matches("File").into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                use $crate::config::read::{Need, object_schema, property_schema};
                let properties = vec![
                    $( (
                        $key,
                        Need::$need,
                        property_schema(
                            generator.subschema_for::<$ty>(),
                            $key,
                            concat!($($key_doc),+),
                            &serde_json::json!($example),
                            &[$( serde_json::json!($default) )?],
                            &[$( $more )?],
                        ),
                    ), )+
                ];
                object_schema(concat!($($doc),+), properties, &[$( $rules )?])
            }
        }
    };
}
pub(in crate::config) use record;

use super::Need;

/// The schema of one key: what its type says, with title, description, example, and the default if there is one.
pub fn property_schema(
    schema: Schema,
    key: &str,
    doc: &str,
    example: &Value,
    default: &[Value],
    more: &[Value],
) -> Value {
    let mut value = schema.to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("title".to_owned(), json!(key));
        object.insert("description".to_owned(), json!(doc.trim().replace("  ", " ")));
        object.insert("examples".to_owned(), json!([example]));
        if let Some(default) = default.first() {
            object.insert("default".to_owned(), default.clone());
        }
        add(object, more);
        explain_ways(object, example);
    }
    value
}

/// Where a key can be written in several ways: editors show the text of the way that is written, so that one that is
/// shared has the key's own text here; and the key of `{warn: VALUE}` is explained like any other.
fn explain_ways(object: &mut Map<String, Value>, example: &Value) {
    let texts: Vec<(&str, Value)> = ["title", "description"]
        .into_iter()
        .filter_map(|word| Some((word, object.get(word)?.clone())))
        .collect();
    let ways = object.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten();
    for way in ways {
        if let Some(shared) = way.as_object_mut().filter(|way| way.contains_key("$ref")) {
            shared.extend(texts.iter().map(|(word, text)| ((*word).to_owned(), text.clone())));
        }
        let Some(warn) = way.pointer_mut("/properties/warn").and_then(Value::as_object_mut) else { continue };
        let example = example.get("warn").unwrap_or(example);
        warn.insert("title".to_owned(), json!("warn"));
        warn.insert("description".to_owned(), json!("The same rule, but what breaks it is only warned of."));
        warn.insert("examples".to_owned(), json!([example]));
    }
}

fn add(object: &mut Map<String, Value>, more: &[Value]) {
    let rules = more.iter().filter_map(Value::as_object).flatten();
    object.extend(rules.map(|(key, value)| (key.clone(), value.clone())));
}

/// The schema of a mapping with known keys.
pub fn object_schema(doc: &str, properties: Vec<(&str, Need, Value)>, rules: &[Value]) -> Schema {
    let required: Vec<&str> =
        properties.iter().filter(|(_, need, _)| *need != Need::Optional).map(|(key, _, _)| *key).collect();
    let mut object = Map::new();
    // Nothing at all is the same as no keys, where none is needed.
    let kinds = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    object.insert("type".to_owned(), kinds);
    object.insert("description".to_owned(), json!(doc.trim().replace("  ", " ")));
    // Objects in JSON have no order; manuals and editors show the keys in ours.
    let order: Vec<&str> = properties.iter().map(|(key, ..)| *key).collect();
    object.insert("x-order".to_owned(), json!(order));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    let properties: Map<String, Value> =
        properties.into_iter().map(|(key, _, value)| (key.to_owned(), value)).collect();
    object.insert("properties".to_owned(), Value::Object(properties));
    object.insert("additionalProperties".to_owned(), json!(false));
    add(&mut object, rules);
    Schema::from(object)
}
