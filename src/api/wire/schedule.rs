//! Scheduled messages and their executions as they come.

use jiff::Timestamp;
use serde::Deserialize;

use super::FromWire;
use super::job::echoes;
use super::scalar::Scalar;
use crate::model::{Id, ObservedSchedule, ScheduleStatus, ScheduleType, masked_phones};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireSchedule {
    id: Scalar,
    name: Scalar,
    status: Scalar,
    session_id: Scalar,
    custom_group_id: Scalar,
    group_id: Scalar,
    schedule_type: Scalar,
    message_content: Scalar,
    media_url: Scalar,
    cron_expression: Scalar,
    scheduled_time: Scalar,
    timezone: Scalar,
    next_run_at: Scalar,
    created_at: Scalar,
}

impl FromWire for ObservedSchedule {
    type Wire = WireSchedule;
    const LIST: &'static str = "messages";

    fn from_wire(wire: WireSchedule) -> Result<Self, &'static str> {
        let WireSchedule {
            id,
            name,
            status,
            session_id,
            custom_group_id,
            group_id,
            schedule_type,
            message_content,
            media_url,
            cron_expression,
            scheduled_time,
            timezone,
            next_run_at,
            created_at,
        } = wire;
        let status = status.text().unwrap_or_else(|| "unknown".to_owned());
        Ok(Self {
            id: id.id().ok_or("an id")?,
            name: name.text().unwrap_or_default(),
            // In whatever case a server writes it, as sessions are.
            status: match status.to_ascii_lowercase().as_str() {
                "active" => ScheduleStatus::Active,
                "paused" => ScheduleStatus::Paused,
                "cancelled" | "canceled" => ScheduleStatus::Cancelled,
                "completed" => ScheduleStatus::Completed,
                _ => ScheduleStatus::Unknown(masked_phones(&status)),
            },
            session_id: session_id.id(),
            group_id: custom_group_id.id().or_else(|| group_id.id()),
            schedule_type: schedule_type.text().and_then(|word| ScheduleType::parse(&word)),
            shows_content: echoes(&message_content, &media_url),
            text: message_content.text(),
            media: media_url.text(),
            cron: cron_expression.text(),
            scheduled_time: scheduled_time.text(),
            timezone: timezone.text(),
            next_run_at: next_run_at.moment(),
            created_at: created_at.moment(),
        })
    }

    fn key(&self) -> Option<String> {
        Some(self.id.to_string())
    }
}

/// One firing of a schedule (`GET /scheduled-messages/{id}/history`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its id, where it has one.
    pub id: Option<Id>,
    /// When it fired.
    pub at: Option<Timestamp>,
    /// The API's word.
    pub status: String,
    /// The job it made, where named.
    pub job_id: Option<Id>,
    /// Recipients in all.
    pub total: Option<u64>,
    /// Sent.
    pub sent: Option<u64>,
    /// Failed.
    pub failed: Option<u64>,
    /// Why it failed: the API's text, to be shown and not stored.
    pub error: Option<String>,
}

impl Execution {
    /// What tells it from other firings when pages overlap: its id, else when it fired and as which job; `None` where
    /// the API gives none of them.
    pub fn key(&self) -> Option<String> {
        match (&self.id, self.at) {
            (Some(id), _) => Some(id.to_string()),
            (None, Some(at)) => {
                Some(format!("{at} {}", self.job_id.as_ref().map(Id::as_str).unwrap_or_default()))
            }
            (None, None) => None,
        }
    }
}

/// A page of executions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionPage {
    /// In the server's order.
    pub executions: Vec<Execution>,
    /// How many there are in all, where said.
    pub total: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireExecution {
    id: Scalar,
    fired_at: Scalar,
    executed_at: Scalar,
    started_at: Scalar,
    run_at: Scalar,
    created_at: Scalar,
    status: Scalar,
    job_id: Scalar,
    bulk_send_id: Scalar,
    bulk_job_id: Scalar,
    total_recipients: Scalar,
    total: Scalar,
    sent_count: Scalar,
    sent: Scalar,
    failed_count: Scalar,
    failed: Scalar,
    error: Scalar,
    error_message: Scalar,
}

impl FromWire for Execution {
    type Wire = WireExecution;
    const LIST: &'static str = "executions";

    fn from_wire(wire: WireExecution) -> Result<Self, &'static str> {
        let w = wire;
        let times = [&w.fired_at, &w.executed_at, &w.started_at, &w.run_at, &w.created_at];
        let jobs = [&w.job_id, &w.bulk_send_id, &w.bulk_job_id];
        let either = |a: &Scalar, b: &Scalar| a.count().or_else(|| b.count());
        Ok(Self {
            id: w.id.id(),
            at: times.into_iter().find_map(Scalar::moment),
            job_id: jobs.into_iter().find_map(Scalar::id),
            total: either(&w.total_recipients, &w.total),
            sent: either(&w.sent_count, &w.sent),
            failed: either(&w.failed_count, &w.failed),
            status: w.status.text().unwrap_or_else(|| "unknown".to_owned()),
            error: w.error.text().or_else(|| w.error_message.text()),
        })
    }

    fn key(&self) -> Option<String> {
        Execution::key(self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    #[test]
    fn a_schedule_rewritten_or_sparse() {
        let json = br#"{"id": "x-1", "name": "Weekly", "status": "paused", "schedule_type": "cron",
                        "cron_expression": "0 9 * * 1", "timezone": "US/Eastern", "media_url": null,
                        "next_run_at": "2026-02-16T09:00:00-05:00", "message_content": "Hi"}"#;
        let schedule: ObservedSchedule = one(json).unwrap().unwrap();
        assert_eq!(schedule.schedule_type, Some(ScheduleType::Cron));
        assert_eq!(schedule.next_run_at, Some("2026-02-16T14:00:00Z".parse().unwrap()));
        assert!(schedule.shows_content && schedule.media.is_none());
        let few: ObservedSchedule = one(br#"{"id": "x-2", "status": "archived"}"#).unwrap().unwrap();
        assert_eq!(few.status, ScheduleStatus::Unknown("archived".into()));
        assert!(!few.shows_content && few.cron.is_none());
        let loud: ObservedSchedule = one(br#"{"id": "x-3", "status": "ACTIVE"}"#).unwrap().unwrap();
        assert_eq!(loud.status, ScheduleStatus::Active);
    }
}
