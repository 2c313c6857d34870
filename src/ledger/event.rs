//! What is written: one event a line.
//!
//! Strict: a field or an event that is not here is an error, so whoever adds one raises [`Record::VERSION`].
//! Otherwise an older program would read past what a newer one meant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use super::event_values::{
    Armed, ExecutionEnd, GroupObservation, HoldEvidence, NotSentWhy, Resolution, ScheduleSpec,
};
use crate::model::{Address, ContentHash, Id, Sha256Hex, WaGroupDigest};

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
        /// The environment, `default` without `-e`. Ledgers of the first days do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
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
    /// WhatsApp groups are about to be imported: by the creation of the group itself, or through a temporary one.
    GroupImportBegun {
        /// Key.
        group: String,
        /// Which, ascending.
        wa_groups: Vec<WaGroupDigest>,
        /// The temporary group's name, where one is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temporary: Option<String>,
        /// Ids of the groups that had this name before: none of these is it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        before: Vec<Id>,
    },
    /// The temporary group is there.
    GroupImportTemporary {
        /// Key.
        group: String,
        /// Its id.
        id: Id,
    },
    /// The members of these WhatsApp groups are in.
    GroupImported {
        /// Key.
        group: String,
        /// Which, ascending.
        wa_groups: Vec<WaGroupDigest>,
    },
    /// The temporary group is gone, or was never made.
    GroupImportCleared {
        /// Key.
        group: String,
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
