//! Other hands: somebody at the dashboard while applies run, and the honest operator who settles what is held.

use campaignctl::ledger::{Event, Holder, Phase, Resolution, StopEvent, StopKind, StopTarget, Store};
use campaignctl::model::{Address, Id, Phone};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::project::phone;
use super::world::{Post, World};

impl World {
    /// What is on the account and is nobody's business.
    pub fn add_foreign(&mut self) {
        let session = self.session.to_string();
        let body =
            json!({"name": "Foreign", "members": [{"phone": "+15550199001"}, {"phone": "+15550199002"}]});
        let group = self.make("/custom-groups", &body);
        let body = json!({"session_id": session, "custom_group_id": group, "message_content": "foreign"});
        self.make("/bulk-send", &body);
        let body = json!({
            "name": "Foreign", "session_id": session, "custom_group_id": group, "message_content": "foreign",
            "schedule_type": "daily", "cron_expression": "0 12 * * *", "timezone": "UTC",
        });
        self.make("/scheduled-messages", &body);
    }

    fn make(&mut self, path: &str, body: &Value) -> String {
        let response = self.dashboard("POST", path, body);
        assert_eq!(response.status, 201, "{}", response.value());
        let id = response.value()["id"].as_str().unwrap().to_owned();
        self.foreign.insert(id.clone());
        id
    }

    /// One thing done behind the tool's back.
    pub fn operate(&mut self) {
        let state = self.server.state();
        let ours = |id: &str| !self.foreign.contains(id);
        let groups: Vec<String> =
            state.groups.iter().map(|g| g.id.to_string()).filter(|id| ours(id)).collect();
        let schedules: Vec<String> =
            state.schedules.iter().map(|s| s.id.to_string()).filter(|id| ours(id)).collect();
        let jobs: Vec<String> = state.jobs.iter().map(|j| j.id.to_string()).filter(|id| ours(id)).collect();
        let kind = self.rng.below(12);
        let (none, who) = (Value::Null, phone(self.rng.below(12)));
        match kind {
            0..=4 if !groups.is_empty() => {
                let group = self.rng.pick(&groups).clone();
                match kind {
                    0 | 1 => self.change_members(&group, "add", who),
                    2 => self.change_members(&group, "remove", who),
                    3 => {
                        self.dashboard("DELETE", &format!("/custom-groups/{group}"), &none);
                        self.touched.insert(group, self.now);
                    }
                    _ => {
                        self.dashboard(
                            "PATCH",
                            &format!("/custom-groups/{group}"),
                            &json!({"name": "Renamed"}),
                        );
                    }
                }
            }
            5..=7 if !schedules.is_empty() => {
                let schedule = self.rng.pick(&schedules).clone();
                let act = *self.rng.pick(&["pause", "resume", "cancel"]);
                self.dashboard("POST", &format!("/scheduled-messages/{schedule}/{act}"), &none);
            }
            8 | 9 if !jobs.is_empty() => {
                let job = self.rng.pick(&jobs).clone();
                let act = *self.rng.pick(&["pause", "resume", "cancel"]);
                self.dashboard("POST", &format!("/bulk-send/{job}/{act}"), &none);
            }
            // Something else sent by hand to one of our groups. Told from ours only where the API echoes texts.
            10 if !groups.is_empty() && self.server.config().dialect.echo => {
                let group = self.rng.pick(&groups).clone();
                self.by_hand += 1;
                let text = format!("by hand {}", self.by_hand);
                let body =
                    json!({"session_id": self.session, "custom_group_id": group, "message_content": text});
                let made = self.dashboard("POST", "/bulk-send", &body);
                if let Some(id) = made.value()["id"].as_str() {
                    self.foreign.insert(id.to_owned());
                }
            }
            _ => {}
        }
    }

    /// `campaignctl pause`, or `resume`, while applies run.
    pub fn stop_something(&mut self) {
        if self.healed {
            return;
        }
        let one = Address::send(*self.rng.pick(&["one", "two", "three"]));
        let target = if self.rng.chance(300) { StopTarget::All } else { StopTarget::Address(one) };
        let kind = if self.rng.chance(700) { StopKind::Pause } else { StopKind::Resume };
        self.log(|| format!("the operator: {kind:?} {target:?}"));
        self.add_stop(kind, target);
    }

    /// All that is stopped goes on.
    pub fn lift_stops(&mut self) {
        for address in ["one", "two", "three"].map(Address::send) {
            self.add_stop(StopKind::Resume, StopTarget::Address(address));
        }
        self.add_stop(StopKind::Resume, StopTarget::All);
    }

    fn add_stop(&mut self, kind: StopKind, target: StopTarget) {
        self.store.add_stop(&StopEvent::new(self.now + self.offset, "sim", kind, target)).unwrap();
    }

    fn change_members(&mut self, group: &str, how: &str, who: Phone) {
        let body = if how == "add" {
            json!({"contacts": [{"phone": who.e164()}]})
        } else {
            self.remove_body(group, who)
        };
        self.dashboard("POST", &format!("/custom-groups/{group}/members/{how}"), &body);
        self.touched.insert(group.to_owned(), self.now);
    }

    fn remove_body(&self, group: &str, who: Phone) -> Value {
        use campaignctl::sandbox::RemoveForm;
        match self.server.config().dialect.remove {
            RemoveForm::Phones => json!({"phones": [who.e164()]}),
            RemoveForm::Contacts => json!({"contacts": [{"phone": who.e164()}]}),
            RemoveForm::MemberIds => {
                let id = group.parse().ok().and_then(|id| self.server.state().group(id)).and_then(|g| {
                    g.members.get().iter(g.id).find(|m| m.phone == who.as_u64()).map(|m| m.id.to_string())
                });
                json!({"member_ids": id.into_iter().collect::<Vec<_>>()})
            }
        }
    }

    /// `campaignctl resolve`, by somebody who has looked at the account and tells the truth. Gives which runs.
    pub fn resolve(&mut self, now: Timestamp) -> Vec<(String, String)> {
        let store = self.store.clone();
        let holder = Holder {
            pid: 1,
            host: "sim".to_owned(),
            user: "sim".to_owned(),
            since: now,
            run_id: "operator".to_owned(),
            command: "resolve".to_owned(),
        };
        let mut writer = store.lock(&holder).expect("nobody else is there");
        let held: Vec<(String, String, u32, bool)> = writer
            .state()
            .runs()
            .filter(|(_, _, h)| h.is_unsettled())
            .map(|(send, run, h)| {
                (send.to_owned(), run.to_owned(), h.attempts, matches!(h.phase, Phase::Held(_)))
            })
            .collect();
        for (send, run, attempt, _) in &held {
            let how = self.truth(send, run, *attempt);
            self.log(|| format!("the operator resolves send.{send} run {run}: {how:?}"));
            let event =
                Event::Resolved { send: send.clone(), run: run.clone(), by: "operator".to_owned(), how };
            writer.append(event, now).unwrap();
        }
        held.into_iter().map(|(send, run, ..)| (send, run)).collect()
    }

    /// `adopt send.x --job` or `--new` for a key that the ledger does not know.
    pub fn adopt(&mut self, send: &str, run: &str, text: &str, now: Timestamp) {
        let identity = self.identity(send);
        let job = self
            .posts
            .iter()
            .filter(|p| self.identity(&p.send) == identity && p.run == run && p.text == text)
            .flat_map(|p| &p.jobs)
            .next_back();
        let how = job.map_or(Resolution::New, |job| Resolution::Job {
            job: Id::new(&job.to_string()).unwrap(),
            taken_for: None,
        });
        self.log(|| format!("the operator adopts send.{send} run {run}: {how:?}"));
        let holder = Holder {
            pid: 1,
            host: "sim".to_owned(),
            user: "sim".to_owned(),
            since: now,
            run_id: "operator".to_owned(),
            command: "adopt".to_owned(),
        };
        let mut writer = self.store.clone().lock(&holder).expect("nobody else is there");
        let event =
            Event::Resolved { send: send.to_owned(), run: run.to_owned(), by: "operator".to_owned(), how };
        writer.append(event, now).unwrap();
    }

    /// What an attempt before the last one made late counts as much.
    fn truth(&self, send: &str, run: &str, attempt: u32) -> Resolution {
        let of = |attempt: u32| self.post_of(send, run, attempt).and_then(|p| p.jobs.first());
        let job = of(attempt).or_else(|| {
            let text = &self.post_of(send, run, attempt)?.text;
            let same = |attempt: &u32| self.post_of(send, run, *attempt).is_some_and(|p| p.text == *text);
            (1..attempt).rev().filter(same).find_map(of)
        });
        job.map_or(Resolution::NotSent { reason: None }, |job| Resolution::Job {
            job: Id::new(&job.to_string()).unwrap(),
            taken_for: None,
        })
    }

    /// The POST of an attempt, under whatever name the send had then.
    pub fn post_of(&self, send: &str, run: &str, attempt: u32) -> Option<&Post> {
        let identity = self.identity(send);
        self.posts.iter().rev().find(|p| {
            p.ledger == self.ledger
                && self.identity(&p.send) == identity
                && p.run == run
                && p.attempt == attempt
        })
    }
}
