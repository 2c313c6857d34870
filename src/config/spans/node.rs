//! A YAML value with its place.

use super::Span;

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: YAML may read it as a number, a truth value or nothing.
    Plain,
    /// In quotes or as a block: always a text.
    Quoted,
}

/// A YAML value and where it is written.
#[derive(Clone)]
pub struct Node {
    /// Where.
    pub span: Span,
    /// What.
    pub value: Value,
}

/// A YAML value.
#[derive(Clone)]
pub enum Value {
    /// A scalar: its text after escapes, and how it was written.
    Scalar(Box<str>, Style),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in file order, without repeated keys.
    Map(Vec<(Node, Node)>),
}

/// A value may be somebody's number; `Debug` goes to logs and panics.
impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Node({:?})", self.span)
    }
}

impl Node {
    /// The text of a scalar, whatever its style.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) => Some(text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The text of a scalar without quotes.
    pub fn plain(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, Style::Plain) => Some(text),
            _ => None,
        }
    }

    /// Nothing was written, or `null`, or `~`.
    pub fn is_null(&self) -> bool {
        matches!(self.plain(), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> Option<&[(Node, Node)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of a mapping, key and value.
    pub fn entry(&self, key: &str) -> Option<(&Node, &Node)> {
        self.entries()?.iter().find(|(k, _)| k.text() == Some(key)).map(|(k, v)| (k, v))
    }

    /// How many nodes it is, itself included.
    pub fn size(&self) -> usize {
        1 + match &self.value {
            Value::Scalar(..) => 0,
            Value::List(items) => items.iter().map(Self::size).sum(),
            Value::Map(entries) => entries.iter().map(|(k, v)| k.size() + v.size()).sum(),
        }
    }

    /// What it is, in a user's words.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(..) if self.is_null() => "nothing",
            Value::Scalar(text, Style::Plain) if matches!(&**text, "true" | "false") => "true or false",
            Value::Scalar(text, Style::Plain) if text.parse::<f64>().is_ok() => "a number",
            Value::Scalar(..) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "keys with values",
        }
    }
}
