//! The sandbox's own clock: real time with an offset and a speed, or a fixed one that only tests move. Owns the
//! one place of this module that reads the real clock; must never go backwards.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock shared by everything in one sandbox; clones are the same clock.
#[derive(Clone, Debug)]
pub struct SandboxClock(Arc<Mutex<Hands>>);

#[derive(Debug)]
struct Hands {
    /// Virtual time at the anchor.
    shown: Timestamp,
    /// Real time at the anchor; `None` on a fixed clock.
    real: Option<Timestamp>,
    speed: f64,
}

/// The last instant the clock may be moved to: a year's schedule still fits behind it.
const LAST: i64 = 32_503_680_000; // 3000-01-01T00:00:00Z

impl SandboxClock {
    /// Follows the real clock.
    pub fn real() -> Self {
        Self::with_speed(1.0)
    }

    /// Starts at the real time and runs `speed` times as fast. A speed that is not a positive number is 1; the
    /// fastest is a million.
    pub fn with_speed(speed: f64) -> Self {
        let now = real_now();
        Self(Arc::new(Mutex::new(Hands { shown: now, real: Some(now), speed: sane(speed) })))
    }

    /// Stands at `at` and moves only by [`Self::advance`].
    pub fn fixed(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Hands { shown: at, real: None, speed: 0.0 })))
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.hands().turn()
    }

    /// Moves forward; a negative duration moves nothing. Stops at the year 3000.
    pub fn advance(&self, by: SignedDuration) -> Timestamp {
        let now = self.now();
        self.advance_to(now.saturating_add(by).unwrap_or(Timestamp::MAX))
    }

    /// Moves forward to `to`; an earlier time moves nothing. Gives the time it is now.
    pub fn advance_to(&self, to: Timestamp) -> Timestamp {
        let mut hands = self.hands();
        let now = hands.turn();
        let last = Timestamp::from_second(LAST).unwrap_or(Timestamp::MAX);
        hands.shown = now.max(to.min(last));
        hands.shown
    }

    /// Changes how fast it runs from here; without effect on a fixed clock.
    pub fn set_speed(&self, speed: f64) {
        let mut hands = self.hands();
        hands.turn();
        hands.speed = sane(speed);
    }

    /// Virtual seconds in one real second; 0 for a fixed clock.
    pub fn speed(&self) -> f64 {
        let hands = self.hands();
        if hands.real.is_some() { hands.speed } else { 0.0 }
    }

    /// How far this clock is before the real one, in milliseconds; 0 for a fixed clock.
    pub fn offset_ms(&self) -> i64 {
        let mut hands = self.hands();
        hands.turn();
        hands.real.map_or(0, |real| hands.shown.as_millisecond().saturating_sub(real.as_millisecond()))
    }

    /// Goes on from an earlier run: not before `saved`, and, when it follows the real clock, with the offset of
    /// then, so that the time between the runs has passed here too.
    pub fn continue_from(&self, saved: Timestamp, offset_ms: i64) {
        let real = {
            let mut hands = self.hands();
            hands.turn();
            hands.real
        };
        let shifted = real
            .and_then(|real| real.checked_add(SignedDuration::from_millis(offset_ms.max(0))).ok())
            .unwrap_or(saved);
        self.advance_to(saved.max(shifted));
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hands {
    /// Brings the anchor up to now. A real clock that was set back stands still here.
    fn turn(&mut self) -> Timestamp {
        if let Some(anchor) = self.real {
            let real = real_now().max(anchor);
            let passed = real.duration_since(anchor).as_secs_f64() * self.speed;
            let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or(SignedDuration::ZERO);
            let last = Timestamp::from_second(LAST).unwrap_or(Timestamp::MAX);
            self.shown = self.shown.saturating_add(passed).unwrap_or(last).min(last).max(self.shown);
            self.real = Some(real);
        }
        self.shown
    }
}

fn sane(speed: f64) -> f64 {
    if speed.is_finite() && speed > 0.0 { speed.min(1e6) } else { 1.0 }
}

#[expect(clippy::disallowed_methods, reason = "the sandbox is a server: its clock starts from the real one")]
fn real_now() -> Timestamp {
    Timestamp::now()
}

/// Reads `50ms`, `90s`, `5m`, `2h`, `3d` or a sum like `1h30m`. Not negative.
pub fn parse_duration(text: &str) -> Option<SignedDuration> {
    let mut rest = text.trim();
    let mut sum = SignedDuration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let milliseconds = match rest.get(..letters)? {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        rest = rest.get(letters..)?;
        sum = sum.checked_add(SignedDuration::from_millis(number.checked_mul(milliseconds)?))?;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_forward_and_only_when_told() {
        let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let clock = SandboxClock::fixed(start);
        assert_eq!(clock.now(), start);
        clock.advance(SignedDuration::from_hours(2));
        assert_eq!(clock.now(), "2026-11-22T12:00:00Z".parse().unwrap());
        clock.advance(SignedDuration::from_hours(-1));
        clock.advance_to(start);
        assert_eq!(clock.clone().now(), "2026-11-22T12:00:00Z".parse().unwrap());
        clock.advance(SignedDuration::MAX);
        assert_eq!(clock.now().to_string(), "3000-01-01T00:00:00Z");
    }

    #[test]
    fn a_real_clock_goes_on_from_the_earlier_run() {
        let first = SandboxClock::real();
        first.advance(SignedDuration::from_hours(48));
        let (saved, offset) = (first.now(), first.offset_ms());
        assert!(offset >= 48 * 3_600_000);
        let second = SandboxClock::real();
        second.continue_from(saved, offset);
        assert!(second.now() >= saved);
    }

    #[test]
    fn durations_are_read_or_refused() {
        assert_eq!(parse_duration("1h30m"), Some(SignedDuration::from_mins(90)));
        assert_eq!(parse_duration("50ms"), Some(SignedDuration::from_millis(50)));
        assert_eq!(parse_duration("3d"), Some(SignedDuration::from_hours(72)));
        for bad in ["", "5", "h", "-2h", "1y", "99999999999999999999s", "9223372036854775807d"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }
}
