//! Bulk-send jobs, their recipients and their analytics as they come.

use jiff::Timestamp;
use serde::Deserialize;

use super::page::Node;
use super::scalar::Scalar;
use super::{FromWire, Object};
use crate::model::{JobStatus, ObservedJob, Phone, masked_phones};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireJob {
    id: Scalar,
    session_id: Scalar,
    custom_group_id: Scalar,
    group_id: Scalar,
    status: Scalar,
    total_recipients: Scalar,
    total: Scalar,
    sent_count: Scalar,
    sent: Scalar,
    failed_count: Scalar,
    failed: Scalar,
    created_at: Scalar,
    message_content: Scalar,
    media_url: Scalar,
}

/// The status of that word, in whatever case a server writes it.
pub(super) fn job_status(word: Option<String>) -> JobStatus {
    match word {
        None => JobStatus::Unknown("unknown".to_owned()),
        Some(word) => match word.to_ascii_lowercase().as_str() {
            "pending" => JobStatus::Pending,
            "running" => JobStatus::Running,
            "paused" => JobStatus::Paused,
            "completed" => JobStatus::Completed,
            "cancelled" | "canceled" => JobStatus::Cancelled,
            "failed" => JobStatus::Failed,
            // Somebody else's word, which goes into plans and the ledger.
            _ => JobStatus::Unknown(masked_phones(&word)),
        },
    }
}

impl FromWire for ObservedJob {
    type Wire = WireJob;
    const LIST: &'static str = "jobs";

    fn from_wire(wire: WireJob) -> Result<Self, &'static str> {
        let WireJob {
            id,
            session_id,
            custom_group_id,
            group_id,
            status,
            total_recipients,
            total,
            sent_count,
            sent,
            failed_count,
            failed,
            created_at,
            message_content,
            media_url,
        } = wire;
        Ok(Self {
            id: id.id().ok_or("an id")?,
            session_id: session_id.id(),
            group_id: custom_group_id.id().or_else(|| group_id.id()),
            status: job_status(status.text()),
            total: total_recipients.count().or_else(|| total.count()),
            sent: sent_count.count().or_else(|| sent.count()).unwrap_or(0),
            failed: failed_count.count().or_else(|| failed.count()).unwrap_or(0),
            created_at: created_at.moment(),
            echoes_content: echoes(&message_content, &media_url),
            text: message_content.text(),
            media: media_url.text(),
        })
    }

    fn key(&self) -> Option<String> {
        Some(self.id.to_string())
    }
}

/// Whether content is echoed: a text or a URL is there. Fields that are there but both null prove nothing, since
/// every message has one of the two.
pub(super) fn echoes(text: &Scalar, media: &Scalar) -> bool {
    let has = |value: &Scalar| matches!(value, Scalar::Text(text) if !text.is_empty());
    has(text) || has(media)
}

/// One recipient of a job, with what became of the message.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The number; `None` where it is none, such as `REDACTED`.
    pub phone: Option<Phone>,
    /// The name, where given.
    pub name: Option<String>,
    /// The API's word: `pending`, `sent`, `failed` …
    pub status: String,
    /// When it was sent, where given.
    pub at: Option<Timestamp>,
}

impl Recipient {
    /// Whether they have got it, or will not: whatever else the API says of them, the message may be still to come.
    pub fn is_over(&self) -> bool {
        let over = ["sent", "delivered", "read", "failed", "cancelled"];
        over.iter().any(|word| self.status.eq_ignore_ascii_case(word))
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recipient({:?}, {})", self.phone, self.status)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireRecipient {
    phone: Scalar,
    phone_number: Scalar,
    name: Scalar,
    status: Scalar,
    sent_at: Scalar,
    updated_at: Scalar,
}

impl From<WireRecipient> for Recipient {
    fn from(wire: WireRecipient) -> Self {
        let WireRecipient { phone, phone_number, name, status, sent_at, updated_at } = wire;
        Self {
            phone: phone.phone().or_else(|| phone_number.phone()),
            name: name.text(),
            status: status.text().unwrap_or_else(|| "unknown".to_owned()),
            at: sent_at.moment().or_else(|| updated_at.moment()),
        }
    }
}

fn recipients(node: Node<WireRecipient>, key: &str) -> Option<(Vec<Recipient>, Option<u64>)> {
    let page = node.page(key)?;
    Some((page.items.into_iter().map(|item| item.unwrap_or_default().into()).collect(), page.total))
}

/// `GET /bulk-send/{id}` with its recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDetail {
    /// The job; its `total` is what the list of its recipients or the job itself says, whichever is more.
    pub job: ObservedJob,
    /// Its recipients, in the server's order; `None` where the detail has none. They may be a part of all.
    pub recipients: Option<Vec<Recipient>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireJobDetail {
    recipients: Node<WireRecipient>,
    data: Object<Box<WireJobDetail>>,
}

impl WireJobDetail {
    /// The recipients, where there are some, and how many their list says there are.
    pub(crate) fn convert(self) -> Option<(Vec<Recipient>, Option<u64>)> {
        recipients(self.recipients, "recipients")
            .or_else(|| recipients(self.data.0?.recipients, "recipients"))
    }
}

/// `GET /analytics/campaigns/{job_id}`: optional, from Pro up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Analytics {
    /// Recipients in all.
    pub total: Option<u64>,
    /// Sent.
    pub sent: Option<u64>,
    /// Delivered.
    pub delivered: Option<u64>,
    /// Read.
    pub read: Option<u64>,
    /// Failed.
    pub failed: Option<u64>,
    /// As the API gives it: a share or per cent.
    pub delivery_rate: Option<f64>,
    /// Each contact with its status.
    pub contacts: Vec<Recipient>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireAnalytics {
    total: Scalar,
    total_recipients: Scalar,
    sent: Scalar,
    sent_count: Scalar,
    delivered: Scalar,
    delivered_count: Scalar,
    read: Scalar,
    read_count: Scalar,
    failed: Scalar,
    failed_count: Scalar,
    delivery_rate: Scalar,
    contacts: Node<WireRecipient>,
}

impl WireAnalytics {
    /// The model's; every part is optional.
    pub(crate) fn convert(self) -> Analytics {
        let either = |a: &Scalar, b: &Scalar| a.count().or_else(|| b.count());
        Analytics {
            total: either(&self.total, &self.total_recipients),
            sent: either(&self.sent, &self.sent_count),
            delivered: either(&self.delivered, &self.delivered_count),
            read: either(&self.read, &self.read_count),
            failed: either(&self.failed, &self.failed_count),
            delivery_rate: self.delivery_rate.float(),
            contacts: recipients(self.contacts, "contacts").map(|(list, _)| list).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    #[test]
    fn a_job_with_much_and_with_little() {
        let json = br#"{"id": "J-1", "session_id": "s", "custom_group_id": "g", "status": "running", "sent_count": "4",
                        "total_recipients": 9, "failed_count": null, "created_at": "2026-02-12T10:00:00",
                        "message_content": "Hi", "priority": {"x": 1}}"#;
        let job: ObservedJob = one(json).unwrap().unwrap();
        assert_eq!((job.total, job.sent, job.failed), (Some(9), 4, 0));
        assert!(job.echoes_content && job.status == JobStatus::Running);
        let few: ObservedJob = one(br#"{"data": {"id": 12, "status": "queued"}}"#).unwrap().unwrap();
        assert_eq!(few.status, JobStatus::Unknown("queued".into()));
        let odd = job_status(Some("blocked by +12125550131".to_owned()));
        assert_eq!(odd, JobStatus::Unknown("blocked by +1…31".into()));
        assert!(few.session_id.is_none() && !few.echoes_content);
        let loud: ObservedJob = one(br#"{"id": 13, "status": "Completed"}"#).unwrap().unwrap();
        assert_eq!(
            loud.status,
            JobStatus::Completed,
            "an over that is not known as over would stop its group"
        );
        assert!(one::<ObservedJob>(br#"{"status": "pending"}"#).unwrap().is_none());
        assert!(one::<ObservedJob>(b"[]").unwrap().is_none());
        assert!(one::<ObservedJob>(b"{\"id\": \"j").unwrap_err().is_eof());
        assert!(one::<ObservedJob>(b"").unwrap_err().is_eof());
    }

    #[test]
    fn recipients_in_an_envelope_or_bare() {
        for json in [
            r#"{"id": "j", "recipients": [{"phone": "15550123456@c.us", "status": "sent"}, {"phone": "REDACTED"}]}"#,
            r#"{"data": {"recipients": {"items": [{"phone": "+15550123456", "status": "sent"}, {}], "total": 2}}}"#,
        ] {
            let detail: WireJobDetail = serde_json::from_str(json).unwrap();
            let (recipients, _) = detail.convert().unwrap();
            assert_eq!(recipients.len(), 2);
            assert_eq!(recipients[0].phone.unwrap().as_u64(), 15_550_123_456);
            assert_eq!(recipients[1].phone, None);
            assert!(!format!("{recipients:?}").contains("5550123"));
        }
    }
}
