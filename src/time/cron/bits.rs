//! A small set of numbers 0-63: the values of one cron field. Owns set arithmetic only.

use core::ops::RangeInclusive;

/// The values a field allows, as a bit set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Bits(u64);

impl Bits {
    /// Every value of `range`; an empty range gives an empty set, values above 63 are left out.
    pub(crate) fn range(range: RangeInclusive<u8>) -> Self {
        let mut bits = Self::default();
        range.for_each(|value| bits.insert(value));
        bits
    }

    pub(crate) fn insert(&mut self, value: u8) {
        self.0 |= 1_u64.checked_shl(u32::from(value)).unwrap_or(0);
    }

    pub(crate) fn contains(self, value: u8) -> bool {
        self.0 & 1_u64.checked_shl(u32::from(value)).unwrap_or(0) != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn is_subset_of(self, other: Self) -> bool {
        self.minus(other).is_empty()
    }

    /// The smallest value that is at least `value`.
    pub(crate) fn at_least(self, value: u8) -> Option<u8> {
        let rest = self.0 & u64::MAX.checked_shl(u32::from(value)).unwrap_or(0);
        // At most 63, so the conversion cannot fail.
        if rest == 0 { None } else { u8::try_from(rest.trailing_zeros()).ok() }
    }

    pub(crate) fn first(self) -> Option<u8> {
        self.at_least(0)
    }

    pub(crate) fn last(self) -> Option<u8> {
        if self.0 == 0 { None } else { u8::try_from(self.0.ilog2()).ok() }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = u8> {
        (0..64).filter(move |value| self.contains(*value))
    }
}

impl FromIterator<u8> for Bits {
    fn from_iter<T: IntoIterator<Item = u8>>(values: T) -> Self {
        let mut bits = Self::default();
        values.into_iter().for_each(|value| bits.insert(value));
        bits
    }
}

impl core::fmt::Debug for Bits {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
