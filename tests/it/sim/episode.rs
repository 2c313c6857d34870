//! One run from its seed: a project, some rough applies, then calm, and what must be true in the end.

use std::sync::Arc;

use campaignctl::ledger::{Phase, Store};
use campaignctl::model::{InDoubt, RunState};
use jiff::SignedDuration;

use super::converged;
use super::faults::Weather;
use super::guards::Guard;
use super::project::Project;
use super::runner::{Ended, Scheduler, fire, process};
use super::timers::Due;
use super::world::{Shared, Stats, World};

/// What became of a run.
pub struct Outcome {
    pub broken: Vec<String>,
    pub trace: Vec<String>,
    pub stats: Stats,
}

/// How a run is made.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    pub weather: Option<Weather>,
    pub guard: Option<Guard>,
    pub trace: bool,
}

pub fn run(seed: u64, setup: &Setup) -> Outcome {
    let world = Shared::new(World::new(seed, setup.weather.clone(), setup.guard, setup.trace));
    let mut project = {
        let mut world = world.lock();
        world.add_foreign();
        let mut project = Project::generate(&mut world.rng);
        if world.weather.retry {
            project.desired.policy.in_doubt = InDoubt::Retry;
        }
        world.tune(&project);
        project
    };
    let applies = {
        let mut world = world.lock();
        let most = world.weather.applies;
        1 + world.rng.below(most)
    };
    for turn in 0..applies {
        if turn > 0 {
            let edits = world.lock().rng.below(3);
            for _ in 0..edits {
                project.edit(&mut world.lock());
            }
            world.lock().maybe_lose_the_ledger();
        }
        rough_apply(&world, &project);
        if !world.lock().broken.is_empty() {
            break;
        }
        pass_time(&world);
    }
    if world.lock().broken.is_empty() {
        calm(&world, &mut project);
    }
    let mut world = world.lock();
    Outcome {
        broken: std::mem::take(&mut world.broken),
        trace: world.trace.take().unwrap_or_default(),
        stats: world.stats,
    }
}

/// An apply in the weather of the run.
fn rough_apply(world: &Shared, project: &Project) {
    let desired = Arc::new(project.desired.clone());
    let first = process(world, &desired);
    let rival = {
        let mut world = world.lock();
        let rate = world.weather.rivals;
        world.rng.chance(rate)
    };
    let second = rival.then(|| process(world, &desired));
    {
        let mut world = world.lock();
        for process in [Some(first), second].into_iter().flatten() {
            world.plan_fate(process);
        }
        if let Some(second) = second {
            let wait = SignedDuration::from_millis(world.rng.between(0, 90_000));
            world.after(wait, Due::Start(second));
        }
        let operators = world.weather.operators;
        while world.rng.chance(operators) {
            let wait = SignedDuration::from_millis(world.rng.between(0, 60_000));
            world.after(wait, Due::Operator);
        }
        let stops = world.weather.stops;
        while world.rng.chance(stops) {
            world.weather.stops /= 2;
            let wait = SignedDuration::from_millis(world.rng.between(0, 60_000));
            world.after(wait, Due::Stop);
        }
        let storms = world.weather.storms;
        if world.rng.chance(storms) {
            let wait = SignedDuration::from_millis(world.rng.between(0, 60_000));
            let length = SignedDuration::from_secs(world.rng.between(1, 240));
            world.after(wait, Due::Storm(length));
        }
        let jumps = world.weather.jumps;
        if world.rng.chance(jumps) {
            world.weather.jumps /= 2;
            let wait = SignedDuration::from_millis(world.rng.between(0, 60_000));
            let by = SignedDuration::from_secs(world.rng.between(-90_000, 90_000));
            world.after(wait, Due::Jump(by));
        }
    }
    Scheduler::new(world, &desired).run(first);
}

impl World {
    /// What cannot be promised is not asked for (`send-safety.md`): with `in_doubt: retry` a request to a group that
    /// others use may be late by no more than the wait that the policy trusts in.
    fn tune(&mut self, project: &Project) {
        let dialect = &self.server.config().dialect;
        let (echo, firings, weather) = (dialect.echo, dialect.firings_as_jobs, self.weather.clone());
        self.log(|| {
            let desired = &project.desired;
            format!(
                "project {desired:?}\n weather {weather:?}\n dialect echo {echo} firings_as_jobs {firings}"
            )
        });
        if project.desired.policy.in_doubt == InDoubt::Retry {
            self.impatient = true;
            self.weather.jumps = 0;
        }
    }

    /// Whether and when a process dies or is interrupted.
    fn plan_fate(&mut self, process: usize) {
        let (crashes, interrupts) = (self.weather.crashes, self.weather.interrupts);
        if self.rng.chance(crashes) {
            if self.rng.chance(700) {
                self.processes[process].die_at = Some(1 + self.rng.below(60));
            } else {
                let wait = SignedDuration::from_millis(self.rng.between(0, 40_000));
                self.after(wait, Due::Kill(process));
            }
        }
        if self.rng.chance(interrupts) {
            for _ in 0..=self.rng.below(2) {
                let wait = SignedDuration::from_millis(self.rng.between(0, 40_000));
                self.after(wait, Due::Interrupt(process));
            }
        }
    }

    /// No second process is still to start.
    pub fn no_start_to_come(&self) -> bool {
        !self.any_due(|due| matches!(due, Due::Start(_)))
    }

    /// A ledger that is gone, where the protection of `send-safety.md` applies: the account shows what was sent.
    fn maybe_lose_the_ledger(&mut self) {
        let losses = self.weather.losses;
        if self.under_way() || !self.rng.chance(losses) {
            return;
        }
        self.log(|| "the ledger is lost".to_owned());
        self.lose_the_ledger();
    }
}

/// Time between two applies; what is due happens.
fn pass_time(world: &Shared) {
    let until = {
        let mut world = world.lock();
        let kinds = if world.weather.quick && !world.healed { 1 } else { 4 };
        let wait = match world.rng.below(kinds) {
            0 => world.rng.between(0, 30),
            1 => world.rng.between(30, 300),
            2 => world.rng.between(300, 7_200),
            _ => world.rng.between(3_600, 100_000),
        };
        world.now + SignedDuration::from_secs(wait)
    };
    loop {
        let Some(due) = world.lock().next_due(until) else { break };
        fire(world, due);
        world.lock().check_now();
    }
    let mut world = world.lock();
    world.now = until;
    world.server.tick(until);
}

/// All faults are healed: applies must come to rest.
fn calm(world: &Shared, project: &mut Project) {
    {
        let mut world = world.lock();
        world.healed = true;
        world.offset = SignedDuration::ZERO;
        world.full = world.rng.chance(500);
        world.lift_stops();
        world.log(|| "--- calm".to_owned());
    }
    // Some requests are still on their way, for some time.
    pass_time(world);
    let mut late = world.lock().under_way();
    let mut settled = settle(world, project);
    // What was late then has arrived since, or arrives long after.
    while late {
        pass_time(world);
        late = world.lock().under_way();
        settled = settle(world, project);
    }
    if !settled || !world.lock().broken.is_empty() {
        return;
    }
    converged::check(world, project, false);
    // The operator tells the truth about what is held; then nothing is left to hold.
    let mut told = settle_by_hand(world, project);
    // What waited for one of these may have a doubt of its own, and is asked about then: each once.
    while settle(world, project) && world.lock().broken.is_empty() {
        let open = unsettled(&world.lock());
        if open.is_empty() || open.iter().any(|run| told.contains(run)) {
            converged::check(world, project, true);
            return;
        }
        let mut world = world.lock();
        let now = world.now + world.offset;
        told.extend(world.resolve(now));
    }
}

/// The runs whose fate is open.
fn unsettled(world: &World) -> Vec<(String, String)> {
    let state = world.store.load().unwrap().state;
    let open = state.runs().filter(|(.., history)| history.is_unsettled());
    open.map(|(send, run, _)| (send.to_owned(), run.to_owned())).collect()
}

/// Applies until one has nothing to do but what is held. Complains when that takes too long.
fn settle(world: &Shared, project: &Project) -> bool {
    let desired = Arc::new(project.desired.clone());
    let mut last = String::new();
    for _ in 0..8 {
        {
            let mut world = world.lock();
            world.now += SignedDuration::from_secs(301);
        }
        let first = process(world, &desired);
        let ended = Scheduler::new(world, &desired).run(first);
        if !world.lock().broken.is_empty() {
            return false;
        }
        match &ended[..] {
            [Ended::Done(done)] if converged::is_at_rest(&done.0, &done.1) => return true,
            [Ended::Refused(why)] if why.iter().all(|w| converged::is_rightly_refused(w)) => return false,
            _ => last = format!("{ended:?}"),
        }
    }
    world.lock().breaks(format!("it does not come to rest: {last}"));
    false
}

/// Resolves what is in doubt, and gives which runs; adopts what the ledger does not know.
fn settle_by_hand(world: &Shared, project: &mut Project) -> Vec<(String, String)> {
    let mut world = world.lock();
    let now = world.now + world.offset;
    let resolved = world.resolve(now);
    let state = world.store.load().unwrap().state;
    for (key, send) in &project.desired.sends {
        let fresh = state.run(key, &send.run).is_none_or(|h| h.phase == Phase::Open && h.attempts == 0);
        let explained = world.ledger > 0 || converged::unexplained_job(&world, project, &state, key);
        if fresh && explained && send.state == RunState::Running {
            let text = send.content.text.clone().unwrap();
            world.adopt(key, &send.run, &text, now);
        }
    }
    project.settle_by_hand();
    resolved
}
