//! The most frequent words at a path, counted in the text indexes where these are built, and in the
//! records elsewhere.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::Snapshot;
use super::rows::SnapshotRows;
use crate::path::Path;
use crate::row_set::RowSet;
use crate::search::{
    CancelToken, Cancelled, Hits, PathNames, RecordWords, RowSource as _, names_of,
};

/// The number of records between two checks for cancellation.
const RECORDS_PER_CHECK: usize = 256;

/// The words in the texts at a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordStatistics {
    /// The most frequent words, most frequent first; equally frequent ones in alphabetical order.
    pub top: Vec<WordCount>,
    /// The number of distinct words.
    pub distinct: u64,
    /// Memory that the text indexes use for the path in bytes, without the words themselves.
    pub index_bytes: u64,
}

/// A word and the number of records that have it at the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordCount {
    /// The word, folded.
    pub word: String,
    /// The number of records.
    pub records: u64,
}

/// Words, ascending, each with the number of records that have it.
type Counts = Vec<(Box<str>, u64)>;

impl Snapshot {
    /// The most frequent words in the texts at a path, at most `limit`, of all visible records or
    /// of those among `within`. The counts are exact. A record counts once for each word, even if
    /// it has a list of texts. Words of scripts without spaces and words of more than 64 bytes are
    /// not counted.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `cancel` was cancelled before the end.
    pub fn words_at(
        &self,
        path: &Path,
        within: Option<&Hits>,
        limit: usize,
        cancel: &CancelToken,
    ) -> Result<WordStatistics, Cancelled> {
        let rows = SnapshotRows::new(self);
        let chosen = within.map(|hits| hits.rows_of(&rows));
        let names = names_of(path);
        let in_part = |part| rows.words_in(part, &names, chosen.as_deref(), cancel);
        let parts = (0..rows.parts()).into_par_iter().map(in_part);
        let counts = parts.reduce(Counts::default, merged);
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        let indexed = (0..rows.parts()).filter_map(|part| rows.text(part));
        let bytes: usize = indexed.map(|text| text.bytes_at(&names)).sum();
        let distinct = counts.len() as u64;
        Ok(WordStatistics {
            top: most_frequent(counts, limit),
            distinct,
            index_bytes: bytes as u64,
        })
    }
}

impl SnapshotRows {
    fn words_in(
        &self,
        part: usize,
        names: &PathNames,
        chosen: Option<&[RowSet]>,
        cancel: &CancelToken,
    ) -> Counts {
        let rows = self.chosen_in(part, chosen);
        if rows.is_empty() {
            return Counts::new();
        }
        if let Some(text) = self.text(part) {
            let within = (rows.count() < rows.rows()).then_some(&rows);
            let go_on = || !cancel.is_cancelled();
            let mut counts = Counts::new();
            let is_known = text.for_each_word_at(names, within, &go_on, &mut |word, rows| {
                counts.push((word.into(), u64::from(rows)));
            });
            if is_known {
                return counts;
            }
        }
        let mut counts: BTreeMap<Box<str>, u64> = BTreeMap::new();
        let mut words = RecordWords::default();
        for (count, row) in rows.iter().enumerate() {
            if count % RECORDS_PER_CHECK == 0 && cancel.is_cancelled() {
                break;
            }
            if let Some(record) = self.record(part, row) {
                words.visit(
                    record.value,
                    names,
                    &mut |word| match counts.get_mut(word) {
                        Some(count) => *count += 1,
                        None => {
                            counts.insert(word.into(), 1);
                        }
                    },
                );
            }
        }
        counts.into_iter().collect()
    }
}

fn merged(left: Counts, right: Counts) -> Counts {
    if left.is_empty() || right.is_empty() {
        return if left.is_empty() { right } else { left };
    }
    let mut merged = Counts::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some((one, _)), Some((other, _))) = (left.peek(), right.peek()) {
        match one.cmp(other) {
            Ordering::Less => merged.extend(left.next()),
            Ordering::Greater => merged.extend(right.next()),
            Ordering::Equal => {
                let more = right.next().map_or(0, |(_, count)| count);
                merged.extend(left.next().map(|(word, count)| (word, count + more)));
            }
        }
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

fn most_frequent(mut words: Counts, limit: usize) -> Vec<WordCount> {
    let order = |left: &(Box<str>, u64), right: &(Box<str>, u64)| {
        right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0))
    };
    if limit < words.len() {
        if limit > 0 {
            words.select_nth_unstable_by(limit - 1, order);
        }
        words.truncate(limit);
    }
    words.sort_unstable_by(order);
    let counted = words.into_iter().map(|(word, records)| WordCount {
        word: word.into(),
        records,
    });
    counted.collect()
}
