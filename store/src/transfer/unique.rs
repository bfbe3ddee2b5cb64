//! Keys that stand twice in one input.
#![expect(
    clippy::disallowed_types,
    reason = "a map of a million keys that is looked up and never walked"
)]

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::key::Key;
use crate::value::json::Place;

use super::ImportError;

/// What to do with a key that stood before in the same input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DuplicateKeys {
    /// Refuse the input, naming both places.
    #[default]
    Refuse,
    /// Append `-2`, `-3` … to the key.
    Number,
    /// The last one counts.
    LastWins,
    /// The first one counts.
    FirstWins,
}

/// What becomes of a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Its key is new.
    New(Key),
    /// Its key got a number.
    Numbered(Key),
    /// It replaces an earlier one of the same input.
    Again(Key),
    /// An earlier one with this key counts.
    Dropped(Key),
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
        key: Key,
        place: Place,
        policy: DuplicateKeys,
    ) -> Result<Admission, ImportError> {
        let first = First {
            line: place.line,
            next: 2,
        };
        let entry = match self.keys.entry(key) {
            Entry::Vacant(entry) => {
                let key = entry.key().clone();
                entry.insert(first);
                return Ok(Admission::New(key));
            }
            Entry::Occupied(entry) => entry,
        };
        match policy {
            DuplicateKeys::Refuse => Err(ImportError::DuplicateKey {
                place,
                key: entry.key().as_str().to_owned(),
                first_line: entry.get().line,
            }),
            DuplicateKeys::LastWins => Ok(Admission::Again(entry.key().clone())),
            DuplicateKeys::FirstWins => Ok(Admission::Dropped(entry.key().clone())),
            DuplicateKeys::Number => {
                let (key, next) = (entry.key().clone(), entry.get().next);
                self.number(&key, next, place).map(Admission::Numbered)
            }
        }
    }

    /// Finds the first number from `next` on that gives a key nobody has.
    fn number(&mut self, key: &Key, next: u64, place: Place) -> Result<Key, ImportError> {
        let mut next = next;
        let free = loop {
            let candidate = Key::new(&format!("{key}-{next}"))
                .map_err(|error| ImportError::Key { place, error })?;
            next += 1;
            if !self.keys.contains_key(&candidate) {
                break candidate;
            }
        };
        if let Some(first) = self.keys.get_mut(key) {
            first.next = next;
        }
        let line = place.line;
        self.keys.insert(free.clone(), First { line, next: 2 });
        Ok(free)
    }
}
