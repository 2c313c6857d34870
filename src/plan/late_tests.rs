//! Attempts that were taken for not sent, and ledgers that know too little: what the account shows is looked at before
//! anything goes out again.

use jiff::SignedDuration;

use super::testing::{World, cron, find, id, lines, text};
use super::{Action, ChangeKind, Evidence, Recovered, Step, decide, taken};
use crate::ledger::{Event, HoldEvidence, NotSentWhy, Phase, Resolution};
use crate::model::{Address, Audience, Id, JobStatus, ObservedGroup, OnChange};

fn world() -> World {
    let mut world = World::new();
    world.settled_group("vip", &[1, 2]);
    world.want_send("offer", "vip", "hello");
    world
}

fn names() -> (String, String) {
    ("offer".to_owned(), "1".to_owned())
}

fn not_sent(world: &mut World) {
    let (send, run) = names();
    world.record(Event::NotSent { send, run, why: NotSentWhy::AssumedByPolicy });
}

fn resolve(world: &mut World, how: Resolution) {
    let (send, run) = names();
    world.record(Event::Resolved { send, run, by: "somebody".to_owned(), how });
}

fn doubt(world: &mut World) {
    let (send, run) = names();
    world.record(Event::InDoubt { send, run, why: "late".to_owned(), wrong_job: None });
}

fn decided(world: &World) -> Recovered {
    let history = world.state.run("offer", "1").unwrap();
    decide(&Evidence {
        history,
        schedule_gone: world.state.schedule_gone_since_armed(history),
        jobs: &world.observed.jobs,
        claimed: &taken(&world.state, "offer", "1"),
        others: &super::unsent_of_others(
            &world.state,
            ("offer", "1"),
            world.desired.policy.settle,
            &world.observed.jobs,
        ),
        schedules: &world.observed.schedules,
        firings: &world.observed.firings,
        content: Some(&text("hello")),
        settle: world.desired.policy.settle,
        now: world.now,
    })
}

fn held(decision: Recovered) -> (String, Vec<Id>, bool) {
    let Recovered::Hold { why, jobs, none_found, .. } = decision else { panic!("{decision:?}") };
    (why, jobs, none_found)
}

fn hold(world: &mut World) {
    let (why, jobs, _) = held(decided(world));
    let (send, run) = names();
    world.record(Event::Held { send, run, evidence: HoldEvidence { why, jobs } });
}

/// A person said that it did not go out, or the policy took it for that; then its job appeared.
#[test]
fn a_job_that_comes_after_all_is_recovered_and_not_sent_beside() {
    let mut world = world();
    world.arm("offer", "vip", "hello");
    not_sent(&mut world);
    assert_eq!(lines(&world.plan()), ["send.offer send"]);
    let now = world.now;
    world.see_job("late", "vip", JobStatus::Pending);
    assert_eq!(lines(&world.plan()), ["send.offer recover"]);
    world.observed.jobs[0].created_at = Some(now - SignedDuration::from_hours(2));
    assert_eq!(lines(&world.plan()), ["send.offer send"], "it was there before");
    world.observed.jobs[0].created_at = Some(now);
    doubt(&mut world);
    assert_eq!(decided(&world), Recovered::Adopt(id("late")));
}

/// A proxy refused what the API had done already, or a ledger was put back to when the first attempt was refused.
#[test]
fn a_refusal_is_no_proof_either() {
    for status in [400, 429] {
        let mut world = world();
        world.arm("offer", "vip", "hello");
        let (send, run) = names();
        world.record(Event::Rejected { send, run, status, scopes: None });
        world.see_job("late", "vip", JobStatus::Pending);
        assert_eq!(lines(&world.plan()), ["send.offer recover"]);
    }
}

#[test]
fn a_job_that_a_schedule_fired_is_not_taken_for_late() {
    let mut world = world();
    world.settled_schedule("daily", "vip", cron("0 9 * * *"));
    world.arm("offer", "vip", "hello");
    not_sent(&mut world);
    world.see_job("fired", "vip", JobStatus::Completed);
    let needed = super::needed_histories(&world.desired, &world.observed, &world.state);
    assert!(needed.contains(&id("c-daily")));
    world.observed.firings.insert(id("c-daily"), vec![world.now]);
    assert_eq!(
        lines(&world.plan()),
        ["send.offer recover"],
        "in those minutes it may be the attempt's own all the same"
    );
    let later = world.now + SignedDuration::from_hours(1);
    world.observed.jobs.last_mut().unwrap().created_at = Some(later);
    assert_eq!(lines(&world.plan()), ["send.offer recover"], "nothing explains it");
    world.observed.firings.insert(id("c-daily"), vec![later]);
    assert_eq!(lines(&world.plan()), ["send.offer send"]);
}

/// Not a byte of it left: there is nothing that may come late, and a job there is somebody else's.
#[test]
fn an_attempt_of_which_nothing_left_makes_no_job() {
    for why in [NotSentWhy::NoConnection, NotSentWhy::TooLate] {
        let mut world = world();
        world.arm("offer", "vip", "hello");
        let (send, run) = names();
        world.record(Event::NotSent { send, run, why });
        assert_eq!(lines(&world.plan()), ["send.offer send"]);
        // Nothing of ours: somebody sent it by hand meanwhile, or from another clone.
        world.see_job("other", "vip", JobStatus::Completed);
        assert_eq!(lines(&world.plan()), ["send.offer send held"]);
        resolve(&mut world, Resolution::New);
        assert_eq!(lines(&world.plan()), ["send.offer send"]);
    }
}

/// A person saw the job in the hold and said that nothing was sent: it is not asked about again.
#[test]
fn what_a_person_has_judged_is_no_evidence_any_more() {
    let mut world = world();
    world.arm("offer", "vip", "hello");
    world.see_job("a", "vip", JobStatus::Running);
    world.see_job("b", "vip", JobStatus::Running);
    hold(&mut world);
    resolve(&mut world, Resolution::NotSent { reason: None });
    assert_eq!(lines(&world.plan()), ["send.offer send"]);
    world.arm("offer", "vip", "hello");
    assert!(held(decided(&world)).2, "neither is the second attempt's");
    world.see_job("c", "vip", JobStatus::Running);
    assert_eq!(decided(&world), Recovered::Adopt(id("c")));
}

/// What another key's open attempt may have made is not taken from it.
#[test]
fn a_late_job_that_may_be_a_neighbours_waits_for_it() {
    let mut world = world();
    world.want_send("second", "vip", "other");
    world.arm("offer", "vip", "hello");
    not_sent(&mut world);
    world.arm("second", "vip", "other");
    world.see_job("late", "vip", JobStatus::Pending);
    assert_eq!(lines(&world.plan()), ["send.second recover", "send.offer send blocked:held_neighbour"]);
}

fn snapshot_group(world: &mut World, name: &str) {
    world.observed.groups.push(ObservedGroup {
        id: id(name),
        name: name.to_owned(),
        member_count: Some(2),
        created_at: None,
        members: None,
    });
}

fn arm_snapshot(world: &mut World, attempt: u32, name: &str) {
    let (send, run) = names();
    let creating =
        Event::SnapshotCreating { send: send.clone(), run: run.clone(), attempt, name: name.to_owned() };
    world.record(creating);
    world.record(Event::SnapshotOwned { send, run, attempt, id: id(name) });
    snapshot_group(world, name);
    world.arm_on("offer", "vip", &id(name), "hello");
}

/// A job on the group made for an attempt is that attempt: its group is not deleted from under it, and nothing is sent
/// beside it.
#[test]
fn a_late_job_on_a_snapshot_is_the_send() {
    let mut world = world();
    world.desired.sends.get_mut("offer").unwrap().audience = Audience::Snapshot;
    arm_snapshot(&mut world, 1, "snap");
    not_sent(&mut world);
    assert_eq!(lines(&world.plan()), ["send.offer group_delete", "send.offer send"]);
    let late = world.see_job("late", "x", JobStatus::Running);
    late.group_id = Some(id("snap"));
    // Whatever the clocks say.
    late.created_at = Some("2020-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(lines(&world.plan()), ["send.offer recover"]);
    doubt(&mut world);
    assert_eq!(decided(&world), Recovered::Adopt(id("late")));
    let (send, run) = names();
    world.record(Event::Accepted { send, run, job: id("late"), recovered: true });
    assert!(world.plan().changes.is_empty());
    world.observed.jobs[0].status = JobStatus::Completed;
    assert_eq!(lines(&world.plan()), ["send.offer group_delete"]);
}

#[test]
fn a_late_job_that_has_ended_is_the_send_too() {
    let mut world = world();
    world.desired.sends.get_mut("offer").unwrap().audience = Audience::Snapshot;
    arm_snapshot(&mut world, 1, "snap");
    not_sent(&mut world);
    world.see_job("late", "x", JobStatus::Completed).group_id = Some(id("snap"));
    let plan = world.plan();
    assert_eq!(lines(&plan), ["send.offer recover", "send.offer group_delete"]);
    let delete = find(&plan, &Address::send("offer"), ChangeKind::DeleteGroup);
    assert_eq!(delete.step, Step::DeleteGroups, "no fence: it was sent");
}

/// The ledger would take it for the last attempt's, whose group is another.
#[test]
fn a_late_job_of_an_attempt_before_the_last_is_a_persons_to_tie() {
    let mut world = world();
    world.desired.sends.get_mut("offer").unwrap().audience = Audience::Snapshot;
    arm_snapshot(&mut world, 1, "snap-1");
    not_sent(&mut world);
    arm_snapshot(&mut world, 2, "snap-2");
    not_sent(&mut world);
    world.see_job("late", "x", JobStatus::Running).group_id = Some(id("snap-1"));
    assert_eq!(lines(&world.plan()), ["send.offer group_delete", "send.offer recover"], "snap-2 only");
    let deletes =
        |world: &World| {
            world.plan().changes.iter().any(
                |c| matches!(&c.action, Action::DeleteSnapshot { id: group, .. } if *group == id("snap-1")),
            )
        };
    assert!(!deletes(&world));
    doubt(&mut world);
    let (why, jobs, none_found) = held(decided(&world));
    assert_eq!((jobs, none_found), (vec![id("late")], false), "{why}");
    resolve(&mut world, Resolution::Job { job: id("late"), taken_for: None });
    assert!(!deletes(&world), "its job runs");
    assert!(!world.plan().is_held());
}

/// A proxy's `Date` was an hour ahead when it was armed.
#[test]
fn a_job_of_the_wrong_time_is_shown_and_not_denied() {
    let mut world = world();
    world.arm("offer", "vip", "hello");
    let now = world.now;
    world.see_job("early", "vip", JobStatus::Running).created_at = Some(now - SignedDuration::from_hours(1));
    let (why, jobs, none_found) = held(decided(&world));
    assert_eq!((jobs, none_found), (vec![id("early")], false), "{why}");
    world.observed.jobs[0].created_at = Some(now - SignedDuration::from_hours(72));
    assert!(held(decided(&world)).2, "days before is no clock's error");
}

/// A refused `on_change: resend` that had gone out, whatever the YAML says by now.
#[test]
fn a_late_job_of_a_resend_is_recovered_too() {
    let mut world = world();
    world.sent("offer", "vip", "hello", JobStatus::Completed);
    world.want_send("offer", "vip", "new").on_change = OnChange::Resend;
    world.options.confirm_audience = Some(10);
    world.arm("offer", "vip", "new");
    let (send, run) = names();
    world.record(Event::Rejected { send, run, status: 400, scopes: None });
    assert_eq!(lines(&world.plan()), ["send.offer send_again"]);
    world.see_job("late", "vip", JobStatus::Running);
    assert_eq!(lines(&world.plan()), ["send.offer recover"]);
    world.want_send("offer", "vip", "hello");
    assert_eq!(lines(&world.plan()), ["send.offer recover"], "the text was put back");
    world.desired.sends.clear();
    assert_eq!(lines(&world.plan()), ["send.offer recover"], "the YAML has it no more");
    doubt(&mut world);
    assert_eq!(decided(&world), Recovered::Adopt(id("late")));
}

/// Somebody else sent to the group two days later.
#[test]
fn a_job_of_long_after_is_shown_and_not_adopted() {
    let mut world = world();
    world.arm("offer", "vip", "hello");
    let armed = world.now;
    world.now = armed + SignedDuration::from_hours(72);
    world.see_job("later", "vip", JobStatus::Running).created_at =
        Some(armed + SignedDuration::from_mins(20));
    assert_eq!(decided(&world), Recovered::Adopt(id("later")), "a proxy may keep a request for some time");
    world.observed.jobs[0].created_at = Some(armed + SignedDuration::from_hours(48));
    let (why, jobs, none_found) = held(decided(&world));
    assert_eq!((jobs, none_found), (vec![id("later")], false), "{why}");
    let job = &mut world.observed.jobs[0];
    (job.text, job.echoes_content) = (Some("hello".to_owned()), true);
    assert_eq!(decided(&world), Recovered::Adopt(id("later")), "its text proves it");
    world.observed.jobs[0].echoes_content = false;
    world.desired.policy.settle = SignedDuration::from_hours(60);
    assert_eq!(decided(&world), Recovered::Adopt(id("later")), "the policy knows this account better");
}

/// What was settled says nothing of later attempts.
#[test]
fn a_wrong_job_is_forgotten_once_it_is_settled() {
    let mut world = world();
    world.sent("offer", "vip", "hello", JobStatus::Paused);
    let (send, run) = names();
    let why = "it goes to more".to_owned();
    world.record(Event::InDoubt { send, run, why, wrong_job: Some(id("j-offer")) });
    assert_eq!(held(decided(&world)).1, [id("j-offer")]);
    resolve(&mut world, Resolution::NotSent { reason: None });
    world.arm("offer", "vip", "hello");
    assert!(held(decided(&world)).2);
    world.see_job("mine", "vip", JobStatus::Running);
    assert_eq!(decided(&world), Recovered::Adopt(id("mine")));
}

/// The ledger is that of yesterday; the edited text went out this morning.
#[test]
fn an_older_ledger_does_not_resend() {
    let mut world = world();
    world.sent("offer", "vip", "hello", JobStatus::Completed);
    world.want_send("offer", "vip", "new").on_change = OnChange::Resend;
    world.options.confirm_audience = Some(10);
    assert_eq!(lines(&world.plan()), ["send.offer send_again"]);
    let now = world.now;
    let job = world.see_job("lost", "vip", JobStatus::Completed);
    job.created_at = Some(now + SignedDuration::from_hours(3));
    assert_eq!(lines(&world.plan()), ["send.offer send_again held"]);
    let job = world.observed.jobs.last_mut().unwrap();
    (job.text, job.echoes_content) = (Some("something else".to_owned()), true);
    assert_eq!(lines(&world.plan()), ["send.offer send_again"]);
    world.observed.jobs.last_mut().unwrap().echoes_content = false;
    resolve(&mut world, Resolution::New);
    assert_eq!(lines(&world.plan()), ["send.offer send_again"]);
    world.arm("offer", "vip", "new");
    assert!(!world.state.run("offer", "1").unwrap().settled_new, "of the jobs that were there then");
}

/// It went to a snapshot, whose group is gone with its job; then the ledger was lost and the YAML edited.
#[test]
fn a_lost_ledger_is_seen_whichever_audience_the_yaml_has_now() {
    let mut world = world();
    world.see_job("j1", "gone", JobStatus::Completed);
    assert_eq!(lines(&world.plan()), ["send.offer send held"]);
    world.observed.jobs[0].total = Some(7);
    assert_eq!(lines(&world.plan()), ["send.offer send"], "to seven, and two are in the group");
    world.desired.sends.get_mut("offer").unwrap().audience = Audience::Snapshot;
    assert_eq!(lines(&world.plan()), ["send.offer send held"]);
    world.observed.jobs[0].group_id = Some(id("g-vip"));
    assert_eq!(lines(&world.plan()), ["send.offer send held"], "it went out directly");
}

/// Somebody deleted the group, and it was made anew.
#[test]
fn a_job_on_a_group_that_this_key_had_before_is_evidence() {
    let mut world = world();
    let owned = |group: &str, id: &Id| Event::GroupOwned {
        group: group.to_owned(),
        id: id.clone(),
        name: group.to_owned(),
        adopted: false,
    };
    world.record(owned("vip", &id("g-before")));
    world.record(owned("vip", &id("g-vip")));
    world.see_job("j1", "before", JobStatus::Completed).total = Some(5);
    assert!(lines(&world.plan()).contains(&"send.offer send held".to_owned()), "{:?}", lines(&world.plan()));
    world.record(owned("other", &id("g-before")));
    world.record(Event::Forgotten { address: Address::group("vip") });
    world.record(owned("vip", &id("g-vip")));
    assert!(!lines(&world.plan()).contains(&"send.offer send held".to_owned()), "another key's");
}

#[test]
fn the_attempts_that_count_end_with_a_job_or_a_persons_word() {
    let mut world = world();
    world.arm("offer", "vip", "hello");
    not_sent(&mut world);
    world.arm("offer", "vip", "hello");
    let history = |world: &World| world.state.run("offer", "1").unwrap().clone();
    assert_eq!(history(&world).open_attempts().count(), 2);
    let (send, run) = names();
    world.record(Event::Accepted { send, run, job: id("j"), recovered: false });
    assert_eq!((history(&world).unsent.len(), history(&world).phase), (0, Phase::Accepted));
}

/// Two sends to the same people, and nothing shows a job's text: what the first one's refused attempt may have made is
/// not taken for the second's.
#[test]
fn a_job_that_may_be_another_sends_is_not_adopted() {
    let mut world = world();
    world.arm("other", "vip", "something else");
    world.record(Event::Rejected {
        send: "other".to_owned(),
        run: "1".to_owned(),
        status: 400,
        scopes: None,
    });
    world.arm("offer", "vip", "hello");
    world.see_job("whose", "vip", JobStatus::Pending);
    doubt(&mut world);
    let (why, jobs, none_found) = held(decided(&world));
    assert!(why.contains("that of another send"), "{why}");
    assert_eq!((jobs, none_found), (vec![id("whose")], false));
    world.state.sends.remove("other");
    assert_eq!(decided(&world), Recovered::Adopt(id("whose")));
}
