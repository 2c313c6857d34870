//! Events, holders and strategies for this module's tests.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{
    Armed, Event, ExecutionEnd, GroupObservation, HoldEvidence, Holder, NotSentWhy, Resolution, ScheduleSpec,
};
use crate::model::{
    Address, AudienceDigest, Content, Id, Kind, PhoneSet, Salt, ScheduleType, Sha256Hex, WaGroupDigest,
};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(super) fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

pub(super) fn holder(run_id: &str) -> Holder {
    Holder::here("apply", run_id.to_owned(), at(0))
}

pub(super) fn content(text: &str) -> crate::model::ContentHash {
    Content { text: Some(text.to_owned()), media: None }.hash()
}

pub(super) fn digest() -> AudienceDigest {
    AudienceDigest::of(&Salt::new([7; 32]), &PhoneSet::new())
}

pub(super) fn spec(name: &str) -> ScheduleSpec {
    ScheduleSpec {
        name: name.to_owned(),
        session_id: id("session-1"),
        group_id: id("group-1"),
        schedule_type: ScheduleType::OneTime,
        timing: "2030-01-01T09:00:00Z".to_owned(),
        at: Some(at(9)),
        timezone: "UTC".to_owned(),
        content: content(name),
        media: None,
    }
}

pub(super) fn armed(attempt: u32) -> Armed {
    Armed {
        attempt,
        session_id: id("session-1"),
        group_id: id("group-1"),
        group: "vip".to_owned(),
        content: content("hello"),
        audience: 3,
        audience_digest: digest(),
        server_time: at(100),
        not_after: at(200),
        snapshot: false,
    }
}

pub(super) fn arm(send: &str, attempt: u32) -> Event {
    Event::Armed { send: send.to_owned(), run: "1".to_owned(), armed: armed(attempt) }
}

pub(super) fn accepted(send: &str, job: &str) -> Event {
    Event::Accepted { send: send.to_owned(), run: "1".to_owned(), job: id(job), recovered: false }
}

pub(super) fn bound() -> Event {
    Event::Bound {
        project: "acme".to_owned(),
        account: "main".to_owned(),
        host: "sandbox".to_owned(),
        environment: None,
        salt: Salt::new([7; 32]).to_hex(),
    }
}

/// Few names, so that events meet.
fn key() -> impl Strategy<Value = String> {
    prop_oneof!["a", "b", "c"]
}

fn some_id() -> impl Strategy<Value = Id> {
    prop_oneof!["i1", "i2", "i3"].prop_map(|text| id(&text))
}

fn ids() -> impl Strategy<Value = Vec<Id>> {
    prop::collection::vec(some_id(), 0..3)
}

fn address() -> impl Strategy<Value = Address> {
    (prop_oneof![Just(Kind::Group), Just(Kind::Schedule), Just(Kind::Send)], key())
        .prop_map(|(kind, key)| Address { kind, key })
}

fn observation() -> impl Strategy<Value = GroupObservation> {
    (some_id(), 0..5u64).prop_map(|(id, n)| GroupObservation {
        id,
        count: n,
        digest: digest(),
        redacted: n / 2,
        wanted: digest(),
        suppressed: digest(),
    })
}

fn wa_groups() -> impl Strategy<Value = Vec<WaGroupDigest>> {
    let one = prop_oneof!["1@g.us", "2@g.us"].prop_map(|id| WaGroupDigest::of(&Salt::new([7; 32]), &id));
    prop::collection::btree_set(one, 0..3).prop_map(|set| set.into_iter().collect())
}

fn import_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (key(), wa_groups(), prop::option::of(key()), ids()).prop_map(
            |(group, wa_groups, temporary, before)| {
                Event::GroupImportBegun { group, wa_groups, temporary, before }
            }
        ),
        (key(), some_id()).prop_map(|(group, id)| Event::GroupImportTemporary { group, id }),
        (key(), wa_groups()).prop_map(|(group, wa_groups)| Event::GroupImported { group, wa_groups }),
        key().prop_map(|group| Event::GroupImportCleared { group }),
    ]
}

fn group_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (key(), key(), ids()).prop_map(|(group, name, before)| Event::GroupCreating { group, name, before }),
        key().prop_map(|group| Event::GroupNotCreated { group }),
        key().prop_map(|group| Event::GroupInDoubt { group }),
        (key(), some_id(), key(), any::<bool>()).prop_map(|(group, id, name, adopted)| Event::GroupOwned {
            group,
            id,
            name,
            adopted
        }),
        (key(), key()).prop_map(|(group, name)| Event::GroupRenamed { group, name }),
        key().prop_map(|group| Event::GroupChanging { group }),
        (key(), observation()).prop_map(|(group, observation)| Event::GroupObserved { group, observation }),
        (key(), any::<bool>()).prop_map(|(group, protect)| Event::GroupProtect { group, protect }),
        (key(), some_id()).prop_map(|(group, id)| Event::GroupGone { group, id }),
        import_event(),
    ]
}

fn schedule_event() -> impl Strategy<Value = Event> {
    let some_spec = || key().prop_map(|name| spec(&name));
    prop_oneof![
        (key(), some_spec(), ids()).prop_map(|(schedule, spec, before)| Event::ScheduleCreating {
            schedule,
            spec,
            before
        }),
        key().prop_map(|schedule| Event::ScheduleNotCreated { schedule }),
        key().prop_map(|schedule| Event::ScheduleInDoubt { schedule }),
        (key(), some_id(), prop::option::of(some_spec()))
            .prop_map(|(schedule, id, spec)| Event::ScheduleOwned { schedule, id, spec, adopted: false }),
        key().prop_map(|schedule| Event::ScheduleUpdating { schedule }),
        (key(), some_spec()).prop_map(|(schedule, spec)| Event::ScheduleUpdated { schedule, spec }),
        (key(), some_id(), some_spec()).prop_map(|(schedule, old, spec)| Event::ScheduleReplacing {
            schedule,
            old,
            spec
        }),
        key().prop_map(|schedule| Event::ScheduleReplaceEnded { schedule, how: "sent".to_owned() }),
        (key(), some_id()).prop_map(|(schedule, id)| Event::ScheduleCancelled { schedule, id }),
        (key(), some_id()).prop_map(|(schedule, id)| Event::ScheduleCompleted { schedule, id }),
        (key(), some_id()).prop_map(|(schedule, id)| Event::ScheduleGone { schedule, id }),
    ]
}

fn send_event() -> impl Strategy<Value = Event> {
    let run = || prop_oneof!["1", "2"];
    prop_oneof![
        (key(), run()).prop_map(|(send, run)| Event::Prepared { send, run }),
        (key(), run(), 1..3u32, key()).prop_map(|(send, run, attempt, name)| Event::SnapshotCreating {
            send,
            run,
            attempt,
            name
        }),
        (key(), run(), 1..3u32, some_id()).prop_map(|(send, run, attempt, id)| Event::SnapshotOwned {
            send,
            run,
            attempt,
            id
        }),
        (key(), run(), some_id()).prop_map(|(send, run, id)| Event::SnapshotGone { send, run, id }),
        (key(), run(), 1..4u32).prop_map(|(send, run, n)| Event::Armed { send, run, armed: armed(n) }),
        (key(), run(), some_id(), any::<bool>()).prop_map(|(send, run, job, recovered)| Event::Accepted {
            send,
            run,
            job,
            recovered
        }),
        (key(), run()).prop_map(|(send, run)| Event::Rejected { send, run, status: 403, scopes: None }),
        (key(), run()).prop_map(|(send, run)| Event::NotSent { send, run, why: NotSentWhy::TooLate }),
        (key(), run(), key(), prop::option::of(some_id()))
            .prop_map(|(send, run, why, wrong_job)| Event::InDoubt { send, run, why, wrong_job }),
        (key(), run(), key(), ids()).prop_map(|(send, run, why, jobs)| Event::Held {
            send,
            run,
            evidence: HoldEvidence { why, jobs }
        }),
        (key(), run(), resolution()).prop_map(|(send, run, how)| Event::Resolved {
            send,
            run,
            by: "ada".to_owned(),
            how
        }),
        (key(), run(), some_id(), 0..9u64).prop_map(|(send, run, job, sent)| Event::Finished {
            send,
            run,
            job,
            end: ExecutionEnd { status: "completed".to_owned(), sent, failed: 0, total: None }
        }),
        (key(), run(), key()).prop_map(|(send, run, text)| Event::ChangeIgnored {
            send,
            run,
            content: content(&text)
        }),
    ]
}

fn resolution() -> impl Strategy<Value = Resolution> {
    prop_oneof![
        some_id().prop_map(|job| Resolution::Job { job, taken_for: None }),
        Just(Resolution::NotSent { reason: None }),
        Just(Resolution::New),
    ]
}

/// Any event, in any order: also what no run would ever write.
pub(super) fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => Just(bound()),
        1 => key().prop_map(|project| Event::ProjectRenamed { project }),
        1 => (key(), some_id()).prop_map(|(session, id)| Event::SessionSeen { session, id }),
        2 => (address(), address()).prop_map(|(from, to)| Event::Moved { from, to }),
        1 => address().prop_map(|address| Event::Forgotten { address }),
        1 => Just(Event::Compacted { digest: Sha256Hex::of(b""), events: 3 }),
        8 => group_event(),
        8 => schedule_event(),
        16 => send_event(),
    ]
}
