//! The same text to the same group under another key: refused, naming the first (`send-safety.md`).

use super::change::ChangeKind;
use super::sends::{Case, Running};
use super::{Action, Change};
use crate::model::Address;
use crate::time::Zone;

impl Case<'_> {
    /// Another address with the same text to the same group, in the ledger or in this plan.
    pub(super) fn duplicate_of(&self, running: &Running) -> Option<(Address, String)> {
        let meant =
            |other: &Address| self.repeats(&self.address, other) || self.repeats(other, &self.address);
        for (send, _, history) in self.facts.state.runs().filter(|(send, ..)| *send != self.key) {
            let other = Address::send(send);
            if meant(&other) {
                continue;
            }
            let unsettled = history.armed.as_ref().filter(|_| history.is_unsettled());
            let armed = history
                .jobs
                .iter()
                .filter_map(|j| j.armed.as_ref().map(|a| (j.at, a)))
                .chain(unsettled.map(|(at, armed)| (*at, armed)));
            for (at, armed) in armed {
                let group = self.facts.state.groups.get(&self.desired.group);
                let same_group = armed.group == self.desired.group
                    || group.is_some_and(|g| g.past_ids.contains(&armed.group_id));
                if same_group && armed.content.matches(&self.desired.content) {
                    let zone = Zone::parse(&self.desired.timezone).unwrap_or_else(|_| Zone::utc());
                    return Some((
                        other,
                        format!(
                            "this went out as send.{send} on {}",
                            crate::time::format::local_words(at, &zone)
                        ),
                    ));
                }
            }
        }
        running
            .going
            .iter()
            .find(|(other, content, group)| {
                !meant(other) && *group == self.desired.group && *content == self.desired.content
            })
            .map(|(other, ..)| {
                (other.clone(), format!("{other} of this same plan sends this text to this group"))
            })
    }

    /// Whether `repeat_of` leads from one to the other, perhaps through more.
    fn repeats(&self, from: &Address, to: &Address) -> bool {
        let sends = &self.facts.desired.sends;
        let next = |at: &Address| sends.get(&at.key)?.repeat_of.clone();
        // No longer than there are sends: a circle ends.
        std::iter::successors(next(from), next).take(sends.len()).any(|at| at == *to)
    }

    pub(super) fn refuse_duplicate(&self, kind: ChangeKind, other: &Address, text: &str) -> Change {
        self.change(kind, Action::None).costs(0).refused(
            "duplicate",
            text,
            [
                format!("if the key was renamed: moved: [{{from: {other}, to: {}}}]", self.address),
                format!("if everybody shall get it once more: repeat_of: {other}"),
            ],
        )
    }
}
