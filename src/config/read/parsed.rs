//! Texts with a form of their own: times of day, durations, shares.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Cx, FromNode, Text};
use crate::config::spans::{Node, Span, Value};

/// A form of text.
pub trait Parse {
    /// What it is read into.
    type Value;
    /// The code of the mistake.
    const CODE: &'static str;
    /// A regular expression for editors; it accepts variables as well.
    const PATTERN: &'static str;

    /// The smallest and largest whole number that may be written without quotes, where numbers are fine.
    const INTEGER: Option<(u64, u64)>;

    /// What to write where several are given, for those that can be.
    const SEVERAL: Option<&'static str> = None;

    /// Reads it, or says what is wrong and what to write.
    fn parse(text: &str) -> Result<Self::Value, (String, String)>;
}

/// A text in the form of `P`.
#[derive(Debug, Clone)]
pub struct Parsed<P: Parse> {
    /// The value.
    pub value: P::Value,
    /// Where.
    pub span: Span,
    form: PhantomData<P>,
}

impl<P: Parse> FromNode for Parsed<P> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        if let (Value::List(_), Some(help)) = (&node.value, P::SEVERAL) {
            cx.report.error("wrong-type", node.span, "one value belongs here, not a list").help(help);
            return None;
        }
        let text = Text::from_node(node, cx)?;
        match P::parse(text.value.trim()) {
            Ok(value) => Some(Self { value, span: node.span, form: PhantomData }),
            Err((message, help)) => {
                let message = format!("{} {message}", text.quote(cx));
                let mistake = cx.report.error(P::CODE, node.span, message);
                if !help.is_empty() {
                    mistake.help(help);
                }
                None
            }
        }
    }
}

impl<P: Parse> JsonSchema for Parsed<P> {
    fn schema_name() -> Cow<'static, str> {
        "Parsed".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        match P::INTEGER {
            None => json_schema!({"type": "string", "pattern": P::PATTERN}),
            Some((smallest, largest)) => json_schema!({
                "type": ["string", "integer"],
                "pattern": P::PATTERN,
                "minimum": smallest,
                "maximum": largest,
            }),
        }
    }
}
