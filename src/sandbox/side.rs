//! A value kept in a file of its own beside `state.json`, because it is large and changes seldom. Owns only the
//! note whether it changed; the store writes it.

use serde::{Deserialize, Serialize};

/// A large value; `state.json` holds only the generation of its file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side<T: Default> {
    generation: u64,
    #[serde(skip)]
    value: T,
    #[serde(skip)]
    changed: bool,
}

impl<T: Default> Side<T> {
    /// A value that no file holds yet.
    pub fn new(value: T) -> Self {
        Self { generation: 0, value, changed: true }
    }

    /// The value.
    pub fn get(&self) -> &T {
        &self.value
    }

    /// The value, to be changed: its file will be written anew.
    pub fn get_mut(&mut self) -> &mut T {
        self.changed = true;
        &mut self.value
    }

    /// Changes a part that no file holds.
    pub fn set_quietly(&mut self, change: impl FnOnce(&mut T)) {
        change(&mut self.value);
    }

    /// Which file holds it; 0 when none does.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether the file is behind the value.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// Notes that the file of `generation` now holds the value.
    pub fn written(&mut self, generation: u64) {
        self.generation = generation;
        self.changed = false;
    }

    /// Puts in what was read from its file.
    pub fn loaded(&mut self, value: T) {
        self.value = value;
        self.changed = false;
    }
}
