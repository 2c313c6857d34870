//! `/bulk-send`: creation (which reserves quota), reads, and pause, resume, cancel (which releases what was not
//! used). Must not decide when a message leaves: that is the job's.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::dialect::Dialect;
use super::fields::{Fields, MOST_CHARACTERS};
use super::job::{Job, JobStatus, Message, NewJob};
use super::listing::{Page, keep};
use super::message::{Request, Response};
use super::phone::show_phone;
use super::refusal::Refusal;
use super::route::Act;
use super::server::{Reply, Server, past};
use super::wire::{stamp, stamp_if};

/// How a job is doing, as one event of its progress stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Messages sent.
    pub sent: u64,
    /// Messages in all.
    pub total: u64,
    /// Messages that failed.
    pub failed: u64,
    /// The job's state.
    pub status: JobStatus,
}

impl Progress {
    /// `data: {"sent": 45, "total": 127, "failed": 0, "status": "running"}` and an empty line.
    pub fn event(self) -> String {
        let Self { sent, total, failed, status } = self;
        let data = json!({"sent": sent, "total": total, "failed": failed, "status": status.as_str()});
        format!("data: {data}\n\n")
    }
}

impl Server {
    /// How the job of that id is doing; `None` when there is none a client may see.
    pub fn progress(&self, id: Uuid) -> Option<Progress> {
        let job = self.visible_job(id)?;
        Some(Progress { sent: job.sent, total: job.total, failed: job.failed, status: job.status })
    }

    pub(super) fn list_jobs(&self, request: &Request) -> Reply {
        let dialect = &self.config.dialect;
        let page = Page::of(request, dialect)?;
        let jobs = self.state.jobs.iter().filter(|job| self.is_visible(job)).collect();
        Ok(page.cut(jobs, "jobs", dialect, dialect.order, |job| {
            let shown = Value::Object(show(job, dialect));
            if dialect.few_list_fields { keep(shown, &["id", "status", "created_at"]) } else { shown }
        }))
    }

    pub(super) fn read_job(&self, id: Uuid) -> Reply {
        let dialect = &self.config.dialect;
        let job = self.visible_job(id).ok_or_else(|| Refusal::not_found("job"))?;
        let mut shown = show(job, dialect);
        shown.insert("recipients".to_owned(), Value::Array(show_recipients(job, dialect)));
        Ok(Response::json(200, &Value::Object(shown)))
    }

    /// One event; the HTTP face makes a stream of it.
    pub(super) fn read_progress(&self, id: Uuid) -> Reply {
        let progress = self.progress(id).ok_or_else(|| Refusal::not_found("job"))?;
        let response = Response::new(200, "text/event-stream", progress.event().into_bytes());
        Ok(response.header("cache-control", "no-cache"))
    }

    pub(super) fn create_job(&mut self, body: &[u8]) -> Reply {
        self.require_sending()?;
        let mut fields = Fields::parse(body)?;
        let session_id = fields.uuid("session_id");
        let custom_group_id = fields.uuid("custom_group_id");
        let message = read_message(&mut fields);
        fields.finish()?;
        let (session_id, custom_group_id) =
            (session_id.unwrap_or_default(), custom_group_id.unwrap_or_default());
        self.require_working(session_id)?;
        let id = self.start_job(session_id, custom_group_id, message, None, self.now)?;
        let job = self.state.job(id).ok_or_else(|| Refusal::not_found("job"))?;
        Ok(Response::json(201, &Value::Object(show(job, &self.config.dialect))))
    }

    /// Makes a job of the group as it is now and reserves its quota: for a client, or for a firing.
    pub(super) fn start_job(
        &mut self,
        session_id: Uuid,
        custom_group_id: Uuid,
        message: Message,
        schedule: Option<Uuid>,
        at: Timestamp,
    ) -> Result<Uuid, Refusal> {
        let group = self.state.group(custom_group_id).ok_or_else(|| Refusal::not_found("group"))?;
        let members = group.members.get();
        if members.phones().is_empty() {
            return Err(Refusal::bad_request("this group has nobody to send to; add members first"));
        }
        let count = members.phones().len() as u64;
        let quota_month = month(at);
        let limit = self.config.limits.messages_per_month;
        let used = self.state.usage.get(&quota_month).copied().unwrap_or(0);
        if used.saturating_add(count) > limit {
            let left = limit.saturating_sub(used);
            let text =
                format!("the plan's messages are short: {count} needed, {left} of {limit} left this month");
            return Err(Refusal::forbidden(text));
        }
        // Copied only now: a schedule that is out of quota fires often.
        let phones = members.phones().to_vec();
        let with_name = |phone: &u64| members.name(*phone).map(|name| (*phone, name.to_owned()));
        let names: BTreeMap<u64, String> = phones.iter().filter_map(with_name).collect();
        *self.state.usage.entry(quota_month.clone()).or_default() += count;
        let id = self.state.issue();
        let pace_seed = self.state.draw();
        let new = NewJob {
            id,
            session_id,
            custom_group_id,
            message,
            phones,
            names,
            pace_seed,
            quota_month,
            schedule,
        };
        self.state.jobs.push(Job::new(new, at));
        self.state.dirty = true;
        Ok(id)
    }

    pub(super) fn act_job(&mut self, id: Uuid, act: Act) -> Reply {
        self.require_sending()?;
        if self.visible_job(id).is_none() {
            return Err(Refusal::not_found("job"));
        }
        let now = self.now;
        let job = self.state.jobs.iter_mut().rev().find(|job| job.id == id);
        let job = job.ok_or_else(|| Refusal::not_found("job"))?;
        let before = job.status;
        let done = match act {
            Act::Cancel => job.cancel(now),
            Act::Pause => job.pause(now),
            Act::Resume => job.resume(now),
        };
        if !done {
            let text = format!("a job that is {} cannot be {}", before.as_str(), past(act));
            return Err(Refusal::bad_request(text));
        }
        let shown = show(job, &self.config.dialect);
        if act == Act::Cancel {
            let (month, unused) = (job.quota_month.clone(), job.unused());
            release(&mut self.state.usage, &month, unused);
        }
        self.state.dirty = true;
        Ok(Response::json(200, &Value::Object(shown)))
    }

    /// Messages used or reserved in the month of the virtual clock.
    pub(super) fn used_this_month(&self) -> u64 {
        self.state.usage.get(&month(self.now)).copied().unwrap_or(0)
    }

    /// A job a client may see: of firings only in that dialect.
    pub(super) fn visible_job(&self, id: Uuid) -> Option<&Job> {
        self.state.job(id).filter(|job| self.is_visible(job))
    }

    fn is_visible(&self, job: &Job) -> bool {
        job.schedule.is_none() || self.config.dialect.firings_as_jobs
    }
}

/// Gives back what a stopped job did not use.
pub(super) fn release(usage: &mut BTreeMap<String, u64>, month: &str, unused: u64) {
    if let Some(used) = usage.get_mut(month) {
        *used = used.saturating_sub(unused);
    }
}

/// The month whose quota an instant takes: `2026-11`, in UTC.
pub(super) fn month(at: Timestamp) -> String {
    at.to_string().chars().take(7).collect()
}

/// `message_type`, `message_content`, `media_url`: one of the last two is required.
pub(super) fn read_message(fields: &mut Fields) -> Message {
    let kind = fields.choice("message_type", &["text", "media"]);
    let content_given = fields.has("message_content");
    let message_content = fields.text("message_content", MOST_CHARACTERS);
    let media_given = fields.has("media_url");
    let media_url = fields.web_url("media_url");
    let content_empty = message_content.as_deref().is_none_or(|text| text.trim().is_empty());
    if !media_given && (!content_given || (message_content.is_some() && content_empty)) {
        fields.wrong("message_content", "field required: message_content or media_url");
    }
    if kind == Some("media") && !media_given {
        fields.wrong("media_url", "field required when message_type is media");
    }
    let kind = kind.unwrap_or(if media_given { "media" } else { "text" });
    Message { kind: kind.to_owned(), content: message_content, media_url }
}

/// A job without its recipients.
fn show(job: &Job, dialect: &Dialect) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("id", json!(job.id));
    put("session_id", json!(job.session_id));
    put("custom_group_id", json!(job.custom_group_id));
    put("status", json!(job.status.as_str()));
    put("total_recipients", json!(job.total));
    put("sent_count", json!(job.sent));
    put("failed_count", json!(job.failed));
    put("created_at", stamp(job.created_at, dialect));
    put("started_at", stamp_if(job.started_at, dialect));
    put("completed_at", stamp_if(job.ended_at, dialect));
    if dialect.echo {
        put("message_type", json!(job.message.kind));
        put("message_content", json!(job.message.content));
        put("media_url", json!(job.message.media_url));
    }
    map
}

fn show_recipients(job: &Job, dialect: &Dialect) -> Vec<Value> {
    let recipients = job.recipients.get();
    let show = |(index, phone): (usize, &u64)| {
        let (status, sent_at) = match recipients.outcomes.get(index) {
            Some(outcome) if outcome.sent => ("sent", stamp(outcome.at, dialect)),
            Some(_) => ("failed", Value::Null),
            None if job.status == JobStatus::Cancelled => ("cancelled", Value::Null),
            None => ("pending", Value::Null),
        };
        let name = recipients.names.get(phone);
        json!({"phone": show_phone(*phone, dialect.phone), "name": name, "status": status, "sent_at": sent_at})
    };
    recipients.phones.iter().enumerate().map(show).collect()
}
