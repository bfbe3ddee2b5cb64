//! Going to a key by a few of its letters.

use std::sync::Arc;

use vstore::Key;

/// What is typed to go to a key, and the keys that have it.
#[derive(Clone, Debug, Default)]
pub struct Jump {
    /// The letters.
    pub typed: String,
    /// The keys found last; may answer an older question while a newer one is running.
    pub answer: Option<Arc<JumpAnswer>>,
}

/// Keys that have some letters in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JumpAnswer {
    /// The letters.
    pub typed: String,
    /// The best of the keys, best first.
    pub rows: Vec<JumpRow>,
    /// How many keys there are in all.
    pub total: u64,
    /// Not all keys were compared yet.
    pub partial: bool,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JumpRow {
    /// The key.
    pub key: Key,
    /// Which of its characters were typed, counted from 0, ascending.
    pub matched: Vec<usize>,
}
