//! A key of a record: not given, given wrongly, or given.

/// What a key holds. Telling *wrong* from *missing* keeps one mistake from being reported as two.
#[derive(Debug, Clone)]
pub enum Slot<T> {
    /// The key is not there.
    Missing,
    /// It is there and wrong, and reported.
    Broken,
    /// Its value.
    Given(T),
}

impl<T> Slot<T> {
    /// Its value.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Missing | Self::Broken => None,
        }
    }

    /// Whether the key is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}
