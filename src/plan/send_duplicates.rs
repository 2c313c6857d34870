//! The same text to the same group under another key: refused, naming the first (`send-safety.md`). Where the other key
//! is gone from the YAML, also to the same people in another group: send and group may both have been renamed.

use super::change::ChangeKind;
use super::draft::words_in;
use super::evidence::came_after_all;
use super::sends::{Case, Running};
use super::{Action, Change};
use crate::ledger::Armed;
use crate::model::{Address, AudienceDigest};

impl Case<'_> {
    /// Another address with the same text to the same group, in the ledger or in this plan.
    pub(super) fn duplicate_of(&self, running: &Running) -> Option<(Address, String)> {
        let meant =
            |other: &Address| self.repeats(&self.address, other) || self.repeats(other, &self.address);
        for (send, run, history) in self.facts.state.runs().filter(|(send, ..)| *send != self.key) {
            let other = Address::send(send);
            if meant(&other) {
                continue;
            }
            let unsettled = history.armed.as_ref().filter(|_| history.is_unsettled());
            // Taken for not sent, and a job of theirs came after all: this plan recovers it.
            let late = came_after_all(self.facts, send, run, history).is_some();
            let late = history.unsent.iter().filter(|_| late);
            let armed = history
                .jobs
                .iter()
                .filter_map(|j| j.armed.as_ref().map(|a| (j.at, a)))
                .chain(unsettled.into_iter().chain(late).map(|(at, armed)| (*at, armed)));
            // One that the YAML no longer has may be this one by its old name, on a group by its old name.
            let gone = !self.facts.desired.sends.contains_key(send);
            for (at, armed) in armed {
                let same_group = self.is_its_group(armed);
                if armed.content.matches(&self.desired.content)
                    && (same_group || (gone && self.to_the_same_people(armed)))
                {
                    let when = words_in(at, &self.desired.timezone);
                    let whom = if same_group {
                        String::new()
                    } else {
                        format!(", to the same people, who were group.{} then", armed.group)
                    };
                    return Some((other, format!("this went out as send.{send} on {when}{whom}")));
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

    /// Whether it was armed for what is, or was, the group of this send.
    pub(super) fn is_its_group(&self, armed: &Armed) -> bool {
        let group = self.facts.state.groups.get(&self.desired.group);
        armed.group == self.desired.group || group.is_some_and(|group| group.has_been(&armed.group_id))
    }

    fn to_the_same_people(&self, armed: &Armed) -> bool {
        let (Some(salt), Some(audience)) = (&self.facts.state.salt, &self.outlook.audience) else {
            return false;
        };
        !audience.is_empty()
            && armed.audience == audience.len() as u64
            && armed.audience_digest == AudienceDigest::of(salt, audience)
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
                format!(
                    "if the key was renamed: moved: [{{from: {other}, to: {}}}], and the same for its group if that was",
                    self.address
                ),
                format!("if everybody shall get it once more: repeat_of: {other}"),
            ],
        )
    }
}
