//! Sessions, the subscription, contacts and WhatsApp groups as they come.

use serde::Deserialize;

use super::scalar::Scalar;
use super::{FromWire, Object};
use crate::model::{Id, ObservedSession, Phone, PlanName, SessionStatus, Subscription};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireSession {
    id: Scalar,
    name: Scalar,
    status: Scalar,
}

impl FromWire for ObservedSession {
    type Wire = WireSession;
    const LIST: &'static str = "sessions";

    fn from_wire(wire: WireSession) -> Result<Self, &'static str> {
        let WireSession { id, name, status } = wire;
        let status = match status.text() {
            Some(word) if word.eq_ignore_ascii_case("working") => SessionStatus::Working,
            other => SessionStatus::Other(other.unwrap_or_else(|| "unknown".to_owned())),
        };
        Ok(Self { id: id.id().ok_or("an id")?, name: name.text().unwrap_or_default(), status })
    }

    fn key(&self) -> Option<String> {
        Some(self.id.to_string())
    }
}

/// `GET /billing/subscription`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireSubscription {
    plan_id: Scalar,
    plan: Scalar,
    limits: Object<WireLimits>,
    usage: Object<WireUsage>,
    data: Object<Box<WireSubscription>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireLimits {
    max_groups: Scalar,
    max_messages_per_month: Scalar,
    requests_per_minute: Scalar,
    max_requests_per_minute: Scalar,
    api_requests_per_minute: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireUsage {
    messages_this_month: Scalar,
    groups: Scalar,
}

impl WireSubscription {
    /// The model's; every part is optional.
    pub(crate) fn convert(self) -> Subscription {
        let Self { plan_id, plan, limits, usage, data } = self;
        if let (None, None, Some(inner)) = (&limits.0, &usage.0, data.0) {
            // One level of wrapping; a deeper one is not looked at.
            return Self { data: Object(None), ..*inner }.convert();
        }
        let limits = limits.0.unwrap_or_default();
        let usage = usage.0.unwrap_or_default();
        let rate =
            [limits.requests_per_minute, limits.max_requests_per_minute, limits.api_requests_per_minute]
                .iter()
                .find_map(Scalar::count);
        Subscription {
            plan: [plan_id, plan].into_iter().filter_map(Scalar::text).find_map(|name| plan_name(&name)),
            max_groups: limits.max_groups.count(),
            max_messages_per_month: limits.max_messages_per_month.count(),
            requests_per_minute: rate.and_then(|rate| u32::try_from(rate).ok()).filter(|rate| *rate > 0),
            messages_this_month: usage.messages_this_month.count(),
            groups: usage.groups.count(),
        }
    }
}

/// `business`, also as `business_yearly` or `plan-business`.
fn plan_name(text: &str) -> Option<PlanName> {
    PlanName::parse(text).or_else(|| text.split(|c: char| !c.is_ascii_alphabetic()).find_map(PlanName::parse))
}

/// What stands in place of an erased person's data (`api.md`).
const ERASED: &str = "REDACTED";

/// Someone who is known to one of the sessions (`GET /custom-groups/contacts`).
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// The number; `None` where it is none, such as `REDACTED`.
    pub phone: Option<Phone>,
    /// The name.
    pub name: Option<String>,
    /// Its id, where it has one: two erased people have nothing else to tell them apart.
    id: Option<String>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contact({:?})", self.phone)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireContact {
    phone: Scalar,
    phone_number: Scalar,
    id: Scalar,
    name: Scalar,
}

impl FromWire for Contact {
    type Wire = WireContact;
    const LIST: &'static str = "contacts";

    fn from_wire(wire: WireContact) -> Result<Self, &'static str> {
        let WireContact { phone, phone_number, id, name } = wire;
        // An id is a phone only in WhatsApp's own form.
        let id = id.text();
        let by_id = || id.as_deref().filter(|id| id.ends_with("@c.us")).and_then(Phone::from_wire);
        let phone = phone.phone().or_else(|| phone_number.phone()).or_else(by_id);
        // An erasure may reach the id too.
        let id = id.filter(|id| id != ERASED);
        Ok(Self { phone, name: name.text(), id })
    }

    fn key(&self) -> Option<String> {
        self.id.clone().or_else(|| self.phone.map(Phone::digits))
    }
}

/// A WhatsApp group that can be imported (`GET /custom-groups/wa-groups`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaGroup {
    /// `…@g.us`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The session that is in it, where given.
    pub session_id: Option<Id>,
    /// How many are in it, where given.
    pub member_count: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireWaGroup {
    wa_group_id: Scalar,
    id: Scalar,
    name: Scalar,
    subject: Scalar,
    session_id: Scalar,
    member_count: Scalar,
    participants_count: Scalar,
}

impl FromWire for WaGroup {
    type Wire = WireWaGroup;
    const LIST: &'static str = "wa_groups";

    fn from_wire(wire: WireWaGroup) -> Result<Self, &'static str> {
        let WireWaGroup { wa_group_id, id, name, subject, session_id, member_count, participants_count } =
            wire;
        Ok(Self {
            id: wa_group_id.text().or_else(|| id.text()).ok_or("a wa_group_id")?,
            name: name.text().or_else(|| subject.text()).unwrap_or_default(),
            session_id: session_id.id(),
            member_count: member_count.count().or_else(|| participants_count.count()),
        })
    }

    fn key(&self) -> Option<String> {
        Some(format!("{} {}", self.id, self.session_id.as_ref().map(Id::as_str).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(json: &str) -> Subscription {
        serde_json::from_str::<WireSubscription>(json).unwrap().convert()
    }

    #[test]
    fn a_subscription_in_every_form() {
        let full = r#"{"plan_id": "Business_Yearly", "limits": {"max_messages_per_month": "3000", "max_groups": 100,
                       "requests_per_minute": 60, "new": []}, "usage": {"messages_this_month": 7, "groups": 2}}"#;
        let expected = Subscription {
            plan: Some(PlanName::Business),
            max_groups: Some(100),
            max_messages_per_month: Some(3_000),
            requests_per_minute: Some(60),
            messages_this_month: Some(7),
            groups: Some(2),
        };
        assert_eq!(subscription(full), expected);
        assert_eq!(subscription(&format!(r#"{{"data": {full}}}"#)), expected);
        assert_eq!(subscription(r#"{"plan_id": 7, "limits": null, "usage": 3}"#), Subscription::default());
    }

    #[test]
    fn an_unknown_session_status_is_kept() {
        let read = |json| ObservedSession::from_wire(serde_json::from_str(json).unwrap());
        assert_eq!(
            read(r#"{"id": "S-1", "name": "Main", "status": "qr_code"}"#).unwrap().status,
            SessionStatus::Other("qr_code".into())
        );
        assert_eq!(read(r#"{"id": 5, "status": "working"}"#).unwrap().id.as_str(), "5");
        assert!(read(r#"{"name": "Main"}"#).is_err());
    }
}
