//! What the planner is given.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::ledger::State;
use crate::model::{
    Address, Desired, Id, Limits, Observed, ObservedGroup, ObservedJob, ObservedSchedule, ObservedSession,
    PhoneSet, SessionRef, SessionStatus,
};

/// What a person or a pipeline chose on the command line.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// `--only`: empty means everything.
    pub only: BTreeSet<Address>,
    /// `--allow-delete N`.
    pub allow_delete: Option<u64>,
    /// `--confirm-audience N`.
    pub confirm_audience: Option<u64>,
    /// `destroy`: everything of ours is cancelled and deleted; protected groups stay.
    pub destroy: bool,
    /// Addresses that an operator stopped. They outrank the YAML.
    pub stopped: BTreeMap<Address, Stopped>,
}

/// An operator's stop of one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// Who, when and how it ends, for people.
    pub words: String,
    /// Whether what runs is ended rather than held.
    pub cancel: bool,
}

/// Everything a plan is made from. Same input, same plan, to the byte.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The YAML.
    pub desired: &'a Desired,
    /// The account.
    pub observed: &'a Observed,
    /// The ledger.
    pub state: &'a State,
    /// Host with port of the API, or `sandbox`.
    pub host: &'a str,
    /// The command line.
    pub options: &'a PlanOptions,
    /// The moment the plan is made for.
    pub now: Timestamp,
}

/// A session of the YAML, found on the account or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Found.
    Session { id: Id, working: bool, status: String },
    /// Not found, or found more than once; what to say.
    Missing(String),
}

/// Look-ups over the input that several parts of the planner need.
pub(super) struct Facts<'a> {
    pub desired: &'a Desired,
    pub observed: &'a Observed,
    /// Everything observed by ascending id and once each: the order of an answer, or an object that two pages
    /// both have, makes no difference.
    pub groups: Vec<&'a ObservedGroup>,
    pub schedules: Vec<&'a ObservedSchedule>,
    pub jobs: Vec<&'a ObservedJob>,
    /// The ledger with `moved:` applied.
    pub state: &'a State,
    pub options: &'a PlanOptions,
    /// By the server's clock, which is the one that schedules fire by.
    pub now: Timestamp,
    pub limits: Limits,
    pub sessions: BTreeMap<&'a str, Found>,
    pub claimed: BTreeSet<Id>,
    pub suppressed_canonical: PhoneSet,
}

impl<'a> Facts<'a> {
    pub(super) fn new(input: &Input<'a>, state: &'a State) -> Self {
        let Input { desired, observed, state: _, host: _, options, now } = *input;
        let listed = by_id(&observed.sessions, |s| &s.id);
        Self {
            desired,
            observed,
            groups: by_id(&observed.groups, |g| &g.id),
            schedules: by_id(&observed.schedules, |s| &s.id),
            jobs: by_id(&observed.jobs, |j| &j.id),
            state,
            options,
            now: by_server_clock(now, observed),
            limits: limits(desired, observed),
            sessions: desired
                .sessions
                .iter()
                .map(|(key, s)| (key.as_str(), find(&listed, key, &s.by)))
                .collect(),
            claimed: state.claimed_jobs(),
            suppressed_canonical: desired.suppressed.canonical(),
        }
    }

    pub(super) fn session(&self, key: &str) -> Option<&Found> {
        self.sessions.get(key)
    }

    pub(super) fn session_id(&self, key: &str) -> Option<&Id> {
        match self.sessions.get(key)? {
            Found::Session { id, .. } => Some(id),
            Found::Missing(_) => None,
        }
    }

    pub(super) fn job(&self, id: &Id) -> Option<&'a ObservedJob> {
        self.jobs.binary_search_by(|job| job.id.cmp(id)).ok().map(|at| self.jobs[at])
    }

    pub(super) fn group(&self, id: &Id) -> Option<&'a ObservedGroup> {
        self.groups.binary_search_by(|group| group.id.cmp(id)).ok().map(|at| self.groups[at])
    }

    pub(super) fn schedule(&self, id: &Id) -> Option<&'a ObservedSchedule> {
        self.schedules.binary_search_by(|schedule| schedule.id.cmp(id)).ok().map(|at| self.schedules[at])
    }

    /// Whether `--only` leaves it in.
    pub(super) fn is_chosen(&self, address: &Address) -> bool {
        self.options.only.is_empty() || self.options.only.contains(address)
    }

    /// Messages left this month, where the subscription says.
    pub(super) fn quota_left(&self) -> Option<u64> {
        let used = self.observed.subscription.as_ref()?.messages_this_month?;
        Some(self.limits.messages_per_month.saturating_sub(used))
    }
}

/// How far this machine's clock is off, where that is more than the wire and the header's whole seconds explain.
pub(super) fn clock_off(observed: &Observed) -> Option<SignedDuration> {
    let skew = SignedDuration::from_secs(observed.clock_skew_seconds);
    (skew.abs() >= SignedDuration::from_secs(60)).then_some(skew)
}

fn by_server_clock(now: Timestamp, observed: &Observed) -> Timestamp {
    clock_off(observed).and_then(|skew| now.checked_add(skew).ok()).unwrap_or(now)
}

/// By ascending id, each once.
fn by_id<T>(listed: &[T], id: impl Fn(&T) -> &Id) -> Vec<&T> {
    let mut sorted: Vec<&T> = listed.iter().collect();
    sorted.sort_by(|a, b| id(a).cmp(id(b)));
    sorted.dedup_by(|a, b| id(a) == id(b));
    sorted
}

/// The account's limits: the subscription's own numbers win over the YAML's (`api.md`, *Auth, errors, limits*).
fn limits(desired: &Desired, observed: &Observed) -> Limits {
    let mut limits = desired.account.limits;
    if let Some(subscription) = &observed.subscription {
        if let Some(plan) = subscription.plan {
            limits.outreach = plan.limits().outreach;
        }
        limits.groups = subscription.max_groups.unwrap_or(limits.groups);
        limits.messages_per_month = subscription.max_messages_per_month.unwrap_or(limits.messages_per_month);
    }
    limits
}

fn find(listed: &[&ObservedSession], key: &str, by: &SessionRef) -> Found {
    let matches: Vec<_> = listed
        .iter()
        .filter(|s| match by {
            SessionRef::Name(name) => s.name == *name,
            SessionRef::Id(id) => s.id == *id,
        })
        .collect();
    match matches.as_slice() {
        [one] => Found::Session {
            id: one.id.clone(),
            working: one.status == SessionStatus::Working,
            status: match &one.status {
                SessionStatus::Working => "working".to_owned(),
                SessionStatus::Other(word) => crate::model::one_line(word, 40),
            },
        },
        [] => Found::Missing(format!("session {key}: {}", not_found(listed, by))),
        several => Found::Missing(format!(
            "session {key}: the account has {} sessions of that name; write sessions: {{{key}: {{id: …}}}} with one of {}",
            several.len(),
            several.iter().map(|s| s.id.to_string()).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn not_found(listed: &[&ObservedSession], by: &SessionRef) -> String {
    let wanted = match by {
        SessionRef::Name(name) => {
            format!("the account has no session named {:?}", crate::model::one_line(name, 80))
        }
        SessionRef::Id(id) => format!("the account has no session with id {id}"),
    };
    let names: Vec<String> =
        listed.iter().take(10).map(|s| format!("{:?}", crate::model::one_line(&s.name, 60))).collect();
    if names.is_empty() {
        format!("{wanted}; it has none at all: connect a WhatsApp number first")
    } else {
        format!("{wanted}; it has {}. Set its name under sessions:", names.join(", "))
    }
}
