//! The records a search found, in order, without holding them.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::matcher::SortKey;
use super::mode::Level;
use super::row_hits::{RowHits, RowSource};
use super::scan::{Sort, SortBy};
use crate::key::Key;
use crate::row_set::RowSet;

/// One record that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// Its key.
    pub key: &'a str,
    /// How well it fits.
    pub level: Level,
    /// How well it fits, as a number to sort by.
    pub sort_key: SortKey,
}

impl Hit<'_> {
    /// The key as an owned key. `None` only for a scan that yields keys no store accepts.
    pub fn to_key(self) -> Option<Key> {
        Key::new(self.key).ok()
    }
}

/// Records found, in order. Those that were read take about 32 bytes and the key each, in two
/// allocations for all; those that an index found take a bit, and keep what they were found in.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    keys: String,
    entries: Vec<Entry>,
    /// Hits of an index, behind the others.
    rows: Option<RowHits>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// What is sorted by before the key.
    order: u64,
    sort_key: SortKey,
    key_start: usize,
    key_len: u16,
    level: Level,
}

/// Some of the records that a search found: which they are, without their order. Holds no record,
/// but keeps what they were found in. Cloning shares.
#[derive(Clone, Debug)]
pub struct HitSet(Arc<SetOfHits>);

#[derive(Debug)]
struct SetOfHits {
    keys: HashSet<Box<str>>,
    /// Hits of an index: rows for each part of their source.
    rows: Option<(Arc<dyn RowSource>, Vec<RowSet>)>,
}

impl HitSet {
    /// Whether the record with this key is one of them. Costs a look-up, however many there are.
    pub fn contains(&self, key: &str) -> bool {
        self.0.keys.contains(key)
            || self.0.rows.as_ref().is_some_and(|(source, sets)| {
                source.place_of(key).is_some_and(|id| {
                    let set = sets.get(id.part as usize);
                    set.is_some_and(|set| set.contains(id.row))
                })
            })
    }
}

impl Hits {
    /// How many are listed.
    pub fn len(&self) -> usize {
        self.entries.len() + self.rows.as_ref().map_or(0, RowHits::len)
    }

    /// Whether none are listed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The hit at a place in the order.
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

    /// The hits at some places of the order; fewer where the hits end.
    pub fn iter_in(&self, places: Range<usize>) -> impl Iterator<Item = Hit<'_>> {
        let read = self.entries.len();
        let entries = self.entries.iter().take(places.end).skip(places.start);
        let entries = entries.map(|entry| self.hit(entry));
        let behind = places.start.saturating_sub(read)..places.end.saturating_sub(read);
        let rows = self
            .rows
            .iter()
            .flat_map(move |rows| rows.iter_in(behind.clone()));
        entries.chain(rows)
    }

    /// Records that nobody searched for, in the order given; all count as exact.
    pub fn from_keys<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Self {
        let mut hits = Self::default();
        for key in keys {
            hits.push(key.as_str(), 0, Level::Exact, SortKey::default());
        }
        hits
    }

    /// The place of a key in the order. Costs a comparison with each hit that was read, which are
    /// at most [`RERANKED_MAX`](super::RERANKED_MAX) of those of a snapshot's search, and about a
    /// nanosecond for each other one in the orders other than that of relevance.
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

    /// The hits at some places of the order, as a set. Costs some nanoseconds for each.
    pub fn set_of(&self, places: Range<usize>) -> HitSet {
        let read = self.entries.len();
        let entries = self.entries.iter().take(places.end).skip(places.start);
        let behind = places.start.saturating_sub(read)..places.end.saturating_sub(read);
        HitSet(Arc::new(SetOfHits {
            keys: entries.map(|entry| self.key(entry).into()).collect(),
            rows: self.rows.as_ref().map(|rows| rows.rows_at(behind)),
        }))
    }

    /// The rows of a source that are hits, for each part.
    pub(crate) fn rows_of(&self, source: &dyn RowSource) -> Vec<RowSet> {
        let parts = 0..source.parts();
        let mut sets: Vec<_> = parts
            .map(|part| RowSet::new(source.rows_in(part)))
            .collect();
        for entry in &self.entries {
            if let Some(id) = source.place_of(self.key(entry))
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

    /// The same hits, and those of an index behind them.
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
        // Keys are at most 4096 bytes; what is longer is no key of a store.
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
            // Records alike in what is sorted by stay in key order in both directions.
            _ => direction(left.order.cmp(&right.order)).then_with(by_key),
        }
    }

    /// The number that the worst kept hit has, once `limit` hits are kept: what is worse need not
    /// be pushed. Drops all but the best `limit` first.
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
