//! Cron expressions, time zones, local times, firings and pacing.
//!
//! Pure: nothing here reads a clock, a file or the system's time zone database; `now` is always an
//! argument and zone rules come from the database that is compiled in. It must not know what a schedule or
//! a send is: it uses no other module of this crate. The rules it follows are written out in
//! `docs/time.md`.

pub mod compile;
pub mod cron;
pub mod format;
pub mod local;
pub mod moment;
pub mod pacing;
pub mod recognise;
pub mod second;
pub mod windows;
pub mod zone;

#[cfg(test)]
mod any_text_tests;

pub use compile::{CompileError, TimeOfDay, Weekday};
pub use cron::{Cron, CronError};
pub use local::{At, AtError, Local};
pub use pacing::{Pacer, Pacing};
pub use recognise::{Plain, recognise};
pub use windows::Windows;
pub use zone::{Zone, ZoneError};
