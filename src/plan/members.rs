//! Who is to be added and removed: one pass over sorted sets, equivalent numbers counted as one person.

use crate::model::{DesiredGroup, Membership, Phone, PhoneSet};

/// The difference between a desired and an observed membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MemberDiff {
    /// To be added.
    pub add: PhoneSet,
    /// To be removed, the suppressed among them.
    pub remove: PhoneSet,
    /// Of `remove`, the suppressed.
    pub suppressed: PhoneSet,
    /// Who is in the group afterwards.
    pub result: PhoneSet,
}

impl MemberDiff {
    pub(super) fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// Compares by the form that stands for all equivalent ones: a person who is there under another form of the
/// same number is there (`product.md`, *Phones*).
pub(super) fn diff_members(
    group: &DesiredGroup,
    seen: &PhoneSet,
    suppressed_canonical: &PhoneSet,
) -> MemberDiff {
    let wanted_canonical = group.members.canonical();
    let suppressed = seen.matching(suppressed_canonical);
    let surplus: PhoneSet = match group.membership {
        Membership::AtLeast => PhoneSet::new(),
        Membership::Exact => surplus(&group.members, &wanted_canonical, seen),
    };
    let remove = suppressed.union(&surplus);
    let kept = seen.minus(&remove);
    let kept_canonical = kept.canonical();
    let mut missing: Vec<(Phone, Phone)> = group
        .members
        .iter()
        .map(|phone| (phone.canonical(), phone))
        .filter(|(person, _)| !kept_canonical.contains(*person) && !suppressed_canonical.contains(*person))
        .collect();
    missing.sort_unstable();
    missing.dedup_by_key(|(person, _)| *person);
    let add: PhoneSet = missing.into_iter().map(|(_, phone)| phone).collect();
    let result = kept.union(&add);
    MemberDiff { add, remove, suppressed, result }
}

/// Who is there and not wanted; and second entries of the same person under another form.
fn surplus(wanted: &PhoneSet, wanted_canonical: &PhoneSet, seen: &PhoneSet) -> PhoneSet {
    let mut by_person: Vec<(Phone, Phone)> = seen.iter().map(|phone| (phone.canonical(), phone)).collect();
    by_person.sort_unstable();
    by_person
        .chunk_by(|a, b| a.0 == b.0)
        .flat_map(|forms| {
            let person = forms[0].0;
            if !wanted_canonical.contains(person) {
                return forms.iter().map(|(_, phone)| *phone).collect::<Vec<_>>();
            }
            let keep = forms.iter().find(|(_, p)| wanted.contains(*p)).unwrap_or(&forms[0]).1;
            forms.iter().map(|(_, phone)| *phone).filter(|phone| *phone != keep).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::Source;

    fn set(phones: &[&str]) -> PhoneSet {
        phones.iter().map(|p| Phone::parse(p).unwrap()).collect()
    }

    fn group(phones: &[&str], membership: Membership) -> DesiredGroup {
        DesiredGroup {
            name: "g".to_owned(),
            members: set(phones),
            names: BTreeMap::new(),
            membership,
            protect: false,
            sync_names: false,
            import: Vec::new(),
            source: Source::default(),
        }
    }

    #[test]
    fn exact_adds_and_removes() {
        let diff = diff_members(
            &group(&["+15550000001", "+15550000002"], Membership::Exact),
            &set(&["+15550000002", "+15550000003"]),
            &PhoneSet::new(),
        );
        assert_eq!(diff.add, set(&["+15550000001"]));
        assert_eq!(diff.remove, set(&["+15550000003"]));
        assert_eq!(diff.result, set(&["+15550000001", "+15550000002"]));
    }

    #[test]
    fn at_least_removes_only_the_suppressed() {
        let suppressed = set(&["+15550000004"]).canonical();
        let diff = diff_members(
            &group(&["+15550000001"], Membership::AtLeast),
            &set(&["+15550000003", "+15550000004"]),
            &suppressed,
        );
        assert_eq!(diff.add, set(&["+15550000001"]));
        assert_eq!(diff.remove, set(&["+15550000004"]));
        assert_eq!(diff.suppressed, diff.remove);
    }

    #[test]
    fn an_equivalent_number_is_the_same_person() {
        let wanted = group(&["+525512345678"], Membership::Exact);
        let there = diff_members(&wanted, &set(&["+5215512345678"]), &PhoneSet::new());
        assert!(there.is_empty());
        let twice = diff_members(&wanted, &set(&["+5215512345678", "+525512345678"]), &PhoneSet::new());
        assert_eq!(twice.remove, set(&["+5215512345678"]));
        assert!(twice.add.is_empty());
    }
}
