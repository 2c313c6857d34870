//! The planner: (desired, observed, ledger state, now) → plan. One synchronous, pure call: [`plan()`].
//!
//! Owns every decision: what changes, in which order, what is refused, blocked or held. The executor adds none.
//! Must not do I/O, read a clock or draw random numbers.

mod action;
mod build;
mod calendar;
mod candidates;
mod change;
mod clocks;
mod combinations;
mod compare;
mod costs;
mod digest;
mod draft;
mod evidence;
mod firing_audience;
mod forecast;
mod forecasting;
mod group_members;
mod group_removals;
mod group_use;
mod groups;
mod input;
mod jobs;
mod load;
mod members;
mod moves;
mod order;
mod outgoing;
mod planned;
mod policy;
mod quiet;
mod reads;
mod recoveries;
mod recovery;
mod reimport;
mod room;
mod safety;
mod schedule_create;
mod schedule_find;
mod schedule_live;
mod schedule_removals;
mod schedule_when;
mod schedules;
mod send_duplicates;
mod send_gates;
mod sends;
mod snapshots;
mod verdict;
mod when_words;

pub use action::{Action, GroupTarget, ScheduleOrder, SchedulePatch, SendOrder};
pub use build::plan;
pub use calendar::{Calendar, Entry, Occasion, Pace, calendar, usual_zone};
pub use candidates::{echoes, late_jobs, taken, unsent_of_others};
pub use change::{Change, ChangeId, ChangeKind, Detail};
pub use clocks::{Clocks, RecipientPlace, RecipientTime};
pub use draft::people;
pub use evidence::{job_line, snapshot_name, snapshot_prefix};
pub use forecast::{Forecast, LoadForecast, MonthForecast, OverlapForecast, ScheduleForecast, SendForecast};
pub use forecasting::firings;
pub use input::{Input, PlanOptions, Stopped};
pub use moves::moved_state;
pub use order::Step;
pub use planned::{LedgerNote, Note, NoteLevel, Plan, SeenGroup};
pub use quiet::starts_inside;
pub use reads::{Refresh, needed_histories, needed_members, needed_recipients};
pub use recoveries::{FIND_OUT, ways_out};
pub use recovery::{Evidence, Recovered, decide, not_as_armed};
pub use reimport::{import_digests, import_name, temporary_groups};
pub use schedule_find::is_spec;
pub use verdict::{Block, Hold, Refusal, Verdict};

#[cfg(test)]
mod digest_tests;
#[cfg(test)]
mod group_tests;
#[cfg(test)]
mod interpret;
#[cfg(test)]
mod late_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod recovery_tests;
#[cfg(test)]
mod schedule_tests;
#[cfg(test)]
mod send_tests;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod suppressed_tests;
#[cfg(test)]
mod testing;
