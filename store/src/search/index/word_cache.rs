//! Caches of what words of queries match in a part. A part never changes, so nothing is
//! invalidated.

use std::sync::{Arc, Mutex, PoisonError};

use super::misspelt::MisspeltTerms;
use super::word_rows::{ShortWord, WordRows};
use crate::search::matcher::QueryWord;

/// The size of each cache in bytes per row of the part: enough for the rows of about ten short
/// words, and for the terms of a few hundred misspelt words.
const BYTES_PER_ROW: usize = 4;
/// The minimum size of each cache in bytes.
const BYTES_MIN: usize = 4096;

/// What recently searched words match in a part.
#[derive(Debug)]
pub(super) struct WordCache {
    /// The rows of short words. These match so many terms that collecting their rows takes most of
    /// the time between two frames of a display.
    pub(super) rows: LruCache<ShortWord, WordRows>,
    /// The terms that misspelt words match.
    pub(super) misspelt: LruCache<QueryWord, Arc<MisspeltTerms>>,
}

impl WordCache {
    /// The empty caches of a part with this number of rows.
    pub(super) fn new(rows: u32) -> Self {
        let bytes_max = (rows as usize * BYTES_PER_ROW).max(BYTES_MIN);
        Self {
            rows: LruCache::new(bytes_max),
            misspelt: LruCache::new(bytes_max),
        }
    }
}

/// A cache with a size limit; the most recently used entries come first.
#[derive(Debug)]
pub(super) struct LruCache<K, V> {
    kept: Mutex<Vec<(K, V, usize)>>,
    bytes_max: usize,
}

impl<K, V> LruCache<K, V> {
    const fn new(bytes_max: usize) -> Self {
        Self {
            kept: Mutex::new(Vec::new()),
            bytes_max,
        }
    }
}

impl<K: PartialEq, V: Clone> LruCache<K, V> {
    pub(super) fn get(&self, word: &K) -> Option<V> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(known, ..)| known == word)?;
        kept.get_mut(..=at)?.rotate_right(1);
        kept.first().map(|(_, found, _)| found.clone())
    }

    /// Adds an entry whose value takes `bytes` bytes, and evicts the least recently used ones
    /// beyond the limit.
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
