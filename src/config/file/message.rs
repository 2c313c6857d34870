//! `message:` and `messages:` as written: a text, or keys.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use super::patterns::{one_of, something};
use crate::config::read::{Cx, Flag, FromNode, Text, record};
use crate::config::spans::{Node, Value};

record! {
    /// A text by reference: exactly one of use, file and text.
    MessageTable, "a message";
    /// The name of a text under `messages:`. Refused: a name that is not there; inside `messages:` itself.
    Optional used "use": Text = "weekly";
    /// A file with the text; its place is relative to this file. It is sent as it is, without the last line break.
    /// Refused: files outside the project's directory, files that are not UTF-8 text, and the same as in `text`.
    Optional file "file": Text = "messages/weekly.txt", schema something();
    /// The text itself. Refused: more than 4,096 characters; placeholders that nobody would fill in, such as
    /// {{name}}, %name% and `[NAME]`; control characters.
    Optional text "text": Text = "Weekly report is ready.";
    /// {name}, {{name}}, %name% and `[NAME]` are meant to be read as they stand. Nothing fills them in.
    /// Refused: beside `use`: write it where the text is.
    Optional allow_placeholders "allow_placeholders": Flag = true, default false;
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
        schema.insert(
            "description".to_owned(),
            json!("A message: the text itself, or exactly one of {use: …}, {file: …} and {text: …}."),
        );
        schema.insert("if".to_owned(), json!({"type": "object"}));
        schema.insert("then".to_owned(), one_of(&["use", "file", "text"]));
        schema
    }
}
