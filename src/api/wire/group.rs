//! Custom groups as they come.

use serde::Deserialize;

use super::members::MembersNode;
use super::scalar::Scalar;
use super::{FromWire, Object};
use crate::model::ObservedGroup;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireGroup {
    id: Scalar,
    name: Scalar,
    member_count: Scalar,
    created_at: Scalar,
}

impl FromWire for ObservedGroup {
    type Wire = WireGroup;
    const LIST: &'static str = "groups";

    fn from_wire(wire: WireGroup) -> Result<Self, &'static str> {
        let WireGroup { id, name, member_count, created_at } = wire;
        Ok(Self {
            id: id.id().ok_or("an id")?,
            name: name.text().unwrap_or_default(),
            member_count: member_count.count(),
            created_at: created_at.moment(),
            members: None,
        })
    }

    fn key(&self) -> Option<String> {
        Some(self.id.to_string())
    }
}

/// `GET /custom-groups/{id}`: the members are folded as they are read.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireGroupDetail {
    id: Scalar,
    name: Scalar,
    member_count: Scalar,
    created_at: Scalar,
    members: MembersNode,
    contacts: MembersNode,
    data: Object<Box<WireGroupDetail>>,
}

impl WireGroupDetail {
    /// The group, and its members where the detail has them, with the number of entries.
    pub(crate) fn convert(self) -> Result<(ObservedGroup, u64), &'static str> {
        let Self { id, name, member_count, created_at, members, contacts, data } = self;
        if let (None, Some(inner)) = (id.id(), data.0) {
            return Self { data: Object(None), ..*inner }.convert();
        }
        let mut group = ObservedGroup::from_wire(WireGroup { id, name, member_count, created_at })?;
        let fold = members.0.or(contacts.0);
        let entries = fold.as_ref().map_or(0, super::members::MembersFold::entries);
        group.members = fold.map(super::members::MembersFold::finish);
        Ok((group, entries))
    }
}
