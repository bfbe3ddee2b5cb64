//! Duplicate keys in one input.
#![expect(
    clippy::disallowed_types,
    reason = "a map of a million keys that is looked up and never walked"
)]

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::key::Key;
use crate::value::json::TextPosition;

use super::ImportError;

/// What to do with duplicate keys in an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DuplicateKeys {
    /// Refuse the input, naming both positions.
    #[default]
    Refuse,
    /// Append `-2`, `-3` … to the key.
    Number,
    /// The last one counts.
    LastWins,
    /// The first one counts.
    FirstWins,
}

impl DuplicateKeys {
    /// All policies, the default first.
    pub const ALL: [Self; 4] = [Self::Refuse, Self::Number, Self::LastWins, Self::FirstWins];
}

/// How a record is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Its key is new.
    New,
    /// Its key is a duplicate: it gets a number once all keys of the input are known.
    Numbered,
    /// It replaces an earlier one of the same input.
    Again,
    /// An earlier one with this key counts.
    Dropped,
}

/// The keys seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: HashMap<Key, First>,
}

#[derive(Debug)]
struct First {
    line: u64,
    /// The next number to try for another record with this key.
    next: u64,
}

impl Seen {
    /// Decides about a record by its key.
    pub(super) fn admit(
        &mut self,
        key: &Key,
        place: TextPosition,
        policy: DuplicateKeys,
    ) -> Result<Admission, ImportError> {
        let first = First {
            line: place.line,
            next: 2,
        };
        let entry = match self.keys.entry(key.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(first);
                return Ok(Admission::New);
            }
            Entry::Occupied(entry) => entry,
        };
        match policy {
            DuplicateKeys::Refuse => Err(ImportError::DuplicateKey {
                place,
                key: entry.key().as_str().to_owned(),
                first_line: entry.get().line,
            }),
            DuplicateKeys::LastWins => Ok(Admission::Again),
            DuplicateKeys::FirstWins => Ok(Admission::Dropped),
            DuplicateKeys::Number => Ok(Admission::Numbered),
        }
    }

    /// Finds the next numbered key that no record of the input has and that is `free` in the store.
    pub(super) fn number(
        &mut self,
        key: &Key,
        place: TextPosition,
        free: &dyn Fn(&Key) -> bool,
    ) -> Result<Key, ImportError> {
        let mut next = self.keys.get(key).map_or(2, |first| first.next);
        let found = loop {
            let candidate = Key::new(&format!("{key}-{next}"))
                .map_err(|error| ImportError::Key { place, error })?;
            next += 1;
            if !self.keys.contains_key(&candidate) && free(&candidate) {
                break candidate;
            }
        };
        if let Some(first) = self.keys.get_mut(key) {
            first.next = next;
        }
        let line = place.line;
        self.keys.insert(found.clone(), First { line, next: 2 });
        Ok(found)
    }
}
