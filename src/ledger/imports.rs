//! What is known of a group's imports from WhatsApp groups: which were read, and the temporary group that one went
//! through. WhatsApp groups are known by a keyed digest: the ids of older ones hold their founder's phone.

use std::collections::BTreeSet;

use super::event::Event;
use crate::model::{Id, WaGroupDigest};

/// Imports of one group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportState {
    /// The WhatsApp groups that the group's members were last read from.
    pub done: BTreeSet<WaGroupDigest>,
    /// An import that has begun and whose end is not recorded.
    pub begun: Option<BTreeSet<WaGroupDigest>>,
    /// The temporary group, while it is there or may be.
    pub temporary: Option<TemporaryGroup>,
}

/// A group made only to be read and deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporaryGroup {
    /// Its name on the account.
    pub name: String,
    /// Ids that had this name before: none of these is it.
    pub before: Vec<Id>,
    /// Its id; `None` while it is being created.
    pub id: Option<Id>,
}

impl ImportState {
    /// The WhatsApp groups whose members are in, those of a creation by import that was cut off among them: it
    /// happens in one request.
    pub fn known(&self) -> BTreeSet<WaGroupDigest> {
        let at_once = self.begun.iter().filter(|_| self.temporary.is_none()).flatten();
        self.done.iter().chain(at_once).cloned().collect()
    }

    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::GroupImportBegun { group: _, wa_groups, temporary, before } => {
                self.begun = Some(wa_groups.iter().cloned().collect());
                if let Some(name) = temporary {
                    self.temporary =
                        Some(TemporaryGroup { name: name.clone(), before: before.clone(), id: None });
                }
            }
            Event::GroupImportTemporary { group: _, id } => {
                if let Some(temporary) = &mut self.temporary {
                    temporary.id = Some(id.clone());
                }
            }
            Event::GroupImported { group: _, wa_groups } => {
                self.done = wa_groups.iter().cloned().collect();
                self.begun = None;
            }
            Event::GroupImportCleared { group: _ } => {
                self.begun = None;
                self.temporary = None;
            }
            _ => {}
        }
    }

    /// What stays known when the group itself is gone: a temporary one may still be there.
    pub(super) fn without_group(self) -> Self {
        Self { done: BTreeSet::new(), begun: None, temporary: self.temporary }
    }

    /// Takes in what the new name of a renamed group already had; `present_wins` where the id is its.
    pub(super) fn absorb(&mut self, present: Self, present_wins: bool) {
        if present_wins {
            self.done = present.done;
        }
        if self.temporary.is_none() && present.temporary.is_some() {
            self.begun = present.begun;
            self.temporary = present.temporary;
        }
    }
}
