//! How the parts of the state change: an answer to an attempt, and two histories that become one.

use jiff::Timestamp;

use super::event::{Armed, HoldEvidence};
use super::state::{Creating, DoubtedCreate, GroupState, Phase, RunHistory, ScheduleState, SentJob};
use crate::model::Id;

impl RunHistory {
    /// There is a job for the present attempt.
    pub(super) fn accept(&mut self, job: &Id, at: Timestamp) {
        let open = self.armed.as_ref().filter(|_| self.is_unsettled()).or_else(|| self.unsent.last());
        let armed = open.map(|(_, armed)| armed.clone());
        self.unsent.clear();
        self.phase = Phase::Accepted;
        self.held_at = None;
        self.rejected = None;
        self.wrong_jobs.remove(job);
        if !self.jobs.iter().any(|j| j.job == *job) {
            self.jobs.push(SentJob { job: job.clone(), armed, at, end: None, settled: false });
        }
    }

    /// A person ties this job to the present attempt, or, where there is none, to what the YAML has.
    pub(super) fn settle(&mut self, job: &Id, at: Timestamp, taken_for: Option<&Armed>) {
        self.judge();
        self.accept(job, at);
        self.judged.remove(job);
        for sent in self.jobs.iter_mut().filter(|sent| sent.job == *job) {
            sent.settled = true;
            if sent.armed.is_none() {
                sent.armed = taken_for.cloned();
            }
        }
    }

    /// A person has seen what there is to see, and decided.
    pub(super) fn judge(&mut self) {
        if let Phase::Held(evidence) = &self.phase {
            self.judged.extend(evidence.jobs.iter().cloned());
        }
        self.judged.extend(self.wrong_jobs.iter().cloned());
    }

    /// The last attempt is taken for not sent: back to where the attempts before it had left the key.
    pub(super) fn reopen(&mut self) {
        if let Some(attempt) = self.armed.as_ref().filter(|_| self.is_unsettled())
            && !self.unsent.contains(attempt)
        {
            self.unsent.push(attempt.clone());
        }
        self.step_back();
    }

    /// The last attempt cannot have made anything.
    pub(super) fn step_back(&mut self) {
        self.phase = if self.jobs.is_empty() { Phase::Open } else { Phase::Accepted };
        self.held_at = None;
    }

    /// Nothing that was ever done for it can be on the account: never attempted, or only by attempts of which not a byte
    /// left. Whatever may be its job there is somebody else's doing.
    pub fn made_nothing(&self) -> bool {
        self.phase == Phase::Open
            && self.jobs.is_empty()
            && self.unsent.is_empty()
            && self.wrong_jobs.is_empty()
    }

    /// The group it went to has another key now.
    pub(super) fn rename_group(&mut self, from: &str, to: &str) {
        let armed = self.armed.iter_mut().chain(&mut self.unsent).map(|(_, armed)| armed);
        let sent = self.jobs.iter_mut().filter_map(|job| job.armed.as_mut());
        for armed in armed.chain(sent).filter(|armed| armed.group == from) {
            to.clone_into(&mut armed.group);
        }
    }

    /// Takes in the history that another name had for the same run. What was sent stays sent, and what is open
    /// stays open.
    pub(super) fn join(&mut self, other: Self) {
        let Self {
            phase,
            attempts,
            armed,
            gone_before,
            jobs,
            held_at,
            ignored,
            session_said,
            paused_for_suppressed,
            settled_new,
            snapshots,
            snapshots_gone,
            snapshot_names,
            rejected,
            wrong_jobs,
            unsent,
            judged,
        } = other;
        match (self.is_unsettled(), matches!(phase, Phase::Armed | Phase::InDoubt { .. } | Phase::Held(_))) {
            // Only one attempt can be kept as the open one, so recovery may not settle it alone.
            (true, true) => {
                let why = "two keys that became one by `moved` were both open".to_owned();
                let jobs = self.wrong_jobs.iter().chain(&wrong_jobs).cloned().collect();
                self.held_at = self.held_at.or(held_at).or_else(|| armed.as_ref().map(|(at, _)| *at));
                self.phase = Phase::Held(HoldEvidence { why, jobs });
                if self.armed.is_none() {
                    (self.armed, self.gone_before) = (armed, gone_before);
                }
            }
            (true, false) => {}
            (false, true) => {
                self.phase = phase;
                self.held_at = held_at;
                (self.armed, self.gone_before) = (armed, gone_before);
                self.rejected = rejected;
            }
            (false, false) => {
                if self.armed.as_ref().map(|(at, _)| *at) < armed.as_ref().map(|(at, _)| *at) {
                    (self.armed, self.gone_before) = (armed, gone_before);
                    self.rejected = rejected;
                }
            }
        }
        self.attempts = self.attempts.max(attempts);
        for job in jobs {
            if !self.jobs.iter().any(|present| present.job == job.job) {
                self.jobs.push(job);
            }
        }
        self.jobs.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.job.cmp(&b.job)));
        if !self.is_unsettled() && !self.jobs.is_empty() {
            self.phase = Phase::Accepted;
        }
        self.ignored = self.ignored.take().or(ignored);
        self.session_said = self.session_said.take().or(session_said);
        self.paused_for_suppressed = self.paused_for_suppressed.take().or(paused_for_suppressed);
        self.settled_new |= settled_new;
        for (attempt, (name, id)) in snapshots {
            // Two attempts of one number: both groups have to be deleted, so the second gets a free number.
            let free = (attempt..=u32::MAX).find(|n| !self.snapshots.contains_key(n)).unwrap_or(attempt);
            self.snapshots.insert(free, (name, id));
        }
        self.snapshots_gone.extend(snapshots_gone);
        self.snapshot_names.extend(snapshot_names);
        self.wrong_jobs.extend(wrong_jobs);
        self.unsent.extend(unsent);
        self.unsent.sort_by_key(|(at, armed)| (*at, armed.attempt));
        self.judged.extend(judged);
    }
}

impl GroupState {
    /// Takes in what the new name of a renamed group already had. Its id is still ours as one of the past.
    pub(super) fn absorb(&mut self, present: Self) {
        self.past_ids.extend(present.past_ids);
        self.past_ids.extend(present.id.clone());
        self.protect |= present.protect;
        self.creating = self.creating.take().or(present.creating);
        let present_wins = self.id.is_none() && present.id.is_some();
        self.imports.absorb(present.imports, present_wins);
        if present_wins {
            self.id = present.id;
            self.name = present.name;
            self.observed = present.observed;
            self.redacted = present.redacted;
        }
    }
}

impl ScheduleState {
    /// What the create that is open asked for may yet turn up.
    pub(super) fn doubt(&mut self) {
        if let Some(Creating { what, before, .. }) = &self.creating {
            let create = DoubtedCreate { spec: what.clone(), before: before.clone() };
            self.doubt_create(create);
        }
    }

    fn doubt_create(&mut self, create: DoubtedCreate) {
        if !self.doubted.contains(&create) {
            self.doubted.push(create);
        }
    }

    /// Takes in what the new name of a renamed schedule already had. A second id is ours to clean up.
    pub(super) fn absorb(&mut self, present: Self) {
        let Self { id, spec, updating, creating, replacing, doubted, completed, cancelled, retired } =
            present;
        self.retired.extend(retired);
        if creating.is_some() {
            // Two that are open: one of them is forgotten below, and may yet turn up.
            self.doubt();
        }
        for create in doubted {
            self.doubt_create(create);
        }
        self.creating = self.creating.take().or(creating);
        self.replacing = self.replacing.take().or(replacing);
        match (&self.id, id) {
            (Some(_), second) => self.retired.extend(second),
            (None, None) => {}
            (None, Some(only)) => {
                self.id = Some(only);
                self.spec = spec;
                self.updating = updating;
                self.completed = completed;
                self.cancelled = cancelled;
            }
        }
    }
}
