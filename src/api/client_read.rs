//! [`Read`] by [`Client`].

use std::sync::atomic::Ordering;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use super::answer::{BodyError, STREAMED, WHOLE, bad_json, collect, limited, streamed};
use super::call::Bounds;
use super::client::Client;
use super::error::ApiError;
use super::lists::{ListError, Pager, Paging};
use super::read::{ExportFormat, Optional, Read};
use super::request::{ApiRequest, PageRequest};
use super::shown::Shown;
use super::sse::{self, ProgressStream};
use super::transport::BodyStream;
use super::wire::{
    Analytics, Contact, Execution, ExecutionPage, FromWire, JobDetail, MembersNode, Node, Page, WaGroup,
    WireAnalytics, WireGroupDetail, WireJobDetail, WireSubscription, one,
};
use crate::model::{Id, ObservedGroup, ObservedJob, ObservedSchedule, ObservedSession, Subscription};

/// The vendor's own page size, asked for where a larger one is refused.
const SMALLER_PAGE: u32 = 50;

impl Client {
    /// The whole body of a 2xx, read by `parse`.
    async fn read_with<T: Send>(
        &self,
        request: &ApiRequest,
        parse: impl Fn(&[u8]) -> Result<T, BodyError> + Send + Sync,
    ) -> Result<T, ApiError> {
        let parse = &parse;
        let done = self
            .run(request, Bounds::USUAL, |body| async move { parse(&collect(body, WHOLE).await?) })
            .await?;
        Ok(done.value)
    }

    async fn read_json<T: DeserializeOwned + Send>(&self, request: &ApiRequest) -> Result<T, ApiError> {
        self.read_with(request, |bytes| serde_json::from_slice(bytes).map_err(bad_json)).await
    }

    async fn read_one<T: FromWire + Send>(&self, request: &ApiRequest) -> Result<T, ApiError> {
        self.read_with(request, |bytes| {
            one(bytes)
                .map_err(bad_json)?
                .ok_or_else(|| BodyError::Bad("it is no object with an id".to_owned()))
        })
        .await
    }

    async fn read_streamed<T: DeserializeOwned + Send + 'static>(
        &self,
        request: &ApiRequest,
    ) -> Result<T, ApiError> {
        Ok(self.run(request, Bounds::LARGE, streamed).await?.value)
    }

    async fn read_page<T: FromWire>(&self, request: &ApiRequest) -> Result<Page<T::Wire>, ApiError>
    where
        T::Wire: Send,
    {
        self.read_with(request, |bytes| {
            serde_json::from_slice::<Node<T::Wire>>(bytes)
                .map_err(bad_json)?
                .page(T::LIST)
                .ok_or_else(|| BodyError::Bad("there is no list in it".to_owned()))
        })
        .await
    }

    async fn read_list<T: FromWire + Send>(
        &self,
        paging: Paging,
        request: fn(PageRequest) -> ApiRequest,
    ) -> Result<Vec<T>, ApiError>
    where
        T::Wire: Send,
    {
        let mut pager: Pager<T> = Pager::new(paging, self.0.page_limit.load(Ordering::Relaxed));
        while let Some(page) = pager.next() {
            let request = request(page);
            match self.read_page::<T>(&request).await {
                Ok(page) => pager.take(page).map_err(|error| bad_list(&request, &error))?,
                Err(error) if page.limit > SMALLER_PAGE && error.names_field("limit") => {
                    self.0.page_limit.store(SMALLER_PAGE, Ordering::Relaxed);
                    pager = Pager::new(paging, SMALLER_PAGE);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(pager.finish())
    }

    /// One try at a group with all its members; `Ok(Err)` where fewer came than announced.
    async fn read_group(
        &self,
        id: &Id,
        expected: Option<u64>,
    ) -> Result<Result<ObservedGroup, ListError>, ApiError> {
        let request = ApiRequest::group(id);
        let detail: WireGroupDetail = self.read_streamed(&request).await?;
        let (mut group, entries) = detail
            .convert()
            .map_err(|what| BodyError::Bad(format!("the group lacks {what}")).at(&request))?;
        let count = group.member_count.or(expected);
        if group.members.is_some() && count.is_some_and(|count| entries >= count) {
            return Ok(Ok(group));
        }
        if count == Some(0) {
            group.members.get_or_insert_default();
            return Ok(Ok(group));
        }
        // A page of them, or none: the export has all.
        let request = ApiRequest::export_json(id);
        let MembersNode(fold) = self.read_streamed(&request).await?;
        let fold = fold.ok_or_else(|| BodyError::Bad("there is no list in it".to_owned()).at(&request))?;
        let got = fold.entries();
        if let Some(total) = count.filter(|count| got < *count) {
            return Ok(Err(ListError::CutShort { got, total }));
        }
        group.members = Some(fold.finish());
        Ok(Ok(group))
    }
}

fn bad_list(request: &ApiRequest, error: &ListError) -> ApiError {
    ApiError::BadList { request: request.label(), reason: error.to_string() }
}

/// 403 and 404 are normal where `api.md` says so.
fn optional<T>(result: Result<T, ApiError>, what: &str) -> Result<Optional<T>, ApiError> {
    match result {
        Ok(value) => Ok(Optional::Known(value)),
        Err(error) => match error.status() {
            Some(403) => Ok(Optional::Unavailable(format!("this key or plan may not read {what}"))),
            Some(404) => Ok(Optional::Unavailable(format!("the API has no {what}"))),
            _ => Err(error),
        },
    }
}

impl Read for Client {
    fn sessions(&self) -> BoxFuture<'_, Result<Vec<ObservedSession>, ApiError>> {
        Box::pin(self.read_list(Paging::Tolerated, ApiRequest::sessions))
    }

    fn session<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<ObservedSession, ApiError>> {
        Box::pin(async move { self.read_one(&ApiRequest::session(id)).await })
    }

    /// A list item may lack what the detail has (`api.md`): without a name it would be renamed, or made again.
    fn groups(&self) -> BoxFuture<'_, Result<Vec<ObservedGroup>, ApiError>> {
        Box::pin(async move {
            let mut groups: Vec<ObservedGroup> =
                self.read_list(Paging::Documented, ApiRequest::groups).await?;
            for group in groups.iter_mut().filter(|group| group.name.is_empty()) {
                let detail = self.read_streamed::<WireGroupDetail>(&ApiRequest::group(&group.id)).await;
                if let Some(Ok((detail, _))) = ApiError::unless_gone(detail)?.map(WireGroupDetail::convert) {
                    group.name = detail.name;
                    group.member_count = group.member_count.or(detail.member_count);
                }
            }
            Ok(groups)
        })
    }

    fn group<'a>(
        &'a self,
        id: &'a Id,
        expected_count: Option<u64>,
    ) -> BoxFuture<'a, Result<ObservedGroup, ApiError>> {
        Box::pin(async move {
            // Members may leave between the two requests: the second look has the new count.
            match self.read_group(id, expected_count).await? {
                Ok(group) => Ok(group),
                Err(_) => self
                    .read_group(id, None)
                    .await?
                    .map_err(|error| bad_list(&ApiRequest::export_json(id), &error)),
            }
        })
    }

    fn schedules(&self) -> BoxFuture<'_, Result<Vec<ObservedSchedule>, ApiError>> {
        Box::pin(async move {
            let mut schedules: Vec<ObservedSchedule> =
                self.read_list(Paging::Documented, ApiRequest::schedules).await?;
            for schedule in schedules.iter_mut().filter(|schedule| schedule.name.is_empty()) {
                if let Some(detail) = ApiError::unless_gone(self.schedule(&schedule.id).await)? {
                    *schedule = detail;
                }
            }
            Ok(schedules)
        })
    }

    fn schedule<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<ObservedSchedule, ApiError>> {
        Box::pin(async move { self.read_one(&ApiRequest::schedule(id)).await })
    }

    fn history<'a>(
        &'a self,
        id: &'a Id,
        page: PageRequest,
    ) -> BoxFuture<'a, Result<ExecutionPage, ApiError>> {
        Box::pin(async move {
            let page = self.read_page::<Execution>(&ApiRequest::history(id, page)).await?;
            let secret = self.0.auth.secret().expose();
            let executions = page
                .items
                .into_iter()
                .filter_map(|item| Execution::from_wire(item.unwrap_or_default()).ok())
                .map(|e| Execution { error: e.error.map(|text| Shown::new(&text, secret).to_string()), ..e })
                .collect();
            Ok(ExecutionPage { executions, total: page.total })
        })
    }

    fn jobs(&self) -> BoxFuture<'_, Result<Vec<ObservedJob>, ApiError>> {
        Box::pin(self.read_list(Paging::Documented, ApiRequest::jobs))
    }

    fn job<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<ObservedJob, ApiError>> {
        Box::pin(async move { self.read_one(&ApiRequest::job(id)).await })
    }

    fn job_detail<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<JobDetail, ApiError>> {
        Box::pin(async move {
            self.read_with(&ApiRequest::job(id), |bytes| {
                let mut job: ObservedJob = one(bytes)
                    .map_err(bad_json)?
                    .ok_or_else(|| BodyError::Bad("it is no job with an id".to_owned()))?;
                let detail: WireJobDetail = serde_json::from_slice(bytes).map_err(bad_json)?;
                let (recipients, listed) = detail.convert().unzip();
                job.total = listed.flatten().max(job.total);
                Ok(JobDetail { job, recipients })
            })
            .await
        })
    }

    fn subscription(&self) -> BoxFuture<'_, Result<Optional<Subscription>, ApiError>> {
        Box::pin(async move {
            let read = self.read_json::<WireSubscription>(&ApiRequest::subscription()).await;
            optional(read.map(WireSubscription::convert), "the subscription")
        })
    }

    fn analytics<'a>(&'a self, job: &'a Id) -> BoxFuture<'a, Result<Optional<Analytics>, ApiError>> {
        Box::pin(async move {
            let read = self.read_json::<WireAnalytics>(&ApiRequest::analytics(job)).await;
            optional(read.map(WireAnalytics::convert), "analytics of this job")
        })
    }

    fn contacts(&self) -> BoxFuture<'_, Result<Vec<Contact>, ApiError>> {
        Box::pin(self.read_list(Paging::Tolerated, ApiRequest::contacts))
    }

    fn wa_groups(&self) -> BoxFuture<'_, Result<Vec<WaGroup>, ApiError>> {
        Box::pin(self.read_list(Paging::Tolerated, ApiRequest::wa_groups))
    }

    fn export<'a>(&'a self, id: &'a Id, format: ExportFormat) -> BoxFuture<'a, Result<BodyStream, ApiError>> {
        Box::pin(async move {
            let request = match format {
                ExportFormat::Csv => ApiRequest::export_csv(id),
                ExportFormat::Json => ApiRequest::export_json(id),
            };
            let done = self.run(&request, Bounds::LARGE, |body| async { Ok(body) }).await?;
            Ok(limited(done.value, STREAMED))
        })
    }

    fn progress<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<ProgressStream, ApiError>> {
        Box::pin(async move {
            let request = ApiRequest::progress(id);
            let done = self.run(&request, Bounds::EVENTS, |body| async { Ok(body) }).await?;
            Ok(sse::progress(done.value, request.label()))
        })
    }

    fn clock_skew(&self) -> Option<SignedDuration> {
        self.skew()
    }
}
