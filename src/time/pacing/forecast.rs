//! How long a bulk send takes: shortest, expected and longest. Owns the arithmetic only.

use jiff::SignedDuration;

use super::{EXPECTED_GAP, LONGEST_GAP, SHORTEST_GAP};

/// From the first message to the last. The first leaves at once, so one recipient takes no time.
///
/// n recipients have n-1 gaps, each uniform between 30 and 120 s. The cap of 4 in 2 minutes never makes a
/// gap longer: with four gaps of at least 30 s, message n+4 is at least 120 s after message n, and a window
/// of 2 minutes that begins with message n does not include the instant 120 s later. So:
/// - shortest: 30 s a gap, which just keeps the cap;
/// - expected: 75 s a gap, the mean of the uniform law. Checked against [`Pacer`](super::Pacer) in this
///   module's tests: 100,000 gaps under both rules have a mean of 75 s to within 0.3 s;
/// - longest: 120 s a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    /// No send of this size can be over sooner.
    pub shortest: SignedDuration,
    /// The mean.
    pub expected: SignedDuration,
    /// No send of this size takes longer, pauses and faults aside.
    pub longest: SignedDuration,
}

impl Pacing {
    /// The pacing of a send to `recipients` people; saturates far beyond any real number.
    pub fn of(recipients: u64) -> Self {
        let gaps = i64::try_from(recipients.saturating_sub(1)).unwrap_or(i64::MAX);
        let times = |gap: SignedDuration| SignedDuration::from_secs(gap.as_secs().saturating_mul(gaps));
        Self { shortest: times(SHORTEST_GAP), expected: times(EXPECTED_GAP), longest: times(LONGEST_GAP) }
    }

    /// How many of `recipients` have been reached `elapsed` after the first message at the expected pace,
    /// for "n people would get it inside quiet hours". Zero for a negative time.
    pub fn reached(recipients: u64, elapsed: SignedDuration) -> u64 {
        u64::try_from(elapsed.as_secs())
            .map_or(0, |seconds| (seconds / EXPECTED_GAP.as_secs().unsigned_abs()).saturating_add(1))
            .min(recipients)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pacer;
    use super::*;

    #[test]
    fn grows_by_one_gap_a_recipient() {
        let zero = SignedDuration::ZERO;
        for none in [0, 1] {
            assert_eq!(Pacing::of(none), Pacing { shortest: zero, expected: zero, longest: zero });
        }
        let five = Pacing::of(5);
        assert_eq!(five.shortest, SignedDuration::from_mins(2));
        assert_eq!(five.expected, SignedDuration::from_mins(5));
        assert_eq!(five.longest, SignedDuration::from_mins(8));
        assert_eq!(Pacing::of(u64::MAX).longest, SignedDuration::from_secs(i64::MAX));
    }

    #[test]
    fn the_expected_pace_is_the_measured_one() {
        let messages = 100_001;
        let last = Pacer::seeded(1).take(messages).last().unwrap();
        let difference = last.as_secs() - Pacing::of(messages as u64).expected.as_secs();
        assert!(difference.abs() < 30_000, "mean gap off by {difference} s in 100,000");
    }

    #[test]
    fn reached_counts_the_first_at_once() {
        let seconds = SignedDuration::from_secs;
        assert_eq!(Pacing::reached(10, seconds(-1)), 0);
        assert_eq!(Pacing::reached(10, seconds(0)), 1);
        assert_eq!(Pacing::reached(10, seconds(75)), 2);
        assert_eq!(Pacing::reached(10, seconds(100_000)), 10);
        assert_eq!(Pacing::reached(0, seconds(0)), 0);
    }
}
