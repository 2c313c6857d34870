//! Sets of phones as sorted vectors: 8 bytes a number, merged in one pass.

use std::cmp::Ordering;

use super::Phone;

/// A set of phones, sorted ascending, without repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhoneSet(Vec<Phone>);

impl PhoneSet {
    /// The empty set.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is in the set.
    pub fn contains(&self, phone: Phone) -> bool {
        self.0.binary_search(&phone).is_ok()
    }

    /// In ascending order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Phone> + DoubleEndedIterator + '_ {
        self.0.iter().copied()
    }

    /// The phones, ascending.
    pub fn as_slice(&self) -> &[Phone] {
        &self.0
    }

    /// What is here and not in `other`, in one merge pass.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut rest = other.0.iter().copied().peekable();
        Self(
            self.iter()
                .filter(|phone| {
                    while rest.peek().is_some_and(|r| r.cmp(phone) == Ordering::Less) {
                        rest.next();
                    }
                    rest.peek() != Some(phone)
                })
                .collect(),
        )
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (small, large) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        Self(small.iter().filter(|phone| large.contains(*phone)).collect())
    }

    /// The canonical form of each, as a set ([`Phone::canonical`]).
    #[must_use]
    pub fn canonical(&self) -> Self {
        self.iter().map(Phone::canonical).collect()
    }

    /// The members whose canonical form is in `canonical`, a set made by [`PhoneSet::canonical`].
    #[must_use]
    pub fn matching(&self, canonical: &Self) -> Self {
        if canonical.is_empty() {
            return Self::new();
        }
        Self(self.iter().filter(|phone| canonical.contains(phone.canonical())).collect())
    }
}

impl FromIterator<Phone> for PhoneSet {
    fn from_iter<T: IntoIterator<Item = Phone>>(iter: T) -> Self {
        let mut phones: Vec<Phone> = iter.into_iter().collect();
        phones.sort_unstable();
        phones.dedup();
        Self(phones)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: &[u64]) -> PhoneSet {
        numbers.iter().map(|n| Phone::from_u64(10_000_000 + n).unwrap()).collect()
    }

    #[test]
    fn set_algebra() {
        let (a, b) = (set(&[1, 2, 3, 5, 5]), set(&[2, 4, 5]));
        assert_eq!(a.len(), 4);
        assert_eq!(a.minus(&b), set(&[1, 3]));
        assert_eq!(a.union(&b), set(&[1, 2, 3, 4, 5]));
        assert_eq!(a.intersection(&b), set(&[2, 5]));
        assert_eq!(a.minus(&PhoneSet::new()), a);
    }

    #[test]
    fn suppression_matches_equivalent_forms() {
        let members: PhoneSet = [Phone::parse("+5215512345678").unwrap()].into_iter().collect();
        let suppressed: PhoneSet = [Phone::parse("+525512345678").unwrap()].into_iter().collect();
        assert_eq!(members.matching(&suppressed.canonical()), members);
    }
}
