//! The planner: (desired, observed, ledger state, now) → plan. One synchronous, pure call: [`plan()`].
//!
//! Owns every decision: what changes, in which order, what is refused, blocked or held. The executor adds none.
//! Must not do I/O, read a clock or draw random numbers.

mod build;
mod calendar;
mod change;
mod compare;
mod digest;
mod draft;
mod evidence;
mod forecast;
mod forecasting;
mod groups;
mod input;
mod jobs;
mod members;
mod moves;
mod order;
mod reads;
mod recovery;
mod safety;
mod schedules;
mod sends;

pub use build::plan;
pub use calendar::{Calendar, Entry, Occasion, calendar, usual_zone};
pub use change::{
    Action, Block, Change, ChangeId, ChangeKind, Detail, GroupTarget, Hold, LedgerNote, Note, NoteLevel,
    Plan, Refusal, ScheduleOrder, SchedulePatch, SeenGroup, SendOrder, Verdict,
};
pub use draft::people;
pub use evidence::{job_line, snapshot_name, snapshot_prefix};
pub use forecast::{Forecast, MonthForecast, ScheduleForecast, SendForecast};
pub use forecasting::firings;
pub use input::{Input, PlanOptions};
pub use moves::moved_state;
pub use order::Step;
pub use reads::{Refresh, needed_histories, needed_members};
pub use recovery::{Evidence, Recovered, decide};
pub use schedules::is_spec;
pub use sends::ways_out;
