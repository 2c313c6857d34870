//! The planner: (desired, observed, ledger state, now) → plan. One synchronous, pure call.
//!
//! Owns every decision: what changes, in which order, what is refused, blocked or held. The executor adds none.
//! Must not do I/O, read a clock or draw random numbers.

mod change;
mod forecast;
mod order;

pub use change::{
    Action, Block, Change, ChangeId, ChangeKind, Detail, GroupTarget, Hold, Note, NoteLevel, Plan, Refusal,
    ScheduleOrder, SchedulePatch, SendOrder, Verdict,
};
pub use forecast::{Forecast, MonthForecast, ScheduleForecast, SendForecast};
pub use order::Step;
