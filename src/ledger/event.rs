//! What is written: one event a line.
//!
//! Strict: a field or an event that is not here is an error, so whoever adds one raises [`Record::VERSION`].
//! Otherwise an older program would read past what a newer one meant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Address, AudienceDigest, ContentHash, Id, ScheduleType, Sha256Hex};

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version of the format; this program writes [`Record::VERSION`] and refuses a newer one.
    pub v: u32,
    /// Position, from 1, without gaps.
    pub seq: u64,
    /// Wall clock of the writer.
    pub at: Timestamp,
    /// `campaignctl` and its version.
    pub tool: String,
    /// The run that wrote it: a random id, the same for all events of one process.
    pub run_id: String,
    /// What happened.
    pub event: Event,
}

impl Record {
    /// The version written today.
    pub const VERSION: u32 = 1;
}

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

/// What happened. Names of events are part of the file format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The first event: whose ledger this is.
    Bound {
        /// Project.
        project: String,
        /// `account.name`.
        account: String,
        /// Host with port of the API; `sandbox` for the embedded one.
        host: String,
        /// Key of the audience digests, in hexadecimal.
        salt: String,
    },
    /// The project was renamed (`moved: project.old`).
    ProjectRenamed {
        /// The new name.
        project: String,
    },
    /// A session id was used.
    SessionSeen {
        /// The session's key.
        session: String,
        /// Its id.
        id: Id,
    },
    /// A key was renamed; its whole history goes along.
    Moved {
        /// Old address.
        from: Address,
        /// New address.
        to: Address,
    },

    /// A group is about to be created.
    GroupCreating {
        /// Key.
        group: String,
        /// Name on the account.
        name: String,
        /// Ids of the groups that had this name before: none of these is it.
        before: Vec<Id>,
    },
    /// Nothing was created.
    GroupNotCreated {
        /// Key.
        group: String,
    },
    /// Whether one was created is not known; the next plan looks for it by name.
    GroupInDoubt {
        /// Key.
        group: String,
    },
    /// A group is ours: created, found after a doubtful create, or adopted.
    GroupOwned {
        /// Key.
        group: String,
        /// Id.
        id: Id,
        /// Name on the account.
        name: String,
        /// It was there before (`adopt`).
        adopted: bool,
    },
    /// It has another name now.
    GroupRenamed {
        /// Key.
        group: String,
        /// New name.
        name: String,
    },
    /// Members are about to be added or removed: what was observed is no longer known.
    GroupChanging {
        /// Key.
        group: String,
    },
    /// It was read in full.
    GroupObserved {
        /// Key.
        group: String,
        /// What was seen.
        observation: GroupObservation,
    },
    /// `protect:` as last applied.
    GroupProtect {
        /// Key.
        group: String,
        /// Whether it may not be deleted.
        protect: bool,
    },
    /// It was deleted by us, or found deleted.
    GroupGone {
        /// Key.
        group: String,
        /// Id.
        id: Id,
    },

    /// A schedule is about to be created.
    ScheduleCreating {
        /// Key.
        schedule: String,
        /// As it will be sent.
        spec: ScheduleSpec,
        /// Ids of the schedules that had this name before: none of these is it.
        before: Vec<Id>,
    },
    /// Nothing was created.
    ScheduleNotCreated {
        /// Key.
        schedule: String,
    },
    /// Whether one was created is not known; twins are looked for from now on in every plan.
    ScheduleInDoubt {
        /// Key.
        schedule: String,
    },
    /// A schedule is ours, with this specification.
    ScheduleOwned {
        /// Key.
        schedule: String,
        /// Id.
        id: Id,
        /// As sent; for an adopted one as observed, where the API shows it.
        spec: Option<ScheduleSpec>,
        /// It was there before.
        adopted: bool,
    },
    /// It is about to be changed; until `schedule_updated` its fields are not known.
    ScheduleUpdating {
        /// Key.
        schedule: String,
    },
    /// It was changed.
    ScheduleUpdated {
        /// Key.
        schedule: String,
        /// As it is now.
        spec: ScheduleSpec,
    },
    /// It is about to be cancelled and created anew. Until it is owned again, or given up, the next run goes on.
    ScheduleReplacing {
        /// Key.
        schedule: String,
        /// The one that will be cancelled.
        old: Id,
        /// What will be created.
        spec: ScheduleSpec,
    },
    /// A replacement was given up because its time had passed or its old one had fired.
    ScheduleReplaceEnded {
        /// Key.
        schedule: String,
        /// `sent` or `missed`.
        how: String,
    },
    /// One of ours is cancelled.
    ScheduleCancelled {
        /// Key.
        schedule: String,
        /// Id.
        id: Id,
    },
    /// A one-time schedule was seen completed.
    ScheduleCompleted {
        /// Key.
        schedule: String,
        /// Id.
        id: Id,
    },
    /// One of ours was deleted, or found deleted.
    ScheduleGone {
        /// Key.
        schedule: String,
        /// Id.
        id: Id,
    },

    /// A send was decided on.
    Prepared {
        /// Key.
        send: String,
        /// Run.
        run: String,
    },
    /// A snapshot group is about to be created for an attempt.
    SnapshotCreating {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// Attempt.
        attempt: u32,
        /// Its name.
        name: String,
    },
    /// The snapshot group is there.
    SnapshotOwned {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// Attempt.
        attempt: u32,
        /// Id.
        id: Id,
    },
    /// The snapshot group is gone.
    SnapshotGone {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// Id.
        id: Id,
    },
    /// Durable before the one POST.
    Armed {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// What will be sent.
        armed: Armed,
    },
    /// The API has a job for it.
    Accepted {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// The job.
        job: Id,
        /// It was found by recovery, not answered to the POST.
        #[serde(default)]
        recovered: bool,
    },
    /// The API said no.
    Rejected {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// HTTP status.
        status: u16,
        /// `X-Required-Scopes`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scopes: Option<String>,
    },
    /// No byte of the request left.
    NotSent {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// Why.
        why: NotSentWhy,
    },
    /// Its fate is not known.
    InDoubt {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// Why, without personal data.
        why: String,
        /// Recovery does not adopt this job, only `resolve` does: it was read and is not what was armed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wrong_job: Option<Id>,
    },
    /// Recovery could not settle it: a person must.
    Held {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// What is known.
        evidence: HoldEvidence,
    },
    /// A person settled it.
    Resolved {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// The login name of who did, as the system gives it.
        by: String,
        /// How.
        how: Resolution,
    },
    /// The job is final.
    Finished {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// The job.
        job: Id,
        /// How it ended.
        end: ExecutionEnd,
    },
    /// The other text, or the other group, of an accepted key was said and let be (`on_change: ignore`).
    ChangeIgnored {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// Hash of the text that was not sent.
        content: ContentHash,
    },
    /// Another session than the one it went out from was said and let be.
    SessionChangeSaid {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// The session it would go out from now.
        session_id: Id,
    },
    /// The job was paused because someone in it is newly suppressed; it stays paused until a person resumes it.
    PausedForSuppressed {
        /// Key.
        send: String,
        /// Run.
        run: String,
        /// The job.
        job: Id,
        /// The pause is lifted.
        lifted: bool,
    },
    /// The text of a send went to somebody's own phone (`try`): this job is no send of any key, and no evidence
    /// that one was sent.
    Tried {
        /// Key of the send whose text it was.
        send: String,
        /// The job.
        job: Id,
    },
    /// A tie to an address was given up by a person (`forget`). Sends keep their keys for ever.
    Forgotten {
        /// The address.
        address: Address,
    },
    /// Compaction: the digest of what was folded away. State follows in events of the kinds above.
    Compacted {
        /// SHA-256 over the bytes folded away.
        digest: Sha256Hex,
        /// How many events there were.
        events: u64,
    },
}
