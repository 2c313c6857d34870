//! Sends: what the key's history allows (`send-safety.md`, the table under *Names*).

use std::collections::BTreeMap;

use super::change::{ChangeId, ChangeKind};
use super::draft::{Draft, people};
use super::evidence::Late;
use super::groups::Outlook;
use super::input::{Facts, Found};
use super::recovery::accepted_wrongly;
use super::{Action, Block, Change, Detail, LedgerNote, NoteLevel, Refusal, SendOrder, Verdict};
use super::{evidence, jobs};
use crate::ledger::{Event, Phase, RunHistory, SentJob};
use crate::model::{Address, Audience, Content, DesiredSend, JobStatus, OnChange, RunState, one_line};
use crate::time::Zone;

/// One desired send with all that is known of it.
pub(super) struct Case<'a> {
    pub facts: &'a Facts<'a>,
    pub key: &'a str,
    pub address: Address,
    pub desired: &'a DesiredSend,
    pub outlook: &'a Outlook,
}

/// What sends of this plan have used up or done so far, in key order.
#[derive(Default)]
pub(super) struct Running {
    /// Messages of the sends before.
    pub messages: u64,
    /// Content and group of the sends before.
    pub going: Vec<(Address, Content, String)>,
    /// Sessions that the sends before use, and which these are.
    pub sessions: Vec<(String, Address)>,
}

/// Plans every desired send.
pub(super) fn plan_sends(facts: &Facts<'_>, draft: &mut Draft, groups: &BTreeMap<&str, Outlook>) {
    let none = Outlook::default();
    let mut running = Running::default();
    for (key, desired) in &facts.desired.sends {
        let case = Case {
            facts,
            key,
            address: Address::send(key.as_str()),
            desired,
            outlook: groups.get(desired.group.as_str()).unwrap_or(&none),
        };
        case.plan(draft, &mut running);
    }
}

/// The refusal that only `--confirm-audience` lifts.
pub(super) fn needs_confirmation(size: u64, what: &str) -> Refusal {
    Refusal {
        rule: "confirm_audience",
        text: format!("{} would get {what}, and that needs to be confirmed", people(size)),
        ways: vec![format!("if that is meant: --confirm-audience {size}")],
        only_flag: true,
    }
}

impl Case<'_> {
    pub(super) fn change(&self, kind: ChangeKind, action: Action) -> Change {
        Change::new(self.address.clone(), kind, action)
    }

    pub(super) fn plan(&self, draft: &mut Draft, running: &mut Running) {
        let fresh = RunHistory::default();
        let history = self.facts.state.run(self.key, &self.desired.run).unwrap_or(&fresh);
        if let Some(stop) = self.facts.options.stopped.get(&self.address) {
            draft.note(NoteLevel::Warning, "stopped", &self.address, stop.words.clone());
            jobs::end_stopped(self.facts, draft, &self.address, stop);
            return;
        }
        match &history.phase {
            // Recovery is planned for every run of the ledger, also of those the YAML no longer has.
            Phase::Armed | Phase::InDoubt { .. } | Phase::Held(_) => {}
            // An attempt before may have made a job after all: that is recovered first, too.
            _ if self.late(history).is_some_and(|late| matches!(late, Late::Recover)) => {
                self.count_in(running);
            }
            // Its job is not what was armed: that is settled first.
            Phase::Accepted if accepted_wrongly(self.facts, history).is_some() => {}
            Phase::Accepted => match history.last_job() {
                Some(job) => self.plan_accepted(draft, running, history, job),
                None => draft.note(NoteLevel::Info, "settled", &self.address, "was settled by hand"),
            },
            Phase::Open => self.plan_open(draft, running, history),
        }
    }

    fn late(&self, history: &RunHistory) -> Option<Late> {
        evidence::came_after_all(self.facts, self.key, &self.desired.run, history)
    }

    pub(super) fn same_group(&self, job: &SentJob) -> bool {
        job.armed.as_ref().is_none_or(|armed| self.is_its_group(armed))
    }

    pub(super) fn plan_accepted(
        &self,
        draft: &mut Draft,
        running: &mut Running,
        history: &RunHistory,
        job: &SentJob,
    ) {
        let same_text = job.armed.as_ref().is_none_or(|armed| armed.content.matches(&self.desired.content));
        let same_group = self.same_group(job);
        if same_text && same_group {
            self.say_session(draft, history, job);
            jobs::manage(self, draft, history, job);
            return;
        }
        match self.desired.on_change {
            // What is paused or cancelled is not sent, and so not sent again either.
            OnChange::Resend if self.desired.state != RunState::Running => {
                jobs::manage(self, draft, history, job);
            }
            OnChange::Ignore => {
                let hash = self.desired.content.hash();
                if history.ignored.as_ref() != Some(&hash) {
                    draft.note(
                        NoteLevel::Info,
                        "change_ignored",
                        &self.address,
                        format!(
                            "{} after it went out; that is ignored (on_change: ignore)",
                            if same_text { "its group was changed" } else { "its text was changed" }
                        ),
                    );
                    draft.records.push(LedgerNote::Event(Event::ChangeIgnored {
                        send: self.key.to_owned(),
                        run: self.desired.run.clone(),
                        content: hash,
                    }));
                }
                jobs::manage(self, draft, history, job);
            }
            OnChange::Refuse => {
                draft.push(self.refuse_changed(job, same_text));
            }
            OnChange::Resend => self.plan_again(draft, running, history, job, same_text),
        }
    }

    pub(super) fn refuse_changed(&self, job: &SentJob, same_text: bool) -> Change {
        let what = if same_text { "the group was changed" } else { "the text was changed" };
        let run = &self.desired.run;
        self.change(ChangeKind::SendAgain, Action::None).costs(0).refused(
            "changed_after_send",
            format!("{what} after it {}", jobs::went_to(self.facts, job)),
            [
                format!(
                    "to send the new one as another message: a new run (it is {run:?} now), as in run: {:?}",
                    next_run(run)
                ),
                "to send it again to everybody in the group: on_change: resend, and --confirm-audience N"
                    .to_owned(),
                "to leave what was sent as it is: on_change: ignore, or put the old text back".to_owned(),
            ],
        )
    }

    /// `on_change: resend`: the old job is cancelled first when it still runs.
    pub(super) fn plan_again(
        &self,
        draft: &mut Draft,
        running: &mut Running,
        history: &RunHistory,
        job: &SentJob,
        same_text: bool,
    ) {
        if self.is_expired() {
            draft.push(self.expired(ChangeKind::SendAgain));
            jobs::manage(self, draft, history, job);
            return;
        }
        if let Some((other, when)) = self.duplicate_of(running) {
            draft.push(self.refuse_duplicate(ChangeKind::SendAgain, &other, &when));
            return;
        }
        if let Some(hold) = evidence::resent_before(self, history, job) {
            self.count_in(running);
            draft.push(self.change(ChangeKind::SendAgain, Action::None).costs(0).held(hold));
            jobs::manage(self, draft, history, job);
            return;
        }
        let reason = format!(
            "{} and on_change is resend; {} already",
            if same_text { "the group was changed" } else { "the text was changed" },
            if same_text {
                format!("it {}", jobs::went_to(self.facts, job))
            } else {
                format!("{} the older text", jobs::have_it(self.facts, job))
            }
        );
        let there = self.facts.job(&job.job);
        let cancel = there.filter(|j| j.status.is_live()).map(|_| {
            draft.push(
                self.change(
                    ChangeKind::CancelJob,
                    Action::CancelJob { run: self.desired.run.clone(), job: job.job.clone() },
                )
                .because("its older text still goes out; it is stopped before the new one is sent"),
            )
        });
        let position = self.plan_send(draft, running, ChangeKind::SendAgain, &reason);
        let change = &mut draft.changes[position];
        change.needs.extend(cancel);
        if let Some(JobStatus::Unknown(word)) = there.map(|j| &j.status)
            && change.verdict == Verdict::Go
        {
            change.verdict = Verdict::Blocked(Block {
                rule: "job_unknown",
                text: format!(
                    "the status of its older job is {:?}, which this version does not know: whether that one still \
                     goes out has to be seen first",
                    one_line(word, 40)
                ),
            });
        }
    }

    fn is_expired(&self) -> bool {
        self.desired.send_by.is_some_and(|by| by <= self.facts.now)
    }

    fn expired(&self, kind: ChangeKind) -> Change {
        let mut change = self.change(kind, Action::None).costs(0);
        change.verdict = Verdict::Expired;
        let by = self.desired.send_by.map(|by| moment(by, &self.desired.timezone));
        change.because(by.map_or_else(String::new, |by| format!("it was to go out by {by}")))
    }

    pub(super) fn say_session(&self, draft: &mut Draft, history: &RunHistory, job: &SentJob) {
        let (Some(now), Some(armed)) = (self.facts.session_id(&self.desired.session), &job.armed) else {
            return;
        };
        if *now != armed.session_id && history.session_said.as_ref() != Some(now) {
            draft.note(
                NoteLevel::Info,
                "session_changed",
                &self.address,
                "names another session now; it has already gone out from the old one, and stays as it is",
            );
            draft.records.push(LedgerNote::Event(Event::SessionChangeSaid {
                send: self.key.to_owned(),
                run: self.desired.run.clone(),
                session_id: now.clone(),
            }));
        }
    }

    pub(super) fn plan_open(&self, draft: &mut Draft, running: &mut Running, history: &RunHistory) {
        if self.desired.state != RunState::Running {
            let word = if self.desired.state == RunState::Paused { "paused" } else { "cancelled" };
            draft.note(
                NoteLevel::Info,
                "not_sent",
                &self.address,
                format!("was never sent, and is not: state is {word}"),
            );
            return;
        }
        if self.is_expired() {
            draft.push(self.expired(ChangeKind::Send));
            return;
        }
        if let Some((other, when)) = self.duplicate_of(running) {
            draft.push(self.refuse_duplicate(ChangeKind::Send, &other, &when));
            return;
        }
        if history.made_nothing()
            && !history.settled_new
            && let Some(hold) = evidence::may_have_been_sent(self, history)
        {
            self.count_in(running);
            draft.push(self.change(ChangeKind::Send, Action::None).costs(0).held(hold));
            return;
        }
        let reason = match (history.rejected, history.attempts) {
            (Some(status), _) => format!("the API refused the last attempt ({status})"),
            (None, n) if n > 0 => "the attempt before made no job".to_owned(),
            _ => String::new(),
        };
        self.plan_send(draft, running, ChangeKind::Send, &reason);
    }

    /// How many people would get it.
    pub(super) fn size(&self) -> u64 {
        self.outlook.audience.as_ref().map_or(self.outlook.size, |a| a.len() as u64)
    }

    /// The send itself, with every gate that the plan can see. Gives its position.
    pub(super) fn plan_send(
        &self,
        draft: &mut Draft,
        running: &mut Running,
        kind: ChangeKind,
        reason: &str,
    ) -> ChangeId {
        let size = self.size();
        let Some(order) = self.order(running) else {
            let why = match self.facts.session(&self.desired.session) {
                Some(Found::Missing(why)) => why.clone(),
                _ => format!("session {} is not in the YAML", self.desired.session),
            };
            let change = self.change(kind, Action::None).costs(0).because(reason);
            return draft.push(change.refused("session_not_found", why, Vec::new()));
        };
        let requests = super::costs::send(&order, size);
        let mut change = self
            .change(kind, Action::Send(order))
            .because(reason)
            .costs(requests)
            .details(self.describe(size))
            .after(self.outlook.changes.iter().copied());
        if let Some(verdict) = self.gates(draft, running, kind, size, &mut change.also_refused) {
            change.verdict = verdict;
        }
        if let Some(history) =
            self.facts.state.run(self.key, &self.desired.run).filter(|h| !h.unsent.is_empty())
        {
            change.requests += super::costs::late_gate(self.facts);
            if let Some(Late::Wait(text)) = self.late(history)
                && change.verdict == Verdict::Go
            {
                change.verdict = Verdict::Blocked(Block { rule: "held_neighbour", text });
            }
        }
        if self.facts.is_chosen(&self.address) {
            if matches!(change.verdict, Verdict::Go) {
                running.messages = running.messages.saturating_add(size);
            }
            // Also what is only blocked today or lacks a flag: the plan is the same then and now.
            if !matches!(&change.verdict, Verdict::Refused(refusal) if !refusal.only_flag) {
                running.sessions.push((self.desired.session.clone(), self.address.clone()));
            }
        }
        self.count_in(running);
        draft.push(change)
    }

    /// The sends after this one know what it says to whom, unless `--only` leaves it out.
    fn count_in(&self, running: &mut Running) {
        if self.facts.is_chosen(&self.address) {
            let said = (self.address.clone(), self.desired.content.clone(), self.desired.group.clone());
            running.going.push(said);
        }
    }

    pub(super) fn order(&self, running: &Running) -> Option<SendOrder> {
        let desired = self.desired;
        Some(SendOrder {
            run: desired.run.clone(),
            group: desired.group.clone(),
            session: desired.session.clone(),
            session_id: self.facts.session_id(&desired.session)?.clone(),
            content: desired.content.clone(),
            audience: self.outlook.audience.clone().unwrap_or_default(),
            via: desired.audience,
            send_by: desired.send_by,
            timezone: desired.timezone.clone(),
            quota_left: self.facts.quota_left().map(|left| left.saturating_sub(running.messages)),
        })
    }

    pub(super) fn describe(&self, size: u64) -> Vec<Detail> {
        let desired = self.desired;
        let field = |name, value: String| Detail::Field { name, old: None, new: Some(value) };
        let mut details = vec![field("to", format!("{} in group {}", people(size), desired.group))];
        details.push(field("session", desired.session.clone()));
        if desired.run != "1" {
            details.push(field("run", desired.run.clone()));
        }
        details.push(field("timezone", desired.timezone.clone()));
        if let Some(by) = desired.send_by {
            details.push(field("send_by", moment(by, &desired.timezone)));
        }
        if desired.audience == Audience::Snapshot {
            details.push(field("audience", "snapshot: a group of its own, made for this send".to_owned()));
        }
        if let Some(media) = &desired.content.media {
            details.push(field("media", media.clone()));
        }
        if desired.content.text.is_some() {
            details.push(Detail::Text { old: None, new: desired.content.text.clone(), hidden: false });
        }
        details
    }
}

/// `2026-12-01 10:00 Europe/London (+00:00)`; in UTC where the zone is not known.
fn moment(at: jiff::Timestamp, timezone: &str) -> String {
    let zone = Zone::parse(timezone).unwrap_or_else(|_| Zone::utc());
    let local = at.to_zoned(zone.tz().clone());
    let clock = if local.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    format!("{} {timezone} ({})", local.strftime(clock), local.strftime("%:z"))
}

fn next_run(run: &str) -> String {
    run.parse::<u64>().map_or_else(|_| format!("{run}-2"), |n| n.saturating_add(1).to_string())
}
