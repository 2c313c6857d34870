//! What can go wrong with a ledger in an object store, and what to do about it.
//!
//! The client's own texts are not shown: an error page of a store can hold a key id, a signature or a whole signed
//! URL. What is shown is the store's error code, the status, or the network's words.

use std::error::Error as StdError;
use std::io;

use crate::ledger::holder::Holder;
use crate::model::one_line;

/// Why a ledger in an object store could not be opened, read, locked or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// The place cannot be a ledger, or what the environment says about its store cannot be used.
    #[error("the ledger {place} cannot be opened: {why}")]
    Setup {
        /// The ledger.
        place: String,
        /// What is wrong.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// A request failed.
    #[error("cannot {action} {object}: {why}")]
    Request {
        /// `read`, `write`, `list`, `delete`: completes "cannot …".
        action: &'static str,
        /// The object's address.
        object: String,
        /// What the store or the network said.
        why: String,
        /// What kind of failure it is.
        kind: FailureKind,
    },
    /// Another run holds the lease (exit 3).
    #[error(
        "the ledger {place} is in use{}; its lease was renewed {age} s ago and can be taken over after {ttl} s \
         without renewal", holder.as_ref().map(|h| format!(" by {h}")).unwrap_or_default()
    )]
    Leased {
        /// The ledger.
        place: String,
        /// The lease's address.
        lease: String,
        /// Who holds it, where that could be read.
        holder: Option<Box<Holder>>,
        /// Seconds since it was renewed, by the store's clock.
        age: u64,
        /// Seconds without renewal after which it may be taken.
        ttl: u64,
    },
    /// Another run works on this ledger now: its lease was taken over or deleted, or an event of another run is
    /// where this run's next one belongs.
    #[error("another run has taken over the ledger {place}{}", by.as_ref().map(|b| format!(": {b}")).unwrap_or_default())]
    TakenOver {
        /// The ledger.
        place: String,
        /// What is known about it.
        by: Option<String>,
    },
    /// The store does not keep the promise that the ledger rests on.
    #[error("the store of the ledger {place} cannot hold a ledger: {why}")]
    Unsafe {
        /// The ledger.
        place: String,
        /// What it did.
        why: &'static str,
    },
    /// Fewer events than an earlier run had written.
    #[error("the ledger {place} ends at event {found}, but an earlier run had written event {expected}")]
    Lost {
        /// The ledger.
        place: String,
        /// The last event there is.
        found: u64,
        /// The last event there was.
        expected: u64,
    },
    /// Events that were written and are not there.
    #[error("the ledger {place} is not whole: {} missing: {which}", events(*count))]
    Missing {
        /// The ledger.
        place: String,
        /// How many.
        count: u64,
        /// Which: names of objects, and ranges of them.
        which: String,
    },
    /// An object is not what belongs there.
    #[error("{object} is damaged: {why}")]
    Damaged {
        /// The object's address.
        object: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A snapshot is not what belongs there.
    #[error("the snapshot {object} is damaged: {why}")]
    Snapshot {
        /// The object's address.
        object: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The thread for the network could not be started.
    #[error("the thread for the object store could not be started: {source}")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// The thread for the network is gone.
    #[error("the thread for the object store has ended")]
    Ended,
}

/// What kind of failure a request had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The store said no to who asks.
    Denied,
    /// There is no such bucket or object.
    Missing,
    /// The store cannot do this at all.
    Unsupported,
    /// No answer, or one that says nothing about what was done: it may have been.
    Unsure,
}

impl ObjectError {
    /// Whether somebody else is in the way, so that nothing was done (exit 3).
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Leased { .. })
    }

    /// Whether a write that ended so may have been done.
    pub(super) fn is_unsure(&self) -> bool {
        matches!(self, Self::Request { kind: FailureKind::Unsure, .. })
    }

    /// What the person can do next, as sentences.
    pub fn hint(&self) -> String {
        match self {
            Self::Setup { hint, .. } => (*hint).to_owned(),
            Self::Request { kind, object, .. } => match kind {
                FailureKind::Denied => "Check the credentials, the region and the rights on that prefix: reading, \
                     listing, writing and, for the self-test and old snapshots, deleting."
                    .to_owned(),
                FailureKind::Missing => "Check the name of the bucket and the region, and create the bucket if it is \
                     not there yet."
                    .to_owned(),
                FailureKind::Unsupported => UNSAFE_HINT.to_owned(),
                FailureKind::Unsure if object.starts_with("file:") => "Check that this user may write in the directory \
                     and that the disk is not full, then run campaignctl again: it goes on from what was recorded, and \
                     checks anything that was under way before it sends."
                    .to_owned(),
                FailureKind::Unsure => "Check the network (and the proxy, where HTTPS_PROXY or ALL_PROXY names one) and the \
                     store, then run campaignctl again: it goes on from \
                     what was recorded, and checks anything that was under way before it sends."
                    .to_owned(),
            },
            Self::Leased { lease, holder, .. } => {
                let end = match holder {
                    Some(holder) => format!("end process {} on {}", holder.pid, one_line(&holder.host, 60)),
                    None => "end it".to_owned(),
                };
                format!(
                    "Wait for that run to finish, or {end}. A run that was killed leaves its lease behind; it is \
                     taken over by itself once it has not been renewed for long enough. To break it at once, delete \
                     the object {lease}: a run that is still alive then stops before its next change."
                )
            }
            Self::TakenOver { .. } => "Wait for the other run to finish, then run campaignctl again: it goes on from \
                 what was recorded. Two pipelines on one ledger need a concurrency group, so that one waits."
                .to_owned(),
            Self::Unsafe { .. } => UNSAFE_HINT.to_owned(),
            Self::Lost { .. } | Self::Missing { .. } => "Events were deleted or an old copy was put back: then campaignctl no longer knows \
                 what it sent. Put the objects back (a versioned bucket still has them) and check with `campaignctl \
                 ledger verify`; take lifecycle rules off this prefix."
                .to_owned(),
            Self::Damaged { .. } => "Nothing is done with a ledger that cannot be trusted. Put back the object (a \
                 versioned bucket still has it) and check with `campaignctl ledger verify`. Do not delete events: \
                 each may be what stops a message from going out twice."
                .to_owned(),
            Self::Snapshot { .. } => "Delete that snapshot: it only saves time, and every event it was made of is \
                 still there. Then check with `campaignctl ledger verify`."
                .to_owned(),
            Self::Thread { .. } | Self::Ended => {
                "Run campaignctl again: it goes on from what was recorded.".to_owned()
            }
        }
    }
}

fn events(count: u64) -> String {
    if count == 1 { "1 event is".to_owned() } else { format!("{count} events are") }
}

const UNSAFE_HINT: &str = "Without conditional writes (If-None-Match and If-Match on PUT) two runs at once could send \
     twice. Use a store that has them, such as Amazon S3, Google Cloud Storage, Azure Blob Storage, Cloudflare R2 or \
     MinIO, or a local file with --ledger PATH.";

/// An error of the client as an error of ours.
pub(super) fn failed(action: &'static str, object: String, error: &object_store::Error) -> ObjectError {
    use object_store::Error as E;
    let kind = match error {
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => FailureKind::Denied,
        E::NotFound { .. } => FailureKind::Missing,
        // A list knows no object that could be missing: it is the bucket.
        E::Generic { .. } if status(&error.to_string()).is_some_and(|s| s.starts_with("404")) => {
            FailureKind::Missing
        }
        E::NotImplemented { .. } | E::NotSupported { .. } => FailureKind::Unsupported,
        E::Generic { .. }
            if status(&error.to_string()).is_some_and(|s| s.starts_with('4') && !is_passing(s)) =>
        {
            FailureKind::Denied
        }
        _ => FailureKind::Unsure,
    };
    ObjectError::Request { action, object, why: words(error), kind }
}

/// 408 and 429 say nothing about who asks.
fn is_passing(status: &str) -> bool {
    status.starts_with("408") || status.starts_with("429")
}

/// The store's error code, else the status, else the innermost words.
fn words(error: &object_store::Error) -> String {
    let text = error.to_string();
    if text.contains("169.254.") || text.contains("metadata.google") {
        return "no credentials were found (and this machine has no identity of its own in the cloud)"
            .to_owned();
    }
    let status = status(&text).map(|status| one_line(status, 40));
    let code = between(&text, "<Code>", "</Code>")
        .filter(|code| code.len() <= 60 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    match (code, status) {
        (Some(code), Some(status)) => format!("the store says {code} ({status})"),
        (Some(code), None) => format!("the store says {code}"),
        (None, Some(status)) => format!("the store says {status}"),
        (None, None) => one_line(&innermost(error), 160),
    }
}

fn status(text: &str) -> Option<&str> {
    let after = text.split("status code: ").nth(1)?;
    Some(after.split([':', '\n']).next().unwrap_or(after).trim()).filter(|s| !s.is_empty())
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let after = &text[text.find(open)? + open.len()..];
    Some(&after[..after.find(close)?])
}

/// The words of the innermost error, without what could be the signed part of an address.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    let mut at = error;
    for _ in 0..32 {
        match at.source() {
            Some(next) => at = next,
            None => break,
        }
    }
    at.to_string().split('?').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> object_store::Error {
        object_store::Error::Generic { store: "S3", source: text.to_owned().into() }
    }

    #[test]
    fn an_error_page_is_shown_by_its_code_only() {
        let page = generic(
            "Server returned non-2xx status code: 400 Bad Request: <Error><Code>InvalidToken</Code>\
             <AWSAccessKeyId>AKIACANARY</AWSAccessKeyId></Error>",
        );
        let error = failed("write", "s3://b/p/lease.json".to_owned(), &page);
        assert_eq!(
            error.to_string(),
            "cannot write s3://b/p/lease.json: the store says InvalidToken (400 Bad Request)"
        );
        assert!(!format!("{error:?}").contains("AKIACANARY"));
        assert!(!error.is_unsure());
        let page = generic("status code: 404 Not Found: <Error><Code>NoSuchBucket</Code></Error>");
        let error = failed("list", "s3://b/p/snapshots".to_owned(), &page);
        assert!(error.hint().contains("create the bucket"), "{error}: {}", error.hint());
        let busy = generic("Server returned non-2xx status code: 503 Slow Down: ");
        assert!(failed("write", String::new(), &busy).is_unsure());
    }

    #[test]
    fn a_signed_address_is_cut() {
        let text = words(&generic("error at https://a.blob/x?sv=1&sig=CANARY"));
        assert!(!text.contains("CANARY"), "{text}");
    }

    #[test]
    fn every_error_says_what_to_do() {
        let place = || "s3://b/p".to_owned();
        for error in [
            ObjectError::Unsafe { place: place(), why: "x" },
            ObjectError::Lost { place: place(), found: 1, expected: 2 },
            ObjectError::Missing { place: place(), count: 1, which: place() },
            ObjectError::TakenOver { place: place(), by: None },
            ObjectError::Leased { place: place(), lease: place(), holder: None, age: 1, ttl: 60 },
            ObjectError::Ended,
        ] {
            assert!(error.hint().ends_with('.'), "{error}");
        }
    }
}
