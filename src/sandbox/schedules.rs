//! `/scheduled-messages`: creation, changes, states and history. Must not compute firings: `firing.rs` does.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::dialect::Dialect;
use super::fields::Fields;
use super::firing::{self, Timing};
use super::job::JobStatus;
use super::jobs::read_message;
use super::listing::{Page, keep};
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::route::Act;
use super::schedule::{Execution, Schedule, ScheduleFields, ScheduleStatus};
use super::server::{Reply, Server, past};
use super::wire::{day_later, numeric_cron, other_zone_name, stamp, stamp_if};

/// The kinds of schedules (`api.md`).
const TYPES: [&str; 5] = ["one_time", "daily", "weekly", "monthly", "cron"];
/// What PATCH is known to take (`api.md`).
const PATCHABLE: [&str; 5] = ["name", "message_content", "scheduled_time", "cron_expression", "timezone"];
/// What PATCH takes beyond that with `patch=all`.
const ALSO_PATCHABLE: [&str; 5] =
    ["session_id", "custom_group_id", "schedule_type", "message_type", "media_url"];
/// Executions shown in a schedule's detail; all are in its history.
const SHOWN_EXECUTIONS: usize = 50;

impl Server {
    pub(super) fn list_schedules(&self, request: &Request) -> Reply {
        let dialect = &self.config.dialect;
        let page = Page::of(request, dialect)?;
        let schedules = self.state.schedules.iter().collect();
        Ok(page.cut(schedules, "messages", dialect, dialect.order, |schedule| {
            let shown = Value::Object(show(schedule, dialect));
            if dialect.few_list_fields {
                keep(shown, &["id", "name", "status", "next_run_at"])
            } else {
                shown
            }
        }))
    }

    pub(super) fn read_schedule(&self, id: Uuid) -> Reply {
        let dialect = &self.config.dialect;
        let schedule = self.state.schedule(id).ok_or_else(|| Refusal::not_found("schedule"))?;
        let mut shown = show(schedule, dialect);
        let newest = schedule.executions.iter().rev().take(SHOWN_EXECUTIONS);
        let executions = newest.map(|execution| self.show_execution(id, execution)).collect();
        shown.insert("executions".to_owned(), Value::Array(executions));
        Ok(Response::json(200, &Value::Object(shown)))
    }

    pub(super) fn read_history(&self, id: Uuid, request: &Request) -> Reply {
        let dialect = &self.config.dialect;
        let page = Page::of(request, dialect)?;
        let schedule = self.state.schedule(id).ok_or_else(|| Refusal::not_found("schedule"))?;
        let executions = schedule.executions.iter().collect();
        Ok(page
            .cut(executions, "items", dialect, dialect.order, |execution| self.show_execution(id, execution)))
    }

    pub(super) fn create_schedule(&mut self, body: &[u8]) -> Reply {
        self.require_sending()?;
        let fields = self.read_fields(Fields::parse(body)?, true)?;
        self.require_working(fields.session_id)?;
        self.require_people(fields.custom_group_id)?;
        let next = firing::next_after(&fields.timing, self.now);
        let schedule = Schedule {
            id: self.state.issue(),
            fields,
            status: ScheduleStatus::Active,
            next,
            created_at: self.now,
            updated_at: self.now,
            executions: VecDeque::new(),
        };
        let shown = show(&schedule, &self.config.dialect);
        self.state.schedules.push(schedule);
        self.state.dirty = true;
        Ok(Response::json(201, &Value::Object(shown)))
    }

    /// The change is laid over what there is and checked as a whole; the next run is worked out anew.
    pub(super) fn patch_schedule(&mut self, id: Uuid, body: &[u8]) -> Reply {
        self.require_sending()?;
        let schedule = self.state.schedule(id).ok_or_else(|| Refusal::not_found("schedule"))?;
        if schedule.status.is_final() {
            let text = format!("a schedule that is {} cannot be changed", schedule.status.as_str());
            return Err(Refusal::bad_request(text));
        }
        let mut patch = Fields::parse(body)?;
        let names: Vec<String> = patch.names().map(str::to_owned).collect();
        for name in &names {
            let known = PATCHABLE.contains(&name.as_str());
            let taken = self.config.dialect.patch_all && ALSO_PATCHABLE.contains(&name.as_str());
            if !known && !taken {
                patch.wrong(name, "extra fields not permitted");
            }
        }
        patch.finish()?;
        let mut merged = written(&schedule.fields);
        let (old_session, old_group) = (schedule.fields.session_id, schedule.fields.custom_group_id);
        if let Ok(Value::Object(changes)) = serde_json::from_slice(body) {
            merged.extend(changes);
        }
        let retimed = names.iter().any(|name| {
            ["scheduled_time", "cron_expression", "timezone", "schedule_type"].contains(&name.as_str())
        });
        let fields = self.read_fields(Fields::new(merged), retimed)?;
        if fields.session_id != old_session {
            self.require_working(fields.session_id)?;
        }
        if fields.custom_group_id != old_group {
            self.require_people(fields.custom_group_id)?;
        }
        let now = self.now;
        let schedule = self.state.schedule_mut(id).ok_or_else(|| Refusal::not_found("schedule"))?;
        schedule.next = match schedule.status {
            ScheduleStatus::Active => firing::next_after(&fields.timing, now),
            _ => None,
        };
        schedule.fields = fields;
        schedule.updated_at = now;
        let shown = show(schedule, &self.config.dialect);
        Ok(Response::json(200, &Value::Object(shown)))
    }

    pub(super) fn act_schedule(&mut self, id: Uuid, act: Act) -> Reply {
        self.require_sending()?;
        let now = self.now;
        let schedule = self.state.schedule_mut(id).ok_or_else(|| Refusal::not_found("schedule"))?;
        let (status, next) = match (act, schedule.status) {
            (Act::Cancel, ScheduleStatus::Active | ScheduleStatus::Paused) => {
                (ScheduleStatus::Cancelled, None)
            }
            (Act::Pause, ScheduleStatus::Active) => (ScheduleStatus::Paused, None),
            (Act::Resume, ScheduleStatus::Paused) => {
                let Some(next) = firing::next_after(&schedule.fields.timing, now) else {
                    return Err(Refusal::bad_request(
                        "the time of this schedule has passed; create a new one",
                    ));
                };
                (ScheduleStatus::Active, Some(next))
            }
            (act, status) => {
                let text = format!("a schedule that is {} cannot be {}", status.as_str(), past(act));
                return Err(Refusal::bad_request(text));
            }
        };
        schedule.status = status;
        schedule.next = next;
        schedule.updated_at = now;
        let shown = show(schedule, &self.config.dialect);
        Ok(Response::json(200, &Value::Object(shown)))
    }

    /// Only when cancelled or completed (`api.md`).
    pub(super) fn delete_schedule(&mut self, id: Uuid) -> Reply {
        let schedule = self.state.schedule(id).ok_or_else(|| Refusal::not_found("schedule"))?;
        if !schedule.status.is_final() {
            let text =
                format!("a schedule that is {} cannot be deleted; cancel it first", schedule.status.as_str());
            return Err(Refusal::bad_request(text));
        }
        self.state.schedules.retain(|schedule| schedule.id != id);
        self.state.dirty = true;
        Ok(Response::empty(204))
    }

    /// Reads and checks every field of a schedule. `ahead`: a one-time must lie in the future.
    fn read_fields(&self, mut fields: Fields, ahead: bool) -> Result<ScheduleFields, Refusal> {
        let name = fields.name();
        let session_id = fields.uuid("session_id");
        let custom_group_id = fields.uuid("custom_group_id");
        if !fields.has("schedule_type") {
            fields.missing("schedule_type");
        }
        let schedule_type = fields.choice("schedule_type", &TYPES);
        let message = read_message(&mut fields);
        let timing = Timing {
            schedule_type: schedule_type.unwrap_or_default().to_owned(),
            scheduled_time: fields.text("scheduled_time", 64),
            cron_expression: fields.text("cron_expression", 255),
            timezone: fields.text("timezone", 64).unwrap_or_else(|| "UTC".to_owned()),
        };
        if schedule_type.is_some() {
            let mistakes = firing::check(&timing);
            for (field, mistake) in &mistakes {
                if mistake == firing::MISSING { fields.missing(field) } else { fields.wrong(field, mistake) }
            }
            if mistakes.is_empty() && ahead && firing::next_after(&timing, self.now).is_none() {
                let recurring = schedule_type != Some("one_time");
                let field = if recurring { "cron_expression" } else { "scheduled_time" };
                fields.wrong(field, if recurring { "never fires" } else { "must be in the future" });
            }
        }
        fields.finish()?;
        Ok(ScheduleFields {
            name: name.unwrap_or_default(),
            session_id: session_id.unwrap_or_default(),
            custom_group_id: custom_group_id.unwrap_or_default(),
            message,
            timing,
        })
    }

    /// Refuses an unknown group (404) and one with nobody in it (400).
    fn require_people(&self, group: Uuid) -> Result<(), Refusal> {
        let group = self.state.group(group).ok_or_else(|| Refusal::not_found("group"))?;
        if group.members.get().phones().is_empty() {
            return Err(Refusal::bad_request("this group has nobody to send to; add members first"));
        }
        Ok(())
    }

    fn show_execution(&self, schedule: Uuid, execution: &Execution) -> Value {
        let dialect = &self.config.dialect;
        let job = execution.job.and_then(|id| self.state.job(id));
        let status = match job.map(|job| job.status) {
            None => "failed",
            Some(JobStatus::Pending) => "running",
            Some(status) => status.as_str(),
        };
        let (total, sent, failed) = job.map_or((0, 0, 0), |job| (job.total, job.sent, job.failed));
        json!({
            "id": execution.id,
            "scheduled_message_id": schedule,
            "fired_at": stamp(execution.fired_at, dialect),
            "started_at": stamp(execution.fired_at, dialect),
            "completed_at": stamp_if(job.and_then(|job| job.ended_at), dialect),
            "status": status,
            "total_recipients": total,
            "sent": sent,
            "failed": failed,
            "sent_count": sent,
            "failed_count": failed,
            "error": execution.error,
        })
    }
}

/// The fields as a client would have written them.
fn written(fields: &ScheduleFields) -> Map<String, Value> {
    let ScheduleFields { name, session_id, custom_group_id, message, timing } = fields;
    let Timing { schedule_type, scheduled_time, cron_expression, timezone } = timing;
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("name", json!(name));
    put("session_id", json!(session_id));
    put("custom_group_id", json!(custom_group_id));
    put("schedule_type", json!(schedule_type));
    put("message_type", json!(message.kind));
    put("message_content", json!(message.content));
    put("media_url", json!(message.media_url));
    put("scheduled_time", json!(scheduled_time));
    put("cron_expression", json!(cron_expression));
    put("timezone", json!(timezone));
    map
}

/// A schedule without its executions.
fn show(schedule: &Schedule, dialect: &Dialect) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("id".to_owned(), json!(schedule.id));
    map.extend(written(&schedule.fields));
    let timing = &schedule.fields.timing;
    if dialect.rewrite {
        let cron = timing.cron_expression.as_deref().map(numeric_cron);
        map.insert("cron_expression".to_owned(), json!(cron));
        map.insert("scheduled_time".to_owned(), json!(firing::with_offset(timing)));
        map.insert("timezone".to_owned(), json!(other_zone_name(&timing.timezone)));
    }
    let off = dialect.next_run_day_off && timing.schedule_type != "one_time";
    let next = schedule.next.map(|next| if off { day_later(next) } else { next });
    map.insert("status".to_owned(), json!(schedule.status.as_str()));
    map.insert("next_run_at".to_owned(), stamp_if(next, dialect));
    map.insert("created_at".to_owned(), stamp(schedule.created_at, dialect));
    map.insert("updated_at".to_owned(), stamp(schedule.updated_at, dialect));
    map
}
