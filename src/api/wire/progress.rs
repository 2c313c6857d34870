//! One event of a job's progress as it comes.

use serde::Deserialize;

use super::job::job_status;
use super::scalar::Scalar;
use crate::model::JobStatus;

/// `data: {"sent": 45, "total": 127, "failed": 0, "status": "running"}`. An event need not say everything each time:
/// what it leaves out is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Sent so far.
    pub sent: Option<u64>,
    /// Recipients in all.
    pub total: Option<u64>,
    /// Failed so far.
    pub failed: Option<u64>,
    /// The job's status.
    pub status: Option<JobStatus>,
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
            sent,
            total: self.total.count().or_else(|| self.total_recipients.count()),
            failed: self.failed.count().or_else(|| self.failed_count.count()),
            status: self.status.text().map(|word| job_status(Some(word))),
        })
    }
}
