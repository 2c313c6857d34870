//! What an account has, as the YAML that a person would have written for it (`import`).
//!
//! Owns keys, texts and layout of the files, and what cannot be written and why. Must not touch the disk or the
//! ledger: files are values here. What it writes, [`super::load()`] reads back as the same.

mod file;
mod groups;
mod keys;
mod names;
mod schedules;
mod sessions;
mod timing;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Id, ObservedGroup, ObservedSchedule, ObservedSession, PlanName};

/// The account, as read: groups with their members, schedules with everything that the API shows.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The project's name.
    pub project: &'a str,
    /// The account's plan, where known.
    pub plan: Option<PlanName>,
    /// All sessions.
    pub sessions: &'a [ObservedSession],
    /// All groups.
    pub groups: &'a [ObservedGroup],
    /// All schedules.
    pub schedules: &'a [ObservedSchedule],
    /// The present moment.
    pub now: Timestamp,
}

/// A file of the project.
#[derive(Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path in the project's directory, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Members and texts are people's; `Debug` goes to logs and panics.
impl std::fmt::Debug for WrittenFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WrittenFile({:?}, {} bytes)", self.path, self.text.len())
    }
}

/// Something of the account that is not in the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is: `group`, `schedule`, `names in group`.
    pub kind: &'static str,
    /// Its name on the account.
    pub name: String,
    /// Its id.
    pub id: Id,
    /// Why, in plain words.
    pub why: String,
}

/// A project.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Its files, the campaign file first.
    pub files: Vec<WrittenFile>,
    /// The ids that the keys under `sessions:` stand for.
    pub sessions: BTreeMap<String, Id>,
    /// The ids that the keys under `groups:` stand for.
    pub groups: BTreeMap<String, Id>,
    /// The ids that the keys under `schedules:` stand for.
    pub schedules: BTreeMap<String, Id>,
    /// What is not in it, in the account's order.
    pub left_out: Vec<LeftOut>,
}

/// Groups of more members have them in a CSV file.
pub const MOST_INLINE: usize = 20;

/// Writes the project.
pub fn write(given: &Given<'_>) -> Written {
    let mut written = Written::default();
    let sessions = sessions::write(given.sessions, &mut written);
    let groups = groups::write(given, &mut written);
    let schedules = schedules::write(given, &mut written);
    written.files.splice(0..0, file::files(given, sessions, groups, schedules));
    written
}

impl Written {
    fn leave_out(&mut self, kind: &'static str, name: &str, id: &Id, why: impl Into<String>) {
        self.left_out.push(LeftOut {
            kind,
            name: crate::model::one_line(name, 80),
            id: id.clone(),
            why: why.into(),
        });
    }
}

/// The key of an id among `keys`.
fn key_of<'k>(keys: &'k BTreeMap<String, Id>, id: &Id) -> Option<&'k str> {
    keys.iter().find(|(_, known)| *known == id).map(|(key, _)| key.as_str())
}
