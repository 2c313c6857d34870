//! The vendor's pacing of a bulk send: how long it takes, and when each message leaves.
//!
//! Owns the two rules of `api.md` (*Bulk send*): random gaps of 30 s to 2 min, and no more than 4 messages
//! in any 2 minutes. Does not know what is sent or to whom.

mod forecast;
mod pacer;

pub use forecast::Pacing;
pub use pacer::Pacer;

use jiff::SignedDuration;

/// The smallest gap between two messages.
pub const SHORTEST_GAP: SignedDuration = SignedDuration::from_secs(30);
/// The mean gap, see [`Pacing`].
pub const EXPECTED_GAP: SignedDuration = SignedDuration::from_secs(75);
/// The largest gap between two messages.
pub const LONGEST_GAP: SignedDuration = SignedDuration::from_secs(120);
/// No window of this length has more than [`WINDOW_MESSAGES`] messages: message n+4 leaves at the earliest
/// this long after message n.
pub const WINDOW: SignedDuration = SignedDuration::from_secs(120);
/// See [`WINDOW`].
pub const WINDOW_MESSAGES: usize = 4;
