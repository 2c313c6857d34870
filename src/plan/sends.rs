//! Sends: what the key's history allows (`send-safety.md`, the table under *Names*), and the gates as far as a
//! plan can know them.

use std::collections::BTreeMap;

use super::change::{
    Action, Change, ChangeId, ChangeKind, Detail, Hold, LedgerNote, NoteLevel, Refusal, SendOrder, Verdict,
};
use super::draft::{Draft, people};
use super::evidence;
use super::groups::Outlook;
use super::input::{Facts, Found};
use super::jobs;
use crate::ledger::{Event, Phase, RunHistory, SentJob};
use crate::model::{Address, Audience, Content, DesiredSend, OnChange, RunState, one_line};
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
struct Running {
    /// Messages of the sends before.
    messages: u64,
    /// Content and group of the sends before.
    going: Vec<(Address, Content, String)>,
    /// Sessions that a send before uses.
    sessions: Vec<String>,
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
        let before = draft.changes.len();
        case.plan(draft, &mut running);
        if draft.changes.len() == before {
            draft.unchanged += 1;
        }
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
    fn change(&self, kind: ChangeKind, action: Action) -> Change {
        Change::new(self.address.clone(), kind, action)
    }

    fn plan(&self, draft: &mut Draft, running: &mut Running) {
        let fresh = RunHistory::default();
        let history = self.facts.state.run(self.key, &self.desired.run).unwrap_or(&fresh);
        if let Some(why) = self.facts.options.stopped.get(&self.address) {
            draft.note(NoteLevel::Warning, "stopped", &self.address, why.clone());
            return;
        }
        match &history.phase {
            // Recovery is planned for every run of the ledger, also of those the YAML no longer has.
            Phase::Armed | Phase::InDoubt { .. } | Phase::Held(_) => {}
            Phase::Accepted => match history.last_job() {
                Some(job) => self.plan_accepted(draft, running, history, job),
                None => draft.note(NoteLevel::Info, "settled", &self.address, "was settled by hand"),
            },
            Phase::Open => self.plan_open(draft, running, history),
        }
    }

    fn same_group(&self, job: &SentJob) -> bool {
        job.armed.as_ref().is_none_or(|armed| {
            let group = self.facts.state.groups.get(&self.desired.group);
            armed.group == self.desired.group || group.is_some_and(|g| g.past_ids.contains(&armed.group_id))
        })
    }

    fn plan_accepted(&self, draft: &mut Draft, running: &mut Running, history: &RunHistory, job: &SentJob) {
        let same_text = job.armed.as_ref().is_none_or(|armed| armed.content.matches(&self.desired.content));
        let same_group = self.same_group(job);
        if same_text && same_group {
            self.say_session(draft, history, job);
            jobs::manage(self, draft, history, job);
            return;
        }
        match self.desired.on_change {
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

    fn refuse_changed(&self, job: &SentJob, same_text: bool) -> Change {
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
    fn plan_again(
        &self,
        draft: &mut Draft,
        running: &mut Running,
        history: &RunHistory,
        job: &SentJob,
        same_text: bool,
    ) {
        let reason = format!(
            "{} and on_change is resend; {} already",
            if same_text { "the group was changed" } else { "the text was changed" },
            if same_text {
                format!("it {}", jobs::went_to(self.facts, job))
            } else {
                format!("{} the older text", jobs::have_it(self.facts, job))
            }
        );
        let live = self.facts.job(&job.job).filter(|j| j.status.is_live());
        let cancel = live.map(|_| {
            draft.push(
                self.change(
                    ChangeKind::CancelJob,
                    Action::CancelJob { run: self.desired.run.clone(), job: job.job.clone() },
                )
                .because("its older text still goes out; it is stopped before the new one is sent"),
            )
        });
        let Some(position) = self.plan_send(draft, running, history, ChangeKind::SendAgain, &reason) else {
            return;
        };
        let change = &mut draft.changes[position];
        change.needs.extend(cancel);
        let size = self.outlook.size;
        let confirmed = self.facts.options.confirm_audience.is_some_and(|n| size <= n);
        if change.verdict == Verdict::Go && !confirmed {
            super::safety::refuse(change, needs_confirmation(size, "it a second time"));
        }
    }

    fn say_session(&self, draft: &mut Draft, history: &RunHistory, job: &SentJob) {
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

    fn plan_open(&self, draft: &mut Draft, running: &mut Running, history: &RunHistory) {
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
        if self.desired.send_by.is_some_and(|by| by <= self.facts.now) {
            let mut change = self.change(ChangeKind::Send, Action::None).costs(0);
            change.verdict = Verdict::Expired;
            draft.push(change.because("its send_by has passed before it was sent"));
            return;
        }
        if let Some((other, when)) = self.duplicate_of(running) {
            draft.push(self.refuse_duplicate(&other, &when));
            return;
        }
        if history.attempts == 0
            && !history.settled_new
            && let Some(hold) = evidence::may_have_been_sent(self)
        {
            draft.push(self.change(ChangeKind::Send, Action::None).costs(0).held(hold));
            return;
        }
        let reason = match (history.rejected, history.attempts) {
            (Some(status), _) => format!("the API refused the last attempt ({status})"),
            (None, n) if n > 0 => "the attempt before made no job".to_owned(),
            _ => String::new(),
        };
        self.plan_send(draft, running, history, ChangeKind::Send, &reason);
    }

    /// Another address with the same text to the same group, in the ledger or in this plan.
    fn duplicate_of(&self, running: &Running) -> Option<(Address, String)> {
        let meant = |other: &Address| self.desired.repeat_of.as_ref() == Some(other);
        for (send, _, history) in self.facts.state.runs().filter(|(send, ..)| *send != self.key) {
            let other = Address::send(send);
            if meant(&other) {
                continue;
            }
            let unsettled = history.armed.as_ref().filter(|_| history.is_unsettled());
            let armed = history
                .jobs
                .iter()
                .filter_map(|j| j.armed.as_ref().map(|a| (j.at, a)))
                .chain(unsettled.map(|(at, armed)| (*at, armed)));
            for (at, armed) in armed {
                let group = self.facts.state.groups.get(&self.desired.group);
                let same_group = armed.group == self.desired.group
                    || group.is_some_and(|g| g.past_ids.contains(&armed.group_id));
                if same_group && armed.content.matches(&self.desired.content) {
                    let zone = Zone::parse(&self.desired.timezone).unwrap_or_else(|_| Zone::utc());
                    return Some((
                        other,
                        format!(
                            "this went out as send.{send} on {}",
                            crate::time::format::local_words(at, &zone)
                        ),
                    ));
                }
            }
        }
        running
            .going
            .iter()
            .find(|(other, content, group)| {
                !meant(other) && *group == self.desired.group && *content == self.desired.content
            })
            .map(|(other, ..)| {
                (other.clone(), format!("{other} of this same plan sends this text to this group"))
            })
    }

    fn refuse_duplicate(&self, other: &Address, text: &str) -> Change {
        self.change(ChangeKind::Send, Action::None).costs(0).refused(
            "duplicate",
            text,
            [
                format!("if the key was renamed: moved: [{{from: {other}, to: {}}}]", self.address),
                format!("if everybody shall get it once more: repeat_of: {other}"),
            ],
        )
    }

    /// The send itself, with every gate that the plan can see. Gives its position unless nothing was added.
    fn plan_send(
        &self,
        draft: &mut Draft,
        running: &mut Running,
        history: &RunHistory,
        kind: ChangeKind,
        reason: &str,
    ) -> Option<ChangeId> {
        let size = self.outlook.audience.as_ref().map_or(self.outlook.size, |a| a.len() as u64);
        let Some(order) = self.order(running) else {
            let why = match self.facts.session(&self.desired.session) {
                Some(Found::Missing(why)) => why.clone(),
                _ => format!("session {} is not in the YAML", self.desired.session),
            };
            let change = self.change(kind, Action::None).costs(0).because(reason);
            return Some(draft.push(change.refused("session_not_found", why, Vec::new())));
        };
        let snapshot = self.desired.audience == Audience::Snapshot;
        let requests = 3 + if snapshot {
            2 + super::draft::batches(usize::try_from(size).unwrap_or(usize::MAX))
        } else {
            0
        };
        let mut change = self
            .change(kind, Action::Send(order))
            .because(reason)
            .costs(requests)
            .details(self.describe(size))
            .after(self.outlook.changes.iter().copied());
        if let Some(verdict) = self.gates(draft, running, history, size) {
            change.verdict = verdict;
        }
        if matches!(change.verdict, Verdict::Go) {
            running.messages = running.messages.saturating_add(size);
            running.sessions.push(self.desired.session.clone());
        }
        running.going.push((self.address.clone(), self.desired.content.clone(), self.desired.group.clone()));
        Some(draft.push(change))
    }

    fn order(&self, running: &Running) -> Option<SendOrder> {
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

    fn describe(&self, size: u64) -> Vec<Detail> {
        let desired = self.desired;
        let field = |name, value: String| Detail::Field { name, old: None, new: Some(value) };
        let mut details = vec![field("to", format!("{} in group {}", people(size), desired.group))];
        details.push(field("session", desired.session.clone()));
        if desired.run != "1" {
            details.push(field("run", desired.run.clone()));
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

    /// The first gate that is shut: refusals before blocks, because a refusal stops everything.
    fn gates(
        &self,
        draft: &mut Draft,
        running: &Running,
        history: &RunHistory,
        size: u64,
    ) -> Option<Verdict> {
        let facts = self.facts;
        let refused = |rule, text: String, ways: Vec<String>| {
            Some(Verdict::Refused(Refusal { rule, text, ways, only_flag: false }))
        };
        let blocked = |rule, text: String| Some(Verdict::Blocked(super::change::Block { rule, text }));
        if !facts.limits.outreach {
            return refused(
                "plan_feature",
                "the account's plan (free) has no bulk sends".to_owned(),
                vec!["upgrade the plan, or write account: {plan: starter} if it is another one".to_owned()],
            );
        }
        if let Some(verdict) = self.audience_rule(draft, size) {
            return Some(verdict);
        }
        if let Some(verdict) = self.session_rule(draft, running) {
            return Some(verdict);
        }
        if self.outlook.importing {
            return blocked(
                "importing",
                "its group is imported from WhatsApp in this apply; who is in it is known afterwards, and the next apply sends".to_owned(),
            );
        }
        if self.outlook.audience.is_none() && self.outlook.id.is_some() {
            return blocked(
                "members_not_read",
                "the members of its group were not read (--refresh none); plan again without it".to_owned(),
            );
        }
        if size == 0 {
            return blocked("nobody", format!("nobody is in group {}", self.desired.group));
        }
        if let Some(Found::Session { working: false, status, .. }) = facts.session(&self.desired.session) {
            return blocked(
                "session_not_working",
                format!(
                    "session {} is {status}, not working: connect it on the dashboard, then apply again",
                    self.desired.session
                ),
            );
        }
        if let Some(verdict) = self.quota_rule(draft, running, size) {
            return Some(verdict);
        }
        if let Some(text) = self.held_neighbour(history) {
            return blocked("held_neighbour", text);
        }
        self.quiet_rule(draft)
    }

    fn audience_rule(&self, draft: &mut Draft, size: u64) -> Option<Verdict> {
        let confirmed = self.facts.options.confirm_audience;
        if let Some(n) = confirmed.filter(|n| size > *n) {
            let mut refusal = needs_confirmation(size, "it");
            refusal.text = format!("it would go to {}, and --confirm-audience allows {n}", people(size));
            return Some(Verdict::Refused(refusal));
        }
        let rule = self.facts.desired.policy.max_audience.filter(|rule| size > rule.value)?;
        if confirmed.is_some() {
            return None;
        }
        let text = format!("it would go to {}; policy max_audience is {}", people(size), rule.value);
        if rule.warn {
            draft.note(NoteLevel::Warning, "max_audience", &self.address, text);
            return None;
        }
        let mut refusal = needs_confirmation(size, "it");
        refusal.rule = "max_audience";
        refusal.text = text;
        Some(Verdict::Refused(refusal))
    }

    fn session_rule(&self, draft: &mut Draft, running: &Running) -> Option<Verdict> {
        let rule = self.facts.desired.policy.one_job_per_session;
        if !rule.value {
            return None;
        }
        let id = self.facts.session_id(&self.desired.session)?;
        let live = self
            .facts
            .observed
            .jobs
            .iter()
            .filter(|j| j.session_id.as_ref() == Some(id) && j.status.is_live())
            .count()
            + running.sessions.iter().filter(|s| **s == self.desired.session).count();
        if live == 0 {
            return None;
        }
        let text = format!(
            "session {} already has {live} job(s) going out; together they are sent more slowly, or faster than is safe for the number",
            self.desired.session
        );
        if rule.warn {
            draft.note(NoteLevel::Warning, "one_job_per_session", &self.address, text);
            return None;
        }
        Some(Verdict::Refused(Refusal {
            rule: "one_job_per_session",
            text,
            ways: vec![
                "wait until they have ended, then apply again".to_owned(),
                "or only warn: policy: {one_job_per_session: {warn: true}}".to_owned(),
            ],
            only_flag: false,
        }))
    }

    fn quota_rule(&self, draft: &mut Draft, running: &Running, size: u64) -> Option<Verdict> {
        let block = |text: String| Some(Verdict::Blocked(super::change::Block { rule: "quota", text }));
        let limit = self.facts.limits.messages_per_month;
        match self.facts.quota_left() {
            Some(left) => {
                let left = left.saturating_sub(running.messages);
                if size > left {
                    return block(format!(
                        "{left} of {limit} messages are left this month, and it needs {size}; it goes out when there are enough"
                    ));
                }
            }
            None if running.messages.saturating_add(size) > limit => {
                return block(format!("the account has {limit} messages a month, and it needs {size}"));
            }
            None => {
                if !draft.notes.iter().any(|n| n.code == "quota_unknown") {
                    draft.notes.push(super::change::Note {
                        address: None,
                        level: NoteLevel::Info,
                        code: "quota_unknown",
                        text: format!(
                            "how many messages are used this month is not shown to this key; the limit taken is {limit} a month"
                        ),
                    });
                }
            }
        }
        None
    }

    /// A held or doubtful send on the same session and group (`product.md`, *held*).
    fn held_neighbour(&self, _own: &RunHistory) -> Option<String> {
        if self.desired.audience == Audience::Snapshot {
            return None;
        }
        let session = self.facts.session_id(&self.desired.session)?;
        let group = self.outlook.id.as_ref()?;
        self.facts.state.runs().find_map(|(send, run, history)| {
            let (_, armed) = history.armed.as_ref().filter(|_| history.is_unsettled())?;
            let same = armed.session_id == *session && armed.group_id == *group;
            let own = send == self.key && run == self.desired.run;
            (same && !own).then(|| {
                format!(
                    "send.{send} (run {}) on the same session and group is not settled; this one waits until it is",
                    one_line(run, 40)
                )
            })
        })
    }

    fn quiet_rule(&self, draft: &mut Draft) -> Option<Verdict> {
        let rule = self.facts.desired.policy.quiet_hours?;
        let zone = Zone::parse(&self.desired.timezone).unwrap_or_else(|_| Zone::utc());
        let local = self.facts.now.to_zoned(zone.tz().clone());
        if !rule.value.contains(local.time()) {
            return None;
        }
        let text = format!(
            "it is {} in {}, inside the quiet hours ({} to {}); it goes out with an apply after them",
            local.strftime("%H:%M"),
            zone.name(),
            rule.value.from.strftime("%H:%M"),
            rule.value.to.strftime("%H:%M")
        );
        if rule.warn {
            draft.note(NoteLevel::Warning, "quiet_hours", &self.address, text);
            return None;
        }
        Some(Verdict::Blocked(super::change::Block { rule: "quiet_hours", text }))
    }
}

fn next_run(run: &str) -> String {
    run.parse::<u64>().map_or_else(|_| format!("{run}-2"), |n| n.saturating_add(1).to_string())
}

/// Recovery of every doubtful run in the ledger, whether the YAML still has it or not.
pub(super) fn plan_recoveries(facts: &Facts<'_>, draft: &mut Draft) {
    for (send, run, history) in facts.state.runs() {
        let address = Address::send(send);
        let change =
            Change::new(address.clone(), ChangeKind::Recover, Action::Recover { run: run.to_owned() })
                .costs(2);
        let label = if run == "1" { String::new() } else { format!(" (run {})", one_line(run, 40)) };
        match &history.phase {
            Phase::Open | Phase::Accepted => {}
            Phase::Armed => {
                draft.push(change.because(format!(
                    "an apply was cut off while it sent this{label}: whether it went out is found out first"
                )));
            }
            Phase::InDoubt { why, .. } => {
                draft.push(change.because(format!(
                    "whether it went out{label} is not known ({}): that is found out first",
                    one_line(why, 120)
                )));
            }
            Phase::Held(evidence) => {
                let hold = Hold {
                    text: format!(
                        "whether it went out{label} is not known: {}",
                        one_line(&evidence.why, 300)
                    ),
                    evidence: evidence.jobs.iter().map(|job| format!("job {job}")).collect(),
                    ways: ways_out(&address, run),
                };
                draft.push(change.held(hold));
            }
        }
    }
}

/// The two commands that end a hold (`send-safety.md`, *Recovery*, 5).
pub fn ways_out(address: &Address, run: &str) -> Vec<String> {
    let run = if run == "1" { String::new() } else { format!(" --run {run:?}") };
    vec![
        format!("campaignctl resolve {address}{run} --job ID          (that job is this send)"),
        format!("campaignctl resolve {address}{run} --not-sent --reason \"…\"   (it did not go out)"),
    ]
}
