//! Going to a key by a few of its letters.

use std::sync::Arc;

use vstore::Key;

/// The typed letters, and the keys that contain them.
#[derive(Clone, Debug, Default)]
pub struct Jump {
    /// The letters.
    pub typed: String,
    /// The last answer; may belong to an older question while a newer one is running.
    pub answer: Option<Arc<JumpAnswer>>,
}

/// Keys that contain some letters in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JumpAnswer {
    /// The letters.
    pub typed: String,
    /// The best matches, best first.
    pub rows: Vec<JumpRow>,
    /// How many keys match in all.
    pub total: u64,
    /// Not all keys have been compared yet.
    pub partial: bool,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JumpRow {
    /// The key.
    pub key: Key,
    /// The positions of the characters that match the typed letters, counted from 0, ascending.
    pub matched: Vec<usize>,
}
