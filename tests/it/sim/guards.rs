//! The guards of the protocol, each of which can be off in a run. Off means: the executor works on, and the world
//! lies to it as if the guard were not there. What then breaks is why the guard is there.

use campaignctl::ledger::{Event, HoldEvidence, NotSentWhy};
use campaignctl::sandbox::{Request, Response};

use super::faults::Weather;
use super::world::World;

/// One guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// `armed` before the POST.
    Arming,
    /// `fsync` before an event counts.
    Fsync,
    /// The ledger's lock.
    Lock,
    /// No apply of a plan that the ledger has moved on from.
    Moved,
    /// One POST, never repeated.
    OnePost,
    /// Settle time before recovery looks.
    Settle,
    /// Two listings that agree.
    TwoListings,
    /// One empty list proves nothing.
    EmptyList,
    /// The group is read back right before arming.
    ReadBack,
    /// The job is read back after it was accepted, at once and in the next plan.
    Confirm,
    /// A lost ledger is no licence to send.
    LostLedger,
    /// The server's clock and not ours.
    ServerClock,
    /// The intent to create a schedule.
    ScheduleIntent,
    /// What a list does not show is read before it is taken for gone.
    Absence,
}

/// A guard, the weather in which it is needed, and what breaks without it: any of these.
pub type Row = (Guard, Weather, &'static [&'static str]);

/// The mutation table.
pub fn table() -> Vec<Row> {
    let calm = Weather::CALM;
    let posts = Weather { post_faults: 900, late_most: 1_800, ..calm.clone() };
    let rivals = Weather { rivals: 1_000, ..calm.clone() };
    let stale = Weather { stale: 500, stale_most: 900, ..calm.clone() };
    let hasty = Weather { quick: true, retry: true, ..posts.clone() };
    const DOUBLE: &[&str] = &["jobs for send"];
    vec![
        (Guard::Arming, Weather { crashes: 800, ..posts.clone() }, &["without a durable `armed`"]),
        (Guard::Fsync, Weather { crashes: 800, ..posts.clone() }, &["without a durable `armed`"]),
        (Guard::Lock, rivals.clone(), &["jobs for send", "does not load"]),
        (Guard::Moved, rivals, DOUBLE),
        (Guard::OnePost, posts.clone(), DOUBLE),
        (Guard::Settle, Weather { late_only: true, late_most: 100, ..hasty.clone() }, DOUBLE),
        (Guard::TwoListings, Weather { late_most: 1, stale: 700, stale_most: 900, ..hasty }, DOUBLE),
        (Guard::EmptyList, posts.clone(), DOUBLE),
        (
            Guard::ReadBack,
            Weather { operators: 900, ..calm.clone() },
            &["goes to others than were armed", "armed for others", "suppressed"],
        ),
        (Guard::Confirm, Weather { operators: 970, ..calm.clone() }, &["nobody was told"]),
        (Guard::LostLedger, Weather { losses: 1_000, ..calm.clone() }, DOUBLE),
        (Guard::ServerClock, Weather { jumps: 1_000, ..posts.clone() }, &["held for nothing"]),
        (
            Guard::ScheduleIntent,
            Weather { faults: 400, late_only: true, late_most: 3_000, quick: true, ..calm },
            &["each firing is sent twice"],
        ),
        (Guard::Absence, stale, &["each firing is sent twice", "still fires"]),
    ]
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
        Guard::Absence
            if request.method == "GET"
                && !world.processes[process].holds
                && (path.starts_with("/scheduled-messages/") || path.starts_with("/custom-groups/")) =>
        {
            return Response::json(404, &serde_json::json!({"detail": "not found"}));
        }
        Guard::TwoListings
            if request.method == "GET" && path == "/bulk-send" && world.processes[process].holds =>
        {
            return world.processes[process].kept.entry(path).or_insert(response).clone();
        }
        Guard::Confirm if request.method == "GET" && path == "/bulk-send" => {
            let mut value = response.value();
            for job in value["jobs"].as_array_mut().into_iter().flatten() {
                job["total_recipients"] = serde_json::Value::Null;
            }
            return Response { body: value.to_string().into_bytes(), ..response };
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
