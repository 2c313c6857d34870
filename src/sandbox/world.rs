//! Time passing: jobs send at their pace, schedules fire. Owns the order of events, which is by time, so that
//! many small steps and one long one end in the same world.

use jiff::Timestamp;
use uuid::Uuid;

use super::firing;
use super::jobs::release;
use super::schedule::{Execution, ScheduleStatus};
use super::server::Server;

impl Server {
    /// Brings the world up to `now`. An earlier time changes nothing.
    pub fn tick(&mut self, now: Timestamp) {
        if now <= self.now {
            return;
        }
        while let Some((index, at)) = self.next_firing(now) {
            self.run_jobs(at);
            self.now = at;
            self.fire(index, at);
        }
        self.run_jobs(now);
        self.now = now;
    }

    /// When anything happens next by itself; `None` when the world is at rest.
    pub fn next_event(&mut self) -> Option<Timestamp> {
        let firing = self.next_firing(Timestamp::MAX).map(|(_, at)| at);
        let message = self.state.jobs.iter_mut().filter_map(super::job::Job::next_event).min();
        firing.into_iter().chain(message).min()
    }

    /// The earliest firing that is due; of several at one time the oldest schedule's.
    fn next_firing(&self, now: Timestamp) -> Option<(usize, Timestamp)> {
        let active = |(index, schedule): (usize, &super::schedule::Schedule)| {
            let at = schedule.next.filter(|_| schedule.status == ScheduleStatus::Active)?;
            (at <= now).then_some((index, at))
        };
        self.state.schedules.iter().enumerate().filter_map(active).min_by_key(|(index, at)| (*at, *index))
    }

    fn run_jobs(&mut self, until: Timestamp) {
        for job in self.state.jobs.iter_mut().filter(|job| !job.status.is_final()) {
            let works =
                self.state.sessions.iter().any(|session| session.id == job.session_id && session.works());
            if !job.run(until, works) {
                continue;
            }
            self.state.dirty = true;
            if job.status.is_final() {
                release(&mut self.state.usage, &job.quota_month, job.unused());
            }
        }
    }

    /// One firing: an execution, and the job that carries it out or the reason why there is none. What refuses
    /// a client's send refuses this one.
    fn fire(&mut self, index: usize, at: Timestamp) {
        let id = self.state.issue();
        let schedule = &mut self.state.schedules[index];
        schedule.next = firing::next_after(&schedule.fields.timing, at);
        if schedule.next.is_none() {
            schedule.status = ScheduleStatus::Completed;
        }
        let fields = schedule.fields.clone();
        let schedule_id = schedule.id;
        let outcome =
            self.require_sending().and_then(|()| self.require_working(fields.session_id)).and_then(|()| {
                self.start_job(
                    fields.session_id,
                    fields.custom_group_id,
                    fields.message,
                    Some(schedule_id),
                    at,
                )
            });
        let (job, error): (Option<Uuid>, Option<String>) = match outcome {
            Ok(job) => (Some(job), None),
            Err(refusal) => (None, Some(refusal.text)),
        };
        self.state.schedules[index].record(Execution { id, fired_at: at, job, error });
        self.state.dirty = true;
    }
}
