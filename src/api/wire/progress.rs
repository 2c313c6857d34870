//! One event of a job's progress as it comes.

use serde::Deserialize;

use super::job::job_status;
use super::scalar::Scalar;
use crate::model::JobStatus;

/// `data: {"sent": 45, "total": 127, "failed": 0, "status": "running"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Sent so far.
    pub sent: u64,
    /// Recipients in all.
    pub total: Option<u64>,
    /// Failed so far.
    pub failed: u64,
    /// The job's status.
    pub status: JobStatus,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireProgress {
    sent: Scalar,
    sent_count: Scalar,
    total: Scalar,
    total_recipients: Scalar,
    failed: Scalar,
    failed_count: Scalar,
    status: Scalar,
}

impl WireProgress {
    /// The event; `None` where neither a count nor a status is in it, as in a heartbeat.
    pub(crate) fn convert(self) -> Option<Progress> {
        let sent = self.sent.count().or_else(|| self.sent_count.count());
        if sent.is_none() && !self.status.is_present() {
            return None;
        }
        Some(Progress {
            sent: sent.unwrap_or(0),
            total: self.total.count().or_else(|| self.total_recipients.count()),
            failed: self.failed.count().or_else(|| self.failed_count.count()).unwrap_or(0),
            status: job_status(self.status.text()),
        })
    }
}
