//! Which records are selected. Anchored by key: it stays with its records whatever happens to
//! their rows.

use std::collections::BTreeSet;

use vstore::Key;

/// The selected records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Every row of the table is selected, however many there are; `keys` is then empty.
    pub all: bool,
    /// The selected keys.
    pub keys: BTreeSet<Key>,
    /// Where the keyboard is; the detail panel shows this record.
    pub cursor: Option<Key>,
    /// Its row, as of the last listing.
    pub cursor_row: Option<usize>,
    /// Where a range that is extended starts.
    pub anchor: Option<Key>,
}

/// What a click or a key does to the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectHow {
    /// Selects this one only.
    Only,
    /// Adds or removes this one.
    Toggle,
    /// Selects everything from the anchor to this one.
    Extend,
}

impl Selection {
    /// Whether a record is selected.
    pub fn contains(&self, key: &str) -> bool {
        self.all || self.keys.contains(key)
    }

    /// How many records are selected, of `rows` in the table.
    pub fn len(&self, rows: usize) -> usize {
        if self.all { rows } else { self.keys.len() }
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        !self.all && self.keys.is_empty()
    }

    /// The record that is meant when exactly one is meant.
    pub fn single(&self) -> Option<&Key> {
        match self.keys.len() {
            1 if !self.all => self.keys.first(),
            _ => None,
        }
    }
}
