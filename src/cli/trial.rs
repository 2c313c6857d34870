//! One text to one phone: a group of one, one POST, and the group is deleted whatever comes.

use jiff::SignedDuration;

use super::account::Account;
use super::error::CliError;
use super::panic;
use super::project::Project;
use super::settling::record;
use super::shell::Shell;
use super::temporary::{Purpose, made, name, remove, sweep};
use crate::api::{Read, SendBody, SendOutcome, Write};
use crate::apply::Interrupt;
use crate::ledger::Event;
use crate::model::{DesiredSend, Id, ObservedJob, Phone};

/// Between two looks at the job.
const POLL: SignedDuration = SignedDuration::from_secs(2);

/// What is tried.
pub struct Trial<'a> {
    pub shell: &'a Shell,
    pub project: &'a Project,
    pub account: &'a Account,
    pub send: &'a DesiredSend,
    /// The send's key.
    pub key: &'a str,
    pub session_id: Id,
    /// To whom.
    pub phone: Phone,
}

/// How it ended.
pub enum Tried {
    /// The job is final.
    Over(Box<ObservedJob>),
    /// A person stopped waiting.
    Interrupted,
    /// The POST may have made a job.
    Unknown(String),
}

impl Trial<'_> {
    /// Does it.
    pub async fn run(&self) -> Result<Tried, CliError> {
        let client = &self.account.client;
        let (groups, jobs) = (client.groups().await?, client.jobs().await?);
        sweep(self.shell, client, &groups, &jobs, self.account.clock.now()).await;
        let name = name(Purpose::Try, &format!("send.{}", self.key))?;
        // From here on a signal waits until the group is gone.
        panic::changes_begin();
        let interrupt = self.shell.signals.claim(|_| {});
        let outcome = client.create_group(&name, &[(self.phone, None)]).await;
        let group = made(client, &name, outcome).await?;
        let tried = self.deliver(&group, &interrupt).await;
        remove(self.shell, client, &group).await;
        tried
    }

    async fn deliver(&self, group: &Id, interrupt: &Interrupt) -> Result<Tried, CliError> {
        let client = &self.account.client;
        let there = client.group_members(group, Some(1)).await?;
        if there.phones.as_slice() != [self.phone]
            && there.phones.canonical().as_slice() != [self.phone.canonical()]
        {
            return Err(CliError::failed(
                "the group made for this does not have just your number in it; nothing was sent",
            )
            .hint("run it again; when it stays so, ask MoltFlow's support"));
        }
        if interrupt.is_raised() {
            return Ok(Tried::Interrupted);
        }
        let body = SendBody {
            session_id: self.session_id.clone(),
            group_id: group.clone(),
            content: self.send.content.clone(),
        };
        match client.create_job(&body).await {
            SendOutcome::Accepted { job } => {
                self.note(&job.id);
                self.wait(*job, group, interrupt).await
            }
            SendOutcome::NotSent { why } => Err(CliError::failed(format!("nothing was sent: {why}"))
                .hint("check the network, then try again")),
            SendOutcome::Rejected { status, text, scopes, .. } => {
                let error =
                    CliError::failed(format!("nothing was sent: the API refused it ({status}): {text}"));
                Err(match scopes {
                    Some(scopes) => error
                        .hint(format!("the key lacks the scopes {}", crate::model::one_line(&scopes, 120))),
                    None => error
                        .hint("see what it says; `campaignctl status` and the dashboard show the account"),
                })
            }
            SendOutcome::InDoubt { why, .. } => Ok(Tried::Unknown(why)),
        }
    }

    /// This job is no send of the project, and no evidence that one was sent.
    fn note(&self, job: &Id) {
        let event = Event::Tried { send: self.key.to_owned(), job: job.clone() };
        if let Err(error) = record(self.shell, self.project, self.account, "try", |_| Ok(vec![event])) {
            self.shell.ui.warn(format_args!(
                "the ledger could not note that job {job} was only a try ({}); should a later plan hold a send because of \
                 it: campaignctl adopt send.{} --new",
                error.message, self.key
            ));
        }
    }

    async fn wait(&self, mut job: ObservedJob, group: &Id, interrupt: &Interrupt) -> Result<Tried, CliError> {
        let client = &self.account.client;
        loop {
            let wrong = job.group_id.as_ref().is_some_and(|id| id != group)
                || job.session_id.as_ref().is_some_and(|id| *id != self.session_id)
                || job.total.is_some_and(|total| total > 1);
            if wrong {
                let stopped = client.cancel_job(&job.id).await.is_ok();
                return Ok(Tried::Unknown(format!(
                    "job {} is not what was asked for; {}",
                    job.id,
                    if stopped {
                        "it was cancelled"
                    } else {
                        "CANCELLING IT FAILED: cancel it on the dashboard now"
                    }
                )));
            }
            if job.status.is_final() {
                return Ok(Tried::Over(Box::new(job)));
            }
            tokio::select! {
                () = self.account.clock.sleep(POLL) => {}
                () = interrupt.raised(1) => return Ok(Tried::Interrupted),
            }
            job = match client.job(&job.id).await {
                Ok(job) => job,
                Err(error) => {
                    return Ok(Tried::Unknown(format!("its job could not be read: {}", error.cause())));
                }
            };
        }
    }
}
