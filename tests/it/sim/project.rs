//! The YAML of a run, as it changes from apply to apply. Values, not text: the reading of YAML has its own tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use campaignctl::config::{LoadOptions, load};
use campaignctl::model::{
    Address, Audience, Content, Desired, DesiredGroup, DesiredSchedule, DesiredSend, InDoubt, Membership,
    Move, MoveTarget, OnChange, Phone, PhoneSet, RunState, ScheduleType, Source, Timing,
};
use jiff::tz::TimeZone;

use super::rng::Rng;
use super::world::{World, start};

/// An empty project, as the loader makes it: its defaults are the product's.
static EMPTY: LazyLock<Desired> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let text = "version: 1\nproject: acme\nsessions:\n  main: {name: Main Line}\n";
    std::fs::write(dir.path().join("campaign.yaml"), text).unwrap();
    let vars = BTreeMap::new();
    load(&LoadOptions::new(dir.path(), &vars, start())).desired.unwrap()
});

const GROUPS: [&str; 3] = ["alpha", "beta", "gamma"];
const SENDS: [&str; 3] = ["one", "two", "three"];

pub fn phone(n: u64) -> Phone {
    Phone::from_u64(15_550_100_000 + n).unwrap()
}

/// The project and what was taken out of it.
pub struct Project {
    pub desired: Desired,
    removed_sends: BTreeMap<String, DesiredSend>,
    removed_schedules: BTreeMap<String, DesiredSchedule>,
    versions: u32,
}

impl Project {
    pub fn generate(rng: &mut Rng) -> Self {
        let mut desired = EMPTY.clone();
        desired.policy.in_doubt = if rng.chance(300) { InDoubt::Retry } else { InDoubt::Hold };
        let groups = 1 + rng.index(3);
        for key in &GROUPS[..groups] {
            let one = rng.below(8);
            let members: PhoneSet = (0..8).filter(|n| *n == one || rng.chance(500)).map(phone).collect();
            desired.groups.insert(
                (*key).to_owned(),
                DesiredGroup {
                    name: format!("Group {key}"),
                    members,
                    names: BTreeMap::new(),
                    membership: if rng.chance(800) { Membership::Exact } else { Membership::AtLeast },
                    protect: false,
                    sync_names: false,
                    import: Vec::new(),
                    source: Source::default(),
                },
            );
        }
        let mut project =
            Self { desired, removed_sends: BTreeMap::new(), removed_schedules: BTreeMap::new(), versions: 0 };
        for key in ["daily", "once"] {
            if rng.chance(350) {
                project.add_schedule(rng, key);
            }
        }
        for key in &SENDS[..=rng.index(3)] {
            project.add_send(rng, key);
        }
        project
    }

    fn some_group(&self, rng: &mut Rng) -> String {
        let keys: Vec<&String> = self.desired.groups.keys().collect();
        (*rng.pick(&keys)).clone()
    }

    fn text(&mut self, of: &str) -> Content {
        self.versions += 1;
        Content { text: Some(format!("{of} version {}", self.versions)), media: None }
    }

    fn add_send(&mut self, rng: &mut Rng, key: &str) {
        let send = DesiredSend {
            group: self.some_group(rng),
            session: "main".to_owned(),
            content: self.text(key),
            run: "1".to_owned(),
            on_change: *rng.pick(&[OnChange::Refuse, OnChange::Resend, OnChange::Ignore]),
            repeat_of: None,
            send_by: None,
            audience: if rng.chance(250) { Audience::Snapshot } else { Audience::Direct },
            state: RunState::Running,
            timezone: "UTC".to_owned(),
            source: Source::default(),
        };
        self.desired.sends.insert(key.to_owned(), send);
    }

    fn add_schedule(&mut self, rng: &mut Rng, key: &str) {
        let timing = if key == "once" {
            let at = start() + jiff::SignedDuration::from_hours(rng.between(1, 60));
            Timing::Once { local: TimeZone::UTC.to_datetime(at), at }
        } else {
            Timing::Recurring {
                schedule_type: ScheduleType::Daily,
                cron: format!("0 {} * * *", rng.below(24)),
            }
        };
        let schedule = DesiredSchedule {
            name: format!("Schedule {key}"),
            group: self.some_group(rng),
            session: "main".to_owned(),
            content: self.text(key),
            timing,
            timezone: "UTC".to_owned(),
            paused: false,
            on_change: OnChange::Refuse,
            source: Source::default(),
        };
        self.desired.schedules.insert(key.to_owned(), schedule);
    }

    /// One edit by its author.
    pub fn edit(&mut self, world: &mut World) {
        let rng = &mut world.rng.clone();
        let kind = rng.below(13);
        match kind {
            0..=2 => self.edit_members(rng),
            3 => {
                let one = PhoneSet::from_iter([phone(rng.below(8))]);
                self.suppress(&one);
            }
            4..=8 => self.edit_send(rng, kind, world),
            _ => self.edit_schedule(rng, kind),
        }
        world.rng = rng.clone();
        world.log(|| format!("the YAML was edited (kind {kind})"));
    }

    fn edit_members(&mut self, rng: &mut Rng) {
        let key = self.some_group(rng);
        let who = phone(rng.below(10));
        let suppressed = self.desired.suppressed.contains(who);
        let group = self.desired.groups.get_mut(&key).unwrap();
        if group.members.contains(who) {
            if group.members.len() > 1 {
                group.members = group.members.minus(&PhoneSet::from_iter([who]));
            }
        } else if !suppressed {
            group.members = group.members.union(&PhoneSet::from_iter([who]));
        }
    }

    fn suppress(&mut self, who: &PhoneSet) {
        // Nobody left in a group is a refusal of its own.
        if self.desired.groups.values().all(|g| !g.members.minus(who).is_empty()) {
            self.desired.suppressed = self.desired.suppressed.union(who);
            for group in self.desired.groups.values_mut() {
                group.members = group.members.minus(who);
            }
        }
    }

    fn edit_send(&mut self, rng: &mut Rng, kind: u64, world: &mut World) {
        let keys: Vec<String> = self.desired.sends.keys().cloned().collect();
        let Some(key) = (!keys.is_empty()).then(|| rng.pick(&keys).clone()) else {
            return self.bring_back();
        };
        match kind {
            4 => {
                let (group, text) = (self.some_group(rng), self.text(&key));
                let send = self.desired.sends.get_mut(&key).unwrap();
                if send.on_change != OnChange::Refuse {
                    send.content = text;
                } else {
                    // A new run is how a changed text goes out where it is refused otherwise.
                    send.run = format!("{}", send.run.parse::<u32>().unwrap() + 1);
                    send.content = text;
                    send.group = group;
                }
            }
            5 => {
                let send = self.desired.sends.remove(&key).unwrap();
                self.removed_sends.insert(key, send);
            }
            6 => self.bring_back(),
            7 => {
                let send = self.desired.sends.get_mut(&key).unwrap();
                send.state = *rng.pick(&[RunState::Running, RunState::Paused, RunState::Cancelled]);
            }
            _ => self.rename(&key, world),
        }
    }

    /// `moved:`, with a new name that nothing ever had.
    fn rename(&mut self, key: &str, world: &mut World) {
        self.versions += 1;
        let new = format!("{}-{}", key.split('-').next().unwrap(), self.versions);
        let send = self.desired.sends.remove(key).unwrap();
        self.desired.sends.insert(new.clone(), send);
        let identity = world.identity(key);
        world.identities.insert(new.clone(), identity);
        let (from, to) = (Address::send(key), Address::send(new));
        self.desired.moved.push(Move { from: MoveTarget::Object(from), to: MoveTarget::Object(to) });
    }

    fn bring_back(&mut self) {
        if let Some((key, send)) = self.removed_sends.pop_first() {
            self.desired.sends.insert(key, send);
        }
    }

    fn edit_schedule(&mut self, rng: &mut Rng, kind: u64) {
        let keys: Vec<String> = self.desired.schedules.keys().cloned().collect();
        let group = self.some_group(rng);
        let key = (!keys.is_empty()).then(|| rng.pick(&keys).clone());
        match (kind, key) {
            (9, Some(key)) if keys.len() > 1 => {
                let schedule = self.desired.schedules.remove(&key).unwrap();
                self.removed_schedules.insert(key, schedule);
            }
            (10, Some(key)) => {
                let text = self.text(&key);
                self.desired.schedules.get_mut(&key).unwrap().content = text;
            }
            (11, Some(key)) => self.desired.schedules.get_mut(&key).unwrap().group = group,
            (12, Some(key)) => {
                let schedule = self.desired.schedules.get_mut(&key).unwrap();
                if let Timing::Recurring { cron, .. } = &mut schedule.timing {
                    *cron = format!("30 {} * * *", rng.below(24));
                }
                schedule.paused = rng.chance(300);
            }
            _ => {
                if let Some((key, schedule)) = self.removed_schedules.pop_first() {
                    self.desired.schedules.insert(key, schedule);
                }
            }
        }
    }

    pub fn settle_by_hand(&mut self) {
        self.desired.policy.in_doubt = InDoubt::Hold;
    }
}
