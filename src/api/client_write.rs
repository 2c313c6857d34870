//! [`Write`] by [`Client`].

use futures_util::future::BoxFuture;

use super::answer::{WHOLE, bad_json, collect};
use super::bodies::{NewMember, RemoveForm, ScheduleBody, SendBody};
use super::call::{Bounds, Done};
use super::client::Client;
use super::error::ApiError;
use super::outcome::{CreateOutcome, SendOutcome};
use super::read::Read;
use super::request::ApiRequest;
use super::wire::{FromWire, one};
use super::write::Write;
use crate::model::{Id, ObservedGroup, ObservedJob, ObservedSchedule, Phone};
use crate::plan::SchedulePatch;

impl Client {
    /// A request that makes something: the status and the object, where the answer names one.
    async fn make<T: FromWire + Send>(&self, request: &ApiRequest) -> Result<(u16, Option<T>), ApiError> {
        let Done { status, value } = self
            .run(request, Bounds::CREATE, |body| async {
                one(&collect(body, WHOLE).await?).map_err(bad_json)
            })
            .await?;
        Ok((status, value))
    }

    /// A request that changes something: a 2xx is enough, the object in it is welcome.
    async fn change<T: FromWire + Send>(&self, request: &ApiRequest) -> Result<Option<T>, ApiError> {
        let done = self
            .run(request, Bounds::USUAL, |body| async {
                Ok(one(&collect(body, WHOLE).await?).unwrap_or_default())
            })
            .await?;
        Ok(done.value)
    }

    async fn change_only(&self, request: &ApiRequest) -> Result<(), ApiError> {
        self.run(request, Bounds::USUAL, |body| async { collect(body, WHOLE).await.map(drop) }).await?;
        Ok(())
    }

    /// Gone is gone: 404 to a repeated DELETE means that an earlier one was heard.
    async fn delete(&self, request: &ApiRequest) -> Result<(), ApiError> {
        match self.change_only(request).await {
            Err(error) if error.is_not_found() && error.was_repeated() => Ok(()),
            result => result,
        }
    }

    async fn remove(&self, id: &Id, members: &[(Phone, Option<Id>)]) -> Result<(), ApiError> {
        let mut form = self.remove_form();
        let mut tried = Vec::new();
        loop {
            tried.push(form);
            let looked_up;
            let body = if form == RemoveForm::MemberIds && members.iter().any(|(_, id)| id.is_none()) {
                looked_up = self.with_ids(id, members).await?;
                &looked_up[..]
            } else {
                members
            };
            if body.is_empty() {
                // None of them is in the group any more.
                return Ok(());
            }
            let error = match self.change_only(&ApiRequest::remove_members(id, body, form)).await {
                Ok(()) => {
                    self.set_remove_form(form);
                    return Ok(());
                }
                Err(error) => error,
            };
            let other = RemoveForm::ALL
                .into_iter()
                .find(|other| !tried.contains(other) && error.names_field(other.field()));
            match other {
                Some(other) => form = other,
                None => return Err(error),
            }
        }
    }

    /// The same members with the ids that the group has for them; those who are not in it are left out.
    async fn with_ids(
        &self,
        group: &Id,
        members: &[(Phone, Option<Id>)],
    ) -> Result<Vec<(Phone, Option<Id>)>, ApiError> {
        let observed = self.group_members(group, None).await?;
        let lacking = members.iter().any(|(phone, id)| {
            id.is_none() && observed.phones.contains(*phone) && !observed.ids.contains_key(phone)
        });
        if lacking {
            return Err(ApiError::BadBody {
                request: ApiRequest::group(group).label(),
                reason: "the server wants member ids to remove members, but shows none".to_owned(),
            });
        }
        Ok(members
            .iter()
            .filter_map(|(phone, id)| {
                let id = id.clone().or_else(|| observed.ids.get(phone).cloned())?;
                Some((*phone, Some(id)))
            })
            .collect())
    }
}

impl Write for Client {
    fn create_group<'a>(
        &'a self,
        name: &'a str,
        members: &'a [NewMember<'a>],
    ) -> BoxFuture<'a, CreateOutcome<ObservedGroup>> {
        Box::pin(async move { CreateOutcome::of(self.make(&ApiRequest::create_group(name, members)).await) })
    }

    fn create_group_from_wa<'a>(
        &'a self,
        name: &'a str,
        wa_groups: &'a [(&'a str, &'a Id)],
    ) -> BoxFuture<'a, CreateOutcome<ObservedGroup>> {
        Box::pin(async move {
            CreateOutcome::of(self.make(&ApiRequest::create_group_from_wa(name, wa_groups)).await)
        })
    }

    fn rename_group<'a>(&'a self, id: &'a Id, name: &'a str) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move { self.change_only(&ApiRequest::rename_group(id, name)).await })
    }

    fn delete_group<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move { self.delete(&ApiRequest::delete_group(id)).await })
    }

    fn add_members<'a>(
        &'a self,
        id: &'a Id,
        members: &'a [NewMember<'a>],
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move { self.change_only(&ApiRequest::add_members(id, members)).await })
    }

    fn remove_members<'a>(
        &'a self,
        id: &'a Id,
        members: &'a [(Phone, Option<Id>)],
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(self.remove(id, members))
    }

    fn create_schedule<'a>(
        &'a self,
        body: &'a ScheduleBody,
    ) -> BoxFuture<'a, CreateOutcome<ObservedSchedule>> {
        Box::pin(async move { CreateOutcome::of(self.make(&ApiRequest::create_schedule(body)).await) })
    }

    fn patch_schedule<'a>(
        &'a self,
        id: &'a Id,
        patch: &'a SchedulePatch,
    ) -> BoxFuture<'a, Result<Option<ObservedSchedule>, ApiError>> {
        Box::pin(async move { self.change(&ApiRequest::patch_schedule(id, patch)).await })
    }

    fn pause_schedule<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Option<ObservedSchedule>, ApiError>> {
        Box::pin(async move { self.change(&ApiRequest::pause_schedule(id)).await })
    }

    fn resume_schedule<'a>(
        &'a self,
        id: &'a Id,
    ) -> BoxFuture<'a, Result<Option<ObservedSchedule>, ApiError>> {
        Box::pin(async move { self.change(&ApiRequest::resume_schedule(id)).await })
    }

    fn cancel_schedule<'a>(
        &'a self,
        id: &'a Id,
    ) -> BoxFuture<'a, Result<Option<ObservedSchedule>, ApiError>> {
        Box::pin(async move { self.change(&ApiRequest::cancel_schedule(id)).await })
    }

    fn delete_schedule<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move { self.delete(&ApiRequest::delete_schedule(id)).await })
    }

    fn turn(&self, requests: u32) -> BoxFuture<'_, ()> {
        Box::pin(self.turn(requests))
    }

    fn create_job<'a>(&'a self, body: &'a SendBody) -> BoxFuture<'a, SendOutcome> {
        Box::pin(async move { SendOutcome::of(self.make(&ApiRequest::create_job(body)).await) })
    }

    fn pause_job<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Option<ObservedJob>, ApiError>> {
        Box::pin(async move { self.change(&ApiRequest::pause_job(id)).await })
    }

    fn resume_job<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Option<ObservedJob>, ApiError>> {
        Box::pin(async move { self.change(&ApiRequest::resume_job(id)).await })
    }

    fn cancel_job<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Option<ObservedJob>, ApiError>> {
        Box::pin(async move { self.change(&ApiRequest::cancel_job(id)).await })
    }
}
