//! SIGINT, SIGTERM and SIGHUP (a terminal that is closed). Until an apply takes them over, the first one ends the command.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use crate::apply::Interrupt;

/// The signals that came so far.
#[derive(Debug)]
pub struct Signals {
    count: watch::Receiver<u32>,
    claimed: AtomicBool,
}

impl Signals {
    /// Listens from now on. To be called on the runtime.
    pub fn listen() -> Self {
        let (sender, count) = watch::channel(0);
        tokio::spawn(watch_signals(move || sender.send_modify(|n| *n += 1)));
        Self { count, claimed: AtomicBool::new(false) }
    }

    /// Whether any came.
    pub fn heard(&self) -> bool {
        *self.count.borrow() > 0
    }

    /// Waits for a signal that no command has taken over.
    pub async fn unclaimed(&self) {
        let mut count = self.count.clone();
        loop {
            if count.changed().await.is_err() {
                // No signal can be heard here: there is nothing to wait for.
                return std::future::pending().await;
            }
            if !self.claimed.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    /// From now on, signals go to this interrupt, each with a word to the person who sent it.
    pub fn claim(&self, tell: impl Fn(u32) + Send + 'static) -> Interrupt {
        self.claimed.store(true, Ordering::SeqCst);
        let interrupt = Interrupt::new();
        let (raise, mut count) = (interrupt.clone(), self.count.clone());
        count.mark_unchanged();
        tokio::spawn(async move {
            let mut heard = *count.borrow();
            let mut told = 0;
            while count.changed().await.is_ok() {
                let now = *count.borrow_and_update();
                for _ in heard..now {
                    raise.raise();
                    told += 1;
                    tell(told);
                }
                heard = now;
            }
        });
        interrupt
    }

    /// Waits for one signal, taken over.
    pub async fn one(&self) {
        self.claimed.store(true, Ordering::SeqCst);
        let mut count = self.count.clone();
        count.mark_unchanged();
        if count.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Tells of each signal, as long as somebody listens.
#[cfg(unix)]
async fn watch_signals(tell: impl Fn()) {
    use tokio::signal::unix::{SignalKind, signal};
    // Looked at before a handler takes its place: under `nohup` a terminal may be closed.
    let hangups = if hangup_is_ignored() { None } else { signal(SignalKind::hangup()).ok() };
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    let mut hangups = hangups;
    loop {
        let came = tokio::select! {
            one = interrupt.recv() => one,
            one = terminate.recv() => one,
            one = hung_up(&mut hangups) => one,
        };
        if came.is_none() {
            return;
        }
        tell();
    }
}

#[cfg(unix)]
async fn hung_up(hangups: &mut Option<tokio::signal::unix::Signal>) -> Option<()> {
    match hangups {
        Some(hangups) => hangups.recv().await,
        None => std::future::pending().await,
    }
}

/// Whether the one who started this has SIGHUP ignored. Where the system does not say, it is not.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

/// SIGHUP is signal 1, the lowest bit of the mask.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
async fn watch_signals(tell: impl Fn()) {
    while tokio::signal::ctrl_c().await.is_ok() {
        tell();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::ignores_hangup;

    #[test]
    fn nohup_is_seen() {
        assert!(ignores_hangup("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\n"));
        assert!(!ignores_hangup(""));
    }
}
