//! When the schedule on the account fires, by its own words and by what the ledger says was written.

use jiff::{SignedDuration, Timestamp};

use super::compare::{same_timing, same_zone};
use super::schedule_find::is_timed;
use super::schedules::Case;
use crate::ledger::ScheduleSpec;
use crate::model::{ObservedSchedule, Timing};
use crate::time::moment::{earlier, later};
use crate::time::{Cron, Local, Zone, local};

/// No replacement this close to a firing (`send-safety.md`, *Groups and schedules*).
const NO_REPLACE: SignedDuration = SignedDuration::from_mins(5);

impl Case<'_> {
    /// What was last written for sure.
    fn written(&self) -> Option<&ScheduleSpec> {
        self.state.spec.as_ref().filter(|_| !self.state.updating)
    }

    /// Whether it is set for the one moment that the YAML wants. The same clock time in another zone is another
    /// moment.
    pub(super) fn is_set_as_desired(&self, there: &ObservedSchedule) -> bool {
        let Timing::Once { at, .. } = &self.desired.timing else { return false };
        let zone = there.timezone.as_deref().or(self.written().map(|s| s.timezone.as_str()));
        let shown = there.scheduled_time.as_deref();
        match (shown, self.written()) {
            (Some(shown), _) if zone.is_none_or(|zone| same_zone(zone, &self.desired.timezone)) => {
                same_timing(shown, &self.desired.timing, None)
            }
            (Some(_), _) => self.moment_of(there) == Some(*at),
            (None, Some(written)) => written.at == Some(*at),
            (None, None) => there.cron.is_none(),
        }
    }

    /// The moment of a one-time schedule, as far as it can be told.
    fn moment_of(&self, there: &ObservedSchedule) -> Option<Timestamp> {
        if let Some(written) = self.written().filter(|s| s.at.is_some() && is_timed(there, s))
            && there.timezone.as_deref().is_none_or(|zone| same_zone(zone, &written.timezone))
        {
            return written.at;
        }
        let zone = Zone::parse(there.timezone.as_deref().unwrap_or("UTC")).ok()?;
        match local::parse_at(there.scheduled_time.as_deref()?).ok()?.resolve(&zone) {
            Local::Unique(at) => Some(at),
            _ => None,
        }
    }

    /// Whether a firing is so near, before or after, that it may be under way: by the server's word or by our own
    /// reading, whichever is nearer (`api.md`: the server's may be wrong). A one-time schedule whose time has passed
    /// and that is not completed counts as such until it is.
    pub(super) fn is_going_out(&self, there: &ObservedSchedule) -> bool {
        let now = self.facts.now;
        let near = |at: Timestamp| at > earlier(now, NO_REPLACE) && at < later(now, NO_REPLACE);
        let once = self.moment_of(there).filter(|_| there.cron.is_none());
        there.next_run_at.is_some_and(near)
            || once.is_some_and(|at| at < later(now, NO_REPLACE))
            || self.firing_after(there, now).is_some_and(near)
            || self.firing_after(there, earlier(now, NO_REPLACE)).is_some_and(near)
    }

    /// The first firing of a recurring one after `from`.
    fn firing_after(&self, there: &ObservedSchedule, from: Timestamp) -> Option<Timestamp> {
        let written = self.written().filter(|s| s.at.is_none());
        let cron = there.cron.as_deref().or(written.map(|s| s.timing.as_str()))?;
        let zone = there.timezone.as_deref().or(written.map(|s| s.timezone.as_str())).unwrap_or("UTC");
        Cron::parse(cron).ok()?.next_after(&Zone::parse(zone).ok()?, from)
    }
}
