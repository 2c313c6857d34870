//! The members of one group: sorted phones, names beside them. Owns set arithmetic on them; stays fast at
//! 100,000 members.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rng::{mix, uuid_from};

/// Who is in a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    phones: Vec<u64>,
    names: BTreeMap<u64, String>,
    redacted: Vec<Uuid>,
}

/// One member as a list shows it; phone 0 is an erased one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its own id.
    pub id: Uuid,
    /// Digits; 0 when erased.
    pub phone: u64,
    /// The name, if one was given.
    pub name: Option<&'a str>,
}

impl Members {
    /// How many, the erased among them.
    pub fn len(&self) -> usize {
        self.phones.len() + self.redacted.len()
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The phones that can be written to, sorted.
    pub fn phones(&self) -> &[u64] {
        &self.phones
    }

    /// The name kept for a phone.
    pub fn name(&self, phone: u64) -> Option<&str> {
        self.names.get(&phone).map(String::as_str)
    }

    /// Adds those who are not in it yet; a name for somebody who is, is dropped (`api.md`: duplicates are
    /// skipped). Gives how many were added.
    pub fn add(&mut self, contacts: Vec<(u64, Option<String>)>) -> usize {
        let before = self.phones.len();
        let mut fresh = Vec::with_capacity(contacts.len());
        let mut seen = BTreeSet::new();
        for (phone, name) in contacts {
            if self.phones.binary_search(&phone).is_ok() || !seen.insert(phone) {
                continue;
            }
            fresh.push(phone);
            if let Some(name) = name {
                self.names.insert(phone, name);
            }
        }
        fresh.sort_unstable();
        self.merge(fresh);
        self.phones.len() - before
    }

    /// Puts sorted newcomers in their places, in linear time.
    #[expect(clippy::stable_sort_primitive, reason = "the stable sort merges two sorted runs in linear time")]
    fn merge(&mut self, fresh: Vec<u64>) {
        self.phones.extend(fresh);
        self.phones.sort();
    }

    /// Removes those who are in it. Gives how many were.
    pub fn remove(&mut self, phones: &BTreeSet<u64>) -> usize {
        let before = self.phones.len();
        self.phones.retain(|phone| !phones.contains(phone));
        for phone in phones {
            self.names.remove(phone);
        }
        before - self.phones.len()
    }

    /// Removes by the members' own ids, the erased too. Gives how many were.
    pub fn remove_ids(&mut self, group: Uuid, ids: &BTreeSet<Uuid>) -> usize {
        let gone: BTreeSet<u64> =
            self.phones.iter().copied().filter(|phone| ids.contains(&member_id(group, *phone))).collect();
        let before = self.redacted.len();
        self.redacted.retain(|id| !ids.contains(id));
        self.remove(&gone) + before - self.redacted.len()
    }

    /// Erases a person: the membership stays, phone and name are gone. Gives whether they were in it.
    pub fn erase(&mut self, group: Uuid, phone: u64) -> bool {
        let was_there = self.remove(&BTreeSet::from([phone])) > 0;
        if was_there {
            self.redacted.push(member_id(group, phone));
        }
        was_there
    }

    /// Everybody, by phone, the erased last.
    pub fn iter(&self, group: Uuid) -> impl Iterator<Item = Member<'_>> {
        let known = self.phones.iter().map(move |&phone| Member {
            id: member_id(group, phone),
            phone,
            name: self.name(phone),
        });
        known.chain(self.redacted.iter().map(|&id| Member {
            id,
            phone: 0,
            name: Some(super::phone::REDACTED),
        }))
    }
}

/// A member's id follows from group and phone, so that it need not be stored.
fn member_id(group: Uuid, phone: u64) -> Uuid {
    let (high, low) = group.as_u64_pair();
    uuid_from(mix(high) ^ low, phone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_are_skipped_and_do_not_rename() {
        let mut members = Members::default();
        assert_eq!(
            members.add(vec![(20_000_000, Some("Bo".into())), (10_000_000, None), (20_000_000, None)]),
            2
        );
        assert_eq!(members.add(vec![(20_000_000, Some("Bob".into())), (30_000_000, None)]), 1);
        assert_eq!(members.phones(), [10_000_000, 20_000_000, 30_000_000]);
        assert_eq!(members.name(20_000_000), Some("Bo"));
    }

    #[test]
    fn an_erased_member_still_counts_and_can_be_removed_by_id() {
        let group = uuid_from(1, 1);
        let mut members = Members::default();
        members.add(vec![(10_000_000, Some("Jo".into())), (20_000_000, None)]);
        let id = members.iter(group).next().unwrap().id;
        assert!(members.erase(group, 10_000_000));
        assert!(!members.erase(group, 10_000_000));
        assert_eq!((members.len(), members.phones().len()), (2, 1));
        let last = members.iter(group).last().unwrap();
        assert_eq!((last.id, last.phone, last.name), (id, 0, Some("REDACTED")));
        assert_eq!(members.remove_ids(group, &BTreeSet::from([id])), 1);
        assert_eq!(members.len(), 1);
    }

    #[test]
    fn a_hundred_thousand_are_handled_in_thousands() {
        let mut members = Members::default();
        for start in (0..100).rev().map(|n: u64| n * 1000) {
            let batch = (start..start + 1000).map(|n| (15_550_000_000 + n, None)).collect();
            assert_eq!(members.add(batch), 1000);
        }
        assert_eq!(members.len(), 100_000);
        assert!(members.phones().is_sorted());
    }
}
