//! Which events later ones have made meaningless: what compaction may leave out.
//!
//! Only events whose every effect on the state a later event overwrites. Whatever a send did is kept for ever,
//! except for repeated holds between the first and the last of a row. Where keys were renamed or forgotten, what
//! came before stays: it is rare, and not worth being clever about. Compaction proves the result by folding it.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Event, Record};
use crate::model::{Id, Kind};

/// Collects, event by event, the numbers of those that can be left out.
#[derive(Debug, Default)]
pub(super) struct Superseded {
    /// The numbers of events that can be left out.
    pub(super) numbers: BTreeSet<u64>,
    /// The last event of each subject that a later one would supersede.
    last: BTreeMap<Subject, u64>,
    /// By send and run: the last event was a hold; with its number if one before it was, too.
    holds: BTreeMap<(String, String), Option<u64>>,
}

/// What one event says and another of the same subject says anew.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Session(Id),
    Observed(String),
    Changing(String),
    GroupName(String),
    GroupProtect(String),
    Updated(String),
    Updating(String),
    Compacted,
}

impl Superseded {
    /// Takes the next event into account.
    pub(super) fn add(&mut self, record: &Record) {
        let seq = record.seq;
        if let Some((send, run)) = send_of(&record.event) {
            self.add_send(send, run, matches!(record.event, Event::Held { .. }), seq);
        }
        match &record.event {
            Event::SessionSeen { id, .. } => self.replace(Subject::Session(id.clone()), seq),
            Event::GroupObserved { group, .. } => {
                self.drop_last(&Subject::Changing(group.clone()));
                self.replace(Subject::Observed(group.clone()), seq);
            }
            Event::GroupChanging { group } => self.replace(Subject::Changing(group.clone()), seq),
            Event::GroupRenamed { group, .. } => self.replace(Subject::GroupName(group.clone()), seq),
            Event::GroupProtect { group, .. } => self.replace(Subject::GroupProtect(group.clone()), seq),
            Event::ScheduleUpdating { schedule } => self.replace(Subject::Updating(schedule.clone()), seq),
            Event::ScheduleUpdated { schedule, .. } => {
                self.drop_last(&Subject::Updating(schedule.clone()));
                self.replace(Subject::Updated(schedule.clone()), seq);
            }
            // What it was when it went is looked at later.
            Event::ScheduleGone { schedule, .. } => {
                self.last.remove(&Subject::Updated(schedule.clone()));
            }
            Event::Compacted { .. } => self.replace(Subject::Compacted, seq),
            Event::Moved { from, .. } => self.forget_subjects(from.kind),
            Event::Forgotten { address } => self.forget_subjects(address.kind),
            _ => {}
        }
    }

    fn replace(&mut self, subject: Subject, seq: u64) {
        if let Some(old) = self.last.insert(subject, seq) {
            self.numbers.insert(old);
        }
    }

    fn drop_last(&mut self, subject: &Subject) {
        if let Some(old) = self.last.remove(subject) {
            self.numbers.insert(old);
        }
    }

    fn add_send(&mut self, send: &str, run: &str, is_hold: bool, seq: u64) {
        let key = (send.to_owned(), run.to_owned());
        if !is_hold {
            self.holds.remove(&key);
            return;
        }
        let next = match self.holds.get(&key) {
            None => None,
            Some(middle) => {
                self.numbers.extend(*middle);
                Some(seq)
            }
        };
        self.holds.insert(key, next);
    }

    /// Names of keys before and after a rename are not compared with each other.
    fn forget_subjects(&mut self, kind: Kind) {
        match kind {
            Kind::Group => self.last.retain(|subject, _| {
                !matches!(
                    subject,
                    Subject::Observed(_)
                        | Subject::Changing(_)
                        | Subject::GroupName(_)
                        | Subject::GroupProtect(_)
                )
            }),
            Kind::Schedule => {
                self.last.retain(|subject, _| !matches!(subject, Subject::Updated(_) | Subject::Updating(_)));
            }
            Kind::Send => self.holds.clear(),
        }
    }
}

/// The send and run that an event is about.
fn send_of(event: &Event) -> Option<(&str, &str)> {
    match event {
        Event::Prepared { send, run }
        | Event::SnapshotCreating { send, run, .. }
        | Event::SnapshotOwned { send, run, .. }
        | Event::SnapshotGone { send, run, .. }
        | Event::Armed { send, run, .. }
        | Event::Accepted { send, run, .. }
        | Event::Rejected { send, run, .. }
        | Event::NotSent { send, run, .. }
        | Event::InDoubt { send, run, .. }
        | Event::Held { send, run, .. }
        | Event::Resolved { send, run, .. }
        | Event::Finished { send, run, .. }
        | Event::ChangeIgnored { send, run, .. } => Some((send, run)),
        _ => None,
    }
}
