//! The clock of the layer: the only reader of the real time. Everything else takes `now` from here, so that
//! tests and simulations run on a virtual clock and never sleep.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

/// Tells the time and waits.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// How much time has passed since some moment in the past, the same for as long as the program runs. Unlike
    /// [`Clock::now`], it is not changed when somebody sets the clock; for a clock that nobody sets it is the same.
    fn elapsed(&self) -> SignedDuration {
        self.now().duration_since(Timestamp::UNIX_EPOCH)
    }

    /// Waits for `duration`; nothing at all where it is zero or negative.
    fn sleep(&self, duration: SignedDuration) -> BoxFuture<'_, ()>;
}

/// From where [`RealClock::elapsed`] counts.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the real clock")]
static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the real clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> SignedDuration {
        SignedDuration::try_from(BEGUN.elapsed()).unwrap_or(SignedDuration::MAX)
    }

    fn sleep(&self, duration: SignedDuration) -> BoxFuture<'_, ()> {
        let duration = duration.or_zero();
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock that moves only when someone sleeps on it or sets it.
#[derive(Debug)]
pub struct VirtualClock(Mutex<Timestamp>);

impl VirtualClock {
    /// Starts at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves on by `duration`; never back.
    pub fn advance(&self, duration: SignedDuration) {
        self.reach(later(self.now(), duration));
    }

    /// Moves on to `moment`, unless it is past.
    pub fn reach(&self, moment: Timestamp) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = moment.max(*now);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock to the end of the wait, at once. Sleeps begun at the same moment overlap: the clock moves
    /// by the longest, not by their sum.
    fn sleep(&self, duration: SignedDuration) -> BoxFuture<'_, ()> {
        let end = later(self.now(), duration);
        Box::pin(async move {
            // One turn for others, so that tasks that wait side by side take turns as they would in real time.
            tokio::task::yield_now().await;
            self.reach(end);
        })
    }
}

/// `moment` plus `duration`, at most the end of time.
pub(super) fn later(moment: Timestamp, duration: SignedDuration) -> Timestamp {
    moment.checked_add(duration).unwrap_or(if duration.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// [`SignedDuration`] as the standard library's, where that can hold it.
pub(super) trait Positive {
    /// The duration, or zero where it is negative.
    fn or_zero(self) -> std::time::Duration;
}

impl Positive for SignedDuration {
    fn or_zero(self) -> std::time::Duration {
        if self.is_negative() { std::time::Duration::ZERO } else { self.unsigned_abs() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_virtual_sleep_moves_the_clock_at_once() {
        let start = Timestamp::from_second(1_700_000_000).unwrap();
        let clock = VirtualClock::new(start);
        clock.sleep(SignedDuration::from_secs(90)).await;
        assert_eq!(clock.now().duration_since(start), SignedDuration::from_secs(90));
        clock.sleep(SignedDuration::from_secs(-5)).await;
        assert_eq!(clock.now().duration_since(start), SignedDuration::from_secs(90));
    }

    #[tokio::test]
    async fn virtual_sleeps_side_by_side_overlap() {
        let start = Timestamp::from_second(1_700_000_000).unwrap();
        let clock = VirtualClock::new(start);
        tokio::join!(clock.sleep(SignedDuration::from_secs(10)), clock.sleep(SignedDuration::from_secs(30)),);
        assert_eq!(clock.now().duration_since(start), SignedDuration::from_secs(30));
    }
}
