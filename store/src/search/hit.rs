//! One record that a search found.

use super::matcher::SortKey;
use super::mode::Level;
use crate::key::Key;

/// One record that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The key of the record.
    pub key: &'a str,
    /// How well it matches.
    pub level: Level,
    /// How well it matches, as a number to sort by.
    pub sort_key: SortKey,
}

impl Hit<'_> {
    /// The key, owned. `None` only for a scan that yields keys which no store accepts.
    pub fn to_key(self) -> Option<Key> {
        Key::new(self.key).ok()
    }
}
