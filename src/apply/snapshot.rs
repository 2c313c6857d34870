//! Snapshot audiences: a group made for one attempt, so that a job on it *is* the attempt (`send-safety.md`).

use super::executor::{Executor, Stop, done};
use super::report::ChangeResult;
use crate::api::{ApiError, CreateOutcome, NewMember, Read, Write};
use crate::ledger::Event;
use crate::model::{Id, Phone};
use crate::plan::{SendOrder, snapshot_name};

const BATCH: usize = 1000;

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    /// Makes and fills the group for this attempt, and reads it back.
    pub(super) async fn make_snapshot(&self, key: &str, order: &SendOrder, attempt: u32) -> Result<Id, Stop> {
        let (send, run) = (key.to_owned(), order.run.clone());
        // One that this attempt has begun before, and may have made, keeps its name: under another (the key may have
        // moved since) the first would be forgotten, with people in it.
        let begun = self.journal.with(|state| {
            let history = state.run(key, &order.run)?;
            history.snapshots.get(&attempt).map(|(name, _)| name.clone()).filter(|name| !name.is_empty())
        });
        let there = match &begun {
            Some(name) => self.begun_snapshot(key, &order.run, name).await?,
            None => None,
        };
        let name = begun.unwrap_or_else(|| snapshot_name(&self.desired.project, key, &order.run, attempt));
        self.journal.append(
            Event::SnapshotCreating { send: send.clone(), run: run.clone(), attempt, name: name.clone() },
            self.clock.now(),
        )?;
        let phones: Vec<Phone> = order.audience.iter().collect();
        let members: Vec<NewMember<'_>> = phones.iter().map(|phone| (*phone, None)).collect();
        let (first, mut rest) = members.split_at(members.len().min(BATCH));
        let id = if let Some(id) = there {
            rest = &members;
            id
        } else {
            match self.api.create_group(&name, first).await {
                CreateOutcome::Created(group) => group.id,
                CreateOutcome::NotSent { error } | CreateOutcome::Rejected { error } => {
                    return Err(error.into());
                }
                CreateOutcome::InDoubt { why, .. } => {
                    self.find_snapshot(key, &order.run, &name, &why).await?
                }
            }
        };
        self.journal.append(Event::SnapshotOwned { send, run, attempt, id: id.clone() }, self.clock.now())?;
        for batch in rest.chunks(BATCH) {
            self.api.add_members(&id, batch).await?;
        }
        let there = self.api.group_members(&id, Some(phones.len() as u64)).await?;
        if there.phones.canonical() == order.audience.canonical() {
            return Ok(id);
        }
        Err(Stop::Result(ChangeResult::Blocked {
            why: "the group made for this send does not have the planned people in it; apply again"
                .to_owned(),
        }))
    }

    /// The group of that name, where an earlier run made it and did not hear so. One list that lacks it may be too
    /// old to show it, as the plan's was; a second group would leave the first behind, with people in it.
    async fn begun_snapshot(&self, key: &str, run: &str, name: &str) -> Result<Option<Id>, Stop> {
        for _ in 0..2 {
            if let Some(id) = self.snapshots_named(key, run, name).await?.into_iter().next() {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// The groups of that name on the account. One that we deleted had the same name, where its attempt came to
    /// nothing, and an old list may still show it.
    async fn snapshots_named(&self, key: &str, run: &str, name: &str) -> Result<Vec<Id>, ApiError> {
        let mut ids: Vec<Id> =
            self.api.groups().await?.into_iter().filter(|g| g.name == name).map(|g| g.id).collect();
        self.journal.with(|state| {
            if let Some(history) = state.run(key, run) {
                ids.retain(|id| !history.snapshots_gone.contains(id));
            }
        });
        Ok(ids)
    }

    /// Deletes the group of an attempt: its job is final, or there is none and a late request must find nothing.
    pub(super) async fn delete_snapshot(
        &self,
        key: &str,
        run: &str,
        attempt: u32,
        id: &Id,
    ) -> Result<ChangeResult, Stop> {
        match self.api.delete_group(id).await {
            Ok(()) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
        let (send, run, id) = (key.to_owned(), run.to_owned(), id.clone());
        let now = self.clock.now();
        // One whose id was never noted is noted first: the end of it is recorded by its id.
        let owned = Event::SnapshotOwned { send: send.clone(), run: run.clone(), attempt, id: id.clone() };
        self.journal.append(owned, now)?;
        self.journal.append(Event::SnapshotGone { send, run, id }, now)?;
        Ok(done())
    }

    async fn find_snapshot(&self, key: &str, run: &str, name: &str, why: &str) -> Result<Id, Stop> {
        let unknown = || {
            Stop::Result(ChangeResult::Blocked {
                why: format!(
                    "whether the group made for this send was created is not known ({why}); apply again"
                ),
            })
        };
        match self.snapshots_named(key, run, name).await.as_deref() {
            Ok([id]) => Ok(id.clone()),
            _ => Err(unknown()),
        }
    }
}
