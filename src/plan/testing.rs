//! A small world for this module's tests: a YAML, an account and a ledger that can be changed by hand.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Change, ChangeKind, Input, Plan, PlanOptions, Stopped, Verdict, plan};
use crate::ledger::{Armed, Event, HoldEvidence, Record, ScheduleSpec, State};
use crate::model::{
    Account, Address, Audience, AudienceDigest, Content, Desired, DesiredGroup, DesiredSchedule, DesiredSend,
    DesiredSession, Id, JobStatus, Membership, Observed, ObservedGroup, ObservedJob, ObservedMembers,
    ObservedSchedule, ObservedSession, OnChange, Phone, PhoneSet, PlanName, Policy, RunState, Salt,
    ScheduleStatus, ScheduleType, SessionRef, SessionStatus, Source, Timing,
};
use crate::time::{Local, Zone};

pub(super) const HOST: &str = "sandbox";

pub(super) fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

pub(super) fn phones(numbers: &[u64]) -> PhoneSet {
    numbers.iter().map(|n| Phone::from_u64(15_550_000_000 + n).unwrap()).collect()
}

/// An operator's stop of one address.
pub(super) fn stopped(cancel: bool) -> Stopped {
    Stopped { words: "stopped by operator".to_owned(), cancel }
}

pub(super) fn text(text: &str) -> Content {
    Content { text: Some(text.to_owned()), media: None }
}

pub(super) fn when(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn cron(expression: &str) -> Timing {
    Timing::Recurring { schedule_type: ScheduleType::Cron, cron: expression.to_owned() }
}

/// Local time in `zone`.
pub(super) fn once(local: &str, zone: &str) -> Timing {
    let local: jiff::civil::DateTime = local.parse().unwrap();
    let Local::Unique(at) = crate::time::local::resolve(local, &Zone::parse(zone).unwrap()) else { panic!() };
    Timing::Once { local, at }
}

/// All that a plan is made from.
#[derive(Clone)]
pub(super) struct World {
    pub desired: Desired,
    pub observed: Observed,
    pub state: State,
    pub options: PlanOptions,
    pub now: Timestamp,
}

impl World {
    /// A project with one working session, `main` (`s1`), and an empty ledger. It is Tuesday, 09:00 UTC.
    pub(super) fn new() -> Self {
        let mut world = Self {
            desired: Desired {
                project: "acme".to_owned(),
                environment: "default".to_owned(),
                root: std::path::PathBuf::new(),
                account: Account {
                    name: "default".to_owned(),
                    plan: Some(PlanName::Business),
                    limits: PlanName::Business.limits(),
                },
                timezone: "Asia/Jerusalem".to_owned(),
                sessions: BTreeMap::from([(
                    "main".to_owned(),
                    DesiredSession { by: SessionRef::Id(id("s1")), source: Source::default() },
                )]),
                groups: BTreeMap::new(),
                schedules: BTreeMap::new(),
                sends: BTreeMap::new(),
                suppressed: PhoneSet::new(),
                moved: Vec::new(),
                policy: Policy::default(),
                ledger: None,
            },
            observed: Observed {
                sessions: vec![ObservedSession {
                    id: id("s1"),
                    name: "Main Line".to_owned(),
                    status: SessionStatus::Working,
                }],
                ..Observed::default()
            },
            state: State::default(),
            options: PlanOptions::default(),
            now: when("2026-12-01T09:00:00Z"),
        };
        world.record(Event::Bound {
            project: "acme".to_owned(),
            account: "default".to_owned(),
            host: HOST.to_owned(),
            environment: Some("default".to_owned()),
            salt: Salt::new([7; 32]).to_hex(),
        });
        world.record(Event::SessionSeen { session: "main".to_owned(), id: id("s1") });
        world
    }

    pub(super) fn record(&mut self, event: Event) {
        self.record_at(event, self.now);
    }

    pub(super) fn record_at(&mut self, event: Event, at: Timestamp) {
        let seq = self.state.seq + 1;
        let record =
            Record { v: Record::VERSION, seq, at, tool: String::new(), run_id: String::new(), event };
        self.state.apply(&record);
    }

    pub(super) fn plan(&self) -> Plan {
        plan(&Input {
            desired: &self.desired,
            observed: &self.observed,
            state: &self.state,
            host: HOST,
            options: &self.options,
            now: self.now,
        })
    }

    pub(super) fn only(&mut self, address: Address) -> &mut Self {
        self.options.only.insert(address);
        self
    }

    /// The YAML has it.
    pub(super) fn want_group(&mut self, key: &str, members: &[u64]) -> &mut DesiredGroup {
        self.desired.groups.insert(
            key.to_owned(),
            DesiredGroup {
                name: key.to_owned(),
                members: phones(members),
                names: BTreeMap::new(),
                membership: Membership::Exact,
                protect: false,
                sync_names: false,
                import: Vec::new(),
                source: Source::default(),
            },
        );
        self.desired.groups.get_mut(key).unwrap()
    }

    /// The account has it, under the id `g-KEY`, not ours.
    pub(super) fn see_group(&mut self, key: &str, members: &[u64]) -> Id {
        let id = id(&format!("g-{key}"));
        self.observed.groups.push(ObservedGroup {
            id: id.clone(),
            name: key.to_owned(),
            member_count: Some(members.len() as u64),
            created_at: Some(self.now),
            members: Some(ObservedMembers { phones: phones(members), ..ObservedMembers::default() }),
        });
        id
    }

    /// The account has it, and it is ours.
    pub(super) fn own_group(&mut self, key: &str, members: &[u64]) -> Id {
        let id = self.see_group(key, members);
        self.record(Event::GroupOwned {
            group: key.to_owned(),
            id: id.clone(),
            name: key.to_owned(),
            adopted: false,
        });
        id
    }

    /// Wanted, there and ours.
    pub(super) fn settled_group(&mut self, key: &str, members: &[u64]) -> Id {
        self.want_group(key, members);
        self.own_group(key, members)
    }

    pub(super) fn want_schedule(&mut self, key: &str, group: &str, timing: Timing) -> &mut DesiredSchedule {
        self.desired.schedules.insert(
            key.to_owned(),
            DesiredSchedule {
                name: key.to_owned(),
                group: group.to_owned(),
                session: "main".to_owned(),
                content: text("hello"),
                timing,
                timezone: "UTC".to_owned(),
                paused: false,
                on_change: OnChange::Refuse,
                source: Source::default(),
            },
        );
        self.desired.schedules.get_mut(key).unwrap()
    }

    /// The account has the schedule that the YAML wants, active, under the id `c-KEY`, not ours.
    pub(super) fn see_schedule(&mut self, key: &str) -> &mut ObservedSchedule {
        let wanted = &self.desired.schedules[key];
        let there = ObservedSchedule {
            id: id(&format!("c-{key}")),
            name: wanted.name.clone(),
            status: ScheduleStatus::Active,
            session_id: Some(id("s1")),
            group_id: Some(id(&format!("g-{}", wanted.group))),
            schedule_type: Some(wanted.timing.schedule_type()),
            text: wanted.content.text.clone(),
            media: None,
            shows_content: true,
            cron: match &wanted.timing {
                Timing::Recurring { cron, .. } => Some(cron.clone()),
                Timing::Once { .. } => None,
            },
            scheduled_time: match &wanted.timing {
                Timing::Recurring { .. } => None,
                Timing::Once { local, .. } => Some(local.to_string()),
            },
            timezone: Some(wanted.timezone.clone()),
            next_run_at: None,
            created_at: Some(self.now),
        };
        self.observed.schedules.push(there);
        self.observed.schedules.last_mut().unwrap()
    }

    /// Wanted so and seen so, not ours; the account shows no time that is not its own.
    pub(super) fn see_schedule_as(&mut self, key: &str, timing: Timing) {
        self.want_schedule(key, "vip", timing);
        self.see_schedule(key);
    }

    pub(super) fn spec(&self, key: &str) -> ScheduleSpec {
        let wanted = &self.desired.schedules[key];
        ScheduleSpec {
            name: wanted.name.clone(),
            session_id: id("s1"),
            group_id: id(&format!("g-{}", wanted.group)),
            schedule_type: wanted.timing.schedule_type(),
            timing: match &wanted.timing {
                Timing::Recurring { cron, .. } => cron.clone(),
                Timing::Once { local, .. } => local.to_string(),
            },
            at: match wanted.timing {
                Timing::Once { at, .. } => Some(at),
                Timing::Recurring { .. } => None,
            },
            timezone: wanted.timezone.clone(),
            content: wanted.content.hash(),
            media: None,
        }
    }

    /// Wanted, there and ours.
    pub(super) fn settled_schedule(
        &mut self,
        key: &str,
        group: &str,
        timing: Timing,
    ) -> &mut ObservedSchedule {
        self.want_schedule(key, group, timing);
        let spec = Some(self.spec(key));
        self.see_schedule(key);
        self.record(Event::ScheduleOwned {
            schedule: key.to_owned(),
            id: id(&format!("c-{key}")),
            spec,
            adopted: false,
        });
        self.observed.schedules.last_mut().unwrap()
    }

    /// The create of what is ours was in doubt, and is known by now.
    pub(super) fn doubt_create(&mut self, key: &str) {
        let Some(ours) = self.state.schedules.get(key) else { return };
        let (Some(id), Some(spec)) = (ours.id.clone(), ours.spec.clone()) else { return };
        let schedule = key.to_owned();
        self.record(Event::ScheduleCreating {
            schedule: schedule.clone(),
            spec: spec.clone(),
            before: vec![],
        });
        self.record(Event::ScheduleInDoubt { schedule: schedule.clone() });
        self.record(Event::ScheduleOwned { schedule, id, spec: Some(spec), adopted: false });
    }

    pub(super) fn want_send(&mut self, key: &str, group: &str, words: &str) -> &mut DesiredSend {
        self.desired.sends.insert(
            key.to_owned(),
            DesiredSend {
                group: group.to_owned(),
                session: "main".to_owned(),
                content: text(words),
                run: "1".to_owned(),
                on_change: OnChange::Refuse,
                repeat_of: None,
                send_by: None,
                audience: Audience::Direct,
                state: RunState::Running,
                timezone: "UTC".to_owned(),
                source: Source::default(),
            },
        );
        self.desired.sends.get_mut(key).unwrap()
    }

    /// Run 1 of the send is armed: to `group` (`g-GROUP`), with these words.
    pub(super) fn arm(&mut self, send: &str, group: &str, words: &str) {
        self.arm_on(send, group, &id(&format!("g-{group}")), words);
    }

    pub(super) fn arm_on(&mut self, send: &str, group: &str, group_id: &Id, words: &str) {
        let attempt = self.state.run(send, "1").map_or(0, |h| h.attempts) + 1;
        let members = self.desired.groups.get(group).map(|g| g.members.clone()).unwrap_or_default();
        self.record(Event::Armed {
            send: send.to_owned(),
            run: "1".to_owned(),
            armed: Armed {
                attempt,
                session_id: id("s1"),
                group_id: group_id.clone(),
                group: group.to_owned(),
                content: text(words).hash(),
                audience: 2,
                audience_digest: AudienceDigest::of(&Salt::new([7; 32]), &members),
                server_time: self.now,
                not_after: self.now,
                snapshot: group_id.as_str() != format!("g-{group}"),
            },
        });
    }

    pub(super) fn hold(&mut self, send: &str) {
        self.record(Event::Held {
            send: send.to_owned(),
            run: "1".to_owned(),
            evidence: HoldEvidence::default(),
        });
    }

    /// Run 1 of the send went out as job `j-SEND`.
    pub(super) fn sent(&mut self, send: &str, group: &str, words: &str, status: JobStatus) {
        self.arm(send, group, words);
        let job = id(&format!("j-{send}"));
        self.record(Event::Accepted {
            send: send.to_owned(),
            run: "1".to_owned(),
            job: job.clone(),
            recovered: false,
        });
        self.see_job(job.as_str(), group, status);
    }

    pub(super) fn see_job(&mut self, job: &str, group: &str, status: JobStatus) -> &mut ObservedJob {
        self.observed.jobs.push(ObservedJob {
            id: id(job),
            session_id: Some(id("s1")),
            group_id: Some(id(&format!("g-{group}"))),
            status,
            total: Some(2),
            sent: 1,
            failed: 0,
            created_at: Some(self.now),
            text: None,
            media: None,
            echoes_content: false,
        });
        self.observed.jobs.last_mut().unwrap()
    }
}

/// `group.vip group_create`, with the verdict where it is not "go"; one line a change, in plan order.
pub(super) fn lines(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let verdict = match &change.verdict {
        Verdict::Go => String::new(),
        Verdict::Refused(refusal) => format!(" refused:{}", refusal.rule),
        Verdict::Blocked(block) => format!(" blocked:{}", block.rule),
        Verdict::Held(_) => " held".to_owned(),
        Verdict::Expired => " expired".to_owned(),
        Verdict::Over => " over".to_owned(),
    };
    format!("{} {}{verdict}", change.address, change.kind.as_str())
}

pub(super) fn find<'p>(plan: &'p Plan, address: &Address, kind: ChangeKind) -> &'p Change {
    plan.changes
        .iter()
        .find(|c| c.address == *address && c.kind == kind)
        .unwrap_or_else(|| panic!("no {} of {address} in {:?}", kind.as_str(), lines(plan)))
}

/// The kinds of the changes that this one needs.
pub(super) fn needs<'p>(plan: &'p Plan, change: &Change) -> Vec<&'p str> {
    change.needs.iter().map(|n| plan.changes[*n].kind.as_str()).collect()
}

pub(super) fn rules(plan: &Plan) -> Vec<&'static str> {
    plan.all_refusals().map(|(_, r)| r.rule).collect()
}
