//! YAML to [`Desired`](crate::model::Desired), with every mistake of all files in one run (`product.md`, *The YAML*).
//!
//! Owns: finding and reading the project's files, the language, its JSON Schema, and what is said about
//! mistakes. Must not: reach the network, read a clock or the environment (variables and `now` are arguments),
//! or print. The only file reads are in `load`, `discover`, `paths` and the sources of members.
//!
//! The way through: [`load()`] → `discover` (which files) → `spans` (YAML with places) → `combine` and `overlay`
//! (one tree) → `file` (the keys as written, read with the tools of `read`) → `resolve` (meaning).

mod combine;
mod diagnostic;
mod discover;
mod file;
mod ignore;
mod load;
mod overlay;
mod paths;
mod people;
mod read;
mod report;
mod resolve;
mod schema;
mod show;
mod spans;
mod timing;
pub mod write;

#[cfg(test)]
mod tests;

pub use diagnostic::{Diagnostic, Diagnostics, Place, Severity};
pub use load::{LoadOptions, Loaded, load};
pub use read::{has_credential, is_credential, nearest};
pub use schema::schema;
pub use show::{github, json, text};
