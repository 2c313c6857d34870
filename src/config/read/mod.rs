//! From nodes to typed values with their places: the tools with which the file structs are written.
//!
//! A type says in one place how it is read ([`FromNode`]) and what its schema is ([`schemars::JsonSchema`]);
//! `record!` makes both from one list of keys, so that reader and schema cannot drift apart.

mod choice;
mod credentials;
mod cx;
mod hidden;
mod list;
mod parsed;
mod record;
mod scalar;
mod slot;
mod suggest;
mod table;
mod vars;

pub use choice::{Choices, OneOf};
pub use credentials::{has_credential, is_credential};
pub use cx::{Cx, quoted};
pub use hidden::Hidden;
pub use list::{Entry, List, Map, OneOrMany};
pub use parsed::{Parse, Parsed};
pub(in crate::config) use record::record;
pub use record::{object_schema, property_schema};
pub use scalar::{Count, Flag, Text};
pub use slot::Slot;
pub use suggest::{did_you_mean, did_you_mean_word, nearest};
pub use table::{Need, Table};

use super::spans::{Node, Span};

/// Something that is written somewhere.
pub trait Written {
    /// Where.
    fn span(&self) -> Span;
}

/// A value that can be read from YAML. `None` where it is wrong; that is in the report then.
pub trait FromNode: Sized {
    /// Whether a key with nothing after it is the same as no key.
    const NOTHING_IS_FINE: bool = false;

    /// Reads it.
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self>;
}
