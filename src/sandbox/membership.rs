//! Members in bulk: add, remove (in the one form of this dialect), export. Must not touch names of those who
//! are in a group already.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::dialect::RemoveForm;
use super::fields::Fields;
use super::groups::{MemberLine, lines, to_json};
use super::message::Response;
use super::phone::parse_phone;
use super::refusal::Refusal;
use super::server::{Reply, Server};

impl Server {
    pub(super) fn add_members(&mut self, id: Uuid, body: &[u8]) -> Reply {
        let mut fields = Fields::parse(body)?;
        if !fields.has("contacts") {
            fields.missing("contacts");
        }
        let contacts = fields.contacts("contacts").unwrap_or_default();
        fields.finish()?;
        let asked = contacts.len();
        let now = self.now;
        let group = self.state.group_mut(id).ok_or_else(|| Refusal::not_found("group"))?;
        let added = group.members.get_mut().add(contacts);
        group.updated_at = now;
        let count = group.members.get().len();
        let body = json!({"added": added, "skipped": asked - added, "member_count": count});
        Ok(Response::json(200, &body))
    }

    /// `api.md`: phones, contacts or member ids; the 422 names the field that is missing.
    pub(super) fn remove_members(&mut self, id: Uuid, body: &[u8]) -> Reply {
        let mut fields = Fields::parse(body)?;
        let form = self.config.dialect.remove;
        let field = match form {
            RemoveForm::Phones => "phones",
            RemoveForm::Contacts => "contacts",
            RemoveForm::MemberIds => "member_ids",
        };
        if !fields.has(field) {
            fields.missing(field);
        }
        let mut phones = BTreeSet::new();
        let mut ids = BTreeSet::new();
        match form {
            RemoveForm::Phones => {
                phones.extend(fields.texts(field, "a phone number", parse_phone).unwrap_or_default());
            }
            RemoveForm::Contacts => {
                let contacts = fields.contacts(field).unwrap_or_default();
                phones.extend(contacts.into_iter().map(|(phone, _)| phone));
            }
            RemoveForm::MemberIds => {
                let read = |text: &str| Uuid::try_parse(text).ok();
                ids.extend(fields.texts(field, "a UUID", read).unwrap_or_default());
            }
        }
        fields.finish()?;
        let now = self.now;
        let group = self.state.group_mut(id).ok_or_else(|| Refusal::not_found("group"))?;
        let members = group.members.get_mut();
        let removed = members.remove(&phones) + members.remove_ids(id, &ids);
        group.updated_at = now;
        let count = group.members.get().len();
        Ok(Response::json(200, &json!({"removed": removed, "member_count": count})))
    }

    pub(super) fn export_json(&self, id: Uuid) -> Reply {
        let group = self.state.group(id).ok_or_else(|| Refusal::not_found("group"))?;
        let members: Vec<MemberLine<'_>> = lines(group, &self.config.dialect).collect();
        to_json(&members)
    }

    pub(super) fn export_csv(&self, id: Uuid) -> Reply {
        let group = self.state.group(id).ok_or_else(|| Refusal::not_found("group"))?;
        let failed = || Refusal::new(500, "the export could not be written");
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["phone", "name"]).map_err(|_| failed())?;
        for line in lines(group, &self.config.dialect) {
            csv.write_record([line.phone.as_str(), line.name.unwrap_or_default()]).map_err(|_| failed())?;
        }
        let body = csv.into_inner().map_err(|_| failed())?;
        let response = Response::new(200, "text/csv; charset=utf-8", body);
        Ok(response.header("content-disposition", format!("attachment; filename=\"{id}.csv\"")))
    }
}
