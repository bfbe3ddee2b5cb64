//! What words found in a part, kept for a while. A part never changes, so it stays true.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::misspelt::Misspelt;
use super::word_rows::{ShortWord, WordRows};
use crate::search::matcher::QueryWord;

/// How many bytes of each kind all parts keep together, and a part at most: of the rows of short
/// words some ten for a part of full size, of terms what some twenty misspelt words mean.
const ALL_KEPT_BYTES_MAX: usize = 16 * 1024 * 1024;
const KEPT_BYTES_MAX: usize = 512 * 1024;
/// How many parts there are that keep words.
static PARTS: AtomicUsize = AtomicUsize::new(0);

/// What the words asked for last found in a part.
#[derive(Debug)]
pub(super) struct RecentWords {
    /// The rows of short words, which are in so many terms that adding up their rows takes most of
    /// a frame.
    pub(super) rows: Recent<ShortWord, WordRows>,
    /// The terms that misspelt words mean.
    pub(super) misspelt: Recent<QueryWord, Arc<Misspelt>>,
}

impl Default for RecentWords {
    fn default() -> Self {
        PARTS.fetch_add(1, Ordering::Relaxed);
        Self {
            rows: Recent::default(),
            misspelt: Recent::default(),
        }
    }
}

impl Drop for RecentWords {
    fn drop(&mut self) {
        PARTS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What words found, and how many bytes that takes; those asked for last first.
#[derive(Debug)]
pub(super) struct Recent<K, V>(Mutex<Vec<(K, V, usize)>>);

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, V: Clone> Recent<K, V> {
    pub(super) fn get(&self, word: &K) -> Option<V> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(known, ..)| known == word)?;
        kept.get_mut(..=at)?.rotate_right(1);
        kept.first().map(|(_, found, _)| found.clone())
    }

    /// Keeps what a word found, which takes so many `bytes`, and drops what was not asked for
    /// longest where all together would be too much.
    pub(super) fn keep(&self, word: K, found: V, bytes: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, ..)| *known != word);
        kept.insert(0, (word, found, bytes));
        let parts = PARTS.load(Ordering::Relaxed).max(1);
        let bytes_max = KEPT_BYTES_MAX.min(ALL_KEPT_BYTES_MAX / parts);
        let mut all = 0;
        kept.retain(|(.., bytes)| {
            all += bytes;
            all <= bytes_max
        });
    }
}
