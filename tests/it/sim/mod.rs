//! The simulation: planner, executor, ledger, client and limiter against the sandbox's model server, in one thread,
//! on a virtual clock, with every fault drawn from a seed (`send-safety.md`, *What must be tested*).
//!
//! `SIM_SEED=17 cargo test --test it -- sim` plays one seed again and prints what happened; `SIM_SEEDS=100000` runs
//! as many as that, from `SIM_FROM` on. `SIM_GUARD=Settle` tries one guard.

mod account;
mod converged;
mod episode;
mod faults;
mod guards;
mod invariants;
mod ledger;
mod net;
mod operator;
mod project;
mod rng;
mod runner;
mod timers;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use episode::{Setup, run};

/// Seeds of a usual `cargo test`.
const SEEDS: u64 = 2_000;
/// As many as there are cores to be used.
const THREADS: u64 = 2;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The first seed of `from..to` that breaks something, over some threads.
fn search(from: u64, to: u64, setup: &Setup) -> (Option<(u64, Vec<String>)>, world::Stats) {
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let mut all = world::Stats::default();
                    for seed in (from + thread..to).step_by(usize::try_from(THREADS).unwrap()) {
                        let outcome = run(seed, setup);
                        all.add(&outcome.stats);
                        if !outcome.broken.is_empty() {
                            return (Some((seed, outcome.broken)), all);
                        }
                    }
                    (None, all)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect::<Vec<_>>()
    });
    let mut all = world::Stats::default();
    for (_, stats) in &found {
        all.add(stats);
    }
    (found.into_iter().filter_map(|(broken, _)| broken).min_by_key(|(seed, _)| *seed), all)
}

#[test]
#[ignore = "a survey by hand: every seed that breaks something"]
fn survey() {
    let from = number("SIM_FROM").unwrap_or(0);
    let to = from + number("SIM_SEEDS").unwrap_or(SEEDS);
    let (mut all, mut broken) = (world::Stats::default(), 0);
    for seed in from..to {
        let outcome = run(seed, &Setup::default());
        all.add(&outcome.stats);
        if let Some(first) = outcome.broken.first() {
            broken += 1;
            println!("SIM_SEED={seed}: {}", first.chars().take(600).collect::<String>());
        }
    }
    println!("seeds {from}..{to}: {broken} broken; {all:?}");
    assert_eq!(broken, 0);
}

/// Without the digests of audiences: each ledger draws a salt of its own, which decides nothing.
fn unsalted(line: &str) -> String {
    line.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() != 64)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn nothing_breaks_whatever_happens() {
    if let Some(seed) = number("SIM_SEED") {
        let outcome = run(seed, &Setup { trace: true, ..Setup::default() });
        println!("{}", outcome.trace.join("\n"));
        let again = run(seed, &Setup { trace: true, ..Setup::default() });
        let differs = again.trace.iter().zip(&outcome.trace).find(|(a, b)| unsalted(a) != unsalted(b));
        assert!(differs.is_none(), "SIM_SEED={seed} does not replay: {differs:?}");
        assert!(outcome.broken.is_empty(), "SIM_SEED={seed}: {:#?}", outcome.broken);
        return;
    }
    let from = number("SIM_FROM").unwrap_or(0);
    let (broken, stats) = search(from, from + number("SIM_SEEDS").unwrap_or(SEEDS), &Setup::default());
    println!("{stats:?}");
    assert!(broken.is_none(), "SIM_SEED={}: {:#?}", broken.as_ref().unwrap().0, broken.as_ref().unwrap().1);
}

/// Each guard off, in weather in which it is needed: something breaks within so many seeds.
const GUARD_SEEDS: u64 = 2_000;

/// The first seed from `from` on in which one of these breaks, over some threads.
fn first_caught(from: u64, seeds: u64, setup: &Setup, expected: &[&str]) -> Option<(u64, String)> {
    let best = AtomicU64::new(from + seeds);
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let best = &best;
                scope.spawn(move || {
                    for seed in (from + thread..from + seeds).step_by(usize::try_from(THREADS).unwrap()) {
                        // A later one than what the other has found is not wanted.
                        if seed > best.load(Ordering::Relaxed) {
                            return None;
                        }
                        let broken = run(seed, setup).broken;
                        if let Some(b) = broken.into_iter().find(|b| expected.iter().any(|e| b.contains(e))) {
                            best.fetch_min(seed, Ordering::Relaxed);
                            return Some((seed, b));
                        }
                    }
                    None
                })
            })
            .collect();
        threads.into_iter().filter_map(|t| t.join().unwrap()).collect::<Vec<_>>()
    });
    found.into_iter().min()
}

#[test]
fn each_guard_is_needed() {
    let mut idle = Vec::new();
    println!("| guard | what it is | seed | what breaks without it |\n|---|---|---|---|");
    let only = std::env::var("SIM_GUARD").ok();
    for (guard, weather, expected) in guards::table() {
        if only.as_ref().is_some_and(|only| *only != format!("{guard:?}")) {
            continue;
        }
        let setup = Setup { weather: Some(weather), guard: Some(guard), trace: false };
        let whole = Setup { guard: None, ..setup.clone() };
        let seeds = number("SIM_GUARD_SEEDS").unwrap_or(GUARD_SEEDS);
        match first_caught(guards::from(guard), seeds, &setup, expected) {
            Some((seed, broken)) => {
                let broken: String = broken.chars().take(90).collect();
                let with = run(seed, &whole).broken;
                assert!(with.is_empty(), "seed {seed} breaks with {guard:?}, too: {with:?}");
                println!("| {guard:?} | {} | {seed} | {broken} |", guard.words());
            }
            None => idle.push(guard),
        }
    }
    assert!(idle.is_empty(), "without these nothing broke in {GUARD_SEEDS} seeds: {idle:?}");
}
