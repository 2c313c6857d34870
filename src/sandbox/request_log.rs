//! The requests that came in, for `/__sandbox/log`: method, path, status, time, fault. Never headers, queries or
//! bodies, so no credential and no phone. Bounded.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

use super::fault::FaultMode;

/// How many are remembered.
const MOST: usize = 10_000;
/// How much of a path is remembered.
const LONGEST_PATH: usize = 200;

/// One request.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    method: String,
    path: String,
    /// What the client was given; `null` when nothing.
    status: Option<u16>,
    /// What the server did, when it acted; differs from `status` under a fault.
    served: Option<u16>,
    at: Timestamp,
    fault: Option<&'static str>,
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub struct RequestLog {
    entries: VecDeque<Entry>,
    dropped: u64,
}

impl RequestLog {
    /// Notes a request: what the server did (`None` when it did not act) and how it failed.
    pub fn note(
        &mut self,
        method: &str,
        path: &str,
        at: Timestamp,
        served: Option<u16>,
        fault: Option<FaultMode>,
    ) {
        if self.entries.len() >= MOST {
            self.entries.pop_front();
            self.dropped += 1;
        }
        let status = match fault {
            None | Some(FaultMode::Truncated | FaultMode::Empty2xx) => served,
            Some(FaultMode::Error500Before | FaultMode::Error500After) => Some(500),
            Some(FaultMode::Html502After) => Some(502),
            Some(FaultMode::TooMany429) => Some(429),
            Some(FaultMode::Unavailable503) => Some(503),
            Some(_) => None,
        };
        self.entries.push_back(Entry {
            method: method.chars().take(16).collect(),
            path: path.chars().take(LONGEST_PATH).collect(),
            status,
            served,
            at,
            fault: fault.map(FaultMode::as_str),
        });
    }

    /// What is remembered, and how many were forgotten.
    pub fn shown(&self) -> serde_json::Value {
        serde_json::json!({"requests": self.entries, "forgotten": self.dropped})
    }
}
