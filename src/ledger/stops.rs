//! The operator's stops: `pause`, `cancel` and `resume` of an address or of all, which a running apply sees before
//! its next change and which outrank the YAML (`product.md`, *Commands*).
//!
//! What they mean, and where they go when a key is renamed; the file that they are in is `stop_file`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Address, Id, Move, MoveTarget, one_line};

/// How a foreign job is written, before its id.
const JOB: &str = "job/";
/// How a foreign schedule is written, before its id.
const SCHEDULE: &str = "schedule/";
/// The version written today.
const VERSION: u32 = 1;

/// What the operator wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StopKind {
    /// Start nothing; hold what runs.
    Pause,
    /// Start nothing; end what runs.
    Cancel,
    /// Take an earlier stop back.
    Resume,
}

/// What a stop is about: one address, all that the ledger calls ours, or one thing of the account that is not ours.
/// Written as the address, `all`, or `job/ID` and `schedule/ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopTarget {
    /// One address.
    Address(Address),
    /// All.
    All,
    /// A job of somebody else's, stopped with all of the account.
    Job(Id),
    /// A schedule of somebody else's, stopped with all of the account.
    Schedule(Id),
}

impl fmt::Display for StopTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::All => f.write_str("all"),
            Self::Job(id) => write!(f, "{JOB}{id}"),
            Self::Schedule(id) => write!(f, "{SCHEDULE}{id}"),
        }
    }
}

impl Serialize for StopTarget {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StopTarget {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let id = |text: &str| Id::new(text).ok_or_else(|| serde::de::Error::custom("an id is empty"));
        if let Some(job) = text.strip_prefix(JOB) {
            return id(job).map(Self::Job);
        }
        if let Some(schedule) = text.strip_prefix(SCHEDULE) {
            return id(schedule).map(Self::Schedule);
        }
        match text.as_str() {
            "all" => Ok(Self::All),
            text => text.parse().map(Self::Address).map_err(serde::de::Error::custom),
        }
    }
}

/// One line of the stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopEvent {
    /// Version of the line's format; 1.
    v: u32,
    /// When, by the operator's clock. The order of the lines counts, not this.
    pub at: Timestamp,
    /// The operator's login name.
    pub by: String,
    /// What is wanted.
    pub kind: StopKind,
    /// Of what.
    pub address: StopTarget,
}

impl StopEvent {
    /// A stop or resume of today's version.
    pub fn new(at: Timestamp, by: impl Into<String>, kind: StopKind, address: StopTarget) -> Self {
        Self { v: VERSION, at, by: by.into(), kind, address }
    }

    /// Reads one line.
    pub(super) fn parse(line: &[u8]) -> Result<Self, Unread> {
        match serde_json::from_slice(line) {
            Ok(event @ Self { v: VERSION, .. }) => Ok(event),
            Ok(_) => Err(Unread::Later),
            Err(_) if serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok() => Err(Unread::Later),
            Err(_) => Err(Unread::Damaged),
        }
    }
}

/// Why a line is no stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is whole, and this version does not understand it.
    Later,
    /// It is not what anybody wrote.
    Damaged,
}

/// A stop that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Since when.
    pub at: Timestamp,
    /// Whose: a login name.
    pub by: String,
    /// Whether what runs is to be ended rather than held.
    pub cancel: bool,
    /// Whether it stops all rather than this address.
    pub all: bool,
}

impl Stop {
    /// `stopped by operator anna`; without a name where none is known.
    pub fn words(&self) -> String {
        match self.by.as_str() {
            "" | "unknown" => "stopped by operator".to_owned(),
            by => format!("stopped by operator {}", one_line(by, 40)),
        }
    }
}

/// The last word on an address.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// How many were said before it.
    order: u64,
    at: Timestamp,
    by: String,
    kind: StopKind,
}

impl Word {
    fn is_stop(&self) -> bool {
        self.kind != StopKind::Resume
    }

    fn stop(&self, all: bool) -> Option<Stop> {
        let cancel = self.kind == StopKind::Cancel;
        self.is_stop().then(|| Stop { at: self.at, by: self.by.clone(), cancel, all })
    }
}

/// The fold of the operator's stops.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stops {
    said: u64,
    all: Option<Stop>,
    /// What was said of an address since the last word on all.
    addresses: BTreeMap<Address, Word>,
    /// Jobs and schedules of somebody else's that were paused or cancelled with all of the account.
    foreign: BTreeSet<Id>,
    /// Whether the last line is unfinished and was passed over: its command never said that it had worked. To be
    /// said.
    pub torn: bool,
    /// The first line since the last word on all of which nobody knows what it said.
    damaged: Option<u64>,
}

impl Stops {
    /// The stop in force for `address`, whether of itself or of all. The last word counts: a resume of the address
    /// frees it from an earlier stop of all.
    pub fn stopped(&self, address: &Address) -> Option<Stop> {
        match self.addresses.get(address) {
            Some(own) => own.stop(false),
            None => self.all.clone(),
        }
    }

    /// Whether nothing is stopped.
    pub fn is_empty(&self) -> bool {
        self.all.is_none() && !self.addresses.values().any(Word::is_stop)
    }

    /// The addresses that were stopped by name, in order; those stopped with all are not among them.
    pub fn addresses(&self) -> impl Iterator<Item = (&Address, Stop)> {
        self.addresses.iter().filter_map(|(address, word)| Some((address, word.stop(false)?)))
    }

    /// Whether we stopped this job or schedule, which is not ours, with all of the account.
    pub fn stopped_foreign(&self, id: &Id) -> bool {
        self.foreign.contains(id)
    }

    /// The same with every word on a key that was renamed (`moved:`) taken as one on its present name, too. The last
    /// word on either name counts; only a stop of the present name is not lifted by what was said of an earlier one.
    #[must_use]
    pub fn following(&self, moves: &[Move]) -> Self {
        let mut followed = self.clone();
        followed.addresses.extend(self.carried(&next(moves)));
        followed
    }

    /// What has to be said so that the words on renamed keys stay in force when `moved:` is no longer in the YAML: for
    /// [`Store::add_stop`](super::Store::add_stop), by whoever has the ledger's lock.
    pub fn to_carry(&self, moves: &[Move]) -> Vec<StopEvent> {
        let next = next(moves);
        let carried = self.carried(&next).into_iter().filter(|(address, _)| !next.contains_key(address));
        carried
            .map(|(address, Word { at, by, kind, .. })| {
                StopEvent::new(at, by, kind, StopTarget::Address(address))
            })
            .collect()
    }

    fn carried(&self, next: &BTreeMap<&Address, &Address>) -> BTreeMap<Address, Word> {
        let mut carried: BTreeMap<Address, Word> = BTreeMap::new();
        for (from, word) in &self.addresses {
            let (mut at, mut passed) = (from, BTreeSet::from([from]));
            while let Some(to) = next.get(at).copied().filter(|to| passed.insert(*to)) {
                let own = self.addresses.get(to);
                if own.is_some_and(|own| !word.is_stop() || word.order < own.order) {
                    break;
                }
                let rank = |word: &Word| (word.is_stop(), word.order);
                if carried.get(to).is_none_or(|other| rank(other) < rank(word)) {
                    carried.insert(to.clone(), word.clone());
                }
                at = to;
            }
        }
        carried
    }

    /// Notes that a line cannot be read. Only a later word on all makes it not matter.
    pub(super) fn damage(&mut self, line: u64) {
        self.damaged.get_or_insert(line);
    }

    /// The line that cannot be read and that may be a stop in force.
    pub(super) fn damaged(&self) -> Option<u64> {
        self.damaged
    }

    /// Adds one event.
    pub fn apply(&mut self, event: &StopEvent) {
        self.said += 1;
        let StopEvent { v: _, at, by, kind, address } = event;
        let word = Word { order: self.said, at: *at, by: by.clone(), kind: *kind };
        match address {
            StopTarget::All => {
                self.addresses.clear();
                self.damaged = None;
                self.all = word.stop(true);
            }
            StopTarget::Address(address) => {
                self.addresses.insert(address.clone(), word);
            }
            StopTarget::Job(id) | StopTarget::Schedule(id) if word.is_stop() => {
                self.foreign.insert(id.clone());
            }
            StopTarget::Job(id) | StopTarget::Schedule(id) => {
                self.foreign.remove(id);
            }
        }
    }
}

/// Where each key went.
fn next(moves: &[Move]) -> BTreeMap<&Address, &Address> {
    let objects = moves.iter().filter_map(|entry| match (&entry.from, &entry.to) {
        (MoveTarget::Object(from), MoveTarget::Object(to)) if from != to => Some((from, to)),
        _ => None,
    });
    objects.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(said: &[(StopKind, &str)]) -> Stops {
        let mut stops = Stops::default();
        for (kind, target) in said {
            let target = match *target {
                "all" => StopTarget::All,
                text => StopTarget::Address(text.parse().unwrap()),
            };
            stops.apply(&StopEvent::new(Timestamp::UNIX_EPOCH, "ada", *kind, target));
        }
        stops
    }

    fn moves(moves: &[(&str, &str)]) -> Vec<Move> {
        let object = |text: &str| MoveTarget::Object(text.parse().unwrap());
        moves.iter().map(|(from, to)| Move { from: object(from), to: object(to) }).collect()
    }

    #[test]
    fn a_stop_goes_along_with_a_key_that_is_renamed() {
        use StopKind::{Cancel, Pause, Resume};
        // Written in any order.
        let chain = moves(&[("send.b", "send.c"), ("send.a", "send.b")]);
        let cases: [(&[(StopKind, &str)], bool); 10] = [
            (&[(Pause, "send.a")], true),
            (&[(Cancel, "send.b")], true),
            (&[(Pause, "send.a"), (Resume, "send.c")], false),
            (&[(Pause, "send.a"), (Resume, "send.b")], false),
            (&[(Pause, "send.a"), (Resume, "send.a")], false),
            (&[(Resume, "send.c"), (Pause, "send.a")], true),
            (&[(Pause, "all"), (Resume, "send.a")], false),
            (&[(Pause, "send.c"), (Resume, "send.a")], true),
            (&[(Pause, "send.a"), (Resume, "all")], false),
            (&[(Pause, "send.z")], false),
        ];
        for (said, stopped) in cases {
            let now = Address::send("c");
            let mut stops = stops(said);
            assert_eq!(stops.following(&chain).stopped(&now).is_some(), stopped, "{said:?}");
            for event in stops.to_carry(&chain) {
                stops.apply(&event);
            }
            assert_eq!(stops.stopped(&now).is_some(), stopped, "{said:?}, once the entries are gone");
            assert_eq!(stops.to_carry(&chain), [], "{said:?}: once is enough");
        }
        let cancelled = stops(&[(Cancel, "schedule.a")]).following(&moves(&[("schedule.a", "schedule.b")]));
        assert!(
            cancelled.stopped(&Address::schedule("b")).is_some_and(|stop| stop.cancel && stop.by == "ada")
        );
        assert!(
            cancelled.stopped(&Address::schedule("a")).is_some(),
            "whoever has the old files obeys it too"
        );
    }

    #[test]
    fn entries_in_a_circle_end() {
        let circle = moves(&[("send.a", "send.b"), ("send.b", "send.a"), ("send.c", "send.c")]);
        let stops = stops(&[(StopKind::Pause, "send.a")]).following(&circle);
        assert!(stops.stopped(&Address::send("b")).is_some());
    }
}
