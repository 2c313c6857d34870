//! People by the groups they are in: everyone in the same groups is counted together, so that what is asked of each
//! person is asked once a combination. A person is every form of one number (`product.md`, *Phones*).

use std::collections::BTreeMap;

use super::outgoing::Outgoing;
use crate::model::{Phone, PhoneSet};

/// The position of a group in [`Combinations::groups`].
pub(super) type GroupIndex = u16;

/// How many people are in exactly these groups.
pub(super) struct Combinations<'a> {
    /// Keys, ascending.
    pub groups: Vec<&'a str>,
    /// Ascending positions of groups, with the number of people who are in just these.
    pub people: BTreeMap<Vec<GroupIndex>, u64>,
    sets: Vec<PhoneSet>,
}

impl<'a> Combinations<'a> {
    /// Of the groups that anything goes out to. About n log n in the number of memberships.
    pub(super) fn of(outgoing: &Outgoing<'a>) -> Self {
        // More groups than fit an index are far beyond any account; those beyond are left out.
        let wanted: Vec<(&'a str, PhoneSet)> = outgoing
            .audiences
            .iter()
            .take(usize::from(GroupIndex::MAX))
            .map(|(key, set)| (*key, set.canonical()))
            .collect();
        let (groups, sets): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
        let people = match sets.as_slice() {
            [] => BTreeMap::new(),
            [one] => BTreeMap::from([(vec![0], one.len() as u64)]),
            several => counted(several),
        };
        Self { groups, people, sets }
    }

    /// The groups that this person is in.
    pub(super) fn of_person(&self, phone: Phone) -> Vec<GroupIndex> {
        let person = phone.canonical();
        let within = |(index, set): (usize, &PhoneSet)| {
            set.contains(person).then(|| GroupIndex::try_from(index).unwrap_or(GroupIndex::MAX))
        };
        self.sets.iter().enumerate().filter_map(within).collect()
    }

    /// The position of a group.
    pub(super) fn index(&self, group: &str) -> Option<GroupIndex> {
        self.groups.binary_search(&group).ok().and_then(|index| GroupIndex::try_from(index).ok())
    }
}

fn counted(sets: &[PhoneSet]) -> BTreeMap<Vec<GroupIndex>, u64> {
    let mut memberships: Vec<(Phone, GroupIndex)> = Vec::with_capacity(sets.iter().map(PhoneSet::len).sum());
    for (index, set) in sets.iter().enumerate() {
        let index = GroupIndex::try_from(index).unwrap_or(GroupIndex::MAX);
        memberships.extend(set.iter().map(|phone| (phone, index)));
    }
    memberships.sort_unstable();
    let mut people: BTreeMap<Vec<GroupIndex>, u64> = BTreeMap::new();
    let mut groups = Vec::new();
    for person in memberships.chunk_by(|a, b| a.0 == b.0) {
        groups.clear();
        groups.extend(person.iter().map(|(_, index)| *index));
        match people.get_mut(groups.as_slice()) {
            Some(count) => *count += 1,
            None => {
                people.insert(groups.clone(), 1);
            }
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn set(numbers: &[u64]) -> PhoneSet {
        numbers.iter().filter_map(|n| Phone::from_u64(*n)).collect()
    }

    #[test]
    fn people_are_counted_once_for_all_their_groups() {
        let audiences = BTreeMap::from([
            ("a", Cow::Owned(set(&[15_550_000_001, 15_550_000_002, 5_215_512_345_678]))),
            ("b", Cow::Owned(set(&[15_550_000_002, 525_512_345_678]))),
            ("c", Cow::Owned(set(&[15_550_000_003]))),
        ]);
        let outgoing = Outgoing { items: Vec::new(), audiences };
        let combinations = Combinations::of(&outgoing);
        let expected = BTreeMap::from([(vec![0], 1), (vec![0, 1], 2), (vec![2], 1)]);
        assert_eq!(combinations.people, expected, "two forms of one Mexican number are one person");
        assert_eq!(combinations.of_person(Phone::from_u64(5_215_512_345_678).unwrap()), [0, 1]);
        assert_eq!(combinations.index("c"), Some(2));
        assert_eq!(combinations.index("d"), None);
    }
}
