//! The ledger as a process of the simulation has it: it dies in the middle of a write, its disk fails, and guards
//! of it can be off.

use campaignctl::ledger::{
    Compaction, Event, Extent, Failure, Holder, LedgerError, MemoryStore, Record, State, StopEvent, Stops,
    Store, Torn, Writer,
};
use jiff::Timestamp;

use super::guards::{self, Guard};
use super::world::Shared;

pub struct SimStore {
    pub inner: MemoryStore,
    pub world: Shared,
    pub process: usize,
}

impl Store for SimStore {
    fn place(&self) -> String {
        self.inner.place()
    }

    fn read(&self, each: &mut dyn FnMut(Record)) -> Result<Extent, LedgerError> {
        self.inner.read(each)
    }

    fn lock(&self, holder: &Holder) -> Result<Box<dyn Writer>, LedgerError> {
        let writer = self.inner.lock(holder)?;
        self.world.lock().processes[self.process].holds = true;
        Ok(Box::new(SimWriter { inner: Some(writer), world: self.world.clone(), process: self.process }))
    }

    fn compact(&self, holder: &Holder, now: Timestamp) -> Result<Compaction, LedgerError> {
        self.inner.compact(holder, now)
    }

    fn stops(&self) -> Result<Stops, LedgerError> {
        let stops = self.inner.stops()?;
        let mut world = self.world.lock();
        if world.guard == Some(Guard::StopGate) {
            return Ok(world.processes[self.process].kept_stops.get_or_insert(stops).clone());
        }
        Ok(stops)
    }

    fn add_stop(&self, event: &StopEvent) -> Result<(), LedgerError> {
        self.inner.add_stop(event)
    }
}

struct SimWriter {
    inner: Option<Box<dyn Writer>>,
    world: Shared,
    process: usize,
}

impl SimWriter {
    fn inner(&mut self) -> &mut Box<dyn Writer> {
        self.inner.as_mut().expect("until it is dropped")
    }
}

impl Writer for SimWriter {
    fn append(&mut self, event: Event, now: Timestamp) -> Result<Record, LedgerError> {
        let gone = || LedgerError::Poisoned { place: "of a dead process".to_owned() };
        let (dies, way, cut, store) = {
            let mut world = self.world.lock();
            if world.is_dead(self.process) {
                return Err(gone());
            }
            if let Event::Armed { send, .. } = &event {
                world.check_arming(send);
            }
            let dies = world.dies_now(self.process);
            let disk = if world.healed { 0 } else { world.weather.disk };
            let way = if dies {
                world.rng.below(3)
            } else if world.rng.chance(disk) {
                3 + world.rng.below(2)
            } else {
                5
            };
            let process = self.process;
            world.log(|| format!("p{process} appends {event:?} (way {way})"));
            (dies, way, world.rng.index(300), world.store.clone())
        };
        match way {
            1 | 3 => store.fail_next(Failure::Write(cut)),
            4 => store.fail_next(Failure::Sync),
            _ => {}
        }
        let guard = self.world.lock().guard;
        let arms = matches!(event, Event::Armed { .. });
        let result = if way == 0 {
            Err(gone())
        } else if let Some(events) = guards::instead(guard, &event) {
            let record = Record {
                v: Record::VERSION,
                seq: self.state().seq,
                at: now,
                tool: "simulation".to_owned(),
                run_id: "simulation".to_owned(),
                event,
            };
            let mut result = Ok(record);
            for event in events {
                result = self.inner().append(event, now);
            }
            result
        } else {
            self.inner().append(event, now)
        };
        if dies {
            let mut world = self.world.lock();
            world.log(|| "  and it dies there".to_owned());
            world.kill(self.process);
        } else if arms {
            self.world.lock().doze();
        }
        result
    }

    fn state(&self) -> &State {
        self.inner.as_ref().expect("until it is dropped").state()
    }

    fn torn(&self) -> Option<Torn> {
        self.inner.as_ref().and_then(|w| w.torn())
    }

    fn taken_over(&self) -> Option<&Holder> {
        self.inner.as_ref().and_then(|w| w.taken_over())
    }
}

impl Drop for SimWriter {
    fn drop(&mut self) {
        self.world.lock().processes[self.process].holds = false;
        self.inner = None;
    }
}
