//! Groups: create, import, adopt, rename, members, delete.

use super::executor::{Executor, Stop, done};
use super::report::ChangeResult;
use crate::api::{CreateOutcome, NewMember, Read, Write};
use crate::ledger::Event;
use crate::model::{Id, Kind, ObservedGroup, Phone, PhoneSet, WaGroupRef};
use crate::plan::{Change, GroupTarget};

/// Members a request (`api.md`, members/add; a create is treated alike).
const BATCH: usize = 1000;

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    pub(super) fn adopt_group(&self, key: &str, id: &Id, name: &str) -> Result<ChangeResult, Stop> {
        self.journal.append(
            Event::GroupOwned { group: key.to_owned(), id: id.clone(), name: name.to_owned(), adopted: true },
            self.clock.now(),
        )?;
        if self.desired.groups.get(key).is_some_and(|g| g.protect) {
            self.journal
                .append(Event::GroupProtect { group: key.to_owned(), protect: true }, self.clock.now())?;
        }
        let at_once = self.journal.with(|s| {
            let imports = s.groups.get(key).map(|g| &g.imports)?;
            imports.begun.clone().filter(|_| imports.temporary.is_none())
        });
        if let Some(wa_groups) = at_once {
            // It was created by an import that was cut off before it could note so.
            let event =
                Event::GroupImported { group: key.to_owned(), wa_groups: wa_groups.into_iter().collect() };
            self.journal.append(event, self.clock.now())?;
        }
        Ok(done())
    }

    pub(super) fn forget_gone(&self, change: &Change, id: &Id) -> Result<ChangeResult, Stop> {
        let key = change.address.key.clone();
        let event = match change.address.kind {
            Kind::Group => Event::GroupGone { group: key, id: id.clone() },
            Kind::Schedule => Event::ScheduleGone { schedule: key, id: id.clone() },
            Kind::Send => return Ok(ChangeResult::Nothing),
        };
        self.journal.append(event, self.clock.now())?;
        Ok(done())
    }

    /// The group's id, as the ledger has it now.
    pub(super) fn group_id(&self, key: &str) -> Result<Id, Stop> {
        self.journal.with(|s| s.group_id(key).cloned()).ok_or_else(|| {
            Stop::Result(ChangeResult::Skipped { because: format!("group {key} is not on the account") })
        })
    }

    pub(super) async fn create_group(&self, key: &str, target: &GroupTarget) -> Result<ChangeResult, Stop> {
        self.begin_create(key, &target.name)?;
        let first: Vec<NewMember<'_>> = members(target).take(BATCH).collect();
        let outcome = self.api.create_group(&target.name, &first).await;
        let id = self.settle_create(key, &target.name, outcome).await?;
        self.add_batches(&id, target, BATCH).await?;
        self.expect_members(key, target.phones.clone());
        Ok(done())
    }

    pub(super) async fn import_group(
        &self,
        key: &str,
        target: &GroupTarget,
        import: &[WaGroupRef],
    ) -> Result<ChangeResult, Stop> {
        let wa_groups = self.wa_sources(import)?;
        let wa_groups: Vec<(&str, &Id)> = wa_groups.iter().map(|(g, s)| (*g, s)).collect();
        self.begin_create(key, &target.name)?;
        self.begin_import(key, import, None, Vec::new())?;
        let outcome = self.api.create_group_from_wa(&target.name, &wa_groups).await;
        let id = self.settle_create(key, &target.name, outcome).await?;
        self.note_imported(key, import)?;
        // Whom the import brought is known only now; the suppressed among them must not stay.
        let there = self.api.group_members(&id, None).await?.phones;
        let suppressed = there.matching(&self.desired.suppressed.canonical());
        let present = there.minus(&suppressed).canonical();
        self.expect_members(key, there);
        self.remove_members(key, &suppressed, &suppressed).await?;
        let phones = target.phones.iter().filter(|p| !present.contains(p.canonical())).collect();
        self.add_members(key, &GroupTarget { phones, ..target.clone() }).await
    }

    /// A session's id, as it was observed for this plan.
    pub(super) fn session_id(&self, key: &str) -> Result<Id, Stop> {
        let by = self.desired.sessions.get(key).map(|s| &s.by);
        self.observed
            .sessions
            .iter()
            .find(|s| match by {
                Some(crate::model::SessionRef::Name(name)) => s.name == *name,
                Some(crate::model::SessionRef::Id(id)) => s.id == *id,
                None => false,
            })
            .map(|s| s.id.clone())
            .ok_or_else(|| {
                Stop::Result(ChangeResult::Failed { error: format!("session {key} is not on the account") })
            })
    }

    fn begin_create(&self, key: &str, name: &str) -> Result<(), Stop> {
        let before = self.observed.groups.iter().filter(|g| g.name == name).map(|g| g.id.clone()).collect();
        self.journal.append(
            Event::GroupCreating { group: key.to_owned(), name: name.to_owned(), before },
            self.clock.now(),
        )?;
        if self.desired.groups.get(key).is_some_and(|g| g.protect) {
            self.journal
                .append(Event::GroupProtect { group: key.to_owned(), protect: true }, self.clock.now())?;
        }
        Ok(())
    }

    /// The id of what was created; where the answer was unclear, what a read shows (`send-safety.md`).
    async fn settle_create(
        &self,
        key: &str,
        name: &str,
        outcome: CreateOutcome<ObservedGroup>,
    ) -> Result<Id, Stop> {
        let group = key.to_owned();
        match outcome {
            CreateOutcome::Created(made) => {
                self.own_group(key, &made.id, name)?;
                Ok(made.id)
            }
            CreateOutcome::NotSent { error } | CreateOutcome::Rejected { error } => {
                self.journal.append(Event::GroupNotCreated { group }, self.clock.now())?;
                Err(error.into())
            }
            CreateOutcome::InDoubt { why, error: _ } => {
                self.journal.append(Event::GroupInDoubt { group }, self.clock.now())?;
                let before = self.journal.with(|s| {
                    s.groups
                        .get(key)
                        .and_then(|g| g.creating.as_ref())
                        .map(|c| c.before.clone())
                        .unwrap_or_default()
                });
                let listed = self.api.groups().await.map_err(|error| unknown(&why, &error.to_string()))?;
                let found: Vec<&ObservedGroup> = listed
                    .iter()
                    .filter(|g| g.name == name && !before.contains(&g.id))
                    .filter(|g| self.journal.with(|s| s.group_of(&g.id).is_none()))
                    .collect();
                match found.as_slice() {
                    [one] => {
                        self.own_group(key, &one.id, name)?;
                        Ok(one.id.clone())
                    }
                    [] => Err(unknown(&why, "the list shows no such group yet")),
                    _ => Err(unknown(&why, "the list shows several groups of that name")),
                }
            }
        }
    }

    fn own_group(&self, key: &str, id: &Id, name: &str) -> Result<(), Stop> {
        self.journal.append(
            Event::GroupOwned {
                group: key.to_owned(),
                id: id.clone(),
                name: name.to_owned(),
                adopted: false,
            },
            self.clock.now(),
        )?;
        Ok(())
    }

    /// Adds the members from the one at `from` on, 1,000 a request.
    pub(super) async fn add_batches(&self, id: &Id, target: &GroupTarget, from: usize) -> Result<(), Stop> {
        let rest: Vec<NewMember<'_>> = members(target).skip(from).collect();
        for batch in rest.chunks(BATCH) {
            self.api.add_members(id, batch).await?;
        }
        Ok(())
    }

    pub(super) async fn rename_group(&self, key: &str, name: &str) -> Result<ChangeResult, Stop> {
        let id = self.group_id(key)?;
        self.api.rename_group(&id, name).await?;
        self.journal
            .append(Event::GroupRenamed { group: key.to_owned(), name: name.to_owned() }, self.clock.now())?;
        Ok(done())
    }

    pub(super) async fn add_members(&self, key: &str, target: &GroupTarget) -> Result<ChangeResult, Stop> {
        let id = self.group_id(key)?;
        let before = self.expected_members(key);
        self.journal.append(Event::GroupChanging { group: key.to_owned() }, self.clock.now())?;
        self.add_batches(&id, target, 0).await?;
        self.expect_members(key, before.union(&target.phones));
        Ok(done())
    }

    pub(super) async fn remove_members(
        &self,
        key: &str,
        phones: &PhoneSet,
        suppressed: &PhoneSet,
    ) -> Result<ChangeResult, Stop> {
        let id = self.group_id(key)?;
        let before = self.expected_members(key);
        self.journal.append(Event::GroupChanging { group: key.to_owned() }, self.clock.now())?;
        let others = phones.minus(suppressed);
        for set in [suppressed, &others] {
            let all: Vec<(Phone, Option<Id>)> =
                set.iter().map(|phone| (phone, self.member_id(&id, phone))).collect();
            for batch in all.chunks(BATCH) {
                self.api.remove_members(&id, batch).await?;
            }
        }
        self.expect_members(key, before.minus(phones));
        Ok(done())
    }

    fn member_id(&self, group: &Id, phone: Phone) -> Option<Id> {
        let members = self.observed.groups.iter().find(|g| g.id == *group)?.members.as_ref()?;
        members.ids.get(&phone).cloned()
    }

    pub(super) async fn delete_group(&self, key: &str, id: &Id) -> Result<ChangeResult, Stop> {
        match self.api.delete_group(id).await {
            Ok(()) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
        self.journal.append(Event::GroupGone { group: key.to_owned(), id: id.clone() }, self.clock.now())?;
        Ok(done())
    }
}

/// The members in ascending order of phone, with their names.
pub(super) fn members(target: &GroupTarget) -> impl Iterator<Item = NewMember<'_>> {
    target.phones.iter().map(|phone| (phone, target.names.get(&phone).map(String::as_str)))
}

fn unknown(why: &str, also: &str) -> Stop {
    Stop::Result(ChangeResult::Unknown {
        why: format!("whether it was created is not known ({why}; {also}); the next plan looks for it"),
    })
}
