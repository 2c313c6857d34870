//! What the tests share: a project on disk, an account in the sandbox, and the real client between them.

pub mod driver;
mod project;
pub mod rogue;
pub mod state;
pub mod wire;
mod world;

pub use world::{Options, World, desired_of, start, summary};

pub use project::{Project, Ran, run_with};

use campaignctl::sandbox::SandboxClock;

/// What the clock of a running sandbox shows first, whenever the tests run: near no firing of any schedule in them, for
/// then nothing is replaced. The programs go by it, for it is the server's; their own machine's is years behind.
pub fn clock(speed: f64) -> SandboxClock {
    let clock = SandboxClock::with_speed(speed);
    clock.advance_to("2031-05-14T10:20:00Z".parse().unwrap());
    clock
}
