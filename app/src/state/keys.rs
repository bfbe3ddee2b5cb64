//! An ordered list of keys: the result of a search, or a selection.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use vstore::{Hit, Hits, Key};

/// An ordered list of keys with random access. Search results are not held as text: a million keys
/// cost one bit each. Clones share the list.
#[derive(Clone, Default)]
pub struct Keys(Arc<Hits>);

impl Keys {
    /// The number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key at a position.
    pub fn get(&self, place: usize) -> Option<Key> {
        self.0.get(place).and_then(Hit::to_key)
    }

    /// The position of a key.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.0.position(key)
    }

    /// Whether a key is among them.
    pub fn contains(&self, key: &str) -> bool {
        self.0.contains(key)
    }

    /// The keys at some positions, in order.
    pub fn iter_in(&self, places: Range<usize>) -> impl Iterator<Item = Key> {
        self.0.iter_in(places).filter_map(Hit::to_key)
    }

    /// The keys in order.
    pub fn iter(&self) -> impl Iterator<Item = Key> {
        self.0.iter().filter_map(Hit::to_key)
    }

    /// The keys as the store represents them.
    pub fn hits(&self) -> &Hits {
        &self.0
    }

    /// Whether both are the same object, so that a million keys need not be compared in each frame.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl From<Hits> for Keys {
    fn from(hits: Hits) -> Self {
        Self(Arc::new(hits))
    }
}

impl<const N: usize> From<[Key; N]> for Keys {
    fn from(keys: [Key; N]) -> Self {
        Hits::from_keys(&keys).into()
    }
}

impl<'a> FromIterator<&'a Key> for Keys {
    fn from_iter<I: IntoIterator<Item = &'a Key>>(keys: I) -> Self {
        Hits::from_keys(keys).into()
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || (self.len() == other.len() && self.iter().eq(other.iter()))
    }
}

impl Eq for Keys {}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        f.debug_list().entries(self.iter().take(SHOWN)).finish()?;
        match self.len().checked_sub(SHOWN + 1) {
            Some(_) => write!(f, " of {}", self.len()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::new(name).unwrap()
    }

    #[test]
    fn keys_are_found_at_their_positions() {
        let keys = Keys::from([key("b"), key("a"), key("c")]);
        assert_eq!(keys.position("a"), Some(1));
        assert_eq!(keys.position("x"), None);
        assert_eq!(keys.get(2), Some(key("c")));
        assert_eq!(keys.get(3), None);
        assert_eq!(keys, [key("b"), key("a"), key("c")].iter().collect());
        assert_ne!(keys, Keys::default());
        assert_eq!(format!("{keys:?}"), r#"["b", "a", "c"]"#);
    }
}
