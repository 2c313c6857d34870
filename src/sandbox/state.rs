//! Everything an account holds: plain data, serialisable. Owns look-ups and ids; the rules are the server's.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::job::Job;
use super::members::Members;
use super::rng::{hash_text, mix, uuid_from};
use super::schedule::Schedule;
use super::side::Side;

/// A connected WhatsApp number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// One of the five that `api.md` lists.
    pub status: String,
}

/// The states of a session (`api.md`); sending needs `working`.
pub const SESSION_STATUSES: [&str; 5] = ["stopped", "starting", "qr_code", "working", "failed"];

impl Session {
    /// Whether it can send.
    pub fn works(&self) -> bool {
        self.status == "working"
    }
}

/// A group in WhatsApp itself, which can be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaGroup {
    /// `…@g.us`
    pub id: String,
    /// The number that is in it.
    pub session_id: Uuid,
    /// Its name.
    pub name: String,
    /// Phones and names.
    pub members: Vec<(u64, Option<String>)>,
}

/// A custom group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: Uuid,
    /// Its name; not unique.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who is in it.
    pub members: Side<Members>,
}

/// The whole account. Everything is in the order of creation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// From which ids and pauses are drawn.
    pub seed: u64,
    /// How many ids were drawn.
    pub issued: u64,
    /// The connected numbers.
    pub sessions: Vec<Session>,
    /// WhatsApp groups of all sessions.
    pub wa_groups: Vec<WaGroup>,
    /// Custom groups.
    pub groups: Vec<Group>,
    /// Bulk sends, those of firings among them.
    pub jobs: Vec<Job>,
    /// Scheduled messages.
    pub schedules: Vec<Schedule>,
    /// Messages used or reserved, by month (`2026-11`, UTC).
    pub usage: BTreeMap<String, u64>,
    /// Whether the store is behind.
    #[serde(skip)]
    pub dirty: bool,
}

impl State {
    /// An empty account.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            issued: 0,
            sessions: Vec::new(),
            wa_groups: Vec::new(),
            groups: Vec::new(),
            jobs: Vec::new(),
            schedules: Vec::new(),
            usage: BTreeMap::new(),
            dirty: true,
        }
    }

    /// The next id; the same seed gives the same ids in the same order.
    pub fn issue(&mut self) -> Uuid {
        self.issued += 1;
        uuid_from(self.seed, self.issued)
    }

    /// A number for a purpose, drawn from the seed and how many ids there are.
    pub fn draw(&self) -> u64 {
        mix(self.seed ^ mix(self.issued))
    }

    /// The session of that id.
    pub fn session(&self, id: Uuid) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// The group of that id.
    pub fn group(&self, id: Uuid) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// The group of that id, to be changed.
    pub fn group_mut(&mut self, id: Uuid) -> Option<&mut Group> {
        self.dirty = true;
        self.groups.iter_mut().find(|group| group.id == id)
    }

    /// The job of that id, newest looked at first.
    pub fn job(&self, id: Uuid) -> Option<&Job> {
        self.jobs.iter().rev().find(|job| job.id == id)
    }

    /// The schedule of that id.
    pub fn schedule(&self, id: Uuid) -> Option<&Schedule> {
        self.schedules.iter().find(|schedule| schedule.id == id)
    }

    /// The schedule of that id, to be changed.
    pub fn schedule_mut(&mut self, id: Uuid) -> Option<&mut Schedule> {
        self.dirty = true;
        self.schedules.iter_mut().find(|schedule| schedule.id == id)
    }

    /// Finds a session by id, else by name, and gives it this status; adds it when there is none. A new one
    /// comes with three WhatsApp groups.
    pub fn put_session(&mut self, id: Option<Uuid>, name: Option<&str>, status: Option<&str>) -> Uuid {
        self.dirty = true;
        let found = self.sessions.iter_mut().find(|session| match (id, name) {
            (Some(id), _) => session.id == id,
            (None, Some(name)) => session.name == name,
            (None, None) => false,
        });
        if let Some(session) = found {
            if let Some(status) = status {
                status.clone_into(&mut session.status);
            }
            if let Some(name) = name {
                name.clone_into(&mut session.name);
            }
            return session.id;
        }
        let name = name.unwrap_or("Session").to_owned();
        // From the name, so that the same project gets the same session again in a new data directory.
        let id = id.unwrap_or_else(|| uuid_from(self.seed ^ hash_text(&name), u64::MAX));
        self.sessions.push(Session { id, name, status: status.unwrap_or("working").to_owned() });
        self.add_default_wa_groups(id);
        id
    }

    /// Adds a WhatsApp group, or replaces the one of that id in that session.
    pub fn put_wa_group(&mut self, group: WaGroup) {
        self.dirty = true;
        self.wa_groups.retain(|other| other.id != group.id || other.session_id != group.session_id);
        self.wa_groups.push(group);
    }

    /// Two groups that share people, and a small one. The first session's ids are those of the vendor's page.
    fn add_default_wa_groups(&mut self, session_id: Uuid) {
        let nth = self.sessions.len() as u64;
        let base = 15_552_000_000 + nth * 1_000;
        let plan = [
            (120_363_012_345_u64, "Neighbours", 0..30),
            (120_363_067_890, "Customers", 20..45),
            (120_363_011_111, "Team", 100..105),
        ];
        for (id, name, people) in plan {
            let id = if nth == 1 { id } else { id + nth * 1_000_000 };
            let members = people.map(|n| (base + n, (n % 2 == 0).then(|| format!("Person {n}")))).collect();
            self.put_wa_group(WaGroup {
                id: format!("{id}@g.us"),
                session_id,
                name: name.to_owned(),
                members,
            });
        }
    }

    /// Turns a person into REDACTED everywhere. Gives in how many places they were.
    pub fn erase(&mut self, phone: u64) -> usize {
        self.dirty = true;
        let mut places = 0;
        for group in &mut self.groups {
            if group.members.get().phones().binary_search(&phone).is_ok() {
                places += usize::from(group.members.get_mut().erase(group.id, phone));
            }
        }
        for job in &mut self.jobs {
            places += usize::from(job.erase(phone));
        }
        for group in &mut self.wa_groups {
            let before = group.members.len();
            group.members.retain(|(member, _)| *member != phone);
            places += before - group.members.len();
        }
        places
    }
}
