//! Paths of the API as a closed set (`api.md`, all tables). Owns which method and path is which endpoint and
//! what scope it needs.

use uuid::Uuid;

use super::refusal::Refusal;

/// What a running thing can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Stop for good.
    Cancel,
    /// Stand still.
    Pause,
    /// Go on.
    Resume,
}

/// One endpoint with the ids of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `GET /sessions`
    ListSessions,
    /// `GET /sessions/{id}`
    ReadSession(Uuid),
    /// `GET /custom-groups`
    ListGroups,
    /// `POST /custom-groups`
    CreateGroup,
    /// `GET /custom-groups/contacts`
    ListContacts,
    /// `GET /custom-groups/wa-groups`
    ListWaGroups,
    /// `POST /custom-groups/from-wa-groups`
    ImportGroup,
    /// `GET /custom-groups/{id}`
    ReadGroup(Uuid),
    /// `PATCH /custom-groups/{id}`
    RenameGroup(Uuid),
    /// `DELETE /custom-groups/{id}`
    DeleteGroup(Uuid),
    /// `POST /custom-groups/{id}/members/add`
    AddMembers(Uuid),
    /// `POST /custom-groups/{id}/members/remove`
    RemoveMembers(Uuid),
    /// `GET /custom-groups/{id}/export/csv`
    ExportCsv(Uuid),
    /// `GET /custom-groups/{id}/export/json`
    ExportJson(Uuid),
    /// `GET /bulk-send`
    ListJobs,
    /// `POST /bulk-send`
    CreateJob,
    /// `GET /bulk-send/{id}`
    ReadJob(Uuid),
    /// `POST /bulk-send/{id}/pause|resume|cancel`
    ActJob(Uuid, Act),
    /// `GET /bulk-send/{id}/progress`
    Progress(Uuid),
    /// `GET /scheduled-messages`
    ListSchedules,
    /// `POST /scheduled-messages`
    CreateSchedule,
    /// `GET /scheduled-messages/{id}`
    ReadSchedule(Uuid),
    /// `PATCH /scheduled-messages/{id}`
    PatchSchedule(Uuid),
    /// `POST /scheduled-messages/{id}/pause|resume|cancel`
    ActSchedule(Uuid, Act),
    /// `DELETE /scheduled-messages/{id}`
    DeleteSchedule(Uuid),
    /// `GET /scheduled-messages/{id}/history`
    History(Uuid),
    /// `GET /billing/subscription`
    Subscription,
    /// `GET /analytics/campaigns/{job_id}`
    Analytics(Uuid),
}

impl Route {
    /// The endpoint of a method and a path below `/api/v2`; 404 or 405.
    pub fn parse(method: &str, path: &str) -> Result<Self, Refusal> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        if let Some(route) = Self::find(method, &segments)? {
            return Ok(route);
        }
        let takes = |method: &&str| matches!(Self::find(method, &segments), Ok(Some(_)));
        let allowed: Vec<&str> = ["GET", "POST", "PATCH", "DELETE"].into_iter().filter(takes).collect();
        if allowed.is_empty() {
            return Err(Refusal::not_found("path"));
        }
        let refusal = Refusal::new(405, "this path does not take that method");
        Err(Refusal { allow: Some(allowed.join(", ")), ..refusal })
    }

    fn find(method: &str, segments: &[&str]) -> Result<Option<Self>, Refusal> {
        let route = match (method, segments) {
            ("GET", ["sessions"]) => Self::ListSessions,
            ("GET", ["sessions", id]) => Self::ReadSession(parse_id(id, "session")?),
            ("GET", ["custom-groups"]) => Self::ListGroups,
            ("POST", ["custom-groups"]) => Self::CreateGroup,
            ("GET", ["custom-groups", "contacts"]) => Self::ListContacts,
            ("GET", ["custom-groups", "wa-groups"]) => Self::ListWaGroups,
            ("POST", ["custom-groups", "from-wa-groups"]) => Self::ImportGroup,
            (_, ["custom-groups", "contacts" | "wa-groups" | "from-wa-groups"]) => return Ok(None),
            ("GET", ["custom-groups", id]) => Self::ReadGroup(parse_id(id, "group")?),
            ("PATCH", ["custom-groups", id]) => Self::RenameGroup(parse_id(id, "group")?),
            ("DELETE", ["custom-groups", id]) => Self::DeleteGroup(parse_id(id, "group")?),
            ("POST", ["custom-groups", id, "members", "add"]) => Self::AddMembers(parse_id(id, "group")?),
            ("POST", ["custom-groups", id, "members", "remove"]) => {
                Self::RemoveMembers(parse_id(id, "group")?)
            }
            ("GET", ["custom-groups", id, "export", "csv"]) => Self::ExportCsv(parse_id(id, "group")?),
            ("GET", ["custom-groups", id, "export", "json"]) => Self::ExportJson(parse_id(id, "group")?),
            ("GET", ["bulk-send"]) => Self::ListJobs,
            ("POST", ["bulk-send"]) => Self::CreateJob,
            ("GET", ["bulk-send", id]) => Self::ReadJob(parse_id(id, "job")?),
            ("GET", ["bulk-send", id, "progress"]) => Self::Progress(parse_id(id, "job")?),
            ("POST", ["bulk-send", id, act]) => match parse_act(act) {
                Some(act) => Self::ActJob(parse_id(id, "job")?, act),
                None => return Ok(None),
            },
            ("GET", ["scheduled-messages"]) => Self::ListSchedules,
            ("POST", ["scheduled-messages"]) => Self::CreateSchedule,
            ("GET", ["scheduled-messages", id]) => Self::ReadSchedule(parse_id(id, "schedule")?),
            ("PATCH", ["scheduled-messages", id]) => Self::PatchSchedule(parse_id(id, "schedule")?),
            ("DELETE", ["scheduled-messages", id]) => Self::DeleteSchedule(parse_id(id, "schedule")?),
            ("GET", ["scheduled-messages", id, "history"]) => Self::History(parse_id(id, "schedule")?),
            ("POST", ["scheduled-messages", id, act]) => match parse_act(act) {
                Some(act) => Self::ActSchedule(parse_id(id, "schedule")?, act),
                None => return Ok(None),
            },
            ("GET", ["billing", "subscription"]) => Self::Subscription,
            ("GET", ["analytics", "campaigns", id]) => Self::Analytics(parse_id(id, "campaign")?),
            _ => return Ok(None),
        };
        Ok(Some(route))
    }

    /// The scope a key needs; `None` where the vendor names none.
    pub fn scope(self) -> Option<&'static str> {
        match self {
            Self::ListSessions | Self::ReadSession(_) | Self::Subscription | Self::Analytics(_) => None,
            Self::ListGroups
            | Self::ListContacts
            | Self::ListWaGroups
            | Self::ReadGroup(_)
            | Self::ExportCsv(_)
            | Self::ExportJson(_) => Some("custom-groups:read"),
            Self::CreateGroup
            | Self::ImportGroup
            | Self::RenameGroup(_)
            | Self::DeleteGroup(_)
            | Self::AddMembers(_)
            | Self::RemoveMembers(_) => Some("custom-groups:manage"),
            Self::ListJobs | Self::ReadJob(_) | Self::Progress(_) => Some("bulk-send:read"),
            Self::CreateJob | Self::ActJob(..) => Some("bulk-send:manage"),
            Self::ListSchedules | Self::ReadSchedule(_) | Self::History(_) => Some("scheduled:read"),
            Self::CreateSchedule
            | Self::PatchSchedule(_)
            | Self::ActSchedule(..)
            | Self::DeleteSchedule(_) => Some("scheduled:manage"),
        }
    }
}

fn parse_act(text: &str) -> Option<Act> {
    match text {
        "cancel" => Some(Act::Cancel),
        "pause" => Some(Act::Pause),
        "resume" => Some(Act::Resume),
        _ => None,
    }
}

/// An id that is no UUID belongs to nothing: 404.
fn parse_id(text: &str, what: &str) -> Result<Uuid, Refusal> {
    Uuid::try_parse(text).map_err(|_| Refusal::not_found(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_paths_methods_and_ids_are_told_apart() {
        let status = |method, path| Route::parse(method, path).map_err(|refusal| refusal.status);
        assert_eq!(status("GET", "/custom-groups/contacts"), Ok(Route::ListContacts));
        assert_eq!(status("DELETE", "/custom-groups/contacts"), Err(405));
        assert_eq!(status("GET", "/custom-groups/nope"), Err(404));
        assert_eq!(status("PUT", "/bulk-send"), Err(405));
        assert_eq!(status("GET", "/nothing"), Err(404));
        assert_eq!(status("POST", "/bulk-send/00000000-0000-4000-8000-000000000000/explode"), Err(404));
    }
}
