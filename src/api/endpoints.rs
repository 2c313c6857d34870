//! One constructor for each endpoint of `api.md`, and the table that says so.

use serde_json::json;

use super::bodies::{NewMember, RemoveForm, ScheduleBody, SendBody, members_json};
use super::request::{Accept, ApiRequest, Idempotency, Method, PageRequest, segment};
use crate::model::{Id, Phone};
use crate::plan::SchedulePatch;

/// Method, path template and constructor of every endpoint in `api.md`'s tables and text.
pub const ENDPOINTS: &[(&str, &str, &str)] = &[
    ("GET", "/sessions", "sessions"),
    ("GET", "/sessions/{id}", "session"),
    ("GET", "/custom-groups", "groups"),
    ("POST", "/custom-groups", "create_group"),
    ("GET", "/custom-groups/contacts", "contacts"),
    ("GET", "/custom-groups/wa-groups", "wa_groups"),
    ("POST", "/custom-groups/from-wa-groups", "create_group_from_wa"),
    ("GET", "/custom-groups/{id}", "group"),
    ("PATCH", "/custom-groups/{id}", "rename_group"),
    ("DELETE", "/custom-groups/{id}", "delete_group"),
    ("POST", "/custom-groups/{id}/members/add", "add_members"),
    ("POST", "/custom-groups/{id}/members/remove", "remove_members"),
    ("GET", "/custom-groups/{id}/export/csv", "export_csv"),
    ("GET", "/custom-groups/{id}/export/json", "export_json"),
    ("POST", "/bulk-send", "create_job"),
    ("GET", "/bulk-send", "jobs"),
    ("GET", "/bulk-send/{id}", "job"),
    ("POST", "/bulk-send/{id}/pause", "pause_job"),
    ("POST", "/bulk-send/{id}/resume", "resume_job"),
    ("POST", "/bulk-send/{id}/cancel", "cancel_job"),
    ("GET", "/bulk-send/{id}/progress", "progress"),
    ("GET", "/analytics/campaigns/{id}", "analytics"),
    ("GET", "/scheduled-messages", "schedules"),
    ("POST", "/scheduled-messages", "create_schedule"),
    ("GET", "/scheduled-messages/{id}", "schedule"),
    ("PATCH", "/scheduled-messages/{id}", "patch_schedule"),
    ("POST", "/scheduled-messages/{id}/cancel", "cancel_schedule"),
    ("POST", "/scheduled-messages/{id}/pause", "pause_schedule"),
    ("POST", "/scheduled-messages/{id}/resume", "resume_schedule"),
    ("DELETE", "/scheduled-messages/{id}", "delete_schedule"),
    ("GET", "/scheduled-messages/{id}/history", "history"),
    ("GET", "/billing/subscription", "subscription"),
];

fn act(path: String) -> ApiRequest {
    ApiRequest::new(Method::Post, Idempotency::Repeatable, path)
}

impl ApiRequest {
    /// `GET /sessions`.
    pub fn sessions(page: PageRequest) -> Self {
        Self::get("/sessions").page(page)
    }

    /// `GET /sessions/{id}`.
    pub fn session(id: &Id) -> Self {
        Self::get(format!("/sessions/{}", segment(id)))
    }

    /// `GET /custom-groups`.
    pub fn groups(page: PageRequest) -> Self {
        Self::get("/custom-groups").page(page)
    }

    /// `POST /custom-groups`, with at most 1,000 members.
    pub fn create_group(name: &str, members: &[NewMember<'_>]) -> Self {
        let mut body = json!({ "name": name });
        if !members.is_empty() {
            body["members"] = members_json(members);
        }
        Self::new(Method::Post, Idempotency::Create, "/custom-groups".into()).body(body)
    }

    /// `GET /custom-groups/contacts`.
    pub fn contacts(page: PageRequest) -> Self {
        Self::get("/custom-groups/contacts").page(page)
    }

    /// `GET /custom-groups/wa-groups`.
    pub fn wa_groups(page: PageRequest) -> Self {
        Self::get("/custom-groups/wa-groups").page(page)
    }

    /// `POST /custom-groups/from-wa-groups`, from pairs of WhatsApp group (`…@g.us`) and session.
    pub fn create_group_from_wa(name: &str, wa_groups: &[(&str, &Id)]) -> Self {
        let groups: Vec<_> = wa_groups
            .iter()
            .map(|(group, session)| json!({"wa_group_id": group, "session_id": session.as_str()}))
            .collect();
        Self::new(Method::Post, Idempotency::Create, "/custom-groups/from-wa-groups".into())
            .body(json!({"name": name, "wa_groups": groups}))
    }

    /// `GET /custom-groups/{id}`.
    pub fn group(id: &Id) -> Self {
        Self::get(format!("/custom-groups/{}", segment(id)))
    }

    /// `PATCH /custom-groups/{id}`: only the name can change.
    pub fn rename_group(id: &Id, name: &str) -> Self {
        Self::new(Method::Patch, Idempotency::Repeatable, format!("/custom-groups/{}", segment(id)))
            .body(json!({ "name": name }))
    }

    /// `DELETE /custom-groups/{id}`.
    pub fn delete_group(id: &Id) -> Self {
        Self::new(Method::Delete, Idempotency::Repeatable, format!("/custom-groups/{}", segment(id)))
    }

    /// `POST /custom-groups/{id}/members/add`, at most 1,000.
    pub fn add_members(id: &Id, members: &[NewMember<'_>]) -> Self {
        act(format!("/custom-groups/{}/members/add", segment(id)))
            .body(json!({ "contacts": members_json(members) }))
    }

    /// `POST /custom-groups/{id}/members/remove`, in one of its forms.
    pub fn remove_members(id: &Id, members: &[(Phone, Option<Id>)], form: RemoveForm) -> Self {
        act(format!("/custom-groups/{}/members/remove", segment(id))).body(form.body(members))
    }

    /// `GET /custom-groups/{id}/export/csv`.
    pub fn export_csv(id: &Id) -> Self {
        Self::get(format!("/custom-groups/{}/export/csv", segment(id))).accept(Accept::Csv)
    }

    /// `GET /custom-groups/{id}/export/json`.
    pub fn export_json(id: &Id) -> Self {
        Self::get(format!("/custom-groups/{}/export/json", segment(id)))
    }

    /// `POST /bulk-send`.
    pub fn create_job(body: &SendBody) -> Self {
        Self::new(Method::Post, Idempotency::Send, "/bulk-send".into()).body(body.to_json())
    }

    /// `GET /bulk-send`.
    pub fn jobs(page: PageRequest) -> Self {
        Self::get("/bulk-send").page(page)
    }

    /// `GET /bulk-send/{id}`.
    pub fn job(id: &Id) -> Self {
        Self::get(format!("/bulk-send/{}", segment(id)))
    }

    /// `POST /bulk-send/{id}/pause`.
    pub fn pause_job(id: &Id) -> Self {
        act(format!("/bulk-send/{}/pause", segment(id)))
    }

    /// `POST /bulk-send/{id}/resume`.
    pub fn resume_job(id: &Id) -> Self {
        act(format!("/bulk-send/{}/resume", segment(id)))
    }

    /// `POST /bulk-send/{id}/cancel`.
    pub fn cancel_job(id: &Id) -> Self {
        act(format!("/bulk-send/{}/cancel", segment(id)))
    }

    /// `GET /bulk-send/{id}/progress`: server-sent events.
    pub fn progress(id: &Id) -> Self {
        Self::get(format!("/bulk-send/{}/progress", segment(id))).accept(Accept::Events)
    }

    /// `GET /analytics/campaigns/{job_id}`.
    pub fn analytics(job: &Id) -> Self {
        Self::get(format!("/analytics/campaigns/{}", segment(job)))
    }

    /// `GET /scheduled-messages`.
    pub fn schedules(page: PageRequest) -> Self {
        Self::get("/scheduled-messages").page(page)
    }

    /// `POST /scheduled-messages`.
    pub fn create_schedule(body: &ScheduleBody) -> Self {
        Self::new(Method::Post, Idempotency::Create, "/scheduled-messages".into()).body(body.to_json())
    }

    /// `GET /scheduled-messages/{id}`.
    pub fn schedule(id: &Id) -> Self {
        Self::get(format!("/scheduled-messages/{}", segment(id)))
    }

    /// `PATCH /scheduled-messages/{id}`.
    pub fn patch_schedule(id: &Id, patch: &SchedulePatch) -> Self {
        Self::new(Method::Patch, Idempotency::Repeatable, format!("/scheduled-messages/{}", segment(id)))
            .body(super::bodies::patch_json(patch))
    }

    /// `POST /scheduled-messages/{id}/cancel`.
    pub fn cancel_schedule(id: &Id) -> Self {
        act(format!("/scheduled-messages/{}/cancel", segment(id)))
    }

    /// `POST /scheduled-messages/{id}/pause`.
    pub fn pause_schedule(id: &Id) -> Self {
        act(format!("/scheduled-messages/{}/pause", segment(id)))
    }

    /// `POST /scheduled-messages/{id}/resume`.
    pub fn resume_schedule(id: &Id) -> Self {
        act(format!("/scheduled-messages/{}/resume", segment(id)))
    }

    /// `DELETE /scheduled-messages/{id}`: only when cancelled or completed.
    pub fn delete_schedule(id: &Id) -> Self {
        Self::new(Method::Delete, Idempotency::Repeatable, format!("/scheduled-messages/{}", segment(id)))
    }

    /// `GET /scheduled-messages/{id}/history`.
    pub fn history(id: &Id, page: PageRequest) -> Self {
        Self::get(format!("/scheduled-messages/{}/history", segment(id))).page(page)
    }

    /// `GET /billing/subscription`.
    pub fn subscription() -> Self {
        Self::get("/billing/subscription")
    }
}
