//! Whether a ledger is whole: every event from the first to the last that any run knew of is there, can be read, and
//! all of them together say what the newest snapshot says. Reading for a plan does not ask that much: it begins with
//! the snapshot, and it cannot see that the end is missing.

use super::bridge::Bridge;
use super::bucket::Bucket;
use super::error::ObjectError;
use super::events::{self, PAGE, Reach};
use super::names::{EVENTS, SNAPSHOTS};
use super::{lease, snapshot};
use crate::ledger::error::LedgerError;
use crate::ledger::state::State;
use crate::ledger::store::Loaded;

/// So many gaps are named.
const NAMED: usize = 10;

/// Reads all of it.
pub(super) fn verify(bridge: &Bridge, bucket: &Bucket) -> Result<Loaded, LedgerError> {
    // Before the events: a run that works meanwhile only adds to what the lease says.
    let from = bucket.clone();
    let known = bridge.run(async move { lease::last_event(&from).await })??;
    let mut state = State::default();
    let snapshot = snapshot::read_newest(bridge, bucket, &mut |record, _| state.apply(&record))?;
    let from = bucket.clone();
    bridge.run(async move { find_gaps(&from, known.max(snapshot.last)).await })??;
    let reach = events::read_on(bridge, bucket, snapshot, u64::MAX, &mut |record, _| state.apply(&record))?;
    if snapshot.last > 0 {
        let mut folded = State::default();
        events::read_on(bridge, bucket, Reach::default(), reach.last, &mut |record, _| {
            folded.apply(&record);
        })?;
        if folded != state {
            let object = bucket.address(&SNAPSHOTS.object(snapshot.last));
            return Err(ObjectError::Snapshot { object, why: "it does not say what its events say" }.into());
        }
    }
    Ok(Loaded { state, torn: None, records: reach.records, existed: reach.records > 0 })
}

/// Looks for events that are not there, from the first to `known` at least.
async fn find_gaps(bucket: &Bucket, known: u64) -> Result<(), ObjectError> {
    let mut gaps = Gaps::default();
    let mut last = 0;
    loop {
        let numbers = bucket.numbers(EVENTS, last, PAGE).await?;
        for number in &numbers {
            gaps.add(last + 1, *number);
            last = *number;
        }
        if numbers.len() < PAGE {
            break;
        }
    }
    gaps.add(last + 1, known.saturating_add(1));
    if gaps.count == 0 {
        return Ok(());
    }
    Err(ObjectError::Missing { place: bucket.place().to_owned(), count: gaps.count, which: gaps.words() })
}

/// What is missing, as ranges.
#[derive(Debug, Default)]
struct Gaps {
    count: u64,
    named: Vec<(u64, u64)>,
    more: usize,
}

impl Gaps {
    /// From `first` on, up to the one before `next`.
    fn add(&mut self, first: u64, next: u64) {
        if next <= first {
            return;
        }
        self.count += next - first;
        if self.named.len() < NAMED {
            self.named.push((first, next - 1));
        } else {
            self.more += 1;
        }
    }

    fn words(&self) -> String {
        let mut words: Vec<String> = self
            .named
            .iter()
            .map(|(first, last)| {
                let from = EVENTS.object(*first);
                if first == last { from } else { format!("{from} to {}", EVENTS.object(*last)) }
            })
            .collect();
        if self.more > 0 {
            words.push(format!("and {} more gaps", self.more));
        }
        words.join(", ")
    }
}
