//! Local minutes to instants: the gap and overlap rule. Owns the walk through a zone's offsets; which
//! minutes are selected is the rule's business.
//!
//! A zone is a row of stretches with one offset each. Inside a stretch local time and instants run in
//! step, so a selected minute is an instant. That gives, with no special cases:
//! - a local time that exists twice lies in two stretches and fires in both (croniter since 6.1; fixed
//!   times run once in Vixie cron);
//! - one that does not exist lies in none. If the hour field names hours, the firing moves to the first
//!   instant after the gap, once however many were lost (croniter; Vixie cron runs such jobs at once);
//!   if it allows every hour, it is left out, for the next one is near.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::rule::{Rule, next_minute};
use crate::time::zone::Zone;

/// The firings of an expression in a zone, in order of time. Made by [`Cron::firings`](super::Cron::firings).
#[derive(Debug, Clone)]
pub struct Firings {
    rule: Rule,
    zone: Zone,
    until: Timestamp,
    stretch: Option<Stretch>,
}

/// A time with one offset, from the point reached so far.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    offset: Offset,
    /// The next local minute to look at.
    local: DateTime,
    /// Where the next stretch begins; none when the offset never changes again.
    end: Option<Timestamp>,
}

/// What one step of the walk came to.
enum Step {
    /// A firing.
    Fires(Timestamp),
    /// A later stretch, which is to be looked through.
    Entered,
}

/// No zone has ever jumped by more than a day.
const LONGEST_JUMP: SignedDuration = SignedDuration::from_hours(48);

impl Firings {
    pub(super) fn new(rule: Rule, zone: &Zone, after: Timestamp, until: Timestamp) -> Self {
        let offset = zone.tz().to_offset(after);
        let stretch = next_minute(offset.to_datetime(after)).map(|local| Stretch {
            offset,
            local,
            end: next_change(zone, after),
        });
        Self { rule, zone: zone.clone(), until, stretch }
    }

    /// Goes on to the next firing or into a later stretch; `None` at the end.
    fn step(&mut self) -> Option<Step> {
        let Stretch { offset, local, end } = self.stretch?;
        let found = self.rule.first_from(local)?;
        let at = offset.to_timestamp(found).ok()?;
        let Some(end) = end.filter(|end| at >= *end) else {
            self.stretch = Some(Stretch { offset, local: next_minute(found)?, end });
            return Some(Step::Fires(at));
        };
        if end > self.until {
            return None;
        }
        let next_offset = self.zone.tz().to_offset(end);
        let resumes = next_offset.to_datetime(end);
        if found < resumes && !self.rule.every_hour() {
            self.enter(end, next_offset, next_minute(resumes)?);
            return Some(Step::Fires(end));
        }
        // Nothing is selected from `local` to `found`: when the next stretch does not go back behind
        // `local`, go there without visiting the stretches between.
        let near = next_offset.to_timestamp(found).ok()?.checked_sub(LONGEST_JUMP).ok()?;
        if near > end && resumes >= local {
            let offset = self.zone.tz().to_offset(near);
            self.enter(near, offset, offset.to_datetime(near));
        } else {
            self.enter(end, next_offset, resumes);
        }
        Some(Step::Entered)
    }

    fn enter(&mut self, from: Timestamp, offset: Offset, local: DateTime) {
        self.stretch = Some(Stretch { offset, local, end: next_change(&self.zone, from) });
    }
}

fn next_change(zone: &Zone, after: Timestamp) -> Option<Timestamp> {
    zone.tz().following(after).next().map(|change| change.timestamp())
}

impl Iterator for Firings {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        loop {
            match self.step() {
                Some(Step::Fires(at)) if at <= self.until => return Some(at),
                Some(Step::Entered) => {}
                Some(Step::Fires(_)) | None => {
                    self.stretch = None;
                    return None;
                }
            }
        }
    }
}

impl core::iter::FusedIterator for Firings {}
