//! What words found in a part, kept for a while. A part never changes, so it stays true.

use std::sync::{Arc, Mutex, PoisonError};

use super::misspelt::Misspelt;
use super::word_rows::{ShortWord, WordRows};
use crate::search::matcher::QueryWord;

/// How many bytes of each kind a part keeps for each of its rows: of the rows of short words some
/// ten, of terms what some hundred misspelt words mean.
const BYTES_PER_ROW: usize = 4;
/// What a part with few rows keeps of each kind.
const BYTES_MIN: usize = 4096;

/// What the words asked for last found in a part.
#[derive(Debug)]
pub(super) struct RecentWords {
    /// The rows of short words, which are part of such a number of terms that adding up their rows
    /// takes most of a frame.
    pub(super) rows: Recent<ShortWord, WordRows>,
    /// The terms that misspelt words mean.
    pub(super) misspelt: Recent<QueryWord, Arc<Misspelt>>,
}

impl RecentWords {
    /// Of a part with this number of rows.
    pub(super) fn new(rows: u32) -> Self {
        let bytes_max = (rows as usize * BYTES_PER_ROW).max(BYTES_MIN);
        Self {
            rows: Recent::new(bytes_max),
            misspelt: Recent::new(bytes_max),
        }
    }
}

/// What words found, and how many bytes that takes; those asked for last first.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    kept: Mutex<Vec<(K, V, usize)>>,
    bytes_max: usize,
}

impl<K, V> Recent<K, V> {
    const fn new(bytes_max: usize) -> Self {
        Self {
            kept: Mutex::new(Vec::new()),
            bytes_max,
        }
    }
}

impl<K: PartialEq, V: Clone> Recent<K, V> {
    pub(super) fn get(&self, word: &K) -> Option<V> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(known, ..)| known == word)?;
        kept.get_mut(..=at)?.rotate_right(1);
        kept.first().map(|(_, found, _)| found.clone())
    }

    /// Keeps what a word found, which takes `bytes` bytes, and drops what was not asked for
    /// longest where all together would be too much.
    pub(super) fn keep(&self, word: K, found: V, bytes: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, ..)| *known != word);
        kept.insert(0, (word, found, bytes + size_of::<(K, V, usize)>()));
        let mut all = 0;
        kept.retain(|(.., bytes)| {
            all += bytes;
            all <= self.bytes_max
        });
    }
}
