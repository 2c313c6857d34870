//! Import from WhatsApp groups into a group that is there already: through a temporary group, whose every step is
//! in the ledger first, so that a crash at any point leaves nothing behind for good.

use super::executor::{Executor, Stop};
use super::report::ChangeResult;
use crate::api::{CreateOutcome, Read, Write};
use crate::ledger::{Event, TemporaryGroup};
use crate::model::{Id, ObservedGroup, ObservedMembers, PhoneSet, WaGroupRef};
use crate::plan::{GroupTarget, import_digests, import_name, temporary_groups};

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    /// Imports into a temporary group, adds who is new to the real one, deletes the temporary one.
    pub(super) async fn reimport(&self, key: &str, import: &[WaGroupRef]) -> Result<ChangeResult, Stop> {
        let id = self.group_id(key)?;
        // What an earlier try left is not built upon: its list may be another.
        self.drop_import(key).await?;
        let temporary = self.make_temporary(key, import).await?;
        let there = self.api.group_members(&temporary.id, temporary.member_count).await?;
        let before = self.expected_members(key);
        let target = self.newcomers(key, &there, &before);
        let added = target.phones.len();
        if added > 0 {
            self.journal.append(Event::GroupChanging { group: key.to_owned() }, self.clock.now())?;
            self.add_batches(&id, &target, 0).await?;
            self.expect_members(key, before.union(&target.phones));
        }
        self.note_imported(key, import)?;
        self.drop_import(key).await?;
        let people = if added == 1 { "1 new member".to_owned() } else { format!("{added} new members") };
        Ok(ChangeResult::Done { note: Some(people) })
    }

    /// Whom to add: neither the suppressed nor who is in the group already, in whatever form of their number.
    fn newcomers(&self, key: &str, there: &ObservedMembers, before: &PhoneSet) -> GroupTarget {
        let (suppressed, present) = (self.desired.suppressed.canonical(), before.canonical());
        let phones: PhoneSet = there
            .phones
            .iter()
            .filter(|p| !suppressed.contains(p.canonical()) && !present.contains(p.canonical()))
            .collect();
        let names = there.names.iter().filter(|(p, _)| phones.contains(**p));
        let names = names.map(|(phone, name)| (*phone, name.clone())).collect();
        let name = self.desired.groups.get(key).map(|g| g.name.clone()).unwrap_or_default();
        GroupTarget { name, phones, names }
    }

    async fn make_temporary(&self, key: &str, import: &[WaGroupRef]) -> Result<ObservedGroup, Stop> {
        let from = self.wa_sources(import)?;
        let from: Vec<(&str, &Id)> = from.iter().map(|(group, session)| (*group, session)).collect();
        let name = import_name(&self.desired.project, key);
        let named = |g: &&ObservedGroup| g.name == name;
        let before = self.observed.groups.iter().filter(named).map(|g| g.id.clone()).collect();
        self.begin_import(key, import, Some(name.clone()), before)?;
        let made = match self.api.create_group_from_wa(&name, &from).await {
            CreateOutcome::Created(made) => made,
            CreateOutcome::NotSent { error } | CreateOutcome::Rejected { error } => {
                self.journal.append(Event::GroupImportCleared { group: key.to_owned() }, self.clock.now())?;
                return Err(error.into());
            }
            CreateOutcome::InDoubt { why, .. } => self.find_temporary(key, &why).await?,
        };
        let event = Event::GroupImportTemporary { group: key.to_owned(), id: made.id.clone() };
        self.journal.append(event, self.clock.now())?;
        Ok(made)
    }

    /// The WhatsApp groups with the ids of their sessions.
    pub(super) fn wa_sources<'i>(&self, import: &'i [WaGroupRef]) -> Result<Vec<(&'i str, Id)>, Stop> {
        import.iter().map(|from| Ok((from.wa_group_id.as_str(), self.session_id(&from.session)?))).collect()
    }

    pub(super) fn begin_import(
        &self,
        key: &str,
        import: &[WaGroupRef],
        temporary: Option<String>,
        before: Vec<Id>,
    ) -> Result<(), Stop> {
        let wa_groups = self.journal.with(|state| import_digests(state, import));
        let event = Event::GroupImportBegun { group: key.to_owned(), wa_groups, temporary, before };
        Ok(self.journal.append(event, self.clock.now())?)
    }

    pub(super) fn note_imported(&self, key: &str, import: &[WaGroupRef]) -> Result<(), Stop> {
        let wa_groups = self.journal.with(|state| import_digests(state, import));
        let event = Event::GroupImported { group: key.to_owned(), wa_groups };
        Ok(self.journal.append(event, self.clock.now())?)
    }

    async fn find_temporary(&self, key: &str, why: &str) -> Result<ObservedGroup, Stop> {
        let unknown = |also: &str| {
            Stop::Result(ChangeResult::Unknown {
                why: format!(
                    "whether the temporary group was created is not known ({why}; {also}); the next apply deletes it and goes on"
                ),
            })
        };
        let listed = self.api.groups().await.map_err(|error| unknown(&error.to_string()))?;
        let found = self.on_account(key, &listed);
        match found.as_slice() {
            [one] => Ok(listed
                .iter()
                .find(|g| g.id == *one)
                .cloned()
                .ok_or_else(|| unknown("the list does not show it"))?),
            [] => Err(unknown("the list does not show it yet")),
            _ => Err(unknown("the list shows several")),
        }
    }

    fn temporary(&self, key: &str) -> Option<TemporaryGroup> {
        self.journal.with(|s| s.groups.get(key).and_then(|g| g.imports.temporary.clone()))
    }

    fn on_account(&self, key: &str, groups: &[ObservedGroup]) -> Vec<Id> {
        let Some(temporary) = self.temporary(key) else { return Vec::new() };
        self.journal.with(|state| temporary_groups(&temporary, groups, state).into_iter().cloned().collect())
    }

    /// Deletes the temporary group, where the ledger knows of one, and notes that it is gone.
    pub(super) async fn drop_import(&self, key: &str) -> Result<(), Stop> {
        let Some(temporary) = self.temporary(key) else { return Ok(()) };
        let found = match temporary.id {
            Some(id) => vec![id],
            None => self.on_account(key, &self.observed.groups),
        };
        for id in found {
            match self.api.delete_group(&id).await {
                Ok(()) => {}
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.journal.append(Event::GroupImportCleared { group: key.to_owned() }, self.clock.now())?)
    }
}
