//! Ctrl-C, as a value: the first stops starting things, the second stops waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

/// Shared between the signal handler and the executor. Clones are the same interrupt.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    count: AtomicU8,
    notify: Notify,
}

impl Interrupt {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more signal.
    pub fn raise(&self) {
        let _ = self.0.count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_add(1));
        self.0.notify.notify_waiters();
    }

    /// How many so far.
    pub fn count(&self) -> u8 {
        self.0.count.load(Ordering::SeqCst)
    }

    /// Whether nothing new may begin.
    pub fn is_raised(&self) -> bool {
        self.count() > 0
    }

    /// Waits until there were at least `n`.
    pub async fn raised(&self, n: u8) {
        loop {
            let notified = self.0.notify.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if self.count() >= n {
                return;
            }
            notified.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_for_the_second() {
        let interrupt = Interrupt::new();
        assert!(!interrupt.is_raised());
        interrupt.raise();
        interrupt.raised(1).await;
        let waiting = tokio::spawn({
            let interrupt = interrupt.clone();
            async move { interrupt.raised(2).await }
        });
        tokio::task::yield_now().await;
        interrupt.raise();
        waiting.await.unwrap();
        assert_eq!(interrupt.count(), 2);
    }
}
