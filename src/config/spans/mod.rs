//! Files, places in them, and the tree of YAML values with their places.
//!
//! Owns: where something is written and how that line may be shown. Knows nothing of campaigns.

mod files;
mod mask;
mod node;
mod words;
mod yaml;

pub use files::{FileId, Files, Span};
pub use mask::{json as mask_json, private_parts, row as mask_row};
pub use node::{Node, Style, Value};
pub use yaml::parse;
