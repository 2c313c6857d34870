//! What must be true after every event, whatever it was (`send-safety.md`, *What is promised*). That a send key has
//! one job at most is looked at where a job is made (`account.rs`), what holds only in the end in `converged.rs`.

use std::collections::BTreeMap;

use campaignctl::apply::{ChangeResult, Report};
use campaignctl::ledger::{Store, fold};
use campaignctl::model::{Address, Kind};
use campaignctl::sandbox::Request;

use super::guards::{self, Guard};
use super::world::World;

impl World {
    /// The ledger as it would be after a power cut: it reads, keeps what it had, and no job has two owners; and one
    /// process at most has it.
    pub fn check_now(&mut self) {
        let holders = self.processes.iter().filter(|p| p.holds && !p.dead).count();
        if holders > 1 && self.guard != Some(Guard::Lock) {
            self.breaks(format!("{holders} processes have the ledger at the same time"));
        }
        let durable = self.store.durable_bytes();
        if durable == self.seen {
            return;
        }
        // What comes after the last line feed was never acknowledged: the next append cuts it away.
        let whole = self.seen.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        if !durable.starts_with(&self.seen[..whole]) && self.guard != Some(Guard::Lock) {
            self.breaks("what was durable in the ledger is gone or was changed");
        }
        let new = durable.get(whole..).map(String::from_utf8_lossy).unwrap_or_default();
        // Only these give a job an owner; the fold of it all is the dearest thing here.
        let owns = new.contains("\"accepted\"") || new.contains("\"resolved\"");
        self.seen = durable;
        if !owns {
            return;
        }
        let state = match fold(&self.seen, "durable") {
            Ok((state, _)) => state,
            Err(error) => return self.breaks(format!("the durable ledger does not load: {error}")),
        };
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        let mut shared = Vec::new();
        for (send, run, history) in state.runs() {
            for sent in &history.jobs {
                let job = guards::real(sent.job.as_str());
                let owner = format!("send.{send} run {run}");
                if let Some(other) = owners.insert(job.to_owned(), owner.clone())
                    && other != owner
                {
                    shared.push(format!("job {job} is claimed by {other} and by {owner}"));
                }
            }
        }
        for what in shared {
            self.breaks(what);
        }
    }

    /// Right before `armed` is written: no stop is in force.
    pub fn check_arming(&mut self, send: &str) {
        let stops = self.store.stops().expect("in memory");
        if stops.stopped(&Address::send(send)).is_some() {
            self.breaks(format!("send.{send} was armed after an operator's stop"));
        }
    }

    /// A schedule is made in the place of another only once that one is over.
    pub fn check_creating(&mut self, request: &Request) {
        if request.method != "POST" || request.api_path() != "/scheduled-messages" {
            return;
        }
        let Ok((state, _)) = fold(&self.store.durable_bytes(), "durable") else { return };
        let over = |id: &str| {
            let all = &self.server.state().schedules;
            all.iter().find(|s| s.id.to_string() == id).is_none_or(|s| s.status.is_final())
        };
        let early: Vec<String> = state
            .schedules
            .iter()
            .filter_map(|(key, s)| Some((key, s.creating.as_ref().and(s.replacing.as_ref())?)))
            .filter(|(_, (old, _))| !over(old.as_str()))
            .map(|(key, _)| format!("schedule.{key} is made anew while the old one still fires"))
            .collect();
        for what in early {
            self.breaks(what);
        }
    }

    /// An apply that came to its end has said of each doubtful send that it is not done.
    pub fn check_report(&mut self, report: &Report) {
        if report.stopped.is_some() || report.interrupted {
            return;
        }
        // What it sees: an event may stand in the file that was never acknowledged.
        let Ok(state) = self.store.load().map(|loaded| loaded.state) else { return };
        let silent: Vec<String> = state
            .runs()
            .filter(|(_, _, history)| history.is_unsettled())
            .filter(|(send, _, _)| {
                !report.outcomes.iter().any(|o| {
                    o.address.kind == Kind::Send
                        && o.address.key == **send
                        && !matches!(o.result, ChangeResult::Done { .. } | ChangeResult::Nothing)
                })
            })
            .map(|(send, run, history)| format!("send.{send} run {run} ({:?})", history.phase))
            .collect();
        if !silent.is_empty() {
            self.breaks(format!("an apply ended and said nothing of {silent:?}"));
        }
    }
}
