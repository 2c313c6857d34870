//! Members of a group, folded into sets as they are read: no tree of 100,000 objects ever stands.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::Scalar;
use crate::model::{Id, ObservedMembers, Phone};

/// Ten times the largest group (`product.md`, *Scale and speed*); more would be held in memory for nothing.
const MOST_MEMBERS: u64 = 1_000_000;
const TOO_MANY_MEMBERS: &str = "more members than a group can have";

/// One member as it comes: an object, or just its number.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct WireMember {
    id: Scalar,
    phone: Scalar,
    phone_number: Scalar,
    name: Scalar,
}

/// The members that a list held.
#[derive(Default)]
pub(crate) struct MembersFold {
    phones: Vec<Phone>,
    names: BTreeMap<Phone, String>,
    ids: BTreeMap<Phone, Id>,
    redacted: u64,
}

impl MembersFold {
    /// How many entries were read, phones or not.
    pub(crate) fn entries(&self) -> u64 {
        u64::try_from(self.phones.len()).unwrap_or(u64::MAX).saturating_add(self.redacted)
    }

    /// The sets.
    pub(crate) fn finish(self) -> ObservedMembers {
        let Self { phones, names, ids, redacted } = self;
        ObservedMembers { phones: phones.into_iter().collect(), names, ids, redacted }
    }

    fn push(&mut self, member: WireMember) {
        let WireMember { id, phone, phone_number, name } = member;
        let Some(phone) = phone.phone().or_else(|| phone_number.phone()) else {
            self.redacted += 1;
            return;
        };
        self.phones.push(phone);
        if let Some(name) = name.text() {
            self.names.insert(phone, name);
        }
        if let Some(id) = id.id() {
            self.ids.insert(phone, id);
        }
    }
}

/// A list of members in some envelope; `None` where there is none.
#[derive(Default)]
pub(crate) struct MembersNode(pub(crate) Option<MembersFold>);

impl<'de> Deserialize<'de> for MembersNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MembersVisitor).map(Self)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Option<MembersFold>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of members")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut fold = MembersFold::default();
        while let Some(MemberNode(member)) = seq.next_element()? {
            if fold.entries() == MOST_MEMBERS {
                return Err(A::Error::custom(TOO_MANY_MEMBERS));
            }
            fold.push(member);
        }
        Ok(Some(fold))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if matches!(key.as_str(), "members" | "contacts" | "items" | "data" | "results") {
                let MembersNode(fold) = map.next_value()?;
                found = found.or(fold);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A member: an object, a text, a number; anything else has no phone.
#[derive(Default)]
pub(crate) struct MemberNode(WireMember);

impl MemberNode {
    /// The number, where it is one, and the name.
    pub(crate) fn read(self) -> (Option<Phone>, Option<String>) {
        let WireMember { id: _, phone, phone_number, name } = self.0;
        (phone.phone().or_else(|| phone_number.phone()), name.text())
    }
}

impl<'de> Deserialize<'de> for MemberNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor).map(Self)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = WireMember;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WireMember, A::Error> {
        WireMember::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_str<E>(self, text: &str) -> Result<WireMember, E> {
        Ok(WireMember { phone: Scalar::Text(text.to_owned()), ..WireMember::default() })
    }

    fn visit_u64<E>(self, number: u64) -> Result<WireMember, E> {
        Ok(WireMember { phone: Scalar::Unsigned(number), ..WireMember::default() })
    }

    fn visit_i64<E>(self, _: i64) -> Result<WireMember, E> {
        Ok(WireMember::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<WireMember, E> {
        Ok(WireMember::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<WireMember, E> {
        Ok(WireMember::default())
    }

    fn visit_unit<E>(self) -> Result<WireMember, E> {
        Ok(WireMember::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<WireMember, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(WireMember::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<(usize, u64, u64)> {
        let MembersNode(fold) = serde_json::from_str(json).unwrap();
        fold.map(|fold| {
            let entries = fold.entries();
            let members = fold.finish();
            (members.phones.len(), members.redacted, entries)
        })
    }

    #[test]
    fn members_come_in_every_form() {
        let json = r#"[{"phone": "+15550123456", "name": "Jane", "id": "m-1"}, {"phone": "15550123456@c.us"},
                       {"phone": "REDACTED", "name": "REDACTED"}, "+15550987654", 15551112222, null, {"name": 3}]"#;
        assert_eq!(read(json), Some((3, 3, 7)));
        assert_eq!(read(&format!(r#"{{"members": {json}, "total": 7}}"#)), Some((3, 3, 7)));
        assert_eq!(read(r#"{"items": []}"#), Some((0, 0, 0)));
        assert_eq!(read("null"), None);
        let MembersNode(fold) = serde_json::from_str(json).unwrap();
        let members = fold.unwrap().finish();
        let jane = Phone::parse("+15550123456").unwrap();
        assert_eq!(members.names.get(&jane).map(String::as_str), Some("Jane"));
        assert_eq!(members.ids.get(&jane).map(Id::as_str), Some("m-1"));
    }
}
