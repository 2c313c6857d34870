//! What events carry: values without an identity of their own. As strict as the events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{AudienceDigest, ContentHash, Id, ScheduleType, Sha256Hex};

/// A schedule as it was sent to the API, without its text: what the API may not show is compared by this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSpec {
    /// `name`.
    pub name: String,
    /// `session_id`.
    pub session_id: Id,
    /// `custom_group_id`.
    pub group_id: Id,
    /// `schedule_type`.
    pub schedule_type: ScheduleType,
    /// `cron_expression` or `scheduled_time`, as sent.
    pub timing: String,
    /// For one-time schedules: the moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// `timezone`.
    pub timezone: String,
    /// Hash of message type, text and media.
    pub content: ContentHash,
    /// Hash of the media URL alone: a changed one needs a replacement, a changed text does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Sha256Hex>,
}

/// What an `armed` send will do (`send-safety.md`, *The ledger*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Armed {
    /// Which attempt of this key, from 1.
    pub attempt: u32,
    /// The session it goes out from.
    pub session_id: Id,
    /// The group of the API it goes to (the snapshot's, where there is one).
    pub group_id: Id,
    /// The key of the desired group.
    pub group: String,
    /// What it says.
    pub content: ContentHash,
    /// To how many.
    pub audience: u64,
    /// To whom, as a keyed digest.
    pub audience_digest: AudienceDigest,
    /// When it was armed, by the server's clock as far as known (ours plus the skew of its `Date` header).
    pub server_time: Timestamp,
    /// The request is not started after this.
    pub not_after: Timestamp,
    /// Whether `group_id` is a snapshot made for this attempt.
    #[serde(default)]
    pub snapshot: bool,
}

/// Why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSentWhy {
    /// No byte of the request left (name not found, connection refused, TLS failed).
    NoConnection,
    /// Recovery found no job twice, and `policy.in_doubt: retry` takes that as proof.
    AssumedByPolicy,
    /// The time until which it might start had passed.
    TooLate,
}

/// What a hold is based on: counts and ids, never a text or a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct HoldEvidence {
    /// In words, without personal data.
    pub why: String,
    /// The jobs that might be it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Id>,
}

/// How a person settled a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "as", deny_unknown_fields)]
pub enum Resolution {
    /// This job is the send.
    Job {
        /// The job.
        job: Id,
        /// What the YAML had for it, where it was tied without ever having been armed here (`adopt --job`): a changed
        /// text or a renamed key is compared with this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taken_for: Option<Box<Armed>>,
    },
    /// It was not sent; it may be sent again.
    NotSent {
        /// Hash of the reason given; the reason itself may name a person, and is kept nowhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// For a key with no history: the jobs on the account are something else (`adopt --new`).
    New,
}

/// The result of a full read of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupObservation {
    /// The group's id.
    pub id: Id,
    /// `member_count` as the list gives it (with what is no phone).
    pub count: u64,
    /// Digest of the phones that are there.
    pub digest: AudienceDigest,
    /// How many entries are no phone.
    pub redacted: u64,
    /// Digest of the desired set that this satisfies; another desired set means: read again.
    pub wanted: AudienceDigest,
    /// Digest of the suppressed set that this satisfies.
    pub suppressed: AudienceDigest,
}

/// A final state of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionEnd {
    /// `completed`, `cancelled`, `failed`.
    pub status: String,
    /// Sent.
    pub sent: u64,
    /// Failed.
    pub failed: u64,
    /// Recipients in all, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}
