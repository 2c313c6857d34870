//! A lost ledger is not a licence to send (`send-safety.md`): what on the account says that a key without history
//! may have been sent already.

use jiff::SignedDuration;

use super::Hold;
use super::sends::Case;
use crate::ledger::RunHistory;
use crate::model::{Address, Audience, Id, MoveTarget, ObservedGroup, ObservedJob, grouped, one_line};

/// How far a schedule's firing and its job may lie apart.
const FIRING_SLACK: SignedDuration = SignedDuration::from_mins(2);

/// The name of the group made for one attempt of a snapshot send. The key comes first, so that it survives
/// being cut to 255 characters.
pub fn snapshot_name(project: &str, send: &str, run: &str, attempt: u32) -> String {
    format!("{} attempt {attempt}", snapshot_prefix(project, send, run))
}

/// What every snapshot group's name of this key begins with.
pub fn snapshot_prefix(project: &str, send: &str, run: &str) -> String {
    format!("campaignctl snapshot {project} send.{send} run {}", one_line(run, 60))
}

/// The evidence against sending a key that has no history, if there is any.
pub(super) fn may_have_been_sent(case: &Case<'_>, history: &RunHistory) -> Option<Hold> {
    let facts = case.facts;
    let session = facts.session_id(&case.desired.session)?;
    let snapshot = case.desired.audience == Audience::Snapshot;
    let prefixes: Vec<String> = names_of(case)
        .into_iter()
        .map(|key| snapshot_prefix(&facts.desired.project, key, &case.desired.run))
        .collect();
    let named = |name: &str| prefixes.iter().any(|prefix| is_named(name, prefix));
    let mut evidence = Vec::new();
    for job in &facts.jobs {
        if facts.claimed.contains(&job.id) || job.session_id.as_ref().is_some_and(|s| s != session) {
            continue;
        }
        let same_group = match (&job.group_id, &case.outlook.id) {
            (Some(a), Some(b)) => a == b,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let group_gone = snapshot && job.group_id.as_ref().is_some_and(|g| facts.group(g).is_none());
        let on_snapshot = job.group_id.as_ref().and_then(|g| facts.group(g)).is_some_and(|g| named(&g.name));
        if !(same_group || group_gone || on_snapshot) {
            continue;
        }
        let other_text = job.echoes_content
            && !case.desired.content.same_as_echo(job.text.as_deref(), job.media.as_deref());
        if other_text || is_firing(case, job, session) {
            continue;
        }
        evidence.push(job_line(job));
    }
    // Those that the ledger knows of were made for an attempt that was never armed, also where the answer to their
    // create was lost and the group came late.
    let known = |g: &ObservedGroup| history.snapshot_names.contains(&g.name);
    for group in facts.groups.iter().filter(|g| named(&g.name) && !known(g)) {
        evidence.push(format!("group {} is named as a snapshot of this send", group.id));
    }
    if evidence.is_empty() {
        return None;
    }
    let address = Address::send(case.key);
    Some(Hold {
        text: "it may have been sent: this ledger knows nothing of this send, and the account has what may be its job. \
               A ledger that was lost, or another clone of the project, looks like this"
            .to_owned(),
        evidence,
        ways: vec![
            format!("campaignctl adopt {address} --job ID   (that job is this send: it is not sent again)"),
            format!("campaignctl adopt {address} --new      (these jobs are something else: it is sent)"),
        ],
    })
}

/// Whether it is the name of a snapshot of this key and run, and not of a run whose name begins like it.
fn is_named(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(" attempt"))
}

/// The key and the keys it had before, by the YAML's `moved:`: a lost ledger cannot tell them.
fn names_of<'a>(case: &Case<'a>) -> Vec<&'a str> {
    let mut names = vec![case.key];
    let mut at = 0;
    while let Some(name) = names.get(at).copied() {
        for entry in &case.facts.desired.moved {
            if let (MoveTarget::Object(from), MoveTarget::Object(to)) = (&entry.from, &entry.to)
                && *to == Address::send(name)
                && !names.contains(&from.key.as_str())
            {
                names.push(&from.key);
            }
        }
        at += 1;
    }
    names
}

/// Whether the job is a firing of a schedule on the same session and group (`api.md`: a firing may appear as a
/// job), by the schedule's history.
fn is_firing(case: &Case<'_>, job: &ObservedJob, session: &Id) -> bool {
    let Some(created) = job.created_at else { return false };
    case.facts.schedules.iter().any(|s| {
        s.group_id.as_ref().is_none_or(|g| job.group_id.as_ref() == Some(g))
            && s.session_id.as_ref().is_none_or(|id| id == session)
            && case.facts.observed.firings.get(&s.id).is_some_and(|firings| {
                firings.iter().any(|at| created.duration_since(*at).abs() <= FIRING_SLACK)
            })
    })
}

/// One line about a job, for people: no text, no phone.
pub fn job_line(job: &ObservedJob) -> String {
    let created = job.created_at.map_or_else(
        || "at an unknown time".to_owned(),
        |at| format!("on {}", at.strftime("%Y-%m-%d %H:%M UTC")),
    );
    let total = job.total.map_or_else(String::new, |n| format!(" of {}", grouped(n)));
    format!(
        "job {}: {}, {}{total} sent, created {created}",
        job.id,
        one_line(job.status.as_str(), 30),
        grouped(job.sent)
    )
}
