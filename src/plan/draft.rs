//! The plan while it is being made: changes in any order, referring to each other by position.

use jiff::Timestamp;

use super::order::Step;
use super::{
    Action, Block, Change, ChangeId, ChangeKind, Detail, Hold, LedgerNote, Note, NoteLevel, Refusal, Verdict,
};
use crate::model::{Address, grouped};
use crate::time::Zone;
use crate::time::format::local_words;

/// Collects what the parts of the planner find.
#[derive(Default)]
pub(super) struct Draft {
    pub changes: Vec<Change>,
    pub notes: Vec<Note>,
    pub refusals: Vec<Refusal>,
    pub records: Vec<LedgerNote>,
}

impl Draft {
    /// Adds a change and gives its position.
    pub(super) fn push(&mut self, change: Change) -> ChangeId {
        self.changes.push(change);
        self.changes.len() - 1
    }

    pub(super) fn note(
        &mut self,
        level: NoteLevel,
        code: &'static str,
        address: &Address,
        text: impl Into<String>,
    ) {
        self.notes.push(Note { address: Some(address.clone()), level, code, text: text.into() });
    }

    /// Sorts into the order table and renumbers the references. Within a step: by kind of object, key, kind.
    pub(super) fn ordered(changes: Vec<Change>) -> Vec<Change> {
        let mut order: Vec<usize> = (0..changes.len()).collect();
        order.sort_by(|&a, &b| {
            let (a, b) = (&changes[a], &changes[b]);
            (a.step, &a.address, a.kind).cmp(&(b.step, &b.address, b.kind))
        });
        let mut position = vec![0; changes.len()];
        for (new, &old) in order.iter().enumerate() {
            position[old] = new;
        }
        let mut slots: Vec<Option<Change>> = changes.into_iter().map(Some).collect();
        order
            .into_iter()
            .filter_map(|old| slots[old].take())
            .map(|mut change| {
                for need in &mut change.needs {
                    *need = position[*need];
                }
                change.needs.sort_unstable();
                change.needs.dedup();
                change
            })
            .collect()
    }
}

impl Change {
    /// A change that is done.
    pub(super) fn new(address: Address, kind: ChangeKind, action: Action) -> Self {
        let step: Step = kind.step();
        Self {
            address,
            kind,
            step,
            verdict: Verdict::Go,
            also_refused: Vec::new(),
            reason: String::new(),
            details: Vec::new(),
            requests: 1,
            needs: Vec::new(),
            action,
        }
    }

    pub(super) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    pub(super) fn with(mut self, detail: Detail) -> Self {
        self.details.push(detail);
        self
    }

    pub(super) fn details(mut self, details: Vec<Detail>) -> Self {
        self.details.extend(details);
        self
    }

    pub(super) fn costs(mut self, requests: u64) -> Self {
        self.requests = requests;
        self
    }

    pub(super) fn after(mut self, needs: impl IntoIterator<Item = ChangeId>) -> Self {
        self.needs.extend(needs);
        self
    }

    pub(super) fn refused(
        mut self,
        rule: &'static str,
        text: impl Into<String>,
        ways: impl IntoIterator<Item = String>,
    ) -> Self {
        self.verdict = Verdict::Refused(Refusal {
            rule,
            text: text.into(),
            ways: ways.into_iter().collect(),
            only_flag: false,
        });
        self
    }

    pub(super) fn blocked(mut self, rule: &'static str, text: impl Into<String>) -> Self {
        self.verdict = Verdict::Blocked(Block { rule, text: text.into() });
        self
    }

    pub(super) fn held(mut self, hold: Hold) -> Self {
        self.verdict = Verdict::Held(hold);
        self
    }
}

/// How many requests of 1,000 members each `count` members take (`api.md`, members/add).
pub(super) fn batches(count: usize) -> u64 {
    (count as u64).div_ceil(1000)
}

/// `1 person`, `2 people`.
pub fn people(count: u64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{} people", grouped(count)) }
}

/// A moment as people write it in that zone; in UTC where the zone is not known.
pub(super) fn words_in(at: Timestamp, timezone: &str) -> String {
    local_words(at, &Zone::parse(timezone).unwrap_or_else(|_| Zone::utc()))
}

/// `1 member`, `2 members`.
pub(super) fn members(count: usize) -> String {
    if count == 1 { "1 member".to_owned() } else { format!("{} members", grouped(count as u64)) }
}
