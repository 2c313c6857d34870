//! The power to change the account. Each method makes one change; what to change is the plan's business.

use futures_util::future::BoxFuture;

use super::bodies::{NewMember, ScheduleBody, SendBody};
use super::error::ApiError;
use super::outcome::{CreateOutcome, SendOutcome};
use crate::model::{Id, ObservedGroup, ObservedJob, ObservedSchedule, Phone};
use crate::plan::SchedulePatch;

/// Changes. What may be repeated is retried with back-off; what creates only where it surely did nothing; a send
/// never (`send-safety.md`). Where an action answers with the object, it is given.
pub trait Write: Send + Sync {
    /// Makes a group with at most 1,000 members.
    fn create_group<'a>(
        &'a self,
        name: &'a str,
        members: &'a [NewMember<'a>],
    ) -> BoxFuture<'a, CreateOutcome<ObservedGroup>>;

    /// Makes a group from WhatsApp groups (`…@g.us`, with the session that is in it).
    fn create_group_from_wa<'a>(
        &'a self,
        name: &'a str,
        wa_groups: &'a [(&'a str, &'a Id)],
    ) -> BoxFuture<'a, CreateOutcome<ObservedGroup>>;

    /// Renames a group.
    fn rename_group<'a>(&'a self, id: &'a Id, name: &'a str) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Deletes a group and its members. 404 after a retry is success; 404 at once is an error.
    fn delete_group<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Adds at most 1,000 members; those who are there already are skipped by the server.
    fn add_members<'a>(
        &'a self,
        id: &'a Id,
        members: &'a [NewMember<'a>],
    ) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Removes at most 1,000 members, in the form that the server takes. Where it wants member ids that are not
    /// given, they are read first.
    fn remove_members<'a>(
        &'a self,
        id: &'a Id,
        members: &'a [(Phone, Option<Id>)],
    ) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Makes a schedule.
    fn create_schedule<'a>(
        &'a self,
        body: &'a ScheduleBody,
    ) -> BoxFuture<'a, CreateOutcome<ObservedSchedule>>;

    /// Changes a schedule.
    fn patch_schedule<'a>(
        &'a self,
        id: &'a Id,
        patch: &'a SchedulePatch,
    ) -> BoxFuture<'a, Result<Option<ObservedSchedule>, ApiError>>;

    /// Pauses a schedule.
    fn pause_schedule<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Option<ObservedSchedule>, ApiError>>;

    /// Resumes a schedule.
    fn resume_schedule<'a>(&'a self, id: &'a Id)
    -> BoxFuture<'a, Result<Option<ObservedSchedule>, ApiError>>;

    /// Cancels a schedule, for good.
    fn cancel_schedule<'a>(&'a self, id: &'a Id)
    -> BoxFuture<'a, Result<Option<ObservedSchedule>, ApiError>>;

    /// Deletes a schedule that is cancelled or completed. 404 after a retry is success.
    fn delete_schedule<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Waits until the account's rate allows so many more requests, which are then made without waiting: for whoever
    /// has to read and decide something right before [`Self::create_job`].
    fn turn(&self, requests: u32) -> BoxFuture<'_, ()>;

    /// Sends: one request, on a connection of its own, whatever happens. Arm the ledger first.
    fn create_job<'a>(&'a self, body: &'a SendBody) -> BoxFuture<'a, SendOutcome>;

    /// Pauses a job.
    fn pause_job<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Option<ObservedJob>, ApiError>>;

    /// Resumes a job.
    fn resume_job<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Option<ObservedJob>, ApiError>>;

    /// Cancels a job, for good.
    fn cancel_job<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Option<ObservedJob>, ApiError>>;
}
