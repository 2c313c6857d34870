//! What can go wrong with a ledger, and what to do about it.
//!
//! No error carries the content of a ledger line: a damaged line may hold anything.

use std::io;
use std::path::{Path, PathBuf};

use super::holder::Holder;

/// Why the ledger could not be read, locked or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Another run holds the lock (exit 3).
    #[error("the ledger {place} is locked{}", holder.as_ref().map(|h| format!(" by {h}")).unwrap_or_default())]
    Locked {
        /// The ledger.
        place: String,
        /// The lock file, where the lock is one.
        lock: Option<PathBuf>,
        /// Who holds it, where that could be read.
        holder: Option<Box<Holder>>,
    },
    /// The file system cannot lock files.
    #[error("the file system cannot lock {path}: {source}", path = path.display())]
    LockUnsupported {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something could not be done with a file or directory.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// `read`, `write`, `create`, `lock`: completes "cannot …".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes may not have reached the disk. Nothing more is written by this run (`send-safety.md`).
    #[error("the system could not make {place} durable: {source}")]
    Sync {
        /// The ledger.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is something at the ledger's place that is no file.
    #[error("{path} is not a file", path = path.display())]
    NotAFile {
        /// The place.
        path: PathBuf,
    },
    /// A complete line is no event. Its content is not shown.
    #[error("line {line} of the ledger {place} is damaged{}", column.map(|c| format!(" (column {c})")).unwrap_or_default())]
    Damaged {
        /// The ledger.
        place: String,
        /// From 1.
        line: u64,
        /// From 1, where the damage was noticed.
        column: Option<usize>,
    },
    /// A line is longer than any event.
    #[error("line {line} of the ledger {place} is longer than {max} bytes")]
    LineTooLong {
        /// The ledger.
        place: String,
        /// From 1.
        line: u64,
        /// The longest there can be, in bytes.
        max: usize,
    },
    /// Events are missing, repeated or out of order.
    #[error("line {line} of the ledger {place} has event number {found} where {expected} belongs")]
    Sequence {
        /// The ledger.
        place: String,
        /// From 1.
        line: u64,
        /// The number that belongs there.
        expected: u64,
        /// The number that is there.
        found: u64,
    },
    /// A later version of campaignctl wrote it.
    #[error(
        "line {line} of the ledger {place} is of format {version}; this campaignctl reads up to format {ours}"
    )]
    Newer {
        /// The ledger.
        place: String,
        /// From 1.
        line: u64,
        /// The version found.
        version: u32,
        /// The version this program writes.
        ours: u32,
    },
    /// An event of a type that this program does not have.
    #[error("line {line} of the ledger {place} is a kind of event that this campaignctl does not know")]
    UnknownEvent {
        /// The ledger.
        place: String,
        /// From 1.
        line: u64,
    },
    /// An earlier write of this run failed.
    #[error("an earlier write to the ledger {place} failed, so nothing more is recorded by this run")]
    Poisoned {
        /// The ledger.
        place: String,
    },
    /// Somebody else wrote to, replaced or removed the ledger or its lock while this run held the lock.
    #[error("the ledger {place} was changed by something else while this run held its lock")]
    Changed {
        /// The ledger.
        place: String,
    },
    /// An event that would not be readable again.
    #[error("an event of {bytes} bytes does not fit the ledger (at most {max})")]
    EventTooLong {
        /// Its length.
        bytes: usize,
        /// The longest there can be.
        max: usize,
    },
    /// An event could not be written as JSON.
    #[error("an event could not be encoded")]
    Encode(#[source] serde_json::Error),
    /// Compaction would not have kept everything; nothing was changed.
    #[error("compacting the ledger {place} would not keep its whole meaning; it was left as it is")]
    Compaction {
        /// The ledger.
        place: String,
    },
    /// A line of the operator's stops is from a later version.
    #[error("line {line} of the operator's stops {path} is not understood by this campaignctl", path = path.display())]
    UnknownStop {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: u64,
    },
    /// A line of the operator's stops cannot be read, and it may have been a stop. Its content is not shown.
    #[error("line {line} of the operator's stops {path} is damaged, so that a stop may be lost", path = path.display())]
    DamagedStop {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: u64,
    },
    /// A ledger in an object store.
    #[cfg(feature = "object-store")]
    #[error(transparent)]
    Object(#[from] super::object::ObjectError),
    /// `s3://` and its like, which this build cannot open.
    #[error("this campaignctl was built without object stores, so it cannot open the ledger {url}")]
    NoObjectStore {
        /// The URL.
        url: String,
    },
    /// What was given as the ledger's place is none.
    #[error("{text:?} is no place for a ledger: {why}")]
    Location {
        /// As given; never with credentials.
        text: String,
        /// Why.
        why: &'static str,
    },
    /// The system gave no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

impl LedgerError {
    /// Whether somebody else is in the way, so that nothing was done and the run is refused (exit 3).
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Locked { .. } => true,
            #[cfg(feature = "object-store")]
            Self::Object(error) => error.is_refusal(),
            _ => false,
        }
    }

    /// Whether nobody knows any more what the operator stopped, so that everything counts as stopped.
    pub fn may_be_a_stop(&self) -> bool {
        matches!(self, Self::UnknownStop { .. } | Self::DamagedStop { .. })
    }

    /// What the person can do next, as sentences.
    pub fn hint(&self) -> String {
        match self {
            Self::Locked { lock, holder, .. } => locked_hint(lock.as_deref(), holder.as_deref()),
            Self::LockUnsupported { .. } => "Put the ledger on a local disk with --ledger PATH; without a lock two \
                 runs at once could send twice."
                .to_owned(),
            Self::Io { path, source, .. } => io_hint(path, source),
            Self::Sync { source, .. } => {
                let fix = match source.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Free some space on that disk",
                    _ => "Check that disk (the system's log says more)",
                };
                format!(
                    "{fix}, then run campaignctl again: it goes on from what was recorded, and checks anything \
                     that was under way before it sends."
                )
            }
            Self::NotAFile { .. } => "Name a file, as in --ledger PATH/acme.jsonl.".to_owned(),
            Self::Damaged { .. } | Self::LineTooLong { .. } | Self::Sequence { .. } => {
                "Nothing is done with a ledger that cannot be trusted. Put back a good copy from a backup or from \
                 git, and check it with `campaignctl ledger verify`. Do not delete lines: each may be what stops a \
                 message from going out twice."
                    .to_owned()
            }
            Self::Newer { .. } | Self::UnknownEvent { .. } => {
                "A later version of campaignctl wrote this ledger: upgrade to that version or a newer one. If \
                 nobody has used another version, the line is damaged: put back a good copy from a backup or from \
                 git, and check it with `campaignctl ledger verify`."
                    .to_owned()
            }
            Self::Poisoned { .. } => "Put the first error right, then run campaignctl again.".to_owned(),
            Self::Changed { .. } => "Make sure that only one campaignctl works on this ledger and that nothing else \
                 (a sync tool, git, an editor) writes to it, then run campaignctl again."
                .to_owned(),
            Self::EventTooLong { .. } | Self::Encode(_) | Self::Compaction { .. } => {
                "This is a fault of campaignctl: please report it, with the command that was run.".to_owned()
            }
            Self::UnknownStop { .. } => "Somebody stopped or resumed something with a later version of campaignctl: \
                 upgrade to that version, so that the stop is obeyed."
                .to_owned(),
            Self::DamagedStop { .. } => "Nothing is started as long as nobody knows what was stopped. Say it anew, which \
                 replaces all that was said before: `campaignctl pause --all`, then `campaignctl resume` what may go \
                 on; or, if nothing is to be stopped, `campaignctl resume --all`."
                .to_owned(),
            #[cfg(feature = "object-store")]
            Self::Object(error) => error.hint(),
            Self::NoObjectStore { .. } => "Use a file (--ledger PATH, or `ledger: PATH` in the YAML), or a \
                 campaignctl that was built with the feature `object-store`."
                .to_owned(),
            Self::Location { .. } => "Name a file, as in --ledger ledgers/acme.jsonl, a prefix in an \
                 object store, as in --ledger s3://bucket/acme, or a directory that is used like one, as in --ledger \
                 file:///srv/ledgers/acme."
                .to_owned(),
            Self::Random(_) => "Run campaignctl on a system with a working random number source.".to_owned(),
        }
    }
}

fn locked_hint(lock: Option<&Path>, holder: Option<&Holder>) -> String {
    let end = match holder {
        Some(Holder { pid, host, .. }) => format!("or end process {pid} on {host}"),
        None => "or end it".to_owned(),
    };
    let hint =
        format!("Wait for that run to finish, {end}: the lock is free as soon as its process is gone.");
    let Some(lock) = lock else { return hint };
    let lock = lock.display();
    format!(
        "{hint} Only if the ledger is on a network drive and that machine is dead: delete the lock file {lock}."
    )
}

fn io_hint(path: &Path, source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "The disk is full: free some space, then run \
             campaignctl again. What was recorded is kept, and nothing was sent that is not recorded."
            .to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => {
            "That place cannot be written to: name another with --ledger PATH.".to_owned()
        }
        io::ErrorKind::PermissionDenied => format!(
            "You may not do that to {}: change its owner or permissions, or name another place with --ledger PATH.",
            path.display()
        ),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "A part of that path is a file where a directory is needed: move it away, or name another place with \
             --ledger PATH."
                .to_owned()
        }
        _ => "Check that the path exists and can be read and written, or name another place with --ledger PATH."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_read_only_place_say_what_to_do() {
        let full = LedgerError::Io {
            action: "write",
            path: "a.jsonl".into(),
            source: io::Error::from(io::ErrorKind::StorageFull),
        };
        assert!(full.hint().contains("free some space"), "{}", full.hint());
        let denied = LedgerError::Io {
            action: "create",
            path: "a.jsonl".into(),
            source: io::Error::from(io::ErrorKind::PermissionDenied),
        };
        assert!(denied.hint().contains("--ledger"), "{}", denied.hint());
        assert!(!denied.is_refusal());
    }
}
