//! A lost ledger is not a licence to send (`send-safety.md`): what on the account says that a key without history
//! may have been sent already.

use super::Hold;
use super::candidates::{CLOCK_SLACK, is_firing, late_jobs, taken};
use super::input::Facts;
use super::sends::Case;
use crate::ledger::{RunHistory, SentJob};
use crate::model::{Address, Audience, Id, MoveTarget, ObservedGroup, ObservedJob, grouped, one_line};
use crate::time::moment::earlier;

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
    let mut projects = facts.desired.former_projects();
    projects.insert(facts.desired.project.clone());
    let prefixes: Vec<String> = names_of(case)
        .into_iter()
        .flat_map(|key| projects.iter().map(move |project| snapshot_prefix(project, key, &case.desired.run)))
        .collect();
    let named = |name: &str| prefixes.iter().any(|prefix| is_named(name, prefix));
    let mut evidence = Vec::new();
    for job in &facts.jobs {
        if facts.claimed.contains(&job.id) || job.session_id.as_ref().is_some_and(|s| s != session) {
            continue;
        }
        let same_group = match (&job.group_id, &case.outlook.id) {
            (Some(a), Some(b)) => a == b,
            // A list that leaves the group out tells nothing, also of one that is gone.
            (None, _) => true,
            (Some(_), None) => false,
        };
        let group_gone =
            job.group_id.as_ref().is_some_and(|g| facts.group(g).is_none() && went_to_gone(case, job, g));
        let on_snapshot = job.group_id.as_ref().and_then(|g| facts.group(g)).is_some_and(|g| named(&g.name));
        if !(same_group || group_gone || on_snapshot) {
            continue;
        }
        let other_text = job.echoes_content
            && !case.desired.content.same_as_echo(job.text.as_deref(), job.media.as_deref());
        if other_text || fired(case, job, session) {
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
    let text = "it may have been sent: this ledger knows nothing of this send, and the account has what may be its \
                job. A ledger that was lost, or another clone of the project, looks like this";
    hold(case, text, evidence)
}

/// Whether a job on a group that is gone may be this send's. A snapshot's group is deleted once its job is over. A
/// direct send's was a group of ours that somebody deleted, or, as far as this ledger can tell, a snapshot from when
/// the YAML had it so: then as many people were in it as are to get it now.
fn went_to_gone(case: &Case<'_>, job: &ObservedJob, group: &Id) -> bool {
    let owner = case.facts.state.groups.iter().find(|(_, state)| state.has_been(group));
    match (case.desired.audience, owner) {
        (Audience::Snapshot, _) => true,
        (Audience::Direct, Some((key, _))) => *key == case.desired.group,
        (Audience::Direct, None) => job.total.is_none_or(|total| total == case.size()),
    }
}

/// What speaks against another attempt of a run whose attempts before were taken for not sent.
pub(super) enum Late {
    /// A job is there that may be theirs: that is found out first.
    Recover,
    /// It may as well be that of another send whose fate is open.
    Wait(String),
}

/// The jobs that came after the attempts that were taken for not sent, if there are any.
pub(super) fn came_after_all(facts: &Facts<'_>, key: &str, run: &str, history: &RunHistory) -> Option<Late> {
    if history.unsent.is_empty() || history.is_unsettled() {
        return None;
    }
    let taken = taken(facts.state, key, run);
    let observed = facts.observed;
    let jobs = facts.jobs.iter().copied();
    let late =
        late_jobs(history, &taken, facts.desired.policy.settle, jobs, &observed.schedules, &observed.firings);
    if late.is_empty() {
        return None;
    }
    let open_there = facts.state.runs().find(|(send, other, there)| {
        let same = |job: &&ObservedJob| {
            there.armed.as_ref().is_some_and(|(_, armed)| job.group_id.as_ref() == Some(&armed.group_id))
        };
        (*send, *other) != (key, run) && there.is_unsettled() && late.iter().any(same)
    });
    Some(match open_there {
        None => Late::Recover,
        Some((send, other, _)) => Late::Wait(format!(
            "a job on its session and group may be its own or that of send.{send} (run {}), which is not settled; \
             this one waits until it is",
            one_line(other, 40)
        )),
    })
}

/// The evidence against `on_change: resend` by a ledger that may have been put back to an older state: a job there
/// since the last one that it knows, and not with another text.
pub(super) fn resent_before(case: &Case<'_>, history: &RunHistory, last: &SentJob) -> Option<Hold> {
    let facts = case.facts;
    if history.settled_new {
        return None;
    }
    let session = facts.session_id(&case.desired.session)?;
    let group = case.outlook.id.as_ref()?;
    let since = last.armed.as_ref().map_or(last.at, |armed| armed.server_time.min(last.at));
    let taken = taken(facts.state, case.key, &case.desired.run);
    let may_be_it = |job: &&&ObservedJob| {
        let other_text = job.echoes_content
            && !case.desired.content.same_as_echo(job.text.as_deref(), job.media.as_deref());
        job.session_id.as_ref().is_none_or(|id| id == session)
            && job.group_id.as_ref() == Some(group)
            && !taken.contains(&job.id)
            && !history.jobs.iter().any(|known| known.job == job.id)
            && !history.judged.contains(&job.id)
            && job.created_at.is_none_or(|at| at >= earlier(since, CLOCK_SLACK))
            && !other_text
            && !fired(case, job, session)
    };
    let evidence = facts.jobs.iter().filter(may_be_it).map(|job| job_line(job)).collect();
    let text = "the new text may have been sent already: the account has a job on its session and group that is \
                younger than what this ledger knows of. A ledger that was put back to an older state looks like this";
    hold(case, text, evidence)
}

fn fired(case: &Case<'_>, job: &ObservedJob, session: &Id) -> bool {
    is_firing(case.facts.schedules.iter().copied(), &case.facts.observed.firings, session, job)
}

fn hold(case: &Case<'_>, text: &str, evidence: Vec<String>) -> Option<Hold> {
    if evidence.is_empty() {
        return None;
    }
    let address = Address::send(case.key);
    Some(Hold {
        text: text.to_owned(),
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
