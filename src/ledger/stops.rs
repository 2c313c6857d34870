//! The operator's stops: `pause`, `cancel` and `resume` of an address or of all, which a running apply sees before
//! its next change and which outrank the YAML (`product.md`, *Commands*).
//!
//! Kept beside the ledger, append-only and without a lock, because an emergency does not wait for one. Each line
//! is one write to a file opened for appending, with a line feed before and after it: what a crash left unfinished
//! is a line of its own and is passed over, because its command never said that it had worked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::disk::{create_dirs, failed, open_existing, parent, private, sync_dir};
use super::error::LedgerError;
use crate::model::{Address, Id, one_line};

/// The longest line, in bytes.
const MAX_LINE: u64 = 4096;
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

    /// Reads one line; `None` for what this version does not understand.
    #[cfg(feature = "object-store")]
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok().filter(|event: &Self| event.v == VERSION)
    }
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

/// The fold of the operator's stops.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stops {
    all: Option<Stop>,
    /// What was said of an address since the last word on all; `None` where it was resumed.
    addresses: BTreeMap<Address, Option<Stop>>,
    /// Jobs and schedules of somebody else's that were paused or cancelled with all of the account.
    foreign: BTreeSet<Id>,
    /// How many lines were unfinished and passed over.
    pub unfinished: u64,
}

impl Stops {
    /// The stops of the ledger at `ledger`: `<project>.stops.jsonl` beside `<project>.jsonl`.
    pub fn path_for(ledger: &Path) -> PathBuf {
        let name = ledger.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = name.strip_suffix(".jsonl").unwrap_or(&name);
        ledger.with_file_name(format!("{stem}.stops.jsonl"))
    }

    /// The stop in force for `address`, whether of itself or of all. The last word counts: a resume of the address
    /// frees it from an earlier stop of all.
    pub fn stopped(&self, address: &Address) -> Option<Stop> {
        match self.addresses.get(address) {
            Some(own) => own.clone(),
            None => self.all.clone(),
        }
    }

    /// Whether nothing is stopped.
    pub fn is_empty(&self) -> bool {
        self.all.is_none() && self.addresses.values().all(Option::is_none)
    }

    /// The addresses that were stopped by name, in order; those stopped with all are not among them.
    pub fn addresses(&self) -> impl Iterator<Item = (&Address, &Stop)> {
        self.addresses.iter().filter_map(|(address, stop)| stop.as_ref().map(|stop| (address, stop)))
    }

    /// Whether we stopped this job or schedule, which is not ours, with all of the account.
    pub fn stopped_foreign(&self, id: &Id) -> bool {
        self.foreign.contains(id)
    }

    /// Adds one event.
    pub fn apply(&mut self, event: &StopEvent) {
        let all = matches!(event.address, StopTarget::All);
        let stop = match event.kind {
            StopKind::Resume => None,
            StopKind::Pause | StopKind::Cancel => Some(Stop {
                at: event.at,
                by: event.by.clone(),
                cancel: matches!(event.kind, StopKind::Cancel),
                all,
            }),
        };
        match &event.address {
            StopTarget::All => {
                self.addresses.clear();
                self.all = stop;
            }
            StopTarget::Address(address) => {
                self.addresses.insert(address.clone(), stop);
            }
            StopTarget::Job(id) | StopTarget::Schedule(id) if stop.is_some() => {
                self.foreign.insert(id.clone());
            }
            StopTarget::Job(id) | StopTarget::Schedule(id) => {
                self.foreign.remove(id);
            }
        }
    }

    /// Reads the stops at `path`; none where there is no file. An unfinished line is passed over; one that is whole
    /// and not understood is an error, since it may be a stop.
    pub fn load(path: &Path) -> Result<Self, LedgerError> {
        let Some((file, _)) = open_existing(path)? else {
            return Ok(Self::default());
        };
        Self::read(BufReader::new(file), path)
    }

    fn read(mut input: impl BufRead, path: &Path) -> Result<Self, LedgerError> {
        let mut stops = Self::default();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).map_err(failed("read", path))?;
            if line.is_empty() {
                break;
            }
            let whole = line.last() == Some(&b'\n');
            let text = line.trim_ascii();
            if text.is_empty() {
                continue;
            }
            match serde_json::from_slice::<StopEvent>(text) {
                Ok(event) if whole && event.v == VERSION => stops.apply(&event),
                Ok(_) if !whole => stops.unfinished += 1,
                Err(_) if !whole || serde_json::from_slice::<serde_json::Value>(text).is_err() => {
                    stops.unfinished += 1;
                }
                Ok(_) | Err(_) => {
                    return Err(LedgerError::UnknownStop { path: path.to_owned(), line: number });
                }
            }
        }
        Ok(stops)
    }

    /// Adds `event` to the stops at `path`, durably, without a lock. Creates the file (0600) and its directory.
    pub fn append(path: &Path, event: &StopEvent) -> Result<(), LedgerError> {
        let mut line = vec![b'\n'];
        serde_json::to_writer(&mut line, event).map_err(LedgerError::Encode)?;
        line.push(b'\n');
        create_dirs(parent(path))?;
        let created = open_existing(path)?.is_none();
        let mut file = private(OpenOptions::new().append(true).create(true))
            .open(path)
            .map_err(failed("create", path))?;
        let written = loop {
            match file.write(&line) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(failed("write", path))?,
            }
        };
        if written < line.len() {
            // The rest in a second write could land behind somebody else's line.
            return Err(failed("write", path)(io::ErrorKind::StorageFull.into()));
        }
        file.sync_all().map_err(|source| LedgerError::Sync { place: path.display().to_string(), source })?;
        if created { sync_dir(parent(path)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: StopKind, target: &str) -> StopEvent {
        let address = match target {
            "all" => StopTarget::All,
            text => StopTarget::Address(text.parse().unwrap()),
        };
        StopEvent::new(Timestamp::UNIX_EPOCH, "ada", kind, address)
    }

    #[test]
    fn the_last_word_on_an_address_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = Stops::path_for(&dir.path().join("new/acme.jsonl"));
        assert!(path.ends_with("new/acme.stops.jsonl"));
        assert!(Stops::load(&path).unwrap().is_empty());
        let (a, b) = (Address::send("a"), Address::send("b"));
        Stops::append(&path, &event(StopKind::Pause, "all")).unwrap();
        Stops::append(&path, &event(StopKind::Resume, "send.a")).unwrap();
        Stops::append(&path, &event(StopKind::Cancel, "send.b")).unwrap();
        let stops = Stops::load(&path).unwrap();
        assert_eq!(stops.stopped(&a), None);
        assert!(stops.stopped(&b).is_some_and(|stop| stop.cancel && !stop.all && stop.by == "ada"));
        assert!(stops.stopped(&Address::schedule("c")).is_some_and(|stop| stop.all && !stop.cancel));
        Stops::append(&path, &event(StopKind::Resume, "all")).unwrap();
        assert!(Stops::load(&path).unwrap().is_empty());
    }

    #[test]
    fn an_unfinished_line_loses_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.stops.jsonl");
        Stops::append(&path, &event(StopKind::Pause, "send.a")).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            assert!(Stops::load(&path).unwrap().is_empty(), "{cut}");
            Stops::append(&path, &event(StopKind::Pause, "send.b")).unwrap();
            let stops = Stops::load(&path).unwrap();
            assert!(stops.stopped(&Address::send("b")).is_some(), "{cut}");
        }
    }

    #[test]
    fn a_stop_of_a_later_version_is_never_passed_over() {
        let path = Path::new("x");
        for line in [
            "{\"v\":2,\"at\":\"1970-01-01T00:00:00Z\",\"by\":\"a\",\"kind\":\"pause\",\"address\":\"all\"}\n",
            "{\"v\":1,\"at\":\"1970-01-01T00:00:00Z\",\"by\":\"a\",\"kind\":\"freeze\",\"address\":\"all\"}\n",
            "{\"v\":1,\"at\":\"1970-01-01T00:00:00Z\",\"by\":\"a\",\"kind\":\"pause\",\"address\":\"some\"}\n",
        ] {
            assert!(
                matches!(Stops::read(line.as_bytes(), path), Err(LedgerError::UnknownStop { line: 1, .. })),
                "{line}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = Stops::read(bytes.as_slice(), Path::new("x"));
        }
    }
}
