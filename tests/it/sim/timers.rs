//! Time as the simulation has it: one true time, which moves only from one thing that is due to the next, and the
//! machine's clock beside it, which may be wrong and may jump.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use campaignctl::api::Clock;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use super::net::{Delivery, Slot, Verdict};
use super::world::Shared;

/// What happens when its time has come.
pub enum Due {
    /// Somebody has slept enough.
    Wake(Waker),
    /// A request reaches the server.
    Deliver(Box<Delivery>),
    /// An answer, or its failure, reaches the client.
    Answer(Arc<Slot>, Box<Verdict>),
    /// Another pair of hands works on the account.
    Operator,
    /// The machine's clock is set.
    Jump(SignedDuration),
    /// The process of that position in the list of those to come starts.
    Start(usize),
    /// The process dies.
    Kill(usize),
    /// From now on the server fails for so long.
    Storm(SignedDuration),
    /// The operator stops something, or lifts a stop.
    Stop,
    /// Ctrl-C for a process.
    Interrupt(usize),
}

/// Waits for true time, whatever the machine's clock shows.
pub struct Sleep {
    world: Shared,
    process: usize,
    until: Timestamp,
    /// Whom the timer wakes: several sleep in one task, and each of its polls would set them all again.
    wakes: Option<Waker>,
}

impl Sleep {
    pub fn new(world: &Shared, process: usize, duration: SignedDuration) -> Self {
        let until = world.lock().now + duration.max(SignedDuration::ZERO);
        Self { world: world.clone(), process, until, wakes: None }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.world.clone();
        let mut world = shared.lock();
        if world.is_dead(self.process) {
            return Poll::Pending;
        }
        if world.now >= self.until {
            return Poll::Ready(());
        }
        if !self.wakes.as_ref().is_some_and(|set| set.will_wake(cx.waker())) {
            let waker = cx.waker().clone();
            world.at(self.until, Due::Wake(waker.clone()));
            self.wakes = Some(waker);
        }
        Poll::Pending
    }
}

/// The clock of the machine on which a process runs.
#[derive(Clone)]
pub struct MachineClock {
    pub world: Shared,
    pub process: usize,
}

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let world = self.world.lock();
        world.now + world.offset
    }

    fn elapsed(&self) -> SignedDuration {
        self.world.lock().now.duration_since(Timestamp::UNIX_EPOCH)
    }

    fn sleep(&self, duration: SignedDuration) -> BoxFuture<'_, ()> {
        Box::pin(Sleep::new(&self.world, self.process, duration))
    }
}
