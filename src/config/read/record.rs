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
///     Optional name "name": Text = "VIP Clients";
/// }
/// ```
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $name:ident, $what:literal;
        $( $(#[doc = $key_doc:literal])+ $need:ident $field:ident $key:literal : $ty:ty = $example:tt; )+
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
                        ),
                    ), )+
                ];
                object_schema(concat!($($doc),+), properties)
            }
        }
    };
}
pub(in crate::config) use record;

use super::Need;

/// The schema of one key: what its type says, with title, description and example.
pub fn property_schema(schema: Schema, key: &str, doc: &str, example: &Value) -> Value {
    let mut value = schema.to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("title".to_owned(), json!(key));
        object.insert("description".to_owned(), json!(doc.trim().replace("  ", " ")));
        object.insert("examples".to_owned(), json!([example]));
    }
    value
}

/// The schema of a mapping with known keys.
pub fn object_schema(doc: &str, properties: Vec<(&str, Need, Value)>) -> Schema {
    let required: Vec<&str> =
        properties.iter().filter(|(_, need, _)| *need != Need::Optional).map(|(key, _, _)| *key).collect();
    let mut object = Map::new();
    // Nothing at all is the same as no keys, where none is needed.
    let kinds = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    object.insert("type".to_owned(), kinds);
    object.insert("description".to_owned(), json!(doc.trim()));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    let properties: Map<String, Value> =
        properties.into_iter().map(|(key, _, value)| (key.to_owned(), value)).collect();
    object.insert("properties".to_owned(), Value::Object(properties));
    object.insert("additionalProperties".to_owned(), json!(false));
    Schema::from(object)
}
