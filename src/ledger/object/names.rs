//! Names of objects under a ledger's prefix, and the numbers in them.

/// The directory of events.
pub(super) const EVENTS: Dir = Dir { name: "events", ending: ".json" };
/// The directory of snapshots.
pub(super) const SNAPSHOTS: Dir = Dir { name: "snapshots", ending: ".jsonl" };
/// The directory of the operator's stops.
pub(super) const STOPS: Dir = Dir { name: "stops", ending: ".json" };
/// The lease.
pub(super) const LEASE: &str = "lease.json";

/// Digits of a number in a name: enough for 2^53, and then names sort as their numbers do.
const DIGITS: usize = 16;

/// Objects with a number each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dir {
    pub(super) name: &'static str,
    ending: &'static str,
}

impl Dir {
    /// The object of that number.
    pub(super) fn object(self, number: u64) -> String {
        format!("{}/{number:0DIGITS$}{}", self.name, self.ending)
    }

    /// The number in the last part of an object's name; `None` for what is not ours (the empty objects that some
    /// consoles make for directories).
    pub(super) fn number(self, file: &str) -> Option<u64> {
        let digits = file.strip_suffix(self.ending)?;
        (digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_their_numbers_and_are_read_back() {
        assert_eq!(EVENTS.object(17), "events/0000000000000017.json");
        assert!(EVENTS.object(9) < EVENTS.object(10));
        assert_eq!(EVENTS.number("0000000000000017.json"), Some(17));
        for other in
            ["", "17.json", "0000000000000017", "0000000000000017.jsonl", "00000000000000+7.json", "a"]
        {
            assert_eq!(EVENTS.number(other), None, "{other}");
        }
    }
}
