//! The limiter against model servers on a virtual clock.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::limiter::Limiter;
use super::rate_headers::RateHeaders;

const LIMIT: u32 = 20;

fn start() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn ms(millis: i64) -> SignedDuration {
    SignedDuration::from_millis(millis)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    Sliding,
    /// Begins at multiples of a minute, this many seconds after ours.
    Fixed(i64),
}

#[derive(Debug, Clone, Copy)]
struct Says {
    retry_after: bool,
    headers: bool,
}

/// A server that counts what it admits.
struct Server {
    window: Window,
    says: Says,
    admitted: VecDeque<i64>,
}

impl Server {
    fn window_start(&self, at: i64) -> i64 {
        match self.window {
            Window::Sliding => at - 60_000,
            Window::Fixed(phase) => (at - phase * 1_000).div_euclid(60_000) * 60_000 + phase * 1_000 - 1,
        }
    }

    /// A request at `at` milliseconds: admitted or not, and the headers.
    fn ask(&mut self, at: i64) -> (bool, RateHeaders) {
        let from = self.window_start(at);
        while self.admitted.front().is_some_and(|t| *t <= from) {
            self.admitted.pop_front();
        }
        let admitted = self.admitted.len() < LIMIT as usize;
        if admitted {
            self.admitted.push_back(at);
        }
        let wait = match self.window {
            Window::Sliding => self.admitted.front().map_or(0, |t| t + 60_000 - at),
            Window::Fixed(_) => from + 1 + 60_000 - at,
        };
        let wait = SignedDuration::from_secs((wait + 999) / 1_000);
        let left = LIMIT - u32::try_from(self.admitted.len()).unwrap();
        let headers = RateHeaders {
            retry_after: (self.says.retry_after && !admitted).then_some(wait),
            remaining: self.says.headers.then_some(left),
            reset: self.says.headers.then_some(wait),
        };
        (admitted, headers)
    }
}

/// Makes `count` requests one after another, each taking 100 ms; a second client asks every `other_every` ms.
/// Gives the milliseconds it took and the 429s met.
fn run(window: Window, says: Says, count: u32, other_every: Option<i64>) -> (i64, u32) {
    let mut server = Server { window, says, admitted: VecDeque::new() };
    let mut limiter = Limiter::new(LIMIT);
    // The second client has been there for a minute.
    let mut other_next = other_every.map(|every| -60_000 + every / 2);
    let (mut now, mut done, mut refused) = (0_i64, 0, 0);
    while done < count {
        assert!(now < 3_600_000, "never ends");
        if let Err(until) = limiter.acquire(start() + ms(now)) {
            let wait = until.duration_since(start() + ms(now));
            assert!(wait.is_positive(), "a wait into the past");
            now += i64::try_from(wait.as_millis()).unwrap().max(1);
            continue;
        }
        let arrives = now + 50;
        while let (Some(at), Some(every)) = (other_next, other_every)
            && at <= arrives
        {
            server.ask(at);
            other_next = Some(at + every);
        }
        let (admitted, headers) = server.ask(arrives);
        let begun = start() + ms(now);
        now += 100;
        let status = if admitted { 200 } else { 429 };
        limiter.observe(begun, start() + ms(now), Some(status), headers);
        if admitted {
            done += 1;
        } else {
            refused += 1;
        }
    }
    (now, refused)
}

const ALL_SAY: [Says; 4] = [
    Says { retry_after: true, headers: true },
    Says { retry_after: true, headers: false },
    Says { retry_after: false, headers: true },
    Says { retry_after: false, headers: false },
];

fn windows() -> impl Iterator<Item = Window> {
    [Window::Sliding].into_iter().chain((0..60).step_by(5).map(Window::Fixed))
}

#[test]
fn alone_it_meets_no_429_and_keeps_the_rate() {
    for window in windows() {
        for says in ALL_SAY {
            let (took, refused) = run(window, says, 60, None);
            assert_eq!(refused, 0, "{window:?} {says:?}");
            assert!(took <= 120_000 * 6 / 5, "{window:?} {says:?}: {took} ms");
        }
    }
}

#[test]
fn a_second_client_with_half_of_the_rate_is_noticed() {
    for window in windows() {
        for says in ALL_SAY {
            let (took, refused) = run(window, says, 60, Some(6_000));
            // 10 a minute are left, the first 10 at once: 60 need five minutes more.
            assert!(refused <= 2, "{window:?} {says:?}: {refused} refused");
            assert!(took <= 300_000 * 6 / 5, "{window:?} {says:?}: {took} ms");
        }
    }
}

#[test]
fn a_short_job_runs_at_once() {
    let (took, _) = run(Window::Sliding, ALL_SAY[3], LIMIT, None);
    assert_eq!(took, i64::from(LIMIT) * 100);
}

#[test]
fn never_more_than_the_rate_in_any_minute() {
    let mut limiter = Limiter::new(7);
    let mut made: Vec<Timestamp> = Vec::new();
    let mut now = start();
    for step in 0..2_000 {
        match limiter.acquire(now) {
            Ok(()) => made.push(now),
            Err(until) => assert!(until > now),
        }
        now += ms(137 * (step % 5 + 1));
    }
    for window in made.windows(8) {
        assert!(window[7].duration_since(window[0]) > SignedDuration::from_secs(60));
    }
    assert!(made.len() >= 7 * 13, "{}", made.len());
}

#[test]
fn a_hint_holds_for_all_tasks() {
    let mut limiter = Limiter::new(60);
    let begun = start();
    limiter.acquire(begun).unwrap();
    limiter.acquire(begun + ms(1)).unwrap();
    let hint = RateHeaders { retry_after: Some(SignedDuration::from_secs(30)), ..RateHeaders::default() };
    limiter.observe(begun, begun + ms(100), Some(429), hint);
    let until = limiter.acquire(begun + ms(100)).unwrap_err();
    assert!(until.duration_since(begun) >= SignedDuration::from_secs(30));
    let rate = limiter.rate();
    // The other one, under way since before, is the same sign: nothing slower than that.
    limiter.observe(begun + ms(1), begun + ms(120), Some(429), hint);
    assert_eq!(limiter.rate(), rate);
}

#[test]
fn without_a_hint_waits_double() {
    let mut limiter = Limiter::new(60);
    let mut now = start();
    let mut waits = Vec::new();
    for _ in 0..6 {
        while let Err(until) = limiter.acquire(now) {
            now = until;
        }
        let begun = now;
        now += ms(10);
        limiter.observe(begun, now, Some(429), RateHeaders::default());
        let until = limiter.not_before().unwrap();
        waits.push(until.duration_since(now).as_secs());
    }
    assert_eq!(waits, [8, 16, 30, 30, 30, 30]);
}

#[test]
fn after_a_429_it_is_slower_and_then_recovers() {
    let mut limiter = Limiter::new(20);
    let mut now = start();
    limiter.acquire(now).unwrap();
    limiter.observe(now, now, Some(429), RateHeaders::default());
    assert!(limiter.rate() <= 10);
    let mut minutes = 0;
    while limiter.rate() < 20 {
        for _ in 0..60 {
            now += SignedDuration::from_secs(1);
            if limiter.acquire(now).is_ok() {
                limiter.observe(now, now, Some(200), RateHeaders::default());
            }
        }
        minutes += 1;
        assert!(minutes < 15, "never recovers");
    }
    assert!(minutes >= 2, "recovers slowly");
}

#[test]
fn a_remainder_is_not_overdrawn() {
    let mut limiter = Limiter::new(60);
    let now = start();
    limiter.acquire(now).unwrap();
    let headers = RateHeaders {
        remaining: Some(2),
        reset: Some(SignedDuration::from_secs(20)),
        ..RateHeaders::default()
    };
    limiter.observe(now, now + ms(10), Some(200), headers);
    limiter.acquire(now + ms(20)).unwrap();
    limiter.acquire(now + ms(30)).unwrap();
    let until = limiter.acquire(now + ms(40)).unwrap_err();
    assert!(until.duration_since(now) >= SignedDuration::from_secs(20));
}
