//! Runs applies as the command line does, several at once in one thread: whoever can go on goes on, then time moves
//! to the next thing that is due.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use campaignctl::api::{Auth, BaseUrl, Client, ClientOptions, Clock};
use campaignctl::apply::{Executor, Interrupt, Report, Settings, observe};
use campaignctl::ledger::{Holder, LedgerError, Store};
use campaignctl::model::{Address, Desired, Secret};
use campaignctl::plan::{Input, Plan, PlanOptions, Refresh, Stopped, plan};
use jiff::{SignedDuration, Timestamp};

use super::guards::Guard;
use super::ledger::SimStore;
use super::net::Network;
use super::timers::{Due, MachineClock};
use super::world::{Process, Shared};

/// How an apply ended.
#[derive(Debug)]
pub enum Ended {
    /// It died.
    Killed,
    /// The account could not be read.
    #[expect(dead_code, reason = "for the trace, by Debug")]
    Unread(String),
    Refused(Vec<String>),
    /// The lock is taken, or the ledger moved since the plan.
    Locked,
    #[expect(dead_code, reason = "for the trace, by Debug")]
    Ledger(LedgerError),
    Done(Box<(Plan, Report)>),
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Running {
    process: usize,
    future: Pin<Box<dyn Future<Output = Ended>>>,
    flag: Arc<Flag>,
}

/// Applies, begun at once or later, until all have ended.
pub struct Scheduler {
    world: Shared,
    desired: Arc<Desired>,
    running: Vec<Running>,
    ended: Vec<Ended>,
}

impl Scheduler {
    pub fn new(world: &Shared, desired: &Arc<Desired>) -> Self {
        Self { world: world.clone(), desired: desired.clone(), running: Vec::new(), ended: Vec::new() }
    }

    fn start(&mut self, process: usize) {
        let future = Box::pin(apply(self.world.clone(), process, self.desired.clone()));
        self.world.lock().log(|| format!("p{process} starts"));
        self.running.push(Running { process, future, flag: Arc::new(Flag(AtomicBool::new(true))) });
    }

    /// Runs until every process has ended, and gives how.
    pub fn run(mut self, first: usize) -> Vec<Ended> {
        self.start(first);
        loop {
            self.poll_all();
            let due = {
                let mut world = self.world.lock();
                if self.running.is_empty() && world.no_start_to_come() {
                    break;
                }
                world.next_due(Timestamp::MAX)
            };
            let Some(due) = due else { break };
            self.fire(due);
            self.world.lock().check_now();
        }
        assert!(self.running.is_empty(), "an apply waits for something that never comes");
        self.ended
    }

    fn fire(&mut self, due: Due) {
        match due {
            Due::Start(process) => self.start(process),
            due => fire(&self.world, due),
        }
    }

    fn poll_all(&mut self) {
        loop {
            let Some(at) = self.running.iter().position(|r| {
                r.flag.0.swap(false, Ordering::Relaxed) || self.world.lock().is_dead(r.process)
            }) else {
                return;
            };
            let running = &mut self.running[at];
            let dead = |running: &Running| self.world.lock().is_dead(running.process);
            if dead(running) {
                self.end(at, Ended::Killed);
                continue;
            }
            let waker = Waker::from(running.flag.clone());
            let polled = running.future.as_mut().poll(&mut Context::from_waker(&waker));
            if self.world.lock().is_dead(self.running[at].process) {
                self.end(at, Ended::Killed);
            } else if let Poll::Ready(ended) = polled {
                self.end(at, ended);
            }
        }
    }

    fn end(&mut self, at: usize, ended: Ended) {
        let running = self.running.remove(at);
        if let Ended::Done(done) = &ended {
            self.world.lock().check_report(&done.1);
        }
        self.world.lock().log(|| format!("p{} ended: {}", running.process, words(&ended)));
        self.ended.push(ended);
    }
}

/// What is due and concerns no process's start.
pub fn fire(world: &Shared, due: Due) {
    match due {
        Due::Wake(waker) => waker.wake(),
        Due::Deliver(delivery) => world.lock().deliver(*delivery),
        Due::Answer(slot, verdict) => slot.fill(*verdict),
        Due::Operator => world.lock().operate(),
        Due::Stop => world.lock().stop_something(),
        Due::Storm(length) => {
            let mut world = world.lock();
            world.storm_until = world.now + length;
            world.log(|| format!("a storm of {length:#}"));
        }
        Due::Jump(by) => {
            let mut world = world.lock();
            world.offset += by;
            world.log(|| format!("the machine's clock is set by {by:#}"));
        }
        Due::Kill(process) => {
            let mut world = world.lock();
            world.log(|| format!("p{process} is killed"));
            world.kill(process);
        }
        Due::Interrupt(process) => {
            let interrupt = {
                let mut world = world.lock();
                world.log(|| format!("Ctrl-C for p{process}"));
                world.processes[process].interrupt.clone()
            };
            interrupt.raise();
        }
        Due::Start(_) => {}
    }
}

fn words(ended: &Ended) -> String {
    match ended {
        Ended::Done(done) => {
            let (_, report) = &**done;
            let mut text = format!("done, stopped {:?}", report.stopped);
            for outcome in &report.outcomes {
                text +=
                    &format!("\n      {} {}: {:?}", outcome.address, outcome.kind.as_str(), outcome.result);
            }
            text
        }
        other => format!("{other:?}"),
    }
}

/// A process that may be started; its number.
pub fn process(world: &Shared, desired: &Desired) -> usize {
    let mut world = world.lock();
    let suppressed = desired.suppressed.iter().map(campaignctl::model::Phone::as_u64).collect();
    world.processes.push(Process { suppressed, interrupt: Interrupt::new(), ..Process::default() });
    world.processes.len() - 1
}

/// What the command does: read, plan, (the yes,) lock, read the ledger again, run.
async fn apply(world: Shared, process: usize, desired: Arc<Desired>) -> Ended {
    let clock = MachineClock { world: world.clone(), process };
    let (seed, think, parallelism, store, interrupt, guard) = {
        let mut world = world.lock();
        world.stats.applies += 1;
        let longest = world.weather.think;
        let think = world.rng.between(0, longest);
        (
            world.rng.next(),
            think,
            1 + world.rng.index(4),
            world.store.clone(),
            world.processes[process].interrupt.clone(),
            world.guard,
        )
    };
    let mut options = ClientOptions::new(
        BaseUrl::parse("http://127.0.0.1:1").unwrap(),
        Auth::Key(Secret::new("sim")),
        desired.account.limits.requests_per_minute,
    );
    options.clock = Arc::new(clock.clone());
    options.transport = Some(Arc::new(Network { world: world.clone(), process }));
    options.jitter_seed = seed;
    let client = Client::new(options).unwrap();
    let store = SimStore { inner: store, world: world.clone(), process };

    let refresh = if world.lock().full { Refresh::Full } else { Refresh::Auto };
    let state = match store.load() {
        Ok(loaded) => loaded.state,
        Err(error) => {
            world.lock().breaks(format!("the ledger does not load: {error}"));
            return Ended::Ledger(error);
        }
    };
    let observed = match observe(&client, &desired, &state, refresh, clock.now()).await {
        Ok(observed) => observed,
        Err(error) => return Ended::Unread(error.to_string()),
    };
    let stops = store.stops().expect("in memory");
    let sends = desired.sends.keys().chain(state.sends.keys()).map(Address::send);
    let stopped = sends.filter_map(|address| {
        let stop = stops.stopped(&address)?;
        Some((address, Stopped { words: stop.words(), cancel: stop.cancel }))
    });
    let chosen = PlanOptions {
        confirm_audience: Some(1_000),
        allow_delete: Some(1_000),
        stopped: stopped.collect(),
        ..PlanOptions::default()
    };
    let plan = plan(&Input {
        desired: &desired,
        observed: &observed,
        state: &state,
        host: "sandbox",
        options: &chosen,
        now: clock.now(),
    });
    if plan.is_refused() {
        return Ended::Refused(
            plan.all_refusals().map(|(at, r)| format!("{at:?} {}: {}", r.rule, r.text)).collect(),
        );
    }
    clock.sleep(SignedDuration::from_secs(think)).await;
    let holder = Holder {
        pid: u32::try_from(process).unwrap(),
        host: "sim".to_owned(),
        user: "sim".to_owned(),
        since: clock.now(),
        run_id: format!("run-{process}"),
        command: "apply".to_owned(),
    };
    let writer = match store.lock(&holder) {
        Ok(writer)
            if writer.state().seq == state.seq || matches!(guard, Some(Guard::Lock | Guard::Moved)) =>
        {
            writer
        }
        Ok(_) | Err(LedgerError::Locked { .. }) => return Ended::Locked,
        Err(error) => return Ended::Ledger(error),
    };
    let settle = if guard == Some(Guard::Settle) { 0 } else { 60 };
    let settings = Settings { parallelism, settle: SignedDuration::from_secs(settle) };
    let tell = |_| {};
    let executor =
        Executor::new(&client, &clock, &store, writer, &desired, &observed, interrupt, settings, &tell);
    let report = executor.run(&plan).await;
    Ended::Done(Box::new((plan, report)))
}
