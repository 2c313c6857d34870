//! One of a few words.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Cx, FromNode, Text, did_you_mean_word};
use crate::config::spans::{Node, Span};

/// A type whose values are words.
pub trait Choices: Copy + 'static {
    /// What it is, for messages: `a plan`.
    const WHAT: &'static str;
    /// The words and what they mean.
    const ALL: &'static [(&'static str, Self)];
}

/// One of the words of `T`.
#[derive(Debug, Clone, Copy)]
pub struct OneOf<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T: Choices> FromNode for OneOf<T> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let text = Text::from_node(node, cx)?;
        if let Some((_, value)) = T::ALL.iter().find(|(word, _)| *word == text.value) {
            return Some(Self { value: *value, span: node.span });
        }
        let quoted = text.quote(cx);
        let words: Vec<&str> = T::ALL.iter().map(|(word, _)| *word).collect();
        let help = did_you_mean_word(&text.value, &words);
        cx.report.error("unknown-word", node.span, format!("{quoted} is not {}", T::WHAT)).help(help);
        None
    }
}

impl<T: Choices> JsonSchema for OneOf<T> {
    fn schema_name() -> Cow<'static, str> {
        "OneOf".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// A variable is allowed too: what it holds is checked when the file is read.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::ALL.iter().map(|(word, _)| *word).collect();
        json_schema!({"anyOf": [{"enum": words}, {"type": "string", "pattern": "\\$\\{"}]})
    }
}
