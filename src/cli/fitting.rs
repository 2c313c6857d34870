//! Whether a job of the account can be a send of the YAML: the same session, the same group or a snapshot made for it,
//! and the same words where the API shows them. A slip in an id would make a send that nobody got look sent.

use super::account::Account;
use super::error::CliError;
use super::project::Project;
use crate::api::Read;
use crate::ledger::State;
use crate::model::{
    Address, Audience, Content, DesiredSend, Id, ObservedGroup, ObservedJob, SessionRef, one_line,
};
use crate::plan::{people, snapshot_prefix};

/// What of the content that the API shows of a job is another, in words without any of it.
fn other_content(wanted: &Content, job: &ObservedJob) -> Option<&'static str> {
    if !job.echoes_content || wanted.same_as_echo(job.text.as_deref(), job.media.as_deref()) {
        return None;
    }
    let same_text = wanted.same_as_echo(job.text.as_deref(), wanted.media.as_deref());
    let same_media = wanted.same_as_echo(wanted.text.as_deref(), job.media.as_deref());
    Some(match (same_text, same_media) {
        (true, _) => "its media",
        (false, true) => "its text",
        (false, false) => "its text, like its media,",
    })
}

/// The send.
pub struct Fit<'a> {
    /// Its project.
    pub project: &'a Project,
    /// What the ledger knows.
    pub state: &'a State,
    /// Its address.
    pub address: &'a Address,
    /// As the YAML has it.
    pub send: &'a DesiredSend,
    /// Which time round.
    pub run: &'a str,
}

impl Fit<'_> {
    /// Refuses a job that went elsewhere. What the API does not show of a job cannot be compared and is passed over.
    pub async fn check(&self, account: &Account, job: &ObservedJob) -> Result<(), CliError> {
        if let Some(session) = &job.session_id {
            self.check_session(account, job, session).await?;
        }
        if let Some(group) = &job.group_id {
            self.check_group(account, job, group).await?;
        }
        match other_content(&self.send.content, job) {
            None => Ok(()),
            Some(what) => Err(self
                .refused(format!(
                    "the job {} is not {}: {what} is not that of the YAML",
                    job.id, self.address
                ))
                .hint(
                    "if the YAML was edited after it went out: put back what was sent, adopt, and edit again",
                )),
        }
    }

    async fn check_session(&self, account: &Account, job: &ObservedJob, id: &Id) -> Result<(), CliError> {
        let Some(wanted) = self.project.desired.sessions.get(&self.send.session) else { return Ok(()) };
        let sessions = account.client.sessions().await?;
        let there = sessions.iter().find(|session| session.id == *id);
        let same = match &wanted.by {
            SessionRef::Id(wanted) => wanted == id,
            SessionRef::Name(name) => there.is_some_and(|session| session.name == *name),
        };
        // One that was connected anew has another id now; the ledger remembers the old one.
        if same || self.state.sessions.get(id) == Some(&self.send.session) {
            return Ok(());
        }
        let other =
            there.map_or_else(|| id.to_string(), |session| format!("{:?}", one_line(&session.name, 60)));
        Err(self.refused(format!(
            "the job {} went out from the session {other}, and {} is to go from session {}",
            job.id, self.address, self.send.session
        )))
    }

    async fn check_group(&self, account: &Account, job: &ObservedJob, id: &Id) -> Result<(), CliError> {
        let key = &self.send.group;
        let mine = self.state.group_id(key);
        if mine == Some(id) {
            return Ok(());
        }
        let groups = account.client.groups().await?;
        let there = groups.iter().find(|group| group.id == *id);
        let wanted = self.project.desired.groups.get(key).map(|group| group.name.as_str());
        // A group that is not tied yet is known by its name.
        let untied = mine.is_none() && there.is_some_and(|group| Some(group.name.as_str()) == wanted);
        if untied || self.is_snapshot(id, there) {
            return Ok(());
        }
        let words = |group: Option<&ObservedGroup>| {
            group.map(|group| {
                let size = group.member_count.map(|n| format!(", now {}", people(n))).unwrap_or_default();
                format!("{:?}{size}", one_line(&group.name, 60))
            })
        };
        let theirs = words(there).unwrap_or_else(|| "that is gone from the account".to_owned());
        let ours = words(groups.iter().find(|group| Some(&group.id) == mine))
            .unwrap_or_else(|| "not on the account".to_owned());
        let got = job.total.map(|n| format!(" with {}", people(n))).unwrap_or_default();
        let error = self.refused(format!(
            "the job {} went{got} to the group {id} ({theirs}), and {} is to go to group.{key} ({ours})",
            job.id, self.address
        ));
        Err(match there {
            Some(_) => error.hint(format!(
                "if that group is the right one, tie it first: campaignctl adopt group.{key} --id {id}"
            )),
            None => error,
        })
    }

    /// A snapshot send has a group of its own, which is deleted once the job is over.
    fn is_snapshot(&self, id: &Id, there: Option<&ObservedGroup>) -> bool {
        if self.send.audience != Audience::Snapshot {
            return false;
        }
        let prefix = snapshot_prefix(&self.project.desired.project, &self.address.key, self.run);
        let known = self.state.run(&self.address.key, self.run).is_some_and(|history| {
            history.snapshots.values().any(|(_, snapshot)| snapshot.as_ref() == Some(id))
        });
        known || there.is_none_or(|group| group.name.starts_with(&prefix))
    }

    fn refused(&self, message: String) -> CliError {
        CliError::refused(message)
            .hint(format!(
                "if {} is still to be sent: campaignctl adopt {} --new",
                self.address, self.address
            ))
            .hint(format!(
                "if it did go out, and must never go again: write `state: cancelled` at {} in the YAML",
                self.address
            ))
    }
}
