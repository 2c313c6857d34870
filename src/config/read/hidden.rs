//! Values that are people's data.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{Cx, FromNode};
use crate::config::spans::Node;

/// A value that is not repeated in messages while it is read.
#[derive(Debug, Clone)]
pub struct Hidden<T>(T);

impl<T> Deref for Hidden<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: FromNode> FromNode for Hidden<T> {
    const NOTHING_IS_FINE: bool = T::NOTHING_IS_FINE;

    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let before = std::mem::replace(&mut cx.secret, true);
        let read = T::from_node(node, cx);
        cx.secret = before;
        read.map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for Hidden<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
