//! `try`: the text of a send to one's own phone. A group of one person is made for it and deleted afterwards; the
//! send itself, its key and its audience are not touched. The number is kept nowhere.

use crate::api::Read;
use crate::cli::account::Account;
use crate::cli::args::{Format, TryArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::planning::on_account;
use crate::cli::project::Project;
use crate::cli::settling::check_binding;
use crate::cli::shell::Shell;
use crate::cli::trial::{Trial, Tried};
use crate::model::{
    DesiredSend, Id, JobStatus, Kind, ObservedSession, Phone, SessionRef, SessionStatus, one_line,
};

/// Sends it.
pub async fn run(shell: &Shell, args: &TryArgs) -> Result<Exit, CliError> {
    shell.format(&[Format::Text])?;
    let phone = Phone::parse(&args.to).map_err(|error| {
        CliError::failed(format!("--to: {error}")).hint("write your own number: --to +15550123456")
    })?;
    on_account(shell, &args.project.path, async |project, account| {
        let send = gates(shell, project, account, args, phone)?;
        let session_id = session(&account.client.sessions().await?, project, send)?;
        let trial = Trial { shell, project, account, send, key: &args.address.key, session_id, phone };
        let tried = trial.run().await?;
        Ok(said(shell, args, phone, &tried))
    })
    .await
}

/// What can be known before anything is asked of the account.
fn gates<'p>(
    shell: &Shell,
    project: &'p Project,
    account: &Account,
    args: &TryArgs,
    phone: Phone,
) -> Result<&'p DesiredSend, CliError> {
    let address = &args.address;
    if address.kind != Kind::Send {
        return Err(
            CliError::failed(format!("{address} is no send")).hint("name a send, such as send.spring-offer")
        );
    }
    let send = project.desired.sends.get(&address.key).ok_or_else(|| {
        CliError::failed(format!("the YAML has no {address}"))
            .hint("check the spelling; `campaignctl status` lists what there is")
    })?;
    if project.desired.suppressed.canonical().contains(phone.canonical()) {
        return Err(CliError::refused("this number is suppressed: nothing is ever sent to it")
            .hint("try it with another number, or take this one out of suppress:"));
    }
    if let Some(stop) = project.stops(shell)?.stopped(address) {
        return Err(CliError::refused(format!("{address} was stopped by {}", one_line(&stop.by, 40)))
            .hint(format!("to lift that: campaignctl resume {address}")));
    }
    check_binding(&project.read_ledger(shell)?.state, project, account)?;
    Ok(send)
}

/// The session that the send goes out from; it works.
fn session(sessions: &[ObservedSession], project: &Project, send: &DesiredSend) -> Result<Id, CliError> {
    let key = &send.session;
    let by = project.desired.sessions.get(key).map(|session| &session.by);
    let found: Vec<_> = sessions
        .iter()
        .filter(|session| match by {
            Some(SessionRef::Name(name)) => session.name == *name,
            Some(SessionRef::Id(id)) => session.id == *id,
            None => false,
        })
        .collect();
    match found.as_slice() {
        [one] => match &one.status {
            SessionStatus::Working => Ok(one.id.clone()),
            SessionStatus::Other(status) => {
                Err(CliError::refused(format!("session {key} is {}, not working", one_line(status, 40)))
                    .hint("connect it on the MoltFlow dashboard, then try again"))
            }
        },
        [] => Err(CliError::refused(format!("session {key} is not on the account"))
            .hint("`campaignctl sessions` lists what there is; set its name under sessions:")),
        several => {
            Err(CliError::refused(format!("the account has {} sessions of the name of {key}", several.len()))
                .hint("name it by its id under sessions:, as `campaignctl sessions` shows it"))
        }
    }
}

fn said(shell: &Shell, args: &TryArgs, phone: Phone, tried: &Tried) -> Exit {
    let (address, to) = (&args.address, phone.masked());
    match tried {
        Tried::Interrupted => {
            shell.ui.say("Not waiting any longer; the message may still arrive on your phone.");
            Exit::Interrupted
        }
        Tried::Unknown(why) => {
            shell.ui.error(
                &CliError::failed(format!("whether the text of {address} went to {to} is not known: {why}"))
                    .hint(
                        "look at the phone; nobody else can have got it, and the send itself is not touched",
                    ),
            );
            Exit::Partial
        }
        Tried::Over(job) if job.status == JobStatus::Completed && job.sent > 0 => {
            shell.ui.line(format_args!("The text of {address} went to {to}, and to nobody else."));
            Exit::Done
        }
        Tried::Over(job) => {
            shell.ui.error(
                &CliError::failed(format!(
                    "the text of {address} did not reach {to}: the job is {}, {} failed",
                    one_line(job.status.as_str(), 40),
                    job.failed
                ))
                .hint("MoltFlow writes only to people who wrote first: send a message from that phone to the session's number, then try again"),
            );
            Exit::Partial
        }
    }
}
