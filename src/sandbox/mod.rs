//! The sandbox: the whole API of `api.md` on loopback, for trying and for tests.
//!
//! Two halves. [`Server`] is a pure state machine of one account: a request and a time in, an answer out; a
//! simulation drives it without sockets. [`start`] puts it behind real HTTP, with a clock that can run or jump
//! ([`SandboxClock`]), its data on disk, and failures on demand ([`Fault`]). It must not share code with the
//! client: both follow the contract, neither follows the other.

mod clock;
mod control;
mod dialect;
mod disk;
mod error;
mod fault;
mod fields;
mod firing;
mod groups;
mod hosted;
mod http;
mod job;
mod jobs;
mod listener;
mod listing;
mod members;
mod membership;
mod message;
mod openapi;
mod options;
mod phone;
mod plan_name;
mod refusal;
mod request_log;
mod rng;
mod route;
mod running;
mod schedule;
mod schedules;
mod server;
mod sessions;
mod side;
mod state;
mod store;
mod waiting;
mod wire;
mod world;

#[cfg(test)]
mod tests;

pub use clock::{SandboxClock, parse_duration};
pub use dialect::{
    Dialect, DialectError, Envelope, ErrorForm, Order, PhoneForm, RemoveForm, ResetForm, RetryAfterForm,
};
pub use error::SandboxError;
pub use fault::{Fault, FaultBook, FaultError, FaultMode, Verdict};
pub use firing::Timing;
pub use job::{Job, JobStatus, Message, Outcome, Recipients};
pub use jobs::Progress;
pub use members::{Member, Members};
pub use message::{Request, Response};
pub use openapi::openapi;
pub use options::{Options, SessionSeed};
pub use plan_name::{LimitOverrides, Limits, PlanName};
pub use running::{Running, start};
pub use schedule::{Execution, Schedule, ScheduleFields, ScheduleStatus};
pub use server::{ALL_SCOPES, Server, ServerConfig, http_date};
pub use side::Side;
pub use state::{Group, Session, State, WaGroup};
