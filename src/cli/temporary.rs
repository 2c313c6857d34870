//! Groups that exist only while a command runs: named so that everybody knows them, and swept up by a later run
//! where the command that made them died. Owns their names and when one is a leftover.

use jiff::{SignedDuration, Timestamp};

use super::error::CliError;
use super::shell::Shell;
use crate::api::{Client, CreateOutcome, Read, Write};
use crate::ledger::{Holder, new_run_id};
use crate::model::{Id, ObservedGroup, ObservedJob, Sha256Hex, one_line};

/// After this time nobody waits for one any more.
const LONGEST: SignedDuration = SignedDuration::from_hours(2);

/// What it is for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// `try send.x`.
    Try,
    /// `wa-groups export`.
    Export,
}

impl Purpose {
    const ALL: [Self; 2] = [Self::Try, Self::Export];

    fn prefix(self) -> &'static str {
        match self {
            Self::Try => "campaignctl try ",
            Self::Export => "campaignctl export ",
        }
    }
}

/// A name that no other run gives: `campaignctl try send.x [machine-process-random]`.
pub fn name(purpose: Purpose, what: &str) -> Result<String, CliError> {
    let run = new_run_id()?;
    let random: String = run.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let mark = format!("[{}-{}-{random}]", machine(), std::process::id());
    Ok(format!("{}{} {mark}", purpose.prefix(), one_line(what, 150)))
}

/// The machine, without saying which.
fn machine() -> String {
    let host = Holder::here("", String::new(), Timestamp::UNIX_EPOCH).host;
    Sha256Hex::of(host.as_bytes()).as_str().chars().take(8).collect()
}

/// Whether a group was made by a command that is over: its process on this machine is gone, or it is old. One
/// with a job that may still run is left alone, however old it is.
fn is_leftover(
    group: &ObservedGroup,
    jobs: &[ObservedJob],
    now: Timestamp,
    runs: impl Fn(u32) -> bool,
) -> bool {
    if !Purpose::ALL.iter().any(|purpose| group.name.starts_with(purpose.prefix())) {
        return false;
    }
    let Some((_, mark)) = group.name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) else {
        return false;
    };
    let mut parts = mark.split('-');
    let (on, process) =
        (parts.next().unwrap_or_default(), parts.next().and_then(|pid| pid.parse::<u32>().ok()));
    let Some(process) = process else { return false };
    let may_be_used = jobs
        .iter()
        .any(|job| !job.status.is_final() && job.group_id.as_ref().is_none_or(|used| *used == group.id));
    let old = group.created_at.is_some_and(|at| now.duration_since(at) > LONGEST);
    !may_be_used && (old || (on == machine() && !runs(process)))
}

/// Whether a process of that number runs here besides this one.
fn runs(process: u32) -> bool {
    process != std::process::id()
        && (!std::path::Path::new("/proc/self").exists()
            || std::path::Path::new(&format!("/proc/{process}")).exists())
}

/// Deletes what earlier runs left behind. That it cannot be deleted is said and is no failure.
pub async fn sweep(
    shell: &Shell,
    client: &Client,
    groups: &[ObservedGroup],
    jobs: &[ObservedJob],
    now: Timestamp,
) {
    let now = client.clock_skew().and_then(|skew| now.checked_add(skew).ok()).unwrap_or(now);
    for group in groups.iter().filter(|group| is_leftover(group, jobs, now, runs)) {
        match client.delete_group(&group.id).await {
            Ok(()) => shell.ui.say(format_args!(
                "Deleted {:?}, which an earlier run had left behind.",
                one_line(&group.name, 80)
            )),
            Err(error) if error.is_not_found() => {}
            Err(error) => shell
                .ui
                .warn(format_args!("{:?} of an earlier run could not be deleted: {error}", group.name)),
        }
    }
}

/// The group that a create made, also where its answer was unclear: the name is nobody else's.
pub async fn made(
    client: &Client,
    name: &str,
    outcome: CreateOutcome<ObservedGroup>,
) -> Result<Id, CliError> {
    match outcome {
        CreateOutcome::Created(group) => Ok(group.id),
        CreateOutcome::Rejected { error } if error.status() == Some(403) => Err(CliError::from(error)
            .hint("this needs room for one more group for a moment: see the plan's limit")),
        CreateOutcome::NotSent { error } | CreateOutcome::Rejected { error } => Err(error.into()),
        CreateOutcome::InDoubt { why, .. } => {
            let found = client.groups().await?.into_iter().find(|group| group.name == name);
            found.map(|group| group.id).ok_or_else(|| {
                CliError::failed(format!("whether a temporary group was created is not known: {why}"))
                    .hint("nothing was sent. Run it again: a later run deletes the group, should it be there")
            })
        }
    }
}

/// Deletes it; where that fails, a later run does.
pub async fn remove(shell: &Shell, client: &Client, id: &Id) {
    if let Err(error) = client.delete_group(id).await
        && !error.is_not_found()
    {
        shell.ui.warn(format_args!(
            "the temporary group could not be deleted ({error}); the next run deletes it"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::JobStatus;

    fn group(name: &str) -> ObservedGroup {
        let created_at = Some("2026-12-01T09:00:00Z".parse().unwrap());
        let id = Id::new("g-1").unwrap();
        ObservedGroup { id, name: name.to_owned(), member_count: Some(1), created_at, members: None }
    }

    fn job(status: JobStatus, group: Option<&str>) -> ObservedJob {
        ObservedJob {
            id: Id::new("j-1").unwrap(),
            session_id: None,
            group_id: group.and_then(Id::new),
            status,
            total: Some(1),
            sent: 0,
            failed: 0,
            created_at: None,
            text: None,
            media: None,
            echoes_content: false,
        }
    }

    #[test]
    fn a_dead_runs_group_is_a_leftover_and_a_living_ones_is_not() {
        let mine = group(&name(Purpose::Try, "send.x").unwrap());
        let soon = "2026-12-01T09:05:00Z".parse().unwrap();
        let late = "2026-12-01T12:00:00Z".parse().unwrap();
        let (alive, dead) = (|_| true, |_| false);
        assert!(!is_leftover(&mine, &[], soon, alive));
        assert!(is_leftover(&mine, &[], soon, dead));
        assert!(!is_leftover(&mine, &[job(JobStatus::Running, Some("g-1"))], soon, dead));
        assert!(!is_leftover(&mine, &[job(JobStatus::Running, None)], soon, dead));
        assert!(is_leftover(&mine, &[job(JobStatus::Completed, Some("g-1"))], soon, dead));
        let other = group("campaignctl export 1@g.us [00000000-7-abcdefgh]");
        assert!(!is_leftover(&other, &[], soon, dead), "another machine's");
        assert!(is_leftover(&other, &[], late, alive));
        assert!(
            !is_leftover(&other, &[job(JobStatus::Running, Some("g-1"))], late, alive),
            "it is being sent to"
        );
        assert!(!is_leftover(&mine, &[job(JobStatus::Unknown("odd".to_owned()), None)], late, dead));
        for name in ["VIP", "campaignctl try", "campaignctl try it!", "campaignctl snapshot p send.x [a-1-b]"]
        {
            assert!(!is_leftover(&group(name), &[], late, dead), "{name}");
        }
    }
}
