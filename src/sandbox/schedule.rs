//! One scheduled message and its executions. Owns its states (`api.md`: active, paused, cancelled, completed;
//! the last two are final); must not know HTTP.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::firing::Timing;
use super::job::Message;

/// How many executions are kept for one schedule; older ones are forgotten, so that a long-lived sandbox does
/// not grow without end.
const MOST_EXECUTIONS: usize = 10_000;

/// The state of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleStatus {
    /// Fires when due.
    Active,
    /// Does not fire until resumed.
    Paused,
    /// Ended by request.
    Cancelled,
    /// A one-time schedule that has fired.
    Completed,
}

impl ScheduleStatus {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
        }
    }

    /// Nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Cancelled | Self::Completed)
    }
}

/// What a client writes of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleFields {
    /// 1 to 255 characters.
    pub name: String,
    /// The number it is sent from.
    pub session_id: Uuid,
    /// The group, as it is at each firing.
    pub custom_group_id: Uuid,
    /// What it says.
    pub message: Message,
    /// When it fires.
    pub timing: Timing,
}

/// One scheduled message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its id.
    pub id: Uuid,
    /// What the client wrote.
    pub fields: ScheduleFields,
    /// Its state.
    pub status: ScheduleStatus,
    /// The next firing; only while active.
    pub next: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed by a client.
    pub updated_at: Timestamp,
    /// Its firings, oldest first.
    pub executions: VecDeque<Execution>,
}

/// One firing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Execution {
    /// Its id.
    pub id: Uuid,
    /// When it fired.
    pub fired_at: Timestamp,
    /// The job that carries it out; `None` when it failed at once.
    pub job: Option<Uuid>,
    /// Why it failed at once.
    pub error: Option<String>,
}

impl Schedule {
    /// Notes a firing.
    pub fn record(&mut self, execution: Execution) {
        if self.executions.len() >= MOST_EXECUTIONS {
            self.executions.pop_front();
        }
        self.executions.push_back(execution);
    }
}
