//! Every operation: one row each, in the order of `api.md`.

use serde_json::{Map, Value, json};

use Gives::{Created, Csv, Events, Json, Nothing};

use super::parts::{parameter, refusal, schema, with_headers};

/// What a 2xx carries.
#[derive(Clone, Copy)]
enum Gives {
    /// JSON of this schema.
    Json(&'static str),
    /// 201 and JSON of this schema.
    Created(&'static str),
    /// Nothing: 204.
    Nothing,
    /// A CSV file.
    Csv,
    /// Server-sent events.
    Events,
}

/// One operation.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    id: &'static str,
    what: &'static str,
    tag: &'static str,
    scope: Option<&'static str>,
    takes: Option<&'static str>,
    gives: Gives,
    /// Statuses beyond those that follow from the rest.
    also: &'static [u16],
}

const fn row(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    what: &'static str,
    gives: Gives,
) -> Operation {
    Operation { method, path, id, what, tag: "account", scope: None, takes: None, gives, also: &[] }
}

impl Operation {
    const fn of(mut self, tag: &'static str, scope: &'static str) -> Self {
        self.tag = tag;
        self.scope = if scope.is_empty() { None } else { Some(scope) };
        self
    }

    const fn takes(mut self, body: &'static str) -> Self {
        self.takes = Some(body);
        self
    }

    const fn also(mut self, statuses: &'static [u16]) -> Self {
        self.also = statuses;
        self
    }

    fn is_list(&self) -> bool {
        matches!(self.gives, Gives::Json(name) if name.ends_with("Page"))
    }

    fn parameters(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for segment in self.path.split('/') {
            if let Some(name) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                all.push(parameter(name));
            }
        }
        if self.is_list() {
            all.extend([parameter("limit"), parameter("offset")]);
        }
        all
    }

    fn success(&self) -> (u16, Value) {
        let (status, what, kind, body) = match self.gives {
            Gives::Json(name) => (200, "Done.", "application/json", schema(name)),
            Gives::Created(name) => (201, "Made.", "application/json", schema(name)),
            Gives::Nothing => {
                return (204, json!({"description": "Done.", "headers": with_headers(&[])}));
            }
            Gives::Csv => (200, "A header row, then one row each.", "text/csv", json!({"type": "string"})),
            Gives::Events => {
                let what = "An event for each change, until the job is final: \
                            `data: {\"sent\": 45, \"total\": 127, \"failed\": 0, \"status\": \"running\"}`.";
                (200, what, "text/event-stream", json!({"type": "string"}))
            }
        };
        let more: &[&str] = if matches!(self.gives, Gives::Csv) { &["Content-Disposition"] } else { &[] };
        let mut response =
            json!({"description": what, "headers": with_headers(more), "content": {kind: {"schema": body}}});
        if let (Gives::Created(_), Some((links, parameter))) = (self.gives, self.links()) {
            let link = |id: &&str| {
                let link = json!({"operationId": id, "parameters": {parameter: "$response.body#/id"}});
                ((*id).to_owned(), link)
            };
            response["links"] = Value::Object(links.iter().map(link).collect());
        }
        (status, response)
    }

    /// What can be done next with what was made.
    fn links(&self) -> Option<(&'static [&'static str], &'static str)> {
        match self.gives {
            Gives::Created("Group") => Some((
                &["readGroup", "renameGroup", "deleteGroup", "addMembers", "removeMembers", "exportJson"],
                "group_id",
            )),
            Gives::Created("Job") => {
                Some((&["readJob", "pauseJob", "resumeJob", "cancelJob", "readAnalytics"], "job_id"))
            }
            Gives::Created("Schedule") => Some((
                &[
                    "readSchedule",
                    "updateSchedule",
                    "pauseSchedule",
                    "resumeSchedule",
                    "cancelSchedule",
                    "deleteSchedule",
                    "listExecutions",
                ],
                "schedule_id",
            )),
            _ => None,
        }
    }

    /// As the document has it.
    pub(super) fn describe(&self) -> Value {
        let (status, success) = self.success();
        let mut statuses = vec![401, 429];
        if self.scope.is_some() {
            statuses.push(403);
        }
        if self.path.contains('{') {
            statuses.push(404);
        }
        if self.is_list() {
            statuses.push(422);
        }
        if self.takes.is_some() {
            statuses.extend([400, 413, 422]);
        }
        statuses.extend(self.also);
        let mut responses = Map::new();
        responses.insert(status.to_string(), success);
        for status in statuses {
            responses.insert(status.to_string(), refusal(status));
        }
        responses.sort_keys();
        let scopes: Vec<&str> = self.scope.into_iter().collect();
        let mut described = json!({
            "operationId": self.id,
            "summary": self.what,
            "tags": [self.tag],
            "security": [{"ApiKey": scopes}, {"Bearer": scopes}],
            "responses": responses
        });
        let parameters = self.parameters();
        if !parameters.is_empty() {
            described["parameters"] = Value::Array(parameters);
        }
        if let Some(body) = self.takes {
            described["requestBody"] =
                json!({"required": true, "content": {"application/json": {"schema": schema(body)}}});
        }
        described
    }
}

const GROUPS: &str = "custom-groups";
const GROUPS_READ: &str = "custom-groups:read";
const GROUPS_MANAGE: &str = "custom-groups:manage";
const JOBS: &str = "bulk-send";
const JOBS_READ: &str = "bulk-send:read";
const JOBS_MANAGE: &str = "bulk-send:manage";
const SCHEDULES: &str = "scheduled-messages";
const SCHEDULES_READ: &str = "scheduled:read";
const SCHEDULES_MANAGE: &str = "scheduled:manage";

/// All of them.
pub(super) fn operations() -> Vec<Operation> {
    account().into_iter().chain(groups()).chain(jobs()).chain(schedules()).collect()
}

fn account() -> Vec<Operation> {
    vec![
        row("GET", "/sessions", "listSessions", "Connected WhatsApp numbers.", Json("SessionPage"))
            .of("sessions", ""),
        row("GET", "/sessions/{session_id}", "readSession", "One of them.", Json("Session"))
            .of("sessions", ""),
        row("GET", "/billing/subscription", "readSubscription", "Plan, limits, usage.", Json("Subscription"))
            .also(&[403]),
        row("GET", "/analytics/campaigns/{job_id}", "readAnalytics", "How a send went.", Json("Analytics"))
            .also(&[403]),
    ]
}

fn groups() -> Vec<Operation> {
    let group = |method, path, id, what, gives| {
        let scope = if method == "GET" { GROUPS_READ } else { GROUPS_MANAGE };
        row(method, path, id, what, gives).of(GROUPS, scope)
    };
    vec![
        group("GET", "/custom-groups", "listGroups", "All groups.", Json("GroupPage")),
        group("POST", "/custom-groups", "createGroup", "A new group.", Created("Group")).takes("NewGroup"),
        group("GET", "/custom-groups/contacts", "listContacts", "Every contact once.", Json("ContactPage")),
        group(
            "GET",
            "/custom-groups/wa-groups",
            "listWaGroups",
            "What can be imported.",
            Json("WaGroupPage"),
        ),
        group(
            "POST",
            "/custom-groups/from-wa-groups",
            "importGroup",
            "A new group of theirs.",
            Created("Group"),
        )
        .takes("WaImport")
        .also(&[404]),
        group(
            "GET",
            "/custom-groups/{group_id}",
            "readGroup",
            "A group with its members.",
            Json("GroupDetail"),
        ),
        group("PATCH", "/custom-groups/{group_id}", "renameGroup", "Another name.", Json("Group"))
            .takes("GroupName"),
        group("DELETE", "/custom-groups/{group_id}", "deleteGroup", "The group and its members.", Nothing),
        group(
            "POST",
            "/custom-groups/{group_id}/members/add",
            "addMembers",
            "At most 1,000; who is in it already is skipped.",
            Json("MembersAdded"),
        )
        .takes("ContactsToAdd"),
        group(
            "POST",
            "/custom-groups/{group_id}/members/remove",
            "removeMembers",
            "At most 1,000, by phone.",
            Json("MembersRemoved"),
        )
        .takes("PhonesToRemove"),
        group("GET", "/custom-groups/{group_id}/export/csv", "exportCsv", "Members as CSV.", Csv),
        group(
            "GET",
            "/custom-groups/{group_id}/export/json",
            "exportJson",
            "Members as JSON.",
            Json("Members"),
        ),
    ]
}

fn jobs() -> Vec<Operation> {
    let job = |method, path, id, what, gives| {
        let scope = if method == "GET" { JOBS_READ } else { JOBS_MANAGE };
        row(method, path, id, what, gives).of(JOBS, scope)
    };
    vec![
        job("GET", "/bulk-send", "listJobs", "All jobs.", Json("JobPage")),
        job("POST", "/bulk-send", "createJob", "Send; reserves quota.", Created("Job"))
            .takes("NewJob")
            .also(&[404]),
        job("GET", "/bulk-send/{job_id}", "readJob", "A job with its recipients.", Json("JobDetail")),
        job("POST", "/bulk-send/{job_id}/pause", "pauseJob", "Stand still.", Json("Job")).also(&[400]),
        job("POST", "/bulk-send/{job_id}/resume", "resumeJob", "Go on.", Json("Job")).also(&[400]),
        job("POST", "/bulk-send/{job_id}/cancel", "cancelJob", "Stop; releases the quota left.", Json("Job"))
            .also(&[400]),
        job("GET", "/bulk-send/{job_id}/progress", "followJob", "Progress, live.", Events),
    ]
}

fn schedules() -> Vec<Operation> {
    let schedule = |method, path, id, what, gives| {
        let scope = if method == "GET" { SCHEDULES_READ } else { SCHEDULES_MANAGE };
        row(method, path, id, what, gives).of(SCHEDULES, scope)
    };
    vec![
        schedule("GET", "/scheduled-messages", "listSchedules", "All of them.", Json("SchedulePage")),
        schedule("POST", "/scheduled-messages", "createSchedule", "A new one.", Created("Schedule"))
            .takes("NewSchedule")
            .also(&[404]),
        schedule(
            "GET",
            "/scheduled-messages/{schedule_id}",
            "readSchedule",
            "One with its latest executions.",
            Json("ScheduleDetail"),
        ),
        schedule(
            "PATCH",
            "/scheduled-messages/{schedule_id}",
            "updateSchedule",
            "Name, text, time; the next run is worked out anew.",
            Json("Schedule"),
        )
        .takes("SchedulePatch"),
        schedule(
            "POST",
            "/scheduled-messages/{schedule_id}/cancel",
            "cancelSchedule",
            "For good.",
            Json("Schedule"),
        )
        .also(&[400]),
        schedule(
            "POST",
            "/scheduled-messages/{schedule_id}/pause",
            "pauseSchedule",
            "For now.",
            Json("Schedule"),
        )
        .also(&[400]),
        schedule(
            "POST",
            "/scheduled-messages/{schedule_id}/resume",
            "resumeSchedule",
            "Again.",
            Json("Schedule"),
        )
        .also(&[400]),
        schedule(
            "DELETE",
            "/scheduled-messages/{schedule_id}",
            "deleteSchedule",
            "Only when cancelled or completed.",
            Nothing,
        )
        .also(&[400]),
        schedule(
            "GET",
            "/scheduled-messages/{schedule_id}/history",
            "listExecutions",
            "Executions, page by page.",
            Json("ExecutionPage"),
        ),
    ]
}
