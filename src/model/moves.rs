//! What `moved:` says of a name: what it is now, and what it was before.

use std::collections::BTreeSet;

use super::{Address, Desired, MoveTarget};

impl Desired {
    /// What `address` is called now; itself where it was not renamed.
    pub fn present_name(&self, address: &Address) -> Address {
        let (mut at, mut passed) = (address, BTreeSet::new());
        while passed.insert(at) {
            let next = self.moved.iter().find_map(|entry| match (&entry.from, &entry.to) {
                (MoveTarget::Object(from), MoveTarget::Object(to)) if from == at => Some(to),
                _ => None,
            });
            let Some(next) = next else { return at.clone() };
            at = next;
        }
        address.clone()
    }

    /// Every name that `address` had before.
    pub fn former_names(&self, address: &Address) -> BTreeSet<Address> {
        let mut names = self.before(MoveTarget::Object(address.clone()));
        names.retain(|name| *name != MoveTarget::Object(address.clone()));
        let objects = names.into_iter().filter_map(|name| match name {
            MoveTarget::Object(address) => Some(address),
            MoveTarget::Project(_) => None,
        });
        objects.collect()
    }

    /// Every name that the project had before.
    pub fn former_projects(&self) -> BTreeSet<String> {
        let names = self.before(MoveTarget::Project(self.project.clone()));
        let projects = names.into_iter().filter_map(|name| match name {
            MoveTarget::Project(name) => Some(name).filter(|name| *name != self.project),
            MoveTarget::Object(_) => None,
        });
        projects.collect()
    }

    /// The name and all that lead to it.
    fn before(&self, name: MoveTarget) -> BTreeSet<MoveTarget> {
        let (mut found, mut open) = (BTreeSet::new(), vec![name]);
        while let Some(name) = open.pop() {
            open.extend(self.moved.iter().filter(|entry| entry.to == name).map(|entry| entry.from.clone()));
            open.retain(|name| !found.contains(name));
            found.insert(name);
        }
        found
    }
}
