//! When each message of a bulk send leaves, for the sandbox and for tests. Owns no randomness of its own:
//! the gaps are drawn from a seed or by the caller, so that a run can be replayed.

use core::array;

use jiff::SignedDuration;

use super::{LONGEST_GAP, SHORTEST_GAP, WINDOW, WINDOW_MESSAGES};

/// The offsets of messages from the first, without end; the first is zero. Obeys both pacing rules
/// whatever is drawn: gaps are brought into 30-120 s, and message n+4 is at least 120 s after message n.
#[derive(Debug, Clone)]
pub struct Pacer<D> {
    draw: D,
    /// The offsets of the last four messages, oldest first; none before the beginning.
    last: [Option<SignedDuration>; WINDOW_MESSAGES],
}

/// Draws gaps from a seed with `SplitMix64`: the same seed gives the same gaps, on every machine.
#[derive(Debug, Clone)]
pub struct Seeded(u64);

impl Pacer<Seeded> {
    /// Gaps uniform between 30 and 120 s, to the millisecond.
    pub fn seeded(seed: u64) -> Self {
        Self { draw: Seeded(seed), last: array::from_fn(|_| None) }
    }
}

impl<D: FnMut() -> SignedDuration> Pacer<D> {
    /// Gaps as `draw` gives them.
    pub fn with(draw: D) -> Self {
        Self { draw, last: array::from_fn(|_| None) }
    }
}

/// A source of gaps.
pub trait Draw {
    /// The next gap.
    fn gap(&mut self) -> SignedDuration;
}

impl Draw for Seeded {
    fn gap(&mut self) -> SignedDuration {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // 90,001 values out of 2^64: the bias of the remainder is below 1 in 10^14.
        let span = LONGEST_GAP.as_millis() - SHORTEST_GAP.as_millis() + 1;
        let extra = u128::from(mixed) % span.unsigned_abs();
        SHORTEST_GAP + SignedDuration::from_millis(i64::try_from(extra).unwrap_or(0))
    }
}

impl<F: FnMut() -> SignedDuration> Draw for F {
    fn gap(&mut self) -> SignedDuration {
        self()
    }
}

impl<D: Draw> Iterator for Pacer<D> {
    type Item = SignedDuration;

    fn next(&mut self) -> Option<SignedDuration> {
        let [fourth_last, .., last] = self.last;
        let at = match last {
            None => SignedDuration::ZERO,
            Some(last) => {
                let after_last = last.saturating_add(self.draw.gap().clamp(SHORTEST_GAP, LONGEST_GAP));
                fourth_last.map_or(after_last, |old| after_last.max(old.saturating_add(WINDOW)))
            }
        };
        self.last.rotate_left(1);
        self.last[WINDOW_MESSAGES - 1] = Some(at);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds_both_rules(offsets: &[SignedDuration]) {
        assert!(offsets.windows(2).all(|pair| (SHORTEST_GAP..=LONGEST_GAP).contains(&(pair[1] - pair[0]))));
        assert!(offsets.windows(5).all(|five| five[4] - five[0] >= WINDOW));
    }

    #[test]
    fn both_rules_hold_whatever_is_drawn() {
        for seed in 0..50 {
            holds_both_rules(&Pacer::seeded(seed).take(500).collect::<Vec<_>>());
        }
        for extreme in [SignedDuration::MIN, SignedDuration::ZERO, SignedDuration::MAX] {
            holds_both_rules(&Pacer::with(|| extreme).take(100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_leaves_at_once_and_seeds_repeat() {
        let one: Vec<_> = Pacer::seeded(7).take(20).collect();
        assert_eq!(one[0], SignedDuration::ZERO);
        assert_eq!(one, Pacer::seeded(7).take(20).collect::<Vec<_>>());
        assert_ne!(one, Pacer::seeded(8).take(20).collect::<Vec<_>>());
    }

    #[test]
    fn draws_cover_the_whole_range() {
        let offsets: Vec<_> = Pacer::seeded(3).take(5_000).collect();
        let gaps = || offsets.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps().min().unwrap() < SignedDuration::from_secs(31));
        assert!(gaps().max().unwrap() > SignedDuration::from_secs(119));
    }
}
