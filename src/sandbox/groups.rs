//! `/custom-groups`: lists, details, names, creation and deletion. Members in bulk are in `membership.rs`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::dialect::{Dialect, Order};
use super::fields::{Fields, MOST_CONTACTS};
use super::listing::{Page, keep};
use super::members::Members;
use super::message::{Request, Response};
use super::phone::show_phone;
use super::refusal::Refusal;
use super::server::{Reply, Server};
use super::side::Side;
use super::state::Group;
use super::wire::stamp;

/// A member on the wire.
#[derive(Serialize)]
pub(super) struct MemberLine<'a> {
    id: Uuid,
    pub(super) phone: String,
    pub(super) name: Option<&'a str>,
}

/// A group's detail, its members streamed from where they are.
#[derive(Serialize)]
struct Detail<'a> {
    #[serde(flatten)]
    head: Map<String, Value>,
    members: Vec<MemberLine<'a>>,
}

impl Server {
    pub(super) fn list_groups(&self, request: &Request) -> Reply {
        let dialect = &self.config.dialect;
        let page = Page::of(request, dialect)?;
        let groups = self.state.groups.iter().collect();
        Ok(page.cut(groups, "groups", dialect, dialect.order, |group| {
            let shown = Value::Object(show(group, dialect));
            if dialect.few_list_fields { keep(shown, &["id", "name"]) } else { shown }
        }))
    }

    pub(super) fn read_group(&self, id: Uuid) -> Reply {
        let dialect = &self.config.dialect;
        let group = self.state.group(id).ok_or_else(|| Refusal::not_found("group"))?;
        let most = dialect.member_page.unwrap_or(usize::MAX);
        let members = lines(group, dialect).take(most).collect();
        to_json(&Detail { head: show(group, dialect), members })
    }

    pub(super) fn create_group(&mut self, body: &[u8]) -> Reply {
        let mut fields = Fields::parse(body)?;
        let name = fields.name();
        let contacts = fields.contacts("members").unwrap_or_default();
        fields.finish()?;
        self.add_group(name.unwrap_or_default(), contacts)
    }

    /// Imports WhatsApp groups, each person once.
    pub(super) fn import_group(&mut self, body: &[u8]) -> Reply {
        let mut fields = Fields::parse(body)?;
        let name = fields.name();
        let given = fields.has("wa_groups");
        let items = fields.array("wa_groups", MOST_CONTACTS).unwrap_or_default();
        if !given {
            fields.missing("wa_groups");
        } else if items.is_empty() {
            fields.wrong("wa_groups", "at least one WhatsApp group");
        }
        let mut wanted = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let wa_group = item.get("wa_group_id").and_then(Value::as_str).filter(|id| id.ends_with("@g.us"));
            let session =
                item.get("session_id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
            match (wa_group, session) {
                (Some(wa_group), Some(session)) => wanted.push((wa_group.to_owned(), session)),
                (wa_group, _) => {
                    let (field, what) = if wa_group.is_none() {
                        ("wa_group_id", "must be the id of a WhatsApp group, which ends in @g.us")
                    } else {
                        ("session_id", "must be a UUID")
                    };
                    let loc = vec![json!("body"), json!("wa_groups"), json!(index), json!(field)];
                    fields.push(loc, what.to_owned(), "value_error");
                }
            }
        }
        fields.finish()?;
        let mut people: BTreeMap<u64, Option<String>> = BTreeMap::new();
        for (id, session) in wanted {
            if self.state.session(session).is_none() {
                return Err(Refusal::not_found("session"));
            }
            let found =
                self.state.wa_groups.iter().find(|group| group.id == id && group.session_id == session);
            let group = found.ok_or_else(|| Refusal::not_found("WhatsApp group"))?;
            for (phone, name) in &group.members {
                let known = people.entry(*phone).or_default();
                if known.is_none() {
                    known.clone_from(name);
                }
            }
        }
        self.add_group(name.unwrap_or_default(), people.into_iter().collect())
    }

    fn add_group(&mut self, name: String, contacts: Vec<(u64, Option<String>)>) -> Reply {
        let limit = self.config.limits.groups;
        if self.state.groups.len() as u64 >= limit {
            return Err(Refusal::forbidden(format!(
                "this plan has {limit} custom groups and all are in use"
            )));
        }
        let mut members = Members::default();
        members.add(contacts);
        let group = Group {
            id: self.state.issue(),
            name,
            created_at: self.now,
            updated_at: self.now,
            members: Side::new(members),
        };
        let shown = Value::Object(show(&group, &self.config.dialect));
        self.state.groups.push(group);
        self.state.dirty = true;
        Ok(Response::json(201, &shown))
    }

    /// Only the name can change (`api.md`).
    pub(super) fn rename_group(&mut self, id: Uuid, body: &[u8]) -> Reply {
        let mut fields = Fields::parse(body)?;
        let name = fields.name();
        fields.finish()?;
        let now = self.now;
        let group = self.state.group_mut(id).ok_or_else(|| Refusal::not_found("group"))?;
        group.name = name.unwrap_or_default();
        group.updated_at = now;
        let shown = show(group, &self.config.dialect);
        Ok(Response::json(200, &Value::Object(shown)))
    }

    /// The group and its members. What was sent to it, and a job that runs, stay: they have their own snapshot.
    pub(super) fn delete_group(&mut self, id: Uuid) -> Reply {
        let before = self.state.groups.len();
        self.state.groups.retain(|group| group.id != id);
        if self.state.groups.len() == before {
            return Err(Refusal::not_found("group"));
        }
        self.state.dirty = true;
        Ok(Response::empty(204))
    }

    /// Every person of every custom and WhatsApp group, once, by phone.
    pub(super) fn list_contacts(&self, request: &Request) -> Reply {
        let dialect = &self.config.dialect;
        let page = Page::of(request, dialect)?;
        let mut people: BTreeMap<u64, Option<&str>> = BTreeMap::new();
        for group in &self.state.groups {
            let members = group.members.get();
            for phone in members.phones() {
                let known = people.entry(*phone).or_default();
                *known = known.or_else(|| members.name(*phone));
            }
        }
        for group in &self.state.wa_groups {
            for (phone, name) in &group.members {
                let known = people.entry(*phone).or_default();
                *known = known.or(name.as_deref());
            }
        }
        let show = |(phone, name)| json!({"phone": show_phone(phone, dialect.phone), "name": name});
        Ok(page.cut(people.into_iter().collect(), "contacts", dialect, Order::Old, show))
    }

    pub(super) fn list_wa_groups(&self, request: &Request) -> Reply {
        let page = Page::of(request, &self.config.dialect)?;
        let groups = self.state.wa_groups.iter().collect();
        Ok(page.cut(groups, "groups", &self.config.dialect, Order::Old, |group: &super::state::WaGroup| {
            json!({
                "wa_group_id": group.id,
                "id": group.id,
                "name": group.name,
                "session_id": group.session_id,
                "member_count": group.members.len(),
            })
        }))
    }
}

/// A group without its members.
pub(super) fn show(group: &Group, dialect: &Dialect) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("id".to_owned(), json!(group.id));
    map.insert("name".to_owned(), json!(group.name));
    map.insert("member_count".to_owned(), json!(group.members.get().len()));
    map.insert("created_at".to_owned(), stamp(group.created_at, dialect));
    map.insert("updated_at".to_owned(), stamp(group.updated_at, dialect));
    map
}

/// Its members on the wire.
pub(super) fn lines<'a>(group: &'a Group, dialect: &Dialect) -> impl Iterator<Item = MemberLine<'a>> {
    let form = dialect.phone;
    group.members.get().iter(group.id).map(move |member| MemberLine {
        id: member.id,
        phone: show_phone(member.phone, form),
        name: member.name,
    })
}

/// Serialises without a tree in between: a group may have 100,000 members.
pub(super) fn to_json<T: Serialize>(value: &T) -> Reply {
    match serde_json::to_vec(value) {
        Ok(body) => Ok(Response::new(200, "application/json", body)),
        Err(_) => Err(Refusal::new(500, "the answer could not be written")),
    }
}
