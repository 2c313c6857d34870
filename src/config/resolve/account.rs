//! `project:`, `account:`, `ledger:`, `sessions:` and `defaults:`.

use std::collections::{BTreeMap, BTreeSet};

use super::refer::{Names, kept_name, shown_name, source};
use crate::config::file::{AccountFile, CampaignFile, EnvironmentFile, SessionFile};
use crate::config::read::{Cx, Map, Slot, Text, nearest, quoted};
use crate::config::timing;
use crate::model::{Account, DesiredSession, Id, LedgerPlace, PlanName, SessionRef};
use crate::time::Zone;

/// What schedules and sends use that do not say otherwise.
#[derive(Debug)]
pub struct Defaults {
    /// A session's key, which exists.
    pub session: Slot<String>,
    /// A time zone.
    pub zone: Slot<Zone>,
}

/// `version:`, which is 1.
pub fn version(file: &CampaignFile, cx: &mut Cx<'_>) {
    if let Some(version) = file.version.get().filter(|version| version.value != 1) {
        cx.report
            .error(
                "unknown-version",
                version.span,
                format!("version {} of the format is not known", version.value),
            )
            .help("write `version: 1`, or use a newer campaignctl");
    }
}

/// What other environments say, checked like the rest.
pub fn environments(file: &CampaignFile, names: &Names<'_>, cx: &mut Cx<'_>) {
    for entry in file.environments.get().map(|map| map.entries.as_slice()).unwrap_or_default() {
        if entry.key == "default" {
            cx.report
                .error(
                    "bad-key",
                    entry.span,
                    "an environment cannot be called default: its ledger would be that of runs without -e",
                )
                .help("rename it, for example to staging; what counts without -e is written outside of environments");
        }
        if entry.key == "sandbox" {
            cx.report
                .error(
                    "bad-key",
                    entry.span,
                    "an environment cannot be called sandbox: its ledger would lie with that of --sandbox",
                )
                .help(
                    "rename it, for example to staging; to try things out without an account, use --sandbox",
                );
        }
        let Some(EnvironmentFile { account, sessions, policy, ledger, .. }) = &entry.value else { continue };
        self::account(account, cx);
        self::sessions(sessions, cx);
        if names.complete() {
            unused(sessions, file, cx);
        }
        self::ledger(ledger, cx);
        super::policy::policy(policy, cx);
    }
}

/// Sessions of an environment that are not those of the rest of the files, and that nothing sends from: slips, mostly.
fn unused(sessions: &Slot<Map<SessionFile>>, file: &CampaignFile, cx: &mut Cx<'_>) {
    let Some(given) = sessions.get() else { return };
    let base = file.sessions.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    // What the chosen environment adds is among the others by now, at its own place.
    let own: Vec<_> = given.entries.iter().map(|entry| entry.span).collect();
    let base: BTreeSet<&str> =
        base.iter().filter(|entry| !own.contains(&entry.span)).map(|entry| entry.key.as_str()).collect();
    let used = used(file);
    for entry in &given.entries {
        let key = entry.key.as_str();
        if base.contains(key) || used.contains(key) {
            continue;
        }
        let help = match nearest(key, base.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "use it in `defaults:`, a schedule or a send; or remove it".to_owned(),
        };
        cx.report
            .warning(
                "unused-session",
                entry.span,
                format!(
                    "there is no session {} outside of this environment, and nothing sends from it",
                    quoted(key)
                ),
            )
            .help(help);
    }
}

/// The names of sessions that something is sent from or imported by.
fn used(file: &CampaignFile) -> BTreeSet<&str> {
    let mut slots = Vec::new();
    slots.extend(file.defaults.get().map(|defaults| &defaults.session));
    let schedules = file.schedules.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    slots.extend(schedules.iter().filter_map(|entry| entry.value.as_ref()).map(|given| &given.session));
    let sends = file.sends.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    slots.extend(sends.iter().filter_map(|entry| entry.value.as_ref()).map(|given| &given.session));
    let groups = file.groups.get().map(|map| map.entries.as_slice()).unwrap_or_default();
    let sources = groups
        .iter()
        .filter_map(|entry| entry.value.as_ref()?.members_from.get())
        .flat_map(|list| &list.items);
    slots.extend(sources.filter_map(|source| source.whatsapp.get()).map(|table| &table.session));
    slots.into_iter().filter_map(|slot| Some(slot.get()?.value.as_str())).collect()
}

/// The project's name: `[a-z0-9-]{1,40}`.
pub fn project(file: &CampaignFile, cx: &mut Cx<'_>) -> Option<String> {
    let text = file.project.get()?;
    let value = &text.value;
    let fits = (1..=40).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits {
        return Some(value.clone());
    }
    let quoted = text.quote(cx);
    let mut proposal = String::new();
    for c in value.to_lowercase().chars() {
        let c = if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
        if !(c == '-' && (proposal.is_empty() || proposal.ends_with('-'))) && proposal.len() < 40 {
            proposal.push(c);
        }
    }
    let proposal = proposal.trim_end_matches('-');
    let proposal = if proposal.is_empty() || text.from_vars { "acme" } else { proposal };
    cx.report
        .error("bad-project", text.span, format!("{quoted} cannot be a project's name: it names a file"))
        .help(format!("use a-z, 0-9 and -, at most 40 characters, for example: {proposal}"));
    None
}

/// `account:`, the plan's limits with what differs laid over.
pub fn account(given: &Slot<AccountFile>, cx: &mut Cx<'_>) -> Account {
    let Some(account) = given.get() else {
        return Account { name: "default".to_owned(), plan: None, limits: PlanName::Business.limits() };
    };
    let name = kept_name(&account.name, "default", cx).unwrap_or_default();
    let plan = account.plan.get().map(|plan| plan.value);
    let mut limits = plan.unwrap_or(PlanName::Business).limits();
    if let Some(given) = account.limits.get() {
        if let Some(groups) = given.groups.get() {
            limits.groups = groups.value;
        }
        if let Some(messages) = given.messages_per_month.get() {
            limits.messages_per_month = messages.value;
        }
        if let Some(requests) = given.requests_per_minute.get() {
            match u32::try_from(requests.value).ok().filter(|n| (1..=100_000).contains(n)) {
                Some(requests) => limits.requests_per_minute = requests,
                None => {
                    cx.report
                        .error("bad-limit", requests.span, "requests a minute are 1 to 100,000")
                        .help("leave the key out to use the plan's own limit");
                }
            }
        }
    }
    Account { name, plan, limits }
}

/// `ledger:`: a URL without credentials, which belong in the environment.
pub fn ledger(given: &Slot<Text>, cx: &mut Cx<'_>) -> Option<String> {
    let text = given.get()?;
    let has_login = url::Url::parse(text.value.trim())
        .is_ok_and(|url| !url.username().is_empty() || url.password().is_some());
    if has_login {
        cx.report
            .error("credential", text.span, "this address has a user name or a password in it")
            .help("remove it: credentials come from the environment, never from YAML");
        return None;
    }
    if let Err(why) = LedgerPlace::parse(&text.value) {
        let quoted = text.quote(cx);
        cx.report.error("bad-ledger", text.span, format!("{quoted} cannot be a ledger's place: {why}")).help(
            "write a file such as state/ledger.jsonl, or a bucket with a prefix such as s3://bucket/prefix; without \
             the key, the ledger is a file in .campaignctl/",
        );
        return None;
    }
    Some(text.value.trim().to_owned())
}

/// `sessions:`, by name or by id.
pub fn sessions(given: &Slot<Map<SessionFile>>, cx: &mut Cx<'_>) -> BTreeMap<String, DesiredSession> {
    let mut sessions = BTreeMap::new();
    let Some(map) = given.get() else { return sessions };
    for entry in &map.entries {
        let Some(session) = &entry.value else { continue };
        if let (Some(name), Some(id)) = (session.name.get(), session.id.get()) {
            cx.report
                .error("two-ways", id.span, "a session is found by `name` or by `id`, not by both")
                .also(name.span, "the name")
                .help("remove one of the two");
        }
        let by = match session.id.get() {
            None => shown_name(&session.name, &entry.key, cx).map(SessionRef::Name),
            Some(text) => {
                let id = Id::new(&text.value);
                if id.is_none() {
                    let quoted = text.quote(cx);
                    cx.report
                        .error("bad-id", text.span, format!("{quoted} is no id"))
                        .help("`campaignctl sessions` shows the ids; or use `name:`");
                }
                id.map(SessionRef::Id)
            }
        };
        let Some(by) = by else { continue };
        sessions.insert(entry.key.clone(), DesiredSession { by, source: source(entry.span, cx) });
    }
    sessions
}

/// `defaults:`.
pub fn defaults(file: &CampaignFile, names: &Names<'_>, cx: &mut Cx<'_>) -> Defaults {
    let Some(defaults) = file.defaults.get() else {
        let zone = if file.defaults.is_missing() { Slot::Missing } else { Slot::Broken };
        let session = if file.defaults.is_missing() { Slot::Missing } else { Slot::Broken };
        return Defaults { session, zone };
    };
    let session = match &defaults.session {
        Slot::Given(text) => names.session(text, cx).map_or(Slot::Broken, Slot::Given),
        Slot::Missing => Slot::Missing,
        Slot::Broken => Slot::Broken,
    };
    Defaults { session, zone: timing::zone(&defaults.timezone, cx) }
}
