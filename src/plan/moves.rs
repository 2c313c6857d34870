//! `moved:`: a key renamed; its whole history goes along.

use crate::ledger::{Event, Record, State};
use crate::model::{Address, Desired, Kind, MoveTarget};

/// The renames of the YAML that the ledger has still to learn, in an order in which chains work out.
pub(super) fn pending(desired: &Desired, state: &State) -> Vec<Event> {
    let mut state = state.clone();
    let mut events = Vec::new();
    let mut open: Vec<_> = desired.moved.iter().collect();
    // A chain may be written in any order: go round until nothing moves any more. Each is done once, so that
    // a circle ends too.
    loop {
        let before = events.len();
        open.retain(|entry| {
            let event = match (&entry.from, &entry.to) {
                (MoveTarget::Object(from), MoveTarget::Object(to))
                    if knows(&state, from) && !wants(desired, from) && !both_open(&state, from, to) =>
                {
                    Event::Moved { from: from.clone(), to: to.clone() }
                }
                (MoveTarget::Project(from), MoveTarget::Project(to))
                    if state.binding.as_ref().is_some_and(|b| b.project == *from) && from != to =>
                {
                    Event::ProjectRenamed { project: to.clone() }
                }
                _ => return true,
            };
            apply(&mut state, &event);
            events.push(event);
            false
        });
        if events.len() == before {
            break;
        }
    }
    events
}

/// Two sends of which the same run is not settled: one history can keep one open attempt, so the rename waits until
/// recovery or a person has settled one of them.
fn both_open(state: &State, from: &Address, to: &Address) -> bool {
    from.kind == Kind::Send
        && state
            .runs()
            .filter(|(send, _, history)| *send == from.key && history.is_unsettled())
            .any(|(_, run, _)| state.run(&to.key, run).is_some_and(crate::ledger::RunHistory::is_unsettled))
}

fn knows(state: &State, address: &Address) -> bool {
    match address.kind {
        Kind::Group => state.groups.contains_key(&address.key),
        Kind::Schedule => state.schedules.contains_key(&address.key),
        Kind::Send => state.sends.contains_key(&address.key),
    }
}

fn wants(desired: &Desired, address: &Address) -> bool {
    match address.kind {
        Kind::Group => desired.groups.contains_key(&address.key),
        Kind::Schedule => desired.schedules.contains_key(&address.key),
        Kind::Send => desired.sends.contains_key(&address.key),
    }
}

/// The state as it will be once these events are recorded.
pub(super) fn apply(state: &mut State, event: &Event) {
    let record = Record {
        v: Record::VERSION,
        seq: state.seq,
        at: jiff::Timestamp::UNIX_EPOCH,
        tool: String::new(),
        run_id: String::new(),
        event: event.clone(),
    };
    state.apply(&record);
}

/// The ledger as the planner and the reader take it: with `moved:` applied.
pub fn moved_state(desired: &Desired, state: &State) -> State {
    let mut moved = state.clone();
    for event in pending(desired, state) {
        apply(&mut moved, &event);
    }
    moved
}
