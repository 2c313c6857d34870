//! The planner's one entry.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::forecasting::Found;
use super::input::{Facts, Input, clock_off};
use super::{Block, Change, LedgerNote, Note, NoteLevel, Plan, Verdict};
use super::{
    costs, digest, firing_audience, forecasting, group_removals, groups, jobs, moves, policy, recoveries,
    reimport, room, safety, schedule_removals, schedules, sends, snapshots,
};
use crate::ledger::Event;
use crate::model::{Address, Sha256Hex};
use crate::time::format::duration_words;

/// Compares what is desired with what is there and what the ledger knows, and says what is to be done.
///
/// Pure: the same input gives the same plan. Whatever is refused, blocked or held is in the plan with its reason;
/// there is no error.
pub fn plan(input: &Input<'_>) -> Plan {
    let events = moves::pending(input.desired, input.state);
    let mut state = input.state.clone();
    let mut draft = Draft::default();
    for event in events {
        if let Event::Moved { from, to } = &event {
            draft.note(NoteLevel::Info, "moved", to, format!("was {from}; its history goes along"));
        }
        moves::apply(&mut state, &event);
        draft.records.push(LedgerNote::Event(event));
    }
    let facts = Facts::new(input, &state);
    draft.refusals.extend(safety::binding(input, &facts));
    if let Some(skew) = clock_off(input.observed) {
        let (how, long) =
            (if skew.is_negative() { "behind" } else { "ahead of" }, duration_words(skew.abs()));
        let text = format!(
            "the server's clock is {long} {how} this machine's: the plan goes by the server's, because schedules fire by \
             it; set this machine's clock"
        );
        draft.notes.push(Note { address: None, level: NoteLevel::Warning, code: "clock", text });
    }
    if input.options.destroy {
        plan_destroy(&facts, &mut draft);
        let none = std::collections::BTreeMap::new();
        return finish(input, &facts, draft, &none);
    }
    recoveries::plan_recoveries(&facts, &mut draft);
    let outlooks = groups::plan_groups(&facts, &mut draft);
    schedules::plan_schedules(&facts, &mut draft, &outlooks);
    sends::plan_sends(&facts, &mut draft, &outlooks);
    jobs::plan_send_removals(&facts, &mut draft);
    jobs::pause_for_suppressed(&facts, &mut draft);
    jobs::record_ends(&facts, &mut draft);
    snapshots::plan_snapshots(&facts, &mut draft);
    let removals = schedule_removals::plan_schedule_removals(&facts, &mut draft);
    group_removals::plan_group_removals(&facts, &mut draft, &outlooks, &removals);
    reimport::plan_leftovers(&facts, &mut draft);
    finish(input, &facts, draft, &outlooks)
}

/// Everything of ours: jobs cancelled, schedules cancelled and deleted, groups deleted.
fn plan_destroy(facts: &Facts<'_>, draft: &mut Draft) {
    let none = std::collections::BTreeMap::new();
    recoveries::plan_recoveries(facts, draft);
    jobs::plan_send_removals(facts, draft);
    jobs::record_ends(facts, draft);
    snapshots::plan_snapshots(facts, draft);
    let removals = schedule_removals::plan_schedule_removals(facts, draft);
    group_removals::plan_group_removals(facts, draft, &none, &removals);
    reimport::plan_leftovers(facts, draft);
}

fn finish(
    input: &Input<'_>,
    facts: &Facts<'_>,
    mut draft: Draft,
    outlooks: &std::collections::BTreeMap<&str, groups::Outlook>,
) -> Plan {
    let unchanged = unchanged(facts, &draft);
    if !input.options.only.is_empty() {
        only(&mut draft, &input.options.only);
        // A job of a send that was not chosen goes on to whoever is taken out of a group that was.
        if !input.options.destroy {
            jobs::pause_for_suppressed(facts, &mut draft);
        }
    }
    // After `--only`: what it leaves in is what is counted, and no limit is lifted by it.
    let mut found = Found::default();
    if !input.options.destroy {
        safety::deletions(facts, &mut draft);
        room::make_room(facts, &mut draft);
        found = policy::enforce(facts, &mut draft, outlooks);
    }
    let forecast = forecasting::forecast(facts, &draft.changes, outlooks, &found);
    draft.notes.sort_by(|a, b| {
        (std::cmp::Reverse(a.level), &a.address, a.code).cmp(&(
            std::cmp::Reverse(b.level),
            &b.address,
            b.code,
        ))
    });
    draft.notes.dedup();
    let requests_per_minute = input
        .observed
        .subscription
        .as_ref()
        .and_then(|s| s.requests_per_minute)
        .unwrap_or(facts.limits.requests_per_minute);
    let read_back = costs::read_back(facts, &draft.changes);
    let mut plan = Plan {
        project: input.desired.project.clone(),
        environment: input.desired.environment.clone(),
        account: input.desired.account.name.clone(),
        host: input.host.to_owned(),
        now: input.now,
        changes: waiting(Draft::ordered(draft.changes)),
        notes: draft.notes,
        refusals: draft.refusals,
        forecast,
        unchanged,
        read_back,
        requests_per_minute,
        digest: Sha256Hex::of(b""),
        records: draft.records,
    };
    let audiences = firing_audience::starting(facts, &plan.changes, outlooks);
    plan.digest = digest::digest(&plan, &audiences, &facts.desired.policy);
    plan
}

/// What needs a blocked change is blocked with it, and the plan says so rather than the apply.
fn waiting(mut changes: Vec<Change>) -> Vec<Change> {
    for position in 0..changes.len() {
        let blocked = |need: &&usize| matches!(changes[**need].verdict, Verdict::Blocked(_));
        let Some(need) = changes[position].needs.iter().find(blocked).copied() else { continue };
        if changes[position].verdict == Verdict::Go {
            let text = format!("it waits for {}, which is blocked", changes[need].address);
            changes[position].verdict = Verdict::Blocked(Block { rule: "waits", text });
        }
    }
    changes
}

/// Keeps the chosen addresses and what they need; refusals elsewhere do not matter then. Refusals about the
/// account stay.
fn only(draft: &mut Draft, chosen: &BTreeSet<Address>) {
    let mut keep: Vec<bool> = draft.changes.iter().map(|c| chosen.contains(&c.address)).collect();
    let mut todo: Vec<usize> = (0..keep.len()).filter(|i| keep[*i]).collect();
    while let Some(position) = todo.pop() {
        for need in &draft.changes[position].needs {
            if !keep[*need] {
                keep[*need] = true;
                todo.push(*need);
            }
        }
    }
    let mut new_position = vec![0; keep.len()];
    let mut next = 0;
    for (position, kept) in keep.iter().enumerate() {
        new_position[position] = next;
        next += usize::from(*kept);
    }
    let changes: Vec<Change> = std::mem::take(&mut draft.changes);
    draft.changes = changes
        .into_iter()
        .zip(&keep)
        .filter(|(_, keep)| **keep)
        .map(|(mut change, _)| {
            for need in &mut change.needs {
                *need = new_position[*need];
            }
            change
        })
        .collect();
    let addresses: BTreeSet<Address> = draft.changes.iter().map(|c| c.address.clone()).collect();
    draft.notes.retain(|n| n.address.as_ref().is_none_or(|a| addresses.contains(a) || chosen.contains(a)));
    // What was seen is recorded whatever was chosen; what is said or applied with an object, only with it.
    draft.records.retain(|record| match record {
        LedgerNote::Event(Event::GroupProtect { group, .. }) => chosen.contains(&Address::group(group)),
        LedgerNote::Event(Event::ChangeIgnored { send, .. } | Event::SessionChangeSaid { send, .. }) => {
            chosen.contains(&Address::send(send))
        }
        _ => true,
    });
}

/// How many objects of the YAML no change is about, of those that `--only` leaves in.
fn unchanged(facts: &Facts<'_>, draft: &Draft) -> usize {
    if facts.options.destroy {
        return 0;
    }
    let changed: BTreeSet<&Address> = draft.changes.iter().map(|c| &c.address).collect();
    let desired = facts.desired;
    let groups = desired.groups.keys().map(Address::group);
    let schedules = desired.schedules.keys().map(Address::schedule);
    let sends = desired.sends.keys().map(Address::send);
    groups
        .chain(schedules)
        .chain(sends)
        .filter(|address| facts.is_chosen(address) && !changed.contains(address))
        .count()
}
