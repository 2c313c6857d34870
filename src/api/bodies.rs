//! What the API is sent: bodies of creates and changes, built from model types. Phones go as `+` and digits.

use serde_json::{Map, Value, json};

use crate::model::{Content, Id, Phone, Timing};
use crate::plan::SchedulePatch;

/// A member to add: the phone, and the name written with it.
pub type NewMember<'a> = (Phone, Option<&'a str>);

/// A new bulk send (`api.md`, *Bulk send*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendBody {
    /// From which session.
    pub session_id: Id,
    /// To which group.
    pub group_id: Id,
    /// What.
    pub content: Content,
}

impl SendBody {
    pub(super) fn to_json(&self) -> Value {
        let mut map = Map::new();
        map.insert("session_id".into(), json!(self.session_id.as_str()));
        map.insert("custom_group_id".into(), json!(self.group_id.as_str()));
        put_content(&mut map, &self.content);
        Value::Object(map)
    }
}

/// A new schedule (`api.md`, *Scheduled messages*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleBody {
    /// 1 to 255 characters.
    pub name: String,
    /// From which session.
    pub session_id: Id,
    /// To which group.
    pub group_id: Id,
    /// What.
    pub content: Content,
    /// When.
    pub timing: Timing,
    /// IANA zone.
    pub timezone: String,
}

impl ScheduleBody {
    pub(super) fn to_json(&self) -> Value {
        let Self { name, session_id, group_id, content, timing, timezone } = self;
        let mut map = Map::new();
        map.insert("name".into(), json!(name));
        map.insert("session_id".into(), json!(session_id.as_str()));
        map.insert("custom_group_id".into(), json!(group_id.as_str()));
        map.insert("schedule_type".into(), json!(timing.schedule_type().as_str()));
        put_content(&mut map, content);
        match timing {
            Timing::Once { local, .. } => map.insert("scheduled_time".into(), json!(local_time(*local))),
            Timing::Recurring { cron, .. } => map.insert("cron_expression".into(), json!(cron)),
        };
        map.insert("timezone".into(), json!(timezone));
        Value::Object(map)
    }
}

/// The body of a change of a schedule: what is `None` stays.
pub(super) fn patch_json(patch: &SchedulePatch) -> Value {
    let SchedulePatch { name, text, scheduled_time, cron, timezone } = patch;
    let mut map = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            map.insert(key.into(), Value::String(value));
        }
    };
    put("name", name.clone());
    put("message_content", text.clone());
    put("scheduled_time", scheduled_time.map(local_time));
    put("cron_expression", cron.clone());
    put("timezone", timezone.clone());
    Value::Object(map)
}

/// The three forms of `members/remove` (`api.md`, *Custom groups*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveForm {
    /// `{phones: ["…"]}`: the default.
    Phones,
    /// `{contacts: [{phone}]}`.
    Contacts,
    /// `{member_ids: [uuid]}`.
    MemberIds,
}

impl RemoveForm {
    /// All, the default first.
    pub const ALL: [Self; 3] = [Self::Phones, Self::Contacts, Self::MemberIds];

    /// The field that holds the list.
    pub fn field(self) -> &'static str {
        match self {
            Self::Phones => "phones",
            Self::Contacts => "contacts",
            Self::MemberIds => "member_ids",
        }
    }

    /// The body; a member without an id is left out of the third form.
    pub(super) fn body(self, members: &[(Phone, Option<Id>)]) -> Value {
        let list: Vec<Value> = match self {
            Self::Phones => members.iter().map(|(phone, _)| json!(phone.e164())).collect(),
            Self::Contacts => members.iter().map(|(phone, _)| json!({"phone": phone.e164()})).collect(),
            Self::MemberIds => {
                members.iter().filter_map(|(_, id)| id.as_ref()).map(|id| json!(id.as_str())).collect()
            }
        };
        json!({ self.field(): list })
    }
}

pub(super) fn members_json(members: &[NewMember<'_>]) -> Value {
    members
        .iter()
        .map(|(phone, name)| match name {
            Some(name) => json!({"phone": phone.e164(), "name": name}),
            None => json!({"phone": phone.e164()}),
        })
        .collect()
}

fn put_content(map: &mut Map<String, Value>, content: &Content) {
    map.insert("message_type".into(), json!(content.message_type().as_str()));
    if let Some(text) = &content.text {
        map.insert("message_content".into(), json!(text));
    }
    if let Some(media) = &content.media {
        map.insert("media_url".into(), json!(media));
    }
}

/// ISO 8601 local time with seconds, no offset (`api.md`: `scheduled_time`).
fn local_time(local: jiff::civil::DateTime) -> String {
    local.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
