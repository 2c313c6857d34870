//! What the tests share: a project on disk, an account in the sandbox, and the real client between them.

pub mod driver;
mod project;
pub mod rogue;
pub mod state;
pub mod wire;
mod world;

pub use world::{Options, World, desired_of, start, summary};

pub use project::{Project, Ran, run_with};
