//! The gates of a send, as far as a plan can know them; the executor checks each again (`send-safety.md`, step 1).

use super::draft::{Draft, people};
use super::input::Found;
use super::sends::{Case, Running, needs_confirmation};
use super::{Action, Block, Change, ChangeKind, Note, NoteLevel, Refusal, Verdict, quiet};
use crate::model::{Address, Audience, Id, grouped, one_line};

impl Case<'_> {
    /// The first gate that is shut: refusals before blocks, because a refusal stops everything. Further refusals go to
    /// `also`.
    pub(super) fn gates(
        &self,
        draft: &mut Draft,
        running: &Running,
        kind: ChangeKind,
        size: u64,
        also: &mut Vec<Refusal>,
    ) -> Option<Verdict> {
        let facts = self.facts;
        let refused = |rule, text: String, ways: Vec<String>| {
            Some(Verdict::Refused(Refusal { rule, text, ways, only_flag: false }))
        };
        let blocked = |rule, text: String| Some(Verdict::Blocked(Block { rule, text }));
        if !facts.limits.outreach {
            return refused(
                "plan_feature",
                "the account's plan (free) has no bulk sends".to_owned(),
                vec!["upgrade the plan, or write account: {plan: starter} if it is another one".to_owned()],
            );
        }
        let session = self.session_rule(draft, running);
        // Last of the refusals: with the flag given, nothing else may turn up.
        let audience = self.audience_rule(draft, kind, size);
        if let (Some(_), Some(Verdict::Refused(refusal))) = (&session, &audience) {
            also.push(refusal.clone());
        }
        if let Some(verdict) = session.or(audience) {
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
        if let Some(text) = self.held_neighbour() {
            return blocked("held_neighbour", text);
        }
        self.quiet_rule(draft)
    }

    pub(super) fn audience_rule(&self, draft: &mut Draft, kind: ChangeKind, size: u64) -> Option<Verdict> {
        let confirmed = self.facts.options.confirm_audience;
        if let Some(n) = confirmed.filter(|n| size > *n) {
            let mut refusal = needs_confirmation(size, "it");
            refusal.text = format!("it would go to {}, and --confirm-audience allows {n}", people(size));
            return Some(Verdict::Refused(refusal));
        }
        if kind == ChangeKind::SendAgain && confirmed.is_none() {
            return Some(Verdict::Refused(needs_confirmation(size, "it a second time")));
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

    pub(super) fn session_rule(&self, draft: &mut Draft, running: &Running) -> Option<Verdict> {
        let rule = self.facts.desired.policy.one_job_per_session;
        if !rule.value {
            return None;
        }
        let id = self.facts.session_id(&self.desired.session)?;
        let ended = |job: &Id| {
            let ends = |c: &Change| matches!(&c.action, Action::CancelJob { job: id, .. } if id == job);
            draft.changes.iter().any(ends)
        };
        let live = self
            .facts
            .jobs
            .iter()
            .filter(|j| j.session_id.as_ref() == Some(id) && j.status.is_live() && !ended(&j.id))
            .count();
        let before: Vec<&Address> =
            running.sessions.iter().filter(|(s, _)| *s == self.desired.session).map(|(_, a)| a).collect();
        let session = &self.desired.session;
        let text = match (live, before.as_slice()) {
            (0, []) => return None,
            (0, [one]) => format!("session {session} is to send {one} of this plan already"),
            (0, several) => {
                format!("session {session} is to send {} others of this plan already", several.len())
            }
            (1, _) => format!("session {session} already has 1 job going out"),
            (jobs, _) => format!("session {session} already has {jobs} jobs going out"),
        };
        let text = format!(
            "{text}; together they are sent more slowly, or faster than is safe for the number (policy one_job_per_session)"
        );
        if rule.warn {
            draft.note(NoteLevel::Warning, "one_job_per_session", &self.address, text);
            return None;
        }
        let mut ways = Vec::new();
        if live > 0 {
            ways.push("wait until they have ended, then apply again".to_owned());
        } else if let Some(first) = before.first() {
            ways.push(format!(
                "one after the other: campaignctl apply --only {first}; once its job has ended, apply again"
            ));
        }
        ways.push("or only warn: policy: {one_job_per_session: {warn: true}}".to_owned());
        Some(Verdict::Refused(Refusal { rule: "one_job_per_session", text, ways, only_flag: false }))
    }

    pub(super) fn quota_rule(&self, draft: &mut Draft, running: &Running, size: u64) -> Option<Verdict> {
        let block = |text: String| Some(Verdict::Blocked(Block { rule: "quota", text }));
        let limit = self.facts.limits.messages_per_month;
        if size > limit {
            return block(format!(
                "the account has {} messages a month, and it needs {}: it never fits; split the group, or raise the plan",
                grouped(limit),
                grouped(size)
            ));
        }
        match self.facts.quota_left() {
            Some(left) => {
                let left = left.saturating_sub(running.messages);
                if size > left {
                    return block(format!(
                        "{} of {} messages are left this month, and it needs {}; it goes out when there are enough",
                        grouped(left),
                        grouped(limit),
                        grouped(size)
                    ));
                }
            }
            None if running.messages.saturating_add(size) > limit => {
                return block(format!(
                    "the account has {} messages a month, and it needs {}",
                    grouped(limit),
                    grouped(size)
                ));
            }
            None => {
                if !draft.notes.iter().any(|n| n.code == "quota_unknown") {
                    draft.notes.push(Note {
                        address: None,
                        level: NoteLevel::Info,
                        code: "quota_unknown",
                        text: format!(
                            "how many messages are used this month is not shown to this key; the limit taken is {} a month",
                            grouped(limit)
                        ),
                    });
                }
            }
        }
        None
    }

    /// A held or doubtful send on the same session and group (`product.md`, *held*).
    pub(super) fn held_neighbour(&self) -> Option<String> {
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

    /// Nobody is written to inside their quiet hours at the start; how many are later on is said.
    pub(super) fn quiet_rule(&self, draft: &mut Draft) -> Option<Verdict> {
        let rule = self.facts.desired.policy.quiet_hours?;
        let audience = self.outlook.audience.as_ref()?;
        let (zone, now) = (self.desired.timezone.as_str(), self.facts.now);
        if let Some(text) = quiet::starts_inside(&rule.value, audience, zone, now) {
            if !rule.warn {
                return Some(Verdict::Blocked(Block { rule: "quiet_hours", text }));
            }
            draft.note(NoteLevel::Warning, "quiet_hours", &self.address, text);
            return None;
        }
        if let Some(words) = quiet::runs_into_words(&rule.value, audience, zone, now) {
            draft.note(
                NoteLevel::Warning,
                "runs_into_quiet_hours",
                &self.address,
                format!(
                    "{words}. Apply it earlier in the day, or stop it for the night: campaignctl pause {}",
                    self.address
                ),
            );
        }
        None
    }
}
