//! After members were written: what the account has is compared with what was wanted, and recorded. A send needs
//! its group finished and verified in the same run (`product.md`, *Plan*).

use std::collections::BTreeMap;
use std::sync::PoisonError;

use super::executor::Executor;
use super::report::ChangeResult;
use crate::api::{ApiError, Read, Write};
use crate::ledger::LedgerError;
use crate::model::{Kind, Membership, ObservedGroup, PhoneSet};
use crate::plan::{ChangeKind, LedgerNote, Plan, SeenGroup};

impl<A: Read + Write + ?Sized> Executor<'_, A> {
    /// Notes who must be in a group from now on.
    pub(super) fn expect_members(&self, group: &str, members: PhoneSet) {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(group.to_owned(), members);
    }

    /// Who must be in a group now, by the writes of this run or by what was read before it.
    pub(super) fn expected_members(&self, group: &str) -> PhoneSet {
        if let Some(members) = self.written.lock().unwrap_or_else(PoisonError::into_inner).get(group) {
            return members.clone();
        }
        let id = self.journal.with(|s| s.group_id(group).cloned());
        self.observed
            .groups
            .iter()
            .find(|g| Some(&g.id) == id.as_ref())
            .and_then(|g| g.members.as_ref())
            .map(|m| m.phones.clone())
            .unwrap_or_default()
    }

    /// One list for all groups that were written; a full read where the count is not the expected one.
    pub(super) async fn verify_groups(
        &self,
        plan: &Plan,
        results: &mut [Option<ChangeResult>],
    ) -> Result<(), LedgerError> {
        for note in &plan.records {
            if let LedgerNote::Seen(seen) = note {
                // Those that this run adopted; the others are recorded already, which makes this nothing.
                if self.journal.with(|s| s.group_id(&seen.group) == Some(&seen.id)) {
                    self.record_seen(seen, self.clock.now())?;
                }
            }
        }
        let written: BTreeMap<String, PhoneSet> =
            self.written.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if written.is_empty() {
            return Ok(());
        }
        let listed = self.api.groups().await;
        for (key, expected) in written {
            let problem = match &listed {
                Ok(groups) => self.verify_group(&key, &expected, groups).await?,
                Err(error) => Some(format!("the groups could not be read back: {error}")),
            };
            if let Some(problem) = problem {
                fail_last_write(plan, results, &key, &problem);
            }
        }
        Ok(())
    }

    async fn verify_group(
        &self,
        key: &str,
        expected: &PhoneSet,
        listed: &[ObservedGroup],
    ) -> Result<Option<String>, LedgerError> {
        let Some(id) = self.journal.with(|s| s.group_id(key).cloned()) else { return Ok(None) };
        let Some(there) = listed.iter().find(|g| g.id == id) else {
            return Ok(Some("the group is not on the account any more; apply again".to_owned()));
        };
        let known_redacted = self
            .observed
            .groups
            .iter()
            .find(|g| g.id == id)
            .and_then(|g| g.members.as_ref())
            .map_or(0, |m| m.redacted);
        let (phones, redacted) = if there.member_count == Some(expected.len() as u64 + known_redacted) {
            (expected.clone(), known_redacted)
        } else {
            match self.api.group_members(&id, there.member_count).await {
                Ok(members) => (members.phones, members.redacted),
                Err(error) => return Ok(Some(read_back(&error))),
            }
        };
        let missing = expected.canonical().minus(&phones.canonical());
        if missing.is_empty() {
            let wanted = self.desired.groups.get(key);
            let surplus = !phones.canonical().minus(&expected.canonical()).is_empty();
            let exact = wanted.is_none_or(|g| g.membership == Membership::Exact);
            let suppressed = phones.matching(&self.desired.suppressed.canonical());
            // An interrupt between two writes leaves the rest undone.
            let undone = wanted.is_some_and(|g| !g.members.canonical().minus(&phones.canonical()).is_empty());
            if (surplus && exact) || !suppressed.is_empty() || undone {
                // Not as wanted, or somebody else wrote to it meanwhile: not recorded as right, so that the next
                // plan reads it.
                return Ok(None);
            }
            let seen = SeenGroup {
                group: key.to_owned(),
                id,
                redacted,
                phones,
                wanted: wanted.map(|g| g.members.clone()).unwrap_or_default(),
                suppressed: self.desired.suppressed.clone(),
            };
            self.record_seen(&seen, self.clock.now())?;
            return Ok(None);
        }
        Ok(Some(format!(
            "the API answered that it was done, but {} of {} members are not in the group; apply again, and check \
             these numbers if it stays so",
            missing.len(),
            expected.len()
        )))
    }
}

fn read_back(error: &ApiError) -> String {
    format!("the group could not be read back: {error}")
}

/// What was written last for the group did not have its effect.
fn fail_last_write(plan: &Plan, results: &mut [Option<ChangeResult>], key: &str, problem: &str) {
    let last = plan.changes.iter().enumerate().rev().find(|(position, c)| {
        c.address.kind == Kind::Group
            && c.address.key == key
            && matches!(
                c.kind,
                ChangeKind::AddMembers
                    | ChangeKind::RemoveMembers
                    | ChangeKind::CreateGroup
                    | ChangeKind::ImportGroup
            )
            && matches!(results[*position], Some(ChangeResult::Done { .. }))
    });
    if let Some((position, _)) = last {
        results[position] = Some(ChangeResult::Failed { error: problem.to_owned() });
    }
}
