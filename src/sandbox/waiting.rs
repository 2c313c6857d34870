//! The sandbox's clock as the client's clock: in the embedded sandbox nobody waits in real time. A wait moves the
//! one clock that client and server share (`product.md`: *no throttling in real time*).

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use super::clock::SandboxClock;
use crate::api::Clock;

impl Clock for SandboxClock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    /// Moves the clock to the end of the wait, at once; waits that begin together end together.
    fn sleep(&self, duration: SignedDuration) -> BoxFuture<'_, ()> {
        let now = Self::now(self);
        let end = now.checked_add(duration.max(SignedDuration::ZERO)).unwrap_or(now);
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.advance_to(end);
        })
    }
}
