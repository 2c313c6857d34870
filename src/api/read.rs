//! The power to read the account, and nothing else.

use futures_util::future::BoxFuture;
use jiff::SignedDuration;

use super::error::ApiError;
use super::request::PageRequest;
use super::sse::ProgressStream;
use super::transport::BodyStream;
use super::wire::{Analytics, Contact, ExecutionPage, JobDetail, WaGroup};
use crate::model::{
    Id, ObservedGroup, ObservedJob, ObservedMembers, ObservedSchedule, ObservedSession, Subscription,
};

/// What a key or a plan may not allow to be read; that is normal (`api.md`).
#[derive(Debug, Clone, PartialEq)]
pub enum Optional<T> {
    /// Read.
    Known(T),
    /// Not to be had, and why.
    Unavailable(String),
}

impl<T> Optional<T> {
    /// The value, where there is one.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unavailable(_) => None,
        }
    }
}

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// With a header row.
    Csv,
    /// An array.
    Json,
}

/// Reads. Lists are whole or an error; each answer's `Date` updates [`Read::clock_skew`].
pub trait Read: Send + Sync {
    /// All sessions.
    fn sessions(&self) -> BoxFuture<'_, Result<Vec<ObservedSession>, ApiError>>;

    /// One session.
    fn session<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<ObservedSession, ApiError>>;

    /// All groups, without members.
    fn groups(&self) -> BoxFuture<'_, Result<Vec<ObservedGroup>, ApiError>>;

    /// One group with all its members. Where the detail has fewer than its `member_count` (or, where it has none,
    /// `expected_count`), they are read from the export.
    fn group<'a>(
        &'a self,
        id: &'a Id,
        expected_count: Option<u64>,
    ) -> BoxFuture<'a, Result<ObservedGroup, ApiError>>;

    /// All members of one group, as [`Read::group`].
    fn group_members<'a>(
        &'a self,
        id: &'a Id,
        expected_count: Option<u64>,
    ) -> BoxFuture<'a, Result<ObservedMembers, ApiError>> {
        Box::pin(async move { Ok(self.group(id, expected_count).await?.members.unwrap_or_default()) })
    }

    /// All schedules.
    fn schedules(&self) -> BoxFuture<'_, Result<Vec<ObservedSchedule>, ApiError>>;

    /// One schedule.
    fn schedule<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<ObservedSchedule, ApiError>>;

    /// One page of a schedule's executions.
    fn history<'a>(&'a self, id: &'a Id, page: PageRequest)
    -> BoxFuture<'a, Result<ExecutionPage, ApiError>>;

    /// All bulk-send jobs.
    fn jobs(&self) -> BoxFuture<'_, Result<Vec<ObservedJob>, ApiError>>;

    /// One job.
    fn job<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<ObservedJob, ApiError>>;

    /// One job with its recipients.
    fn job_detail<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<JobDetail, ApiError>>;

    /// The subscription; 403 and 404 are normal.
    fn subscription(&self) -> BoxFuture<'_, Result<Optional<Subscription>, ApiError>>;

    /// Delivery rates of a job; 403 and 404 are normal.
    fn analytics<'a>(&'a self, job: &'a Id) -> BoxFuture<'a, Result<Optional<Analytics>, ApiError>>;

    /// Every contact of every session.
    fn contacts(&self) -> BoxFuture<'_, Result<Vec<Contact>, ApiError>>;

    /// WhatsApp groups that can be imported.
    fn wa_groups(&self) -> BoxFuture<'_, Result<Vec<WaGroup>, ApiError>>;

    /// A group's members as the API exports them, piece by piece; at most 128 MiB. An error in the stream means
    /// that what came before it is not whole.
    fn export<'a>(&'a self, id: &'a Id, format: ExportFormat) -> BoxFuture<'a, Result<BodyStream, ApiError>>;

    /// A job's live progress. Ends when the server ends it; to reconnect is the caller's business.
    fn progress<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<ProgressStream, ApiError>>;

    /// The server's clock minus ours, by the latest `Date`; `None` before the first answer that had one.
    fn clock_skew(&self) -> Option<SignedDuration>;
}
