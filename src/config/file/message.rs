//! `message:` and `messages:` as written: a text, or keys.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use crate::config::read::{Cx, Flag, FromNode, Text, record};
use crate::config::spans::{Node, Value};

record! {
    /// A text by reference: exactly one of use, file, text.
    MessageTable, "a message";
    /// A text under `messages:`.
    Optional used "use": Text = "weekly";
    /// A file with the text, relative to this one.
    Optional file "file": Text = "messages/weekly.txt";
    /// The text itself.
    Optional text "text": Text = "Weekly report is ready.";
    /// The text may have {name}, {{name}}, %name% or `[NAME]` in it: they are sent as they are.
    Optional allow_placeholders "allow_placeholders": Flag = true;
}

/// A text, or a table that says where it is.
#[derive(Debug)]
pub enum MessageFile {
    /// The text itself.
    Text(Text),
    /// By reference, or with options.
    Table(Box<MessageTable>),
}

impl FromNode for MessageFile {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match node.value {
            Value::Map(_) => MessageTable::from_node(node, cx).map(|table| Self::Table(Box::new(table))),
            Value::Scalar(..) => Text::from_node(node, cx).map(Self::Text),
            Value::List(_) => {
                cx.wrong_kind(node, "a text, or {use: …}, {file: …}", "message: Hello!");
                None
            }
        }
    }
}

impl JsonSchema for MessageFile {
    fn schema_name() -> Cow<'static, str> {
        "Message".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = MessageTable::json_schema(generator);
        schema.insert("type".to_owned(), json!(["string", "number", "object"]));
        schema.insert("description".to_owned(), json!("A text, or {use: …}, {file: …}, {text: …}."));
        schema
    }
}
