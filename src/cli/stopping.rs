//! What runs on the account and can be paused, resumed or cancelled by hand, as values.

use std::collections::BTreeSet;

use crate::api::{ApiError, Write};
use crate::ledger::{Event, State, StopKind, StopTarget, Stops};
use crate::model::{
    Address, Desired, Id, JobStatus, Kind, ObservedGroup, ObservedJob, ObservedSchedule, RunState,
    ScheduleStatus, one_line,
};
use crate::plan::snapshot_prefix;

use super::account::Account;
use super::settling::job_words;

/// One thing on the account that can be acted on.
pub struct Act {
    /// Whose it is; `None`: not of this project.
    pub address: Option<Address>,
    run: String,
    /// The job that a POST was answered with and that is not what was armed: nothing but a person lets it go on.
    wrong: bool,
    what: What,
}

enum What {
    Job(ObservedJob),
    Schedule(ObservedSchedule),
}

/// The jobs and schedules that are ours, in order of their addresses.
pub fn ours(state: &State, jobs: &[ObservedJob], schedules: &[ObservedSchedule]) -> Vec<Act> {
    let jobs = jobs.iter().filter_map(|job| {
        let wrong = || state.runs().find(|(_, _, history)| history.wrong_jobs.contains(&job.id));
        let known = state.job_of(&job.id).map(|(send, run)| (send, run, false));
        let (send, run, wrong) = known.or_else(|| wrong().map(|(send, run, _)| (send, run, true)))?;
        let what = What::Job(job.clone());
        Some(Act { address: Some(Address::send(send)), run: run.to_owned(), wrong, what })
    });
    let schedules = schedules.iter().filter_map(|schedule| {
        let address = Some(Address::schedule(state.schedule_of(&schedule.id)?));
        Some(Act { address, run: String::new(), wrong: false, what: What::Schedule(schedule.clone()) })
    });
    let mut acts: Vec<Act> = jobs.chain(schedules).collect();
    acts.sort_by(|a, b| (&a.address, &a.run, a.id()).cmp(&(&b.address, &b.run, b.id())));
    acts
}

/// The jobs and schedules of the account that are not ours.
pub fn theirs(state: &State, jobs: &[ObservedJob], schedules: &[ObservedSchedule]) -> Vec<Act> {
    let known = |job: &ObservedJob| {
        state.job_of(&job.id).is_some() || state.runs().any(|(_, _, h)| h.wrong_jobs.contains(&job.id))
    };
    let jobs = jobs.iter().filter(|job| !known(job)).cloned().map(What::Job);
    let schedules =
        schedules.iter().filter(|s| state.schedule_of(&s.id).is_none()).cloned().map(What::Schedule);
    jobs.chain(schedules).map(|what| Act { address: None, run: String::new(), wrong: false, what }).collect()
}

/// What goes on on the account and may be an address's of the YAML that this ledger does not know: it was lost, or this
/// is another clone of the project.
pub struct Untied {
    /// Whose it may be.
    pub address: Address,
    what: What,
}

impl Untied {
    /// It, and how far it is.
    pub fn name(&self) -> String {
        match &self.what {
            What::Job(job) => format!("job {}: {}", job.id, job_words(job)),
            What::Schedule(schedule) => format!("schedule {}: {}", schedule.id, schedule.status.as_str()),
        }
    }

    /// The command that makes it ours.
    pub fn adopt(&self) -> String {
        match &self.what {
            What::Job(job) => format!("campaignctl adopt {} --job {}", self.address, job.id),
            What::Schedule(schedule) => format!("campaignctl adopt {} --id {}", self.address, schedule.id),
        }
    }
}

/// Of the sends without any history, the jobs of nobody on their group, on one made for them, or on one that is gone;
/// of the schedules without an id, those of nobody with their name.
pub fn untied(
    desired: &Desired,
    state: &State,
    (groups, jobs, schedules): (&[ObservedGroup], &[ObservedJob], &[ObservedSchedule]),
    kind: StopKind,
) -> Vec<Untied> {
    let mut found = Vec::new();
    let strangers: Vec<Act> =
        theirs(state, jobs, schedules).into_iter().filter(|act| act.fits(kind)).collect();
    for (key, send) in desired.sends.iter().filter(|(key, _)| !state.sends.contains_key(*key)) {
        let name = desired.groups.get(&send.group).map(|group| group.name.as_str());
        let own = snapshot_prefix(&desired.project, key, &send.run);
        let may_be_its = |job: &ObservedJob| match &job.group_id {
            None => true,
            Some(id) if state.group_id(&send.group) == Some(id) => true,
            Some(id) => groups
                .iter()
                .find(|group| group.id == *id)
                .is_none_or(|group| Some(group.name.as_str()) == name || group.name.starts_with(&own)),
        };
        found.extend(strangers.iter().filter_map(|act| match &act.what {
            What::Job(job) if may_be_its(job) => {
                Some(Untied { address: Address::send(key.as_str()), what: What::Job(job.clone()) })
            }
            _ => None,
        }));
    }
    for (key, wanted) in desired.schedules.iter().filter(|(key, _)| state.schedule_id(key).is_none()) {
        found.extend(strangers.iter().filter_map(|act| match &act.what {
            What::Schedule(there) if there.name == wanted.name => {
                Some(Untied { address: Address::schedule(key.as_str()), what: What::Schedule(there.clone()) })
            }
            _ => None,
        }));
    }
    found
}

/// What the ledger says was begun and not ended: it may come to be at any moment. Where the answer named a job that is
/// not what was asked for, that is what came of it.
pub fn still_open(state: &State, meant: impl Fn(&Address) -> bool) -> BTreeSet<Address> {
    let sends =
        state.runs().filter(|(_, _, history)| history.is_unsettled() && history.wrong_jobs.is_empty());
    let sends = sends.map(|(send, _, _)| Address::send(send));
    let schedules = state.schedules.iter().filter(|(_, schedule)| schedule.creating.is_some());
    let schedules = schedules.map(|(key, _)| Address::schedule(key.as_str()));
    sends.chain(schedules).filter(meant).collect()
}

/// Whether the YAML wants it to run: `resume` gives the word back to the YAML.
pub fn wanted(desired: &Desired, address: &Address, act: &Act) -> bool {
    match address.kind {
        Kind::Send if act.wrong => false,
        Kind::Send => {
            desired.sends.get(&address.key).is_some_and(|s| s.state == RunState::Running && s.run == act.run)
        }
        _ => desired.schedules.get(&address.key).is_some_and(|s| !s.paused),
    }
}

impl Act {
    fn id(&self) -> &Id {
        match &self.what {
            What::Job(job) => &job.id,
            What::Schedule(schedule) => &schedule.id,
        }
    }

    /// How a stop of what is not ours is recorded.
    pub fn foreign(&self) -> Option<StopTarget> {
        if self.address.is_some() {
            return None;
        }
        Some(match &self.what {
            What::Job(job) => StopTarget::Job(job.id.clone()),
            What::Schedule(schedule) => StopTarget::Schedule(schedule.id.clone()),
        })
    }

    /// Whether we stopped it, where it is not ours.
    pub fn was_stopped(&self, stops: &Stops) -> bool {
        stops.stopped_foreign(self.id())
    }

    /// A status that this version does not know: it is not touched, and may go on.
    pub fn unknown(&self) -> Option<String> {
        let (What::Job(ObservedJob { status: JobStatus::Unknown(word), .. })
        | What::Schedule(ObservedSchedule { status: ScheduleStatus::Unknown(word), .. })) = &self.what
        else {
            return None;
        };
        Some(format!(
            "{}: its status is {:?}, which this version does not know",
            self.name(),
            one_line(word, 40)
        ))
    }

    /// Whether the transition makes sense for the state it is in.
    pub fn fits(&self, kind: StopKind) -> bool {
        match (&self.what, kind) {
            (What::Job(job), StopKind::Pause) => {
                matches!(job.status, JobStatus::Pending | JobStatus::Running)
            }
            (What::Job(job), StopKind::Cancel) => job.status.is_live(),
            (What::Job(job), StopKind::Resume) => job.status == JobStatus::Paused,
            (What::Schedule(s), StopKind::Pause) => s.status == ScheduleStatus::Active,
            (What::Schedule(s), StopKind::Cancel) => {
                matches!(s.status, ScheduleStatus::Active | ScheduleStatus::Paused)
            }
            (What::Schedule(s), StopKind::Resume) => s.status == ScheduleStatus::Paused,
        }
    }

    /// Makes the one request.
    pub async fn perform(&self, account: &Account, kind: StopKind) -> Result<(), ApiError> {
        let (api, id) = (&account.client, self.id());
        match (&self.what, kind) {
            (What::Job(_), StopKind::Pause) => api.pause_job(id).await.map(drop),
            (What::Job(_), StopKind::Cancel) => api.cancel_job(id).await.map(drop),
            (What::Job(_), StopKind::Resume) => api.resume_job(id).await.map(drop),
            (What::Schedule(_), StopKind::Pause) => api.pause_schedule(id).await.map(drop),
            (What::Schedule(_), StopKind::Cancel) => api.cancel_schedule(id).await.map(drop),
            (What::Schedule(_), StopKind::Resume) => api.resume_schedule(id).await.map(drop),
        }
    }

    /// How it is called.
    pub fn name(&self) -> String {
        match (&self.address, &self.what) {
            (Some(address), What::Job(_)) if self.run != "1" => format!("{address} (run {})", self.run),
            (Some(address), _) => address.to_string(),
            (None, What::Job(job)) => format!("job {} (not of this project)", job.id),
            (None, What::Schedule(s)) => {
                format!("schedule {:?} {} (not of this project)", one_line(&s.name, 60), s.id)
            }
        }
    }

    /// What was done.
    pub fn done(&self, kind: StopKind) -> String {
        let word = match kind {
            StopKind::Pause => "paused",
            StopKind::Cancel => "cancelled",
            StopKind::Resume => "resumed",
        };
        match &self.what {
            What::Job(job) => format!("{}: {word}; was {}", self.name(), job_words(job)),
            What::Schedule(_) => format!("{}: {word}", self.name()),
        }
    }

    /// Why `resume` leaves it paused: the YAML does not want it to run, so that no plan would resume it either.
    pub fn left_paused(&self, desired: &Desired) -> String {
        let Some(Address { key, .. }) = &self.address else {
            return format!("{}: stays paused; it was not campaignctl that paused it", self.name());
        };
        let why = match &self.what {
            What::Job(job) if self.wrong => format!(
                "it is not what was to be sent; if it is right all the same: campaignctl resolve send.{key} --job {}",
                job.id
            ),
            What::Job(_) => match desired.sends.get(key) {
                None => "the YAML does not have it".to_owned(),
                Some(send) if send.run != self.run => format!(
                    "the YAML has run {:?} now; if run {:?} is to go on as well, resume it in MoltFlow's dashboard",
                    send.run, self.run
                ),
                Some(_) => "the YAML does not say state: running".to_owned(),
            },
            What::Schedule(_) if desired.schedules.contains_key(key) => {
                "the YAML says paused: true".to_owned()
            }
            What::Schedule(_) => "the YAML does not have it".to_owned(),
        };
        match &self.what {
            What::Job(job) => format!("{}: stays {}; {why}", self.name(), job_words(job)),
            What::Schedule(_) => format!("{}: stays paused; {why}", self.name()),
        }
    }

    /// What no `resume` brings back, because it is final on the account, and what does.
    pub fn ended(&self, state: &State) -> Option<String> {
        match &self.what {
            // One that was replaced is cancelled for ever.
            What::Schedule(there) if !state.schedules.values().any(|s| s.id.as_ref() == Some(&there.id)) => {
                None
            }
            What::Job(job) if matches!(job.status, JobStatus::Cancelled | JobStatus::Failed) => {
                Some(format!(
                    "{}: stays {}, which is final; it is not sent again (for that: a new `run:` in the YAML)",
                    self.name(),
                    job_words(job)
                ))
            }
            What::Schedule(there) if there.status == ScheduleStatus::Cancelled => Some(format!(
                "{}: stays cancelled, which is final; the next `campaignctl apply` creates it anew",
                self.name()
            )),
            _ => None,
        }
    }

    /// Why a job stays paused although its stop is lifted.
    pub fn kept_for_suppressed(&self) -> String {
        let name = self.name();
        let address = self.address.as_ref().map(ToString::to_string).unwrap_or_default();
        format!(
            "{name}: stays paused, because someone in it is suppressed now; end it with state: cancelled, or let it go \
             on all the same with: campaignctl resume {address}"
        )
    }

    /// Where we paused the job for someone newly suppressed: that a person resumed it.
    pub fn lifted(&self, state: &State) -> Option<Event> {
        let (Some(address), What::Job(job)) = (&self.address, &self.what) else { return None };
        let history = state.run(&address.key, &self.run)?;
        (history.paused_for_suppressed.as_ref() == Some(&job.id)).then(|| Event::PausedForSuppressed {
            send: address.key.clone(),
            run: self.run.clone(),
            job: job.id.clone(),
            lifted: true,
        })
    }
}
