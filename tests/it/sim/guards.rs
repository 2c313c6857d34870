//! The guards of the protocol, each of which can be off in a run. Off means: the executor works on, and the world
//! lies to it as if the guard were not there. What then breaks is why the guard is there.

use std::collections::BTreeSet;

use campaignctl::ledger::{Event, HoldEvidence, NotSentWhy, Phase, Store};
use campaignctl::model::Id;
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
    /// A job that another key has is no candidate.
    Claimed,
    /// The operator's stops are read again at the gate.
    StopGate,
    /// Recovery lists the jobs anew, and does not take the plan's list.
    FreshList,
    /// Schedules that were created twice are looked for.
    TwinSearch,
    /// A replaced schedule is read back: cancelled, and not still there.
    ConfirmCancelled,
    /// No attempt goes out beside a job that may be that of an attempt taken for not sent.
    LateJobs,
    /// What was armed does not leave once its moment has passed.
    NotAfter,
}

impl Guard {
    /// What is not done while it is off.
    pub fn words(self) -> &'static str {
        match self {
            Self::Arming => "`armed` is written before the POST",
            Self::Fsync => "an event is on the disk before it counts",
            Self::Lock => "one apply at a time has the ledger",
            Self::Moved => "no apply of a plan that the ledger has moved on from",
            Self::OnePost => "one POST: no retry after a 5xx or a lost answer",
            Self::Settle => "recovery waits for the settle time",
            Self::TwoListings => "recovery lists until two lists agree",
            Self::EmptyList => "an empty list is a hold, not a licence",
            Self::ReadBack => "the group is read back right before arming",
            Self::Confirm => "the job of an accepted send is read back",
            Self::LostLedger => "a key without history looks for its job first",
            Self::ServerClock => "times are compared by the server's clock",
            Self::ScheduleIntent => "the intent to create a schedule is in the ledger",
            Self::Absence => "what a list does not show is read by its id",
            Self::Claimed => "a job that another key has is no candidate",
            Self::StopGate => "the operator's stops are read again at the gate",
            Self::FreshList => "recovery lists anew",
            Self::TwinSearch => "schedules that were created twice are looked for",
            Self::ConfirmCancelled => "a replaced schedule is confirmed cancelled",
            Self::LateJobs => "no attempt goes out beside a job of one before it",
            Self::NotAfter => "what was armed does not leave once its moment has passed",
        }
    }
}

/// The id under which a job is claimed while [`Guard::Claimed`] is off: nobody recognises it in a list.
const ALIAS: &str = "alias-";

/// The job's own id.
pub fn real(job: &str) -> &str {
    job.strip_prefix(ALIAS).unwrap_or(job)
}

/// The path with the jobs' own ids.
pub fn real_path(path: &str) -> String {
    path.replace(ALIAS, "")
}

/// A guard, the weather in which it is needed, and what breaks without it: any of these.
pub type Row = (Guard, Weather, &'static [&'static str]);

/// The seed from which the search begins: close before the one that was found, where that one is rare.
pub fn from(guard: Guard) -> u64 {
    match guard {
        Guard::Settle => 140,
        Guard::TwoListings => 120,
        Guard::FreshList => 330,
        Guard::Absence => 600,
        _ => 0,
    }
}

/// The mutation table.
pub fn table() -> Vec<Row> {
    let calm = Weather::CALM;
    let posts = Weather { post_faults: 900, late_most: 1_800, ..calm.clone() };
    let crashes = Weather { crashes: 800, ..posts.clone() };
    let rivals = Weather { rivals: 1_000, ..calm.clone() };
    let hands = |operators| Weather { operators, ..Weather::CALM };
    // Applies on each other's heels, with a policy that sends again after a hold.
    let hasty = Weather { quick: true, retry: true, late_only: true, applies: 10, ..posts.clone() };
    let replicas = Weather { late_most: 1, stale: 900, stale_most: 900, ..hasty.clone() };
    // The request arrives between the plan's list and those of the recovery, and another apply takes the turn of the
    // replica that does not lag.
    let between = Weather { late_least: 94, late_most: 100, think: 100, rivals: 1_000, ..replicas.clone() };
    let late = Weather { faults: 400, late_only: true, late_most: 3_000, quick: true, ..calm.clone() };
    let lost = Weather { lost_only: true, ..calm.clone() };
    const DOUBLE: &[&str] = &["jobs for send"];
    const UNARMED: &[&str] = &["without a durable `armed`"];
    const TWINS: &[&str] = &["each firing is sent twice", "still fires"];
    vec![
        (Guard::Arming, crashes.clone(), UNARMED),
        (Guard::Fsync, crashes, UNARMED),
        (Guard::Lock, rivals.clone(), &["jobs for send", "does not load"]),
        (Guard::Moved, rivals, DOUBLE),
        (Guard::OnePost, posts.clone(), DOUBLE),
        (Guard::Settle, Weather { late_least: 90, late_most: 100, ..hasty }, DOUBLE),
        (Guard::TwoListings, between.clone(), DOUBLE),
        (Guard::FreshList, Weather { stale: 600, think: 100, ..replicas }, DOUBLE),
        (Guard::EmptyList, posts.clone(), DOUBLE),
        (Guard::ReadBack, hands(900), &["goes to others than were armed", "armed for others", "suppressed"]),
        (Guard::Confirm, hands(970), &["nobody was told"]),
        (Guard::LostLedger, Weather { losses: 1_000, ..calm.clone() }, DOUBLE),
        (Guard::ServerClock, Weather { jumps: 1_000, ..posts }, &["held for nothing"]),
        (Guard::Claimed, Weather { post_faults: 500, ..lost.clone() }, &["not its own", "is claimed by"]),
        (Guard::StopGate, Weather { stops: 900, ..calm.clone() }, &["was armed after an operator's stop"]),
        (Guard::ScheduleIntent, late.clone(), TWINS),
        (Guard::TwinSearch, late, TWINS),
        (Guard::Absence, Weather { stale: 900, stale_most: 900, quick: true, ..calm }, TWINS),
        (Guard::ConfirmCancelled, Weather { cancels_lost: true, ..lost }, &["made anew while"]),
        (Guard::LateJobs, Weather { refusals: 900, ..Weather::CALM }, DOUBLE),
        (Guard::NotAfter, Weather { sleeps: 900, ..Weather::CALM }, &["left after the moment"]),
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
        (Guard::Claimed, Event::Accepted { send, run, job, recovered }) => {
            let job = Id::new(&format!("{ALIAS}{job}"))?;
            Some(vec![Event::Accepted { send: send.clone(), run: run.clone(), job, recovered: *recovered }])
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
        Guard::LateJobs if request.method == "GET" && path == "/bulk-send" => {
            let open = world.jobs_of_open_runs();
            let mut value = response.value();
            if let Some(jobs) = value["jobs"].as_array_mut() {
                jobs.retain(|job| !open.contains(job["id"].as_str().unwrap_or_default()));
            }
            if let Some(total) = value.get_mut("total") {
                *total = serde_json::Value::Null;
            }
            return Response { body: value.to_string().into_bytes(), ..response };
        }
        Guard::Confirm if request.method == "GET" && path == "/bulk-send" => {
            let mut value = response.value();
            for job in value["jobs"].as_array_mut().into_iter().flatten() {
                job["total_recipients"] = serde_json::Value::Null;
            }
            return Response { body: value.to_string().into_bytes(), ..response };
        }
        Guard::FreshList if request.method == "GET" && path == "/bulk-send" => {
            return world.processes[process].kept.entry(path).or_insert(response).clone();
        }
        Guard::TwinSearch if request.method == "GET" && path == "/scheduled-messages" => {
            let mut value = response.value();
            let mut names = std::collections::BTreeSet::new();
            if let Some(items) = value["messages"].as_array_mut() {
                items.retain(|item| names.insert(item["name"].to_string()));
            }
            if let Some(total) = value.get_mut("total") {
                *total = serde_json::Value::Null;
            }
            return Response { body: value.to_string().into_bytes(), ..response };
        }
        Guard::ConfirmCancelled
            if request.method == "GET"
                && world.processes[process].holds
                && path.starts_with("/scheduled-messages/")
                && response.status == 200 =>
        {
            let mut value = response.value();
            value["status"] = "cancelled".into();
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

impl World {
    /// The jobs of sends that the ledger takes for not sent.
    fn jobs_of_open_runs(&self) -> BTreeSet<String> {
        let Ok(loaded) = self.store.load() else { return BTreeSet::new() };
        let state = loaded.state;
        let open = state.runs().filter(|(_, _, history)| history.phase == Phase::Open);
        open.flat_map(|(send, run, history)| (1..=history.attempts).map(move |n| (send, run, n)))
            .filter_map(|(send, run, attempt)| self.post_of(send, run, attempt))
            .flat_map(|post| post.jobs.iter().map(ToString::to_string))
            .collect()
    }
}
