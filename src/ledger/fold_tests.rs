//! What the events add up to, transition by transition (`send-safety.md`, *The ledger*).

use super::journal::record;
use super::testing::{accepted, arm, at, bound, content, id, spec};
use super::{
    Event, ExecutionEnd, HoldEvidence, NotSentWhy, Phase, Resolution, RunHistory, ScheduleState, State,
};
use crate::model::Address;

fn state_of(events: Vec<Event>) -> State {
    let mut state = State::default();
    for (seq, event) in (1..).zip(events) {
        state.apply(&record(seq, at(i64::try_from(seq).unwrap()), "run", event));
    }
    state
}

fn history(events: Vec<Event>) -> RunHistory {
    state_of(events).run("a", "1").unwrap().clone()
}

fn schedule(events: Vec<Event>) -> ScheduleState {
    state_of(events).schedules["s"].clone()
}

fn names() -> (String, String) {
    ("a".to_owned(), "1".to_owned())
}

fn rejected() -> Event {
    let (send, run) = names();
    Event::Rejected { send, run, status: 403, scopes: Some("messages:send".to_owned()) }
}

fn not_sent() -> Event {
    let (send, run) = names();
    Event::NotSent { send, run, why: NotSentWhy::NoConnection }
}

fn in_doubt(wrong: Option<&str>) -> Event {
    let (send, run) = names();
    Event::InDoubt { send, run, why: "timeout".to_owned(), wrong_job: wrong.map(id) }
}

fn held() -> Event {
    let (send, run) = names();
    Event::Held { send, run, evidence: HoldEvidence { why: "no job".to_owned(), jobs: vec![] } }
}

fn resolved(how: Resolution) -> Event {
    let (send, run) = names();
    Event::Resolved { send, run, by: "ada".to_owned(), how }
}

fn jobs(history: &RunHistory) -> Vec<&str> {
    history.jobs.iter().map(|job| job.job.as_str()).collect()
}

fn moved(from: Address, to: Address) -> Event {
    Event::Moved { from, to }
}

#[test]
fn the_first_event_binds() {
    let state = state_of(vec![bound(), Event::ProjectRenamed { project: "new".to_owned() }]);
    assert_eq!(state.binding.unwrap().project, "new");
    assert!(state.salt.is_some());
}

#[test]
fn a_prepared_send_is_open_and_an_armed_one_unsettled() {
    let (send, run) = names();
    let open = history(vec![Event::Prepared { send, run }]);
    assert_eq!(open.phase, Phase::Open);
    assert!(!open.is_unsettled() && open.attempts == 0);
    let armed = history(vec![arm("a", 1)]);
    assert_eq!((armed.phase.clone(), armed.attempts), (Phase::Armed, 1));
    assert!(armed.is_unsettled() && armed.jobs.is_empty());
}

#[test]
fn an_accepted_send_keeps_what_was_armed_for_its_job() {
    let (send, run) = names();
    let end = ExecutionEnd { status: "completed".to_owned(), sent: 3, failed: 0, total: Some(3) };
    let finished = Event::Finished { send, run, job: id("j1"), end: end.clone() };
    let done = history(vec![arm("a", 1), accepted("a", "j1"), finished]);
    assert_eq!(done.phase, Phase::Accepted);
    let job = done.last_job().unwrap();
    assert_eq!(job.armed.as_ref().map(|armed| armed.attempt), Some(1));
    assert_eq!((job.at, job.end.as_ref()), (at(2), Some(&end)));
}

#[test]
fn refusals_and_failures_to_connect_open_the_key_again() {
    let refused = history(vec![arm("a", 1), rejected()]);
    assert_eq!((refused.phase, refused.rejected, refused.attempts), (Phase::Open, Some(403), 1));
    let failed = history(vec![arm("a", 1), rejected(), arm("a", 2), not_sent()]);
    assert_eq!((failed.phase, failed.rejected, failed.attempts), (Phase::Open, None, 2));
}

#[test]
fn a_failed_resend_leaves_the_key_accepted() {
    for failure in [rejected(), not_sent(), resolved(Resolution::NotSent { reason: None })] {
        let key = history(vec![arm("a", 1), accepted("a", "j1"), arm("a", 2), failure]);
        assert_eq!(key.phase, Phase::Accepted);
        assert_eq!(jobs(&key), ["j1"]);
    }
}

#[test]
fn a_resend_makes_a_second_job() {
    let key = history(vec![arm("a", 1), accepted("a", "j1"), arm("a", 2), accepted("a", "j2")]);
    assert_eq!(jobs(&key), ["j1", "j2"]);
    assert_eq!(key.last_job().unwrap().armed.as_ref().unwrap().attempt, 2);
    assert_eq!(key.attempts, 2);
}

#[test]
fn an_answer_that_comes_twice_is_one_job() {
    assert_eq!(jobs(&history(vec![arm("a", 1), accepted("a", "j1"), accepted("a", "J1")])), ["j1"]);
}

#[test]
fn doubt_ends_in_recovery_or_a_hold_that_keeps_its_first_time() {
    let found = history(vec![arm("a", 1), in_doubt(None), accepted("a", "j1")]);
    assert_eq!((found.phase.clone(), jobs(&found)), (Phase::Accepted, vec!["j1"]));
    let key = history(vec![arm("a", 1), in_doubt(None), held(), held()]);
    assert!(matches!(key.phase, Phase::Held(_)) && key.is_unsettled());
    assert_eq!(key.held_at, Some(at(3)));
    assert!(key.armed.is_some());
}

#[test]
fn a_wrong_job_is_not_the_keys_and_stays_known_through_a_hold() {
    let key = history(vec![arm("a", 1), accepted("a", "j1"), in_doubt(Some("j1")), held(), held()]);
    assert!(key.jobs.is_empty() && key.is_unsettled());
    assert!(key.wrong_jobs.contains(&id("j1")));
    let events = vec![
        arm("a", 1),
        accepted("a", "j1"),
        in_doubt(Some("j1")),
        held(),
        resolved(Resolution::Job { job: id("j1"), taken_for: None }),
    ];
    let settled = history(events);
    assert_eq!((jobs(&settled), settled.phase.clone()), (vec!["j1"], Phase::Accepted));
    assert!(settled.wrong_jobs.is_empty() && settled.last_job().unwrap().armed.is_some());
}

#[test]
fn a_person_settles_a_hold_three_ways() {
    let hold = || vec![arm("a", 1), in_doubt(None), held()];
    let with = |how| history(hold().into_iter().chain([resolved(how)]).collect());
    let job = with(Resolution::Job { job: id("j9"), taken_for: None });
    assert_eq!((jobs(&job), job.held_at), (vec!["j9"], None));
    let not_sent = with(Resolution::NotSent { reason: None });
    assert_eq!((not_sent.phase, not_sent.held_at), (Phase::Open, None));
    let new = with(Resolution::New);
    assert!(new.settled_new && new.phase == Phase::Open);
}

#[test]
fn an_ignored_change_is_forgotten_by_the_next_attempt() {
    let (send, run) = names();
    let ignore = Event::ChangeIgnored { send, run, content: content("b") };
    let key = history(vec![arm("a", 1), accepted("a", "j1"), ignore.clone()]);
    assert_eq!((key.ignored, key.phase), (Some(content("b")), Phase::Accepted));
    assert_eq!(history(vec![ignore, arm("a", 2)]).ignored, None);
}

#[test]
fn snapshots_are_known_until_they_are_gone() {
    let creating = || {
        let (send, run) = names();
        Event::SnapshotCreating { send, run, attempt: 1, name: "snap".to_owned() }
    };
    let owned = || {
        let (send, run) = names();
        Event::SnapshotOwned { send, run, attempt: 1, id: id("g9") }
    };
    let (send, run) = names();
    let gone = Event::SnapshotGone { send, run, id: id("g9") };
    assert_eq!(history(vec![creating()]).snapshots[&1], ("snap".to_owned(), None));
    assert_eq!(history(vec![creating(), owned()]).snapshots[&1], ("snap".to_owned(), Some(id("g9"))));
    assert!(history(vec![creating(), owned(), gone]).snapshots.is_empty());
}

#[test]
fn a_chain_of_renames_carries_the_history() {
    let state = state_of(vec![
        arm("a", 1),
        accepted("a", "j1"),
        moved(Address::send("a"), Address::send("b")),
        moved(Address::send("b"), Address::send("c")),
        moved(Address::send("x"), Address::send("c")),
        moved(Address::send("c"), Address::group("c")),
    ]);
    assert_eq!(state.job_of(&id("j1")), Some(("c", "1")));
    assert_eq!(state.sends.len(), 1);
}

#[test]
fn a_rename_onto_a_used_key_loses_neither_jobs_nor_open_attempts() {
    let to_b = || moved(Address::send("a"), Address::send("b"));
    let both_sent =
        state_of(vec![arm("a", 1), accepted("a", "j1"), arm("b", 1), accepted("b", "j2"), to_b()]);
    let key = both_sent.run("b", "1").unwrap();
    assert_eq!((jobs(key), &key.phase), (vec!["j1", "j2"], &Phase::Accepted));

    let one_open = state_of(vec![arm("a", 1), arm("b", 1), accepted("b", "j2"), to_b()]);
    let key = one_open.run("b", "1").unwrap();
    assert_eq!((jobs(key), &key.phase), (vec!["j2"], &Phase::Armed));

    let other_open = state_of(vec![arm("a", 1), accepted("a", "j1"), arm("b", 3), to_b()]);
    let key = other_open.run("b", "1").unwrap();
    assert_eq!((jobs(key), &key.phase, key.attempts), (vec!["j1"], &Phase::Armed, 3));

    let both_open = state_of(vec![arm("a", 1), arm("b", 1), to_b()]);
    assert!(matches!(both_open.run("b", "1").unwrap().phase, Phase::Held(_)));
}

#[test]
fn forget_unties_groups_and_schedules_and_keeps_sends() {
    let owned =
        Event::GroupOwned { group: "g".to_owned(), id: id("g1"), name: "G".to_owned(), adopted: false };
    let forget = |address| Event::Forgotten { address };
    let state = state_of(vec![
        owned,
        schedule_owned("s1"),
        arm("a", 1),
        accepted("a", "j1"),
        forget(Address::group("g")),
        forget(Address::schedule("s")),
        forget(Address::send("a")),
    ]);
    assert!(state.groups.is_empty() && state.schedules.is_empty());
    assert_eq!(state.claimed_jobs().len(), 1);
}

fn schedule_owned(text: &str) -> Event {
    Event::ScheduleOwned { schedule: "s".to_owned(), id: id(text), spec: Some(spec("S")), adopted: false }
}

fn schedule_creating() -> Event {
    Event::ScheduleCreating { schedule: "s".to_owned(), spec: spec("S"), before: vec![] }
}

#[test]
fn a_replaced_schedule_is_retired_until_it_is_gone() {
    let replacing = || Event::ScheduleReplacing { schedule: "s".to_owned(), old: id("s1"), spec: spec("T") };
    let cancelled = || Event::ScheduleCancelled { schedule: "s".to_owned(), id: id("s1") };
    let cut = schedule(vec![schedule_owned("s1"), replacing(), cancelled()]);
    assert!(cut.replacing.is_some() && cut.cancelled);
    let events =
        vec![schedule_owned("s1"), replacing(), cancelled(), schedule_creating(), schedule_owned("s2")];
    let done = schedule(events.clone());
    assert_eq!(
        (done.id, done.replacing, done.cancelled, done.doubted.len()),
        (Some(id("s2")), None, false, 0)
    );
    assert!(done.retired.contains(&id("s1")));
    let gone = Event::ScheduleGone { schedule: "s".to_owned(), id: id("s1") };
    let tidy = schedule(events.into_iter().chain([gone]).collect());
    assert!(tidy.retired.is_empty() && tidy.id == Some(id("s2")));
}

#[test]
fn doubt_about_a_create_stays_for_good() {
    let create = || super::DoubtedCreate { spec: spec("S"), before: vec![] };
    let doubt = Event::ScheduleInDoubt { schedule: "s".to_owned() };
    assert!(schedule(vec![schedule_creating(), doubt.clone(), schedule_owned("s1")]).doubted == [create()]);
    let to = Address::schedule("t");
    let renamed = state_of(vec![
        schedule_creating(),
        doubt,
        moved(Address::schedule("s"), to.clone()),
        schedule_creating(),
        moved(Address::schedule("s"), to),
    ]);
    assert_eq!(renamed.schedules["t"].doubted, [create()]);
    assert_eq!(
        schedule(vec![schedule_creating(), schedule_creating()]).doubted,
        [create()],
        "a create over an open one"
    );
}

#[test]
fn a_group_that_is_gone_leaves_its_ids_and_a_create_that_has_begun() {
    let group = || "g".to_owned();
    let state = state_of(vec![
        Event::GroupOwned { group: group(), id: id("g1"), name: "G".to_owned(), adopted: false },
        Event::GroupCreating { group: group(), name: "G".to_owned(), before: vec![id("g1")] },
        Event::GroupInDoubt { group: group() },
        Event::GroupGone { group: group(), id: id("g1") },
    ]);
    let state = &state.groups["g"];
    assert!(state.id.is_none() && state.past_ids.contains(&id("g1")));
    assert!(state.creating.as_ref().is_some_and(|creating| creating.in_doubt));
}

/// `é` may be written as one character or as two: an earlier version recorded them as they came.
#[test]
fn keys_and_runs_that_look_the_same_are_one() {
    let (send, run) = ("cafe\u{301}".to_owned(), "e\u{301}1".to_owned());
    let state = state_of(vec![Event::Prepared { send, run }]);
    assert!(state.run("caf\u{e9}", "\u{e9}1").is_some());
    let state = state_of(vec![
        Event::Prepared { send: "caf\u{e9}".to_owned(), run: "1".to_owned() },
        moved("send.cafe\u{301}".parse().unwrap(), Address::send("b")),
    ]);
    assert!(state.run("b", "1").is_some() && state.sends.len() == 1);
}
