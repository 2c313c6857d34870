//! `/sessions`, `/billing` and `/analytics`: what the account is and how a campaign went. Reads only.

use serde_json::{Value, json};
use uuid::Uuid;

use super::dialect::Order;
use super::job::JobStatus;
use super::listing::Page;
use super::message::{Request, Response};
use super::phone::show_phone;
use super::refusal::Refusal;
use super::server::{Reply, Server};
use super::state::Session;

impl Server {
    pub(super) fn list_sessions(&self, request: &Request) -> Reply {
        let page = Page::of(request, &self.config.dialect)?;
        let sessions = self.state.sessions.iter().collect();
        Ok(page.cut(sessions, "sessions", &self.config.dialect, Order::Old, show))
    }

    pub(super) fn read_session(&self, id: Uuid) -> Reply {
        let session = self.state.session(id).ok_or_else(|| Refusal::not_found("session"))?;
        Ok(Response::json(200, &show(session)))
    }

    /// `api.md`: 403 there is normal.
    pub(super) fn read_subscription(&self) -> Reply {
        if !self.config.dialect.subscription {
            return Err(Refusal::forbidden("this API key may not read the subscription"));
        }
        let limits = self.config.limits;
        let body = json!({
            "plan_id": self.config.plan.as_str(),
            "limits": {
                "max_messages_per_month": limits.messages_per_month,
                "max_groups": limits.groups,
                "max_sessions": limits.sessions,
                "requests_per_minute": limits.requests_per_minute,
            },
            "usage": {
                "messages_this_month": self.used_this_month(),
                "groups": self.state.groups.len(),
                "sessions": self.state.sessions.len(),
            },
        });
        Ok(Response::json(200, &body))
    }

    /// `api.md`: Pro and up; 403 and 404 are normal.
    pub(super) fn read_analytics(&self, id: Uuid) -> Reply {
        if !self.config.plan.has_analytics() {
            return Err(Refusal::forbidden("campaign analytics are in the plans from Pro up"));
        }
        let job = self.visible_job(id).ok_or_else(|| Refusal::not_found("campaign"))?;
        let recipients = job.recipients.get();
        let contacts: Vec<Value> = recipients
            .phones
            .iter()
            .enumerate()
            .map(|(index, phone)| {
                let status = match recipients.outcomes.get(index) {
                    Some(outcome) if outcome.sent => "delivered",
                    Some(_) => "failed",
                    None if job.status == JobStatus::Cancelled => "cancelled",
                    None => "pending",
                };
                json!({"phone": show_phone(*phone, self.config.dialect.phone), "status": status})
            })
            .collect();
        let done = job.sent + job.failed;
        let rate = (job.sent * 10_000).checked_div(done).unwrap_or(0);
        let body = json!({
            "job_id": job.id,
            "status": job.status.as_str(),
            "total": job.total,
            "sent": job.sent,
            "delivered": job.sent,
            "failed": job.failed,
            "delivery_rate": f64::from(u32::try_from(rate).unwrap_or(0)) / 100.0,
            "contacts": contacts,
        });
        Ok(Response::json(200, &body))
    }
}

fn show(session: &Session) -> Value {
    json!({"id": session.id, "name": session.name, "status": session.status})
}
