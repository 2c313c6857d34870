//! The guards of the protocol, each of which can be off in a run. Off means: the executor works on, and the world
//! lies to it as if the guard were not there. What then breaks is why the guard is there.

use campaignctl::ledger::{Event, HoldEvidence, NotSentWhy};
use campaignctl::sandbox::{Request, Response};

use super::world::World;

/// One guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// `armed` before the POST.
    Arming,
    /// `fsync` before an event counts.
    Fsync,
    /// The ledger's lock, and the refusal when it moved.
    Lock,
    /// One POST, never repeated.
    OnePost,
    /// Settle time before recovery looks.
    Settle,
    /// One empty list proves nothing.
    EmptyList,
    /// The group is read back right before arming.
    ReadBack,
    /// The job is read back after it was accepted.
    Confirm,
    /// A lost ledger is no licence to send.
    LostLedger,
    /// The server's clock and not ours.
    ServerClock,
    /// The intent to create a schedule.
    ScheduleIntent,
}

impl Guard {
    pub const ALL: [Self; 11] = [
        Self::Arming,
        Self::Fsync,
        Self::Lock,
        Self::OnePost,
        Self::Settle,
        Self::EmptyList,
        Self::ReadBack,
        Self::Confirm,
        Self::LostLedger,
        Self::ServerClock,
        Self::ScheduleIntent,
    ];
}

/// What is written in the place of an event; `None` for the event itself.
pub fn instead(guard: Option<Guard>, event: &Event) -> Option<Vec<Event>> {
    match (guard?, event) {
        (Guard::Arming, Event::Armed { .. })
        | (Guard::ScheduleIntent, Event::ScheduleCreating { .. } | Event::ScheduleInDoubt { .. }) => {
            Some(Vec::new())
        }
        (Guard::EmptyList, Event::Held { send, run, evidence: HoldEvidence { jobs, .. } })
            if jobs.is_empty() =>
        {
            Some(vec![Event::NotSent {
                send: send.clone(),
                run: run.clone(),
                why: NotSentWhy::AssumedByPolicy,
            }])
        }
        _ => None,
    }
}

/// What the client sees of an answer.
pub fn after_answer(world: &mut World, process: usize, request: &Request, response: Response) -> Response {
    let Some(guard) = world.guard else { return response };
    let path = request.api_path().to_owned();
    match guard {
        Guard::ReadBack if path.starts_with("/custom-groups/") => {
            let kept = &mut world.processes[process].kept;
            if request.method == "GET" && response.status == 200 {
                return kept.entry(path).or_insert(response).clone();
            }
            kept.clear();
        }
        Guard::Confirm if request.method == "GET" && path.starts_with("/bulk-send/") => {
            let mut value = response.value();
            if let Some(job) = value.as_object_mut() {
                for field in ["total_recipients", "recipients", "session_id", "custom_group_id"] {
                    job.remove(field);
                }
                let body = value.to_string().into_bytes();
                return Response { body, ..response };
            }
        }
        Guard::LostLedger if request.method == "GET" && path == "/bulk-send" && world.ledger > 0 => {
            let body = serde_json::json!({"jobs": [], "total": 0}).to_string().into_bytes();
            return Response { body, ..response };
        }
        Guard::ServerClock => {
            let mut response = response;
            response.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("date"));
            return response;
        }
        _ => {}
    }
    response
}
