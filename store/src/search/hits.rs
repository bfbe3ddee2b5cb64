//! The records that a search found, in order. Holds keys or rows, not records.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::hit::Hit;
use super::matcher::SortKey;
use super::mode::Level;
use super::options::{Sort, SortBy};
use super::row_hits::{RowHits, RowSource};
use crate::key::Key;
use crate::row_set::RowSet;

/// The records found, in order. Those that were read take about 32 bytes and the key each, in two
/// allocations for all. Those found by an index take one bit each; they keep the snapshot in which
/// they were found alive.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    keys: String,
    entries: Vec<Entry>,
    /// Hits of an index; they come after all others.
    rows: Option<RowHits>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The first sort criterion; the key is the second.
    order: u64,
    sort_key: SortKey,
    key_start: usize,
    key_len: u16,
    level: Level,
}

/// A set of records that a search found, without their order. Holds no records, but keeps the
/// snapshot in which they were found alive. Cloning is O(1).
#[derive(Clone, Debug)]
pub struct HitSet(Arc<SetOfHits>);

#[derive(Debug)]
struct SetOfHits {
    keys: HashSet<Box<str>>,
    /// Hits of an index: a set of rows for each part of their source.
    rows: Option<(Arc<dyn RowSource>, Vec<RowSet>)>,
}

impl HitSet {
    /// Whether the record with this key is in the set. Costs one look-up, whatever the size of the
    /// set.
    pub fn contains(&self, key: &str) -> bool {
        self.0.keys.contains(key)
            || self.0.rows.as_ref().is_some_and(|(source, sets)| {
                source.row_of(key).is_some_and(|id| {
                    let set = sets.get(id.part as usize);
                    set.is_some_and(|set| set.contains(id.row))
                })
            })
    }
}

impl Hits {
    /// The number of hits listed.
    pub fn len(&self) -> usize {
        self.entries.len() + self.rows.as_ref().map_or(0, RowHits::len)
    }

    /// Whether no hits are listed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The hit at an index in the order.
    pub fn get(&self, index: usize) -> Option<Hit<'_>> {
        match self.entries.get(index) {
            Some(entry) => Some(self.hit(entry)),
            None => self.rows.as_ref()?.get(index - self.entries.len()),
        }
    }

    /// The hits in order.
    pub fn iter(&self) -> impl Iterator<Item = Hit<'_>> {
        let rows = self.rows.iter().flat_map(RowHits::iter);
        self.entries.iter().map(|entry| self.hit(entry)).chain(rows)
    }

    /// The hits in a range of the order; fewer if the range goes beyond the last hit.
    pub fn iter_in(&self, range: Range<usize>) -> impl Iterator<Item = Hit<'_>> {
        let read = self.entries.len();
        let entries = self.entries.iter().take(range.end).skip(range.start);
        let entries = entries.map(|entry| self.hit(entry));
        let row_range = range.start.saturating_sub(read)..range.end.saturating_sub(read);
        let rows = self
            .rows
            .iter()
            .flat_map(move |rows| rows.iter_in(row_range.clone()));
        entries.chain(rows)
    }

    /// Hits that are not from a search: keys in the given order, all on [`Level::Exact`].
    pub fn from_keys<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Self {
        let mut hits = Self::default();
        for key in keys {
            hits.push(key.as_str(), 0, Level::Exact, SortKey::default());
        }
        hits
    }

    /// The index of a key in the order. Costs a comparison with each hit that was read (at most
    /// [`RERANKED_MAX`](super::RERANKED_MAX) in a snapshot's search) and, unless sorted by
    /// relevance, about a nanosecond for each other hit.
    pub fn position(&self, key: &str) -> Option<usize> {
        let read = self.entries.iter().position(|entry| self.key(entry) == key);
        read.or_else(|| Some(self.entries.len() + self.rows.as_ref()?.position(key)?))
    }

    /// Whether a key is among the hits. Costs a comparison with each hit that was read (see
    /// [`position`](Self::position)) and a look-up among the others.
    pub fn contains(&self, key: &str) -> bool {
        let is_read = self.entries.iter().any(|entry| self.key(entry) == key);
        is_read || self.rows.as_ref().is_some_and(|rows| rows.contains(key))
    }

    /// The hits in a range of the order, as a set. Costs a few nanoseconds for each.
    pub fn set_of(&self, range: Range<usize>) -> HitSet {
        let read = self.entries.len();
        let entries = self.entries.iter().take(range.end).skip(range.start);
        let row_range = range.start.saturating_sub(read)..range.end.saturating_sub(read);
        HitSet(Arc::new(SetOfHits {
            keys: entries.map(|entry| self.key(entry).into()).collect(),
            rows: self.rows.as_ref().map(|rows| rows.rows_in(row_range)),
        }))
    }

    /// For each part of a source, the rows that are hits.
    pub(crate) fn rows_of(&self, source: &dyn RowSource) -> Vec<RowSet> {
        let parts = 0..source.parts();
        let mut sets: Vec<_> = parts
            .map(|part| RowSet::new(source.rows_in(part)))
            .collect();
        for entry in &self.entries {
            if let Some(id) = source.row_of(self.key(entry))
                && let Some(set) = sets.get_mut(id.part as usize)
            {
                set.insert(id.row);
            }
        }
        if let Some(rows) = &self.rows {
            rows.add_to(source, &mut sets);
        }
        sets
    }

    /// The hits of an index.
    pub(super) fn of_rows(rows: RowHits) -> Self {
        Self::default().with_rows(rows)
    }

    /// The same hits, followed by those of an index.
    pub(super) fn with_rows(self, rows: RowHits) -> Self {
        Self {
            rows: Some(rows),
            ..self
        }
    }

    fn hit(&self, entry: &Entry) -> Hit<'_> {
        Hit {
            key: self.key(entry),
            level: entry.level,
            sort_key: entry.sort_key,
        }
    }

    fn key(&self, entry: &Entry) -> &str {
        let end = entry.key_start + usize::from(entry.key_len);
        self.keys.get(entry.key_start..end).unwrap_or_default()
    }

    pub(super) fn push(&mut self, key: &str, order: u64, level: Level, sort_key: SortKey) {
        // A store's keys have at most 4096 bytes.
        let Ok(key_len) = u16::try_from(key.len()) else {
            return;
        };
        self.entries.push(Entry {
            order,
            sort_key,
            key_start: self.keys.len(),
            key_len,
            level,
        });
        self.keys.push_str(key);
    }

    pub(super) fn append(&mut self, other: &Self) {
        let offset = self.keys.len();
        self.keys.push_str(&other.keys);
        self.entries.extend(other.entries.iter().map(|entry| Entry {
            key_start: entry.key_start + offset,
            ..*entry
        }));
    }

    fn compare(&self, sort: Sort, left: &Entry, right: &Entry) -> Ordering {
        let by_key = || self.key(left).cmp(self.key(right));
        let direction = |order: Ordering| {
            if sort.descending {
                order.reverse()
            } else {
                order
            }
        };
        match sort.by {
            SortBy::Key => direction(by_key()),
            // Equal records are in key order in both directions.
            _ => direction(left.order.cmp(&right.order)).then_with(by_key),
        }
    }

    /// Keeps the best `limit` hits. If any were dropped, returns the order number of the worst hit
    /// kept: worse hits need not be pushed from then on.
    pub(super) fn prune(&mut self, sort: Sort, limit: usize) -> Option<u64> {
        if self.entries.len() <= limit {
            return None;
        }
        let mut entries = std::mem::take(&mut self.entries);
        if limit > 0 {
            entries
                .select_nth_unstable_by(limit - 1, |left, right| self.compare(sort, left, right));
        }
        entries.truncate(limit);
        let keys = std::mem::take(&mut self.keys);
        let worst = entries.last().map(|entry| entry.order);
        for entry in entries {
            let end = entry.key_start + usize::from(entry.key_len);
            let key = keys.get(entry.key_start..end).unwrap_or_default();
            self.push(key, entry.order, entry.level, entry.sort_key);
        }
        worst
    }

    pub(super) fn sort(&mut self, sort: Sort) {
        use rayon::slice::ParallelSliceMut as _;
        let mut entries = std::mem::take(&mut self.entries);
        entries.par_sort_unstable_by(|left, right| self.compare(sort, left, right));
        self.entries = entries;
    }
}
