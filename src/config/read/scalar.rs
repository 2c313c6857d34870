//! Texts, truth values and numbers.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Cx, FromNode};
use crate::config::spans::{Node, Span};

/// A text, with variables filled in. A plain number is taken as it is written.
#[derive(Clone)]
pub struct Text {
    /// The text.
    pub value: String,
    /// Where.
    pub span: Span,
    /// Whether variables were filled in: then the value is not repeated in messages.
    pub from_vars: bool,
}

/// A text may be a message or somebody's number; `Debug` goes to logs and panics.
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({:?})", self.span)
    }
}

impl Text {
    /// The text for a message: what was written, not what a variable holds.
    pub fn quote(&self, cx: &Cx<'_>) -> String {
        if cx.secret {
            "this value".to_owned()
        } else if self.from_vars {
            // With its quotes, were they written: it gets its own.
            let written = cx.files.slice(self.span).trim_matches(['"', '\'']);
            format!("the value of {}", super::cx::quoted(written))
        } else {
            super::cx::quoted(&self.value)
        }
    }
}

impl FromNode for Text {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let text = match node.text() {
            Some(_) if node.is_null() => {
                cx.report
                    .error("empty-value", node_or_owner(node, cx), "nothing is written here")
                    .help("write a value, or remove the key");
                return None;
            }
            Some(text) => text,
            None => {
                cx.wrong_kind(node, "a text", "\"like this\"");
                return None;
            }
        };
        if let Some(plain @ ("true" | "false")) = node.plain() {
            cx.report
                .error(
                    "wrong-type",
                    node.span,
                    format!("this has to be a text, and {plain} without quotes is none"),
                )
                .help(format!("write \"{plain}\", in quotes"));
            return None;
        }
        let (value, from_vars) = cx.expand(node, text)?;
        if let Some(bad) = value.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            cx.report
                .error(
                    "control-character",
                    node.span,
                    format!("a control character ({})", bad.escape_unicode()),
                )
                .help("remove it: nobody can see it and servers refuse it");
            return None;
        }
        Some(Self { value, span: node.span, from_vars })
    }
}

/// Where a value that was left out is shown: at its key.
fn node_or_owner(node: &Node, cx: &Cx<'_>) -> Span {
    if node.span.start == node.span.end { cx.owner } else { node.span }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "number"]})
    }
}

/// `true` or `false`, and no other word.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// The value.
    pub value: bool,
}

impl FromNode for Flag {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match node.plain() {
            Some("true") => return Some(Self { value: true }),
            Some("false") => return Some(Self { value: false }),
            _ => {}
        }
        let meant = match node.text().map(str::to_ascii_lowercase).as_deref() {
            Some("yes" | "on" | "y" | "true" | "1") => "write true, without quotes",
            Some("no" | "off" | "n" | "false" | "0") => "write false, without quotes",
            _ => "write true or false, without quotes",
        };
        let found = cx.quote(node);
        let at = node_or_owner(node, cx);
        cx.report.error("wrong-type", at, format!("this has to be true or false, not {found}")).help(meant);
        None
    }
}

impl JsonSchema for Flag {
    fn schema_name() -> Cow<'static, str> {
        "Flag".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "boolean"})
    }
}

/// A whole number from 0.
#[derive(Debug, Clone, Copy)]
pub struct Count {
    /// The number.
    pub value: u64,
    /// Where.
    pub span: Span,
}

impl Count {
    /// The largest: far above any account's numbers, and exact in every JSON reader.
    const MAX: u64 = 1_000_000_000_000;
}

impl FromNode for Count {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let digits = node.plain().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        let canonical = digits.filter(|text| *text == "0" || !text.starts_with('0'));
        if let Some(value) = canonical.and_then(|text| text.parse().ok()).filter(|n| *n <= Self::MAX) {
            return Some(Self { value, span: node.span });
        }
        let found = cx.quote(node);
        let at = node_or_owner(node, cx);
        let help = match node.text().and_then(meant) {
            Some(digits) if !cx.secret => format!("write {digits}, without quotes"),
            _ => "write digits only, without quotes, such as 500".to_owned(),
        };
        cx.report.error("wrong-type", at, format!("this has to be a whole number, not {found}")).help(help);
        None
    }
}

/// The number that somebody wrote in another way: `"500"`, `007`, `1.0`, `5,000`, `5 000`.
fn meant(text: &str) -> Option<String> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let digits = whole.replace([',', '_', ' ', '\''], "");
    if !(1..=12).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    Some(if digits.is_empty() { "0".to_owned() } else { digits.to_owned() })
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 0, "maximum": 1_000_000_000_000_u64})
    }
}
