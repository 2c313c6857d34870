//! From the ledger's plain calls to the asynchronous client: a runtime with a thread of its own.
//!
//! A plain call may come from inside another runtime, where blocking on a future panics. So the future runs on
//! this thread, and the caller waits for a channel. The lease is renewed on it too, whatever the callers do.

use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::error::ObjectError;

/// A runtime with one thread.
#[derive(Debug)]
pub(super) struct Bridge {
    runtime: Option<Runtime>,
}

impl Bridge {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self, ObjectError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("ledger")
            .enable_all()
            .build()
            .map_err(|source| ObjectError::Thread { source })?;
        Ok(Self { runtime: Some(runtime) })
    }

    /// Runs `future` there and waits for it.
    pub(super) fn run<T, F>(&self, future: F) -> Result<T, ObjectError>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (done, result) = mpsc::sync_channel(1);
        let Some(_task) = self.spawn(async move {
            let _ = done.send(future.await);
        }) else {
            return Err(ObjectError::Ended);
        };
        // Each request has a limit of its own; a task that panicked has dropped its end.
        result.recv().map_err(|_| ObjectError::Ended)
    }

    /// Runs `future` there beside everything else.
    pub(super) fn spawn<T, F>(&self, future: F) -> Option<JoinHandle<T>>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.runtime.as_ref().map(|runtime| runtime.spawn(future))
    }

    /// Waits for a task at most so long.
    pub(super) fn finish<T: Send + 'static>(&self, task: JoinHandle<T>, limit: Duration) {
        let _ = self.run(async move {
            let _ = tokio::time::timeout(limit, task).await;
        });
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        // Not the plain drop: that waits, and panics inside another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_works_inside_another_runtime_and_may_be_dropped_there() {
        let outer = tokio::runtime::Builder::new_current_thread().build().unwrap();
        outer.block_on(async {
            let bridge = Bridge::start().unwrap();
            assert_eq!(bridge.run(async { 7 }).unwrap(), 7);
        });
    }

    #[test]
    fn a_panic_on_the_thread_is_an_error_here() {
        let bridge = Bridge::start().unwrap();
        assert!(matches!(bridge.run(async { panic!("on purpose") }), Err::<(), _>(ObjectError::Ended)));
        assert_eq!(bridge.run(async { 7 }).unwrap(), 7);
    }
}
