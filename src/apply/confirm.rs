//! Whether a send's job is what was armed: of one that was just made, and of one that an earlier apply made
//! (`send-safety.md`, *One send*, step 5). What is not is paused and held.

use super::executor::{Executor, Stop};
use super::report::ChangeResult;
use super::send::RECONNECT;
use crate::api::{JobDetail, Read, Write};
use crate::ledger::{Armed, Event, HoldEvidence, SentJob};
use crate::model::{Address, AudienceDigest, Id, ObservedJob, PhoneSet, grouped};
use crate::plan::{Hold, SendOrder, job_line, not_as_armed, people, ways_out};

/// Reads of a job that shows no recipients yet.
const CONFIRM_READS: u32 = 3;

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    /// Step 5: the job is what was armed.
    pub(super) async fn confirm(
        &self,
        key: &str,
        order: &SendOrder,
        target: &Id,
        audience: u64,
        answered: ObservedJob,
    ) -> Result<ChangeResult, Stop> {
        let mut job = answered;
        let mut unread = String::new();
        let mut strangers = 0;
        for read in 0..CONFIRM_READS {
            match self.api.job_detail(&job.id).await {
                Ok(detail) => {
                    strangers = not_meant(&detail, &order.audience);
                    job = detail.job;
                }
                Err(error) => {
                    // What the answer to the POST says of it is compared all the same.
                    unread = format!("; it could not be read back: {error}");
                    break;
                }
            }
            if job.total.is_some_and(|t| t > 0) || read + 1 == CONFIRM_READS {
                break;
            }
            self.clock.sleep(RECONNECT).await;
        }
        let differs = not_as_armed(&job, &order.session_id, target, audience);
        if let Some(what) = differs.or_else(|| to_strangers(strangers)) {
            return self.wrong_job(key, &order.run, &job, &what).await;
        }
        let ended = if job.status.is_final() {
            format!("; it is {} already, with {} sent", job.status.as_str(), grouped(job.sent))
        } else {
            String::new()
        };
        let reached = match job.total {
            Some(total) if total > 0 && total < audience => {
                format!("; the vendor takes {total} of {}", people(audience))
            }
            Some(total) if total > 0 => format!(", {}", people(total)),
            Some(_) if job.status.is_final() => String::new(),
            _ => "; it does not say yet to how many".to_owned(),
        };
        Ok(ChangeResult::Done { note: Some(format!("job {}{reached}{ended}{unread}", job.id)) })
    }

    /// Reads the job of an accepted send once more, which a cut-off apply may not have done.
    pub(super) async fn recheck(&self, key: &str, run: &str, sent: &SentJob) -> Result<ChangeResult, Stop> {
        let Some(armed) = &sent.armed else { return Ok(ChangeResult::Nothing) };
        let detail = self.api.job_detail(&sent.job).await?;
        match self.not_as_armed(&detail, armed) {
            Some(what) => self.wrong_job(key, run, &detail.job, &what).await,
            None => Ok(ChangeResult::Nothing),
        }
    }

    /// What an earlier apply's job has that was not armed.
    pub(super) fn not_as_armed(&self, detail: &JobDetail, armed: &Armed) -> Option<String> {
        not_as_armed(&detail.job, &armed.session_id, &armed.group_id, armed.audience)
            .or_else(|| to_strangers(not_meant(detail, &self.armed_people(armed)?)))
    }

    /// Who an earlier apply armed, where they are still who the YAML or the group has: the ledger knows them by a digest
    /// only, which tells nothing of a part of them. Otherwise recipients are compared by their number.
    fn armed_people(&self, armed: &Armed) -> Option<PhoneSet> {
        let salt = self.journal.with(|s| s.salt.clone())?;
        let wanted = self.desired.groups.get(&armed.group).map(|group| &group.members);
        let there = self.observed.groups.iter().find(|g| g.id == armed.group_id);
        let there = there.and_then(|g| g.members.as_ref()).map(|members| &members.phones);
        let both = wanted.zip(there).map(|(wanted, there)| wanted.union(there));
        let is_it = |people: &&PhoneSet| AudienceDigest::of(&salt, people) == armed.audience_digest;
        [wanted, there, both.as_ref()].into_iter().flatten().find(is_it).cloned()
    }

    pub(super) async fn wrong_job(
        &self,
        key: &str,
        run: &str,
        job: &ObservedJob,
        what: &str,
    ) -> Result<ChangeResult, Stop> {
        // Paused first: every second counts. Whether that works or not, it is held.
        let paused = self.api.pause_job(&job.id).await.is_ok();
        let why = format!("job {} is not what was asked for: {what}", job.id);
        let (send, run) = (key.to_owned(), run.to_owned());
        self.append(Event::InDoubt {
            send: send.clone(),
            run: run.clone(),
            why: why.clone(),
            wrong_job: Some(job.id.clone()),
        })?;
        let evidence = HoldEvidence { why: why.clone(), jobs: vec![job.id.clone()] };
        self.append(Event::Held { send, run: run.clone(), evidence })?;
        let state = match job.status.is_final() {
            true => "it has ended already",
            false if paused => "it was paused",
            false => "PAUSING IT FAILED: pause it on the dashboard now",
        };
        Ok(ChangeResult::Held(Hold {
            text: format!("{why}; {state}"),
            evidence: vec![job_line(job)],
            ways: ways_out(&Address::send(key), &run),
        }))
    }
}

/// How many of the recipients that the job names are none of the armed, whatever form of their number it shows. What it
/// does not name says nothing.
fn not_meant(detail: &JobDetail, armed: &PhoneSet) -> u64 {
    let named = detail.recipients.iter().flatten().filter_map(|recipient| recipient.phone);
    named.collect::<PhoneSet>().canonical().minus(&armed.canonical()).len() as u64
}

/// The words for recipients who were not armed; `None` for none.
fn to_strangers(count: u64) -> Option<String> {
    match count {
        0 => None,
        1 => Some("it goes to 1 person who was not meant".to_owned()),
        more => Some(format!("it goes to {} who were not meant", people(more))),
    }
}
