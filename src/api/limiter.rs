//! Keeps all tasks of the process to the account's rate (`product.md`, *Requests are the scarce resource*). A pure
//! state machine: the moment is an argument, and waiting is the caller's.
//!
//! Never more than the account's requests in any 60 s, so that a short job runs at full speed and a long one
//! keeps to the rate. A second client on the same account shows as a 429 or as a remainder that is gone too
//! early: then the limiter takes what got through in the last minute, at most half of what it had, for its share,
//! spaces its requests, and tries a little more from time to time.
//! The numbers are those that kept to two refusals and to 1.2 times the ideal in every case of `limiter_tests`.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::clock::later;
use super::rate_headers::RateHeaders;

/// The window that the rate counts over, and a little for clocks that disagree.
const WINDOW: SignedDuration = SignedDuration::from_millis(60_100);
/// Added to every wait that a header asks for: headers have whole seconds.
const MARGIN: SignedDuration = SignedDuration::from_millis(250);
/// A server's wait is obeyed up to this; [`super::retry`] reports what is longer.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(600);
/// How long a share is kept before more is tried; doubled each time that more was too much.
const FIRST_HOLD: SignedDuration = SignedDuration::from_secs(240);
/// So much sooner where the server says what is left: then too much shows before it is refused.
const SEEN: SignedDuration = SignedDuration::from_secs(180);
const LONGEST_HOLD: SignedDuration = SignedDuration::from_secs(960);
/// Between two steps up that went well.
const NEXT_STEP: SignedDuration = SignedDuration::from_secs(30);

/// What the server said is left, until when.
#[derive(Debug, Clone, Copy)]
struct Budget {
    remaining: u32,
    until: Timestamp,
}

/// The slower pace while others use the account too.
#[derive(Debug, Clone, Copy)]
struct Share {
    /// Requests a minute, at least 1.
    rate: u32,
    /// When more may be tried.
    hold_until: Timestamp,
}

/// See the module's text.
#[derive(Debug)]
pub struct Limiter {
    per_minute: u32,
    /// When our requests of the last window were made, oldest first. One under way counts from its start, one
    /// that is over from its end: the server counted it somewhere between.
    recent: VecDeque<Timestamp>,
    last: Option<Timestamp>,
    share: Option<Share>,
    /// How long the next share is kept.
    hold: SignedDuration,
    not_before: Option<Timestamp>,
    budget: Option<Budget>,
    /// So many of the next requests were promised to go without a pause for pace or share.
    promised: u32,
    /// 429s in a row without a hint.
    unhinted: u32,
    /// Requests made before this say nothing new about the rate.
    slowed_at: Option<Timestamp>,
}

impl Limiter {
    /// For an account that allows `per_minute` requests (at least 1).
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute: per_minute.max(1),
            recent: VecDeque::new(),
            last: None,
            share: None,
            hold: FIRST_HOLD,
            not_before: None,
            budget: None,
            promised: 0,
            unhinted: 0,
            slowed_at: None,
        }
    }

    /// Another rate from now on.
    pub fn set_rate(&mut self, per_minute: u32) {
        self.per_minute = per_minute.max(1);
        self.share = self.share.filter(|share| share.rate < self.per_minute);
    }

    /// The rate kept at present, requests a minute.
    pub fn rate(&self) -> u32 {
        self.share.map_or(self.per_minute, |share| share.rate.min(self.per_minute))
    }

    /// Whether so many requests (at least 1) could be made from `now` on without a pause; takes nothing. Where it says
    /// yes, they are promised: they need not keep to the even pace of a share, only to the account's own rate, and to
    /// what the server says. Of an account that allows fewer in a minute, a minute's are looked at.
    ///
    /// # Errors
    /// The moment to ask again, which is after `now`.
    pub fn promise(&mut self, now: Timestamp, requests: u32) -> Result<(), Timestamp> {
        self.forget(now);
        let requests = requests.clamp(1, self.per_minute);
        if self.promised >= requests {
            return self.may(now);
        }
        let more = requests - 1;
        let keep = u32::from(self.share.is_some_and(|share| share.rate > 1));
        Self::unless(
            now,
            [
                self.not_before,
                self.window_full(self.rate(), 0),
                self.window_full(self.per_minute, more),
                self.pace(),
                self.budget_gone(keep + more),
            ],
        )?;
        self.promised = requests;
        Ok(())
    }

    fn may(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        self.forget(now);
        if self.promised > 0 {
            let full = self.window_full(self.per_minute, 0);
            return Self::unless(now, [self.not_before, full, self.budget_gone(0)]);
        }
        // While others use the minute too, its last request is theirs by the time ours arrives.
        let keep = u32::from(self.share.is_some_and(|share| share.rate > 1));
        let full = self.window_full(self.rate(), 0);
        Self::unless(now, [self.not_before, full, self.pace(), self.budget_gone(keep)])
    }

    fn unless<const N: usize>(now: Timestamp, waits: [Option<Timestamp>; N]) -> Result<(), Timestamp> {
        waits.into_iter().flatten().max().filter(|wait| *wait > now).map_or(Ok(()), Err)
    }

    /// Takes leave for one request at `now`.
    ///
    /// # Errors
    /// The moment to ask again, which is after `now`.
    pub fn acquire(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        self.may(now)?;
        self.promised = self.promised.saturating_sub(1);
        self.recent.push_back(now);
        self.last = Some(now);
        if let Some(budget) = &mut self.budget {
            budget.remaining = budget.remaining.saturating_sub(1);
        }
        Ok(())
    }

    /// Notes how a request begun at `begun` ended at `now`: its status, where there was an answer, and what the
    /// answer said about the rate.
    pub fn observe(&mut self, begun: Timestamp, now: Timestamp, status: Option<u16>, headers: RateHeaders) {
        if let Some(at) = self.recent.iter().position(|t| *t == begun) {
            self.recent.remove(at);
            if status != Some(429) {
                self.recent.push_back(now);
            }
        }
        self.forget(now);
        self.note_budget(now, headers);
        match status {
            Some(429) => self.refused(begun, now, headers),
            Some(503) => self.wait_for(now, headers.retry_after),
            Some(_) => self.answered(begun, now, headers),
            None => {}
        }
    }

    fn refused(&mut self, begun: Timestamp, now: Timestamp, headers: RateHeaders) {
        let hint = headers.retry_after.or(headers.reset.filter(|_| headers.remaining.is_none_or(|r| r == 0)));
        // Several requests under way can be refused together: that is one sign, not many.
        let news = self.slowed_at.is_none_or(|at| begun >= at);
        self.promised = 0;
        if news {
            self.slow_down(now);
            self.unhinted = if hint.is_none() { self.unhinted + 1 } else { 0 };
        }
        let wait = hint.unwrap_or_else(|| {
            let doubled = 8_i64 << self.unhinted.saturating_sub(1).min(4);
            SignedDuration::from_secs(doubled.min(30))
        });
        self.wait_for(now, Some(wait.max(SignedDuration::from_secs(1))));
    }

    fn answered(&mut self, begun: Timestamp, now: Timestamp, headers: RateHeaders) {
        let fresh = self.slowed_at.is_none_or(|at| begun >= at);
        if fresh {
            self.unhinted = 0;
        }
        if headers.remaining == Some(0) {
            // Gone before we used it up: somebody else is there. Seen without a refusal.
            if self.share.is_none() && self.recent.len() < self.per_minute as usize {
                self.slow_down(now);
            }
            return;
        }
        let step = (self.per_minute / 8).max(1);
        let Some(share) = &mut self.share else { return };
        let ahead = if headers.remaining.is_some() { later(now, SEEN) } else { now };
        if fresh && ahead >= share.hold_until {
            share.rate += step;
            share.hold_until = later(ahead, NEXT_STEP);
            if share.rate >= self.per_minute {
                self.share = None;
                self.hold = FIRST_HOLD;
            }
        }
    }

    /// Takes what got through in the last minute for our share.
    fn slow_down(&mut self, now: Timestamp) {
        let through = u32::try_from(self.recent.len()).unwrap_or(u32::MAX);
        let rate = self.rate();
        // Much got through where a window of the server's had just ended: no proof that it would again.
        let ceiling = (if self.share.is_some() { rate.saturating_mul(9) / 10 } else { rate / 2 }).max(1);
        // Little got through where others used the minute, or we have just begun.
        let floor = (rate / 2).min(self.per_minute / 4).max(1);
        let hold_until = later(now, self.hold);
        self.share = Some(Share { rate: through.min(ceiling).max(floor), hold_until });
        self.hold = self.hold.saturating_mul(2).min(LONGEST_HOLD);
        self.slowed_at = Some(now);
    }

    fn note_budget(&mut self, now: Timestamp, headers: RateHeaders) {
        let (Some(remaining), Some(reset)) = (headers.remaining, headers.reset) else { return };
        let until = later(later(now, reset.min(LONGEST_WAIT)), MARGIN);
        // What was taken since counts already; a server's number may be older than ours in the same window.
        let known =
            self.budget.filter(|b| b.until.duration_since(until).abs() <= SignedDuration::from_secs(2));
        let remaining = known.map_or(remaining, |budget| budget.remaining.min(remaining));
        self.budget = Some(Budget { remaining, until });
    }

    fn wait_for(&mut self, now: Timestamp, wait: Option<SignedDuration>) {
        let Some(wait) = wait else { return };
        let until = later(later(now, wait.min(LONGEST_WAIT)), MARGIN);
        self.not_before = Some(self.not_before.map_or(until, |at| at.max(until)));
    }

    fn forget(&mut self, now: Timestamp) {
        while self.recent.front().is_some_and(|t| later(*t, WINDOW) <= now) {
            self.recent.pop_front();
        }
        self.not_before = self.not_before.filter(|at| *at > now);
        self.budget = self.budget.filter(|budget| budget.until > now);
    }

    /// Where so many more than one would be over `rate` in the window.
    fn window_full(&self, rate: u32, more: u32) -> Option<Timestamp> {
        let over = (self.recent.len() + more as usize).checked_sub(rate as usize)?;
        self.recent.get(over).map(|t| later(*t, WINDOW))
    }

    fn pace(&self) -> Option<Timestamp> {
        let share = self.share?;
        // Up to twice the even pace: the window keeps the minute.
        Some(later(self.last?, SignedDuration::from_millis(30_000 / i64::from(share.rate.max(1)))))
    }

    fn budget_gone(&self, keep: u32) -> Option<Timestamp> {
        self.budget.filter(|budget| budget.remaining <= keep).map(|budget| budget.until)
    }
}

#[cfg(test)]
impl Limiter {
    /// The moment before which nothing is admitted.
    pub(super) fn not_before(&self) -> Option<Timestamp> {
        self.not_before
    }
}
