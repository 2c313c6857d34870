//! From the files as written to [`Desired`]: references hold, texts are normalised, members are sets.
//!
//! Each part reports all it finds and goes on; a part that is wrong is left out, so that one mistake is
//! reported once.

mod account;
mod cells;
mod content;
mod csv_header;
mod csv_place;
mod csv_quotes;
mod csv_source;
mod encrypted;
mod groups;
mod json_source;
mod members;
mod moved;
mod placeholders;
mod policy;
mod refer;
mod require;
mod rows;
mod schedules;
mod sends;
mod union;

use std::path::Path;

use super::file::CampaignFile;
use super::read::Cx;
use crate::model::{Desired, Secret};
use crate::time::Zone;
use content::Messages;
pub(super) use placeholders::is_placeholder;
use refer::Names;

/// What resolving needs beside the files.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The project's directory.
    pub root: &'a Path,
    /// The environment that was chosen and exists.
    pub environment: Option<&'a str>,
    /// The present moment.
    pub now: jiff::Timestamp,
    /// Every file could be read: what is not there is really missing.
    pub all_read: bool,
    /// The largest file of members, in bytes.
    pub max_source_bytes: u64,
    /// What decrypts files of members.
    #[cfg_attr(
        not(feature = "age"),
        expect(dead_code, reason = "nothing is decrypted without the feature `age`")
    )]
    pub age_identity: Option<&'a Secret>,
}

/// Resolves everything. `None` where the project has no name that could stand for it.
pub fn resolve(file: &CampaignFile, settings: &Settings<'_>, cx: &mut Cx<'_>) -> Option<Desired> {
    let names = Names::of(file, settings.all_read);
    let project = account::project(file, cx);
    account::version(file, cx);
    let account = account::account(&file.account, cx);
    let ledger = account::ledger(&file.ledger, cx);
    let sessions = account::sessions(&file.sessions, cx);
    account::environments(file, &names, cx);
    let defaults = account::defaults(file, &names, cx);
    let suppressed = members::suppressed(file, settings, cx);
    let groups = groups::groups(file, &names, &suppressed, &defaults, settings, cx);
    let messages = Messages::read(file, settings, cx);
    let schedules = schedules::schedules(file, &names, &defaults, &messages, settings, cx);
    let sends = sends::sends(file, &names, &defaults, &messages, settings, cx);
    let moved = moved::moved(file, &names, project.as_deref(), cx);
    let policy = policy::policy(&file.policy, cx);
    require::check(file, &policy, cx);
    cells::look_up(settings, cx);
    Some(Desired {
        project: project?,
        environment: settings.environment.unwrap_or("default").to_owned(),
        root: settings.root.to_owned(),
        account,
        timezone: defaults.zone.get().map_or("UTC", Zone::name).to_owned(),
        sessions,
        groups,
        schedules,
        sends,
        suppressed,
        moved,
        policy,
        ledger,
    })
}
