//! One send, step by step, as `send-safety.md` has it: gates, arm, one POST, classify, confirm.

use jiff::{SignedDuration, Timestamp};

use super::executor::{Executor, Stop};
use super::progress::Progress;
use super::recover::armed_line;
use super::report::ChangeResult;
use crate::api::{Optional, Read, SendBody, SendOutcome, Write};
use crate::ledger::{Armed, Event, NotSentWhy};
use crate::model::{
    Address, Audience, AudienceDigest, Id, InDoubt, PhoneSet, SessionStatus, grouped, one_line,
};
use crate::plan::{FIND_OUT, Hold, SendOrder, starts_inside, ways_out};

/// Attempts of one send in one run, where the ones before surely made nothing.
const ATTEMPTS: u32 = 3;
/// An armed request that has not started after this long is not started any more.
const NOT_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// Between two attempts that found no connection.
pub(super) const RECONNECT: SignedDuration = SignedDuration::from_secs(2);
/// After a 429 that does not say how long.
const LIMITED: SignedDuration = SignedDuration::from_secs(30);
/// The longest wait for a rate limit within one run.
const LIMITED_MOST: SignedDuration = SignedDuration::from_mins(5);
/// Reads of a group's members before its send, where something takes its time between each and the POST.
const AUDIENCE_READS: u32 = 3;
/// Members read so long ago are as they are now.
const READ_JUST_NOW: SignedDuration = SignedDuration::from_secs(6);

/// How one attempt ended.
enum Attempt {
    /// For good, in this run.
    Ended(ChangeResult),
    /// It surely made nothing; it may be tried again after this.
    Again(SignedDuration, ChangeResult),
}

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    pub(super) async fn send(&self, key: &str, order: &SendOrder) -> Result<ChangeResult, Stop> {
        let mut left = ATTEMPTS;
        loop {
            left -= 1;
            match self.attempt(key, order).await? {
                Attempt::Ended(result) => return Ok(result),
                Attempt::Again(wait, result) => {
                    if left == 0 || wait > LIMITED_MOST || self.interrupt.is_raised() {
                        return Ok(result);
                    }
                    (self.tell)(Progress::Waiting {
                        why: format!(
                            "send.{key} was not sent; trying again in {}",
                            crate::time::format::duration_words(wait)
                        ),
                    });
                    tokio::select! {
                        () = self.clock.sleep(wait) => {}
                        () = self.interrupt.raised(1) => return Ok(result),
                    }
                }
            }
        }
    }

    async fn attempt(&self, key: &str, order: &SendOrder) -> Result<Attempt, Stop> {
        let group_id = self.group_id(&order.group)?;
        if let Some(result) = self.gates(key, order, &group_id).await? {
            return Ok(Attempt::Ended(result));
        }
        let run = order.run.as_str();
        if let Some(result) = self.late_gate(key, run).await? {
            return Ok(Attempt::Ended(result));
        }
        let attempt = self.journal.with(|s| s.run(key, run).map_or(0, |h| h.attempts)) + 1;
        self.append(Event::Prepared { send: key.to_owned(), run: run.to_owned() })?;
        let target = match order.via {
            Audience::Direct => group_id,
            Audience::Snapshot => self.make_snapshot(key, order, attempt).await?,
        };
        if let Some(result) = self.last_gates(key, order, &target).await? {
            return Ok(Attempt::Ended(result));
        }
        let armed = self.armed(order, &target, attempt);
        let not_after = armed.not_after;
        let audience = armed.audience;
        self.append(Event::Armed { send: key.to_owned(), run: run.to_owned(), armed })?;
        if self.clock.now() > not_after {
            self.append(Event::NotSent {
                send: key.to_owned(),
                run: run.to_owned(),
                why: NotSentWhy::TooLate,
            })?;
            return Ok(Attempt::Ended(ChangeResult::Blocked {
                why: "the moment to start it had passed (was this machine asleep?); apply again".to_owned(),
            }));
        }
        let before: Vec<Id> = self.observed.jobs.iter().map(|j| j.id.clone()).collect();
        let body = SendBody {
            session_id: order.session_id.clone(),
            group_id: target.clone(),
            content: order.content.clone(),
        };
        // From here on nobody may cut it short: one POST, then its class, then the record.
        let outcome = self.api.create_job(&body).await;
        self.classify(key, order, &target, audience, &before, outcome).await
    }

    pub(super) fn append(&self, event: Event) -> Result<(), Stop> {
        Ok(self.journal.append(event, self.clock.now())?)
    }

    fn armed(&self, order: &SendOrder, group_id: &Id, attempt: u32) -> Armed {
        let now = self.clock.now();
        let latest = now.checked_add(NOT_AFTER).unwrap_or(now);
        let digest =
            self.journal.with(|s| s.salt.as_ref().map(|salt| AudienceDigest::of(salt, &order.audience)));
        Armed {
            attempt,
            session_id: order.session_id.clone(),
            group_id: group_id.clone(),
            group: order.group.clone(),
            content: order.content.hash(),
            audience: order.audience.len() as u64,
            audience_digest: digest
                .unwrap_or_else(|| AudienceDigest::of(&crate::model::Salt::new([0; 32]), &PhoneSet::new())),
            server_time: self.server_now(),
            not_after: order.send_by.map_or(latest, |by| by.min(latest)),
            snapshot: order.via == Audience::Snapshot,
        }
    }

    /// Step 1: everything again, now.
    async fn gates(&self, key: &str, order: &SendOrder, group_id: &Id) -> Result<Option<ChangeResult>, Stop> {
        let blocked = |why: String| Ok(Some(ChangeResult::Blocked { why }));
        if let Some(why) = self.stopped_now(&Address::send(key))? {
            return blocked(why);
        }
        if let Some(other) = self.unsettled_neighbour(key, order, group_id) {
            return blocked(format!(
                "{other} on the same session and group is not settled: their jobs could not be told apart; this one waits until it is"
            ));
        }
        let session = match self.api.session(&order.session_id).await {
            Ok(session) => session,
            // A server without this endpoint still has the list.
            Err(error) if error.is_not_served() => {
                let all = self.api.sessions().await?;
                match all.into_iter().find(|s| s.id == order.session_id) {
                    Some(session) => session,
                    None => {
                        return blocked(format!("session {} is not on the account any more", order.session));
                    }
                }
            }
            Err(error) => return blocked(format!("session {} could not be read: {error}", order.session)),
        };
        if let SessionStatus::Other(status) = &session.status {
            return blocked(format!(
                "session {} is {}, not working: connect it on the dashboard, then apply again",
                order.session,
                one_line(status, 40)
            ));
        }
        if let Some(why) = self.quota_short(order).await {
            return blocked(why);
        }
        // A direct send's group is read last of all. This one is what a snapshot is made of, and ours from then on.
        if order.via == Audience::Snapshot
            && let Some(why) = self.audience_gate(order, group_id).await
        {
            return blocked(why);
        }
        self.last_word(key, order)
    }

    /// What changes by itself is asked last, and nothing but the POST is left to wait for: the gates took requests, a
    /// snapshot more of them, and the account's rate may want a pause. Who is in a group that anybody can edit is read
    /// after that pause, and again where another one came of the reading itself; where one comes each time, nothing is
    /// sent.
    async fn last_gates(
        &self,
        key: &str,
        order: &SendOrder,
        target: &Id,
    ) -> Result<Option<ChangeResult>, Stop> {
        let blocked = |why: String| Ok(Some(ChangeResult::Blocked { why }));
        if let Some(why) = self.job_since_the_plan(key, order, target).await {
            return blocked(why);
        }
        if order.via == Audience::Snapshot {
            self.api.turn(1).await;
            return self.last_word(key, order);
        }
        for more in 0..AUDIENCE_READS {
            // For the reading, which takes two requests where the first shows a part only, and the POST; then one more
            // each time.
            self.api.turn(3 + more).await;
            if let Some(why) = self.audience_gate(order, target).await {
                return blocked(why);
            }
            let read = self.clock.now();
            self.api.turn(1).await;
            let word = self.last_word(key, order)?;
            if word.is_some() || self.clock.now().duration_since(read).abs() <= READ_JUST_NOW {
                return Ok(word);
            }
        }
        blocked(
            "the account's rate, or a slow ledger, put a pause between the reading of its group and the send each time, \
             and who is in it may have changed meanwhile; apply again"
                .to_owned(),
        )
    }

    /// Whether the people of the plan are in that group, and nobody suppressed.
    async fn audience_gate(&self, order: &SendOrder, group_id: &Id) -> Option<String> {
        let expected = Some(order.audience.len() as u64);
        let members = match self.api.group_members(group_id, expected).await {
            Ok(members) => members.phones,
            Err(error) => return Some(format!("its group could not be read back: {error}")),
        };
        let suppressed = || members.matching(&self.desired.suppressed.canonical()).len();
        audience_differs(&order.audience, &members).or_else(|| match suppressed() {
            0 => None,
            some => Some(format!("{some} of the suppressed are in its group; apply again")),
        })
    }

    /// The gates that need no request: an operator's stop, `send_by`, quiet hours. As of this moment.
    fn last_word(&self, key: &str, order: &SendOrder) -> Result<Option<ChangeResult>, Stop> {
        let now = self.server_now();
        if order.send_by.is_some_and(|by| by <= now) {
            return Ok(Some(ChangeResult::Expired));
        }
        self.journal.still_ours()?;
        let why = self.stopped_now(&Address::send(key))?.or_else(|| self.quiet(order, now));
        Ok(why.map(|why| ChangeResult::Blocked { why }))
    }

    /// Another send to the same people whose fate became open in this very run, which the plan could not know.
    fn unsettled_neighbour(&self, key: &str, order: &SendOrder, group_id: &Id) -> Option<Address> {
        if order.via == Audience::Snapshot {
            return None;
        }
        self.journal.with(|state| {
            state.runs().find_map(|(send, run, history)| {
                let (_, armed) = history.armed.as_ref().filter(|_| history.is_unsettled())?;
                let same = armed.session_id == order.session_id && armed.group_id == *group_id;
                let own = send == key && run == order.run;
                (same && !own).then(|| Address::send(send))
            })
        })
    }

    /// Enough messages, or unknown (which the plan has said).
    async fn quota_short(&self, order: &SendOrder) -> Option<String> {
        order.quota_left?;
        let Ok(Optional::Known(subscription)) = self.api.subscription().await else { return None };
        let limit =
            subscription.max_messages_per_month.unwrap_or(self.desired.account.limits.messages_per_month);
        let left = limit.saturating_sub(subscription.messages_this_month?);
        let needs = order.audience.len() as u64;
        (needs > left).then(|| {
            format!("{} messages are left this month, and it needs {}", grouped(left), grouped(needs))
        })
    }

    /// The same question that the plan asked, at this moment.
    fn quiet(&self, order: &SendOrder, now: Timestamp) -> Option<String> {
        let rule = self.desired.policy.quiet_hours.filter(|rule| !rule.warn)?;
        starts_inside(&rule.value, &order.audience, &order.timezone, now)
    }

    /// Step 4: the table, and what follows from it.
    async fn classify(
        &self,
        key: &str,
        order: &SendOrder,
        target: &Id,
        audience: u64,
        before: &[Id],
        outcome: SendOutcome,
    ) -> Result<Attempt, Stop> {
        let (send, run) = (key.to_owned(), order.run.clone());
        match outcome {
            SendOutcome::NotSent { why } => {
                self.append(Event::NotSent { send, run, why: NotSentWhy::NoConnection })?;
                let result = ChangeResult::Failed {
                    error: format!("nothing was sent: {why}; check the network, then apply again"),
                };
                Ok(Attempt::Again(RECONNECT, result))
            }
            SendOutcome::Rejected { status, text, scopes, retry_at } => {
                self.append(Event::Rejected { send, run, status, scopes: scopes.clone() })?;
                let scopes = scopes.map_or_else(String::new, |s| {
                    format!("; the key lacks the scopes {}", one_line(&s, 120))
                });
                let result = ChangeResult::Failed {
                    error: format!("nothing was sent: the API refused it ({status}): {text}{scopes}"),
                };
                if status == 429 {
                    let wait =
                        retry_at.map_or(LIMITED, |at| at.duration_since(self.clock.now()).max(RECONNECT));
                    return Ok(Attempt::Again(wait, result));
                }
                Ok(Attempt::Ended(result))
            }
            SendOutcome::Accepted { job } => {
                if before.contains(&job.id) || self.journal.with(|s| s.claimed_jobs().contains(&job.id)) {
                    let why = "the API answered with a job that was there before".to_owned();
                    return self.doubt(key, order, &why, None).map(Attempt::Ended);
                }
                self.append(Event::Accepted { send, run, job: job.id.clone(), recovered: false })?;
                self.confirm(key, order, target, audience, *job).await.map(Attempt::Ended)
            }
            SendOutcome::InDoubt { why, text } => {
                let shown = text.map_or_else(String::new, |text| format!(" ({text})"));
                let result = self.doubt(key, order, &why, None)?;
                Ok(Attempt::Ended(match result {
                    ChangeResult::Held(mut hold) => {
                        hold.text = format!("{}{shown}", hold.text);
                        ChangeResult::Held(hold)
                    }
                    other => other,
                }))
            }
        }
    }

    /// Records the doubt. The next apply recovers it; this one leaves it alone.
    fn doubt(
        &self,
        key: &str,
        order: &SendOrder,
        why: &str,
        wrong_job: Option<Id>,
    ) -> Result<ChangeResult, Stop> {
        self.append(Event::InDoubt {
            send: key.to_owned(),
            run: order.run.clone(),
            why: why.to_owned(),
            wrong_job,
        })?;
        let mut ways = vec![FIND_OUT.to_owned()];
        ways.extend(ways_out(&Address::send(key), &order.run));
        let armed = self.journal.with(|s| {
            s.run(key, &order.run).and_then(|h| h.armed.as_ref().map(|(at, armed)| armed_line(*at, armed)))
        });
        let then = match self.desired.policy.in_doubt {
            InDoubt::Hold => "It is not sent again; the next apply finds out",
            InDoubt::Retry => {
                "This apply does not send it again; the next ones look for its job, and send it, by policy in_doubt: \
                 retry, only where none appears"
            }
        };
        Ok(ChangeResult::Held(Hold {
            text: format!("whether it went out is not known: {why}. {then}"),
            evidence: armed.into_iter().collect(),
            ways,
        }))
    }
}

/// The words for an audience that is not the planned one; equivalent forms of a number are the same person.
fn audience_differs(planned: &PhoneSet, there: &PhoneSet) -> Option<String> {
    let (planned, there) = (planned.canonical(), there.canonical());
    if planned == there {
        return None;
    }
    let more = there.minus(&planned).len();
    let fewer = planned.minus(&there).len();
    Some(format!(
        "the audience changed since the plan: {more} more and {fewer} fewer people are in its group; apply again to see them"
    ))
}
